import type { NoteKind } from '../ipc/generated/board';
import { BOARD, keyOf } from '../board/records';
import type { BoardStore } from '../board/store.svelte';
import { seen, toWorld } from './camera';
import { holds, type Point, type Rect } from './geometry';
import { HEADER, PADDING } from './layout';
import { freeSpot } from './room';
import type { Scene } from './scene.svelte';
import { NOTE_H, NOTE_W } from './text';

/** Where new things go. */
export class Places {
  readonly #store: BoardStore;
  readonly #scene: Scene;

  constructor(store: BoardStore, scene: Scene) {
    this.#store = store;
    this.#scene = scene;
  }

  /** What lies at a point of the board, and whether a note stays just there. */
  at(at: Point): { parent: string; kind: NoteKind; x: number; y: number; free: boolean } {
    const key = this.#store.sections.findLast((section) => {
      const rect = this.#scene.layout.rect(section);
      return rect && holds(rect, at);
    });
    const section = key === undefined ? undefined : this.#store.as('section', key);
    if (!section) return { parent: BOARD, kind: 'plain', x: 0, y: 0, free: true };
    const free = section.layout === 'free' && at.y - section.y >= HEADER / 2;
    return { parent: section.id, kind: section.kind, x: section.x, y: section.y, free };
  }

  /** Where a note belongs that nobody pointed a place for: the section that is selected, pointed at, or in view. */
  here(pointer: Point | null): { parent: string; kind: NoteKind } {
    const { selection } = this.#scene;
    const near = selection.only ?? selection.focus;
    const chosen = near ? this.#store.sectionOf(near) : undefined;
    if (chosen && !chosen.collapsed) return { parent: chosen.id, kind: chosen.kind };
    for (const point of [pointer, this.centre()]) {
      const home = point && this.at(point);
      if (home && home.parent !== BOARD) return home;
    }
    return { parent: BOARD, kind: 'plain' };
  }

  /** The middle of what is seen. */
  centre(): Point {
    const { view, size } = this.#scene.viewport;
    return toWorld(view, { x: size.w / 2, y: size.h / 2 });
  }

  /** A spot for a card that the sections leave free: in a gap between them, else below. */
  besideSections(): Point {
    const all = [...this.#store.sections, ...this.#store.followUps];
    const rects = all.flatMap((key) => this.#scene.layout.rect(key) ?? []);
    if (rects.length === 0) return this.centre();
    const left = Math.min(...rects.map((r) => r.x)) - PADDING;
    const top = Math.min(...rects.map((r) => r.y)) - HEADER;
    const width = Math.max(...rects.map((r) => r.x + r.w)) - left + PADDING;
    const taken = rects.map((r) => ({ ...r, x: r.x - left, y: r.y - top }));
    const spot = freeSpot(taken, width, NOTE_W, NOTE_H);
    return { x: left + spot.x, y: top + spot.y };
  }

  /** What is taken of a section, from its top-left corner. */
  taken(parent: string): Rect[] {
    const origin = this.#scene.layout.rect(parent) ?? { x: 0, y: 0 };
    return this.#store.childrenOf(parent).flatMap((child) => {
      const rect = this.#scene.layout.rect(keyOf(child));
      return rect ? [{ ...rect, x: rect.x - origin.x, y: rect.y - origin.y }] : [];
    });
  }

  /** A free spot on a parent; on the board itself near the pointer, or in the middle of what is seen. */
  spotIn(parent: string, pointer: Point | null, from?: Point): Point {
    const section = this.#store.as('section', parent);
    if (section) return freeSpot(this.taken(parent), section.size.w, NOTE_W, NOTE_H, from);
    const at = pointer ?? this.centre();
    const { view, size } = this.#scene.viewport;
    const area = seen(view, size);
    const taken = [...this.#scene.grid.in(area)].flatMap(
      (key) => this.#scene.layout.rect(key) ?? [],
    );
    const relative = taken.map((r) => ({ ...r, x: r.x - at.x, y: r.y - at.y + HEADER }));
    const spot = freeSpot(relative, Math.max(NOTE_W * 4, area.x + area.w - at.x), NOTE_W, NOTE_H);
    return { x: at.x + spot.x - 12, y: at.y + spot.y - HEADER };
  }
}
