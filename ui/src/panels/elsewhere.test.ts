import { expect, it } from 'vitest';
import type { FollowUp, Record } from '../ipc/generated/board';
import { bottom, nextCard } from './elsewhere';

const section = (y: number, h: number): Record => ({
  type: 'section',
  id: 's0000000000000000',
  title: '',
  prompt: '',
  kind: 'well',
  layout: 'free',
  x: 0,
  y,
  size: { w: 400, h },
  order: 'V',
  collapsed: false,
});

const card = (x: number, y: number, parent = 'board'): Record => {
  const followUp: FollowUp = {
    id: 'f0000000000000000',
    text: '',
    owner: '',
    due: '',
    kind: 'spread',
    reach: { to: 'team' },
    status: 'open',
    from: null,
    outcome: '',
    spot: '',
    place: { parent, x, y, order: 'V' },
  };
  return { type: 'followUp', ...followUp };
};

it('puts things below what is there', () => {
  expect(bottom([])).toBe(24);
  expect(bottom([section(0, 300), section(316, 200)])).toBe(540);
});

it('puts the next card under the lowest on the board, else below everything', () => {
  expect(nextCard([section(0, 300)])).toEqual({ x: 0, y: 324 });
  expect(nextCard([section(0, 900), card(920, 100), card(920, 300), card(5, 800, 's1')])).toEqual({
    x: 920,
    y: 424,
  });
});
