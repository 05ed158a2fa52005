import type { Key } from '../ipc/generated/board';
import type { Rect } from './geometry';

/** Edge of a cell in board units: a few dozen notes, measured to be enough. */
const CELL = 1024;

interface Span {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

function spanOf(r: Rect): Span {
  return {
    x0: Math.floor(r.x / CELL),
    y0: Math.floor(r.y / CELL),
    x1: Math.floor((r.x + r.w) / CELL),
    y1: Math.floor((r.y + r.h) / CELL),
  };
}

/** A uniform grid over rectangles: finds what may lie in a part of the board. */
export class Grid {
  readonly #cells = new Map<string, Set<Key>>();
  readonly #rects = new Map<Key, Rect>();

  /** Puts a rectangle in, or moves it. */
  put(key: Key, rect: Rect): void {
    const before = this.#rects.get(key);
    if (before) {
      const a = spanOf(before);
      const b = spanOf(rect);
      if (a.x0 === b.x0 && a.y0 === b.y0 && a.x1 === b.x1 && a.y1 === b.y1) {
        this.#rects.set(key, rect);
        return;
      }
      this.remove(key);
    }
    this.#rects.set(key, rect);
    this.#each(spanOf(rect), (cell) => {
      const keys = this.#cells.get(cell);
      if (keys) keys.add(key);
      else this.#cells.set(cell, new Set([key]));
    });
  }

  /** Takes a rectangle out. */
  remove(key: Key): void {
    const rect = this.#rects.get(key);
    if (!rect) return;
    this.#rects.delete(key);
    this.#each(spanOf(rect), (cell) => {
      const keys = this.#cells.get(cell);
      keys?.delete(key);
      if (keys?.size === 0) this.#cells.delete(cell);
    });
  }

  /** The rectangle of a key. */
  rect(key: Key): Rect | undefined {
    return this.#rects.get(key);
  }

  /** All that share area with `r`, each once, in no order. */
  in(r: Rect): Set<Key> {
    const found = new Set<Key>();
    const take = (key: Key): void => {
      const rect = this.#rects.get(key);
      if (
        rect &&
        rect.x < r.x + r.w &&
        r.x < rect.x + rect.w &&
        rect.y < r.y + r.h &&
        r.y < rect.y + rect.h
      ) {
        found.add(key);
      }
    };
    const span = spanOf(r);
    if ((span.x1 - span.x0 + 1) * (span.y1 - span.y0 + 1) > this.#cells.size) {
      for (const key of this.#rects.keys()) take(key);
    } else {
      this.#each(span, (cell) => this.#cells.get(cell)?.forEach(take));
    }
    return found;
  }

  /** How many there are. */
  get size(): number {
    return this.#rects.size;
  }

  /** All rectangles. */
  rects(): IterableIterator<[Key, Rect]> {
    return this.#rects.entries();
  }

  /** Forgets everything. */
  clear(): void {
    this.#cells.clear();
    this.#rects.clear();
  }

  #each(span: Span, visit: (cell: string) => void): void {
    for (let x = span.x0; x <= span.x1; x++)
      for (let y = span.y0; y <= span.y1; y++) visit(`${x},${y}`);
  }
}
