/** Measures the width of a run of text in CSS pixels at zoom 1. */
export type Ruler = (text: string) => number;

/** Line height of note text, board units. */
export const LINE = 17;
/** What a note has beside its text: 8 above, the 18 of its foot, 7 below. */
const NOTE_FRAME = 8 + 18 + 7;
/** Left and right of the text. */
export const NOTE_PAD = 9;
/** The least size of a note. */
export const NOTE_W = 128;
export const NOTE_H = 88;
/** Wrapped texts remembered; beyond that, all are forgotten at once. */
const MOST_CACHED = 20_000;

/** Where a line may break after: spaces, hyphens, and between characters of scripts without spaces. */
const PIECES =
  /\s|[^\s\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uff60-]+-?|[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uff60]|-/gu;

/**
 * Breaks a text into lines no wider than `width`, as `white-space: pre-wrap; overflow-wrap: anywhere`
 * does: spaces hang at the end of a line, a word too long for any line is cut where it must be.
 */
export function wrap(text: string, width: number, ruler: Ruler): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    let used = 0;
    for (const [piece] of paragraph.matchAll(PIECES)) {
      const w = ruler(piece);
      if (piece.trim() === '') {
        line += piece;
        used += w;
      } else if (used + w <= width) {
        line += piece;
        used += w;
      } else {
        if (line !== '') lines.push(line);
        line = '';
        used = 0;
        if (w <= width) {
          line = piece;
          used = w;
          continue;
        }
        for (const character of piece) {
          const cw = ruler(character);
          if (used + cw > width && line !== '') {
            lines.push(line);
            line = '';
            used = 0;
          }
          line += character;
          used += cw;
        }
      }
    }
    lines.push(line);
  }
  return lines;
}

/** Wraps and measures texts, remembering what it has seen. */
export class TextMeasure {
  readonly #ruler: Ruler;
  readonly #words = new Map<string, number>();
  readonly #lines = new Map<string, string[]>();
  readonly #heights = new Map<string, number>();

  constructor(ruler: Ruler) {
    this.#ruler = ruler;
  }

  /** The lines of a note's text in a note of width `w`. */
  lines(text: string, w: number): string[] {
    const key = `${w} ${text}`;
    let lines = this.#lines.get(key);
    if (!lines) {
      lines = wrap(text, w - 2 * NOTE_PAD, (piece) => this.#width(piece));
      if (this.#lines.size >= MOST_CACHED) this.#lines.clear();
      this.#lines.set(key, lines);
    }
    return lines;
  }

  /** The height a note of width `w` needs for its text, board units, on the 4 grid. */
  noteHeight(text: string, w: number): number {
    const shown = this.#heights.get(`${w} ${text}`);
    if (shown !== undefined) return shown;
    const lines = text === '' ? 1 : this.lines(text, w).length;
    return Math.max(NOTE_H, Math.ceil((lines * LINE + NOTE_FRAME) / 4) * 4);
  }

  /**
   * Tells what the browser made of a text: the truth where it differs from the estimate (kerning,
   * fallback fonts). Answers whether it differed.
   */
  correct(text: string, w: number, textHeight: number): boolean {
    const h = Math.max(NOTE_H, Math.ceil((textHeight + NOTE_FRAME) / 4) * 4);
    if (h === this.noteHeight(text, w)) return false;
    if (this.#heights.size >= MOST_CACHED) this.#heights.clear();
    this.#heights.set(`${w} ${text}`, h);
    return true;
  }

  /** Forgets all widths: the fonts have changed. */
  clear(): void {
    this.#words.clear();
    this.#lines.clear();
    this.#heights.clear();
  }

  #width(piece: string): number {
    let w = this.#words.get(piece);
    if (w === undefined) {
      w = this.#ruler(piece);
      if (this.#words.size >= MOST_CACHED) this.#words.clear();
      this.#words.set(piece, w);
    }
    return w;
  }
}

/** The font of note text on a 2D canvas, at zoom 1. */
export const NOTE_FONT = '520 14px "Atkinson Hyperlegible Next", system-ui, sans-serif';

/** A ruler in the browser's own text metrics. */
export function canvasRuler(font = NOTE_FONT): Ruler {
  const context = document.createElement('canvas').getContext('2d');
  if (!context) return (text) => text.length * 7;
  context.font = font;
  return (text) => context.measureText(text).width;
}
