import { tick } from 'svelte';
import type { Key } from '../ipc/generated/board';
import { keyOf, parentOf } from '../board/records';
import type { Change } from '../board/collection.svelte';
import type { BoardStore } from '../board/store.svelte';
import {
  type Extent,
  fitted,
  homeView,
  inCorner,
  type Margin,
  revealed,
  seen,
  type View,
} from './camera';
import { around, grown, meets, moved, type Rect } from './geometry';
import { Grid } from './grid';
import { Layout } from './layout';
import { Links } from './links';
import { depthOf, TOP } from './depth';
import { Selection } from './selection.svelte';
import { type Slot, Slots } from './slots.svelte';
import { type Stage, writeCamera } from './stage';
import { canvasRuler, TextMeasure } from './text';
import { Tiles } from './tiles';
import { Viewport } from './viewport';

/** Below this zoom a note's text cannot be read, and the overview is drawn instead; back above the second. */
const OVERVIEW_BELOW = 0.31;
const OVERVIEW_UNTIL = 0.34;
/** So many notes in view are drawn, not mounted; and mounted again below the second. */
const OVERVIEW_ABOVE = 320;
const OVERVIEW_DOWN_TO = 280;
/** With so many in view, they are drawn while the zoom changes. */
const ZOOM_DRAWN_ABOVE = 60;
/** The camera rests when its zoom has not changed for this long, milliseconds. */
const REST = 140;
/** How far beyond what is seen notes are mounted, as a part of the longer side. */
const AHEAD = 0.15;
/** Kept free around what is brought into view, CSS pixels; the tool rail stands at the left. */
export const MARGIN: Margin = { left: 76, top: 24, right: 24, bottom: 24 };

/** What is shown where: layout, camera, and what of it is in the DOM. Writes positions itself; Svelte writes contents. */
export class Scene {
  readonly store: BoardStore;
  readonly selection = new Selection();
  readonly slots = new Slots();
  readonly layout: Layout;
  readonly measure: TextMeasure;
  readonly viewport: Viewport;
  /** Notes and follow-ups by place. */
  readonly grid = new Grid();
  readonly links: Links;
  /** Moves of what is being dragged, here or elsewhere, board units. */
  readonly offsets = new Map<Key, { dx: number; dy: number }>();
  /** Themes and connectors in view. */
  themes = $state.raw<readonly Key[]>([]);
  connectors = $state.raw<readonly Key[]>([]);
  /** Whether the overview is drawn in place of notes. */
  overview = $state(false);
  /** The zoom, for what shows it. Changes with each frame of a zoom. */
  zoom = $state(1);
  /** Counts layouts of lanes, so that who draws one draws it again. */
  lanes = $state(0);
  /** Counts changes of what lies where, so that who lists contents lists them again. */
  contents = $state(0);
  /** What covers the bottom right corner of the canvas (the map does), CSS pixels. */
  corner: Extent | null = null;
  /** What is being edited. */
  editing = $state.raw<Key | null>(null);

  #stage: Stage | undefined;
  #tiles: Tiles | undefined;
  readonly #elements = new Map<Key, HTMLElement>();
  readonly #dirty = new Set<Key>();
  readonly #followers = new Set<() => void>();
  /** The view {@link home} chose. */
  #home: View | undefined;
  readonly #previews = new Map<Key, Rect>();
  #frame = 0;
  #cameraMoved = true;
  #contentMoved = true;
  #restAt = 0;
  #lastZoom = 1;
  #stop: () => void;

  constructor(store: BoardStore) {
    this.store = store;
    this.measure = new TextMeasure(canvasRuler());
    this.layout = new Layout(store, this.measure);
    this.links = new Links(store, this);
    this.viewport = new Viewport(() => {
      this.#cameraMoved = true;
      this.schedule();
    });
    this.changed(
      [...store.records()].map((after) => ({ key: keyOf(after), before: undefined, after })),
    );
    this.#stop = store.onChange((changes) => this.changed(changes));
    // Estimates made with a fallback font are wrong once the real one is there.
    void document.fonts.ready.then(() => this.remeasure());
  }

  /** Takes the elements the camera moves. */
  attach(stage: Stage): void {
    this.#stage = stage;
    this.#tiles = new Tiles(stage.tiles, this);
    this.#cameraMoved = true;
    this.schedule();
  }

