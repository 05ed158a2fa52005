import type { Command, Key, Move } from '../ipc/generated/board';
import { BOARD, keyOf, parentOf } from '../board/records';
import type { Actions } from './actions.svelte';
import { movable } from './drop';
import { around, type Rect } from './geometry';
import { GAP, HEADER, PADDING } from './layout';
import type { Scene } from './scene.svelte';

/** What things are brought in line by. */
export type Edge = 'left' | 'centre' | 'right' | 'top' | 'middle' | 'bottom';
/** Along which way things are spread. */
export type Axis = 'x' | 'y';

/** A thing where it lies, board units. */
export interface Lying {
  key: Key;
  rect: Rect;
}

/** A thing goes with its top-left corner there. */
export interface Goal {
  key: Key;
  x: number;
  y: number;
}

/** Where things lie when an edge, or their middles, are in one line: that of the frame around all of them. */
export function aligned(things: readonly Lying[], edge: Edge): Goal[] {
  const box = around(things.map(({ rect }) => rect));
  if (!box) return [];
  return things.map(({ key, rect: { x, y, w, h } }) => {
    switch (edge) {
      case 'left':
        return { key, x: box.x, y };
      case 'centre':
        return { key, x: Math.round(box.x + (box.w - w) / 2), y };
      case 'right':
        return { key, x: box.x + box.w - w, y };
      case 'top':
        return { key, x, y: box.y };
      case 'middle':
        return { key, x, y: Math.round(box.y + (box.h - h) / 2) };
      case 'bottom':
        return { key, x, y: box.y + box.h - h };
    }
  });
}

/** Where things lie when the gaps between them are equal: the outermost stay. */
export function distributed(things: readonly Lying[], axis: Axis): Goal[] {
  const side = axis === 'x' ? 'w' : 'h';
  const sorted = [...things].sort(
    (a, b) => a.rect[axis] - b.rect[axis] || (a.key < b.key ? -1 : 1),
  );
  const [first] = sorted;
  const box = around(things.map(({ rect }) => rect));
  if (!first || !box || sorted.length < 3) return [];
  const taken = sorted.reduce((sum, { rect }) => sum + rect[side], 0);
  const gap = (box[side] - taken) / (sorted.length - 1);
  let at = box[axis];
  return sorted.map(({ key, rect }) => {
    const goal = { key, x: rect.x, y: rect.y, [axis]: Math.round(at) };
    at += rect[side] + gap;
    return goal;
  });
}

/** Things in rows as they roughly are: one row where they overlap in height. */
function rows(things: readonly Lying[]): Lying[][] {
  const rows: { bottom: number; things: Lying[] }[] = [];
  for (const thing of [...things].sort(
    (a, b) => a.rect.y - b.rect.y || a.rect.x - b.rect.x || (a.key < b.key ? -1 : 1),
  )) {
    const row = rows.at(-1);
    if (row && thing.rect.y + thing.rect.h / 2 < row.bottom) row.things.push(thing);
    else rows.push({ bottom: thing.rect.y + thing.rect.h, things: [thing] });
  }
  return rows.map((row) => row.things.sort((a, b) => a.rect.x - b.rect.x || a.rect.y - b.rect.y));
}

/**
 * Where things lie in even rows, in reading order, `GAP` apart, from the top left of the frame around them (or
 * from `from`), no further right than `right`. Doing it twice changes nothing.
 */
export function tidied(
  things: readonly Lying[],
  from?: { x: number; y: number },
  right = Infinity,
): Goal[] {
  const box = around(things.map(({ rect }) => rect));
  if (!box) return [];
  const left = from?.x ?? box.x;
  let y = from?.y ?? box.y;
  const goals: Goal[] = [];
  for (const row of rows(things)) {
    let x = left;
    let height = 0;
    for (const { key, rect } of row) {
      if (x > left && x + rect.w > right) {
        x = left;
        y += height + GAP;
        height = 0;
      }
      goals.push({ key, x, y });
      x += rect.w + GAP;
      height = Math.max(height, rect.h);
    }
    y += height + GAP;
  }
  return goals;
}

/** What of the selection lies where it is put: on the board itself or in a free section, and not locked. */
export function lying(scene: Scene): Lying[] {
  return movable(scene.store, scene.selection.keys).flatMap((key) => loose(scene, key));
}

function loose(scene: Scene, key: Key): Lying[] {
  const { store } = scene;
  const record = store.get(key);
  const rect = scene.layout.rect(key);
  const parent = record && store.get(parentOf(record) ?? '');
  const laid = parent?.type === 'theme' || (parent?.type === 'section' && parent.layout !== 'free');
  return record && rect && !laid ? [{ key, rect }] : [];
}

