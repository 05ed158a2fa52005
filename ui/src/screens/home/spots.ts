/** Words and measures of bright spots. Pure. */
import type { BrightSpot } from '../../ipc/generated/board';
import { count } from '../../panels/format';

/** Topics offered as chips: a row or two. */
const MOST_TAGS = 10;

/** The topics of all bright spots, the most used first. */
export function tagsOf(spots: readonly BrightSpot[]): string[] {
  const uses = new Map<string, number>();
  for (const tag of spots.flatMap((spot) => spot.tags)) uses.set(tag, (uses.get(tag) ?? 0) + 1);
  return [...uses]
    .sort(([a, m], [b, n]) => n - m || a.localeCompare(b))
    .slice(0, MOST_TAGS)
    .map(([tag]) => tag);
}

/** How its story stands: "Found on “Release 4.2”, tried twice". */
export function told({ board, trials }: BrightSpot): string {
  const found = board ? `Found on “${board}”` : 'Kept by hand';
  if (trials.length === 0) return found;
  return `${found}, tried ${count(trials.length, 'time')}`;
}

/** A day as `YYYY-MM-DD`, where the person is. */
export function today(now: Date): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

/** A bright spot without words yet. */
export function freshSpot(words: Partial<BrightSpot> = {}): BrightSpot {
  const id = [...crypto.getRandomValues(new Uint8Array(10))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
  return {
    practice: '',
    because: '',
    step: '',
    team: '',
    board: '',
    tags: [],
    changedMs: 0,
    trials: [],
    ...words,
    id,
  };
}
