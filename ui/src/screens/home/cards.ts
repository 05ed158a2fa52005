/** How boards and templates of Home are told, in words and measures. Pure. */
import type { BoardCard, Miniature } from '../../ipc/generated/home';
import { count, moment } from '../../panels/format';

/** What a board is called where nobody has named it. */
export function titleOf(title: string): string {
  return title.trim() || 'A board without a title';
}

/** Where a board stands, in a line: "Payments. In Group, yesterday". */
export function standing(card: BoardCard, nowMs: number): string {
  const when = moment(card.changedMs, nowMs);
  const stand = card.phase ? `In ${card.phase}, ${when}` : `Changed ${when}`;
  return card.team ? `${card.team}. ${stand}` : stand;
}

/** What became of its follow-ups: "2 of 3 follow-ups done"; empty where there are none. */
export function progress(card: BoardCard): string {
  return card.followups > 0
    ? `${card.followupsDone} of ${count(card.followups, 'follow-up')} done`
    : '';
}

/** Who is connected now: "3 laptops connected"; empty for nobody. */
export function company(card: BoardCard): string {
  return card.peers > 0 ? `${count(card.peers, 'laptop')} connected` : '';
}

/** A rectangle in board units. */
export interface Box {
  x: number;
  y: number;
  w: number;
  h: number;
}

/** A small picture shows at least so much of a board, in its middle: one note alone is not to fill it. */
const LEAST = { w: 960, h: 560 };

/** The part of the board a small picture shows: all of it and a margin. */
export function frame({ sections, notes }: Miniature): Box | null {
  const boxes = [
    ...sections.map(([, , x, y, w, h]) => ({ x, y, w, h })),
    ...notes.map(([, x, y, w, h]) => ({ x, y, w, h })),
  ];
  if (boxes.length === 0) return null;
  const MARGIN = 24;
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y, w, h } of boxes) {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x + w);
    bottom = Math.max(bottom, y + h);
  }
  const w = Math.max(LEAST.w, right - left + 2 * MARGIN);
  const h = Math.max(LEAST.h, bottom - top + 2 * MARGIN);
  return { x: (left + right - w) / 2, y: (top + bottom - h) / 2, w, h };
}

/** Bars that stand for a note's text: as many as fit, at most three, the last one short. */
export function bars(box: Box): Box[] {
  const lines = Math.max(1, Math.min(3, Math.floor((box.h - 20) / 17)));
  const width = box.w - 24;
  if (width <= 0) return [];
  return Array.from({ length: lines }, (_, line) => ({
    x: box.x + 10,
    y: box.y + 13 + line * 17,
    w: width * (line === lines - 1 ? 0.5 : line % 2 === 0 ? 0.86 : 0.94),
    h: 6,
  }));
}

/** A title cut to a width in board units, at about 10 units a character of the section's type. */
export function cut(title: string, width: number): string {
  const room = Math.max(1, Math.floor((width - 28) / 10));
  return title.length > room ? `${title.slice(0, room - 1).trimEnd()}…` : title;
}
