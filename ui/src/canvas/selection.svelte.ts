import type { Key } from '../ipc/generated/board';

const NOTHING: ReadonlySet<Key> = new Set();

/** What is selected, and which of it has the keyboard. */
export class Selection {
  /** The selected keys. Replaced whole, never changed in place. */
  keys = $state.raw<ReadonlySet<Key>>(NOTHING);
  /** The one that has (or had) the keyboard's focus: where arrows start from. */
  focus = $state<Key | null>(null);

  /** The only selected key, if it is one. */
  readonly only: Key | null = $derived(this.keys.size === 1 ? ([...this.keys][0] ?? null) : null);

  /** Selects these and nothing else. */
  set(keys: Iterable<Key>): void {
    const next = new Set(keys);
    if (next.size === this.keys.size && [...next].every((key) => this.keys.has(key))) return;
    this.keys = next.size === 0 ? NOTHING : next;
  }

  /** Selects what was not, and the other way round. */
  toggle(keys: Iterable<Key>): void {
    const next = new Set(this.keys);
    for (const key of keys) if (!next.delete(key)) next.add(key);
    this.keys = next;
  }

  /** Selects these as well. */
  add(keys: Iterable<Key>): void {
    this.keys = new Set([...this.keys, ...keys]);
  }

  /** Forgets what is gone. */
  drop(gone: Iterable<Key>): void {
    const next = new Set(this.keys);
    let less = false;
    for (const key of gone) {
      less = next.delete(key) || less;
      if (this.focus === key) this.focus = null;
    }
    if (less) this.keys = next;
  }

  has(key: Key): boolean {
    return this.keys.has(key);
  }
}
