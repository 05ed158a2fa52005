import { describe, expect, it } from 'vitest';
import { reduce } from './gesture';
import { resizedFrame } from './resize';
import { type Effect, type Hit, IDLE, type Input, type State } from './types';

const held = { shift: false, alt: false, ctrl: false };
const spot = (x: number, y: number) => ({ world: { x, y }, screen: { x, y } });
const note: Hit = { on: 'thing', key: 'n1' };
const ground: Hit = { on: 'nothing' };

const down = (part: Partial<Extract<Input, { type: 'down' }>>): Input => ({
  type: 'down',
  spot: spot(0, 0),
  held,
  hit: ground,
  tool: 'select',
  pan: false,
  selected: new Set(),
  locked: false,
  ...part,
});
const move = (x: number, y: number, hit: Hit = ground, keys = held): Input => ({
  type: 'move',
  spot: spot(x, y),
  held: keys,
  hit,
});
const up = (x: number, y: number, hit: Hit = ground, keys = held): Input => ({
  type: 'up',
  spot: spot(x, y),
  held: keys,
  hit,
});

function play(...inputs: Input[]): { state: State; effects: Effect[] } {
  let state: State = IDLE;
  const effects: Effect[] = [];
  for (const input of inputs) {
    const [next, done] = reduce(state, input);
    state = next;
    effects.push(...done);
  }
  return { state, effects };
}
const done = (...inputs: Input[]): string[] => play(...inputs).effects.map((effect) => effect.do);

describe('gestures', () => {
  it('select what is pressed, at once', () => {
    expect(play(down({ hit: note })).effects).toEqual([
      { do: 'select', keys: ['n1'], how: 'only' },
    ]);
    expect(play(down({ hit: note, held: { ...held, shift: true } })).effects).toEqual([
      { do: 'select', keys: ['n1'], how: 'toggle' },
    ]);
  });

  it('keep a selection of several while one of them is dragged, and narrow it on a click', () => {
    const selected = new Set(['n1', 'n2']);
    expect(done(down({ hit: note, selected }), move(20, 0), up(20, 0))).toEqual(['drag', 'drop']);
    expect(play(down({ hit: note, selected }), up(1, 1)).effects).toEqual([
      { do: 'select', keys: ['n1'], how: 'only' },
    ]);
  });

  it('do not take a tremble for a drag', () => {
    expect(done(down({ hit: note }), move(2, 2), up(2, 2))).toEqual(['select']);
  });

  it('commit one drop for any number of moves', () => {
    const all = done(down({ hit: note }), move(10, 0), move(20, 5), move(30, 9), up(40, 10));
    expect(all).toEqual(['select', 'drag', 'drag', 'drag', 'drop']);
  });

  it('keep to one direction with Shift, and copy with Alt', () => {
    const { effects } = play(
      down({ hit: note }),
      move(30, 8, ground, { ...held, shift: true, alt: true }),
    );
    expect(effects.at(-1)).toMatchObject({ do: 'drag', dx: 30, dy: 0, copy: true });
  });

  it('end without doing anything when called off', () => {
    expect(done(down({ hit: note }), move(20, 0), { type: 'cancel' })).toEqual([
      'select',
      'drag',
      'dragStop',
    ]);
    expect(play(down({ hit: note }), move(20, 0), { type: 'cancel' }).state).toEqual(IDLE);
  });

  it('draw a marquee from empty ground, and select nothing on a click there', () => {
    expect(play(down({}), move(30, 20)).effects).toEqual([
      { do: 'marquee', rect: { x: 0, y: 0, w: 30, h: 20 }, base: [] },
    ]);
    expect(play(down({}), up(0, 0)).effects).toEqual([{ do: 'select', keys: [], how: 'only' }]);
  });

  it('move the view with the hand, the middle button, or the space bar', () => {
    expect(play(down({ tool: 'hand' }), move(-5, 3)).effects).toEqual([
      { do: 'pan', dx: 5, dy: -3 },
    ]);
    expect(play(down({ pan: true, hit: note }), move(-5, 3)).effects).toEqual([
      { do: 'pan', dx: 5, dy: -3 },
    ]);
  });

  it('draw a connector from the port of a note to another, never to itself', () => {
    const port: Hit = { on: 'port', key: 'n1' };
    const end = (key: string) =>
      play(down({ hit: port }), move(50, 0), up(90, 0, { on: 'thing', key })).effects.at(-1);
    expect(end('n2')).toMatchObject({ do: 'connected', from: 'n1', over: 'n2' });
    expect(end('n1')).toMatchObject({ do: 'connected', over: null });
  });

  it('make a thing by a click, or as large as it is drawn', () => {
    expect(play(down({ tool: 'note' }), up(0, 0)).effects).toMatchObject([
      { do: 'drawn', tool: 'note', sized: false },
    ]);
    const drawn = play(down({ tool: 'section' }), move(50, 50), up(200, 100)).effects.at(-1);
    expect(drawn).toMatchObject({
      do: 'drawn',
      tool: 'section',
      sized: true,
      rect: { w: 200, h: 100 },
    });
  });

  it('change nothing while the board is locked', () => {
    const locked = true;
    expect(done(down({ hit: note, locked }), move(50, 0), up(50, 0))).toEqual(['select']);
    expect(done(down({ tool: 'note', locked }), up(0, 0))).toEqual([]);
    expect(
      done(down({ hit: { on: 'port', key: 'n1' }, locked }), move(50, 0), up(50, 0)),
    ).not.toContain('connected');
  });

  it('resize by a grip, the other side staying, on the grid, no smaller than a note', () => {
    const frame = { x: 100, y: 100, w: 200, h: 200 };
    expect(resizedFrame(frame, 'se', { x: 21, y: -500 })).toEqual({
      x: 100,
      y: 100,
      w: 220,
      h: 88,
    });
    expect(resizedFrame(frame, 'nw', { x: 500, y: 10 })).toEqual({
      x: 172,
      y: 112,
      w: 128,
      h: 188,
    });
    expect(resizedFrame(frame, 'e', { x: 40, y: 40 })).toEqual({ x: 100, y: 100, w: 240, h: 200 });
    const grip: Hit = { on: 'grip', key: 'n1', grip: 'se' };
    expect(done(down({ hit: grip, frame }), move(20, 20), up(20, 20))).toEqual([
      'resize',
      'resized',
    ]);
  });
});
