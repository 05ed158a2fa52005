import type { Key, Meta, Patch, Section, Snapshot } from '../ipc/generated/board';
import { Cell } from './cell.svelte';
import { Children } from './children';
import { type BoardRecord, bySiblingOrder, keyOf, type Of, parentOf } from './records';

/** What became of one record. */
export interface Change {
  /** Whose. */
  key: Key;
  /** As it was; `undefined` for a new one. */
  before: BoardRecord | undefined;
  /** As it is; `undefined` for one that is gone. */
  after: BoardRecord | undefined;
}

type Listener = (changes: readonly Change[]) => void;

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
  revealed: [],
  vote: null,
  discussing: null,
};

/** The records of a board, each reactive by itself, and what lies on what. */
export class Records {
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

  readonly #cells = new Map<Key, Cell>();
  readonly #children = new Children();
  readonly #listeners = new Set<Listener>();

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

  /** Whether something is locked where it is. */
  locked(key: Key): boolean {
    const record = this.get(key);
    return !!record && 'locked' in record && record.locked === true;
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

  /** Takes a snapshot: what is not in it is gone. */
  protected replace(snapshot: Snapshot): void {
    const keep = new Set(snapshot.records.map(keyOf));
    const removed = [...this.#cells.keys()].filter((key) => !keep.has(key));
    this.apply({ added: snapshot.records, updated: [], removed });
  }

  /** Puts records. */
  protected put(records: readonly BoardRecord[]): void {
    if (records.length > 0) this.apply({ added: [...records], updated: [], removed: [] });
  }

  /** Takes a patch, and tells those who listen. */
  protected apply(patch: Patch): void {
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
