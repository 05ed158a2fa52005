import type { Rect } from './geometry';
import { GAP } from './layout';

/** The grid everything rests on, board units. */
const GRID = 4;

/** A line that shows what a dragged thing is in line with, board units. */
export interface Guide {
  /** `x`: an upright line at `at`, from `from` to `to`; `y`: a level one. */
  axis: 'x' | 'y';
  at: number;
  from: number;
  to: number;
}

interface Match {
  shift: number;
  guide: Guide | undefined;
}

/**
 * Where a rectangle comes to rest: in line with a neighbour within `reach` board units (edges, middles, or a
 * gap away), else on the grid.
 */
export function snapped(
  rect: Rect,
  neighbours: readonly Rect[],
  reach: number,
): { dx: number; dy: number; guides: Guide[] } {
  const x = along(rect, neighbours, reach, 'x');
  const y = along(rect, neighbours, reach, 'y');
  return {
    dx: x.shift,
    dy: y.shift,
    guides: [x.guide, y.guide].filter((guide) => guide !== undefined),
  };
}

function along(rect: Rect, neighbours: readonly Rect[], reach: number, axis: 'x' | 'y'): Match {
  const [start, size, cross, depth] =
    axis === 'x' ? (['x', 'w', 'y', 'h'] as const) : (['y', 'h', 'x', 'w'] as const);
  const a = rect[start];
  let best: Match = { shift: Math.round(a / GRID) * GRID - a, guide: undefined };
  let least = reach;
  for (const other of neighbours) {
    const b = other[start];
    const lines: [mine: number, theirs: number][] = [
      [a, b],
      [a + rect[size], b + other[size]],
      [a + rect[size] / 2, b + other[size] / 2],
      [a, b + other[size] + GAP],
      [a + rect[size], b - GAP],
    ];
    for (const [mine, theirs] of lines) {
      const shift = theirs - mine;
      if (Math.abs(shift) >= least) continue;
      least = Math.abs(shift);
      best = {
        shift,
        guide: {
          axis,
          at: theirs,
          from: Math.min(rect[cross], other[cross]),
          to: Math.max(rect[cross] + rect[depth], other[cross] + other[depth]),
        },
      };
    }
  }
  return best;
}
