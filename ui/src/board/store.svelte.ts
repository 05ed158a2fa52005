import type {
  BoardId,
  Command,
  Key,
  Meta,
  Patch,
  PersonId,
  Role,
  Section,
  Snapshot,
} from '../ipc/generated/board';
import type {
  BoardEvent,
  BoardReply,
  PeerState,
  Presence,
  UndoState,
} from '../ipc/generated/protocol';
import type { Client } from '../ipc/client';
import { sentence } from './announce';
import { Cell } from './cell.svelte';
import { Children } from './children';
import { Identity } from './identity';
import { Others } from './presence.svelte';
import { type BoardRecord, bySiblingOrder, keyOf, type Of, parentOf } from './records';
import { arrival } from './sequence';
import { TextLinks } from './texts';

/** What became of one record. */
export interface Change {
  /** Whose. */
  key: Key;
  /** As it was; `undefined` for a new one. */
  before: BoardRecord | undefined;
  /** As it is; `undefined` for one that is gone. */
  after: BoardRecord | undefined;
}

/** Where the board stands: being read, shown, out of reach for now, or shut for good. */
export type Status = 'opening' | 'open' | 'lost' | 'closed';

type Listener = (changes: readonly Change[]) => void;
type Reply<R extends BoardReply['reply']> = Extract<BoardReply, { reply: R }>;

/** The board's data before the first snapshot. */
const NOTHING: Meta = {
  title: '',
  team: '',
  template: '',
  heldOn: '',
  promised: null,
  phases: [],
  phase: '',
  summary: '',
};

/** A board over a {@link Client}: its records, who else is there, and the way to change it. */
export class BoardStore {
  /** Which board. */
  readonly board: BoardId;
  /** Where it stands. */
  status = $state<Status>('opening');
  /** Why it is closed or lost. */
  message = $state('');
  /** The board's own data. */
  meta = $state.raw<Meta>(NOTHING);
  /** Section keys, in the order of the agenda. */
  sections = $state.raw<readonly Key[]>([]);
  /** Theme keys, in no order. */
  themes = $state.raw<readonly Key[]>([]);
  /** Connector keys, in no order. */
  connectors = $state.raw<readonly Key[]>([]);
  /** Follow-up keys, in no order. */
  followUps = $state.raw<readonly Key[]>([]);
  /** Stroke keys, in no order. */
  strokes = $state.raw<readonly Key[]>([]);
  /** People keys, in no order. */
  people = $state.raw<readonly Key[]>([]);
  /** How many notes there are. */
  noteCount = $state(0);
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
  /** Everybody else on the board. */
  readonly others = new Others();
  /** Texts followed by editors. */
  readonly texts: TextLinks;

  readonly #client: Client;
  readonly #identity: Identity;
  readonly #cells = new Map<Key, Cell>();
  readonly #children = new Children();
  readonly #listeners = new Set<Listener>();
  readonly #notices = new Set<(code: string, message: string) => void>();
  #seq = 0;
  #opening = 0;
  #stop: (() => void)[] = [];
  #changed = $state(0);
  #saved = $state(0);
  #underWay = $state(0);

