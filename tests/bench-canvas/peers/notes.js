// The same notes as `ui/src/screens/board/bench.ts` makes, for boards that are not Upshot's.
const SENTENCES = [
  "Three full cutover rehearsals",
  "Rollback was one command we trusted",
  "Acquirer books one slot a fortnight, and nobody told us",
  "Support joined rehearsal two and found the missing refund path before customers did",
  "Bank holiday cut traffic by nearly half",
  "Refund rules live in four places",
  "Did we know about the certificate? Identity renews it in May",
];

/** Notes in a grid, board units. */
export function notes(n) {
  return Array.from({ length: n }, (_, i) => ({
    text: SENTENCES[(i * 5) % SENTENCES.length],
    x: (i % 100) * 144,
    y: Math.floor(i / 100) * 120,
    w: 128,
    h: 88,
    hue: i % 7,
  }));
}

/** How many notes the address asks for. */
export const COUNT = Number(new URLSearchParams(location.search).get("n"));
