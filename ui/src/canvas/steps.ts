import type { Move } from '../ipc/generated/board';
import { BOARD, keyOf, parentOf } from '../board/records';
import { movable } from './drop';
import { type Direction, VECTOR } from './reading';
import type { Scene } from './scene.svelte';

/**
 * The moves of the selection by one step of the keyboard, board units; in columns, lanes and themes past the
 * neighbour.
 */
export function stepMoves(scene: Scene, direction: Direction, step: number): Move[] {
  const [dx, dy] = VECTOR[direction];
  return movable(scene.store, scene.selection.keys).flatMap((key) => {
    const record = scene.store.get(key);
    const parent = (record && parentOf(record)) ?? BOARD;
    const above = scene.store.get(parent);
    if (
      above &&
      (above.type === 'theme' || (above.type === 'section' && above.layout !== 'free'))
    ) {
      const siblings = scene.store.childrenOf(parent).map(keyOf);
      const to = siblings.indexOf(key) + (dx + dy > 0 ? 1 : -2);
      const after = siblings[to];
      return to < -1 || (after === undefined && to >= 0)
        ? []
        : [{ key, parent, x: 0, y: 0, after, first: to < 0 }];
    }
    const rect = scene.layout.rect(key);
    const origin = (above && scene.layout.rect(parent)) ?? { x: 0, y: 0 };
    return rect
      ? [{ key, parent, x: rect.x - origin.x + dx * step, y: rect.y - origin.y + dy * step }]
      : [];
  });
}