  /** Ends. */
  destroy(): void {
    cancelAnimationFrame(this.#frame);
    this.#stop();
    this.#tiles?.destroy();
    this.#stage = undefined;
  }

  /** Where something shows, drags included. */
  rect(key: Key): Rect | undefined {
    const preview = this.#previews.get(key);
    if (preview) return preview;
    const rect = this.layout.rect(key);
    const offset = rect && this.offsets.get(key);
    return offset ? moved(rect, offset.dx, offset.dy) : rect;
  }

  /** Around everything; `undefined` on an empty board. */
  bounds(keys?: Iterable<Key>): Rect | undefined {
    if (!keys) return around([...this.layout.rects()].map(([, rect]) => rect));
    return around([...keys].flatMap((key) => this.rect(key) ?? []));
  }

  /** Registers the element of a thing; its position is written from now on. For use with `{@attach}`. */
  place(key: Key): (element: HTMLElement) => () => void {
    return (element) => {
      this.#elements.set(key, element);
      this.#write(key, element);
      return () => {
        if (this.#elements.get(key) === element) this.#elements.delete(key);
      };
    };
  }

  /** A slot has its element: its position is written from now on. */
  placed(slot: Slot): void {
    if (slot.key && slot.element) this.#write(slot.key, slot.element);
  }

  /** The element a thing is shown by, if it is in the DOM. */
  element(key: Key): HTMLElement | undefined {
    return this.slots.get(key)?.element ?? this.#elements.get(key);
  }

  /** Calls back after each frame in which something moved. Answers how to stop. */
  onFrame(follower: () => void): () => void {
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }

  /** Takes changes of records into account. */
  changed(changes: readonly Change[]): void {
    const gone: Key[] = [];
    let regrouped = false;
    for (const { key, before, after } of changes) {
      if (!after) gone.push(key);
      regrouped ||= !before || !after || parentOf(before) !== parentOf(after);
    }
    if (regrouped) this.contents++;
    const touched = this.layout.update(changes);
    for (const change of changes) {
      if (change.after?.type === 'connector' || change.before?.type === 'connector')
        this.links.put(change.key);
      touched.add(change.key);
    }
    if (gone.length > 0) this.selection.drop(gone);
    this.#touch(touched);
  }

  /** Lays out keys anew whose texts are measured differently now. */
  relayout(keys: Iterable<Key>): void {
    const touched = this.layout.update([...keys].map((key) => ({ key })));
    for (const key of keys) touched.add(key);
    this.#touch(touched);
  }

  /** Measures all texts anew. */
  remeasure(): void {
    this.measure.clear();
    this.relayout([...this.layout.rects()].map(([key]) => key));
    this.#tiles?.clear();
  }

  /** Draws everything anew: colours have changed. */
  repaint(): void {
    this.#tiles?.clear();
    this.#contentMoved = true;
    this.schedule();
  }

  /** Moves things without changing them. Offsets are from where they lie. */
  offset(keys: Iterable<Key>, dx: number, dy: number): void {
    for (const key of keys) {
      if (!this.offsets.has(key)) {
        // Out of the overview, into an element of its own: from then on only that is moved.
        this.#tiles?.dirty(this.layout.rect(key));
        this.#contentMoved = true;
      }
      this.offsets.set(key, { dx, dy });
      this.#dirty.add(key);
    }
    this.links.touch(keys);
    this.schedule();
  }

  /** Puts things back where they lie. */
  settle(keys: Iterable<Key>): void {
    for (const key of keys) {
      if (!this.offsets.delete(key)) continue;
      this.#dirty.add(key);
      this.#tiles?.dirty(this.layout.rect(key));
    }
    this.links.touch(keys);
    this.#contentMoved = true;
    this.schedule();
  }

  /** Shows a thing at another place and size while it is resized; `undefined` ends that. */
  preview(key: Key, rect: Rect | undefined): void {
    if (rect) this.#previews.set(key, rect);
    else this.#previews.delete(key);
    this.#dirty.add(key);
    this.links.touch([key]);
    this.#contentMoved = true;
    this.schedule();
  }

  /** Shows all of some things, or of the board, gliding there. */
  fit(keys?: Iterable<Key>, most = 1): void {
    const rect = this.bounds(keys);
    if (!rect) {
      this.viewport.glide({ x: -MARGIN.left, y: -MARGIN.top, z: 1 });
      return;
    }
    this.viewport.glide(fitted(rect, this.viewport.size, most, MARGIN));
  }

  /** Shows a part of the board, gliding there. */
  show(part: Rect): void {
    this.viewport.glide(fitted(part, this.viewport.size, 2, MARGIN));
  }

  /** Where a board is first shown: see {@link homeView}. */
  home(): void {
    const rect = this.bounds();
    const { size } = this.viewport;
    if (!rect) {
      this.viewport.set({ x: -size.w / 2, y: -size.h / 2, z: 1 });
      return;
    }
    this.#home = homeView(rect, size, MARGIN);
    this.viewport.set(this.#home);
  }

  /** The canvas has this size now. A board that nobody has touched since it was first shown fits itself into it. */
  resize(size: Extent): void {
    this.viewport.size = size;
    if (this.viewport.view === this.#home && this.selection.focus === null) this.home();
    // A glide under way arrives: what it was to show may lie elsewhere in the new size.
    else {
      this.viewport.set(this.viewport.target);
      if (this.selection.focus !== null) this.reveal(this.selection.focus);
    }
  }

  /** Brings a thing into view if it is not. */
  reveal(key: Key): void {
    const rect = this.rect(key);
    if (rect) this.bring(rect);
  }

  /** Brings a part of the board into view if it is not. */
  bring(rect: Rect): void {
    const { target, size } = this.viewport;
    let view = revealed(target, rect, size, MARGIN);
    if (this.corner && inCorner(view, rect, size, this.corner))
      view = revealed(view, rect, size, { ...MARGIN, bottom: this.corner.h });
    if (view !== target) this.viewport.glide(view);
  }

  /** Brings the DOM up to date now, not in the next frame: something has to be there at once. */
  mountNow(): void {
    this.#contentMoved = true;
    this.#run(performance.now());
  }

  /** Gives a thing the keyboard's focus, mounting it first if need be. */
  async focus(key: Key): Promise<void> {
    this.selection.focus = key;
    this.reveal(key);
    this.mountNow();
    await tick();
    this.element(key)?.focus({ preventScroll: true });
  }

  /** Asks for a frame. */
  schedule(): void {
    this.#frame ||= requestAnimationFrame((now) => {
      this.#frame = 0;
      this.#run(now);
    });
  }

  #touch(touched: Set<Key>): void {
    for (const key of touched) {
      // Where it lies now is where it was dragged to.
      this.offsets.delete(key);
      const rect = this.layout.rect(key);
      const before = this.grid.rect(key);
      const record = this.store.get(key);
      if (before) this.#tiles?.dirty(before);
      if (rect && (record?.type === 'note' || record?.type === 'followUp')) {
        this.grid.put(key, rect);
        this.#tiles?.dirty(rect);
      } else if (before) this.grid.remove(key);
      if (this.layout.lanes.has(key)) this.lanes++;
      this.#dirty.add(key);
    }
    this.links.touch(touched);
    this.#contentMoved = true;
    this.schedule();
  }

  #run(now: number): void {
    const stage = this.#stage;
    if (!stage) return;
    const gliding = this.viewport.step(now);
    const { view, size } = this.viewport;
    if (this.#cameraMoved) this.#writeCamera(stage, view, now);
    const resting = now >= this.#restAt;
    const more =
      this.#cameraMoved || this.#contentMoved || resting ? this.#mount(view, !resting) : false;
    for (const key of this.#dirty) {
      const element = this.element(key);
      if (element) this.#write(key, element);
    }
    this.#dirty.clear();
    this.links.flush();
    const painting = this.#tiles?.show(this.overview, view, size, resting) ?? false;
    this.#cameraMoved = false;
    this.#contentMoved = false;
    for (const follower of this.#followers) follower();
    if (gliding || more || painting || !resting) this.schedule();
  }

  #writeCamera(stage: Stage, view: View, now: number): void {
    writeCamera(stage, view);
    if (view.z === this.#lastZoom) return;
    this.#restAt = now + REST;
    this.#lastZoom = view.z;
    this.zoom = view.z;
  }

  #mount(view: View, zooming: boolean): boolean {
    const { size } = this.viewport;
    const shown = seen(view, size);
    const inView = this.grid.in(shown);
    this.overview = this.overview
      ? view.z < OVERVIEW_UNTIL ||
        inView.size > OVERVIEW_DOWN_TO ||
        (zooming && inView.size > ZOOM_DRAWN_ABOVE)
      : view.z < OVERVIEW_BELOW ||
        inView.size > OVERVIEW_ABOVE ||
        (zooming && inView.size > ZOOM_DRAWN_ABOVE);
    const near = grown(shown, Math.max(shown.w, shown.h) * AHEAD);
    const wanted = this.overview ? new Set<Key>() : this.grid.in(near);
    // The focused and the edited note stay whatever the camera does; dragged ones move as elements.
    const pinned = new Set<Key>();
    const pin = (key: Key | null): void => {
      if (key !== null && this.grid.rect(key)) pinned.add(key);
    };
    pin(this.selection.focus);
    pin(this.editing);
    for (const key of this.offsets.keys()) pin(key);
    for (const key of pinned) wanted.add(key);
    const { more, fresh } = this.slots.show(wanted, this.overview ? pinned : inView);
    for (const slot of fresh) if (slot.element) this.#write(slot.key, slot.element);
    this.#cull(near);
    return more;
  }

  #cull(near: Rect): void {
    const inside = (key: Key): boolean => {
      const rect = this.rect(key);
      return !!rect && meets(rect, near);
    };
    const themes = this.store.themes.filter(inside);
    if (!sameList(themes, this.themes)) this.themes = themes;
    const connectors = this.store.connectors.filter((key) => this.links.near(key, near));
    if (!sameList(connectors, this.connectors)) this.connectors = connectors;
  }

  #write(key: Key, element: HTMLElement): void {
    const rect = this.rect(key);
    if (!rect) return;
    const { style } = element;
    style.transform = `translate(${rect.x}px, ${rect.y}px)`;
    style.width = `${rect.w}px`;
    style.height = `${rect.h}px`;
    const lifted = this.offsets.has(key);
    element.classList.toggle('lifted', lifted);
    const record = this.store.get(key);
    const noted = record?.type === 'note' || record?.type === 'followUp';
    const depth = noted ? depthOf(record.place.order) : 0;
    style.zIndex = String(lifted || this.editing === key ? TOP : depth);
  }
}

function sameList(a: readonly Key[], b: readonly Key[]): boolean {
  return a.length === b.length && a.every((key, i) => key === b[i]);
}
