import type { Reply, Request } from './generated/home';

/** The reply of each request, by its `ask`. Answers are checked against it when they arrive. */
export const REPLY_OF = {
  open: 'opened',
  close: 'done',
  execute: 'accepted',
  undo: 'undone',
  redo: 'undone',
  openText: 'text',
  pushText: 'pushed',
  closeText: 'done',
  present: 'done',
  export: 'document',
  setRoster: 'done',
  privateNotes: 'private',
  putPrivate: 'done',
  dropPrivate: 'done',
  publishLate: 'done',
  ballot: 'ballot',
  putDots: 'ballot',
  ranking: 'ranked',
  sayDone: 'done',
  setTimer: 'done',
  summon: 'done',
  suggest: 'suggested',
  me: 'me',
  setMe: 'me',
  setSetting: 'me',
  wording: 'hints',
  boards: 'boards',
  templates: 'templates',
  newBoard: 'made',
  import: ['made', 'brightSpots', 'templateKept'],
  boardFile: 'file',
  folder: 'folder',
  setFolder: 'folder',
  openFolder: 'folderOpened',
  remove: 'done',
  restore: 'done',
  search: 'found',
  invite: 'ticket',
  offer: 'code',
  stopOffer: 'done',
  revoke: 'done',
  dismiss: 'done',
  join: 'made',
  look: 'done',
  joinNearby: 'made',
  saveTemplate: 'templates',
  removeTemplate: 'templates',
  templateFile: 'file',
  followUps: 'followUps',
  teams: 'teams',
  brightSpots: 'brightSpots',
  keepBrightSpot: 'brightSpots',
  tellTrial: 'brightSpots',
  forgetBrightSpot: 'done',
  brightSpotFile: 'file',
} as const satisfies Record<Request['ask'], Reply['reply'] | readonly Reply['reply'][]>;

type Name<R extends Request> = (typeof REPLY_OF)[R['ask']];

/** The reply to a request of type `R`. */
export type ReplyTo<R extends Request> = Extract<
  Reply,
  { reply: Name<R> extends readonly (infer N)[] ? N : Name<R> }
>;

/** Whether a reply of this name answers a request of that one. */
export function answers(ask: Request['ask'], reply: Reply['reply']): boolean {
  const expected: Reply['reply'] | readonly Reply['reply'][] = REPLY_OF[ask];
  return typeof expected === 'string' ? reply === expected : expected.includes(reply);
}
