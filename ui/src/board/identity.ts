import type { BoardId, Key, PersonId, Tint } from '../ipc/generated/board';
import type { Presence } from '../ipc/generated/protocol';
import type { Client } from '../ipc/client';
import { newPersonId } from './id';
import type { BoardRecord } from './records';

/** Where the id this laptop's user has on a board is kept. */
const slot = (board: BoardId): string => `upshot:person:${board}`;

/** Who acts in this session: this laptop's user, as a person of the board from their first edit on. */
export class Identity {
  readonly #client: Client;
  readonly #board: BoardId;
  #me: Promise<{ name: string; tint: Tint } | undefined>;
  #name = '';
  #tint: Tint | null = null;
  #person: PersonId | null = null;
  #ensuring: Promise<PersonId | null> | undefined;

  constructor(client: Client, board: BoardId) {
    this.#client = client;
    this.#board = board;
    this.#me = client.ask({ ask: 'me' }).then(
      (reply) => {
        if (reply.reply !== 'me') return undefined;
        this.#name = reply.name;
        this.#tint = reply.tint;
        return reply;
      },
      () => undefined,
    );
  }

  /** Goes by this name and colour from now on, to those who are there and with the next first edit. */
  goBy(name: string, tint: Tint): void {
    this.#name = name;
    this.#tint = tint;
    this.#me = Promise.resolve({ name, tint });
  }

  /** Who acts; `null` until the first edit, and where nobody gave a name. */
  get person(): PersonId | null {
    return this.#person;
  }

  /** What others are told about who this is. */
  get presence(): Pick<Presence, 'name' | 'tint' | 'person'> {
    return { name: this.#name, tint: this.#tint, person: this.#person };
  }

  /** Finds the person of an earlier session among the board's records. */
  adopt(records: Iterable<BoardRecord>): void {
    const known = localStorage.getItem(slot(this.#board));
    for (const record of records) {
      if (record.type === 'person' && record.id === known) {
        this.#person = record.id;
        this.#tint = record.tint;
      }
    }
  }

  /** The person who acts, added to the board if need be. */
  async ensure(has: (key: Key) => boolean): Promise<PersonId | null> {
    if (this.#person && has(this.#person)) return this.#person;
    this.#ensuring ??= this.#add(has).finally(() => {
      this.#ensuring = undefined;
    });
    return this.#ensuring;
  }

  async #add(has: (key: Key) => boolean): Promise<PersonId | null> {
    const me = await this.#me;
    if (!me?.name) return null;
    // A person taken back by undo comes back under a fresh id: ids are never used twice.
    const known = localStorage.getItem(slot(this.#board));
    const id = known && has(known) ? known : newPersonId();
    if (!has(id)) {
      const commands = [{ do: 'addPerson' as const, id, name: me.name, tint: me.tint }];
      try {
        await this.#client.ask({ ask: 'execute', board: this.#board, person: null, commands });
      } catch {
        return null;
      }
      localStorage.setItem(slot(this.#board), id);
    }
    this.#person = id;
    return id;
  }
}
