import type { Point, Rect } from '../geometry';
import { type Grip, type Input, type State, type Step, IDLE } from './types';

/** Everything snaps to this grid, board units. */
export const SNAP = 4;
/** The least a section or note may be; the caller knows which floors are higher. */
const LEAST = { w: 128, h: 88 };

const snap = (v: number): number => Math.round(v / SNAP) * SNAP;

/** The frame after a grip was dragged by `d`: the opposite side stays. */
export function resizedFrame(frame: Rect, grip: Grip, d: Point): Rect {
  const right = frame.x + frame.w;
  const bottom = frame.y + frame.h;
  const west = grip === 'nw' || grip === 'sw';
  const north = grip === 'nw' || grip === 'ne';
  const sideways = grip !== 's';
  const upright = grip !== 'e';
  const x = west ? Math.min(snap(frame.x + d.x), right - LEAST.w) : frame.x;
  const y = north ? Math.min(snap(frame.y + d.y), bottom - LEAST.h) : frame.y;
  const w = west ? right - x : sideways ? Math.max(LEAST.w, snap(right + d.x) - x) : frame.w;
  const h = north ? bottom - y : upright ? Math.max(LEAST.h, snap(bottom + d.y) - y) : frame.h;
  return { x, y, w, h };
}

/** The frame follows the grip; letting go is one command. */
export function resizing(state: Extract<State, { is: 'resizing' }>, input: Input): Step {
  switch (input.type) {
    case 'move': {
      const { world } = input.spot;
      const d = { x: world.x - state.from.world.x, y: world.y - state.from.world.y };
      const now = resizedFrame(state.frame, state.grip, d);
      return [{ ...state, now }, [{ do: 'resize', key: state.key, rect: now }]];
    }
    case 'up':
      return [IDLE, [{ do: 'resized', key: state.key, rect: state.now }]];
    case 'cancel':
      return [IDLE, [{ do: 'resizeStop', key: state.key }]];
    case 'down':
      return [state, []];
  }
}
