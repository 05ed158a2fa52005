import type { View } from './camera';

/** Elements the camera moves. */
export interface Stage {
  /** Pans: translated only, so that it can be a layer of its own without its text being scaled as a bitmap. */
  pan: HTMLElement;
  /** Below and above the overview's tiles: scaled only. */
  zoom: readonly HTMLElement[];
  /** The dots of the table. */
  dots: HTMLElement;
  /** Where the overview's tiles go. */
  tiles: HTMLElement;
}

/** Between the dots of the table, board units. */
const DOTS = 24;

/** Writes the camera to the styles, past any framework. */
export function writeCamera(stage: Stage, view: View): void {
  // Whole device pixels: anything between blurs text.
  const ratio = devicePixelRatio || 1;
  const px = Math.round(-view.x * view.z * ratio) / ratio;
  const py = Math.round(-view.y * view.z * ratio) / ratio;
  stage.pan.style.transform = `translate3d(${px}px, ${py}px, 0)`;
  const scale = `scale(${view.z})`;
  for (const layer of stage.zoom)
    if (layer.style.transform !== scale) layer.style.transform = scale;
  // Dots keep between 18 and 72 pixels apart, whatever the zoom.
  let step = DOTS * view.z;
  while (step < 18) step *= 4;
  while (step > 72) step /= 2;
  const mod = (v: number): number => ((v % step) + step) % step;
  stage.dots.style.backgroundSize = `${step}px ${step}px`;
  stage.dots.style.transform = `translate3d(${mod(px) - step}px, ${mod(py) - step}px, 0)`;
}
