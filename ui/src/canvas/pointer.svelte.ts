import type { Key } from '../ipc/generated/board';
import type { Actions } from './actions.svelte';
import { lying, resizes, scaled } from './arrange';
import { panned, toScreen, toWorld, wheelFactor, zoomed } from './camera';
import { Drag, type DragView } from './drag';
import { withContents } from './drop';
import { around, meets, type Point, type Rect } from './geometry';
import { reduce } from './gestures/gesture';
import {
  type Effect,
  type Held,
  type Hit,
  IDLE,
  type Input,
  type Spot,
  type State,
  type Tool,
} from './gestures/types';
import type { Way } from './route';

/** Two fingers pinch and pan; a third changes nothing. */
const PINCH_FINGERS = 2;

/** Turns pointer events into gestures, and gestures into pixels and commands. */
export class Pointer {
  /** The tool in hand. */
  tool = $state<Tool>('select');
  /** The marquee, or the outline of what is being drawn, board units. */
  outline = $state.raw<{ rect: Rect; as: 'marquee' | 'note' | 'section' | 'followUp' } | null>(
    null,
  );
  /** The connector being drawn. */
  way = $state.raw<Way | null>(null);
  /** What a drag would do. */
  drag = $state.raw<DragView | null>(null);
  /** What the gesture is, for the cursor. */
  doing = $state<State['is']>('idle');
  /** The space bar is held: drags move the view. */
  space = $state(false);

  readonly #actions: Actions;
  readonly #moved: () => void;
  #root: HTMLElement | undefined;
  #state: State = IDLE;
  #dragging: Drag | null = null;
  #fingers = new Map<number, Point>();
  #pinch: { distance: number; middle: Point } | undefined;

  /** `moved` is called when there is something new to tell the others. */
  constructor(actions: Actions, moved: () => void) {
    this.#actions = actions;
    this.#moved = moved;
  }

  /** What is being dragged, for the others. */
  get told(): { keys: Key[]; dx: number; dy: number } | null {
    return this.#dragging?.told ?? null;
  }

