import { describe, expect, it } from 'vitest';
import { aligned, distributed, type Edge, type Lying, tidied } from './arrange';
import { folded } from './fold';
import { GAP } from './layout';

const lying = (...rects: [x: number, y: number, w: number, h: number][]): Lying[] =>
  rects.map(([x, y, w, h], i) => ({ key: `n${i}`, rect: { x, y, w, h } }));
const xs = (goals: { x: number }[]): number[] => goals.map(({ x }) => x);
const ys = (goals: { y: number }[]): number[] => goals.map(({ y }) => y);

describe('aligning', () => {
  const things = lying([0, 10, 128, 88], [200, 0, 200, 100]);
  it.each<[Edge, number[], number[]]>([
    ['left', [0, 0], [10, 0]],
    ['centre', [136, 100], [10, 0]],
    ['right', [272, 200], [10, 0]],
    ['top', [0, 200], [0, 0]],
    ['middle', [0, 200], [6, 0]],
    ['bottom', [0, 200], [12, 0]],
  ])('%s', (edge, x, y) => {
    expect(xs(aligned(things, edge))).toEqual(x);
    expect(ys(aligned(things, edge))).toEqual(y);
  });

  it('nothing is nothing', () => {
    expect(aligned([], 'left')).toEqual([]);
    expect(tidied([])).toEqual([]);
  });
});

describe('distributing', () => {
  it('makes gaps equal and leaves the outermost', () => {
    const goals = distributed(lying([0, 0, 100, 88], [300, 0, 100, 88], [110, 0, 50, 88]), 'x');
    expect(goals.map(({ key, x }) => [key, x])).toEqual([
      ['n0', 0],
      ['n2', 175],
      ['n1', 300],
    ]);
  });

  it('needs three', () => {
    expect(distributed(lying([0, 0, 1, 1], [9, 0, 1, 1]), 'x')).toEqual([]);
  });
});

describe('tidying up', () => {
  const things = lying([7, 3, 128, 88], [190, 20, 128, 120], [30, 160, 128, 88]);
  it('makes even rows of what lies roughly in rows', () => {
    const goals = tidied(things);
    expect(xs(goals)).toEqual([7, 7 + 128 + GAP, 7]);
    expect(ys(goals)).toEqual([3, 3, 3 + 120 + GAP]);
  });

  it('done twice changes nothing', () => {
    const once = tidied(things);
    const again = tidied(
      things.map(({ key, rect }) => {
        const goal = once.find((one) => one.key === key);
        return { key, rect: { ...rect, x: goal?.x ?? 0, y: goal?.y ?? 0 } };
      }),
    );
    expect(again).toEqual(once);
  });

  it('goes on in a next row where a section ends', () => {
    const goals = tidied(lying([0, 0, 128, 88], [140, 0, 128, 88]), { x: 12, y: 44 }, 200);
    expect(goals.map(({ x, y }) => [x, y])).toEqual([
      [12, 44],
      [12, 44 + 88 + GAP],
    ]);
  });
});

describe('folding', () => {
  it('takes accents, capitals and widths off', () => {
    expect(folded('Łódź, ZÜRICH, Straße, Ｆｕｌｌ, Sørensen')).toBe(
      'lodz, zurich, strasse, full, sorensen',
    );
    expect(folded('שָׁלוֹם')).toBe('שלום');
  });
});
