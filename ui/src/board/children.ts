import type { Key } from '../ipc/generated/board';

const NONE: ReadonlySet<Key> = new Set();

/** Which keys lie on which parent. */
export class Children {
  readonly #of = new Map<string, Set<Key>>();
  readonly #parent = new Map<Key, string>();

  /** Notes that `key` lies on `parent` now; `undefined` takes it off. */
  put(key: Key, parent: string | undefined): void {
    const before = this.#parent.get(key);
    if (before === parent) return;
    if (before !== undefined) {
      const siblings = this.#of.get(before);
      siblings?.delete(key);
      if (siblings?.size === 0) this.#of.delete(before);
    }
    if (parent === undefined) {
      this.#parent.delete(key);
      return;
    }
    this.#parent.set(key, parent);
    const siblings = this.#of.get(parent);
    if (siblings) siblings.add(key);
    else this.#of.set(parent, new Set([key]));
  }

  /** What lies directly on `parent`, in no order. */
  of(parent: string): ReadonlySet<Key> {
    return this.#of.get(parent) ?? NONE;
  }

  /** Forgets everything. */
  clear(): void {
    this.#of.clear();
    this.#parent.clear();
  }
}
