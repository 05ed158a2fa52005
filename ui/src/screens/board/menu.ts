import type { Desk } from '../../canvas/desk';
import { duplicate } from '../../canvas/clipboard';
import type { IconName } from '../../icons/paths';

/** A line of the context menu. */
export interface Line {
  label: string;
  icon?: IconName;
  /** The key that does the same. */
  key?: string;
  /** A rule above it. */
  rule?: boolean;
  run(): void;
}

/** What the menu offers for what is selected: nothing that would do nothing. */
export function linesFor(desk: Desk): Line[] {
  const { actions, scene, store } = desk;
  const records = [...scene.selection.keys].flatMap((key) => store.get(key) ?? []);
  const [first] = records;
  const only = records.length === 1 ? first : undefined;
  const notes = records.filter((record) => record.type === 'note');
  const themes = records.filter((record) => record.type === 'theme');
  const lines: Line[] = [];
  const add = (when: unknown, line: Line): void => {
    if (when) lines.push(line);
  };
  if (!store.editable) {
    add(true, { label: 'Select everything', key: 'Ctrl A', run: () => actions.selectAll() });
    add(true, { label: 'Show the whole board', icon: 'fit', key: '9', run: () => scene.fit() });
    return lines;
  }
  if (records.length === 0) {
    const at = actions.pointer ?? undefined;
    add(true, { label: 'New note', icon: 'note', key: 'N', run: () => actions.addNote(at) });
    add(true, {
      label: 'New follow-up',
      icon: 'action',
      key: 'F',
      run: () => void actions.addFollowUp(at),
    });
    add(at, {
      label: 'New section',
      icon: 'section',
      key: 'S',
      run: () => at && void actions.addSection(at),
    });
    add(true, {
      label: 'Select everything',
      rule: true,
      key: 'Ctrl A',
      run: () => actions.selectAll(),
    });
    add(true, { label: 'Show the whole board', icon: 'fit', key: '9', run: () => scene.fit() });
    return lines;
  }
  const editing = {
    note: 'Edit',
    followUp: 'Edit',
    section: 'Rename',
    theme: 'Rename',
    connector: 'Label',
  };
  const verb =
    only && only.type in editing ? editing[only.type as keyof typeof editing] : undefined;
  add(verb, {
    label: verb ?? '',
    icon: 'text',
    key: 'Enter',
    run: () => only && actions.edit(scene.selection.only ?? ''),
  });
  add(only?.type === 'note', {
    label: 'Next note beside it',
    icon: 'plus',
    key: 'Ctrl Enter',
    run: () => actions.addNext(scene.selection.only ?? ''),
  });
  add(only?.type === 'section', {
    label: 'New note in it',
    icon: 'note',
    key: 'N',
    run: () => actions.addNote(),
  });
  add(notes.length > 0 || themes.length > 1, {
    label: themes.length > 1 ? 'Merge the groups' : 'Group',
    icon: 'group',
    key: 'G',
    run: () => void actions.group(),
  });
  add(themes.length > 0, { label: 'Take apart', icon: 'ungroup', run: () => actions.ungroup() });
  const folds = records.filter((record) => record.type === 'section' || record.type === 'theme');
  add(folds.length > 0, {
    label: folds.every((record) => record.collapsed) ? 'Open' : 'Close',
    icon: 'stack',
    run: () => actions.toggleCollapsed(),
  });
  add(only?.type === 'note' || only?.type === 'theme', {
    label: 'Follow-up from it',
    icon: 'action',
    run: () => void actions.addFollowUp(),
  });
  add(notes.length > 0, {
    label: notes.every((note) => note.parked)
      ? 'Bring back from the parking lot'
      : 'Park for later',
    icon: 'pause',
    run: () => actions.park(),
  });
  add(true, {
    label: 'Duplicate',
    icon: 'copy',
    rule: true,
    key: 'Ctrl D',
    run: () => void duplicate(actions),
  });
  add(true, {
    label: 'To the front',
    icon: 'arrow-up',
    key: ']',
    run: () => actions.restack(true),
  });
  add(true, {
    label: 'To the back',
    icon: 'arrow-down',
    key: '[',
    run: () => actions.restack(false),
  });
  add(true, {
    label: 'Show the selection',
    icon: 'fit',
    key: '8',
    run: () => scene.fit(scene.selection.keys, 2),
  });
  add(true, {
    label: 'Remove',
    icon: 'remove',
    rule: true,
    key: 'Del',
    run: () => void actions.remove(),
  });
  return lines;
}
