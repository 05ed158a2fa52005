import { grown, holds, meets, type Point, type Rect, spanned } from './geometry';

type Side = 'left' | 'right' | 'top' | 'bottom';

/** How far a connector goes straight out of a thing before it may turn: into the gutter between sections, or notes. */
const LEAVING = [20, 8] as const;
/** The same before it arrives, where its arrowhead needs room. */
const ARRIVING = [20, 13] as const;
/** From the arrowhead's tip to the thing it points at. */
const TIP = 3;
/** Radius of elbows. */
const ELBOW = 8;
/** What a bend costs, in units of length: a straight way may be this much longer. */
const BEND = 40;
/** What a unit of length inside of a section costs, beside itself: gutters are for connectors. */
const INDOORS = 1;
/** What crossing a thing costs. */
const CROSSING = 600;

const OUT: { [S in Side]: Point } = {
  left: { x: -1, y: 0 },
  right: { x: 1, y: 0 },
  top: { x: 0, y: -1 },
  bottom: { x: 0, y: 1 },
};
const SIDES: readonly Side[] = ['right', 'bottom', 'left', 'top'];

/** What a unit of a label's length costs where it hides the line, or lies on what it should not. */
const HIDING = 4;
const COVERING = 2;
/** At the ends of a stretch that must show beside its label; at the tip, the arrowhead as well. */
const SHOWING = 8;
const HEAD = 12;
/** A hidden arrowhead counts as so much hidden line: it says which way. */
const TIP_HIDDEN = 60;
/** Places for a label are looked at this far apart. */
const STEP = 16;
/** A straight way as good as this, in units of length, is taken without looking for others. */
const GOOD = 40;

/** A connector's way in board units: corners from its start to its tip. */
export type Way = readonly Point[];

/** The size of a connector's label, and what is better left uncovered by it. */
export interface Label {
  w: number;
  h: number;
  clear: readonly Rect[];
}

function port(r: Rect, side: Side, gap: number): Point {
  const out = OUT[side];
  return {
    x: r.x + r.w / 2 + out.x * (r.w / 2 + gap),
    y: r.y + r.h / 2 + out.y * (r.h / 2 + gap),
  };
}

/**
 * The way of a connector between two rectangles (points are rectangles without area), in right angles,
 * around `obstacles` where there is a way around, rather between than through `areas`, and with room for
 * its `label`.
 */
export function route(
  from: Rect,
  to: Rect,
  obstacles: readonly Rect[],
  areas: readonly Rect[] = [],
  label?: Label,
): Way {
  const blocks = obstacles.map((r) => grown(r, 2));
  let best: Point[] | undefined;
  let least = Infinity;
  const straights = direct(from, to, label !== undefined);
  const [middle] = straights;
  for (const straight of straights) {
    if (crossings(straight, blocks) > 0) continue;
    const beside = straight[0] && middle?.[0] ? gap(straight[0], middle[0]) : 0;
    const cost = beside / 4 + (label ? spot(straight, label).cost : 0);
    if (cost < least) [best, least] = [straight, cost];
    if (least < GOOD) return straight;
  }
  if (best) least += length(best);
  const inner = [grown(from, -2), grown(to, -2)];
  for (const [a, s] of stubs(from, 0, LEAVING)) {
    for (const [b, t] of stubs(to, TIP, ARRIVING)) {
      for (const corners of ways(s, t)) {
        const way = tidy([a, s, ...corners, t, b]);
        if (turnsBack(way)) continue;
        const cost = length(way) + (way.length - 2) * BEND + indoors(way, areas) * INDOORS;
        // The rest is dear to find: not for what is too long already.
        if (cost >= least) continue;
        const crossed = crossings(way, [...blocks, ...inner]) * CROSSING;
        if (cost + crossed >= least) continue;
        const whole = cost + crossed + (label ? spot(way, label).cost : 0);
        if (whole < least) {
          least = whole;
          best = way;
        }
      }
    }
  }
  return best ?? [port(from, 'right', 0), port(to, 'left', TIP)];
}

function sides(r: Rect): readonly Side[] {
  return r.w === 0 && r.h === 0 ? ['right', 'left', 'top', 'bottom'] : SIDES;
}

/** Where a connector may leave a thing, and where it may turn first. */
function stubs(r: Rect, gap: number, far: readonly number[]): [Point, Point][] {
  return sides(r).flatMap((side) => {
    const p = port(r, side, gap);
    return far.map((d): [Point, Point] => [
      p,
      { x: p.x + OUT[side].x * d, y: p.y + OUT[side].y * d },
    ]);
  });
}

