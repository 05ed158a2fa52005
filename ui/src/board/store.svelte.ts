import type { BoardId, Command, Patch, PersonId, Role, Tint } from '../ipc/generated/board';
import type {
  BoardEvent,
  BoardReply,
  PeerState,
  Presence,
  UndoState,
} from '../ipc/generated/protocol';
import type { Client } from '../ipc/client';
import { sentence } from './announce';
import { Records } from './collection.svelte';
import { Identity } from './identity';
import { Others } from './presence.svelte';
import { type BoardRecord, keyOf } from './records';
import { arrival } from './sequence';
import { TextLinks } from './texts';
import { Workshop } from './workshop.svelte';

/** Where the board stands: being read, shown, out of reach for now, or shut for good. */
export type Status = 'opening' | 'open' | 'lost' | 'closed';

type Reply<R extends BoardReply['reply']> = Extract<BoardReply, { reply: R }>;

/** A board over a {@link Client}: its records, who else is there, and the way to change it. */
export class BoardStore extends Records {
  /** Which board. */
  readonly board: BoardId;
  /** Where it stands. */
  status = $state<Status>('opening');
  /** Why it is closed or lost. */
  message = $state('');
  /** What this session may do. */
  role = $state<Role>('lookOn');
  /** Why nothing can be changed, where that is so. */
  readOnly = $state<string | null>(null);
  /** Connected laptops. */
  peers = $state.raw<readonly PeerState[]>([]);
  /** What undo and redo would do. */
  undoState = $state.raw<UndoState>({ undo: null, redo: null });
  /** What could not be written to disk and why; empty while all is well. */
  saveFailure = $state('');
  /** The last thing to be said to a screen reader. */
  announcement = $state('');
  /** The colour this session goes by here; `null` until it is known. */
  tint = $state<Tint | null>(null);
  /** Everybody else on the board. */
  readonly others = new Others();
  /** Texts followed by editors. */
  readonly texts: TextLinks;
  /** Who is at this laptop, what they keep for themselves, and what passes in the room. */
  readonly workshop: Workshop;

  readonly #client: Client;
  readonly #identity: Identity;
  readonly #notices = new Set<(code: string, message: string) => void>();
  #seq = 0;
  #opening = 0;
  #presence: Presence | undefined;
  #stop: (() => void)[] = [];
  #changed = $state(0);
  #saved = $state(0);
  #underWay = $state(0);

  constructor(client: Client, board: BoardId) {
    super();
    this.#client = client;
    this.board = board;
    this.texts = new TextLinks(
      board,
      client,
      () => this.person,
      (change) => void this.#awaitSaved(change),
    );
    this.#identity = new Identity(client, board, this);
    this.workshop = new Workshop(client, this);
  }

