import type { Key, When } from '../ipc/generated/board';

/** A lane's fixed measures in board units, from its section's top-left corner. */
export const AXIS_Y = 58;
export const LANE_TOP = 96;
const SIDE = 16;
/** From the ends of the axis to the first and last date. */
const INSET = 35;
/** The space between notes: at least, and where no dates spread them. */
const LEAST_GAP = 8;
const PLAIN_GAP = 20;

/** Something to be put on a lane, in the order of the lane. */
export interface LaneItem {
  key: Key;
  w: number;
  h: number;
  when: When | null;
}

/** A lane, laid out. All coordinates are board units from the section's top-left corner. */
export interface Lane {
  /** The axis, from and to. */
  x0: number;
  x1: number;
  /** The width the lane needs. */
  w: number;
  /** The height the lane needs. */
  h: number;
  /** Left edges of the items. */
  at: { key: Key; x: number }[];
  /** Dots at true dates, and the stems from there to the items. */
  dots: { key: Key; x: number; stem: string }[];
  /** Words above the items. */
  dates: { key: Key; x: number; label: string }[];
  /** Months, days, or hours. */
  ticks: { x: number; label: string }[];
  /** The promised date. */
  promise: { x: number; label: string } | null;
}

/** About the width of a letter of the small type, board units. */
const LETTER = 6.4;

const DAY = 86_400_000;
const HOUR = 3_600_000;

/** The moment a `when.at` names, in milliseconds as if in UTC; `undefined` where it names none. */
export function moment(at: string): number | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2}))?$/.exec(at);
  if (!match) return undefined;
  const [, y, m, d, h, min] = match.map(Number);
  return Date.UTC(y ?? 0, (m ?? 1) - 1, d ?? 1, h || 0, min || 0);
}

/** Dated first and by date, the others after them; within that, the given order stays. */
export function laneOrder<T extends { when: When | null }>(items: readonly T[]): T[] {
  const time = (item: T): number => moment(item.when?.at ?? '') ?? Infinity;
  return items
    .map((item, i) => ({ item, i, t: time(item) }))
    .sort((a, b) => (a.t === b.t ? a.i - b.i : a.t - b.t))
    .map(({ item }) => item);
}

/** Lays out a lane of at least width `w`. `items` are in lane order. */
export function layLane(items: readonly LaneItem[], w: number, promised: When | null): Lane {
  const times = items.map((item) => moment(item.when?.at ?? ''));
  const promise = moment(promised?.at ?? '');
  const known = [...times, promise].filter((t) => t !== undefined);
  const wide = items.reduce((sum, item) => sum + item.w, 0);
  const gaps = Math.max(0, items.length - 1);
  const free = w - 2 * SIDE - wide;
  const spread = times.some((t) => t !== undefined) && gaps > 0;
  const gap = Math.max(
    LEAST_GAP,
    Math.floor(spread ? free / gaps : Math.min(PLAIN_GAP, gaps ? free / gaps : 0)),
  );
  const width = Math.max(w, 2 * SIDE + wide + gaps * gap);

  const x0 = SIDE;
  const x1 = width - SIDE;
  const first = Math.min(...known);
  const last = Math.max(...known);
  const scale = (t: number): number =>
    first === last
      ? (x0 + x1) / 2
      : x0 + INSET + ((t - first) / (last - first)) * (x1 - x0 - 2 * INSET);

  const lane: Lane = {
    x0,
    x1,
    w: width,
    h: LANE_TOP,
    at: [],
    dots: [],
    dates: [],
    ticks: [],
    promise: null,
  };
  let x = SIDE;
  items.forEach((item, i) => {
    const t = times[i];
    if (items.length === 1 && t !== undefined)
      x = Math.min(x1 - item.w, Math.max(x0, scale(t) - item.w / 2));
    lane.at.push({ key: item.key, x });
    lane.dates.push({ key: item.key, x, label: item.when?.label ?? '' });
    if (t !== undefined) {
      const dot = Math.round(scale(t));
      const to = x + item.w / 2;
      const stem = `M${dot} ${AXIS_Y}C${dot} ${AXIS_Y + 20} ${to} ${LANE_TOP - 22} ${to} ${LANE_TOP}`;
      lane.dots.push({ key: item.key, x: dot, stem });
    }
    lane.h = Math.max(lane.h, LANE_TOP + item.h);
    x += item.w + gap;
  });
  if (promise !== undefined) {
    lane.promise = { x: Math.round(scale(promise)), label: promised?.label ?? '' };
  }
  if (first < last) {
    lane.ticks = ticks(first, last, (x1 - x0) / 90).map(({ t, label }) => ({
      x: Math.round(scale(t)),
      label,
    }));
    const pennant = lane.promise;
    // The promise's words stand left of its pennant: no tick's words may stand in them.
    if (pennant) {
      const left = pennant.x - 18 - 'Promised for '.concat(pennant.label).length * LETTER;
      lane.ticks = lane.ticks.filter(
        (tick) => tick.x + 12 + tick.label.length * LETTER < left || tick.x > pennant.x + 4,
      );
    }
  }
  return lane;
}

interface Tick {
  t: number;
  label: string;
}

const MONTH = new Intl.DateTimeFormat('en-GB', { month: 'long', timeZone: 'UTC' });
const DATE = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
const CLOCK = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  timeZone: 'UTC',
});

/** Round moments between two, at most `most` of them, in the coarsest unit that gives any. */
function ticks(first: number, last: number, most: number): Tick[] {
  const span = last - first;
  if (span > 500 * DAY) return years(first, last, most);
  if (span > 27 * DAY) return months(first, last, most);
  const step = [DAY * 7, DAY, HOUR * 6, HOUR * 3, HOUR, HOUR / 2, HOUR / 4].find(
    (s) => span / s >= 2,
  );
  if (!step) return [];
  const every = step * Math.max(1, Math.ceil(span / step / Math.max(1, most)));
  const found: Tick[] = [];
  // Day zero of the epoch was a Thursday: weeks begin on Mondays.
  const offset = step === DAY * 7 ? 4 * DAY : 0;
  for (let t = Math.ceil((first - offset) / every) * every + offset; t <= last; t += every) {
    found.push({ t, label: every >= DAY || t % DAY === 0 ? DATE.format(t) : CLOCK.format(t) });
  }
  return found;
}

function months(first: number, last: number, most: number): Tick[] {
  const start = new Date(first);
  const all: Tick[] = [];
  for (let i = 0; ; i++) {
    const t = Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + i, 1);
    if (t > last) break;
    if (t >= first) {
      const date = new Date(t);
      all.push({
        t,
        label: date.getUTCMonth() === 0 ? String(date.getUTCFullYear()) : MONTH.format(t),
      });
    }
  }
  const every = Math.max(1, Math.ceil(all.length / Math.max(1, most)));
  return all.filter((_, i) => i % every === 0);
}

function years(first: number, last: number, most: number): Tick[] {
  const all: Tick[] = [];
  for (let y = new Date(first).getUTCFullYear(); ; y++) {
    const t = Date.UTC(y, 0, 1);
    if (t > last) break;
    if (t >= first) all.push({ t, label: String(y) });
  }
  const every = Math.max(1, Math.ceil(all.length / Math.max(1, most)));
  return all.filter((_, i) => i % every === 0);
}
