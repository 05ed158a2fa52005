import { ICONS } from '../icons/paths';
import type { Shade } from './palette';

const paths = new Map<Shade, string>();

/**
 * A kind's glyph as one path of the 24-unit drawing: hundreds of notes are in the DOM at a time, and a drawing of
 * ten elements in each would be most of it.
 */
export function glyphPath(kind: Shade): string {
  let path = paths.get(kind);
  if (path === undefined) {
    path = ICONS[kind].map(([tag, attributes]) => pathOf(tag, attributes)).join('');
    paths.set(kind, path);
  }
  return path;
}

function pathOf(
  tag: string,
  attributes: Readonly<Record<string, string | number | undefined>>,
): string {
  const n = (name: string): number => Number(attributes[name] ?? 0);
  switch (tag) {
    case 'path':
      // A path of its own begins at the corner of the drawing, not where the one before it ended.
      return `M0 0${String(attributes.d ?? '')}`;
    case 'line':
      return `M${n('x1')} ${n('y1')}L${n('x2')} ${n('y2')}`;
    case 'circle': {
      const r = n('r');
      return `M${n('cx') - r} ${n('cy')}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`;
    }
    case 'rect': {
      const [x, y, w, h, r] = [n('x'), n('y'), n('width'), n('height'), n('rx')];
      const corner = (dx: number, dy: number): string => `a${r} ${r} 0 0 1 ${dx} ${dy}`;
      return (
        `M${x + r} ${y}h${w - 2 * r}${corner(r, r)}v${h - 2 * r}${corner(-r, r)}` +
        `h${2 * r - w}${corner(-r, -r)}v${2 * r - h}${corner(r, -r)}z`
      );
    }
    default:
      return '';
  }
}