/** One request that brings things there; what is there already is left out. */
export function moves(scene: Scene, goals: readonly Goal[]): Command[] {
  const { store } = scene;
  const all = goals.flatMap(({ key, x, y }): Move[] => {
    const record = store.get(key);
    const rect = scene.layout.rect(key);
    if (!record || !rect || (rect.x === x && rect.y === y)) return [];
    const parent = parentOf(record) ?? BOARD;
    const origin = scene.layout.rect(parent) ?? { x: 0, y: 0 };
    return [{ key, parent, x: Math.round(x - origin.x), y: Math.round(y - origin.y) }];
  });
  return all.length > 0 ? [{ do: 'move', moves: all }] : [];
}

/** Brings the selected things in line. */
export function align({ scene, run }: Actions, edge: Edge): void {
  void run(moves(scene, aligned(lying(scene), edge)));
}

/** Spreads the selected things evenly. */
export function distribute({ scene, run }: Actions, axis: Axis): void {
  void run(moves(scene, distributed(lying(scene), axis)));
}

/** Puts the selected things in even rows; with one section selected, what lies in it. */
export function tidyUp(actions: Actions): void {
  const { scene } = actions;
  const { store, selection } = scene;
  const section = selection.only === null ? undefined : store.as('section', selection.only);
  const rect = section && scene.layout.rect(section.id);
  if (section && rect && section.layout === 'free' && !section.collapsed) {
    const things = movable(store, store.childrenOf(section.id).map(keyOf)).flatMap((key) =>
      loose(scene, key),
    );
    const from = { x: rect.x + PADDING, y: rect.y + HEADER };
    void actions.run(moves(scene, tidied(things, from, rect.x + rect.w - PADDING)));
    return;
  }
  const things = lying(scene);
  if (things.length < 2) {
    actions.say({ text: 'Select several notes, or a section, to tidy them up.' });
    return;
  }
  void actions.run(moves(scene, tidied(things)));
}

/** The least a note may be; sections have a floor of their own in the engine. */
const LEAST = { w: 128, h: 88 };
const even = (v: number): number => Math.round(v / 4) * 4;

/** Where the selected things lie, and how large they are, when the frame around them becomes another. */
export function scaled(scene: Scene, from: Rect, to: Rect): Map<Key, Rect> {
  const sx = to.w / Math.max(1, from.w);
  const sy = to.h / Math.max(1, from.h);
  return new Map(
    lying(scene).map(({ key, rect }) => {
      const record = scene.store.get(key);
      const sizable = record?.type === 'note' || (record?.type === 'section' && !record.collapsed);
      const x = even(to.x + (rect.x - from.x) * sx);
      const y = even(to.y + (rect.y - from.y) * sy);
      const w = sizable ? Math.max(LEAST.w, even(rect.w * sx)) : rect.w;
      const h = sizable ? Math.max(LEAST.h, even(rect.h * sy)) : rect.h;
      return [key, { x, y, w, h }];
    }),
  );
}

/** The commands that give things these rectangles. */
export function resizes(scene: Scene, rects: ReadonlyMap<Key, Rect>): Command[] {
  const still: Goal[] = [];
  const commands: Command[] = [];
  for (const [key, { x, y, w, h }] of rects) {
    const record = scene.store.get(key);
    if (record?.type !== 'note' && record?.type !== 'section') {
      still.push({ key, x, y });
      continue;
    }
    const origin = scene.layout.rect(parentOf(record) ?? BOARD) ?? { x: 0, y: 0 };
    commands.push({ do: 'resize', key, x: x - origin.x, y: y - origin.y, size: { w, h } });
  }
  return [...commands, ...moves(scene, still)];
}

/** Which of the selected things can be locked, and whether all of them are. */
export function locking(scene: Scene): { keys: Key[]; locked: boolean } {
  const { store } = scene;
  const keys = [...scene.selection.keys].filter((key) => {
    const type = store.get(key)?.type;
    return type === 'note' || type === 'section' || type === 'theme' || type === 'followUp';
  });
  return { keys, locked: keys.length > 0 && keys.every((key) => store.locked(key)) };
}

/** Locks the selected things, or unlocks them where all are locked. */
export function toggleLock(actions: Actions): void {
  const { keys, locked } = locking(actions.scene);
  void actions.run(keys.length > 0 ? [{ do: 'lock', keys, locked: !locked }] : []);
}
