import type {
  FollowUp,
  Key,
  Meta,
  Note,
  Record as BoardRecord,
  Section,
  Theme,
} from '../ipc/generated/board';
import { BOARD, keyOf, type Of, parentOf } from '../board/records';
import { type Rect, same } from './geometry';
import { NOTE_H, NOTE_W, type TextMeasure } from './text';
import { type Lane, laneOrder, layLane } from './timeline';

/** A section's header, padding, and the gaps inside, board units. */
export const HEADER = 44;
export const PADDING = 12;
export const GAP = 8;
/** A theme's padding and title row. */
export const THEME_PAD = 6;
export const THEME_TITLE = 24;
/** The edges of the notes behind the first of a collapsed theme. */
const STACK_STEP = 4;

/** Where records come from. */
export interface Source {
  /** A record. */
  get(key: Key): BoardRecord | undefined;
  /** What lies directly on a parent, in order. */
  childrenOf(parent: string): BoardRecord[];
  /** The board's own data. */
  readonly meta: Meta;
}

interface Item {
  key: Key;
  record: Of<'note' | 'followUp' | 'theme'>;
  w: number;
  h: number;
  /** A theme's members, from the theme's top-left corner. */
  inside: [Key, Rect][];
}

/** A tray of notes: its size, and where they lie in it. */
export interface Tray {
  w: number;
  h: number;
  at: Rect[];
}

/** How many columns a theme of `n` notes has. */
export function themeColumns(n: number): number {
  return n <= 1 ? 1 : n <= 4 ? 2 : n <= 9 ? 3 : 4;
}

/** The most a tray's rows are wide: two trays of two columns, as a section for reading has them. */
const TRAY_ROOM = 2 * (2 * NOTE_W + GAP) + 2 * THEME_PAD + 14;

/**
 * Lays out notes of the given sizes in rows as wide as `columns` of the narrowest; wider notes take
 * the room of several. The import places themes by the same arithmetic (`board::layout::tray`).
 */
export function layTray(sizes: readonly { w: number; h: number }[], columns: number): Tray {
  const unit = sizes.length === 0 ? NOTE_W : Math.min(...sizes.map((size) => size.w));
  const fitting = Math.max(1, Math.floor((TRAY_ROOM + GAP) / (unit + GAP)));
  const width = Math.min(columns, fitting) * (unit + GAP) - GAP;
  const at: Rect[] = [];
  let [x, y, row, wide] = [0, 0, 0, NOTE_W];
  for (const { w, h } of sizes) {
    if (x > 0 && x + w > width) {
      y += row + GAP;
      [x, row] = [0, 0];
    }
    at.push({ x: THEME_PAD + x, y: THEME_TITLE + y, w, h });
    row = Math.max(row, h);
    wide = Math.max(wide, x + w);
    x += w + GAP;
  }
  return {
    w: 2 * THEME_PAD + wide,
    h: THEME_TITLE + (sizes.length === 0 ? NOTE_H / 2 : y + row + THEME_PAD),
    at,
  };
}

/**
 * Where everything is: rectangles in board units, from the records and the heights of their texts.
 * What a collapsed section or theme hides has none.
 */
export class Layout {
  /** Lanes of timeline sections, laid out. */
  readonly lanes = new Map<Key, Lane>();
  readonly #rects = new Map<Key, Rect>();
  readonly #roots = new Map<Key, Key>();
  readonly #members = new Map<Key, Set<Key>>();
  readonly #source: Source;
  readonly #measure: TextMeasure;
  /** A text being written here, ahead of its record. */
  #live: { key: Key; text: string } | undefined;

  constructor(source: Source, measure: TextMeasure) {
    this.#source = source;
    this.#measure = measure;
  }

  /** Where something is; `undefined` where it does not show. */
  rect(key: Key): Rect | undefined {
    return this.#rects.get(key);
  }

  /** All rectangles. */
  rects(): IterableIterator<[Key, Rect]> {
    return this.#rects.entries();
  }

