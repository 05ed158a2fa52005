import type { Key } from '../../ipc/generated/board';
import type { Point, Rect } from '../geometry';

/** The tools of the rail. */
export type Tool = 'select' | 'hand' | 'note' | 'section' | 'connector' | 'followUp';

/** A corner or side of a frame that can be dragged. */
export type Grip = 'nw' | 'ne' | 'sw' | 'se' | 'e' | 's';

/** What lies under the pointer. */
export type Hit =
  | { on: 'nothing' }
  /** A note, theme, follow-up, connector, or the header of a section: it can be dragged. */
  | { on: 'thing'; key: Key }
  /** A section below its header: marquees begin here. */
  | { on: 'body'; key: Key }
  /** A grip of the selection frame: of one thing, or (without a key) of all that is selected. */
  | { on: 'grip'; key: Key | null; grip: Grip }
  /** The dot that a new connector is drawn out of. */
  | { on: 'port'; key: Key };

/** Keys held along with the pointer. `ctrl` is Cmd on a Mac. */
export interface Held {
  shift: boolean;
  alt: boolean;
  ctrl: boolean;
}

/** Where the pointer is: in board units and in CSS pixels of the canvas. */
export interface Spot {
  world: Point;
  screen: Point;
}

/** What a gesture is told. */
export type Input =
  | {
      type: 'down';
      spot: Spot;
      held: Held;
      hit: Hit;
      tool: Tool;
      /** The view is to be moved whatever lies here: middle button, or the space bar held. */
      pan: boolean;
      selected: ReadonlySet<Key>;
      /** The rectangle of what a grip resizes. */
      frame?: Rect;
      /** Nothing may be changed. */
      locked: boolean;
    }
  | { type: 'move'; spot: Spot; held: Held; hit: Hit }
  | { type: 'up'; spot: Spot; held: Held; hit: Hit }
  | { type: 'cancel' };

/** Where a gesture stands. */
export type State =
  | { is: 'idle' }
  | {
      is: 'pressed';
      from: Spot;
      hit: Hit;
      tool: Tool;
      held: Held;
      wasSelected: boolean;
      locked: boolean;
      base: readonly Key[];
    }
  | { is: 'panning'; last: Point }
  | { is: 'marquee'; from: Spot; base: readonly Key[]; held: Held }
  | { is: 'moving'; from: Spot; copy: boolean }
  | { is: 'resizing'; from: Spot; key: Key | null; grip: Grip; frame: Rect; now: Rect }
  | { is: 'connecting'; from: Key | Point }
  | { is: 'drawing'; from: Spot; tool: 'note' | 'section' | 'followUp' };

/** What is to be done. */
export type Effect =
  | { do: 'select'; keys: readonly Key[]; how: 'only' | 'toggle' }
  | { do: 'pan'; dx: number; dy: number }
  | { do: 'marquee'; rect: Rect | null; base: readonly Key[] }
  | { do: 'drag'; dx: number; dy: number; at: Point; copy: boolean; straight: boolean }
  | { do: 'drop'; dx: number; dy: number; at: Point; copy: boolean; straight: boolean }
  | { do: 'dragStop' }
  | { do: 'resize'; key: Key | null; rect: Rect }
  | { do: 'resized'; key: Key | null; rect: Rect }
  | { do: 'resizeStop'; key: Key | null }
  | { do: 'connect'; from: Key | Point; at: Point; over: Key | null }
  | { do: 'connected'; from: Key | Point; at: Point; over: Key | null }
  | { do: 'connectStop' }
  | { do: 'draw'; tool: 'note' | 'section' | 'followUp'; rect: Rect | null }
  | { do: 'drawn'; tool: 'note' | 'section' | 'followUp'; rect: Rect; at: Point; sized: boolean };

/** A state and what is to be done on the way into it. */
export type Step = readonly [State, readonly Effect[]];

/** The state between gestures. */
export const IDLE: State = { is: 'idle' };

/** How far the pointer may tremble before a press becomes a drag, CSS pixels. */
export const SLOP = 4;

/** Whether the pointer has gone further than a tremble. */
export function beyondSlop(from: Spot, to: Spot): boolean {
  return Math.hypot(to.screen.x - from.screen.x, to.screen.y - from.screen.y) > SLOP;
}

/** The key of what lies under the pointer, sections by their body included. */
export function keyAt(hit: Hit): Key | null {
  return hit.on === 'nothing' ? null : hit.key;
}
