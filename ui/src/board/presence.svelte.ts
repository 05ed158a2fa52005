import type { Presence, Present } from '../ipc/generated/protocol';

/** Somebody else on the board: the newest they told, and when it came. */
export class Other {
  /** An id of their session. */
  readonly who: string;
  /** What they told last. */
  presence = $state.raw<Presence>() as Presence;
  /** When it came, `performance.now()` milliseconds. */
  at: number;

  constructor(present: Present, at: number) {
    this.who = present.who;
    this.presence = present.presence;
    this.at = at;
  }
}

/** Everybody else on the board. */
export class Others {
  /** In the order they came. */
  list = $state.raw<readonly Other[]>([]);

  /** Takes the list of a fresh snapshot. */
  reset(present: readonly Present[], now: number): void {
    this.list = present.map((one) => new Other(one, now));
  }

  /** Somebody told something new; `null` when they left. */
  tell(who: string, presence: Presence | null, now: number): void {
    const other = this.list.find((one) => one.who === who);
    if (!presence) {
      if (other) this.list = this.list.filter((one) => one !== other);
    } else if (other) {
      other.presence = presence;
      other.at = now;
    } else {
      this.list = [...this.list, new Other({ who, presence }, now)];
    }
  }
}
