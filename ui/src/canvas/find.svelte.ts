import type { Key } from '../ipc/generated/board';
import { keyOf, parentOf, wordsOf } from '../board/records';
import { middle, type Rect } from './geometry';
import { folded } from './fold';
import type { Scene } from './scene.svelte';
import type { Walk } from './walk';

/** Smaller than this a note cannot be read: a jump to it comes nearer. */
const READABLE = 0.6;

/** The search lies over the top of the canvas, CSS pixels. */
const BAR = 48;

/** The search on the board: what matches, and which of it is looked at. */
export class Find {
  /** Whether the search is open. */
  open = $state(false);
  /** What is searched for. */
  query = $state('');
  /** What matches, in reading order. */
  keys = $state.raw<readonly Key[]>([]);
  /** The one that is looked at, as a place in `keys`; -1 before the first jump. */
  at = $state(-1);

  readonly #scene: Scene;
  readonly #walk: Walk;

  constructor(scene: Scene, walk: Walk) {
    this.#scene = scene;
    this.#walk = walk;
  }

  /** Opens the search; what was searched for last stands there. */
  start(): void {
    this.open = true;
    this.update();
  }

  /** Ends it. What is looked at stays selected, and has the keyboard. */
  end(): void {
    this.open = false;
    const key = this.keys[this.at];
    this.keys = [];
    this.at = -1;
    this.#scene.schedule();
    if (key && this.#scene.rect(key)) void this.#scene.focus(key);
  }

  /** Searches anew: other words, or the board has changed. What is looked at stays so if it still matches. */
  update(): void {
    const { store } = this.#scene;
    const words = folded(this.query.trim());
    const now = this.keys[this.at];
    const matches = (key: Key): boolean => {
      const record = store.get(key);
      return !!record && folded(wordsOf(record)).includes(words);
    };
    this.keys =
      words === '' ? [] : [...this.#order().filter(matches), ...store.connectors.filter(matches)];
    this.at = now === undefined ? -1 : this.keys.indexOf(now);
    this.#scene.schedule();
  }

  /** Looks at the next match, or the one before; round at the ends. */
  go(step: 1 | -1): void {
    const n = this.keys.length;
    if (n === 0) return;
    this.at = this.at < 0 ? (step > 0 ? 0 : n - 1) : (this.at + step + n) % n;
    const key = this.keys[this.at];
    if (key !== undefined) this.#look(key);
  }

  /** Where a match shows: itself, or what it lies closed in. */
  shown(key: Key): Rect | undefined {
    const { store, links } = this.#scene;
    const way = store.get(key)?.type === 'connector' ? links.way(key) : undefined;
    const bend = way?.[Math.floor(way.length / 2)];
    if (bend) return { x: bend.x - 20, y: bend.y - 12, w: 40, h: 24 };
    let at: Key | undefined = key;
    for (let depth = 0; at !== undefined && depth < 4; depth++) {
      const rect = this.#scene.rect(at);
      if (rect) return rect;
      const record = store.get(at);
      at = record && parentOf(record);
    }
    return undefined;
  }

  /** All things in reading order, also those that are closed away. */
  #order(): Key[] {
    const { store } = this.#scene;
    const seen = new Set(this.#walk.order());
    const closed = [...store.records()]
      .filter((record) => 'place' in record && record.type !== 'stroke')
      .map(keyOf)
      .filter((key) => !seen.has(key));
    return [...seen, ...closed];
  }

  #look(key: Key): void {
    const { viewport, selection } = this.#scene;
    const rect = this.shown(key);
    if (!rect) return;
    selection.set([key]);
    if (viewport.target.z < READABLE) {
      const c = middle(rect);
      const { w, h } = viewport.size;
      viewport.glide({ x: c.x - w / 2, y: c.y - h / 2, z: 1 });
    } else {
      // What is found does not lie under the search itself.
      const above = BAR / viewport.target.z;
      this.#scene.bring({ ...rect, y: rect.y - above, h: rect.h + above });
    }
  }
}
