import type { BoardStore } from '../board/store.svelte';
import { fitted, MAX_ZOOM, type View } from './camera';
import type { Scene } from './scene.svelte';

/** No room is kept free: what they see is seen here. */
const NONE = { left: 0, top: 0, right: 0, bottom: 0 };

/** Sees what somebody else sees, until this person moves the view. */
export class Following {
  /** Whose view it is, by their session; `null`: one's own. */
  who = $state<string | null>(null);
  readonly #store: BoardStore;
  readonly #scene: Scene;
  /** Where their view has led this one. */
  #led: View | undefined;

  constructor(store: BoardStore, scene: Scene) {
    this.#store = store;
    this.#scene = scene;
    scene.onFrame(() => this.#check());
  }

  /** Whose view it is, in words; empty for nobody's. */
  get name(): string {
    const other = this.#store.others.list.find(({ who }) => who === this.who);
    return other ? other.presence.name || 'somebody' : '';
  }

  /** Goes along with them from now on. */
  start(who: string): void {
    this.who = who;
    this.#led = undefined;
    this.update();
  }

  /** Stays here. */
  stop(): void {
    this.who = null;
    this.#led = undefined;
  }

  /** Takes what they see now. */
  update(): void {
    if (this.who === null) return;
    const other = this.#store.others.list.find(({ who }) => who === this.who);
    if (!other) {
      this.stop();
      return;
    }
    const [x, y, w, h] = other.presence.view ?? [0, 0, 0, 0];
    if (w <= 0 || h <= 0) return;
    const { viewport } = this.#scene;
    const to = fitted({ x, y, w, h }, viewport.size, MAX_ZOOM, NONE);
    if (this.#led && same(this.#led, to)) return;
    this.#led = to;
    viewport.glide(to);
  }

  /** Another view than theirs was wanted: by wheel, key, button or drag. */
  #check(): void {
    if (this.#led && !same(this.#led, this.#scene.viewport.target)) this.stop();
  }
}

function same(a: View, b: View): boolean {
  return a.x === b.x && a.y === b.y && a.z === b.z;
}
