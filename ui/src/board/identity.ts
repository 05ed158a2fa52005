import type { BoardId, Key, Person, PersonChange, PersonId, Tint } from '../ipc/generated/board';
import type { Presence } from '../ipc/generated/protocol';
import type { Client } from '../ipc/client';
import { newPersonId } from './id';
import type { BoardRecord } from './records';
import { freeTint } from './tints';

/** Where the id this laptop's user has on a board is kept. */
const slot = (board: BoardId): string => `upshot:person:${board}`;

/** What an identity needs to know of its board. */
export interface Surroundings {
  /** A record of the board. */
  get(key: Key): BoardRecord | undefined;
  /**
   * Colours that others have. For a `person` of the board, those of its other people; for somebody who is
   * none yet, also of those who are here without being one.
   */
  taken(person: PersonId | null): ReadonlySet<Tint>;
  /** Whether this session may change the board now. */
  readonly editable: boolean;
}

/** Who acts in this session: this laptop's user, as a person of the board from their first edit on. */
export class Identity {
  readonly #client: Client;
  readonly #board: BoardId;
  readonly #around: Surroundings;
  #me: Promise<{ name: string; tint: Tint } | undefined>;
  #name = '';
  #preferred: Tint | null = null;
  /** The colour on this board: the preferred one unless somebody else goes by it. */
  #tint: Tint | null = null;
  #person: PersonId | null = null;
  #ensuring: Promise<PersonId | null> | undefined;

  constructor(client: Client, board: BoardId, around: Surroundings) {
    this.#client = client;
    this.#board = board;
    this.#around = around;
    this.#me = client.ask({ ask: 'me' }).then(
      (reply) => {
        if (reply.reply !== 'me') return undefined;
        this.#name = reply.name;
        this.#preferred = reply.tint;
        return reply;
      },
      () => undefined,
    );
  }

  /** Goes by this name and colour from now on: to those who are there, and on the board. */
  goBy(name: string, tint: Tint): void {
    this.#name = name;
    this.#preferred = tint;
    this.#me = Promise.resolve({ name, tint });
    this.settle();
  }

  /** Who acts; `null` until the first edit, and where nobody gave a name. */
  get person(): PersonId | null {
    return this.#person;
  }

  /** What others are told about who this is. */
  get presence(): Pick<Presence, 'name' | 'tint' | 'person'> {
    return { name: this.#name, tint: this.#tint ?? this.#preferred, person: this.#person };
  }

  /** Finds the person of an earlier session on the board, and settles who this is. */
  async adopt(): Promise<void> {
    const known = localStorage.getItem(slot(this.#board));
    if (known && this.#record(known)) this.#person = known;
    await this.#me;
    this.settle();
  }

  /** Chooses a colour that nobody else has; a person known by an older name or colour goes by the new one. */
  settle(): void {
    if (this.#preferred === null) return;
    const record = this.#person ? this.#record(this.#person) : undefined;
    const taken = this.#around.taken(this.#person);
    // Who has a colour of their own keeps it: it is how the others know them.
    const kept = record && taken.has(this.#preferred) && !taken.has(record.tint);
    this.#tint = kept ? record.tint : freeTint(this.#preferred, taken);
    if (!record || !this.#around.editable) return;
    const set: PersonChange[] = [];
    if (this.#name && record.name !== this.#name) set.push({ field: 'name', value: this.#name });
    if (record.tint !== this.#tint) set.push({ field: 'tint', value: this.#tint });
    if (set.length === 0) return;
    const commands = [{ do: 'setPerson' as const, id: record.id, set }];
    // Nobody's step: undo is for what people wrote. If it does not go through, the next opening tries again.
    this.#client
      .ask({ ask: 'execute', board: this.#board, person: null, commands })
      .catch(() => undefined);
  }

  /** The person who acts, added to the board if need be. */
  async ensure(): Promise<PersonId | null> {
    if (this.#person && this.#record(this.#person)) return this.#person;
    this.#ensuring ??= this.#add().finally(() => {
      this.#ensuring = undefined;
    });
    return this.#ensuring;
  }

  #record(key: Key): Person | undefined {
    const record = this.#around.get(key);
    return record?.type === 'person' ? record : undefined;
  }

  async #add(): Promise<PersonId | null> {
    const me = await this.#me;
    if (!me?.name) return null;
    // A person taken back by undo comes back under a fresh id: ids are never used twice.
    const known = localStorage.getItem(slot(this.#board));
    const there = known ? this.#record(known) : undefined;
    const id = there?.id ?? newPersonId();
    if (!there) {
      this.#tint = freeTint(me.tint, this.#around.taken(null));
      // From here on: the board tells of the new person before it answers.
      this.#person = id;
      const commands = [{ do: 'addPerson' as const, id, name: me.name, tint: this.#tint }];
      try {
        await this.#client.ask({ ask: 'execute', board: this.#board, person: null, commands });
      } catch {
        this.#person = null;
        return null;
      }
      localStorage.setItem(slot(this.#board), id);
    }
    this.#person = id;
    return id;
  }
}
