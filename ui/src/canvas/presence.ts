import type { Presence } from '../ipc/generated/protocol';
import { seen } from './camera';
import type { Scene } from './scene.svelte';

/** At most one message in this time, milliseconds: about 30 a second. */
const EVERY = 33;
/** At most so many keys are told. */
const MOST_KEYS = 200;

/** What the canvas knows of where this session is. */
export interface Whereabouts {
  cursor: { x: number; y: number } | null;
  dragging: Presence['dragging'];
  caret: Presence['caret'];
}

/** Tells the others where this session is, no more often than they can see. */
export class Telling {
  readonly #scene: Scene;
  readonly #where: () => Whereabouts;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #last = 0;
  #told = '';

  constructor(scene: Scene, where: () => Whereabouts) {
    this.#scene = scene;
    this.#where = where;
  }

  /** There is something new to tell. */
  news(): void {
    this.#timer ??= setTimeout(
      () => this.#tell(),
      Math.max(0, this.#last + EVERY - performance.now()),
    );
  }

  /** Ends. */
  destroy(): void {
    clearTimeout(this.#timer);
  }

  #tell(): void {
    this.#timer = undefined;
    this.#last = performance.now();
    const { selection, viewport, editing, store } = this.#scene;
    const where = this.#where();
    const area = seen(viewport.view, viewport.size);
    const presence: Presence = {
      name: '',
      tint: null,
      person: null,
      cursor: where.cursor && [Math.round(where.cursor.x), Math.round(where.cursor.y)],
      selected: [...selection.keys].slice(0, MOST_KEYS),
      dragging: where.dragging,
      editing,
      caret: where.caret,
      view: [Math.round(area.x), Math.round(area.y), Math.round(area.w), Math.round(area.h)],
    };
    const told = JSON.stringify(presence);
    if (told === this.#told) return;
    this.#told = told;
    store.present(presence);
  }
}
