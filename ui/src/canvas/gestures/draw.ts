import { spanned } from '../geometry';
import { type Input, type State, type Step, IDLE } from './types';

/** A press with a tool that makes something becomes its outline. */
export function startDrawing(
  state: Extract<State, { is: 'pressed' }>,
  input: Extract<Input, { type: 'move' }>,
): Step {
  if (state.tool !== 'note' && state.tool !== 'section' && state.tool !== 'followUp')
    return [IDLE, []];
  return drawing({ is: 'drawing', from: state.from, tool: state.tool }, input);
}

/** The outline of the new thing follows the pointer. */
export function drawing(state: Extract<State, { is: 'drawing' }>, input: Input): Step {
  switch (input.type) {
    case 'move':
      return [
        state,
        [{ do: 'draw', tool: state.tool, rect: spanned(state.from.world, input.spot.world) }],
      ];
    case 'up': {
      const rect = spanned(state.from.world, input.spot.world);
      return [
        IDLE,
        [
          { do: 'draw', tool: state.tool, rect: null },
          { do: 'drawn', tool: state.tool, rect, at: state.from.world, sized: true },
        ],
      ];
    }
    case 'cancel':
      return [IDLE, [{ do: 'draw', tool: state.tool, rect: null }]];
    case 'down':
      return [state, []];
  }
}
