import type { Command, Key } from '../ipc/generated/board';
import { BOARD } from '../board/records';
import { grown, meets, type Rect } from './geometry';
import { HEADER } from './layout';
import { freeSpot } from './room';
import type { Scene } from './scene.svelte';
import type { BoardStore } from '../board/store.svelte';

/**
 * Moves for notes and groups that lie on others in free sections, as when two laptops put their notes on the
 * board in the same moment: each goes to the next free spot. What lies alone stays.
 */
export function apart(store: BoardStore, scene: Scene): Command[] {
  const moves: Extract<Command, { do: 'move' }>['moves'] = [];
  for (const id of store.sections) {
    const section = store.as('section', id);
    const origin = scene.layout.rect(id);
    if (section?.layout !== 'free' || !origin || section.collapsed) continue;
    const kept: Rect[] = [];
    const crowded: { key: Key; rect: Rect }[] = [];
    for (const child of store.childrenOf(id)) {
      const key = child.type === 'meta' ? BOARD : child.id;
      const rect = scene.layout.rect(key);
      if (!rect) continue;
      const own = { ...rect, x: rect.x - origin.x, y: rect.y - origin.y };
      // A group made just now may reach over what lay beside its first note, or over the edge.
      const over = child.type === 'theme' && (own.x + own.w > section.size.w || own.y < HEADER);
      const lies = over || kept.some((other) => meets(grown(other, -2), own));
      if (lies && (child.type === 'note' || child.type === 'theme'))
        crowded.push({ key, rect: own });
      else kept.push(own);
    }
    for (const { key, rect } of crowded) {
      const spot = freeSpot(kept, section.size.w, rect.w, rect.h);
      kept.push({ ...rect, ...spot });
      moves.push({ key, parent: id, x: spot.x, y: spot.y });
    }
  }
  return moves.length > 0 ? [{ do: 'move', moves }] : [];
}
