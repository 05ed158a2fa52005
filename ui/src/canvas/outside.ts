/** What is copied, as other programs take it, and what other programs copied, as notes. */
import type { Key, Record as BoardRecord } from '../ipc/generated/board';
import type { Point } from './geometry';

/** One thing of what is copied, in reading order. */
export interface Said {
  /** `title`s stand above the `item`s that follow them. */
  as: 'section' | 'group' | 'item' | 'task';
  text: string;
}

/** The words alone, a line each. */
export function plainOf(said: readonly Said[]): string {
  return said.map(({ text }) => text).join('\n');
}

/** Markdown: titles as headings, notes as a list, follow-ups as tasks. */
export function markdownOf(said: readonly Said[]): string {
  const marks = { section: '## ', group: '### ', item: '- ', task: '- [ ] ' };
  const blocks: string[] = [];
  let listing = false;
  for (const { as, text } of said) {
    const item = as === 'item' || as === 'task';
    if (blocks.length > 0) blocks.push(item && listing ? '\n' : '\n\n');
    const words = escaped(text);
    blocks.push(marks[as] + (item ? words.replaceAll('\n', '\n  ') : words.replaceAll('\n', ' ')));
    listing = item;
  }
  return blocks.length > 0 ? `${blocks.join('')}\n` : '';
}

/** HTML of the same form. */
export function htmlOf(said: readonly Said[]): string {
  const parts: string[] = [];
  let listing = false;
  for (const { as, text } of said) {
    const words = text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`).replaceAll('\n', '<br>');
    const item = as === 'item' || as === 'task';
    if (item !== listing) parts.push(item ? '<ul>' : '</ul>');
    listing = item;
    const tag = item ? 'li' : as === 'section' ? 'h2' : 'h3';
    parts.push(`<${tag}>${words}</${tag}>`);
  }
  if (listing) parts.push('</ul>');
  return parts.join('');
}

function escaped(text: string): string {
  return text
    .replace(/[\\`*_[\]<>|~#]/g, '\\$&')
    .split('\n')
    .map((line) => line.replace(/^(\s*)([-+=])/, '$1\\$2').replace(/^(\s*\d+)([.)])/, '$1\\$2'))
    .join('\n');
}

/** Things copied, and where each lay. */
export interface Things {
  records: BoardRecord[];
  at: Map<Key, Point>;
}

/** Under which the things themselves go to other windows of Upshot. */
export const THINGS = 'application/x-upshot-things+json';

/** Things as text, for other windows. */
export function packed({ records, at }: Things): string {
  return JSON.stringify({ upshot: 1, records, at: [...at] });
}

/** Things of another window; `undefined` where the text is none of ours. The engine checks the records themselves. */
export function unpacked(text: string): Things | undefined {
  try {
    const { upshot, records, at } = JSON.parse(text) as Record<string, unknown>;
    if (upshot !== 1 || !Array.isArray(records) || !Array.isArray(at)) return undefined;
    const places = (at as unknown[]).flatMap((entry): [Key, Point][] => {
      const [key, point] = Array.isArray(entry) ? (entry as [unknown, Partial<Point> | null]) : [];
      const { x, y } = point ?? {};
      return typeof key === 'string' && Number.isFinite(x) && Number.isFinite(y)
        ? [[key, { x: Number(x), y: Number(y) }]]
        : [];
    });
    return { records: records as BoardRecord[], at: new Map(places) };
  } catch {
    return undefined;
  }
}

/** A list mark, perhaps with a box to tick, in front of a line. */
const MARK = /^\s*(?:[-*+•‣◦]|\d+[.)])\s+(?:\[[ xX]\]\s+)?/;

/**
 * The notes of pasted text: one a line, list marks taken off; indented lines of a Markdown list go on with the
 * item above. A cell of a spreadsheet that has lines of its own stands in quotes and stays one note.
 */
export function linesOf(text: string): string[] {
  const lines: string[] = [];
  let listing = false;
  for (const line of quoted(text)) {
    const words = line.replace(MARK, '').trim();
    const last = lines.at(-1);
    const marked = MARK.test(line);
    if (words === '') listing = false;
    else if (listing && !marked && last !== undefined && /^(?: {2,}|\t)/.test(line))
      lines[lines.length - 1] = `${last}\n${words}`;
    else {
      lines.push(words.replaceAll('\t', ' · '));
      listing = marked;
    }
  }
  return lines;
}

/** Lines of a text in which a cell in quotes may reach over several. */
function quoted(text: string): string[] {
  const all = text.replaceAll('\r\n', '\n');
  const cells = /^"((?:[^"]|"")*\n(?:[^"]|"")*)"$/gm;
  const lines: string[] = [];
  let from = 0;
  for (const cell of all.matchAll(cells)) {
    lines.push(...all.slice(from, cell.index).split('\n'), (cell[1] ?? '').replaceAll('""', '"'));
    from = cell.index + cell[0].length;
  }
  lines.push(...all.slice(from).split('\n'));
  return lines;
}

/** The notes of a pasted table: one a row, its cells side by side; nothing where there is no table. */
export function rowsOf(html: string): string[] {
  if (!/<table[\s>]/i.test(html)) return [];
  // A parsed document is inert: nothing in it is loaded or run.
  const page = new DOMParser().parseFromString(html, 'text/html');
  return [...page.querySelectorAll('tr')].flatMap((row) => {
    for (const end of row.querySelectorAll('br')) end.replaceWith('\n');
    const cells = [...row.querySelectorAll('td, th')].map((cell) =>
      (cell.textContent ?? '').replace(/[^\S\n]+/g, ' ').trim(),
    );
    const words = cells.filter((cell) => cell !== '').join(' · ');
    return words === '' ? [] : [words];
  });
}
