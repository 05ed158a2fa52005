import type { Key, Record as BoardRecord } from '../ipc/generated/board';
import { BOARD, keyOf, parentOf, placeOf, wordsOf } from '../board/records';
import type { Actions } from './actions.svelte';
import { copies } from './copy';
import { dragged, withContents } from './drop';
import { around, type Point } from './geometry';
import {
  htmlOf,
  linesOf,
  markdownOf,
  packed,
  plainOf,
  rowsOf,
  type Said,
  THINGS,
  type Things,
  unpacked,
} from './outside';
import { readingOrder } from './reading';

/** Copies land this far from what they are copies of, board units. */
const BESIDE = 24;

/** Things copied on this laptop, and the words that went to the clipboard with them. */
let copied: (Things & { words: string }) | undefined;

/** Selected things and what is on them, with the connectors between. */
function taken(actions: Actions): { records: BoardRecord[]; roots: Key[] } {
  const { store, scene } = actions;
  const roots = dragged(store, scene.selection.keys);
  const all = withContents(store, roots);
  const records = [...all].flatMap((key) => store.get(key) ?? []);
  for (const key of store.connectors) {
    const link = store.as('connector', key);
    const held = link && [link.from, link.to].every((end) => 'on' in end && all.has(end.on));
    if (link && held) records.push(link);
  }
  return { records, roots };
}

/** Copies what is selected by `dx`, `dy`. Answers the copies of what was selected. */
export async function duplicate(actions: Actions, dx = BESIDE, dy = BESIDE): Promise<void> {
  const { store, scene } = actions;
  const { records, roots } = taken(actions);
  const made = copies(records, { person: store.person, now: Date.now() }, (record) => {
    const place = placeOf(record);
    if (place) return { parent: place.parent, x: place.x + dx, y: place.y + dy };
    const rect = scene.layout.rect(keyOf(record)) ?? { x: 0, y: 0 };
    return { parent: BOARD, x: rect.x + dx, y: rect.y + dy };
  });
  if (await actions.run(made.length > 0 ? [{ do: 'insert', records: made }] : [])) {
    scene.selection.set(
      made
        .slice(0, records.length)
        .filter((record) => isRoot(record, made))
        .map(keyOf)
        .slice(0, roots.length),
    );
  }
}

function isRoot(record: BoardRecord, among: readonly BoardRecord[]): boolean {
  const parent = placeOf(record)?.parent;
  return record.type !== 'connector' && !among.some((other) => keyOf(other) === parent);
}

/** What records say, in reading order: titles before what lies under them. */
function saying({ scene }: Actions, records: readonly BoardRecord[]): Said[] {
  const among = new Set(records.map(keyOf));
  const under = (parent: string | undefined): Said[] => {
    const stops = records.flatMap((record) => {
      const rect = scene.layout.rect(keyOf(record));
      const above = parentOf(record) ?? BOARD;
      const here = parent === undefined ? !among.has(above) : above === parent;
      return rect && here && record.type !== 'connector'
        ? [{ key: keyOf(record), rect, record }]
        : [];
    });
    return readingOrder(stops).flatMap(({ key, record }) => {
      const text = wordsOf(record);
      const as = record.type === 'theme' ? 'group' : AS[record.type];
      return [...(text !== '' && as ? [{ as, text }] : []), ...under(key)];
    });
  };
  return under(undefined);
}

const AS: Partial<Record<BoardRecord['type'], Said['as']>> = {
  section: 'section',
  note: 'item',
  followUp: 'task',
};

/** Puts what is selected on the clipboard, as words for others and as things for here. */
export function copy(actions: Actions, data: DataTransfer): boolean {
  const { scene } = actions;
  const { records } = taken(actions);
  if (records.length === 0) return false;
  const said = saying(actions, records);
  const words = plainOf(said);
  const at = new Map(
    records.flatMap((record): [Key, Point][] => {
      const rect = scene.layout.rect(keyOf(record));
      return rect ? [[keyOf(record), rect]] : [];
    }),
  );
  data.setData('text/plain', words);
  data.setData('text/markdown', markdownOf(said));
  data.setData('text/html', htmlOf(said));
  data.setData(THINGS, packed({ records, at }));
  copied = { words, records, at };
  return true;
}

/** Puts the clipboard on the board: things copied here, else words as notes, one a line. */
export async function paste(actions: Actions, data: DataTransfer): Promise<void> {
  const words = data.getData('text/plain');
  if (copied && (words === copied.words || words === '')) {
    await pasteThings(actions, copied);
    return;
  }
  const things = unpacked(data.getData(THINGS));
  if (things) {
    await pasteThings(actions, things);
    return;
  }
  const rows = rowsOf(data.getData('text/html'));
  const lines = rows.length > 0 ? rows : linesOf(words);
  if (lines.length === 0) return;
  const keys = await actions.addTexts(lines);
  actions.scene.selection.set(keys);
  if (lines.length > 1 && keys.length > 0) {
    const together = async (): Promise<void> => {
      await actions.undo();
      actions.scene.selection.set(await actions.addTexts([words.trim()]));
    };
    actions.say({
      text: `${lines.length} lines, one note each`,
      action: { label: 'As one note', run: () => void together() },
    });
  }
}

async function pasteThings(actions: Actions, from: Things): Promise<void> {
  const { store, scene } = actions;
  const box = around([...from.at.values()].map(({ x, y }) => ({ x, y, w: 0, h: 0 }))) ?? {
    x: 0,
    y: 0,
  };
  const to = actions.pointer ?? { x: box.x + BESIDE, y: box.y + BESIDE };
  const made = copies(from.records, { person: store.person, now: Date.now() }, (record) => {
    const at = from.at.get(keyOf(record)) ?? box;
    return {
      parent: BOARD,
      x: Math.round(to.x + at.x - box.x),
      y: Math.round(to.y + at.y - box.y),
    };
  });
  if (made.length > 0 && (await actions.run([{ do: 'insert', records: made }]))) {
    scene.selection.set(made.filter((record) => isRoot(record, made)).map(keyOf));
  }
}
