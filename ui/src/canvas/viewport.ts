import { between, easeOut, type Extent, type View } from './camera';

/** How long a move of the camera by key or button takes, milliseconds (`--t-settle`). */
const GLIDE = 280;

/** The camera: a view that can be set or glide, and whoever follows it. */
export class Viewport {
  /** What is seen now. */
  view: View = { x: 0, y: 0, z: 1 };
  /** The size of the canvas in CSS pixels. */
  size: Extent = { w: 1, h: 1 };
  #glide: { from: View; to: View; began: number } | undefined;
  readonly #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** Sets the view at once; a glide under way ends. */
  set(view: View): void {
    this.#glide = undefined;
    this.#move(view);
  }

  /** Glides to a view, at once where motion is to be reduced. The next `set` interrupts it. */
  glide(to: View): void {
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) {
      this.set(to);
      return;
    }
    this.#glide = { from: this.view, to, began: performance.now() };
    this.#changed();
  }

  /** Where the camera is heading, or is. */
  get target(): View {
    return this.#glide?.to ?? this.view;
  }

  /** Goes on with a glide. Answers whether there is more to come. */
  step(now: number): boolean {
    const glide = this.#glide;
    if (!glide) return false;
    const t = Math.min(1, Math.max(0, (now - glide.began) / GLIDE));
    this.#move(t === 1 ? glide.to : between(glide.from, glide.to, easeOut(t), this.size));
    if (t === 1) this.#glide = undefined;
    return t < 1;
  }

  #move(view: View): void {
    this.view = view;
    this.#changed();
  }
}
