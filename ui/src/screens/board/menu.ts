import type { Desk } from '../../canvas/desk';
import { locking, lying, tidyUp, toggleLock } from '../../canvas/arrange';
import { duplicate } from '../../canvas/clipboard';
import { dragged, movable } from '../../canvas/drop';
import { keysFor } from '../../canvas/keys';
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
    add(true, {
      label: 'Select everything',
      key: keysFor('Select everything'),
      run: () => actions.selectAll(),
    });
    add(true, {
      label: 'Show the whole board',
      icon: 'fit',
      key: keysFor('Show the whole board'),
      run: () => scene.fit(),
    });
    return lines;
  }
  if (records.length === 0) {
    const at = actions.pointer ?? undefined;
    add(true, {
      label: 'New note',
      icon: 'note',
      key: keysFor('New note'),
      run: () => actions.addNote(at),
    });
    add(true, {
      label: 'New follow-up',
      icon: 'action',
      key: keysFor('Follow-up'),
      run: () => void actions.addFollowUp(at),
    });
    add(at, {
      label: 'New section',
      icon: 'section',
      key: keysFor('Section'),
      run: () => at && void actions.addSection(at),
    });
    add(true, {
      label: 'Select everything',
      rule: true,
      key: keysFor('Select everything'),
      run: () => actions.selectAll(),
    });
    add(true, {
      label: 'Show the whole board',
      icon: 'fit',
      key: keysFor('Show the whole board'),
      run: () => scene.fit(),
    });
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
    key: keysFor('Edit what is selected'),
    run: () => only && actions.edit(scene.selection.only ?? ''),
  });
  add(only?.type === 'note', {
    label: 'Next note beside it',
    icon: 'plus',
    key: keysFor('Next note beside this one (Tab while writing)'),
    run: () => actions.addNext(scene.selection.only ?? ''),
  });
  add(only?.type === 'section', {
    label: 'New note in it',
    icon: 'note',
    key: keysFor('New note'),
    run: () => actions.addNote(),
  });
  add(notes.length > 0 || themes.length > 1, {
    label: themes.length > 1 ? 'Merge the groups' : 'Group',
    icon: 'group',
    key: keysFor('Group the selected notes'),
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
  const { selection } = scene;
  const { keys: lockable, locked } = locking(scene);
  const free = movable(store, selection.keys);
  const tidy = only?.type === 'section' ? only.layout === 'free' : lying(scene).length > 1;
  add(tidy, {
    label: 'Tidy up',
    icon: 'tidy',
    key: keysFor('Tidy up'),
    run: () => tidyUp(actions),
  });
  add(lockable.length > 0, {
    label: locked ? 'Unlock' : 'Lock',
    icon: locked ? 'unlock' : 'lock',
    key: keysFor('Lock or unlock'),
    run: () => toggleLock(actions),
  });
  add(dragged(store, selection.keys).length > 0, {
    label: 'Duplicate',
    icon: 'copy',
    rule: true,
    key: keysFor('Duplicate (or drag with Alt)'),
    run: () => void duplicate(actions),
  });
  add(free.length > 0, {
    label: 'To the front',
    icon: 'arrow-up',
    key: keysFor('To the front'),
    run: () => actions.restack(true),
  });
  add(free.length > 0, {
    label: 'To the back',
    icon: 'arrow-down',
    key: keysFor('To the back'),
    run: () => actions.restack(false),
  });
  add(true, {
    label: 'Show the selection',
    icon: 'fit',
    key: keysFor('Show the selection'),
    run: () => scene.fit(scene.selection.keys, 2),
  });
  add(!locked || lockable.length < records.length, {
    label: 'Remove',
    icon: 'remove',
    rule: true,
    key: keysFor('Remove'),
    run: () => void actions.remove(),
  });
  return lines;
}
