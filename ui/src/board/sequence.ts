/** What to do with a numbered batch. */
export type Arrival = 'apply' | 'known' | 'gap';

/**
 * Batches are numbered without gaps. One that is in the snapshot already is known; one that is not
 * the next means that something was missed, and the board must be opened again.
 */
export function arrival(last: number, seq: number): Arrival {
  if (seq <= last) return 'known';
  return seq === last + 1 ? 'apply' : 'gap';
}
