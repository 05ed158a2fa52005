import type { IconName } from '../icons/paths';

/** Something to be told in passing. */
export interface Toast {
  text: string;
  icon?: IconName;
  /** What can be done about it, as an action: "Undo". */
  action?: { label: string; run(): void };
  /** A file or a network did not do what it should. Stays until dismissed. */
  fault?: boolean;
}

/** How long a toast stays: long enough to read twelve words twice. */
const SHOWN_MS = 6_000;

/** One toast at a time. A newer one takes the place of the older; faults come first and wait for their turn. */
export class ToastQueue {
  #faults = $state.raw<readonly Toast[]>([]);
  #passing = $state.raw<Toast | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** The one to show. */
  get current(): Toast | null {
    return this.#faults[0] ?? this.#passing;
  }

  /** Shows a toast; answers a function that takes it away. */
  show(toast: Toast): () => void {
    if (toast.fault) {
      // The same fault again (a save that is tried every second) is no news.
      const known = this.#faults.some((other) => other.text === toast.text);
      if (!known) this.#faults = [...this.#faults, toast];
    } else {
      this.#passing = toast;
      this.resume();
    }
    return () => this.dismiss(toast);
  }

  /** Takes a toast away. */
  dismiss(toast: Toast): void {
    this.#faults = this.#faults.filter((other) => other !== toast && other.text !== toast.text);
    if (this.#passing === toast) this.#passing = null;
  }

  /** Holds the time, while somebody points at it or is in it. */
  hold(): void {
    clearTimeout(this.#timer);
  }

  /** Lets the time run from the beginning. */
  resume(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.#passing = null), SHOWN_MS);
  }
}

/** The toasts of this window. */
export const toasts = new ToastQueue();

/** Shows a toast; answers a function that takes it away. */
export function toast(toast: Toast): () => void {
  return toasts.show(toast);
}
