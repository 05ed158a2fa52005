import type { Key, Order, Place, Record as BoardRecord } from '../ipc/generated/board';

export type { BoardRecord };

/** The parent of what lies on the board itself. */
export const BOARD = 'board';

/** A record of one type. */
export type Of<T extends BoardRecord['type']> = Extract<BoardRecord, { type: T }>;

/** A record's key: its id, or `meta`. */
export function keyOf(record: BoardRecord): Key {
  return record.type === 'meta' ? 'meta' : record.id;
}

/** Where a record lies, if it is one of those that have a parent. */
export function placeOf(record: BoardRecord): Place | undefined {
  switch (record.type) {
    case 'note':
    case 'theme':
    case 'stroke':
    case 'followUp':
      return record.place;
    default:
      return undefined;
  }
}

/** What a record lies on: sections lie on the board; connectors, people and meta on nothing. */
export function parentOf(record: BoardRecord): string | undefined {
  return record.type === 'section' ? BOARD : placeOf(record)?.parent;
}

function orderOf(record: BoardRecord): Order {
  return record.type === 'section' ? record.order : (placeOf(record)?.order ?? '');
}

/** Siblings in order: by fractional index, ties by id, both compared as text. */
export function bySiblingOrder(a: BoardRecord, b: BoardRecord): number {
  const x = orderOf(a);
  const y = orderOf(b);
  if (x !== y) return x < y ? -1 : 1;
  const i = keyOf(a);
  const j = keyOf(b);
  return i < j ? -1 : i > j ? 1 : 0;
}

/** The words of a record: what it says to a reader. */
export function wordsOf(record: BoardRecord): string {
  switch (record.type) {
    case 'note':
    case 'followUp':
      return record.text;
    case 'section':
    case 'meta':
      return record.title;
    case 'theme':
    case 'person':
      return record.name;
    case 'connector':
      return record.label;
    case 'stroke':
    case 'dot':
      return '';
  }
}
