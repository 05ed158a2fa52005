import type { Extent, View } from './camera';
import type { Rect } from './geometry';
import { paintNotes } from './paint';
import { onTheme, readPalette } from './palette';
import type { Scene } from './scene.svelte';

/** Edge of a tile in CSS pixels. */
const EDGE = 512;
/** What painting may take of a frame, milliseconds: the rest is painted in the next. */
const BUDGET = 6;
/**
 * Tiles are stretched while the zoom changes, up to this much. Outwards less: what comes into view there is
 * painted at the old zoom, which is work for the bin.
 */
const MOST_STRETCH = 2.5;
const LEAST_STRETCH = 0.7;
/** Pixels of all tiles in view together; a screen with more gets coarser ones. */
const MOST_PIXELS = 14_000_000;

interface Tile {
  canvas: HTMLCanvasElement;
  i: number;
  j: number;
  dirty: boolean;
}

/**
 * The overview: notes drawn onto tiles that move with the camera. A change repaints the tiles it touches; what
 * comes into view was painted ahead.
 */
export class Tiles {
  readonly #host: HTMLElement;
  readonly #scene: Scene;
  readonly #tiles = new Map<string, Tile>();
  #spare: HTMLCanvasElement[] = [];
  /** The zoom the tiles are painted at. */
  #z = 0;
  #ratio = 1;
  /** Painted while the zoom changes: bars for text, for as long as that takes. */
  #quick = false;
  #palette = readPalette();
  readonly #stop: () => void;

  constructor(host: HTMLElement, scene: Scene) {
    this.#host = host;
    this.#scene = scene;
    this.#stop = onTheme(() => {
      this.#palette = readPalette();
      scene.repaint();
    });
  }

  /** Ends. */
  destroy(): void {
    this.#stop();
    this.clear();
  }

  /** Forgets all that was painted. */
  clear(): void {
    for (const { canvas } of this.#tiles.values()) {
      canvas.remove();
      if (this.#spare.length < 24) this.#spare.push(canvas);
    }
    this.#tiles.clear();
    this.#z = 0;
  }

  /** What lies in `rect` has changed. */
  dirty(rect: Rect | undefined): void {
    if (!rect || this.#tiles.size === 0) return;
    const step = EDGE / this.#z;
    for (let i = Math.floor(rect.x / step); i <= Math.floor((rect.x + rect.w) / step); i++) {
      for (let j = Math.floor(rect.y / step); j <= Math.floor((rect.y + rect.h) / step); j++) {
        const tile = this.#tiles.get(`${i},${j}`);
        if (tile) tile.dirty = true;
      }
    }
  }

  /** Shows the view, or hides. Answers whether there is more to paint. */
  show(on: boolean, view: View, size: Extent, resting: boolean): boolean {
    this.#host.hidden = !on;
    if (!on) {
      if (resting && this.#tiles.size > 0) this.clear();
      return false;
    }
    const stretch = this.#z === 0 ? Infinity : view.z / this.#z;
    const sketched = resting && this.#quick;
    if (
      sketched ||
      (stretch !== 1 && (resting || stretch > MOST_STRETCH || stretch < LEAST_STRETCH))
    ) {
      this.clear();
      this.#z = view.z;
      this.#quick = !resting;
      this.#ratio = Math.min(
        devicePixelRatio || 1,
        Math.sqrt(MOST_PIXELS / Math.max(1, size.w * size.h)),
      );
    }
    this.#host.style.transform = `scale(${view.z / this.#z})`;
    return this.#paint(view, size, resting);
  }

  #paint(view: View, size: Extent, resting: boolean): boolean {
    const step = EDGE / this.#z;
    const i0 = Math.floor(view.x / step);
    const j0 = Math.floor(view.y / step);
    const i1 = Math.floor((view.x + size.w / view.z) / step);
    const j1 = Math.floor((view.y + size.h / view.z) / step);
    const began = performance.now();
    const late = (): boolean => performance.now() - began > BUDGET;
    let more = false;
    // In view: what is missing must be painted now; what has only changed may wait for a frame.
    for (let i = i0; i <= i1; i++) {
      for (let j = j0; j <= j1; j++) {
        const tile = this.#tiles.get(`${i},${j}`);
        if (!tile) this.#fill(this.#add(i, j));
        else if (tile.dirty) {
          if (late()) more = true;
          else this.#fill(tile);
        }
      }
    }
    if (!resting) return more;
    // One ring around, ahead of a pan.
    for (let i = i0 - 1; i <= i1 + 1; i++) {
      for (let j = j0 - 1; j <= j1 + 1; j++) {
        const tile = this.#tiles.get(`${i},${j}`);
        if (tile && !tile.dirty) continue;
        if (late()) more = true;
        else this.#fill(tile ?? this.#add(i, j));
      }
    }
    for (const [key, tile] of this.#tiles) {
      if (tile.i >= i0 - 2 && tile.i <= i1 + 2 && tile.j >= j0 - 2 && tile.j <= j1 + 2) continue;
      tile.canvas.remove();
      this.#tiles.delete(key);
      if (this.#spare.length < 24) this.#spare.push(tile.canvas);
    }
    return more;
  }

  #add(i: number, j: number): Tile {
    const canvas = this.#spare.pop() ?? document.createElement('canvas');
    canvas.style.left = `${i * EDGE}px`;
    canvas.style.top = `${j * EDGE}px`;
    const tile = { canvas, i, j, dirty: true };
    this.#tiles.set(`${i},${j}`, tile);
    this.#host.append(canvas);
    return tile;
  }

  #fill(tile: Tile): void {
    const { canvas, i, j } = tile;
    const pixels = Math.ceil(EDGE * this.#ratio);
    if (canvas.width !== pixels) {
      canvas.width = pixels;
      canvas.height = pixels;
    }
    tile.dirty = false;
    const context = canvas.getContext('2d');
    if (!context) return;
    const step = EDGE / this.#z;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, pixels, pixels);
    const scale = pixels / EDGE;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    paintNotes(
      context,
      { x: i * step, y: j * step, w: step, h: step },
      this.#z,
      this.#scene,
      this.#palette,
      this.#quick,
    );
  }
}
