import { spanned } from '../geometry';
import { type Input, type State, type Step, IDLE } from './types';

/** A press on empty ground becomes a marquee. */
export function startMarquee(
  state: Extract<State, { is: 'pressed' }>,
  input: Extract<Input, { type: 'move' }>,
): Step {
  return marquee({ is: 'marquee', from: state.from, base: state.base, held: state.held }, input);
}

/** A rectangle follows the pointer; what it touches is selected, beside what Shift keeps. */
export function marquee(state: Extract<State, { is: 'marquee' }>, input: Input): Step {
  switch (input.type) {
    case 'move':
      return [
        state,
        [{ do: 'marquee', rect: spanned(state.from.world, input.spot.world), base: state.base }],
      ];
    case 'up':
      return [IDLE, [{ do: 'marquee', rect: null, base: state.base }]];
    case 'cancel':
      return [
        IDLE,
        [
          { do: 'marquee', rect: null, base: state.base },
          { do: 'select', keys: state.base, how: 'only' },
        ],
      ];
    case 'down':
      return [state, []];
  }
}
