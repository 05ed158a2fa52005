import { newNoteId } from '../../board/id';
import type { NewNote, NoteId, NoteKind } from '../../ipc/generated/board';
import type { Desk } from '../../canvas/desk';

/** What a benchmark drives the canvas by. Exposed only in builds made for benchmarking. */
export interface Bench {
  ready: Promise<void>;
  prepare(n: number): void;
  load(n: number): Promise<void>;
  setCamera(x: number, y: number, z: number): void;
  moveNote(i: number, dx: number, dy: number): void;
  /** Changes a note by the engine's way; the patch comes back to this page as another's would. */
  edit(i: number, k: number): void;
  info(): Record<string, string | number | boolean>;
}

declare global {
  interface Window {
    __bench?: Bench;
  }
}

const SENTENCES = [
  'Three full cutover rehearsals',
  'Rollback was one command we trusted',
  'Acquirer books one slot a fortnight, and nobody told us',
  'Support joined rehearsal two and found the missing refund path before customers did',
  'Bank holiday cut traffic by nearly half',
  'Refund rules live in four places',
  'Did we know about the certificate? Identity renews it in May',
];
const KINDS: readonly NoteKind[] = [
  'happened',
  'well',
  'lucky',
  'shared',
  'puzzle',
  'idea',
  'plain',
];
/** Notes in a row, their pitch, and how many are sent in one request. */
const COLUMNS = 100;
const TOP = 4000;
const PITCH = { x: 144, y: 120 };
const CHUNK = 500;

/** Exposes the adapter of a board. */
export function expose(desk: Desk): void {
  let notes: NewNote[] = [];
  let keys: NoteId[] = [];
  const { scene, store } = desk;
  /** The notes of the grid, row by row: of a board that was filled before as well. */
  const grid = (): NoteId[] => {
    if (keys.length === 0) {
      keys = [...store.records()]
        .filter((record) => record.type === 'note')
        .filter(({ place }) => place.parent === 'board' && place.y >= TOP)
        .sort((a, b) => a.place.y - b.place.y || a.place.x - b.place.x)
        .map(({ id }) => id);
    }
    return keys;
  };
  window.__bench = {
    ready: Promise.resolve(),
    prepare(n) {
      notes = Array.from({ length: n }, (_, i) => ({
        id: newNoteId(),
        text: SENTENCES[(i * 5) % SENTENCES.length] ?? '',
        kind: KINDS[i % KINDS.length] ?? 'plain',
        parent: 'board',
        x: (i % COLUMNS) * PITCH.x,
        // Below what the board has already: a sample review with its sections and connectors.
        y: TOP + Math.floor(i / COLUMNS) * PITCH.y,
      }));
    },
    async load(n) {
      for (let i = 0; i < n; i += CHUNK) {
        await store.execute([{ do: 'addNotes', notes: notes.slice(i, Math.min(n, i + CHUNK)) }]);
      }
      const last = notes[n - 1];
      if (last) await store.arrived(last.id);
    },
    setCamera: (x, y, z) => scene.viewport.set({ x, y, z }),
    moveNote(i, dx, dy) {
      const note = grid()[i];
      if (note) scene.offset([note], dx, dy);
    },
    edit(i, k) {
      const note = grid()[i];
      if (note) void store.execute([{ do: 'setText', text: `Edited ${k} times`, key: note }]);
    },
    info: () => ({
      notes: store.noteCount,
      mounted: scene.slots.size,
      overview: scene.overview,
      zoom: scene.viewport.view.z,
    }),
  };
}
