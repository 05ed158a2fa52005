import type { Key } from '../ipc/generated/board';
import type { Actions } from './actions.svelte';
import { duplicate } from './clipboard';
import { type Drop, dropAt, dropCommands, movable, withContents } from './drop';
import { around, grown, moved, type Point, type Rect } from './geometry';
import { type Guide, snapped } from './snap';

/** Things come in line within this many CSS pixels. */
const SNAP_REACH = 6;
/** Neighbours looked at for lines. */
const MOST_NEIGHBOURS = 60;
/** Dropped things that the engine does not move after all go back after this long, milliseconds. */
const PATIENCE = 1500;

/** What a drag looks like now. */
export interface DragView {
  drop: Drop;
  guides: readonly Guide[];
}

/** A drag of the selection: pixels while it lasts, one command at its end. */
export class Drag {
  readonly #actions: Actions;
  readonly #keys: readonly Key[];
  readonly #all: ReadonlySet<Key>;
  readonly #box: Rect | undefined;
  readonly #neighbours: readonly Rect[];
  #far = { dx: 0, dy: 0 };

  constructor(actions: Actions) {
    const { store, scene } = actions;
    this.#actions = actions;
    this.#keys = movable(store, scene.selection.keys);
    this.#all = withContents(store, this.#keys);
    this.#box = around(this.#keys.flatMap((key) => scene.layout.rect(key) ?? []));
    this.#neighbours = this.#box ? this.#around(this.#box) : [];
  }

  /** What is dragged, and how far: for the others' screens. */
  get told(): { keys: Key[]; dx: number; dy: number } {
    return {
      keys: this.#keys.slice(0, 50),
      dx: Math.round(this.#far.dx),
      dy: Math.round(this.#far.dy),
    };
  }

  /** Goes to `dx`, `dy` from where it began; `at` is the pointer. */
  to(dx: number, dy: number, at: Point, copy: boolean, free: boolean): DragView {
    const { scene } = this.#actions;
    const near = this.#box && moved(this.#box, dx, dy);
    const reach = SNAP_REACH / scene.viewport.view.z;
    const snap =
      near && !free
        ? snapped(near, this.#neighbours, Math.min(reach, 24))
        : { dx: 0, dy: 0, guides: [] };
    this.#far = { dx: Math.round(dx + snap.dx), dy: Math.round(dy + snap.dy) };
    scene.offset(this.#all, this.#far.dx, this.#far.dy);
    const drop: Drop = copy
      ? { to: 'parent', parent: 'board', after: undefined, line: undefined }
      : dropAt(scene, this.#keys, at);
    return { drop, guides: drop.to === 'parent' && drop.after === undefined ? snap.guides : [] };
  }

  /** Ends where it is. */
  async drop(at: Point, copy: boolean): Promise<void> {
    const { scene, store } = this.#actions;
    const { dx, dy } = this.#far;
    if (copy) {
      this.cancel();
      await duplicate(this.#actions, dx, dy);
      return;
    }
    const drop = dropAt(scene, this.#keys, at);
    const commands = dropCommands(scene, this.#keys, dx, dy, drop);
    // They stay where they were dropped until the engine's answer has moved them there.
    if (!(await this.#actions.run(commands))) this.cancel();
    else
      setTimeout(
        () => scene.settle([...this.#all].filter((key) => scene.offsets.get(key)?.dx === dx)),
        PATIENCE,
      );
    const [made] = commands;
    if (made?.do === 'group' && (await store.arrived(made.id))) this.#actions.edit(made.id);
  }

  /** Ends where it began. */
  cancel(): void {
    this.#actions.scene.settle(this.#all);
  }

  #around(box: Rect): Rect[] {
    const { scene, store } = this.#actions;
    const sections = this.#keys.some((key) => store.get(key)?.type === 'section');
    const keys = sections ? store.sections : [...scene.grid.in(grown(box, 600)), ...store.themes];
    return keys
      .filter((key) => !this.#all.has(key))
      .slice(0, MOST_NEIGHBOURS)
      .flatMap((key) => scene.layout.rect(key) ?? []);
  }
}
