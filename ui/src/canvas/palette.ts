import type { NoteKind } from '../ipc/generated/board';

/** The colours of a kind of note, for a 2D canvas. */
export interface Ink {
  fill: string;
  edge: string;
  ink: string;
  mark: string;
}

/** Follow-ups look like notes of this kind. */
export type Shade = NoteKind | 'action';

const SHADES: readonly Shade[] = [
  'happened',
  'well',
  'lucky',
  'shared',
  'puzzle',
  'idea',
  'insight',
  'plain',
  'action',
];

/** The tokens' colours as they are in the present theme. */
export function readPalette(): { [S in Shade]: Ink } {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string): string => style.getPropertyValue(name).trim();
  const palette = {} as { [S in Shade]: Ink };
  for (const shade of SHADES) {
    palette[shade] = {
      fill: read(`--note-${shade}`),
      ink: read(`--note-${shade}-ink`),
      edge: read(`--note-${shade}-edge`),
      mark: read(`--note-${shade}-mark`),
    };
  }
  return palette;
}

/** Calls back when the theme changes. Answers how to stop. */
export function onTheme(changed: () => void): () => void {
  const media = matchMedia('(prefers-color-scheme: dark)');
  media.addEventListener('change', changed);
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  return () => {
    media.removeEventListener('change', changed);
    observer.disconnect();
  };
}
