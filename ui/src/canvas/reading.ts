import type { Key } from '../ipc/generated/board';
import { middle, type Rect } from './geometry';

/** Something the keyboard can reach. */
export interface Stop {
  key: Key;
  rect: Rect;
}

/** Tops closer than this are one row to a reader, board units. */
const ROW = 40;

/** Reading order: rows from above, each from the left. */
export function readingOrder<T extends Stop>(stops: readonly T[]): T[] {
  const sorted = [...stops].sort(
    (a, b) => a.rect.y - b.rect.y || a.rect.x - b.rect.x || (a.key < b.key ? -1 : 1),
  );
  const rows: { top: number; stops: T[] }[] = [];
  for (const stop of sorted) {
    const row = rows.at(-1);
    if (row && stop.rect.y - row.top < ROW) row.stops.push(stop);
    else rows.push({ top: stop.rect.y, stops: [stop] });
  }
  return rows.flatMap((row) =>
    row.stops.sort((a, b) => a.rect.x - b.rect.x || a.rect.y - b.rect.y),
  );
}

/** A direction of the arrow keys. */
export type Direction = 'left' | 'right' | 'up' | 'down';

/** The unit vector of a direction, y down. */
export const VECTOR: { [D in Direction]: readonly [number, number] } = {
  left: [-1, 0],
  right: [1, 0],
  up: [0, -1],
  down: [0, 1],
};

/** The nearest in a direction from `from`: what lies straight ahead is nearer than what lies aside. */
export function neighbour(
  from: Rect,
  direction: Direction,
  stops: Iterable<Stop>,
): Key | undefined {
  const [dx, dy] = VECTOR[direction];
  const c = middle(from);
  let best: Key | undefined;
  let least = Infinity;
  for (const { key, rect } of stops) {
    const m = middle(rect);
    const ahead = (m.x - c.x) * dx + (m.y - c.y) * dy;
    const aside = Math.abs((m.x - c.x) * dy) + Math.abs((m.y - c.y) * dx);
    if (ahead <= 4 || aside > ahead * 2.5) continue;
    const cost = ahead + aside * 2;
    if (cost < least) {
      least = cost;
      best = key;
    }
  }
  return best;
}
