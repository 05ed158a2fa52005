import { bySiblingOrder, keyOf } from '../board/records';
import type { Rect } from './geometry';
import type { Ink, Shade } from './palette';
import type { Scene } from './scene.svelte';
import { LINE, NOTE_FONT, NOTE_PAD } from './text';

/** From this zoom on text is drawn as text, below it as bars. */
const TEXT_FROM = 0.24;
/** Below this zoom a note is a rectangle and nothing else. */
const BARS_FROM = 0.07;
/** Lines drawn of a note: nobody reads more of an overview. */
const MOST_LINES = 12;

/** Draws the notes of a part of the board. The context is at its top-left corner, `z` pixels a board unit. `quick`: text as bars. */
export function paintNotes(
  context: CanvasRenderingContext2D,
  area: Rect,
  z: number,
  scene: Scene,
  palette: { [S in Shade]: Ink },
  quick: boolean,
): void {
  const notes = [...scene.grid.in(area)]
    .flatMap((key) => scene.store.get(key) ?? [])
    .sort(bySiblingOrder);
  context.textBaseline = 'alphabetic';
  for (const record of notes) {
    if (record.type !== 'note' && record.type !== 'followUp') continue;
    const key = keyOf(record);
    const rect = scene.layout.rect(key);
    // What is dragged is shown by its element, above.
    if (!rect || scene.offsets.has(key)) continue;
    const ink = palette[record.type === 'note' ? record.kind : 'action'];
    const x = (rect.x - area.x) * z;
    const y = (rect.y - area.y) * z;
    const w = rect.w * z;
    const h = rect.h * z;
    context.fillStyle = ink.fill;
    if (z < BARS_FROM) {
      // As a mere rectangle, a plain note's fill is that of the paper below it.
      if (record.type === 'note' && record.kind === 'plain') context.fillStyle = ink.edge;
      context.fillRect(x, y, w, h);
      continue;
    }
    context.beginPath();
    context.roundRect(x, y, w, h, 4 * z);
    context.fill();
    context.fillStyle = ink.edge;
    context.fillRect(x + 2 * z, y + h - Math.max(1, z), w - 4 * z, Math.max(1, z));
    const lines = scene.measure.lines(record.text, rect.w).slice(0, MOST_LINES);
    context.fillStyle = ink.ink;
    if (z >= TEXT_FROM && !quick) {
      context.save();
      context.translate(x, y);
      context.scale(z, z);
      context.font = NOTE_FONT;
      lines.forEach((line, i) => context.fillText(line, NOTE_PAD, 8 + 13 + i * LINE));
      context.fillStyle = ink.edge;
      context.fillRect(NOTE_PAD, rect.h - 22, 12, 12);
      context.restore();
    } else {
      context.globalAlpha = 0.55;
      lines.forEach((line, i) => {
        const length = Math.min(rect.w - 2 * NOTE_PAD, line.trimEnd().length * 6.6);
        context.fillRect(
          x + NOTE_PAD * z,
          y + (8 + 4 + i * LINE) * z,
          length * z,
          Math.max(1, 7 * z),
        );
      });
      context.globalAlpha = 1;
    }
  }
}
