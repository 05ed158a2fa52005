import type { BoardStore } from '../../board/store.svelte';

/** Dots, themes and notes: what a ranking depends on, by the letter of their ids. */
const RANKED = /^[dtn]/;
/** Dots come in a batch; the ranking is asked for this much after, milliseconds. */
const RANK_AFTER = 80;
/** Notes of other laptops arrive for so long after a reveal, milliseconds. */
const REVEAL_SETTLES = 10_000;

/**
 * Keeps what a shown vote came to: dots of other laptops come a moment later, or much later. To be called
 * while a component is made.
 */
export function followVotes(store: BoardStore): void {
  const { workshop } = store;
  $effect(() => {
    if (store.meta.vote?.open !== false) {
      workshop.ranked = [];
      return;
    }
    const rank = (): void => void workshop.rank().catch(() => undefined);
    let soon: ReturnType<typeof setTimeout> | undefined;
    rank();
    const stop = store.onChange((changed) => {
      if (!changed.some(({ key }) => RANKED.test(key))) return;
      clearTimeout(soon);
      soon = setTimeout(rank, RANK_AFTER);
    });
    return () => {
      clearTimeout(soon);
      stop();
    };
  });
}

/**
 * After a reveal, calls `tidy` where this session facilitates: what was revealed may need room, and what
 * came from two laptops at once may lie on itself. To be called while a component is made.
 */
export function tidyAfterReveal(
  store: BoardStore,
  facilitates: () => boolean,
  tidy: () => void,
): void {
  let known: string | undefined;
  $effect(() => {
    if (store.status !== 'open') return;
    const revealed = store.meta.revealed.join(' ');
    const news = known !== undefined && known !== revealed && revealed !== '';
    known = revealed;
    if (!news || !facilitates()) return;
    const stop = store.onChange(tidy);
    tidy();
    const over = setTimeout(stop, REVEAL_SETTLES);
    return () => {
      clearTimeout(over);
      stop();
    };
  });
}
