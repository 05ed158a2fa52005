import { type Input, type State, type Step, IDLE } from './types';

/** The view follows the pointer. */
export function panning(state: Extract<State, { is: 'panning' }>, input: Input): Step {
  switch (input.type) {
    case 'move': {
      const { screen } = input.spot;
      return [
        { is: 'panning', last: screen },
        [{ do: 'pan', dx: state.last.x - screen.x, dy: state.last.y - screen.y }],
      ];
    }
    case 'up':
    case 'cancel':
      return [IDLE, []];
    case 'down':
      return [state, []];
  }
}
