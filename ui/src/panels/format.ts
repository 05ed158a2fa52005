/** Words for dates, counts and states. Pure; times come as data. */

const DAY_MS = 86_400_000;
const LANGUAGE = 'en-GB';

/** The letter that stands for a name. */
export function initial(name: string): string {
  const segments = new Intl.Segmenter(LANGUAGE).segment(name.trim());
  return segments[Symbol.iterator]().next().value?.segment.toLocaleUpperCase(LANGUAGE) ?? '';
}

/** "1 peer", "3 peers". */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** A moment, as near as it is: "today at 10:25", "yesterday", "on Thursday", "on 12 March", "on 12 March 2024". */
export function moment(ms: number, nowMs: number): string {
  const date = new Date(ms);
  const days = Math.round((midnight(new Date(nowMs)) - midnight(date)) / DAY_MS);
  if (days === 0) return `today at ${shown(date, { hour: '2-digit', minute: '2-digit' })}`;
  if (days === 1) return 'yesterday';
  if (days > 1 && days < 7) return `on ${shown(date, { weekday: 'long' })}`;
  const sameYear = date.getFullYear() === new Date(nowMs).getFullYear();
  return `on ${shown(date, { day: 'numeric', month: 'long', year: sameYear ? undefined : 'numeric' })}`;
}

/** Until when, as near as it is: "until 18:30 today", "until Thursday, 18:30". */
export function until(ms: number, nowMs: number): string {
  const date = new Date(ms);
  const days = Math.round((midnight(date) - midnight(new Date(nowMs))) / DAY_MS);
  const time = shown(date, { hour: '2-digit', minute: '2-digit' });
  if (days <= 0) return `until ${time} today`;
  if (days === 1) return `until ${time} tomorrow`;
  return `until ${shown(date, { weekday: 'long', day: 'numeric', month: 'long' })}, ${time}`;
}

/** A day `YYYY-MM-DD` as "Thu 3 Apr"; as it stands where it is none. */
export function day(iso: string): string {
  const date = parseDay(iso);
  return date
    ? shown(date, { weekday: 'short', day: 'numeric', month: 'short' }).replace(',', '')
    : iso;
}

/** The local midnight of a day `YYYY-MM-DD`. */
export function parseDay(iso: string): Date | null {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(iso);
  if (!parts) return null;
  const [year, month, dayOfMonth] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  const date = new Date(year, month - 1, dayOfMonth);
  return date.getMonth() === month - 1 ? date : null;
}

/** A text cut where a word of it begins with one of the query's, for marking. */
export function marked(text: string, query: string): { text: string; hit: boolean }[] {
  const words = query
    .split(/\s+/u)
    .filter(Boolean)
    .map((word) => word.replace(/[.*+?^${}()|[\]\\]/gu, '\\$&'));
  if (words.length === 0) return [{ text, hit: false }];
  return text
    .split(new RegExp(`(?<![\\p{L}\\p{N}])(${words.join('|')})`, 'giu'))
    .map((piece, index) => ({ text: piece, hit: index % 2 === 1 }))
    .filter((piece) => piece.text !== '');
}

function midnight(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

function shown(date: Date, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(LANGUAGE, options).format(date);
}

/** What is left of a timer: "4:20", "1:02:03", "−0:15" when it is over. Milliseconds. */
export function clockWords(ms: number): string {
  // Up while it runs down, so that "5:00" shows for the first second; over is over at once.
  const seconds = ms > 0 ? Math.ceil(ms / 1000) : Math.floor(-ms / 1000);
  const two = (n: number): string => String(n).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const words = hours > 0 ? `${hours}:${two(minutes)}` : String(minutes);
  return `${ms <= 0 && seconds > 0 ? '−' : ''}${words}:${two(seconds % 60)}`;
}
