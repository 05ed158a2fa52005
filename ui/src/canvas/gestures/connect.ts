import { type Effect, type Hit, type Input, type State, type Step, IDLE, keyAt } from './types';
import type { Key } from '../../ipc/generated/board';
import type { Point } from '../geometry';

/** A connector holds on to things, not to sections by their ground: there it ends at a point. */
function end(hit: Hit): Key | null {
  return hit.on === 'body' || hit.on === 'grip' ? null : keyAt(hit);
}

/** A press with the connector tool becomes a connector. */
export function startConnecting(
  state: Extract<State, { is: 'pressed' }>,
  input: Extract<Input, { type: 'move' }>,
): Step {
  return connecting({ is: 'connecting', from: end(state.hit) ?? state.from.world }, input);
}

/** A connector's head follows the pointer. */
export function connecting(state: Extract<State, { is: 'connecting' }>, input: Input): Step {
  switch (input.type) {
    case 'move':
      return [state, [way('connect', state.from, input)]];
    case 'up':
      return [IDLE, [way('connected', state.from, input)]];
    case 'cancel':
      return [IDLE, [{ do: 'connectStop' }]];
    case 'down':
      return [state, []];
  }
}

function way(
  what: 'connect' | 'connected',
  from: Key | Point,
  input: Extract<Input, { type: 'move' | 'up' }>,
): Effect {
  const over = end(input.hit);
  return { do: what, from, at: input.spot.world, over: over === from ? null : over };
}
