import { describe, expect, it } from 'vitest';
import {
  between,
  fitted,
  homeView,
  inCorner,
  MAX_ZOOM,
  MIN_ZOOM,
  nextStep,
  revealed,
  toScreen,
  toWorld,
  zoomed,
} from './camera';
import { holds, meets } from './geometry';
import { glyphPath } from './glyphs';
import { Grid } from './grid';
import { chordOf } from './chords';
import { neighbour, readingOrder } from './reading';
import { freeSpot } from './room';
import { snapped } from './snap';
import { stretches } from './words';

describe('camera', () => {
  const view = { x: 100, y: 50, z: 0.8 };

  it('keeps the point under the pointer while zooming', () => {
    const at = { x: 300, y: 200 };
    const world = toWorld(view, at);
    const there = toScreen(zoomed(view, 2.4, at), world);
    expect(there.x).toBeCloseTo(at.x);
    expect(there.y).toBeCloseTo(at.y);
  });

  it('stays within its limits', () => {
    expect(zoomed(view, 1e9, { x: 0, y: 0 }).z).toBe(MAX_ZOOM);
    expect(zoomed(view, 0, { x: 0, y: 0 }).z).toBe(MIN_ZOOM);
    expect(nextStep(1, 1)).toBe(1.25);
    expect(nextStep(1, -1)).toBe(0.8);
    expect(nextStep(MAX_ZOOM, 1)).toBe(MAX_ZOOM);
  });

  it('fits a rectangle between the margins', () => {
    const margin = { left: 80, top: 20, right: 20, bottom: 20 };
    const size = { w: 1000, h: 600 };
    const fit = fitted({ x: 0, y: 0, w: 1800, h: 560 }, size, 1, margin);
    expect(fit.z).toBeCloseTo(0.5);
    expect(toScreen(fit, { x: 0, y: 0 }).x).toBeCloseTo(80);
    expect(toScreen(fit, { x: 1800, y: 0 }).x).toBeCloseTo(980);
  });

  describe('at home', () => {
    const margin = { left: 76, top: 24, right: 24, bottom: 24 };
    const size = { w: 1920, h: 976 };
    const shown = (w: number, h: number) => {
      const home = homeView({ x: 200, y: 100, w, h }, size, margin);
      const left = toScreen(home, { x: 200, y: 100 });
      const right = toScreen(home, { x: 200 + w, y: 100 + h });
      return { z: home.z, left: left.x, top: left.y, right: right.x, bottom: right.y };
    };

    it('fills a large window, enlarging no more than half', () => {
      const high = shown(1400, 3000);
      expect(high.z).toBeCloseTo(1.3);
      expect(high.left).toBeCloseTo(76);
      expect(high.right).toBeCloseTo(1896);
      expect(shown(1000, 3000).z).toBe(1.5);
    });

    it('stands in the middle where it is narrow', () => {
      const narrow = shown(300, 2000);
      expect(narrow.z).toBe(1.5);
      expect(narrow.left - 76).toBeCloseTo(1896 - narrow.right);
      expect(narrow.top).toBeCloseTo(16);
    });

    it('shows a few things as they are', () => {
      expect(shown(300, 200)).toMatchObject({ z: 1, left: 76, top: 16 });
    });

    it('is sharp where it is nearly so', () => {
      expect(shown(1850, 3000).z).toBe(1);
      expect(shown(2000, 3000).z).toBeCloseTo(0.91);
    });

    it('shows a part of what would be too small to read', () => {
      expect(shown(9000, 9000)).toMatchObject({ z: 0.7, left: 76 });
    });
  });

  it('knows what lies in the covered corner', () => {
    const corner = { w: 180, h: 120 };
    const size = { w: 1000, h: 600 };
    const at = { x: 0, y: 0, z: 1 };
    const covered = (x: number, y: number) => inCorner(at, { x, y, w: 128, h: 88 }, size, corner);
    expect(covered(700, 500)).toBe(true);
    expect(covered(690, 500)).toBe(false);
    expect(covered(800, 390)).toBe(false);
    expect(covered(1000, 500)).toBe(false);
  });

  it('pans no further than it must', () => {
    const none = { left: 0, top: 0, right: 0, bottom: 0 };
    const size = { w: 100, h: 100 };
    const at = { x: 0, y: 0, z: 1 };
    expect(revealed(at, { x: 10, y: 10, w: 20, h: 20 }, size, none)).toBe(at);
    expect(revealed(at, { x: 110, y: 10, w: 20, h: 20 }, size, none)).toEqual({
      x: 30,
      y: 0,
      z: 1,
    });
  });

  it('glides from the one view to the other', () => {
    const size = { w: 100, h: 100 };
    const to = { x: 500, y: 80, z: 3 };
    expect(between(view, to, 0, size).x).toBeCloseTo(view.x);
    expect(between(view, to, 1, size).x).toBeCloseTo(to.x);
    expect(between(view, to, 1, size).z).toBeCloseTo(to.z);
  });
});