  constructor(client: Client, board: BoardId) {
    this.#client = client;
    this.board = board;
    this.texts = new TextLinks(
      board,
      client,
      () => this.#identity.person,
      (change) => void this.#awaitSaved(change),
    );
    this.#identity = new Identity(client, board);
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
        if ('board' in event && event.board === this.board && event.event !== 'offerEnded')
          this.#receive(event);
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

  /** A record's cell; reading `record` from it is reactive. */
  cell(key: Key): Cell | undefined {
    return this.#cells.get(key);
  }

  /** A record as it is now. */
  get(key: Key): BoardRecord | undefined {
    return this.#cells.get(key)?.record;
  }

  /** A record as it is now, if it is of that type. */
  as<T extends BoardRecord['type']>(type: T, key: Key): Of<T> | undefined {
    const record = this.get(key);
    return record?.type === type ? (record as Of<T>) : undefined;
  }

  /** What lies directly on `parent`, in order. */
  childrenOf(parent: string): BoardRecord[] {
    const children: BoardRecord[] = [];
    for (const key of this.#children.of(parent)) {
      const record = this.get(key);
      if (record) children.push(record);
    }
    return children.sort(bySiblingOrder);
  }

  /** All records, in no order. */
  *records(): Iterable<BoardRecord> {
    for (const cell of this.#cells.values()) yield cell.record;
  }

  /** The section something lies in, through its theme if need be. */
  sectionOf(key: Key): Section | undefined {
    let record = this.get(key);
    for (let depth = 0; record && depth < 3; depth++) {
      if (record.type === 'section') return record;
      record = this.get(parentOf(record) ?? '');
    }
    return undefined;
  }

  /** Calls `listener` after each change, with all that changed at once. Answers how to stop. */
  onChange(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Waits until a record is there that was just asked for; answers whether it came within a second. */
  arrived(key: Key): Promise<boolean> {
    if (this.#cells.has(key)) return Promise.resolve(true);
    return new Promise((resolve) => {
      const settle = (came: boolean): void => {
        clearTimeout(patience);
        stop();
        resolve(came);
      };
      const patience = setTimeout(() => settle(false), 1000);
      const stop = this.onChange(() => {
        if (this.#cells.has(key)) settle(true);
      });
    });
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
    this.#put(expected);
    this.#underWay++;
    try {
      const person = await this.#identity.ensure((key) => this.get(key) !== undefined);
      const reply = await this.#client.ask({ ask: 'execute', board: this.board, person, commands });
      this.#changed = Math.max(this.#changed, reply.change);
      return reply.change;
    } catch (error) {
      this.#apply({ added: [], updated: [], removed: expected.map(keyOf) });
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

  /** Tells the others where this session is. */
  present(presence: Presence): void {
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
    return this.#identity.person;
  }

  async #step(ask: 'undo' | 'redo'): Promise<Reply<'undone'>> {
    const asked = this.#client.ask({ ask, board: this.board, person: this.#identity.person });
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
      this.#replace(opened.snapshot);
      this.#identity.adopt(this.records());
      this.status = 'open';
      this.message = '';
      this.texts.reopen();
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
            this.#apply(event.patch);
            if (said) this.announcement = said;
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

  #replace(snapshot: Snapshot): void {
    const keep = new Set(snapshot.records.map(keyOf));
    const removed = [...this.#cells.keys()].filter((key) => !keep.has(key));
    this.#apply({ added: snapshot.records, updated: [], removed });
  }

  #put(records: readonly BoardRecord[]): void {
    if (records.length > 0) this.#apply({ added: [...records], updated: [], removed: [] });
  }

  #apply(patch: Patch): void {
    const changes: Change[] = [];
    const counted = new Set<BoardRecord['type']>();
    for (const list of [patch.added, patch.updated]) {
      for (const record of list) {
        const key = keyOf(record);
        const cell = this.#cells.get(key);
        changes.push({ key, before: cell?.record, after: record });
        if (cell) cell.record = record;
        else {
          this.#cells.set(key, new Cell(record));
          counted.add(record.type);
        }
        if (record.type === 'section' || !cell) counted.add(record.type);
        this.#children.put(key, parentOf(record));
        if (record.type === 'meta') this.meta = record;
      }
    }
    for (const key of patch.removed) {
      const cell = this.#cells.get(key);
      if (!cell) continue;
      changes.push({ key, before: cell.record, after: undefined });
      this.#cells.delete(key);
      this.#children.put(key, undefined);
      counted.add(cell.record.type);
    }
    this.#recount(counted);
    if (changes.length > 0) for (const listener of this.#listeners) listener(changes);
  }

  #recount(types: ReadonlySet<BoardRecord['type']>): void {
    if (types.size === 0) return;
    const lists = new Map<BoardRecord['type'], BoardRecord[]>();
    let notes = 0;
    for (const { record } of this.#cells.values()) {
      if (record.type === 'note') notes++;
      else if (types.has(record.type)) {
        const list = lists.get(record.type);
        if (list) list.push(record);
        else lists.set(record.type, [record]);
      }
    }
    this.noteCount = notes;
    const keys = (type: BoardRecord['type']): Key[] => (lists.get(type) ?? []).map(keyOf);
    if (types.has('section'))
      this.sections = (lists.get('section') ?? []).sort(bySiblingOrder).map(keyOf);
    if (types.has('theme')) this.themes = keys('theme');
    if (types.has('connector')) this.connectors = keys('connector');
    if (types.has('followUp')) this.followUps = keys('followUp');
    if (types.has('stroke')) this.strokes = keys('stroke');
    if (types.has('person')) this.people = keys('person');
  }
}
