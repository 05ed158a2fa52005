import { expect, it } from 'vitest';
import type { PeerState } from '../ipc/generated/protocol';
import { connectionWords, type Connection } from './connection';

const peer = (name: string, synced = true): PeerState => ({
  id: name,
  name,
  role: 'takePart',
  synced,
});
const CALM: Connection = {
  state: 'open',
  peers: [],
  unsaved: false,
  slow: false,
  saveProblem: null,
};

it.each<[Partial<Connection>, string]>([
  [{}, 'Saved on this device'],
  [{ unsaved: true }, 'Saving…'],
  [{ unsaved: true, peers: [peer('Ama')] }, '1 peer, synced'],
  [{ unsaved: true, slow: true, peers: [peer('Ama')] }, 'Saving…'],
  [{ unsaved: true, slow: true, peers: [peer('Ama', false)] }, 'Saving…'],
  [{ peers: [peer('Ama')] }, '1 peer, synced'],
  [{ peers: [peer('Ama'), peer('Leo')] }, '2 peers, all synced'],
  [{ peers: [peer('Ama', false), peer('Leo')] }, 'Catching up with Ama'],
  [{ peers: [peer('', false)] }, 'Catching up with 1 peer'],
  [{ peers: [peer('Ama', false), peer('Leo', false)] }, 'Catching up with 2 peers'],
  [{ state: 'connecting' }, 'Connecting'],
  [{ state: 'closed', peers: [peer('Ama')] }, 'Not connected'],
  [{ state: 'closed', saveProblem: 'The disk is full.' }, 'Could not save'],
])('%o: %s', (change, words) => expect(connectionWords({ ...CALM, ...change }).words).toBe(words));
