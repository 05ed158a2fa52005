import type { BoardId, Key, PersonId } from '../ipc/generated/board';
import type { AuthoredEdit } from '../ipc/generated/protocol';
import type { Client } from '../ipc/client';

/** Somebody who edits a text along with others. */
export interface TextListener {
  /** Edits others (or this editor itself) made, in the engine's order. */
  edits(version: number, edits: readonly AuthoredEdit[]): void;
  /** The text is gone with its note. */
  gone(): void;
  /** The connection is back, or the board was opened again: open the text again. */
  reopen(): void;
}

/** The text as the engine has it. */
export interface TextState {
  version: number;
  text: string;
}

/** The texts this session follows. */
export class TextLinks {
  readonly #listeners = new Map<Key, TextListener>();
  readonly #board: BoardId;
  readonly #client: Client;
  readonly #person: () => PersonId | null;
  readonly #pushing: (change: Promise<number | null>) => void;

  /** `pushing` hears of each push, to wait for the change it became (`null`: none) to be on disk. */
  constructor(
    board: BoardId,
    client: Client,
    person: () => PersonId | null,
    pushing: (change: Promise<number | null>) => void,
  ) {
    this.#board = board;
    this.#client = client;
    this.#person = person;
    this.#pushing = pushing;
  }

  /** Follows a text. One editor at a time: a second one for the same text takes over. */
  async follow(key: Key, listener: TextListener): Promise<TextState> {
    this.#listeners.set(key, listener);
    const reply = await this.#client.ask({ ask: 'openText', board: this.#board, key });
    if (reply.reply !== 'text') throw new Error('The text could not be opened.');
    return { version: reply.version, text: reply.text };
  }

  /** Offers edits on top of a version; answers whether they were taken. */
  async push(key: Key, version: number, edits: AuthoredEdit[]): Promise<boolean> {
    const person = this.#person();
    const asked = this.#client.ask({
      ask: 'pushText',
      board: this.#board,
      key,
      person,
      version,
      edits,
    });
    this.#pushing(asked.then((reply) => reply.change));
    return (await asked).taken;
  }

  /** Stops following. */
  leave(key: Key, listener: TextListener): void {
    if (this.#listeners.get(key) !== listener) return;
    this.#listeners.delete(key);
    void this.#client.ask({ ask: 'closeText', board: this.#board, key }).catch(() => undefined);
  }

  /** Hands edits to whoever follows the text. */
  receive(key: Key, version: number, edits: readonly AuthoredEdit[]): void {
    this.#listeners.get(key)?.edits(version, edits);
  }

  /** Tells whoever follows the text that it is gone. */
  gone(key: Key): void {
    this.#listeners.get(key)?.gone();
  }

  /** Tells all that the texts have to be opened again. */
  reopen(): void {
    for (const listener of this.#listeners.values()) listener.reopen();
  }
}
