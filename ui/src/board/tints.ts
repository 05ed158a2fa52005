import type { Tint } from '../ipc/generated/board';

/** All colours of people, in the order they are given out. */
export const TINTS: readonly Tint[] = ['1', '2', '3', '4', '5', '6', '7', '8'];

/** The colour somebody goes by where others have `taken` theirs: the preferred, else the first free one. */
export function freeTint(preferred: Tint, taken: ReadonlySet<Tint>): Tint {
  if (!taken.has(preferred)) return preferred;
  return TINTS.find((tint) => !taken.has(tint)) ?? preferred;
}
