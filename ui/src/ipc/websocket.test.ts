import { describe, expect, it } from 'vitest';
import type { ServerMessage } from './generated/home';
import { WebSocketTransport, tokenOf } from './websocket';

/** As much of a WebSocket as is used. */
class Socket {
  readonly OPEN = 1;
  readyState = 0;
  readonly sent: unknown[] = [];
  onopen!: () => void;
  onclose!: (event: { code: number }) => void;
  onmessage!: (event: { data: unknown }) => void;

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  opens(): void {
    this.readyState = 1;
    this.onopen();
  }

  closes(code = 1006): void {
    this.readyState = 3;
    this.onclose({ code });
  }
}

function world(token: string | null = 'key') {
  const sockets: Socket[] = [];
  const waits: { callback: () => void; ms: number }[] = [];
  const heard: string[] = [];
  const messages: ServerMessage[] = [];
  const transport = new WebSocketTransport(token, {
    open: () => {
      const socket = new Socket();
      sockets.push(socket);
      return socket as unknown as WebSocket;
    },
    setTimeout: (callback, ms) => void waits.push({ callback, ms }),
    random: () => 1,
  });
  transport.start({
    opened: () => heard.push('opened'),
    closed: (problem) => heard.push(problem ? 'refused' : 'closed'),
    message: (message) => messages.push(message),
  });
  return { transport, sockets, waits, heard, messages };
}

describe('the token', () => {
  it('is read from the hash', () => {
    expect(tokenOf('#token=a%2Bb')).toBe('a+b');
    expect(tokenOf('')).toBeNull();
  });

  it('is the first message', async () => {
    const { transport, sockets } = world();
    sockets[0]!.opens();
    await transport.send({ id: 1, request: { ask: 'me' } });
    expect(sockets[0]!.sent).toEqual([{ token: 'key' }, { id: 1, request: { ask: 'me' } }]);
  });

  it('is asked for where it is missing', async () => {
    const { sockets, heard } = world(null);
    await Promise.resolve();
    expect(heard).toEqual(['refused']);
    expect(sockets).toEqual([]);
  });

  it('is not tried again when it was refused', () => {
    const { sockets, heard, waits } = world();
    sockets[0]!.opens();
    sockets[0]!.closes(4401);
    expect(heard).toEqual(['opened', 'refused']);
    expect(waits).toEqual([]);
  });
});

describe('connecting again', () => {
  it('waits longer each time, up to a bound, and begins anew once there was a message', () => {
    const { sockets, waits, heard } = world();
    for (let i = 0; i < 8; i++) {
      sockets.at(-1)!.closes();
      waits.at(-1)!.callback();
    }
    expect(waits.map((wait) => wait.ms)).toEqual([250, 500, 1000, 2000, 4000, 8000, 8000, 8000]);
    sockets.at(-1)!.opens();
    sockets.at(-1)!.closes();
    expect(waits.at(-1)!.ms).toBe(8000);
    waits.at(-1)!.callback();
    sockets.at(-1)!.opens();
    sockets.at(-1)!.onmessage({ data: '{"event":"nearby","offers":[]}' });
    sockets.at(-1)!.closes();
    expect(waits.at(-1)!.ms).toBe(250);
    expect(heard.slice(-2)).toEqual(['opened', 'closed']);
  });

  it('sends nothing into a closed connection', async () => {
    const { transport, sockets } = world();
    sockets[0]!.opens();
    sockets[0]!.closes();
    await expect(transport.send({ id: 1, request: { ask: 'me' } })).rejects.toHaveProperty(
      'code',
      'unreachable',
    );
  });
});

it('passes on messages and nothing else', () => {
  const { sockets, messages } = world();
  sockets[0]!.opens();
  for (const data of ['not json', '3', 'null', '{}', new ArrayBuffer(2)]) {
    sockets[0]!.onmessage({ data });
  }
  expect(messages).toEqual([]);
  sockets[0]!.onmessage({ data: '{"event":"nearby","offers":[]}' });
  expect(messages).toEqual([{ event: 'nearby', offers: [] }]);
});
