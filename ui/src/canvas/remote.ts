import type { Key } from '../ipc/generated/board';
import type { BoardStore } from '../board/store.svelte';
import { withContents } from './drop';
import type { Scene } from './scene.svelte';

/** What others do is drawn as a motion of this long, milliseconds. */
const GLIDE = 120;
/** A name beside a cursor that rests fades after this, milliseconds. */
export const NAME_FADES = 3000;

interface Motion {
  from: { x: number; y: number };
  to: { x: number; y: number };
  began: number;
}

function at(motion: Motion, now: number): { x: number; y: number } {
  const t = Math.min(1, (now - motion.began) / GLIDE);
  return {
    x: motion.from.x + (motion.to.x - motion.from.x) * t,
    y: motion.from.y + (motion.to.y - motion.from.y) * t,
  };
}

/** A point that glides to where it is told to be. */
export class Glide {
  #motion: Motion | undefined;

  /** Goes to a point from wherever it is; at once the first time, and where motion is to be reduced. */
  to(x: number, y: number, now: number): void {
    const to = { x, y };
    if (this.#motion?.to.x === x && this.#motion.to.y === y) return;
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const from = this.#motion && !still ? at(this.#motion, now) : to;
    this.#motion = { from, to, began: now };
  }

  /** Where it is. */
  now(now: number): { x: number; y: number } | undefined {
    return this.#motion && at(this.#motion, now);
  }

  /** Whether it is on its way. */
  moving(now: number): boolean {
    return !!this.#motion && now - this.#motion.began < GLIDE;
  }
}

/** Shows the drags of others as they happen. */
export class RemoteDrags {
  readonly #store: BoardStore;
  readonly #scene: Scene;
  readonly #drags = new Map<string, { glide: Glide; keys: Set<Key> }>();
  #frame = 0;

  constructor(store: BoardStore, scene: Scene) {
    this.#store = store;
    this.#scene = scene;
  }

  /** Takes what everybody drags now. */
  update(): void {
    const now = performance.now();
    const seen = new Set<string>();
    for (const { who, presence } of this.#store.others.list) {
      const { dragging } = presence;
      if (!dragging) continue;
      seen.add(who);
      const known = this.#drags.get(who);
      const drag = known ?? { glide: new Glide(), keys: withContents(this.#store, dragging.keys) };
      if (!known) {
        drag.glide.to(0, 0, now);
        this.#drags.set(who, drag);
      }
      drag.glide.to(dragging.dx, dragging.dy, now);
    }
    for (const [who, drag] of this.#drags) {
      if (seen.has(who)) continue;
      this.#drags.delete(who);
      // The batch that moves them for good is on its way, or it was called off.
      setTimeout(() => this.#scene.settle(drag.keys), GLIDE);
    }
    this.#schedule();
  }

  /** Ends. */
  destroy(): void {
    cancelAnimationFrame(this.#frame);
  }

  #schedule(): void {
    if (this.#drags.size === 0) return;
    this.#frame ||= requestAnimationFrame((now) => {
      this.#frame = 0;
      let moving = false;
      for (const { glide, keys } of this.#drags.values()) {
        const to = glide.now(now);
        if (to) this.#scene.offset(keys, to.x, to.y);
        moving ||= glide.moving(now);
      }
      if (moving) this.#schedule();
    });
  }
}
