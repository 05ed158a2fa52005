import type { Command, Key, Move } from '../ipc/generated/board';
import { BOARD, keyOf, parentOf } from '../board/records';
import type { BoardStore } from '../board/store.svelte';
import { newThemeId } from '../board/id';
import { grown, holds, middle, type Point, type Rect } from './geometry';
import type { Scene } from './scene.svelte';
import { moment } from './timeline';

/** What letting go would do. */
export type Drop =
  /** The dragged lie on `parent`, where they are, or after a sibling where the parent lays things out. */
  | { to: 'parent'; parent: string; after: Key | null | undefined; line: Rect | undefined }
  /** The dragged and this note become a theme. */
  | { to: 'group'; note: Key };

/** A note counts as dropped upon only well inside it: things laid side by side are not to be grouped. */
const INSIDE = 18;

/** What a drag takes along: what is selected, without what lies on something selected anyway. */
export function dragged(store: BoardStore, selected: Iterable<Key>): Key[] {
  const set = new Set(selected);
  return [...set].filter((key) => {
    const record = store.get(key);
    if (!record || record.type === 'connector') return false;
    let parent = parentOf(record);
    for (let depth = 0; parent !== undefined && parent !== BOARD && depth < 3; depth++) {
      if (set.has(parent)) return false;
      const above = store.get(parent);
      parent = above && parentOf(above);
    }
    return true;
  });
}

/** What a drag or a key moves: {@link dragged}, without what is locked. */
export function movable(store: BoardStore, selected: Iterable<Key>): Key[] {
  return dragged(store, selected).filter((key) => !store.locked(key));
}

/** These and everything on them. */
export function withContents(store: BoardStore, keys: Iterable<Key>): Set<Key> {
  const all = new Set<Key>();
  const add = (key: Key): void => {
    if (all.has(key)) return;
    all.add(key);
    for (const child of store.childrenOf(key)) add(keyOf(child));
  };
  for (const key of keys) add(key);
  return all;
}

/** What lies under a point of the board, things being dragged left out. */
export function dropAt(scene: Scene, keys: readonly Key[], at: Point): Drop {
  const { store } = scene;
  const moving = withContents(store, keys);
  const types = new Set(keys.map((key) => store.get(key)?.type));
  const nowhere: Drop = { to: 'parent', parent: BOARD, after: undefined, line: undefined };
  if (types.has('section')) return nowhere;
  if (types.size === 1 && types.has('note')) {
    for (const key of scene.grid.in({ x: at.x, y: at.y, w: 1, h: 1 })) {
      const rect = scene.layout.rect(key);
      const note = store.as('note', key);
      if (!rect || !note || moving.has(key) || !holds(grown(rect, -INSIDE), at)) continue;
      const parent = store.get(note.place.parent);
      if (parent?.type === 'theme') continue;
      if (parent?.type === 'section' && parent.layout !== 'free') continue;
      return { to: 'group', note: key };
    }
    const theme = store.themes.findLast((key) => {
      const rect = scene.layout.rect(key);
      return rect && !moving.has(key) && holds(rect, at);
    });
    if (theme !== undefined)
      return { to: 'parent', parent: theme, ...inTray(scene, theme, moving, at) };
  }
  const section = store.sections.findLast((key) => {
    const rect = scene.layout.rect(key);
    return rect && !moving.has(key) && holds(rect, at);
  });
  if (section === undefined) return nowhere;
  const layout = store.as('section', section)?.layout;
  if (layout === 'column')
    return { to: 'parent', parent: section, ...inColumn(scene, section, moving, at) };
  if (layout === 'timeline')
    return { to: 'parent', parent: section, ...inLane(scene, section, moving, at) };
  return { to: 'parent', parent: section, after: undefined, line: undefined };
}

type Gap = Pick<Extract<Drop, { to: 'parent' }>, 'after' | 'line'>;

function siblings(scene: Scene, parent: Key, moving: ReadonlySet<Key>): { key: Key; rect: Rect }[] {
  return scene.store.childrenOf(parent).flatMap((child) => {
    const key = keyOf(child);
    const rect = scene.layout.rect(key);
    return rect && !moving.has(key) ? [{ key, rect }] : [];
  });
}

