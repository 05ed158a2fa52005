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
  me: 'me',
  setMe: 'me',
  setSetting: 'me',
  boards: 'boards',
  templates: 'templates',
  newBoard: 'made',
  import: 'made',
  boardFile: 'file',
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
} as const satisfies Record<Request['ask'], Reply['reply']>;

/** The reply to a request of type `R`. */
export type ReplyTo<R extends Request> = Extract<Reply, { reply: (typeof REPLY_OF)[R['ask']] }>;
