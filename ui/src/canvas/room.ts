import { grown, meets, type Rect } from './geometry';
import { GAP, HEADER, PADDING } from './layout';

/**
 * A free spot of the given size in an area of a section, row by row from the top left; below everything where
 * there is none. Coordinates are from the section's top-left corner.
 */
export function freeSpot(
  taken: readonly Rect[],
  width: number,
  w: number,
  h: number,
  from?: { x: number; y: number },
): {
  x: number;
  y: number;
} {
  const left = PADDING;
  const right = Math.max(left + w, width - PADDING);
  const free = (x: number, y: number): boolean =>
    !taken.some((r) => meets(grown(r, GAP - 1), { x, y, w, h }));
  const rows = new Set([HEADER]);
  for (const r of taken) {
    rows.add(r.y);
    rows.add(r.y + r.h + GAP);
  }
  const columns = new Set([left]);
  for (const r of taken) {
    columns.add(r.x);
    columns.add(r.x + r.w + GAP);
  }
  const sorted = (values: Set<number>): number[] => [...values].sort((a, b) => a - b);
  for (const y of sorted(rows)) {
    if (y < (from?.y ?? HEADER)) continue;
    for (const x of sorted(columns)) {
      if (x < left || x + w > right) continue;
      if (from && y === from.y && x < from.x) continue;
      if (free(x, y)) return { x, y };
    }
  }
  const bottom = Math.max(HEADER - GAP, ...taken.map((r) => r.y + r.h));
  return { x: left, y: bottom + GAP };
}