describe('geometry', () => {
  it('counts edges once', () => {
    const r = { x: 0, y: 0, w: 10, h: 10 };
    expect(holds(r, { x: 0, y: 0 })).toBe(true);
    expect(holds(r, { x: 10, y: 0 })).toBe(false);
    expect(meets(r, { x: 10, y: 0, w: 5, h: 5 })).toBe(false);
  });
});

describe('Grid', () => {
  it('finds what a plain search finds', () => {
    const grid = new Grid();
    const rects = Array.from({ length: 300 }, (_, i) => ({
      key: `n${i}`,
      rect: {
        x: ((i * 7919) % 9000) - 4000,
        y: ((i * 104729) % 7000) - 3000,
        w: 128 + (i % 5) * 400,
        h: 88,
      },
    }));
    for (const { key, rect } of rects) grid.put(key, rect);
    for (const { key, rect } of rects.slice(0, 50)) grid.put(key, { ...rect, x: rect.x + 3000 });
    for (const { key } of rects.slice(250)) grid.remove(key);
    for (const area of [
      { x: -500, y: -500, w: 1000, h: 800 },
      { x: -1e6, y: -1e6, w: 2e6, h: 2e6 },
      { x: 5000, y: 0, w: 1, h: 1 },
    ]) {
      const plain = [...grid.rects()].filter(([, rect]) => meets(rect, area)).map(([key]) => key);
      expect([...grid.in(area)].sort()).toEqual(plain.sort());
    }
    expect(grid.size).toBe(250);
  });
});

describe('reading order', () => {
  const stop = (key: string, x: number, y: number) => ({ key, rect: { x, y, w: 128, h: 88 } });

  it('is rows from above, each from the left', () => {
    const stops = [stop('c', 0, 100), stop('b', 140, 10), stop('a', 0, 0), stop('d', 140, 95)];
    expect(readingOrder(stops).map(({ key }) => key)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('goes to the nearest in a direction, straight before aside', () => {
    const stops = [stop('near', 140, 70), stop('straight', 160, 0), stop('behind', -200, 0)];
    expect(neighbour({ x: 0, y: 0, w: 128, h: 88 }, 'right', stops)).toBe('straight');
    expect(neighbour({ x: 0, y: 0, w: 128, h: 88 }, 'up', stops)).toBeUndefined();
  });
});

describe('freeSpot', () => {
  it('fills rows from the left and goes below what is there', () => {
    const taken = [{ x: 12, y: 44, w: 128, h: 88 }];
    expect(freeSpot([], 440, 128, 88)).toEqual({ x: 12, y: 44 });
    expect(freeSpot(taken, 440, 128, 88)).toEqual({ x: 148, y: 44 });
    expect(freeSpot(taken, 152, 128, 88)).toEqual({ x: 12, y: 140 });
  });
});

describe('snapped', () => {
  it('comes in line with a neighbour within reach, else rests on the grid', () => {
    const other = { x: 200, y: 0, w: 128, h: 88 };
    expect(snapped({ x: 203, y: 301, w: 128, h: 88 }, [other], 6)).toMatchObject({
      dx: -3,
      dy: -1,
      guides: [{ axis: 'x', at: 200 }],
    });
    expect(snapped({ x: 65, y: 500, w: 128, h: 88 }, [other], 6)).toMatchObject({ dx: -1, dy: 0 });
  });
});

describe('links', () => {
  it('are told apart from the text around them', () => {
    expect(stretches('see https://a.example/b?c=d, and javascript:alert(1).')).toEqual([
      { text: 'see ' },
      { text: 'https://a.example/b?c=d', href: 'https://a.example/b?c=d' },
      { text: ', and javascript:alert(1).' },
    ]);
    expect(stretches('')).toEqual([{ text: '' }]);
  });
});

describe('chords', () => {
  const event = (key: string, held: Partial<KeyboardEvent> = {}) => ({
    key,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    shiftKey: false,
    ...held,
  });

  it('name letters by what is held, symbols by what they are', () => {
    expect(chordOf(event('Z', { ctrlKey: true, shiftKey: true }))).toBe('mod+shift+z');
    expect(chordOf(event('?', { shiftKey: true }))).toBe('?');
    expect(chordOf(event('ArrowDown', { altKey: true }))).toBe('alt+arrowdown');
  });
});

describe('glyphs', () => {
  it('are one path', () => {
    expect(glyphPath('action')).toContain('M0 0M7 7h10v10');
    expect(glyphPath('idea')).toContain('a4 4 0 1 0 8 0');
  });
});
