import { expect, it } from 'vitest';
import type { BoardCard } from '../../ipc/generated/home';
import { bars, company, cut, frame, progress, standing } from './cards';

const NOW = new Date(2026, 2, 28, 10, 25).getTime();
const CARD: BoardCard = {
  id: 'b0000000000000000',
  title: 'Payments migration',
  team: '',
  changedMs: new Date(2026, 2, 27, 9).getTime(),
  phase: '',
  followups: 0,
  followupsDone: 0,
  miniature: { sections: [], notes: [] },
  peers: 0,
};

it.each<[Partial<BoardCard>, string]>([
  [{}, 'Changed yesterday'],
  [{ phase: 'Group' }, 'In Group, yesterday'],
  [{ team: 'Payments', phase: 'Close' }, 'Payments. In Close, yesterday'],
])('tells where %o stands', (change, words) =>
  expect(standing({ ...CARD, ...change }, NOW)).toBe(words),
);

it('tells what became of follow-ups', () => {
  expect(progress(CARD)).toBe('');
  expect(progress({ ...CARD, followups: 6, followupsDone: 4 })).toBe('4 of 6 follow-ups done');
  expect(progress({ ...CARD, followups: 1 })).toBe('0 of 1 follow-up done');
});

it('tells who is connected', () => {
  expect(company(CARD)).toBe('');
  expect(company({ ...CARD, peers: 1 })).toBe('1 laptop connected');
});

it('frames everything, wherever it lies', () => {
  expect(
    frame({
      sections: [['a', 'well', -100, 20, 1200, 700]],
      notes: [['idea', 1300, -40, 128, 88]],
    }),
  ).toEqual({ x: -124, y: -64, w: 1576, h: 808 });
  expect(frame({ sections: [], notes: [] })).toBeNull();
});

it('shows a single note among the empty table around it', () => {
  const box = frame({ sections: [], notes: [['idea', 300, -40, 128, 88]] });
  expect(box).toEqual({ x: 364 - 480, y: 4 - 280, w: 960, h: 560 });
});

it('draws bars inside of the note', () => {
  for (const h of [20, 88, 400]) {
    for (const bar of bars({ x: 5, y: 7, w: 128, h })) {
      expect(bar.x).toBeGreaterThan(5);
      expect(bar.x + bar.w).toBeLessThan(133);
    }
  }
  expect(bars({ x: 0, y: 0, w: 128, h: 88 })).toHaveLength(3);
  expect(bars({ x: 0, y: 0, w: 10, h: 88 })).toEqual([]);
});

it('cuts titles to their section', () => {
  expect(cut('What happened?', 1048)).toBe('What happened?');
  expect(cut('What happened?', 128)).toBe('What happ…');
});
