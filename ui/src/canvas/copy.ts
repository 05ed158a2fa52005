import type { End, Key, PersonId, Record as BoardRecord } from '../ipc/generated/board';
import { newConnectorId, newFollowUpId, newNoteId, newSectionId, newThemeId } from '../board/id';
import { keyOf, parentOf } from '../board/records';

function freshId(record: BoardRecord): Key | undefined {
  switch (record.type) {
    case 'note':
      return newNoteId();
    case 'section':
      return newSectionId();
    case 'theme':
      return newThemeId();
    case 'followUp':
      return newFollowUpId();
    case 'connector':
      return newConnectorId();
    default:
      return undefined;
  }
}

/**
 * Copies of records under fresh ids. What lies on a copied thing lies on its copy; the others get the place
 * `home` answers. Connectors are copied where both ends are. Who copies wrote the copy. Copies are not locked.
 */
export function copies(
  records: readonly BoardRecord[],
  by: { person: PersonId | null; now: number },
  home: (record: BoardRecord) => { parent: string; x: number; y: number },
): BoardRecord[] {
  const ids = new Map<Key, Key>();
  for (const record of records) {
    const id = freshId(record);
    if (id) ids.set(keyOf(record), id);
  }
  const end = (at: End): End | undefined => {
    if ('at' in at) return undefined;
    const on = ids.get(at.on);
    return on ? { on } : undefined;
  };
  return records.flatMap((record): BoardRecord[] => {
    const id = ids.get(keyOf(record));
    if (!id) return [];
    const parent = ids.get(parentOf(record) ?? '');
    switch (record.type) {
      case 'section':
        return [{ ...record, id, locked: false, ...at(home(record)) }];
      case 'note':
        return [
          {
            ...record,
            id,
            locked: false,
            place: place(record, parent),
            author: record.author && by.person,
            made: record.author ? by.now : 0,
          },
        ];
      case 'theme':
        return [{ ...record, id, locked: false, place: place(record, parent) }];
      case 'followUp':
        return [
          {
            ...record,
            id,
            locked: false,
            from: ids.get(record.from ?? '') ?? record.from,
            place: place(record, parent),
          },
        ];
      case 'connector': {
        const from = end(record.from);
        const to = end(record.to);
        return from && to ? [{ ...record, id, from, to }] : [];
      }
      default:
        return [];
    }
  });

  function place(
    record: Extract<BoardRecord, { place: unknown }>,
    parent: Key | undefined,
  ): typeof record.place {
    return parent ? { ...record.place, parent } : { ...record.place, ...home(record) };
  }
}

function at({ x, y }: { x: number; y: number }): { x: number; y: number } {
  return { x, y };
}
