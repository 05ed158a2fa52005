import { clamp, type Point, type Rect } from './geometry';

/** The smallest zoom: a board of 20,000 units fits a window. */
export const MIN_ZOOM = 0.05;
/** The largest zoom: one note fills a projector. */
export const MAX_ZOOM = 8;
/** Zoom steps of the keyboard and the buttons. */
const STEPS = [0.05, 0.1, 0.15, 0.25, 0.33, 0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 3, 4, 6, 8];

/** What is seen: the world point at the viewport's top-left corner, and CSS pixels a board unit. */
export interface View {
  x: number;
  y: number;
  z: number;
}

/** A size in CSS pixels. */
export interface Extent {
  w: number;
  h: number;
}

/** From a point of the viewport (CSS pixels) to the board. */
export function toWorld(view: View, p: Point): Point {
  return { x: p.x / view.z + view.x, y: p.y / view.z + view.y };
}

/** From the board to the viewport. */
export function toScreen(view: View, p: Point): Point {
  return { x: (p.x - view.x) * view.z, y: (p.y - view.y) * view.z };
}

/** The part of the board that is seen. */
export function seen(view: View, size: Extent): Rect {
  return { x: view.x, y: view.y, w: size.w / view.z, h: size.h / view.z };
}

/** The view moved by CSS pixels. */
export function panned(view: View, dx: number, dy: number): View {
  return { x: view.x + dx / view.z, y: view.y + dy / view.z, z: view.z };
}

/** The view zoomed to `z`, the world point under `at` (CSS pixels) staying there. */
export function zoomed(view: View, z: number, at: Point): View {
  const to = clamp(z, MIN_ZOOM, MAX_ZOOM);
  return { x: view.x + at.x / view.z - at.x / to, y: view.y + at.y / view.z - at.y / to, z: to };
}

/** The next step of zoom in a direction. */
export function nextStep(z: number, direction: 1 | -1): number {
  const steps = direction > 0 ? STEPS : [...STEPS].reverse();
  // A step must be worth a key press: within 2 % of the present zoom it is not.
  return steps.find((step) => (direction > 0 ? step > z * 1.02 : step < z / 1.02)) ?? z;
}

/** The view that shows all of `r` in the middle, no larger than `most`, with `margin` CSS pixels around. */
export function fitted(r: Rect, size: Extent, most: number, margin: Margin): View {
  const w = Math.max(1, size.w - margin.left - margin.right);
  const h = Math.max(1, size.h - margin.top - margin.bottom);
  const z = clamp(Math.min(w / Math.max(1, r.w), h / Math.max(1, r.h)), MIN_ZOOM, most);
  return {
    x: r.x + r.w / 2 - (margin.left + w / 2) / z,
    y: r.y + r.h / 2 - (margin.top + h / 2) / z,
    z,
  };
}

/** The most a board is enlarged to fill a large window: notes no larger than on a projector. */
const MOST_HOME = 1.5;
/** Smaller text than at this zoom is the price of seeing everything, worth paying for a little. */
const READABLE = 0.85;
/** And below this it cannot be read: then only a part is shown. */
const LEAST_HOME = 0.7;
/** So near to 1, exactly 1 is better: text at other zooms is less sharp. */
const NEARLY = 0.04;

/**
 * Where a board is first shown: all of it where that can be read, else its whole width from the top, else
 * its top left. A few things that would not fill the window at any size are shown as they are.
 */
export function homeView(r: Rect, size: Extent, margin: Margin): View {
  const all = fitted(r, size, MAX_ZOOM, margin).z;
  if (all > MOST_HOME) return { x: r.x - margin.left, y: r.y - HOME_TOP, z: 1 };
  const room = size.w - margin.left - margin.right;
  const wide = Math.min(MOST_HOME, room / Math.max(1, r.w));
  let z = all > READABLE ? all : wide > LEAST_HOME ? wide : Math.max(all, LEAST_HOME);
  if (Math.abs(z - 1) < NEARLY) z = 1;
  // A narrow board stands in the middle, not at the side.
  const left = margin.left + Math.max(0, (room - r.w * z) / 2);
  return { x: r.x - left / z, y: r.y - HOME_TOP / z, z };
}

/** From the bar to the top of the board, CSS pixels. */
const HOME_TOP = 16;

/** CSS pixels kept free at the sides. */
export interface Margin {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** The smallest pan that brings `r` into view with a margin; the view itself if it is there already. */
export function revealed(view: View, r: Rect, size: Extent, margin: Margin): View {
  const left = (r.x - view.x) * view.z - margin.left;
  const top = (r.y - view.y) * view.z - margin.top;
  const right = (r.x + r.w - view.x) * view.z - (size.w - margin.right);
  const bottom = (r.y + r.h - view.y) * view.z - (size.h - margin.bottom);
  const dx = left < 0 ? left : right > 0 ? Math.min(right, left) : 0;
  const dy = top < 0 ? top : bottom > 0 ? Math.min(bottom, top) : 0;
  return dx === 0 && dy === 0 ? view : panned(view, dx, dy);
}

/** Whether `r` shows in part within the bottom right corner of this size. */
export function inCorner(view: View, r: Rect, size: Extent, corner: Extent): boolean {
  const end = toScreen(view, { x: r.x + r.w, y: r.y + r.h });
  const start = toScreen(view, r);
  return (
    end.x > size.w - corner.w && end.y > size.h - corner.h && start.x < size.w && start.y < size.h
  );
}

/** Between two views, the zoom changing evenly to the eye (its logarithm does). */
export function between(a: View, b: View, t: number, size: Extent): View {
  const z = a.z * (b.z / a.z) ** t;
  const at = { x: size.w / 2, y: size.h / 2 };
  const from = toWorld(a, at);
  const to = toWorld(b, at);
  // The centre moves as fast on the screen as the zoom lets it seem to.
  const s = a.z === b.z ? t : (1 / a.z - 1 / z) / (1 / a.z - 1 / b.z);
  const centre = { x: from.x + (to.x - from.x) * s, y: from.y + (to.y - from.y) * s };
  return { x: centre.x - at.x / z, y: centre.y - at.y / z, z };
}

/** `--ease-out` of the design. */
export function easeOut(t: number): number {
  return 1 - (1 - t) ** 3;
}

/**
 * How much a wheel event zooms. A notch of a mouse wheel (100 or more) is about 20 %; a touchpad's
 * pinch comes as many small deltas.
 */
export function wheelFactor(deltaY: number, mode: number): number {
  const pixels = deltaY * (mode === 1 ? 16 : mode === 2 ? 400 : 1);
  return Math.exp(-clamp(pixels, -120, 120) * (Math.abs(pixels) < 30 ? 0.01 : 0.0018));
}
