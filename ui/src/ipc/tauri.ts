import { Channel, invoke } from '@tauri-apps/api/core';
import { toBase64 } from './base64';
import type { ClientMessage, ServerMessage } from './generated/home';
import { FaultError, type Shell, type Transport, type TransportEvents } from './session';

/** Messages through Tauri's IPC: one channel from the engine, one command to it. */
export class TauriTransport implements Transport {
  start(events: TransportEvents): void {
    const channel = new Channel<ServerMessage>((message) => events.message(message));
    invoke('session', { channel }).then(
      () => events.opened(),
      (error: unknown) => events.closed(String(error)),
    );
  }

  async send(message: ClientMessage): Promise<void> {
    await invoke('send', { message });
  }
}

/** The desktop: its save dialog, its browser. */
export class TauriShell implements Shell {
  async saveFile(name: string, bytes: Uint8Array): Promise<'saved' | 'cancelled'> {
    const saved = await call<boolean>('save_file', { name, base64: toBase64(bytes) });
    return saved ? 'saved' : 'cancelled';
  }

  async openExternal(url: URL): Promise<void> {
    await call('open_external', { url: url.href });
  }
}

/** Tauri's commands reject with a text for people. */
async function call<T>(command: string, values: Record<string, unknown>): Promise<T> {
  try {
    return await invoke<T>(command, values);
  } catch (error) {
    throw new FaultError('storage', String(error));
  }
}