  /** What shows for a thing: itself, or the theme or section that hides it. */
  shown(key: Key): Key | undefined {
    let at: Key | undefined = key;
    for (let depth = 0; at && depth < 4; depth++) {
      if (this.#rects.has(at)) return at;
      const record = this.#source.get(at);
      at = record && parentOf(record);
    }
    return undefined;
  }

  /** The height a section's contents need, which may be more than it has. */
  needs(section: Key): number {
    return this.#rects.get(section)?.h ?? 0;
  }

  /** A text being written here (`undefined` when no more). Lay out its key afterwards. */
  writing(live: { key: Key; text: string } | undefined): void {
    this.#live = live;
  }

  /** Lays out anew what these keys touch. Answers the keys whose rectangles are new, changed, or gone. */
  update(
    changes: Iterable<{
      key: Key;
      before?: BoardRecord | undefined;
      after?: BoardRecord | undefined;
    }>,
  ): Set<Key> {
    const dirty = new Set<Key>();
    for (const { key, before, after } of changes) {
      for (const record of [before, after ?? this.#source.get(key)]) {
        if (!record) continue;
        if (record.type === 'meta') {
          for (const lane of this.lanes.keys()) dirty.add(lane);
        } else dirty.add(this.#rootOf(record));
      }
      const old = this.#roots.get(key);
      if (old) dirty.add(old);
    }
    const changed = new Set<Key>();
    for (const root of dirty) this.#lay(root, changed);
    return changed;
  }

  #rootOf(record: BoardRecord): Key {
    let at = record;
    for (let depth = 0; depth < 3; depth++) {
      const parent = parentOf(at);
      if (parent === undefined || parent === BOARD) break;
      const above = this.#source.get(parent);
      if (!above) break;
      at = above;
    }
    return keyOf(at);
  }

  #lay(root: Key, changed: Set<Key>): void {
    const placed = new Map<Key, Rect>();
    const record = this.#source.get(root);
    if (record?.type === 'section') this.#laySection(record, placed, changed);
    else {
      this.lanes.delete(root);
      const item = record && this.#item(record);
      if (item && item.record.place.parent === BOARD) {
        put(placed, item, item.record.place.x, item.record.place.y);
      }
    }
    for (const key of this.#members.get(root) ?? []) {
      if (placed.has(key) || this.#roots.get(key) !== root) continue;
      this.#rects.delete(key);
      this.#roots.delete(key);
      changed.add(key);
    }
    for (const [key, rect] of placed) {
      if (!same(this.#rects.get(key), rect)) {
        this.#rects.set(key, rect);
        changed.add(key);
      }
      this.#roots.set(key, root);
    }
    if (placed.size > 0) this.#members.set(root, new Set(placed.keys()));
    else this.#members.delete(root);
  }

  #laySection(section: Section, placed: Map<Key, Rect>, changed: Set<Key>): void {
    const frame = { x: section.x, y: section.y, w: section.size.w, h: section.size.h };
    placed.set(section.id, frame);
    if (section.layout !== 'timeline') this.lanes.delete(section.id);
    if (section.collapsed) {
      this.lanes.delete(section.id);
      frame.h = HEADER;
      return;
    }
    const columns =
      section.layout === 'column'
        ? Math.max(1, Math.floor((frame.w - 28) / (NOTE_W + GAP)))
        : undefined;
    const items: Item[] = [];
    for (const child of this.#source.childrenOf(section.id)) {
      const wide =
        section.layout === 'column' && child.type !== 'theme' ? frame.w - 2 * PADDING : undefined;
      const item = this.#item(child, wide, columns);
      if (item) items.push(item);
    }
    switch (section.layout) {
      case 'free':
        for (const item of items) {
          const { x, y } = item.record.place;
          put(placed, item, section.x + x, section.y + y);
          // Notes in a theme end where loose ones do: its own padding lies within the section's.
          const padding = item.record.type === 'theme' ? PADDING - THEME_PAD : PADDING;
          frame.w = Math.max(frame.w, x + item.w + padding);
          frame.h = Math.max(frame.h, y + item.h + padding);
        }
        break;
      case 'column': {
        let y = HEADER;
        for (const item of items) {
          put(placed, item, section.x + PADDING, section.y + y);
          y += item.h + GAP;
        }
        frame.h = Math.max(frame.h, y - GAP + PADDING);
        break;
      }
      case 'timeline': {
        const order = laneOrder(items.map((item) => ({ ...item, when: whenOf(item.record) })));
        const lane = layLane(order, section.size.w, this.#source.meta.promised);
        lane.at.forEach(({ x, y }, i) => {
          const item = order[i];
          if (item) put(placed, item, section.x + x, section.y + y);
        });
        frame.w = lane.w;
        frame.h = Math.max(frame.h, lane.h + PADDING);
        this.lanes.set(section.id, lane);
        changed.add(section.id);
        break;
      }
    }
  }

  #item(record: BoardRecord, wide?: number, columns?: number): Item | undefined {
    switch (record.type) {
      case 'note':
      case 'followUp': {
        const size = record.type === 'note' ? record.size : null;
        const w = wide ?? Math.max(NOTE_W, size?.w ?? 0);
        const text = this.#live?.key === record.id ? this.#live.text : record.text;
        const h = Math.max(size?.h ?? 0, this.#measure.noteHeight(text, w));
        return { key: record.id, record, w, h, inside: [] };
      }
      case 'theme': {
        const members = this.#source
          .childrenOf(record.id)
          .flatMap((child) => this.#item(child) ?? []);
        if (record.collapsed) {
          const first = members[0];
          const w = Math.max(NOTE_W, first?.w ?? 0);
          const behind = Math.min(2, Math.max(0, members.length - 1)) * STACK_STEP;
          const h = THEME_TITLE + (first?.h ?? NOTE_H / 2) + behind + THEME_PAD;
          const inside: [Key, Rect][] = first
            ? [[first.key, { x: THEME_PAD, y: THEME_TITLE, w: first.w, h: first.h }]]
            : [];
          return { key: record.id, record, w: w + 2 * THEME_PAD + behind, h, inside };
        }
        const most = Math.min(themeColumns(members.length), columns ?? Infinity);
        const tray = layTray(members, most);
        const inside = members.map((member, i): [Key, Rect] => [
          member.key,
          tray.at[i] ?? { x: 0, y: 0, w: 0, h: 0 },
        ]);
        return { key: record.id, record, w: tray.w, h: tray.h, inside };
      }
      default:
        return undefined;
    }
  }
}

function put(placed: Map<Key, Rect>, item: Item, x: number, y: number): void {
  placed.set(item.key, { x, y, w: item.w, h: item.h });
  for (const [key, r] of item.inside) placed.set(key, { x: x + r.x, y: y + r.y, w: r.w, h: r.h });
}

function whenOf(record: Note | FollowUp | Theme): Note['when'] {
  return 'when' in record ? record.when : null;
}
