import { type Effect, type Input, type State, type Step, beyondSlop, IDLE } from './types';
import { startConnecting } from './connect';
import { startDrawing } from './draw';
import { startMarquee } from './marquee';
import { startMoving } from './move';

/** The pointer goes down: nothing has been decided yet but what was pressed. */
export function press(input: Extract<Input, { type: 'down' }>): Step {
  const { spot, hit, held, tool, selected, locked } = input;
  if (input.pan || tool === 'hand') return [{ is: 'panning', last: spot.screen }, []];
  if (hit.on === 'grip' && input.frame && !locked) {
    return [
      {
        is: 'resizing',
        from: spot,
        key: hit.key,
        grip: hit.grip,
        frame: input.frame,
        now: input.frame,
      },
      [],
    ];
  }
  if (tool === 'select' && hit.on === 'port' && !locked)
    return [{ is: 'connecting', from: hit.key }, []];
  const wasSelected = hit.on === 'thing' && selected.has(hit.key);
  const base = held.shift ? [...selected] : [];
  const pressed: State = { is: 'pressed', from: spot, hit, tool, held, wasSelected, locked, base };
  if (tool === 'select' && hit.on === 'thing' && !wasSelected) {
    // Selected at once, so that a drag takes it along.
    return [
      pressed,
      [{ do: 'select', keys: [hit.key], how: held.shift || held.ctrl ? 'toggle' : 'only' }],
    ];
  }
  return [pressed, []];
}

/** Something was pressed: a further way makes it a drag, letting go makes it a click. */
export function pressed(state: Extract<State, { is: 'pressed' }>, input: Input): Step {
  switch (input.type) {
    case 'move':
      if (!beyondSlop(state.from, input.spot)) return [state, []];
      if (state.tool === 'connector')
        return state.locked ? [IDLE, []] : startConnecting(state, input);
      if (state.tool !== 'select') return state.locked ? [IDLE, []] : startDrawing(state, input);
      if (state.hit.on === 'thing') return state.locked ? [state, []] : startMoving(state, input);
      return startMarquee(state, input);
    case 'up':
      return [IDLE, click(state, input)];
    case 'cancel':
      return [IDLE, []];
    case 'down':
      return [state, []];
  }
}

function click(
  state: Extract<State, { is: 'pressed' }>,
  input: Extract<Input, { type: 'up' }>,
): Effect[] {
  const { tool, hit, held } = state;
  if (tool === 'note' || tool === 'section' || tool === 'followUp') {
    if (state.locked) return [];
    const { world } = input.spot;
    return [
      { do: 'drawn', tool, rect: { x: world.x, y: world.y, w: 0, h: 0 }, at: world, sized: false },
    ];
  }
  if (tool === 'connector') return [];
  if (hit.on === 'thing') {
    if (!state.wasSelected) return [];
    return [{ do: 'select', keys: [hit.key], how: held.shift || held.ctrl ? 'toggle' : 'only' }];
  }
  return held.shift || held.ctrl ? [] : [{ do: 'select', keys: [], how: 'only' }];
}
