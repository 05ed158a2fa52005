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
/** From the notes of one row to the top of the next: its words stand where a header would. */
const ROW_GAP = -14;
/** A stem that goes further than this to the side is drawn faintly: many of them are a wedge, not lines. */
const FAR = 280;

/** Something to be put on a lane, in the order of the lane. */
export interface LaneItem {
  key: Key;
  w: number;
  h: number;
  when: When | null;
}

/**
 * One row of a lane, laid out. All coordinates are board units from the section's left edge and
 * from the row's top, which for the first row is the section's.
 */
export interface LaneRow {
  /** The row's top, from the section's. */
  y: number;
  /** The axis, from and to. */
  x0: number;
  x1: number;
  /** Dots at true dates, and the stems from there to the items; `far` ones lead a long way aside. */
  dots: { key: Key; x: number; stem: string; far: boolean }[];
  /** Words above the items. */
  dates: { key: Key; x: number; label: string }[];
  /** Months, days, or hours. */
  ticks: { x: number; label: string }[];
  /** The promised date. */
  promise: { x: number; label: string } | null;
}

/** A lane: its rows, and where its items lie from the section's top-left corner. */
export interface Lane {
  /** The width and height the lane needs. */
  w: number;
  h: number;
  rows: LaneRow[];
  at: { key: Key; x: number; y: number }[];
}

const DAY = 86_400_000;
const HOUR = 3_600_000;

/** The moment a `when.at` names, in milliseconds as if in UTC; `undefined` where it names none. */
export function moment(at: string): number | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2}))?$/.exec(at);
  if (!match) return undefined;
  const [, y, m, d, h, min] = match.map(Number);
  return Date.UTC(y ?? 0, (m ?? 1) - 1, d ?? 1, h || 0, min || 0);
}

/**
 * By date. What has no date stays behind what it stands after, as the document has it
 * (`board::layout::lane_order`).
 */
export function laneOrder<T extends { when: When | null }>(items: readonly T[]): T[] {
  let last = -Infinity;
  return items
    .map((item, i) => {
      last = moment(item.when?.at ?? '') ?? last;
      return { item, i, t: last };
    })
    .sort((a, b) => (a.t === b.t ? a.i - b.i : a.t - b.t))
    .map(({ item }) => item);
}

/**
 * Lays out a lane of at least width `w`. `items` are in lane order. What does not fit into one row
 * goes on in the next, each row with an axis of its own.
 */
export function layLane(items: readonly LaneItem[], w: number, promised: When | null): Lane {
  const widest = items.reduce((most, item) => Math.max(most, item.w), 0);
  const width = Math.max(w, widest + 2 * SIDE);
  const groups = rowsOf(items, width - 2 * SIDE);
  const due = rowOfPromise(groups, moment(promised?.at ?? ''));
  const lane: Lane = { w: width, h: LANE_TOP, rows: [], at: [] };
  let y = 0;
  groups.forEach((group, i) => {
    const { row, at, h } = layRow(group, width, i === due ? promised : null, groups.length > 1);
    lane.rows.push({ ...row, y });
    lane.at.push(...at.map(({ key, x }) => ({ key, x, y: y + LANE_TOP })));
    lane.h = y + h;
    y += h + ROW_GAP;
  });
  return lane;
}

function rowsOf(items: readonly LaneItem[], room: number): LaneItem[][] {
  const rows: LaneItem[][] = [[]];
  let used = 0;
  for (const item of items) {
    const row = rows.at(-1);
    if (row && (row.length === 0 || used + LEAST_GAP + item.w <= room)) {
      used += (row.length === 0 ? 0 : LEAST_GAP) + item.w;
      row.push(item);
    } else {
      rows.push([item]);
      used = item.w;
    }
  }
  return rows;
}

/** The first row that reaches the promised moment, else the last. */
function rowOfPromise(rows: readonly LaneItem[][], promise: number | undefined): number {
  if (promise === undefined) return -1;
  const reaches = (row: LaneItem[]): boolean =>
    row.some((item) => (moment(item.when?.at ?? '') ?? -Infinity) >= promise);
  const found = rows.findIndex(reaches);
  return found < 0 ? rows.length - 1 : found;
}

function layRow(
  items: readonly LaneItem[],
  width: number,
  promised: When | null,
  dense: boolean,
): { row: Omit<LaneRow, 'y'>; at: { key: Key; x: number }[]; h: number } {
  const times = items.map((item) => moment(item.when?.at ?? ''));
  const promise = moment(promised?.at ?? '');
  const known = [...times, promise].filter((t) => t !== undefined);
  const wide = items.reduce((sum, item) => sum + item.w, 0);
  const gaps = Math.max(0, items.length - 1);
  const free = width - 2 * SIDE - wide;
  const spread = times.some((t) => t !== undefined) && gaps > 0 && !dense;
  const gap = Math.max(
    LEAST_GAP,
    Math.floor(
      spread ? free / gaps : dense ? LEAST_GAP : Math.min(PLAIN_GAP, gaps ? free / gaps : 0),
    ),
  );

  const x0 = SIDE;
  // The last row of several may be short: its axis is as long as its notes.
  const x1 = dense ? Math.min(width - SIDE, SIDE + wide + gaps * gap) : width - SIDE;
  const first = Math.min(...known);
  const last = Math.max(...known);
  const inset = Math.min(INSET, (x1 - x0) / 4);
  const scale = (t: number): number =>
    first === last
      ? (x0 + x1) / 2
      : x0 + inset + ((t - first) / (last - first)) * (x1 - x0 - 2 * inset);

  const row: Omit<LaneRow, 'y'> = { x0, x1, dots: [], dates: [], ticks: [], promise: null };
  const at: { key: Key; x: number }[] = [];
  let h = LANE_TOP;
  let x = SIDE;
  items.forEach((item, i) => {
    const t = times[i];
    if (items.length === 1 && t !== undefined && !dense)
      x = Math.min(x1 - item.w, Math.max(x0, scale(t) - item.w / 2));
    at.push({ key: item.key, x });
    row.dates.push({ key: item.key, x, label: item.when?.label ?? '' });
    if (t !== undefined) {
      const dot = Math.round(scale(t));
      const to = x + item.w / 2;
      const stem = `M${dot} ${AXIS_Y}C${dot} ${AXIS_Y + 20} ${to} ${LANE_TOP - 22} ${to} ${LANE_TOP}`;
      row.dots.push({ key: item.key, x: dot, stem, far: Math.abs(dot - to) > FAR });
    }
    h = Math.max(h, LANE_TOP + item.h);
    x += item.w + gap;
  });
  if (promise !== undefined) {
    row.promise = { x: Math.round(scale(promise)), label: promised?.label ?? '' };
  }
  if (first < last) {
    row.ticks = ticks(first, last, (x1 - x0) / 90).map(({ t, label }) => ({
      x: Math.round(scale(t)),
      label,
    }));
    const pennant = row.promise;
    // The promise's words stand left of its pennant: no tick's words may stand in them.
    if (pennant) {
      const left = pennant.x - 26 - pennant.label.length * 7.5 - 84;
      row.ticks = row.ticks.filter(
        (tick) => tick.x + 10 + tick.label.length * 7 < left || tick.x > pennant.x + 4,
      );
    }
  }
  return { row, at, h };
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
