import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Client } from '../ipc/client';
import type { Command, Tint } from '../ipc/generated/board';
import { Identity } from './identity';
import type { BoardRecord } from './records';
import { freeTint } from './tints';

const person = (id: string, name: string, tint: Tint): BoardRecord => ({
  type: 'person',
  id,
  name,
  tint,
  facilitator: false,
});

/** A board with these people; what is executed is kept, and people added or changed are there at once. */
function board(records: BoardRecord[], me: { name: string; tint: Tint }) {
  const commands: Command[] = [];
  const client = {
    ask: (request: { ask: string; commands?: Command[] }) => {
      if (request.ask === 'me') return Promise.resolve({ reply: 'me', ...me });
      for (const command of request.commands ?? []) {
        commands.push(command);
        if (command.do === 'addPerson')
          records.push(person(command.id, command.name, command.tint ?? '1'));
      }
      return Promise.resolve({ reply: 'done', change: 1 });
    },
  } as unknown as Client;
  const identity = new Identity(client, 'b1', {
    get: (key) => records.find((record) => 'id' in record && record.id === key),
    taken: (own) =>
      new Set(records.flatMap((r) => (r.type === 'person' && r.id !== own ? [r.tint] : []))),
    editable: true,
  });
  return { identity, commands };
}

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  });
});

describe('who somebody is on a board', () => {
  it('has a colour nobody else has', async () => {
    const { identity } = board([person('ama', 'Ama', '1'), person('leo', 'Leo', '2')], {
      name: 'Mei',
      tint: '1',
    });
    await identity.adopt();
    expect(identity.presence).toEqual({ name: 'Mei', tint: '3', person: null });
    await identity.ensure();
    expect(identity.presence.tint).toBe('3');
  });

  it('keeps their own colour where it is free, or where none is', () => {
    expect(freeTint('5', new Set(['1', '2']))).toBe('5');
    expect(freeTint('5', new Set(['1', '2', '3', '4', '5', '6', '7', '8']))).toBe('5');
  });

  it('is renamed on the board with them, and only then', async () => {
    localStorage.setItem('upshot:person:b1', 'mei');
    const { identity, commands } = board([person('mei', 'Mei', '4')], { name: 'Mei', tint: '4' });
    await identity.adopt();
    expect(commands).toEqual([]);
    identity.goBy('Mei Lin', '4');
    expect(commands).toEqual([
      { do: 'setPerson', id: 'mei', set: [{ field: 'name', value: 'Mei Lin' }] },
    ]);
  });

  it('keeps the colour others know them by while their own is somebody else’s', async () => {
    localStorage.setItem('upshot:person:b1', 'mei');
    const { identity, commands } = board([person('mei', 'Mei', '4'), person('ama', 'Ama', '1')], {
      name: 'Mei',
      tint: '1',
    });
    await identity.adopt();
    expect(identity.presence.tint).toBe('4');
    expect(commands).toEqual([]);
  });

  it('catches up with a name given elsewhere when the board is opened', async () => {
    localStorage.setItem('upshot:person:b1', 'mei');
    const { identity, commands } = board([person('mei', 'M', '1'), person('ama', 'Ama', '2')], {
      name: 'Mei',
      tint: '2',
    });
    await identity.adopt();
    // The colour chosen since is Ama's here: it stays free of doubt.
    expect(commands).toEqual([
      { do: 'setPerson', id: 'mei', set: [{ field: 'name', value: 'Mei' }] },
    ]);
  });
});
