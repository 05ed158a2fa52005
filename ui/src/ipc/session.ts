import type { Client, ConnectionState } from './client';
import type {
  Answer,
  ClientMessage,
  HomeEvent,
  Reply,
  Request,
  ServerMessage,
} from './generated/home';
import type { BoardEvent, FaultCode } from './generated/protocol';
import { answers, type ReplyTo } from './replies';

/** A request that was not carried out: branch on the code, show the message. */
export class FaultError extends Error {
  readonly code: FaultCode;

  constructor(code: FaultCode, message: string) {
    super(message);
    this.name = 'FaultError';
    this.code = code;
  }
}

/** Carries messages; knows neither requests nor events. */
export interface Transport {
  /** Begins, once. */
  start(events: TransportEvents): void;
  /** Sends a message. Only called while open; rejects where it certainly was not delivered. */
  send(message: ClientMessage): Promise<void>;
}

/** What a transport tells. */
export interface TransportEvents {
  opened(): void;
  /** The connection is lost. `problem` is told where trying again is of no use. */
  closed(problem: string | null): void;
  message(message: ServerMessage): void;
}

/** What the UI needs of the computer around it. */
export interface Shell {
  saveFile(name: string, bytes: Uint8Array): Promise<'saved' | 'cancelled'>;
  openExternal(url: URL): Promise<void>;
}

interface Pending {
  ask: Request['ask'];
  resolve(reply: Reply): void;
  reject(error: FaultError): void;
}

const LOST = 'The connection to Upshot was interrupted. It is tried again; what was saved is safe.';

/** A `Client` over any transport: matches answers to requests and spreads events. */
export class Session implements Client {
  #state: ConnectionState = 'connecting';
  #problem: string | null = null;
  #nextId = 1;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Set<(event: BoardEvent | HomeEvent) => void>();
  readonly #stateListeners = new Set<(state: ConnectionState) => void>();
  /** Requests made before the first connection was there. */
  #waiting: ClientMessage[] = [];
  readonly #transport: Transport;
  readonly #shell: Shell;

  constructor(transport: Transport, shell: Shell) {
    this.#transport = transport;
    this.#shell = shell;
    transport.start({
      opened: () => this.#opened(),
      closed: (problem) => this.#closed(problem),
      message: (message) => this.#receive(message),
    });
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get problem(): string | null {
    return this.#problem;
  }

  ask<R extends Request>(request: R): Promise<ReplyTo<R>> {
    if (this.#state === 'closed') {
      return Promise.reject(new FaultError('unreachable', this.#problem ?? LOST));
    }
    const message: ClientMessage = { id: this.#nextId++, request };
    return new Promise((resolve, reject) => {
      this.#pending.set(message.id, {
        ask: request.ask,
        resolve: resolve as (reply: Reply) => void,
        reject,
      });
      if (this.#state === 'connecting') this.#waiting.push(message);
      else this.#send(message);
    });
  }

  on(listener: (event: BoardEvent | HomeEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onState(listener: (state: ConnectionState) => void): () => void {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  }

  saveFile(name: string, bytes: Uint8Array | string): Promise<'saved' | 'cancelled'> {
    return this.#shell.saveFile(
      name,
      typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes,
    );
  }

  async openExternal(url: string): Promise<void> {
    const parsed = URL.parse(url);
    if (!parsed || !['http:', 'https:', 'mailto:'].includes(parsed.protocol)) {
      throw new FaultError('malformed', 'Only web and mail addresses can be opened.');
    }
    await this.#shell.openExternal(parsed);
  }

  #send(message: ClientMessage): void {
    this.#transport.send(message).catch((error: unknown) => {
      this.#take(message.id)?.reject(
        error instanceof FaultError ? error : new FaultError('unreachable', LOST),
      );
    });
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  #opened(): void {
    this.#problem = null;
    this.#enter('open');
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const message of waiting) this.#send(message);
  }

  #closed(problem: string | null): void {
    this.#problem = problem;
    this.#waiting = [];
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    this.#enter('closed');
    for (const { reject } of pending) reject(new FaultError('unreachable', problem ?? LOST));
  }

  #enter(state: ConnectionState): void {
    if (state === this.#state && state !== 'closed') return;
    this.#state = state;
    for (const listener of [...this.#stateListeners]) listener(state);
  }

  #receive(message: ServerMessage): void {
    if ('event' in message) {
      for (const listener of [...this.#listeners]) listener(message);
      return;
    }
    const pending = this.#take(message.id);
    if (pending) settle(pending, message.answer);
  }
}

function settle(pending: Pending, answer: Answer): void {
  if ('fault' in answer) {
    pending.reject(new FaultError(answer.fault.code, sentence(answer.fault.message)));
  } else if (answers(pending.ask, answer.ok.reply)) {
    pending.resolve(answer.ok);
  } else {
    pending.reject(new FaultError('malformed', 'Upshot answered something else than was asked.'));
  }
}

/** An error's text as people read it: errors of Rust begin small and end without a stop. */
function sentence(text: string): string {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…”]$/u.test(begun) ? begun : `${begun}.`;
}
