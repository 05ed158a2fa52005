import { describe, expect, it } from 'vitest';
import { labelAt, pathOf, route } from './route';

const box = (x: number, y: number) => ({ x, y, w: 128, h: 88 });

describe('route', () => {
  it('is straight between things that face each other', () => {
    expect(route(box(0, 0), box(300, 10), [])).toEqual([
      { x: 128, y: 49 },
      { x: 297, y: 49 },
    ]);
  });

  it('goes around what is in the way', () => {
    const between = box(200, 0);
    const way = route(box(0, 0), box(400, 0), [between]);
    for (let i = 1; i < way.length; i++) {
      const [a, b] = [way[i - 1], way[i]];
      if (!a || !b) throw new Error('a way has corners');
      expect(a.x === b.x || a.y === b.y).toBe(true);
      const apart =
        Math.max(a.x, b.x) <= between.x ||
        Math.min(a.x, b.x) >= between.x + between.w ||
        Math.max(a.y, b.y) <= between.y ||
        Math.min(a.y, b.y) >= between.y + between.h;
      expect(apart).toBe(true);
    }
  });

  it('takes the gutter between sections, as in the picture', () => {
    const sections = [
      { x: 76, y: 72, w: 1048, h: 196 },
      { x: 532, y: 284, w: 288, h: 264 },
      { x: 836, y: 284, w: 288, h: 264 },
    ];
    const way = route(box(568, 168), box(848, 352), [], sections);
    expect(way).toEqual([
      { x: 632, y: 256 },
      { x: 632, y: 276 },
      { x: 825, y: 276 },
      { x: 825, y: 396 },
      { x: 845, y: 396 },
    ]);
  });

  it('ends at a point, too', () => {
    const way = route(box(0, 0), { x: 300, y: 400, w: 0, h: 0 }, []);
    expect(way.length).toBeGreaterThan(2);
  });

  it('is drawn with round elbows, its label on the level stretch', () => {
    const way = [
      { x: 0, y: 0 },
      { x: 100, y: 0 },
      { x: 100, y: 60 },
    ];
    expect(pathOf(way)).toBe('M0 0L92 0Q100 0 100 8L100 60');
    expect(labelAt(way, { w: 60, h: 22, clear: [] })).toEqual({ x: 50, y: 0 });
  });

  it('keeps a label off the words of a note', () => {
    const way = [
      { x: 0, y: 0 },
      { x: 400, y: 0 },
    ];
    const words = { x: 150, y: -40, w: 90, h: 80 };
    const { x } = labelAt(way, { w: 100, h: 22, clear: [words] });
    expect(x + 50 <= words.x || x - 50 >= words.x + words.w).toBe(true);
  });

  it('goes straight between rows of notes, where its label covers none', () => {
    // Two trays of two rows; their middle is the lower edge of the upper row.
    const tray = (x: number) => ({ x, y: 0, w: 276, h: 220 });
    const clear = [0, 346].flatMap((x) => [
      { x: x + 3, y: 31, w: 270, h: 74 },
      { x: x + 3, y: 127, w: 270, h: 80 },
    ]);
    const way = route(tray(0), tray(346), [], [], { w: 70, h: 22, clear });
    expect(way.length).toBe(2);
    expect(way[0]?.y).toBe(114);
  });

  it('does not hide its elbows and arrowhead, either', () => {
    // Trays side by side, one a little lower: there is a short way with a step in it.
    const areas = [
      { x: 0, y: 498, w: 444, h: 270 },
      { x: 460, y: 492, w: 444, h: 270 },
    ];
    const [from, to] = [
      { x: 154, y: 542, w: 276, h: 214 },
      { x: 472, y: 536, w: 276, h: 214 },
    ];
    const label = { w: 130, h: 22, clear: [] };
    const way = route(from, to, [], areas, label);
    const { x, y } = labelAt(way, label);
    const tip = way.at(-1);
    expect(Math.abs((tip?.x ?? x) - x) > 65 || Math.abs((tip?.y ?? y) - y) > 11).toBe(true);
    expect(way.some((p, i) => i > 0 && p.y === y && way[i - 1]?.y === y)).toBe(true);
  });

  it('takes a longer way where a straight one would be hidden by its label', () => {
    const way = route(box(0, 0), box(160, 0), [], [], { w: 140, h: 22, clear: [] });
    expect(way.length).toBeGreaterThan(2);
    const spot = labelAt(way, { w: 140, h: 22, clear: [] });
    expect(way.some((p, i) => i > 0 && p.y === way[i - 1]?.y && p.y === spot.y)).toBe(true);
  });
});
