/**
 * The one way from the UI to the engine: requests with answers, and events. The same over Tauri's
 * IPC (the desktop window) and over a WebSocket (a browser).
 */
import type { HomeEvent, Request } from './generated/home';
import type { BoardEvent } from './generated/protocol';
import type { ReplyTo } from './replies';
import { Session } from './session';
import { TauriShell, TauriTransport } from './tauri';
import { BrowserShell, WebSocketTransport, tokenOf } from './websocket';

export type { ReplyTo } from './replies';
export { FaultError } from './session';

/** `connecting`: requests wait; `closed`: requests are refused, while the client tries again. */
export type ConnectionState = 'connecting' | 'open' | 'closed';

/** A session with the engine. */
export interface Client {
  /** Asks and awaits the answer. Rejects with a `FaultError`; nothing has changed then. */
  ask<R extends Request>(request: R): Promise<ReplyTo<R>>;
  /** Hears all events. Answers a function that stops it. */
  on(listener: (event: BoardEvent | HomeEvent) => void): () => void;
  /** The connection now. */
  readonly state: ConnectionState;
  /** Why there is no way back without the person's doing; `null` while there is nothing to do. */
  readonly problem: string | null;
  /**
   * Hears changes of the connection. After `closed`, `open` is a new session: the engine has
   * forgotten what was open, so open boards are to be opened again.
   */
  onState(listener: (state: ConnectionState) => void): () => void;
  /** Offers a file to be saved where the person chooses (in a browser: a download). */
  saveFile(name: string, bytes: Uint8Array | string): Promise<'saved' | 'cancelled'>;
  /** Opens a web or mail address outside of Upshot; all other schemes are refused. */
  openExternal(url: string): Promise<void>;
}

/** Connects to the engine of this window: through Tauri where there is one, else over a WebSocket. */
export function connect(): Client {
  if ('__TAURI_INTERNALS__' in window) {
    return new Session(new TauriTransport(), new TauriShell());
  }
  return new Session(new WebSocketTransport(tokenOf(location.hash)), new BrowserShell());
}
