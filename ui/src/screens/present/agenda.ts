import type { Key, Note, Theme } from '../../ipc/generated/board';
import type { Dots } from '../../ipc/generated/protocol';
import type { BoardStore } from '../../board/store.svelte';

/** A theme, or a note that stands alone, to be talked about. */
export interface Topic {
  key: Key;
  /** The theme's name, or the note's words. */
  title: string;
  /** What was said, in order; insights are not among them. */
  notes: Note[];
  /** What was heard while it was discussed. */
  insights: Note[];
  /** The question it answers. */
  question: string;
  kind: string;
  dots: number;
}

/** What to talk about: what was voted on, most dots first, as the engine ranks it; then all other themes, in the board's order. */
export function agenda(store: BoardStore, ranked: readonly Dots[]): Topic[] {
  const topics: Topic[] = [];
  const seen = new Set<Key>();
  const add = (key: Key, dots: number): void => {
    const topic = seen.has(key) ? undefined : topicOf(store, key, dots);
    seen.add(key);
    if (topic) topics.push(topic);
  };
  for (const { on, dots } of ranked) add(on, dots);
  for (const section of store.sections) {
    for (const child of store.childrenOf(section)) if (child.type === 'theme') add(child.id, 0);
  }
  for (const theme of store.themes) add(theme, 0);
  return topics;
}

function topicOf(store: BoardStore, key: Key, dots: number): Topic | undefined {
  const record = store.get(key);
  if (record?.type !== 'theme' && record?.type !== 'note') return undefined;
  const all =
    record.type === 'theme'
      ? store
          .childrenOf(key)
          .filter((child): child is Note & { type: 'note' } => child.type === 'note')
      : [record];
  const notes = all.filter((note) => note.kind !== 'insight');
  const section = store.sectionOf(key);
  return {
    key,
    title: record.type === 'theme' ? nameOf(record) : record.text,
    notes: record.type === 'theme' ? notes : [],
    insights: all.filter((note) => note.kind === 'insight'),
    question: section?.title ?? '',
    kind: section?.kind ?? notes[0]?.kind ?? 'plain',
    dots,
  };
}

const nameOf = (theme: Theme): string => theme.name || 'A group without a name';
