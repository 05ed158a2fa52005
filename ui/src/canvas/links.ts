import type { End, Key } from '../ipc/generated/board';
import { wordsOf } from '../board/records';
import type { BoardStore } from '../board/store.svelte';
import { around, grown, meets, type Rect } from './geometry';
import { HEADER, THEME_TITLE } from './layout';
import { headOf, labelAt, pathOf, route, type Way } from './route';
import type { Scene } from './scene.svelte';

/** Things further than this from both ends are not in a connector's way, board units. */
const REACH = 80;
/** Obstacles looked at: beyond, a way around them is not worth finding. */
const MOST_OBSTACLES = 80;

/** The elements of a drawn connector. */
export interface Drawn {
  line: SVGPathElement;
  head: SVGPathElement;
  grab: SVGPathElement;
  label: HTMLElement | undefined;
}

/** Keeps connectors drawn along their ways. */
export class Links {
  readonly #store: BoardStore;
  readonly #scene: Scene;
  readonly #drawn = new Map<Key, Drawn>();
  readonly #ways = new Map<Key, Way>();
  readonly #dirty = new Set<Key>();
  readonly #at = new Map<Key, Set<Key>>();
  readonly #ends = new Map<Key, readonly Key[]>();

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
    const known = this.#ways.get(key);
    if (known) return known;
    const record = this.#store.as('connector', key);
    if (!record) return undefined;
    const way = this.between(record.from, record.to);
    if (way) this.#ways.set(key, way);
    return way;
  }

  /** The way between two ends. */
  between(from: End, to: End): Way | undefined {
    const a = this.#rect(from);
    const b = this.#rect(to);
    if (!a || !b) return undefined;
    const span = around([a, b]);
    if (!span) return undefined;
    const obstacles: Rect[] = [];
    for (const key of this.#scene.grid.in(grown(span, REACH))) {
      if (('on' in from && key === from.on) || ('on' in to && key === to.on)) continue;
      const rect = this.#scene.rect(key);
      // What holds an end (a theme does) is not in the way.
      if (rect && !meets(rect, grown(a, -4)) && !meets(rect, grown(b, -4))) obstacles.push(rect);
      if (obstacles.length >= MOST_OBSTACLES) break;
    }
    // A line through a title makes it hard to read, wherever it leads.
    for (const key of [...this.#store.sections, ...this.#store.themes]) {
      const record = this.#store.get(key);
      const rect = this.#scene.rect(key);
      if (!rect || !record || !meets(rect, grown(span, REACH))) continue;
      if (('on' in from && key === from.on) || ('on' in to && key === to.on)) continue;
      const h = record.type === 'section' ? HEADER - 8 : THEME_TITLE;
      obstacles.push({
        x: rect.x + 8,
        y: rect.y + 6,
        w: Math.min(rect.w - 16, 44 + wordsOf(record).length * 9),
        h: h - 6,
      });
    }
    const areas = this.#store.sections.flatMap((key) => this.#scene.rect(key) ?? []);
    return route(a, b, obstacles, areas);
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

  #rect(end: End): Rect | undefined {
    if ('at' in end) return { x: end.at[0], y: end.at[1], w: 0, h: 0 };
    const shown = this.#scene.layout.shown(end.on);
    return shown === undefined ? undefined : this.#scene.rect(shown);
  }

  #write(key: Key): void {
    const drawn = this.#drawn.get(key);
    const way = drawn && this.way(key);
    if (!drawn || !way) return;
    const d = pathOf(way);
    drawn.line.setAttribute('d', d);
    drawn.grab.setAttribute('d', d);
    drawn.head.setAttribute('d', headOf(way));
    if (drawn.label) {
      const { x, y } = labelAt(way);
      drawn.label.style.transform = `translate(${x}px, ${y}px) translate(-50%, -50%)`;
    }
  }
}