  /** Listens on the canvas. For use with `{@attach}`. */
  readonly attach = (root: HTMLElement): (() => void) => {
    this.#root = root;
    const options = { signal: new AbortController() };
    const { signal } = options.signal;
    root.addEventListener('pointerdown', (event) => this.#down(event), { signal });
    root.addEventListener('pointermove', (event) => this.#move(event), { signal });
    root.addEventListener('pointerup', (event) => this.#up(event), { signal });
    root.addEventListener('pointercancel', (event) => this.#lost(event), { signal });
    root.addEventListener('pointerleave', () => this.#left(), { signal });
    root.addEventListener('dblclick', (event) => this.#double(event), { signal });
    root.addEventListener('wheel', (event) => this.#wheel(event), { signal, passive: false });
    return () => options.signal.abort();
  };

  /** Ends the gesture without doing anything. Answers whether there was one. */
  cancel(): boolean {
    if (this.#state.is === 'idle') return false;
    this.#feed({ type: 'cancel' });
    return true;
  }

  /** Where an event is. */
  spot(event: { clientX: number; clientY: number }): Spot {
    const box = this.#root?.getBoundingClientRect();
    const screen = { x: event.clientX - (box?.left ?? 0), y: event.clientY - (box?.top ?? 0) };
    return { screen, world: toWorld(this.#actions.scene.viewport.view, screen) };
  }

  /** What lies under an event. */
  hit(event: { target: EventTarget | null; clientX: number; clientY: number }): Hit {
    const element = event.target instanceof Element ? event.target : null;
    const grip = element?.closest<HTMLElement>('[data-grip]');
    const only = this.#actions.scene.selection.only;
    if (grip)
      return {
        on: 'grip',
        key: only,
        grip: grip.dataset.grip as Extract<Hit, { on: 'grip' }>['grip'],
      };
    if (element?.closest('[data-port]') && only) return { on: 'port', key: only };
    const { world } = this.spot(event);
    // Pointer capture makes the canvas the target of moves: what lies there is found by place.
    const key = element?.closest<HTMLElement>('[data-key]')?.dataset.key ?? this.#at(world);
    if (!key) return { on: 'nothing' };
    const ground = !element?.closest('[data-head]') && !!element?.closest('[data-body]');
    return ground ? { on: 'body', key } : { on: 'thing', key };
  }

  #at(world: Point): Key | undefined {
    const { scene } = this.#actions;
    const dragged = this.#dragging ? withContents(scene.store, scene.selection.keys) : undefined;
    const inside = (key: Key): boolean => {
      const rect = scene.rect(key);
      return !!rect && !dragged?.has(key) && meets(rect, { ...world, w: 1, h: 1 });
    };
    const [note] = [...scene.grid.in({ ...world, w: 1, h: 1 })].filter((key) => !dragged?.has(key));
    return note ?? scene.store.themes.findLast(inside);
  }

  #down(event: PointerEvent): void {
    if (event.target instanceof Element && event.target.closest('[data-own]')) return;
    if (event.pointerType === 'touch') {
      this.#fingers.set(event.pointerId, this.spot(event).screen);
      if (this.#fingers.size === PINCH_FINGERS) {
        this.cancel();
        this.#pinch = this.#spread();
        return;
      }
    }
    if (event.button > 1) return;
    const pan = event.button === 1 || this.space;
    if (event.button === 1) event.preventDefault();
    this.#root?.setPointerCapture(event.pointerId);
    const { scene, store } = this.#actions;
    const hit = this.hit(event);
    const frame = hit.on === 'grip' ? this.#frame(hit.key) : undefined;
    // What is locked is selected like anything else, but a drag leaves it where it is.
    const held = this.tool === 'select' && hit.on === 'thing' && store.locked(hit.key);
    this.#feed({
      type: 'down',
      spot: this.spot(event),
      held: heldBy(event),
      hit,
      pan,
      frame,
      tool: this.tool,
      selected: scene.selection.keys,
      locked: !store.editable || held,
    });
    if (hit.on === 'thing' && scene.store.get(hit.key)?.type !== 'connector') {
      scene.selection.focus = hit.key;
      scene.element(hit.key)?.focus({ preventScroll: true });
    } else this.#root?.focus({ preventScroll: true });
  }

  #move(event: PointerEvent): void {
    if (this.#fingers.has(event.pointerId))
      this.#fingers.set(event.pointerId, this.spot(event).screen);
    if (this.#pinch) {
      this.#pinching();
      return;
    }
    const spot = this.spot(event);
    this.#actions.pointer = spot.world;
    this.#moved();
    if (this.#state.is === 'idle') return;
    const hit =
      this.#state.is === 'connecting' || this.#state.is === 'pressed'
        ? this.#hitUnder(spot)
        : { on: 'nothing' as const };
    this.#feed({ type: 'move', spot, held: heldBy(event), hit });
  }

  #up(event: PointerEvent): void {
    this.#fingers.delete(event.pointerId);
    if (this.#pinch) {
      if (this.#fingers.size < PINCH_FINGERS) this.#pinch = undefined;
      return;
    }
    const spot = this.spot(event);
    this.#feed({ type: 'up', spot, held: heldBy(event), hit: this.#hitUnder(spot) });
  }

  #lost(event: PointerEvent): void {
    this.#fingers.delete(event.pointerId);
    this.#pinch = undefined;
    this.cancel();
  }

  #left(): void {
    this.#actions.pointer = null;
    this.#moved();
  }

  #hitUnder(spot: Spot): Hit {
    const key = this.#at(spot.world);
    return key ? { on: 'thing', key } : { on: 'nothing' };
  }

  #double(event: MouseEvent): void {
    if (
      this.tool !== 'select' ||
      (event.target instanceof Element && event.target.closest('[data-own]'))
    )
      return;
    const { clientX, clientY } = event;
    // The capture of the presses made the canvas the target: a header is found by what lies there.
    const hit = this.hit({ target: document.elementFromPoint(clientX, clientY), clientX, clientY });
    if (hit.on === 'thing') this.#actions.edit(hit.key);
    else if (hit.on === 'nothing' || hit.on === 'body') {
      const { world } = this.spot(event);
      // The new note lies under the pointer, not beside it.
      this.#actions.addNote({ x: world.x - 24, y: world.y - 20 });
    }
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault();
    const { viewport } = this.#actions.scene;
    const { screen } = this.spot(event);
    if (event.ctrlKey || event.metaKey) {
      viewport.set(
        zoomed(viewport.view, viewport.view.z * wheelFactor(event.deltaY, event.deltaMode), screen),
      );
    } else {
      const unit = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? viewport.size.h : 1;
      const [dx, dy] =
        event.shiftKey && event.deltaX === 0 ? [event.deltaY, 0] : [event.deltaX, event.deltaY];
      viewport.set(panned(viewport.view, dx * unit, dy * unit));
    }
  }

  #spread(): { distance: number; middle: Point } | undefined {
    const [a, b] = [...this.#fingers.values()];
    if (!a || !b) return undefined;
    return {
      distance: Math.hypot(a.x - b.x, a.y - b.y),
      middle: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 },
    };
  }

  #pinching(): void {
    const now = this.#spread();
    const before = this.#pinch;
    if (!now || !before) return;
    const { viewport } = this.#actions.scene;
    const view = panned(
      viewport.view,
      before.middle.x - now.middle.x,
      before.middle.y - now.middle.y,
    );
    viewport.set(zoomed(view, (view.z * now.distance) / Math.max(1, before.distance), now.middle));
    this.#pinch = now;
  }

  #feed(input: Input): void {
    const [state, effects] = reduce(this.#state, input);
    this.#state = state;
    this.doing = state.is;
    for (const effect of effects) this.#do(effect);
  }

  #do(effect: Effect): void {
    const { scene } = this.#actions;
    switch (effect.do) {
      case 'select':
        if (effect.how === 'toggle') scene.selection.toggle(effect.keys);
        else scene.selection.set(effect.keys);
        break;
      case 'pan':
        scene.viewport.set(panned(scene.viewport.view, effect.dx, effect.dy));
        break;
      case 'marquee':
        this.outline = effect.rect && { rect: effect.rect, as: 'marquee' };
        if (effect.rect) scene.selection.set([...effect.base, ...this.#touched(effect.rect)]);
        break;
      case 'drag':
        this.#dragging ??= new Drag(this.#actions);
        this.drag = this.#dragging.to(
          effect.dx,
          effect.dy,
          effect.at,
          effect.copy,
          effect.straight,
        );
        break;
      case 'drop':
        this.#dragging?.to(effect.dx, effect.dy, effect.at, effect.copy, effect.straight);
        void this.#dragging?.drop(effect.at, effect.copy);
        this.#dragging = null;
        this.drag = null;
        break;
      case 'dragStop':
        this.#dragging?.cancel();
        this.#dragging = null;
        this.drag = null;
        break;
      case 'resize':
        for (const [key, rect] of this.#resized(effect)) scene.preview(key, rect);
        break;
      case 'resizeStop':
        this.#unpreview(effect.key);
        break;
      case 'resized': {
        const commands = resizes(scene, this.#resized(effect));
        void this.#actions.run(commands).then(() => this.#unpreview(effect.key));
        break;
      }
      case 'connect':
        this.way =
          scene.links.between(
            endOf(effect.from),
            effect.over ? { on: effect.over } : endOf(effect.at),
          ) ?? null;
        break;
      case 'connected':
        this.way = null;
        this.tool = 'select';
        this.#connected(effect.from, effect.at, effect.over);
        break;
      case 'connectStop':
        this.way = null;
        break;
      case 'draw':
        this.outline = effect.rect && { rect: effect.rect, as: effect.tool };
        break;
      case 'drawn':
        this.#drawn(effect);
        break;
    }
    this.#moved();
  }

  /** What a grip resizes: one thing, or the frame around all that is selected. */
  #frame(key: Key | null): Rect | undefined {
    const { scene } = this.#actions;
    return key === null ? around(lying(scene).map(({ rect }) => rect)) : scene.layout.rect(key);
  }

  #resized({ key, rect }: { key: Key | null; rect: Rect }): ReadonlyMap<Key, Rect> {
    const frame = key === null ? this.#frame(null) : undefined;
    if (key !== null) return new Map([[key, rect]]);
    return frame ? scaled(this.#actions.scene, frame, rect) : new Map();
  }

  #unpreview(key: Key | null): void {
    const { scene } = this.#actions;
    for (const one of key === null ? scene.selection.keys : [key]) scene.preview(one, undefined);
  }

  #connected(from: Key | Point, at: Point, over: Key | null): void {
    const a = typeof from === 'string' ? this.#actions.scene.rect(from) : { ...from, w: 0, h: 0 };
    // A connector let go where it began was not meant.
    if (
      !over &&
      a &&
      meets({ ...a, w: a.w + 24, h: a.h + 24, x: a.x - 12, y: a.y - 12 }, { ...at, w: 1, h: 1 })
    )
      return;
    this.#actions.connect(from, over ?? at);
  }

