import type { End, Key } from '../ipc/generated/board';
import { wordsOf } from '../board/records';
import type { BoardStore } from '../board/store.svelte';
import { around, grown, meets, type Point, type Rect } from './geometry';
import { HEADER, THEME_TITLE } from './layout';
import { headOf, type Label, labelAt, pathOf, route, type Way } from './route';
import type { Scene } from './scene.svelte';
import { canvasRuler, type Ruler } from './text';

/** Things further than this from both ends are not in a connector's way, board units. */
const REACH = 80;
/** Obstacles looked at: beyond, a way around them is not worth finding. */
const MOST_OBSTACLES = 80;
/** A label as `ConnectorView` draws it: its font, height, sides, and the most it is wide. */
const LABEL = {
  font: '600 13px "Atkinson Hyperlegible Next", system-ui, sans-serif',
  h: 22,
  sides: 18,
  most: 240,
};
/** From a note's edge to its words and glyph: a label may lie on that much of it. */
const NOTE_EDGE = 7;

/** The elements of a drawn connector. */
export interface Drawn {
  line: SVGPathElement;
  head: SVGPathElement;
  grab: SVGPathElement;
  label: HTMLElement | undefined;
}

/** A way, and where its label stands. */
interface Routed {
  way: Way;
  label: Point | undefined;
}

/** Keeps connectors drawn along their ways. */
export class Links {
  readonly #store: BoardStore;
  readonly #scene: Scene;
  readonly #drawn = new Map<Key, Drawn>();
  readonly #ways = new Map<Key, Routed>();
  readonly #dirty = new Set<Key>();
  readonly #at = new Map<Key, Set<Key>>();
  readonly #ends = new Map<Key, readonly Key[]>();
  #ruler: Ruler | undefined;

  constructor(store: BoardStore, scene: Scene) {
    this.#store = store;
    this.#scene = scene;
  }

  /** A connector is new, changed, or gone. */
  put(key: Key): void {
    for (const end of this.#ends.get(key) ?? []) this.#at.get(end)?.delete(key);
    const record = this.#store.as('connector', key);
    this.#ways.delete(key);
    if (!record) {
      this.#ends.delete(key);
      return;
    }
    const ends = [record.from, record.to].flatMap((end) => ('on' in end ? [end.on] : []));
    this.#ends.set(key, ends);
    for (const end of ends) {
      const set = this.#at.get(end);
      if (set) set.add(key);
      else this.#at.set(end, new Set([key]));
    }
    this.#dirty.add(key);
  }

  /** These have moved: connectors at them are to be drawn anew. */
  touch(keys: Iterable<Key>): void {
    for (const key of keys) {
      for (const connector of this.#at.get(key) ?? []) {
        this.#ways.delete(connector);
        this.#dirty.add(connector);
      }
      if (this.#ends.has(key)) this.#dirty.add(key);
    }
  }

  /** Registers the elements of a connector. */
  draw(key: Key, drawn: Drawn): () => void {
    this.#drawn.set(key, drawn);
    this.#write(key);
    return () => this.#drawn.delete(key);
  }

  /** The way of a connector; `undefined` where an end does not show. */
  way(key: Key): Way | undefined {
    return this.#routed(key)?.way;
  }

  /** The way between two ends. */
  between(from: End, to: End): Way | undefined {
    return this.#route(from, to, '')?.way;
  }

  /** Whether a connector may show in a part of the board. */
  near(key: Key, area: Rect): boolean {
    const way = this.way(key);
    const box = way && around(way.map(({ x, y }) => ({ x, y, w: 1, h: 1 })));
    return !!box && meets(grown(box, 40), area);
  }

  /** Writes what has changed. */
  flush(): void {
    for (const key of this.#dirty) this.#write(key);
    this.#dirty.clear();
  }

  #routed(key: Key): Routed | undefined {
    const known = this.#ways.get(key);
    if (known) return known;
    const record = this.#store.as('connector', key);
    const routed = record && this.#route(record.from, record.to, record.label);
    if (routed) this.#ways.set(key, routed);
    return routed;
  }

  #route(from: End, to: End, words: string): Routed | undefined {
    const a = this.#rect(from);
    const b = this.#rect(to);
    const span = a && b && around([a, b]);
    if (!span) return undefined;
    const near = grown(span, REACH);
    const ends = [from, to].flatMap((end) => ('on' in end ? [end.on] : []));
    // What holds an end (a theme does) is not in the way.
    const free = (rect: Rect): boolean => !meets(rect, grown(a, -4)) && !meets(rect, grown(b, -4));
    const obstacles: Rect[] = [];
    const clear: Rect[] = [];
    for (const key of this.#scene.grid.in(near)) {
      const rect = this.#scene.rect(key);
      if (!rect) continue;
      clear.push(grown(rect, -NOTE_EDGE));
      if (!ends.includes(key) && free(rect)) obstacles.push(rect);
      if (obstacles.length >= MOST_OBSTACLES) break;
    }
    for (const key of [...this.#store.sections, ...this.#store.themes]) {
      const record = this.#store.get(key);
      const rect = this.#scene.rect(key);
      if (!rect || !record || !meets(rect, near)) continue;
      // A line through a title makes it hard to read, wherever it leads.
      const section = record.type === 'section';
      const title = {
        x: rect.x + 8,
        y: rect.y + 6,
        w: Math.min(rect.w - 16, 44 + wordsOf(record).length * 9),
        h: (section ? HEADER - 8 : THEME_TITLE) - 6,
      };
      clear.push(title);
      if (!ends.includes(key)) obstacles.push(!section && free(rect) ? rect : title);
    }
    const areas = this.#store.sections.flatMap((key) => this.#scene.rect(key) ?? []);
    const label = words === '' ? undefined : this.#label(words, clear);
    const way = route(a, b, obstacles, areas, label);
    return { way, label: label && labelAt(way, label) };
  }

  #label(words: string, clear: readonly Rect[]): Label {
    this.#ruler ??= canvasRuler(LABEL.font);
    const w = Math.min(LABEL.most, Math.ceil(this.#ruler(words)) + LABEL.sides);
    return { w, h: LABEL.h, clear };
  }

  #rect(end: End): Rect | undefined {
    if ('at' in end) return { x: end.at[0], y: end.at[1], w: 0, h: 0 };
    const shown = this.#scene.layout.shown(end.on);
    return shown === undefined ? undefined : this.#scene.rect(shown);
  }

  #write(key: Key): void {
    const drawn = this.#drawn.get(key);
    const routed = drawn && this.#routed(key);
    if (!drawn || !routed) return;
    const { way } = routed;
    const d = pathOf(way);
    drawn.line.setAttribute('d', d);
    drawn.grab.setAttribute('d', d);
    drawn.head.setAttribute('d', headOf(way));
    if (drawn.label) {
      const { x, y } = routed.label ?? labelAt(way, { w: 0, h: LABEL.h, clear: [] });
      drawn.label.style.transform = `translate(${x}px, ${y}px) translate(-50%, -50%)`;
    }
  }
}