function inColumn(scene: Scene, parent: Key, moving: ReadonlySet<Key>, at: Point): Gap {
  const all = siblings(scene, parent, moving);
  const above = all.findLast(({ rect }) => middle(rect).y < at.y);
  const below = all.find(({ rect }) => middle(rect).y >= at.y);
  const near = above ?? below;
  const y = above ? above.rect.y + above.rect.h + 3 : below ? below.rect.y - 5 : undefined;
  return {
    after: above?.key ?? null,
    line: near && y !== undefined ? { x: near.rect.x, y, w: near.rect.w, h: 2 } : undefined,
  };
}

/** How far above its notes a row of a lane begins: its axis and dates, board units. */
const ROW_ABOVE = 60;

function inLane(scene: Scene, parent: Key, moving: ReadonlySet<Key>, at: Point): Gap {
  const all = siblings(scene, parent, moving).sort(
    (a, b) => a.rect.y - b.rect.y || a.rect.x - b.rect.x,
  );
  // The notes of one row begin at one height; the row is the last that begins above.
  const row = all.findLast(({ rect }) => rect.y - ROW_ABOVE <= at.y)?.rect.y ?? all[0]?.rect.y;
  const before =
    all.findLast(({ rect }) => rect.y === row && middle(rect).x < at.x) ??
    all.findLast(({ rect }) => row !== undefined && rect.y < row);
  // A date decides where a dated note goes: no line promises anything else.
  const dated = [...moving].some(
    (key) => moment(scene.store.as('note', key)?.when?.at ?? '') !== undefined,
  );
  const line =
    before && !dated
      ? { x: before.rect.x + before.rect.w + 3, y: before.rect.y, w: 2, h: before.rect.h }
      : undefined;
  return { after: before?.key ?? null, line };
}

function inTray(scene: Scene, theme: Key, moving: ReadonlySet<Key>, at: Point): Gap {
  const all = siblings(scene, theme, moving);
  const before = all.findLast(
    ({ rect }) => rect.y + rect.h < at.y || (rect.y <= at.y && middle(rect).x < at.x),
  );
  const line = before && {
    x: before.rect.x + before.rect.w + 3,
    y: before.rect.y,
    w: 2,
    h: before.rect.h,
  };
  return { after: before?.key ?? null, line };
}

/** The commands of a drop. Each thing goes from where it shows by `dx`, `dy`. */
export function dropCommands(
  scene: Scene,
  keys: readonly Key[],
  dx: number,
  dy: number,
  drop: Drop,
): Command[] {
  if (drop.to === 'group') {
    return [{ do: 'group', id: newThemeId(), notes: [drop.note, ...keys], name: '' }];
  }
  const origin =
    drop.parent === BOARD ? { x: 0, y: 0 } : (scene.layout.rect(drop.parent) ?? { x: 0, y: 0 });
  const moves: Move[] = [];
  let after = drop.after;
  for (const key of inOrder(scene, keys)) {
    const record = scene.store.get(key);
    const rect = scene.layout.rect(key);
    if (!record || !rect) continue;
    const section = record.type === 'section';
    const from = section ? { x: 0, y: 0 } : origin;
    const move: Move = {
      key,
      parent: section ? BOARD : drop.parent,
      x: Math.round(rect.x + dx - from.x),
      y: Math.round(rect.y + dy - from.y),
    };
    if (!section && after !== undefined) {
      if (after === null) move.first = true;
      else move.after = after;
      after = key;
    }
    moves.push(move);
  }
  return moves.length > 0 ? [{ do: 'move', moves }] : [];
}

function inOrder(scene: Scene, keys: readonly Key[]): Key[] {
  const at = (key: Key): Rect => scene.layout.rect(key) ?? { x: 0, y: 0, w: 0, h: 0 };
  return [...keys].sort((a, b) => at(a).y - at(b).y || at(a).x - at(b).x);
}