  #drawn({ tool, rect, at, sized }: Extract<Effect, { do: 'drawn' }>): void {
    this.tool = 'select';
    const corner = sized ? { x: rect.x, y: rect.y } : { x: at.x - 24, y: at.y - 20 };
    const size = sized ? { w: Math.round(rect.w), h: Math.round(rect.h) } : undefined;
    if (tool === 'section') void this.#actions.addSection(sized ? corner : at, size);
    else if (tool === 'followUp') void this.#actions.addFollowUp(corner);
    else
      this.#actions.addNote(
        corner,
        size && size.w > 140 ? { w: size.w, h: Math.max(88, size.h) } : undefined,
      );
  }

  /** What a marquee selects: notes, themes and follow-ups it touches, sections it holds; nothing locked. */
  #touched(rect: Rect): Key[] {
    const { scene, store } = this.#actions;
    const keys = [...scene.grid.in(rect)];
    for (const key of [...store.themes, ...store.sections]) {
      const r = scene.rect(key);
      const within =
        r &&
        r.x >= rect.x &&
        r.y >= rect.y &&
        r.x + r.w <= rect.x + rect.w &&
        r.y + r.h <= rect.y + rect.h;
      if (within) keys.push(key);
    }
    return keys.filter((key) => !store.locked(key));
  }

  /** Where the pointer is on the canvas, for what opens beside it. */
  get screen(): Point | null {
    const { pointer, scene } = this.#actions;
    return pointer && toScreen(scene.viewport.view, pointer);
  }
}

function endOf(what: Key | Point): { on: Key } | { at: [number, number] } {
  return typeof what === 'string' ? { on: what } : { at: [Math.round(what.x), Math.round(what.y)] };
}

function heldBy(event: PointerEvent): Held {
  return { shift: event.shiftKey, alt: event.altKey, ctrl: event.ctrlKey || event.metaKey };
}
