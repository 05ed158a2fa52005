import type {
  BoardId,
  ConnectorId,
  FollowUpId,
  Key,
  NoteId,
  PersonId,
  SectionId,
  ThemeId,
} from '../ipc/generated/board';

/** Crockford's base32, lower case: no i, l, o, u. The engine's alphabet. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
/** Characters after the letter: 16 × 5 = 80 random bits. */
const LENGTH = 16;

/** The letters that tell what an id names. */
export const LETTER = {
  board: 'b',
  section: 's',
  note: 'n',
  theme: 't',
  connector: 'c',
  stroke: 'k',
  followUp: 'f',
  person: 'p',
} as const;

/** What a record is. */
export type Sort = keyof typeof LETTER | 'meta';

/** An id from random bytes: at least 16, of which five bits each are used. */
export function idFrom(letter: string, bytes: Uint8Array): string {
  let id = letter;
  for (let i = 0; i < LENGTH; i++) id += ALPHABET.charAt((bytes[i] ?? 0) & 31);
  return id;
}

function fresh(letter: string): string {
  return idFrom(letter, crypto.getRandomValues(new Uint8Array(LENGTH)));
}

/** A fresh note id. */
export const newNoteId = (): NoteId => fresh(LETTER.note);
/** A fresh section id. */
export const newSectionId = (): SectionId => fresh(LETTER.section);
/** A fresh theme id. */
export const newThemeId = (): ThemeId => fresh(LETTER.theme);
/** A fresh connector id. */
export const newConnectorId = (): ConnectorId => fresh(LETTER.connector);
/** A fresh follow-up id. */
export const newFollowUpId = (): FollowUpId => fresh(LETTER.followUp);
/** A fresh person id. */
export const newPersonId = (): PersonId => fresh(LETTER.person);

/** What a key names, by its letter; `undefined` for what no key looks like. */
export function sortOf(key: Key | BoardId): Sort | undefined {
  if (key === 'meta') return 'meta';
  switch (key.charAt(0)) {
    case 's':
      return 'section';
    case 'n':
      return 'note';
    case 't':
      return 'theme';
    case 'c':
      return 'connector';
    case 'k':
      return 'stroke';
    case 'f':
      return 'followUp';
    case 'p':
      return 'person';
    case 'b':
      return 'board';
    default:
      return undefined;
  }
}