/** How much of a way lies in areas. */
function indoors(way: readonly Point[], areas: readonly Rect[]): number {
  let sum = 0;
  for (let i = 1; i < way.length; i++) {
    const [a, b] = [way[i - 1], way[i]];
    if (!a || !b) continue;
    for (const area of areas) {
      const w =
        Math.min(Math.max(a.x, b.x), area.x + area.w) - Math.max(Math.min(a.x, b.x), area.x);
      const h =
        Math.min(Math.max(a.y, b.y), area.y + area.h) - Math.max(Math.min(a.y, b.y), area.y);
      if (w >= 0 && h >= 0) sum += w + h;
    }
  }
  return sum;
}

/** Straight lines where the two face each other: in the middle, then (`all`) beside it. */
function direct(from: Rect, to: Rect, all: boolean): Point[][] {
  const top = Math.max(from.y, to.y);
  const bottom = Math.min(from.y + from.h, to.y + to.h);
  if (bottom - top >= 16 || (from.h === 0 && to.h === 0 && from.y === to.y)) {
    const x =
      to.x >= from.x + from.w
        ? [from.x + from.w, to.x - TIP]
        : from.x >= to.x + to.w
          ? [from.x, to.x + to.w + TIP]
          : undefined;
    if (x) return slides(top, bottom, all).map((y) => x.map((x) => ({ x, y })));
  }
  const left = Math.max(from.x, to.x);
  const right = Math.min(from.x + from.w, to.x + to.w);
  if (right - left >= 16) {
    const y =
      to.y >= from.y + from.h
        ? [from.y + from.h, to.y - TIP]
        : from.y >= to.y + to.h
          ? [from.y, to.y + to.h + TIP]
          : undefined;
    if (y) return slides(left, right, all).map((x) => y.map((y) => ({ x, y })));
  }
  return [];
}

/** Places between two, from the middle outwards. */
function slides(from: number, to: number, all: boolean): number[] {
  const middle = Math.round((from + to) / 2);
  const most = all ? (to - from) / 2 - 8 : 0;
  const found = [middle];
  for (let d = 4; d <= most; d += 4) found.push(middle - d, middle + d);
  return found;
}

function ways(s: Point, t: Point): Point[][] {
  const mx = Math.round((s.x + t.x) / 2);
  const my = Math.round((s.y + t.y) / 2);
  return [
    [{ x: t.x, y: s.y }],
    [{ x: s.x, y: t.y }],
    [
      { x: mx, y: s.y },
      { x: mx, y: t.y },
    ],
    [
      { x: s.x, y: my },
      { x: t.x, y: my },
    ],
  ];
}

/** Without corners that are none. */
function tidy(points: readonly Point[]): Point[] {
  const kept: Point[] = [];
  for (const p of points) {
    const last = kept.at(-1);
    if (last && last.x === p.x && last.y === p.y) continue;
    const before = kept.at(-2);
    if (
      last &&
      before &&
      ((before.x === last.x && last.x === p.x) || (before.y === last.y && last.y === p.y))
    ) {
      // Straight on: the corner between goes. Back on itself: it stays, and turnsBack sees it.
      const on = (last.x - before.x) * (p.x - last.x) + (last.y - before.y) * (p.y - last.y) >= 0;
      if (on) kept.pop();
    }
    kept.push(p);
  }
  return kept;
}

function turnsBack(way: readonly Point[]): boolean {
  for (let i = 2; i < way.length; i++) {
    const [a, b, c] = [way[i - 2], way[i - 1], way[i]];
    if (a && b && c && (b.x - a.x) * (c.x - b.x) + (b.y - a.y) * (c.y - b.y) < 0) return true;
  }
  return false;
}

function length(way: readonly Point[]): number {
  let sum = 0;
  for (let i = 1; i < way.length; i++) {
    const [a, b] = [way[i - 1], way[i]];
    if (a && b) sum += Math.abs(b.x - a.x) + Math.abs(b.y - a.y);
  }
  return sum;
}

function crossings(way: readonly Point[], blocks: readonly Rect[]): number {
  let count = 0;
  for (let i = 1; i < way.length; i++) {
    const [a, b] = [way[i - 1], way[i]];
    if (!a || !b) continue;
    const line = {
      x: Math.min(a.x, b.x),
      y: Math.min(a.y, b.y),
      w: Math.max(1, Math.abs(a.x - b.x)),
      h: Math.max(1, Math.abs(a.y - b.y)),
    };
    for (const block of blocks) if (meets(line, block)) count++;
  }
  return count;
}

