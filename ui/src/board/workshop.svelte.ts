import type { BoardId, Key, NoteId, PersonId, Phase } from '../ipc/generated/board';
import type {
  BoardEvent,
  BoardReply,
  Dots,
  PrivateNote,
  Progress,
  Suggestion,
  TimerChange,
} from '../ipc/generated/protocol';
import type { Client } from '../ipc/client';
import type { BoardRecord } from './records';

type Heard = Extract<BoardEvent, { event: 'roster' | 'timer' | 'progress' | 'summoned' }>;
type Opened = Extract<BoardReply, { reply: 'opened' }>;

/** A part of the board somebody asks everybody to look at: left, top, width, height in board units. */
export type View = readonly [number, number, number, number];

/** The timer, by this page's clock. */
export interface Timing {
  /** Its whole length, milliseconds. */
  total: number;
  /** While it runs: when it is over, as `performance.now()` tells time. */
  ends: number;
  /** While it stands still: what is left, milliseconds. */
  left: number;
  running: boolean;
}

/** What a workshop knows of its board. */
export interface Surroundings {
  readonly board: BoardId;
  get(key: Key): BoardRecord | undefined;
  readonly meta: { phases: readonly Phase[]; phase: string; revealed: readonly string[] };
  /** This laptop's own user as a person of the board. */
  ensurePerson(): Promise<PersonId | null>;
}

/** Who is at this laptop, what they keep for themselves, and what passes in the room. */
export class Workshop {
  /** Who is at this laptop, in the order of their number keys. */
  roster = $state.raw<readonly PersonId[]>([]);
  /** Whose private notes missed their reveal. */
  late = $state.raw<readonly PersonId[]>([]);
  /** Who of them writes now; `null`: this laptop's own user. */
  writer = $state<PersonId | null>(null);
  /** Who still writes or votes; told to facilitators only. */
  progress = $state.raw<Progress | null>(null);
  /** The timer, if one is set. */
  timing = $state.raw<Timing | null>(null);
  /** What the shown vote came to. */
  ranked = $state.raw<readonly Dots[]>([]);

  /** The dots of the shown vote, by what they are on. */
  readonly dotsOn: ReadonlyMap<Key, number> = $derived(
    new Map(this.ranked.map(({ on, dots }) => [on, dots])),
  );

  readonly #client: Client;
  readonly #around: Surroundings;
  readonly #calls = new Set<(view: View, by: string) => void>();

  constructor(client: Client, around: Surroundings) {
    this.#client = client;
    this.#around = around;
  }

  /** Begins anew with what the engine tells. */
  reset(opened: Opened): void {
    this.roster = opened.roster;
    this.late = opened.late;
    this.progress = null;
    this.#time(opened.timer);
    if (this.writer && !this.roster.includes(this.writer)) this.writer = null;
  }

  hear(event: Heard): void {
    switch (event.event) {
      case 'roster':
        this.roster = event.people;
        this.late = event.late;
        if (this.writer && !event.people.includes(this.writer)) this.writer = null;
        break;
      case 'timer':
        this.#time(event.timer);
        break;
      case 'progress':
        this.progress = event.progress;
        break;
      case 'summoned':
        for (const call of this.#calls) call(event.view, event.by);
        break;
    }
  }

  /** Calls `listener` when a facilitator asks everybody to look somewhere. Answers how to stop. */
  onCall(listener: (view: View, by: string) => void): () => void {
    this.#calls.add(listener);
    return () => this.#calls.delete(listener);
  }

  /** What is left of the timer at `now` (as `performance.now()`), milliseconds; negative when it is over. */
  left(now: number): number {
    const { timing } = this;
    if (!timing) return 0;
    return timing.running ? timing.ends - now : timing.left;
  }

  /** Who acts for themselves now: the one who writes, else this laptop's own user. */
  async acting(): Promise<PersonId | null> {
    return this.writer ?? this.#around.ensurePerson();
  }

  async setRoster(people: readonly PersonId[]): Promise<void> {
    const { board } = this.#around;
    await this.#client.ask({ ask: 'setRoster', board, people: [...people] });
    this.roster = people;
    if (this.writer && !people.includes(this.writer)) this.writer = null;
  }

  async notes(person: PersonId): Promise<PrivateNote[]> {
    const { board } = this.#around;
    return (await this.#client.ask({ ask: 'privateNotes', board, person })).notes;
  }

  /** Settles when the note is on this laptop's disk. */
  async keep(person: PersonId, note: PrivateNote): Promise<void> {
    const { board } = this.#around;
    await this.#client.ask({ ask: 'putPrivate', board, person, note });
  }

  async discard(person: PersonId, note: NoteId): Promise<void> {
    const { board } = this.#around;
    await this.#client.ask({ ask: 'dropPrivate', board, person, note });
  }

  async publishLate(person: PersonId): Promise<void> {
    const { board } = this.#around;
    await this.#client.ask({ ask: 'publishLate', board, person });
  }

  async ballot(person: PersonId): Promise<{ dots: Dots[]; left: number }> {
    const { board } = this.#around;
    return this.#client.ask({ ask: 'ballot', board, person });
  }

  async vote(person: PersonId, dots: Dots): Promise<{ dots: Dots[]; left: number }> {
    const { board } = this.#around;
    return this.#client.ask({ ask: 'putDots', board, person, dots });
  }

  async sayDone(person: PersonId, done: boolean): Promise<void> {
    const { board } = this.#around;
    await this.#client.ask({ ask: 'sayDone', board, person, done });
  }

  async setTimer(change: TimerChange): Promise<void> {
    const { board } = this.#around;
    await this.#client.ask({ ask: 'setTimer', board, change });
  }

  async summon(view: View): Promise<void> {
    const { board } = this.#around;
    await this.#client.ask({ ask: 'summon', board, view: [...view] });
  }

  async suggest(notes: readonly NoteId[] = []): Promise<Suggestion[]> {
    const { board } = this.#around;
    return (await this.#client.ask({ ask: 'suggest', board, notes: [...notes] })).groups;
  }

  /** Asks what the shown vote came to. */
  async rank(): Promise<void> {
    const { board } = this.#around;
    this.ranked = (await this.#client.ask({ ask: 'ranking', board })).ranked;
  }

  #time(timer: Opened['timer']): void {
    this.timing = timer && {
      total: timer.totalMs,
      ends: performance.now() + timer.leftMs,
      left: timer.leftMs,
      running: timer.running,
    };
  }
}
