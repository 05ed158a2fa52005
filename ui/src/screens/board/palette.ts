import { caps } from '../../canvas/chords';
import type { Desk } from '../../canvas/desk';
import { folded } from '../../canvas/fold';
import { type Bench, BINDINGS } from '../../canvas/keys';
import { wordsOf } from '../../board/records';

/** One thing that can be done, or one place to go to. */
export interface Entry {
  /** What it is called. */
  label: string;
  /** The group it stands under. */
  group: string;
  /** Its keys, as they are shown. */
  keys: string[];
  run(): void;
}

/** Keys that only mean something while they are pressed: arrows and the like are no entries of a list. */
const MERE_KEYS = /^(?:alt\+|shift\+)*arrow|^escape$|^contextmenu$/;
/** What changes the board: not offered where nothing can be changed. */
const CHANGES = new Set(['Write', 'Arrange', 'Edit']);

/** Everything the keys do, by name. */
export function doings(bench: Bench): Entry[] {
  const { editable } = bench.actions.store;
  return BINDINGS.flatMap(({ chords, label, group, run }): Entry[] => {
    const [chord = ''] = chords;
    if (label === '' || MERE_KEYS.test(chord)) return [];
    if (!editable && CHANGES.has(group) && label !== 'Select everything') return [];
    return [{ label, group, keys: caps(chord), run: () => run(bench) }];
  });
}

/** The sections, groups and follow-ups of the board, to go to. */
export function destinations({ store, scene }: Desk): Entry[] {
  const to = (key: string, kind: string): Entry[] => {
    const record = store.get(key);
    const words = record && wordsOf(record);
    return words
      ? [
          {
            label: `${kind}: ${words}`,
            group: 'Go to',
            keys: [],
            run: () => {
              scene.selection.set([key]);
              scene.fit([key], 1);
              void scene.focus(key);
            },
          },
        ]
      : [];
  };
  return [
    ...store.sections.flatMap((key) => to(key, 'Section')),
    ...store.themes.flatMap((key) => to(key, 'Group')),
    ...store.followUps.flatMap((key) => to(key, 'Follow-up')),
  ];
}

/** The entries that have all the words typed: those that begin with them first, else as they stand. */
export function matching(entries: readonly Entry[], typed: string): Entry[] {
  const words = folded(typed).split(/\s+/).filter(Boolean);
  if (words.length === 0) return [...entries];
  const first = words.join(' ');
  return entries
    .map((entry, at) => ({ entry, at, text: folded(`${entry.label} ${entry.group}`) }))
    .filter(({ text }) => words.every((word) => text.includes(word)))
    .sort(
      (a, b) => Number(b.text.startsWith(first)) - Number(a.text.startsWith(first)) || a.at - b.at,
    )
    .map(({ entry }) => entry);
}
