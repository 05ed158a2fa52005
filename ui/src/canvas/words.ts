import type { NoteKind, Record as BoardRecord } from '../ipc/generated/board';
import { wordsOf } from '../board/records';

/** The kinds of notes in the words of the UI, in its order. */
export const KINDS: readonly { kind: NoteKind; name: string }[] = [
  { kind: 'happened', name: 'What happened' },
  { kind: 'well', name: 'Went well' },
  { kind: 'lucky', name: 'Got lucky' },
  { kind: 'shared', name: 'Not just us' },
  { kind: 'puzzle', name: 'Made it hard' },
  { kind: 'idea', name: 'Bright spot' },
  { kind: 'plain', name: 'Anything else' },
  { kind: 'insight', name: 'What we understood' },
];

/** A kind in words. */
export function kindName(kind: NoteKind): string {
  return KINDS.find((one) => one.kind === kind)?.name ?? kind;
}

/** What a screen reader says of a thing. */
export function labelOf(record: BoardRecord, section: string | undefined): string {
  const locked = 'locked' in record && record.locked ? ', locked' : '';
  return said(record, section) + locked;
}

function said(record: BoardRecord, section: string | undefined): string {
  const words = wordsOf(record) || 'empty';
  switch (record.type) {
    case 'note': {
      const where = section ? `Note in ${section}` : 'Note';
      const when = record.when ? `, ${record.when.label}` : '';
      return `${where}: ${words}${when}`;
    }
    case 'followUp':
      return `Follow-up: ${words}`;
    case 'theme':
      return `Group: ${wordsOf(record) || 'without a name'}`;
    case 'section':
      return `Section: ${words}`;
    case 'connector':
      return `Connector: ${words}`;
    default:
      return words;
  }
}

/** A stretch of text, perhaps a link. */
export interface Stretch {
  text: string;
  href?: string;
}

/** Web addresses as people type them; what ends a sentence is not part of one. */
const LINK = /\b(?:https?:\/\/|mailto:)[^\s<>"']+[^\s<>"'.,;:!?)\]}]/giu;

/** A text with its links told apart. */
export function stretches(text: string): Stretch[] {
  const parts: Stretch[] = [];
  let at = 0;
  for (const match of text.matchAll(LINK)) {
    if (match.index > at) parts.push({ text: text.slice(at, match.index) });
    parts.push({ text: match[0], href: match[0] });
    at = match.index + match[0].length;
  }
  if (at < text.length || parts.length === 0) parts.push({ text: text.slice(at) });
  return parts;
}
