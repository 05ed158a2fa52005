import type { ClientMessage, ServerMessage } from './generated/home';
import { FaultError, type Shell, type Transport, type TransportEvents } from './session';

/** Wait before the first new try; doubled each time, so a restart is noticed at once. */
const FIRST_DELAY_MS = 250;
/** The longest wait: still short for somebody who looks at the page. */
const LONGEST_DELAY_MS = 8_000;
/** How the server closes a connection whose token it does not take. */
const REFUSED = 4401;

const NO_TOKEN =
  'This address lacks its key. Open the whole link that Upshot showed, up to its last character.';
const REFUSED_TOKEN =
  'This link does not open Upshot any more. Ask for a new one, or start Upshot again and open the link it shows.';

/** The token in a location's hash: `#token=…`. */
export function tokenOf(hash: string): string | null {
  return new URLSearchParams(hash.replace(/^#/, '')).get('token');
}

/** What is used of the browser, so that tests can bring their own. */
export interface Environment {
  open(): WebSocket;
  setTimeout(callback: () => void, ms: number): void;
  /** From 0 up to 1. */
  random(): number;
}

const browser: Environment = {
  open: () => {
    const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
    return new WebSocket(`${scheme}//${location.host}/session`);
  },
  setTimeout: (callback, ms) => void window.setTimeout(callback, ms),
  random: Math.random,
};

/** Messages over a WebSocket: the token first, then one JSON text a message; connects again when lost. */
export class WebSocketTransport implements Transport {
  #socket: WebSocket | null = null;
  #tries = 0;
  readonly #token: string | null;
  readonly #environment: Environment;

  constructor(token: string | null, environment: Environment = browser) {
    this.#token = token;
    this.#environment = environment;
  }

  start(events: TransportEvents): void {
    if (this.#token === null) {
      // After the constructor that called us, so that listeners hear of it.
      queueMicrotask(() => events.closed(NO_TOKEN));
      return;
    }
    this.#connect(events);
  }

  send(message: ClientMessage): Promise<void> {
    const socket = this.#socket;
    if (!socket || socket.readyState !== socket.OPEN) {
      return Promise.reject(
        new FaultError('unreachable', 'The connection to Upshot was interrupted.'),
      );
    }
    socket.send(JSON.stringify(message));
    return Promise.resolve();
  }

  #connect(events: TransportEvents): void {
    const socket = this.#environment.open();
    this.#socket = socket;
    socket.onopen = () => {
      socket.send(JSON.stringify({ token: this.#token }));
      events.opened();
    };
    socket.onmessage = (event: MessageEvent<unknown>) => {
      // Only now: a server that hangs up on every greeting is not to be called without a pause.
      this.#tries = 0;
      const message = parse(event.data);
      if (message) events.message(message);
    };
    socket.onclose = (event) => {
      this.#socket = null;
      const refused = event.code === REFUSED;
      events.closed(refused ? REFUSED_TOKEN : null);
      if (!refused) this.#environment.setTimeout(() => this.#connect(events), this.#delay());
    };
  }

  /** Doubling, and spread by up to half so that many browsers do not return in step. */
  #delay(): number {
    const full = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(this.#tries++, 16));
    return full * (0.5 + this.#environment.random() / 2);
  }
}

/** A message, if it looks like one; the server is ours, so its types are then believed. */
function parse(data: unknown): ServerMessage | null {
  if (typeof data !== 'string') return null;
  try {
    const message: unknown = JSON.parse(data);
    const known =
      typeof message === 'object' &&
      message !== null &&
      ('event' in message || 'answer' in message);
    return known ? (message as ServerMessage) : null;
  } catch {
    return null;
  }
}

/** A browser: downloads and new tabs. */
export class BrowserShell implements Shell {
  saveFile(name: string, bytes: Uint8Array): Promise<'saved'> {
    const url = URL.createObjectURL(new Blob([bytes.slice()]));
    const link = document.createElement('a');
    link.href = url;
    link.download = name;
    link.click();
    // The download has its own hold on the data once it has begun.
    window.setTimeout(() => URL.revokeObjectURL(url), 60_000);
    return Promise.resolve('saved');
  }

  openExternal(url: URL): Promise<void> {
    window.open(url, '_blank', 'noopener,noreferrer');
    return Promise.resolve();
  }
}
