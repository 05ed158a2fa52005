import type { Key } from '../ipc/generated/board';

/** A place in the DOM for a note: shows one after another as the camera moves. */
export class Slot {
  /** What it shows; empty: nothing. */
  key = $state.raw<Key>('');
  /** Its element, once mounted. */
  element: HTMLElement | undefined;
}

/** Notes mounted in one frame at most: what a frame has time for, as measured. */
const MOST_A_FRAME = 40;
/** Empty slots kept; more are unmounted. */
const MOST_SPARE = 200;

/** The notes in the DOM, in elements that are used again. */
export class Slots {
  /** All slots, the empty ones included. */
  list = $state.raw<readonly Slot[]>([]);
  readonly #of = new Map<Key, Slot>();
  #spare: Slot[] = [];

  /** The slot that shows a key. */
  get(key: Key): Slot | undefined {
    return this.#of.get(key);
  }

  /** The keys in the DOM. */
  keys(): IterableIterator<Key> {
    return this.#of.keys();
  }

  /** How many are in the DOM. */
  get size(): number {
    return this.#of.size;
  }

  /**
   * Shows these and no others, as many new ones as a frame has time for. Answers whether some are still to be
   * mounted, and the slots that show something new.
   */
  show(wanted: ReadonlySet<Key>, urgent: ReadonlySet<Key>): { more: boolean; fresh: Slot[] } {
    for (const [key, slot] of this.#of) {
      if (wanted.has(key)) continue;
      this.#of.delete(key);
      slot.key = '';
      this.#spare.push(slot);
    }
    const fresh: Slot[] = [];
    const made: Slot[] = [];
    let left = MOST_A_FRAME;
    let more = false;
    const mount = (key: Key): void => {
      if (this.#of.has(key)) return;
      let slot = this.#spare.pop();
      if (!slot) {
        slot = new Slot();
        made.push(slot);
      }
      slot.key = key;
      this.#of.set(key, slot);
      fresh.push(slot);
      left--;
    };
    for (const key of urgent) if (wanted.has(key)) mount(key);
    for (const key of wanted) {
      if (this.#of.has(key)) continue;
      if (left <= 0) {
        more = true;
        break;
      }
      mount(key);
    }
    if (this.#spare.length > MOST_SPARE) {
      const gone = new Set(this.#spare.splice(MOST_SPARE));
      this.list = [...this.list.filter((slot) => !gone.has(slot)), ...made];
    } else if (made.length > 0) this.list = [...this.list, ...made];
    return { more, fresh };
  }
}
