/** Doing something on a board from Home, where it is not open on the screen. */
import { newFollowUpId, newNoteId } from '../board/id';
import type { Client } from '../ipc/client';
import type {
  BoardId,
  BrightSpot,
  Command,
  FollowUpId,
  FollowUpStatus,
  Key,
  Record,
} from '../ipc/generated/board';

/** Between what is on the board and what is put below it, in board units. */
const GAP = 24;
/** The height of a follow-up's card of four lines, and a gap, in board units. */
const CARD = 124;

/** What is being done elsewhere by each client, up to the last that was asked for. */
const underWay = new WeakMap<Client, Promise<void>>();

/**
 * Opens a board for a moment and carries out what is planned on it. One after the other: the end of
 * one would otherwise close the board under the next.
 */
function on(
  client: Client,
  board: BoardId,
  plan: (records: readonly Record[]) => Command[],
): Promise<void> {
  const done = (underWay.get(client) ?? Promise.resolve()).then(async () => {
    const { snapshot } = await client.ask({ ask: 'open', board });
    try {
      const commands = plan(snapshot.records);
      await client.ask({ ask: 'execute', board, person: null, commands });
    } finally {
      await client.ask({ ask: 'close', board });
    }
  });
  // Whoever asked hears of a failure; the next one is tried all the same.
  underWay.set(
    client,
    done.catch(() => undefined),
  );
  return done;
}

/** The lower edge of everything on the board. */
export function bottom(records: readonly Record[]): number {
  let y = 0;
  for (const record of records) {
    if (record.type === 'section') y = Math.max(y, record.y + record.size.h);
    else if (record.type === 'note' || record.type === 'followUp') {
      if (record.place.parent === 'board') y = Math.max(y, record.place.y + 120);
    }
  }
  return y + GAP;
}

/** Where the next follow-up's card goes: under the lowest of those on the board, or below everything. */
export function nextCard(records: readonly Record[]): { x: number; y: number } {
  const cards = records
    .flatMap((record) => (record.type === 'followUp' ? [record.place] : []))
    .filter(({ parent }) => parent === 'board')
    .toSorted((a, b) => b.y - a.y);
  const lowest = cards[0];
  return lowest ? { x: lowest.x, y: lowest.y + CARD } : { x: 0, y: bottom(records) };
}

/** Says where a follow-up stands. */
export function setStatus(
  client: Client,
  board: BoardId,
  id: FollowUpId,
  status: FollowUpStatus,
  outcome?: string,
): Promise<void> {
  const set = [{ field: 'status' as const, value: status }];
  return on(client, board, () => [
    { do: 'setFollowUp', id, set },
    ...(outcome === undefined
      ? []
      : [{ do: 'setFollowUp' as const, id, set: [{ field: 'outcome' as const, value: outcome }] }]),
  ]);
}

/** Starts a follow-up that emulates a bright spot; answers its key. */
export async function emulate(client: Client, board: BoardId, spot: BrightSpot): Promise<Key> {
  const id = newFollowUpId();
  await on(client, board, (records) => [
    {
      do: 'addFollowUp',
      id,
      text: spot.step || spot.practice,
      kind: 'spread',
      from: null,
      parent: 'board',
      ...nextCard(records),
    },
    { do: 'setFollowUp', id, set: [{ field: 'spot', value: spot.id }] },
  ]);
  return id;
}

/** Puts a bright spot on a board as a note; answers its key. */
export async function pin(client: Client, board: BoardId, spot: BrightSpot): Promise<Key> {
  const id = newNoteId();
  await on(client, board, (records) => {
    const home = records.find((record) => record.type === 'section' && record.kind === 'idea');
    const note = { id, text: spot.practice, kind: 'idea' as const };
    return [
      {
        do: 'addNotes',
        notes: [
          home?.type === 'section'
            ? { ...note, parent: home.id, x: 12, y: 44 }
            : { ...note, parent: 'board', x: 0, y: bottom(records) },
        ],
      },
    ];
  });
  return id;
}
