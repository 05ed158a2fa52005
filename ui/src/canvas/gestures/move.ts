import {
  type Effect,
  type Held,
  type Input,
  type Spot,
  type State,
  type Step,
  IDLE,
} from './types';

/** A press on something becomes a drag of the selection. */
export function startMoving(
  state: Extract<State, { is: 'pressed' }>,
  input: Extract<Input, { type: 'move' }>,
): Step {
  return moving({ is: 'moving', from: state.from, copy: input.held.alt }, input);
}

function far(what: 'drag' | 'drop', from: Spot, to: Spot, held: Held): Effect {
  let dx = to.world.x - from.world.x;
  let dy = to.world.y - from.world.y;
  // Shift keeps to the longer of the two directions.
  if (held.shift) {
    if (Math.abs(dx) < Math.abs(dy)) dx = 0;
    else dy = 0;
  }
  return { do: what, dx, dy, at: to.world, copy: held.alt, straight: held.shift };
}

/** The selection follows the pointer; letting go is one command. */
export function moving(state: Extract<State, { is: 'moving' }>, input: Input): Step {
  switch (input.type) {
    case 'move':
      return [
        { ...state, copy: input.held.alt },
        [far('drag', state.from, input.spot, input.held)],
      ];
    case 'up':
      return [IDLE, [far('drop', state.from, input.spot, input.held)]];
    case 'cancel':
      return [IDLE, [{ do: 'dragStop' }]];
    case 'down':
      return [state, []];
  }
}
