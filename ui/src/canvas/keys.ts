import type { Actions } from './actions.svelte';
import { align, distribute, type Edge, tidyUp, toggleLock } from './arrange';
import type { IconName } from '../icons/paths';
import { nextStep, zoomed } from './camera';
import { caps, chordOf } from './chords';
import { duplicate } from './clipboard';
import type { Pointer } from './pointer.svelte';
import type { Direction } from './reading';
import type { Walk } from './walk';
import { KINDS } from './words';

/** What the keys act on. */
export interface Bench {
  actions: Actions;
  pointer: Pointer;
  walk: Walk;
  /** Opens the sheet of shortcuts. */
  help(): void;
  /** Opens the context menu where the selection is. */
  menu(): void;
  /** Opens the search on this board. */
  find(): void;
  /** Opens the list of everything that can be done. */
  palette(): void;
}

/** A shortcut: `mod` is Ctrl, or Cmd on a Mac. */
export interface Binding {
  /** As {@link chordOf} writes them: the first is shown. */
  chords: readonly string[];
  /** What it does; empty for what is not worth a line on the sheet. */
  label: string;
  group: 'Write' | 'Move around' | 'Arrange' | 'Tools' | 'Edit';
  /** It works while somebody writes in a field, too. */
  everywhere?: boolean;
  /** With nothing selected it is about what has the keyboard: a note that was just written, say. */
  focused?: boolean;
  run(bench: Bench): void;
}

/** What the pointer, the browser or an editor does by itself: a line on the sheet, nothing to run. */
export interface Hint extends Pick<Binding, 'label' | 'group'> {
  /** As chords are written. */
  chord: string;
}

/** Kinds with a number key: 8, 9 and 0 are the view's. */
export const NUMBERED = KINDS.slice(0, 7);

const DIRECTIONS: readonly Direction[] = ['left', 'right', 'up', 'down'];

/** One step with Alt and an arrow, board units; with Shift as well it is a fine one. */
const STEP = 8;

function zoomBy({ actions }: Bench, direction: 1 | -1): void {
  const { viewport } = actions.scene;
  const at = { x: viewport.size.w / 2, y: viewport.size.h / 2 };
  viewport.glide(zoomed(viewport.target, nextStep(viewport.target.z, direction), at));
}

function tool(name: Pointer['tool']): (bench: Bench) => void {
  return ({ pointer }) => (pointer.tool = name);
}

/** The six ways to align, as keys, menus and the selection's bar offer them. */
export const EDGES: readonly { edge: Edge; key: string; icon: IconName; label: string }[] = [
  { edge: 'left', key: 'a', icon: 'align-left', label: 'Align left edges' },
  { edge: 'centre', key: 'h', icon: 'align-centre', label: 'Align centres, left to right' },
  { edge: 'right', key: 'd', icon: 'align-right', label: 'Align right edges' },
  { edge: 'top', key: 'w', icon: 'align-top', label: 'Align top edges' },
  { edge: 'middle', key: 'v', icon: 'align-middle', label: 'Align middles, top to bottom' },
  { edge: 'bottom', key: 's', icon: 'align-bottom', label: 'Align bottom edges' },
];

