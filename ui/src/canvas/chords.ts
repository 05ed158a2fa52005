/** Writing of key presses: as the table of shortcuts has them, and as people read them. */

const mac = typeof navigator !== 'undefined' && navigator.platform.startsWith('Mac');

const NAMES: Record<string, string> = {
  mod: mac ? '⌘' : 'Ctrl',
  alt: mac ? '⌥' : 'Alt',
  shift: 'Shift',
  escape: 'Esc',
  delete: 'Del',
  enter: 'Enter',
  tab: 'Tab',
  arrowleft: 'Arrows',
  contextmenu: 'Menu',
  home: 'Home',
  end: 'End',
  wheel: 'wheel',
  drag: 'drag',
  '-': '−',
};

/** A key press as a chord: `mod+shift+z`. What Shift makes of a key is the key itself: `?`, not `shift+/`. */
export function chordOf(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'> & {
    code?: string;
  },
): string {
  // With Alt, a Mac writes another letter: the key that was pressed counts.
  const letter = event.altKey ? /^Key([A-Z])$/.exec(event.code ?? '')?.[1] : undefined;
  const key = (letter ?? event.key).toLowerCase();
  const symbol = key.length === 1 && key.toUpperCase() === key.toLowerCase();
  return [
    event.ctrlKey || event.metaKey ? 'mod+' : '',
    event.altKey ? 'alt+' : '',
    event.shiftKey && !symbol ? 'shift+' : '',
    key,
  ].join('');
}

/** The caps of a chord, as they are shown. */
export function caps(chord: string): string[] {
  const parts = chord === '+' ? ['+'] : chord.split('+');
  return parts.map((part) => NAMES[part] ?? part.toUpperCase());
}