/** A way as an SVG path with round elbows. */
export function pathOf(way: Way): string {
  const [first] = way;
  if (!first) return '';
  let d = `M${first.x} ${first.y}`;
  for (let i = 1; i < way.length; i++) {
    const [a, b, c] = [way[i - 1], way[i], way[i + 1]];
    if (!a || !b) continue;
    if (!c) {
      d += `L${b.x} ${b.y}`;
      continue;
    }
    const r = Math.min(ELBOW, gap(a, b) / 2, gap(b, c) / 2);
    const p = towards(b, a, r);
    const q = towards(b, c, r);
    d += `L${p.x} ${p.y}Q${b.x} ${b.y} ${q.x} ${q.y}`;
  }
  return d;
}

/** The open arrowhead at the end of a way, as an SVG path. */
export function headOf(way: Way): string {
  const tip = way.at(-1);
  const before = way.at(-2);
  if (!tip || !before) return '';
  const d = Math.max(1, gap(before, tip));
  const u = { x: (tip.x - before.x) / d, y: (tip.y - before.y) / d };
  const wing = (s: 1 | -1): string =>
    `${tip.x - u.x * 6.75 + s * u.y * 6.3} ${tip.y - u.y * 6.75 - s * u.x * 6.3}`;
  return `M${wing(1)}L${tip.x} ${tip.y}L${wing(-1)}`;
}

/** Where the label stands: where it hides the least of the line and of what lies around it. */
export function labelAt(way: Way, label: Label): Point {
  return spot(way, label).at;
}

/** The best place of a label on a way, and what it costs there in units of length. */
function spot(way: Way, label: Label): { at: Point; cost: number } {
  const tip = way.at(-1) ?? { x: 0, y: 0 };
  let best = { at: tip, cost: Infinity };
  for (let i = 1; i < way.length; i++) {
    const [a, b] = [way[i - 1], way[i]];
    if (!a || !b) continue;
    const level = a.y === b.y;
    const whole = gap(a, b);
    const size = level ? label.w : label.h;
    // The arrowhead is to be seen: the stretch to its tip is that much shorter.
    const shown = i === way.length - 1 ? whole - HEAD : whole;
    const lacking = Math.max(0, size + 2 * SHOWING - shown);
    const reach = Math.max(0, (shown - size) / 2 - SHOWING);
    for (let d = 0; d <= reach; d += STEP) {
      for (const side of d === 0 ? [0] : [-d, d]) {
        const at = towards(a, b, shown / 2 + side);
        const box = { x: at.x - label.w / 2, y: at.y - label.h / 2, w: label.w, h: label.h };
        const covered = label.clear.reduce((sum, r) => sum + shared(box, r), 0) / label.h;
        const hidden = lacking + beneath(way, box, i) + (holds(box, tip) ? TIP_HIDDEN : 0);
        // On the level it reads as part of the line; and rather in the middle than elsewhere.
        const cost = hidden * HIDING + covered * COVERING + (level ? 0 : BEND) + d / 8;
        if (cost < best.cost) best = { at, cost };
      }
    }
  }
  return best;
}

/** How much of a way lies beneath a box, the stretch that ends at corner `but` left out. */
function beneath(way: Way, box: Rect, but: number): number {
  let sum = 0;
  for (let i = 1; i < way.length; i++) {
    const [a, b] = [way[i - 1], way[i]];
    if (!a || !b || i === but) continue;
    const line = spanned(a, b);
    const w = Math.min(line.x + line.w, box.x + box.w) - Math.max(line.x, box.x);
    const h = Math.min(line.y + line.h, box.y + box.h) - Math.max(line.y, box.y);
    if (w >= 0 && h >= 0) sum += w + h;
  }
  return sum;
}

/** The area two rectangles share. */
function shared(a: Rect, b: Rect): number {
  const w = Math.min(a.x + a.w, b.x + b.w) - Math.max(a.x, b.x);
  const h = Math.min(a.y + a.h, b.y + b.h) - Math.max(a.y, b.y);
  return w > 0 && h > 0 ? w * h : 0;
}

function gap(a: Point, b: Point): number {
  return Math.abs(a.x - b.x) + Math.abs(a.y - b.y);
}

function towards(from: Point, to: Point, by: number): Point {
  const d = Math.max(1, gap(from, to));
  return { x: from.x + ((to.x - from.x) / d) * by, y: from.y + ((to.y - from.y) / d) * by };
}