/** All shortcuts of the canvas. The sheet shows them in this order. */
export const BINDINGS: readonly Binding[] = [
  { chords: ['n'], label: 'New note', group: 'Write', run: ({ actions }) => actions.addNote() },
  {
    chords: ['enter', 'f2'],
    label: 'Edit what is selected',
    group: 'Write',
    run: ({ actions }) => {
      const key = actions.scene.selection.only ?? actions.scene.selection.focus;
      if (key) actions.edit(key);
    },
  },
  {
    chords: ['mod+enter'],
    label: 'Next note beside this one (Tab while writing)',
    group: 'Write',
    run: ({ actions }) => {
      const key = actions.scene.selection.only ?? actions.scene.selection.focus;
      if (key) actions.addNext(key);
    },
  },
  {
    chords: ['escape'],
    label: 'End writing, cancel a drag, select nothing',
    group: 'Write',
    run: ({ actions, pointer }) => {
      if (pointer.cancel()) return;
      if (pointer.tool !== 'select') pointer.tool = 'select';
      else actions.scene.selection.set([]);
    },
  },
  { chords: ['mod+z'], label: 'Undo', group: 'Edit', run: ({ actions }) => void actions.undo() },
  {
    chords: ['mod+shift+z', 'mod+y'],
    label: 'Redo',
    group: 'Edit',
    run: ({ actions }) => void actions.redo(),
  },
  {
    chords: ['mod+d'],
    focused: true,
    label: 'Duplicate (or drag with Alt)',
    group: 'Edit',
    run: ({ actions }) => void duplicate(actions),
  },
  {
    chords: ['delete', 'backspace'],
    focused: true,
    label: 'Remove',
    group: 'Edit',
    run: ({ actions }) => void actions.remove(),
  },
  {
    chords: ['mod+a'],
    label: 'Select everything',
    group: 'Edit',
    run: ({ actions }) => actions.selectAll(),
  },
  {
    chords: ['g'],
    label: 'Group the selected notes',
    group: 'Arrange',
    run: ({ actions }) => void actions.group(),
  },
  ...NUMBERED.map(({ kind, name }, i): Binding => ({
    chords: [String(i + 1)],
    label: name,
    group: 'Arrange',
    run: ({ actions }) => {
      if (actions.scene.selection.keys.size === 0 && actions.pen?.(i)) return;
      actions.setKind(kind);
    },
  })),
  ...EDGES.map(({ edge, key, label }): Binding => ({
    chords: [`alt+${key}`],
    label,
    group: 'Arrange',
    run: ({ actions }) => align(actions, edge),
  })),
  {
    chords: ['alt+shift+h'],
    label: 'Even gaps, left to right',
    group: 'Arrange',
    run: ({ actions }) => distribute(actions, 'x'),
  },
  {
    chords: ['alt+shift+v'],
    label: 'Even gaps, top to bottom',
    group: 'Arrange',
    run: ({ actions }) => distribute(actions, 'y'),
  },
  {
    chords: ['alt+shift+t'],
    label: 'Tidy up',
    group: 'Arrange',
    run: ({ actions }) => tidyUp(actions),
  },
  {
    chords: ['mod+shift+l'],
    focused: true,
    label: 'Lock or unlock',
    group: 'Arrange',
    run: ({ actions }) => toggleLock(actions),
  },
  {
    chords: [']'],
    focused: true,
    label: 'To the front',
    group: 'Arrange',
    run: ({ actions }) => actions.restack(true),
  },
  {
    chords: ['['],
    focused: true,
    label: 'To the back',
    group: 'Arrange',
    run: ({ actions }) => actions.restack(false),
  },
  ...DIRECTIONS.flatMap((direction, i): Binding[] => [
    {
      chords: [`arrow${direction}`],
      label: i ? '' : 'Next in that direction',
      group: 'Move around',
      run: ({ walk }) => walk.go(direction, false),
    },
    {
      chords: [`shift+arrow${direction}`],
      label: i ? '' : 'Select the next as well',
      group: 'Move around',
      run: ({ walk }) => walk.go(direction, true),
    },
    {
      chords: [`alt+arrow${direction}`],
      focused: true,
      label: i ? '' : 'Move the selection',
      group: 'Arrange',
      run: ({ actions }) => actions.moveBy(direction, STEP),
    },
    {
      chords: [`alt+shift+arrow${direction}`],
      focused: true,
      label: i ? '' : 'Move it by a hair',
      group: 'Arrange',
      run: ({ actions }) => actions.moveBy(direction, 1),
    },
  ]),
  {
    chords: ['home'],
    label: 'First on the board',
    group: 'Move around',
    run: ({ walk }) => walk.end(1),
  },
  {
    chords: ['end'],
    label: 'Last on the board',
    group: 'Move around',
    run: ({ walk }) => walk.end(-1),
  },
  {
    chords: ['+', '=', 'mod+=', 'mod++'],
    label: 'Zoom in',
    group: 'Move around',
    run: (bench) => zoomBy(bench, 1),
  },
  {
    chords: ['-', 'mod+-'],
    label: 'Zoom out',
    group: 'Move around',
    run: (bench) => zoomBy(bench, -1),
  },
  {
    chords: ['0', 'mod+0'],
    label: 'Zoom to 100%',
    group: 'Move around',
    run: ({ actions }) => {
      const { viewport } = actions.scene;
      viewport.glide(
        zoomed(viewport.target, 1, { x: viewport.size.w / 2, y: viewport.size.h / 2 }),
      );
    },
  },
  {
    chords: ['9', '!'],
    label: 'Show the whole board',
    group: 'Move around',
    run: ({ actions }) => actions.scene.fit(),
  },
  {
    chords: ['8', '@'],
    label: 'Show the selection',
    group: 'Move around',
    run: ({ actions }) => {
      const { keys } = actions.scene.selection;
      if (keys.size > 0) actions.scene.fit(keys, 2);
    },
  },
  {
    chords: ['mod+f'],
    label: 'Find on this board',
    group: 'Move around',
    everywhere: true,
    run: ({ find }) => find(),
  },
  { chords: ['v'], label: 'Select', group: 'Tools', run: tool('select') },
  { chords: ['h'], label: 'Move around (or hold Space)', group: 'Tools', run: tool('hand') },
  { chords: ['s'], label: 'Section', group: 'Tools', run: tool('section') },
  { chords: ['c'], label: 'Connector', group: 'Tools', run: tool('connector') },
  { chords: ['f'], label: 'Follow-up', group: 'Tools', run: tool('followUp') },
  {
    chords: ['mod+k', 'mod+shift+p'],
    label: 'Everything that can be done',
    group: 'Tools',
    everywhere: true,
    run: ({ palette }) => palette(),
  },
  { chords: ['?'], label: 'All keys', group: 'Tools', run: ({ help }) => help() },
  {
    chords: ['contextmenu', 'shift+f10'],
    focused: true,
    label: 'Menu of the selection',
    group: 'Edit',
    run: ({ menu }) => menu(),
  },
];

