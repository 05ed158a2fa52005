import type { Key, Patch, Record as BoardRecord } from '../ipc/generated/board';
import { parentOf, wordsOf } from './records';

const counted = (n: number, one: string): string => (n === 1 ? `a ${one}` : `${n} ${one}s`);

const NAMES: Partial<Record<BoardRecord['type'], string>> = {
  note: 'note',
  section: 'section',
  theme: 'theme',
  connector: 'connector',
  followUp: 'follow-up',
};

/**
 * A batch by somebody else in one sentence for a screen reader; empty where nothing is worth saying
 * (edits of text in progress, moves: each key stroke would talk over the last).
 * `before` looks up what was on the board before the batch.
 */
export function sentence(
  by: string,
  patch: Patch,
  before: (key: Key) => BoardRecord | undefined,
): string {
  const meta = patch.updated.find((record) => record.type === 'meta');
  if (meta) {
    const old = before('meta');
    const phase = meta.phases.find((p) => p.id === meta.phase);
    if (old?.type === 'meta' && old.phase !== meta.phase && phase)
      return `Now: ${phase.title}. ${phase.question}`;
  }
  if (!by) return '';
  for (const type of ['note', 'followUp', 'section', 'theme', 'connector'] as const) {
    const name = NAMES[type] ?? type;
    const added = patch.added.filter((record) => record.type === type);
    const first = added[0];
    if (first) {
      const parents = new Set(added.map(parentOf));
      const home = parents.size === 1 ? before(parentOf(first) ?? '') : undefined;
      const where = home && wordsOf(home) ? ` to ${wordsOf(home)}` : '';
      return `${by} added ${counted(added.length, name)}${where}`;
    }
    const gone = patch.removed.filter((key) => before(key)?.type === type);
    if (gone.length > 0) return `${by} removed ${counted(gone.length, name)}`;
  }
  return '';
}
