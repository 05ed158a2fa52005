import { ChangeSet } from '@codemirror/state';
import type { TextEdit } from '../../ipc/generated/board';

/** The one line separator of Upshot's texts; without it CodeMirror would count `\r\n` as one. */
export const NEWLINE = '\n';

/** A change set as an edit for the engine. */
export function editOf(changes: ChangeSet): TextEdit {
  const edit: TextEdit = [];
  changes.iterChanges((from, to, _fromB, _toB, inserted) => {
    edit.push({ from, to, insert: inserted.sliceString(0, inserted.length, NEWLINE) });
  });
  return edit;
}

/** An edit of the engine as a change set for a text of `length` UTF-16 units. Throws where it does not fit. */
export function changesOf(edit: TextEdit, length: number): ChangeSet {
  return ChangeSet.of(
    edit.map(({ from, to, insert }) => ({ from, to, insert })),
    length,
    NEWLINE,
  );
}

/** The change from one text to another: what both begin and end with stays. */
export function difference(before: string, after: string): ChangeSet {
  let start = 0;
  const most = Math.min(before.length, after.length);
  while (start < most && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  let end = 0;
  while (
    end < most - start &&
    before.charCodeAt(before.length - 1 - end) === after.charCodeAt(after.length - 1 - end)
  )
    end++;
  const insert = after.slice(start, after.length - end);
  return ChangeSet.of({ from: start, to: before.length - end, insert }, before.length, NEWLINE);
}