/** What belongs on the sheet and is not handled here. */
export const HINTS: readonly Hint[] = [
  { chord: 'mod+c', label: 'Copy, for here and for elsewhere', group: 'Edit' },
  { chord: 'mod+x', label: 'Cut', group: 'Edit' },
  { chord: 'mod+v', label: 'Paste; each line becomes a note', group: 'Edit' },
  { chord: 'alt+drag', label: 'Drag a copy', group: 'Edit' },
  { chord: 'shift+drag', label: 'Drag straight, without snapping', group: 'Arrange' },
  { chord: 'tab', label: 'Next on the board', group: 'Move around' },
  { chord: 'mod+wheel', label: 'Zoom where the pointer is', group: 'Move around' },
];

const BY_CHORD = new Map(
  BINDINGS.flatMap((binding) => binding.chords.map((chord) => [chord, binding] as const)),
);

/** Whether a key press writes: a letter or an input method, not a command. */
function writes(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  return (
    event.isComposing ||
    event.key === 'Process' ||
    /^\p{L}$/u.test(event.key) ||
    event.key === 'Dead'
  );
}

/** The keys that do what a label of the table says, as they are shown; empty where there is none. */
export function keysFor(label: string): string {
  const chord = BINDINGS.find((binding) => binding.label === label)?.chords[0];
  return chord === undefined ? '' : caps(chord).join(' ');
}

/** Handles a key press that works in fields, too. Answers whether it was one. */
export function pressAnywhere(event: KeyboardEvent, bench: Bench): boolean {
  const binding = BY_CHORD.get(chordOf(event));
  if (!binding?.everywhere) return false;
  binding.run(bench);
  return true;
}

/** Handles a key press on the canvas. Answers whether it was one of ours. */
export function press(event: KeyboardEvent, bench: Bench): boolean {
  const { actions } = bench;
  const { selection } = actions.scene;
  const only = selection.only === null ? undefined : actions.store.get(selection.only);
  // With one note selected, letters go into it, as on paper under the pen.
  if ((only?.type === 'note' || only?.type === 'followUp') && writes(event)) {
    actions.edit(only.id);
    return false;
  }
  if (event.key === 'Tab' && !event.ctrlKey && !event.altKey) {
    return bench.walk.next(event.shiftKey ? -1 : 1);
  }
  const binding = BY_CHORD.get(chordOf(event));
  if (!binding) return false;
  const { focus } = selection;
  if (binding.focused && focus !== null && selection.keys.size === 0) {
    if (actions.scene.element(focus) === document.activeElement) selection.set([focus]);
  }
  binding.run(bench);
  return true;
}