  /** Everything this session changed is safe on disk. */
  readonly saved: boolean = $derived(this.#underWay === 0 && this.#changed <= this.#saved);
  /** Whether this session may change things now. */
  readonly editable: boolean = $derived(
    this.status === 'open' && this.role !== 'lookOn' && this.readOnly === null,
  );

  /** Opens the board and keeps it open until {@link close}. */
  open(): void {
    this.#stop.push(
      this.#client.on((event) => {
        if (!('board' in event) || event.board !== this.board) return;
        if (event.event !== 'offerEnded' && event.event !== 'folder') this.#receive(event);
      }),
      this.#client.onState((state) => {
        if (state === 'open') {
          if (this.status === 'lost') void this.#open();
        } else if (this.status === 'open') this.status = 'lost';
      }),
    );
    void this.#open();
  }

  /** Closes the board for this session. */
  close(): void {
    for (const stop of this.#stop) stop();
    this.#stop = [];
    if (this.status !== 'closed')
      void this.#client.ask({ ask: 'close', board: this.board }).catch(() => undefined);
    this.status = 'closed';
  }

  /** Calls `listener` with things people should know. Answers how to stop. */
  onNotice(listener: (code: string, message: string) => void): () => void {
    this.#notices.add(listener);
    return () => this.#notices.delete(listener);
  }

  /**
   * Carries out commands, all or none, one step for undo. Rejects with the engine's fault.
   * `expected` are records the commands will make: they are shown at once and taken back on a fault.
   */
  async execute(commands: Command[], expected: readonly BoardRecord[] = []): Promise<number> {
    this.put(expected);
    this.#underWay++;
    try {
      const person = this.workshop.writer ?? (await this.#identity.ensure());
      const reply = await this.#client.ask({ ask: 'execute', board: this.board, person, commands });
      this.#changed = Math.max(this.#changed, reply.change);
      return reply.change;
    } catch (error) {
      this.apply({ added: [], updated: [], removed: expected.map(keyOf) });
      throw error;
    } finally {
      this.#underWay--;
    }
  }

  /** Takes back this person's newest step. */
  undo(): Promise<Reply<'undone'>> {
    return this.#step('undo');
  }

  /** Does again what was undone last. */
  redo(): Promise<Reply<'undone'>> {
    return this.#step('redo');
  }

  /** This session's person goes by this name and colour from now on. */
  goBy(name: string, tint: Tint): void {
    this.#identity.goBy(name, tint);
    this.#tell();
  }

  /** Colours that others have (see `Surroundings`). */
  taken(person: PersonId | null): ReadonlySet<Tint> {
    const people = this.people.flatMap((key) => this.as('person', key) ?? []);
    const here = person === null ? this.others.list.map(({ presence }) => presence.tint) : [];
    return new Set([
      ...people.filter((one) => one.id !== person).map((one) => one.tint),
      ...here.filter((tint) => tint !== null),
    ]);
  }

  /** Tells the others where this session is. */
  present(presence: Presence): void {
    this.#presence = presence;
    this.tint = this.#identity.presence.tint;
    if (this.status !== 'open') return;
    void this.#client
      .ask({
        ask: 'present',
        board: this.board,
        presence: { ...presence, ...this.#identity.presence },
      })
      .catch(() => undefined);
  }

  /** The person who acts in this session, once they have acted. */
  get person(): PersonId | null {
    return this.workshop.writer ?? this.#identity.person;
  }

  /** This laptop's own user as a person of the board, made one if need be; `null` without a name. */
  ensurePerson(): Promise<PersonId | null> {
    return this.#identity.ensure();
  }

  /** Whoever is not a person of the board yet leaves those who are their colours. */
  #meet({ added }: Patch): void {
    if (this.#identity.person !== null || !added.some((record) => record.type === 'person')) return;
    this.#identity.settle();
    this.#tell();
  }

  #tell(): void {
    if (this.#presence) this.present(this.#presence);
  }

  async #step(ask: 'undo' | 'redo'): Promise<Reply<'undone'>> {
    const asked = this.#client.ask({ ask, board: this.board, person: this.person });
    void this.#awaitSaved(asked.then((reply) => reply.change));
    return asked;
  }

  /** Until a change is answered, and then until it is on disk, not everything is {@link saved}. */
  async #awaitSaved(change: Promise<number | null>): Promise<void> {
    this.#underWay++;
    try {
      this.#changed = Math.max(this.#changed, (await change) ?? 0);
    } catch {
      // Whoever asked tells of it.
    } finally {
      this.#underWay--;
    }
  }

  async #open(): Promise<void> {
    const attempt = ++this.#opening;
    try {
      const opened = await this.#client.ask({ ask: 'open', board: this.board });
      if (attempt !== this.#opening || this.status === 'closed') return;
      this.#opening = 0;
      this.#seq = opened.seq;
      this.role = opened.role;
      this.readOnly = opened.readOnly;
      this.peers = opened.peers;
      this.undoState = opened.undo;
      this.#changed = 0;
      this.#saved = 0;
      this.others.reset(opened.present, performance.now());
      this.workshop.reset(opened);
      this.replace(opened.snapshot);
      this.status = 'open';
      this.message = '';
      this.texts.reopen();
      void this.#identity.adopt().then(() => this.#tell());
    } catch (error) {
      if (attempt !== this.#opening) return;
      this.#opening = 0;
      this.message = error instanceof Error ? error.message : String(error);
      this.status = this.#client.state === 'open' ? 'closed' : 'lost';
    }
  }

  #receive(event: BoardEvent): void {
    switch (event.event) {
      case 'batch':
        if (this.#opening > 0) return;
        switch (arrival(this.#seq, event.seq)) {
          case 'apply': {
            this.#seq = event.seq;
            const said = sentence(event.by, event.patch, (key) => this.get(key));
            this.apply(event.patch);
            if (said) this.announcement = said;
            this.#meet(event.patch);
            break;
          }
          case 'gap':
            void this.#open();
            break;
          case 'known':
            break;
        }
        break;
      case 'saved':
        this.#saved = Math.max(this.#saved, event.change);
        this.saveFailure = '';
        break;
      case 'saveFailed':
        this.saveFailure = event.message;
        break;
      case 'text':
        this.texts.receive(event.key, event.version, event.edits);
        break;
      case 'textGone':
        this.texts.gone(event.key);
        break;
      case 'presence':
        this.others.tell(event.who, event.presence, performance.now());
        break;
      case 'peers':
        this.peers = event.peers;
        break;
      case 'undo':
        this.undoState = event.undo;
        break;
      case 'roster':
      case 'timer':
      case 'progress':
      case 'summoned':
        this.workshop.hear(event);
        break;
      case 'role':
        this.role = event.role;
        break;
      case 'notice':
        for (const listener of this.#notices) listener(event.code, event.message);
        break;
      case 'closed':
        this.status = 'closed';
        this.message = event.message;
        break;
    }
  }
}
