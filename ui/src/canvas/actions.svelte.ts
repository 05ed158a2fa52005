import { flushSync } from 'svelte';
import type {
  BrightSpot,
  Command,
  FollowUpKind,
  Key,
  Layout,
  Note,
  NoteKind,
  Reach,
  Record as BoardRecord,
} from '../ipc/generated/board';
import { messageOf } from '../ipc/message';
import { newConnectorId, newFollowUpId, newNoteId, newSectionId, newThemeId } from '../board/id';
import { BOARD } from '../board/records';
import type { BoardStore } from '../board/store.svelte';
import { movable, withContents } from './drop';
import type { Point } from './geometry';
import { GAP } from './layout';
import { Places } from './places';
import type { Direction } from './reading';
import { freeSpot } from './room';
import type { Scene } from './scene.svelte';
import { stepMoves } from './steps';
import { NOTE_W } from './text';
import { apart } from './tidy';

/** Something to tell the person, perhaps with what can be done about it. */
export interface Saying {
  text: string;
  action?: { label: string; run(): void };
  fault?: boolean;
}

/** After an edit, sections that have become too small are given room this much later, milliseconds. */
const ROOM_AFTER = 250;
/** The size of a section made by a click. */
const SECTION_SIZE = { w: 440, h: 264 };

/** What a person can do on the canvas: each is one request, one step for undo. */
export class Actions {
  readonly store: BoardStore;
  readonly scene: Scene;
  readonly places: Places;
  /** Tells the person something. */
  readonly say: (saying: Saying) => void;
  /**
   * Asked before a note is made on this parent: whether it goes elsewhere, since everybody writes for
   * themselves now. The engine would refuse it.
   */
  divert: ((parent: string) => boolean) | null = null;
  /** Hears what is being written in an editor of the canvas; `null` when writing ends. */
  writing: ((text: string | null) => void) | null = null;
  /** A number key with nothing selected: takes a pen. Answers whether there is one. */
  pen: ((index: number) => boolean) | null = null;
  /** Where the pointer is on the board, if it is over the canvas. */
  pointer: Point | null = null;
  /** Notes made here that nobody has written into yet. */
  readonly #blank = new Set<Key>();
  readonly #underWay = new Set<Promise<unknown>>();
  #room: ReturnType<typeof setTimeout> | undefined;
  #tidying: ReturnType<typeof setTimeout> | undefined;

  constructor(store: BoardStore, scene: Scene, say: (saying: Saying) => void) {
    this.store = store;
    this.scene = scene;
    this.places = new Places(store, scene);
    this.say = say;
  }

  /** Carries out commands; a fault is told, not thrown. Answers whether they were carried out. */
  readonly run = async (
    commands: Command[],
    expected: readonly BoardRecord[] = [],
  ): Promise<boolean> => {
    if (commands.length === 0 || !this.store.editable) return false;
    const request = this.store.execute(commands, expected);
    this.#underWay.add(request);
    try {
      await request;
      this.makeRoom();
      return true;
    } catch (error) {
      this.say({ text: messageOf(error), fault: true });
      return false;
    } finally {
      this.#underWay.delete(request);
    }
  };

  /** Settles when all requests under way have been answered: what was just made exists for the engine then. */
  settled(): Promise<unknown> {
    return Promise.allSettled([...this.#underWay]);
  }

  /** Soon gives sections the room that this person's edits made them need. */
  makeRoom(): void {
    clearTimeout(this.#room);
    this.#room = setTimeout(() => {
      const commands = this.store.sections.flatMap((id): Command[] => {
        const section = this.store.as('section', id);
        const needed = this.scene.layout.needs(id);
        return section && !section.collapsed && needed > section.size.h
          ? [{ do: 'makeRoom', id, h: needed }]
          : [];
      });
      if (commands.length > 0 && this.store.editable)
        void this.store.execute(commands).catch(() => undefined);
    }, ROOM_AFTER);
  }

  /** Soon puts notes that lie on each other apart, and makes room for them: after a reveal. */
  tidyReveal(): void {
    clearTimeout(this.#tidying);
    this.#tidying = setTimeout(() => {
      const commands = apart(this.store, this.scene);
      if (!this.store.editable) return;
      // Nobody's step: what people wrote is what undo is for.
      if (commands.length > 0) void this.store.execute(commands).catch(() => undefined);
      this.makeRoom();
    }, ROOM_AFTER);
  }

