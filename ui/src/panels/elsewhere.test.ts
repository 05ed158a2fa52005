import { describe, expect, it } from 'vitest';
import type { Client } from '../ipc/client';
import type { FollowUp, Record } from '../ipc/generated/board';
import type { Request } from '../ipc/generated/home';
import { bottom, nextCard, setStatus } from './elsewhere';

const section = (y: number, h: number): Record => ({
  type: 'section',
  id: 's0000000000000000',
  title: '',
  prompt: '',
  kind: 'well',
  layout: 'free',
  x: 0,
  y,
  size: { w: 400, h },
  order: 'V',
  collapsed: false,
});

const card = (x: number, y: number, parent = 'board'): Record => {
  const followUp: FollowUp = {
    id: 'f0000000000000000',
    text: '',
    owner: '',
    due: '',
    kind: 'spread',
    reach: { to: 'team' },
    status: 'open',
    from: null,
    outcome: '',
    spot: '',
    place: { parent, x, y, order: 'V' },
  };
  return { type: 'followUp', ...followUp };
};

it('puts things below what is there', () => {
  expect(bottom([])).toBe(24);
  expect(bottom([section(0, 300), section(316, 200)])).toBe(540);
});

it('puts the next card under the lowest on the board, else below everything', () => {
  expect(nextCard([section(0, 300)])).toEqual({ x: 0, y: 324 });
  expect(nextCard([section(0, 900), card(920, 100), card(920, 300), card(5, 800, 's1')])).toEqual({
    x: 920,
    y: 424,
  });
});

describe('doing things elsewhere', () => {
  /** A client as the engine is: a board that is not open takes no commands. */
  function engine(refuse: (count: number) => boolean = () => false) {
    const asked: string[] = [];
    let open = false;
    let executed = 0;
    const ask = async (request: Request): Promise<unknown> => {
      asked.push(request.ask);
      await Promise.resolve();
      if (request.ask === 'open') open = true;
      if (request.ask === 'close') open = false;
      if (request.ask === 'execute') {
        if (!open) throw new Error('open the board first');
        if (refuse(++executed)) throw new Error('no');
      }
      return { snapshot: { records: [] } };
    };
    return { client: { ask } as unknown as Client, asked };
  }

  it('two answers given in quick succession both arrive', async () => {
    const { client, asked } = engine();
    await Promise.all([
      setStatus(client, 'b', 'f', 'done'),
      setStatus(client, 'b', 'f', 'done', 'We import every week now'),
    ]);
    expect(asked).toEqual(['open', 'execute', 'close', 'open', 'execute', 'close']);
  });

  it('after one that was refused the next is carried out', async () => {
    const { client, asked } = engine((count) => count === 1);
    const first = setStatus(client, 'b', 'f', 'done');
    const second = setStatus(client, 'b', 'f', 'dropped');
    await expect(first).rejects.toThrow('no');
    await second;
    expect(asked).toHaveLength(6);
  });
});
