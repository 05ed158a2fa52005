import { connecting } from './connect';
import { drawing } from './draw';
import { marquee } from './marquee';
import { moving } from './move';
import { panning } from './pan';
import { press, pressed } from './press';
import { resizing } from './resize';
import { type Input, type State, type Step } from './types';

/** The next state of the pointer's gesture, and what is to be done. Pure: pixels and commands are the caller's. */
export function reduce(state: State, input: Input): Step {
  switch (state.is) {
    case 'idle':
      return input.type === 'down' ? press(input) : [state, []];
    case 'pressed':
      return pressed(state, input);
    case 'panning':
      return panning(state, input);
    case 'marquee':
      return marquee(state, input);
    case 'moving':
      return moving(state, input);
    case 'resizing':
      return resizing(state, input);
    case 'connecting':
      return connecting(state, input);
    case 'drawing':
      return drawing(state, input);
  }
}