  /** Starts editing: the text of a note or follow-up, the name of a section, theme or connector. */
  edit(key: Key): void {
    if (!this.store.editable) return;
    this.scene.selection.set([key]);
    this.scene.selection.focus = key;
    this.scene.reveal(key);
    // At once: the key that was pressed to begin is to go into the editor.
    this.scene.editing = key;
    this.scene.mountNow();
    flushSync();
  }

  /** Ends editing; what was made and left empty goes. */
  edited(key: Key, text: string): void {
    this.writing?.(null);
    if (this.scene.editing === key) this.scene.editing = null;
    this.scene.relayout([key]);
    if (text.trim() === '' && this.#blank.has(key)) void this.run([{ do: 'remove', keys: [key] }]);
    else this.makeRoom();
    this.#blank.delete(key);
  }

  /** Makes a note where the board's `at` says, or where there is room, and starts writing it. */
  addNote(at?: Point, size?: { w: number; h: number }): void {
    if (!this.store.editable) return;
    const pointed = at && this.places.at(at);
    const home = pointed ?? this.places.here(this.pointer);
    const spot =
      at && pointed?.free
        ? { x: at.x - pointed.x, y: at.y - pointed.y }
        : this.places.spotIn(home.parent, this.pointer);
    this.#write(home.parent, home.kind, spot, undefined, size);
  }

  /** Makes the next note beside one, and starts writing it. */
  addNext(beside: Key): void {
    const note = this.store.as('note', beside);
    const rect = this.scene.layout.rect(beside);
    if (!note || !rect || !this.store.editable) return;
    const { parent } = note.place;
    const record = this.store.get(parent);
    if (record?.type === 'section' && record.layout === 'free') {
      const from = { x: rect.x + rect.w + GAP - record.x, y: rect.y - record.y };
      this.#write(parent, note.kind, this.places.spotIn(parent, this.pointer, from), undefined);
    } else if (record) this.#write(parent, note.kind, { x: 0, y: 0 }, beside);
    else this.#write(BOARD, note.kind, { x: rect.x + rect.w + GAP, y: rect.y }, undefined);
  }

  /** Adds notes with the given texts where there is room. */
  async addTexts(texts: readonly string[]): Promise<Key[]> {
    const home = this.places.here(this.pointer);
    const section = this.store.as('section', home.parent);
    const width = section?.size.w ?? 6 * (NOTE_W + GAP);
    const origin = section ? { x: 0, y: 0 } : this.places.spotIn(BOARD, this.pointer);
    const taken = section ? this.places.taken(home.parent) : [];
    const notes = texts.map((text) => {
      const h = this.scene.measure.noteHeight(text, NOTE_W);
      const spot = freeSpot(taken, width, NOTE_W, h);
      taken.push({ ...spot, w: NOTE_W, h });
      return {
        id: newNoteId(),
        text,
        kind: home.kind,
        parent: home.parent,
        x: origin.x + spot.x,
        y: origin.y + spot.y,
      };
    });
    const done = await this.run([{ do: 'addNotes', notes }]);
    return done ? notes.map((note) => note.id) : [];
  }

  /** Makes a section and starts naming it. */
  async addSection(at: Point, size?: { w: number; h: number }): Promise<void> {
    const id = newSectionId();
    const place = { x: snap(at.x), y: snap(at.y) };
    const box = size
      ? { w: Math.max(152, snap(size.w)), h: Math.max(152, snap(size.h)) }
      : SECTION_SIZE;
    const made = await this.run([
      {
        do: 'addSection',
        id,
        title: 'New section',
        kind: 'plain',
        layout: 'free',
        ...place,
        size: box,
      },
    ]);
    if (made && (await this.store.arrived(id))) this.edit(id);
  }

  /** Makes a follow-up card, from what is selected if that is one note or theme, and starts writing it. */
  async addFollowUp(at?: Point): Promise<void> {
    const only = this.scene.selection.only;
    const type = only && this.store.get(only)?.type;
    const from = !at && (type === 'note' || type === 'theme') ? only : null;
    const beside = from ? this.scene.layout.rect(from) : undefined;
    const spot =
      at ?? (beside ? { x: beside.x + beside.w + 40, y: beside.y } : this.places.centre());
    const id = newFollowUpId();
    const place = { parent: BOARD, x: snap(spot.x), y: snap(spot.y) };
    const commands: Command[] = [
      { do: 'addFollowUp', id, text: '', kind: 'change', from, ...place },
    ];
    if (from)
      commands.push({
        do: 'addConnector',
        id: newConnectorId(),
        from: { on: from },
        to: { on: id },
        label: '',
      });
    if ((await this.run(commands)) && (await this.store.arrived(id))) {
      this.#blank.add(id);
      this.edit(id);
    }
  }

  /** Agrees a follow-up that comes from a theme or note; its card goes where the sections leave room. */
  async agree(from: Key, text: string, kind: FollowUpKind, reach: Reach): Promise<boolean> {
    const id = newFollowUpId();
    const place = { parent: BOARD, ...this.places.besideSections() };
    const commands: Command[] = [{ do: 'addFollowUp', id, text, kind, from, ...place }];
    if (reach.to !== 'team')
      commands.push({
        do: 'setFollowUp',
        id,
        set: [{ field: 'reach', value: reach }],
      });
    return this.run(commands);
  }

  /** Starts a follow-up that copies a bright spot, and keeps the link to it. */
  async emulate(spot: BrightSpot): Promise<boolean> {
    const id = newFollowUpId();
    const text = spot.step || spot.practice;
    const place = { parent: BOARD, ...this.places.besideSections() };
    return this.run([
      { do: 'addFollowUp', id, text, kind: 'spread', from: null, ...place },
      { do: 'setFollowUp', id, set: [{ field: 'spot', value: spot.id }] },
    ]);
  }

  /** Draws a connector. */
  connect(from: Key | Point, to: Key | Point): void {
    const end = (what: Key | Point) =>
      typeof what === 'string'
        ? { on: what }
        : { at: [Math.round(what.x), Math.round(what.y)] as [number, number] };
    const id = newConnectorId();
    void this.run([{ do: 'addConnector', id, from: end(from), to: end(to), label: '' }]).then(
      (done) => {
        if (done) this.scene.selection.set([id]);
      },
    );
  }

  /** Takes the selected things off the board. */
  async remove(): Promise<void> {
    const chosen = [...this.scene.selection.keys];
    const keys = chosen.filter((key) => !this.store.locked(key));
    if (chosen.length > 0 && keys.length === 0)
      this.say({
        text: 'This is locked, and stays.',
        action: {
          label: 'Unlock',
          run: () => void this.run([{ do: 'lock', keys: chosen, locked: false }]),
        },
      });
    if (keys.length === 0) return;
    const what =
      keys.length === 1 ? nameOf(this.store.get(keys[0] ?? '')) : `${keys.length} things`;
    if (await this.run([{ do: 'remove', keys }])) {
      this.say({ text: `${what} removed`, action: { label: 'Undo', run: () => void this.undo() } });
    }
  }

  /** Gives the selected notes (or the sections' new notes) a kind. */
  setKind(kind: NoteKind): void {
    const notes = this.#selected('note');
    const sections = this.#selected('section');
    const commands: Command[] = sections.map((id) => ({
      do: 'setSection',
      id,
      set: [{ field: 'kind', value: kind }],
    }));
    if (notes.length > 0)
      commands.push({ do: 'setNotes', ids: notes, set: [{ field: 'kind', value: kind }] });
    void this.run(commands);
  }

  /** How the selected section places what is in it. */
  setLayout(layout: Layout): void {
    void this.run(
      this.#selected('section').map((id) => ({
        do: 'setSection',
        id,
        set: [{ field: 'layout', value: layout }],
      })),
    );
  }

  /** When what a note tells happened, as typed. */
  setWhen(id: Key, words: string): void {
    const note = this.store.as('note', id);
    if (note && (note.when?.label ?? '') !== words.trim()) {
      void this.run([{ do: 'setNotes', ids: [id], set: [{ field: 'when', value: words.trim() }] }]);
    }
  }

  /** Shows the selected sections and themes as header or stack, or open again. */
  toggleCollapsed(): void {
    const commands: Command[] = [];
    for (const id of this.#selected('section')) {
      const collapsed = !this.store.as('section', id)?.collapsed;
      commands.push({ do: 'setSection', id, set: [{ field: 'collapsed', value: collapsed }] });
    }
    for (const id of this.#selected('theme')) {
      commands.push({ do: 'collapseTheme', id, collapsed: !this.store.as('theme', id)?.collapsed });
    }
    void this.run(commands);
  }

  /** Makes a theme of the selected notes, or merges the selected themes, and asks for its name. */
  async group(): Promise<void> {
    const notes = this.#selected('note').filter((key) => !this.store.locked(key));
    const [into, ...from] = this.#selected('theme');
    if (into !== undefined && from.length > 0) {
      await this.run([{ do: 'mergeThemes', into, from }]);
    } else if (into !== undefined && notes.length > 0) {
      await this.run([
        { do: 'move', moves: notes.map((key) => ({ key, parent: into, x: 0, y: 0 })) },
      ]);
    } else if (notes.length > 0) {
      const id = newThemeId();
      const done = await this.run([{ do: 'group', id, notes, name: '' }]);
      if (done && (await this.store.arrived(id))) this.edit(id);
    }
  }

  /** Takes the selected themes apart; their notes stay where they are. */
  ungroup(): void {
    const keys = this.#selected('theme');
    void this.run(keys.length > 0 ? [{ do: 'remove', keys }] : []);
  }

  /** Brings the selection to the front of its siblings, or to the back. */
  restack(front: boolean): void {
    const keys = movable(this.store, this.scene.selection.keys);
    void this.run(keys.length > 0 ? [{ do: 'restack', keys, front }] : []);
  }

  /** Parks the selected notes, or brings them back. */
  park(): void {
    const ids = this.#selected('note');
    const parked = !ids.every((id) => this.store.as('note', id)?.parked);
    void this.run(
      ids.length > 0 ? [{ do: 'setNotes', ids, set: [{ field: 'parked', value: parked }] }] : [],
    );
  }

  /** Moves the selection by a step; in columns, lanes and themes, past its neighbour. */
  moveBy(direction: Direction, step: number): void {
    const moves = stepMoves(this.scene, direction, step);
    void this.run(moves.length > 0 ? [{ do: 'move', moves }] : []);
  }

  /** Selects everything on the board, or in the section that is selected. */
  selectAll(): void {
    const only = this.scene.selection.only;
    const within =
      only && this.store.get(only)?.type === 'section'
        ? withContents(this.store, [only])
        : undefined;
    within?.delete(only ?? '');
    const keys = [...this.scene.layout.rects()].map(([key]) => key);
    const chosen = within && within.size > 0 ? keys.filter((key) => within.has(key)) : keys;
    this.scene.selection.set(chosen.filter((key) => this.store.get(key)?.type !== 'section'));
  }

  /** Takes back this person's newest step. */
  undo(): Promise<void> {
    return this.#step('undo');
  }

  /** Does again what was undone last. */
  redo(): Promise<void> {
    return this.#step('redo');
  }

  async #step(which: 'undo' | 'redo'): Promise<void> {
    if (!this.store.editable) return;
    const what = this.store.undoState[which];
    try {
      const { kept } = await this.store[which]();
      if (what) this.store.announcement = `${which === 'undo' ? 'Undone' : 'Done again'}: ${what}`;
      if (kept > 0) this.say({ text: 'Some of it stays: somebody has changed it since.' });
    } catch (error) {
      this.say({ text: messageOf(error), fault: true });
    }
  }

  #write(
    parent: string,
    kind: NoteKind,
    spot: Point,
    after?: Key,
    size?: { w: number; h: number },
  ): void {
    if (this.divert?.(parent)) return;
    const id = newNoteId();
    const place = { parent, x: snap(spot.x), y: snap(spot.y) };
    const note: Note = {
      id,
      text: '',
      kind,
      place: { ...place, order: '~' },
      size: size ?? null,
      author: this.store.person,
      made: Date.now(),
      when: null,
      source: '',
      parked: false,
    };
    this.#blank.add(id);
    void this.run(
      [{ do: 'addNotes', notes: [{ id, text: '', kind, ...place, after, size }] }],
      [{ type: 'note', ...note }],
    );
    this.edit(id);
  }

  #selected(type: BoardRecord['type']): Key[] {
    return [...this.scene.selection.keys].filter((key) => this.store.get(key)?.type === type);
  }
}

function snap(v: number): number {
  return Math.round(v / 4) * 4;
}

function nameOf(record: BoardRecord | undefined): string {
  const names = {
    note: 'Note',
    section: 'Section',
    theme: 'Group',
    connector: 'Connector',
    followUp: 'Follow-up',
  };
  return record && record.type in names ? names[record.type as keyof typeof names] : 'It';
}
