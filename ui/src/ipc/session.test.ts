import { describe, expect, it } from 'vitest';
import type { ClientMessage } from './generated/home';
import { FaultError, Session, type Shell, type Transport, type TransportEvents } from './session';

/** A transport in the hands of the test. */
class Wire implements Transport {
  events!: TransportEvents;
  readonly sent: ClientMessage[] = [];
  failing = false;

  start(events: TransportEvents): void {
    this.events = events;
  }

  send(message: ClientMessage): Promise<void> {
    if (this.failing) return Promise.reject(new Error('the pipe is gone'));
    this.sent.push(message);
    return Promise.resolve();
  }
}

const opened: string[] = [];
const shell: Shell = {
  saveFile: () => Promise.resolve('saved'),
  openExternal: (url) => Promise.resolve(void opened.push(url.href)),
};

function session(open = true): { wire: Wire; client: Session } {
  const wire = new Wire();
  const client = new Session(wire, shell);
  if (open) wire.events.opened();
  return { wire, client };
}

describe('requests', () => {
  it('matches answers to requests in any order', async () => {
    const { wire, client } = session();
    const boards = client.ask({ ask: 'boards' });
    const templates = client.ask({ ask: 'templates' });
    const [first, second] = wire.sent;
    wire.events.message({ id: second!.id, answer: { ok: { reply: 'templates', templates: [] } } });
    wire.events.message({ id: first!.id, answer: { ok: { reply: 'boards', boards: [] } } });
    expect((await boards).reply).toBe('boards');
    expect((await templates).reply).toBe('templates');
  });

  it('rejects with the fault, as a sentence', async () => {
    const { wire, client } = session();
    const answer = client.ask({ ask: 'join', ticket: 'x' });
    wire.events.message({
      id: wire.sent[0]!.id,
      answer: { fault: { code: 'unreachable', message: 'nobody answered' } },
    });
    await expect(answer).rejects.toEqual(new FaultError('unreachable', 'Nobody answered.'));
    await expect(answer).rejects.toHaveProperty('code', 'unreachable');
  });

  it('does not take an answer to something else', async () => {
    const { wire, client } = session();
    const answer = client.ask({ ask: 'boards' });
    wire.events.message({ id: wire.sent[0]!.id, answer: { ok: { reply: 'done' } } });
    await expect(answer).rejects.toHaveProperty('code', 'malformed');
  });

  it('passes over answers nobody waits for', () => {
    const { wire } = session();
    expect(() => wire.events.message({ id: 99, answer: { ok: { reply: 'done' } } })).not.toThrow();
  });

  it('keeps what is asked before the connection is there', async () => {
    const { wire, client } = session(false);
    const answer = client.ask({ ask: 'boards' });
    expect(wire.sent).toEqual([]);
    wire.events.opened();
    expect(wire.sent.map((message) => message.request)).toEqual([{ ask: 'boards' }]);
    wire.events.message({ id: wire.sent[0]!.id, answer: { ok: { reply: 'boards', boards: [] } } });
    expect((await answer).boards).toEqual([]);
  });

  it('rejects what could not be sent', async () => {
    const { wire, client } = session();
    wire.failing = true;
    await expect(client.ask({ ask: 'me' })).rejects.toHaveProperty('code', 'unreachable');
  });
});

describe('a lost connection', () => {
  it('rejects what was open and refuses what is new', async () => {
    const { wire, client } = session();
    const before = client.ask({ ask: 'boards' });
    wire.events.closed(null);
    await expect(before).rejects.toHaveProperty('code', 'unreachable');
    await expect(client.ask({ ask: 'boards' })).rejects.toHaveProperty('code', 'unreachable');
    expect(wire.sent).toHaveLength(1);
  });

  it('tells, and tells when it is back', () => {
    const { wire, client } = session();
    const heard: string[] = [];
    const stop = client.onState((state) => heard.push(state));
    wire.events.closed('no key');
    expect(client.problem).toBe('no key');
    wire.events.opened();
    expect(client.problem).toBeNull();
    stop();
    wire.events.closed(null);
    expect(heard).toEqual(['closed', 'open']);
  });
});

describe('events', () => {
  it('reach every listener until it stops', () => {
    const { wire, client } = session();
    const heard: string[] = [];
    client.on((event) => heard.push(`a ${event.event}`));
    const stop = client.on((event) => heard.push(`b ${event.event}`));
    wire.events.message({ event: 'nearby', offers: [] });
    stop();
    wire.events.message({ event: 'boards', boards: [] });
    expect(heard).toEqual(['a nearby', 'b nearby', 'a boards']);
  });
});

describe('addresses outside', () => {
  it('open when they are of the web or mail', async () => {
    const { client } = session();
    await client.openExternal('https://example.org/a');
    expect(opened).toEqual(['https://example.org/a']);
  });

  it.each(['javascript:alert(1)', 'file:///etc/passwd', 'data:text/html,x', '/relative', ''])(
    'refuses %s',
    async (url) =>
      expect(session().client.openExternal(url)).rejects.toHaveProperty('code', 'malformed'),
  );
});
