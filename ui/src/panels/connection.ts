/** What the connection is, in an icon and words: never in colour alone. */
import type { ConnectionState } from '../ipc/client';
import type { PeerState } from '../ipc/generated/protocol';
import type { IconName } from '../icons/paths';
import { count } from './format';

/** What there is to know. */
export interface Connection {
  /** Between this window and its engine. */
  state: ConnectionState;
  peers: readonly PeerState[];
  /** Changes wait for the disk. */
  unsaved: boolean;
  /** They have waited for longer than a blink. */
  slow: boolean;
  /** Why changes cannot be saved, where that is so. */
  saveProblem: string | null;
}

/** How it is shown. */
export interface ConnectionWords {
  icon: IconName;
  tone: 'good' | 'busy' | 'hold' | 'fault' | 'quiet';
  words: string;
  /** A sentence more. */
  detail: string;
}

/** The most pressing thing about a connection. */
export function connectionWords(connection: Connection): ConnectionWords {
  const { state, peers, unsaved, slow, saveProblem } = connection;
  if (saveProblem !== null) {
    return { icon: 'file-warning', tone: 'fault', words: 'Could not save', detail: saveProblem };
  }
  if (state === 'connecting') {
    return { icon: 'sync', tone: 'busy', words: 'Connecting', detail: 'Upshot is starting.' };
  }
  if (state === 'closed') {
    return {
      icon: 'cloud-off',
      tone: 'hold',
      words: 'Not connected',
      detail: 'This page lost Upshot and tries again by itself. What was saved is safe.',
    };
  }
  // Beside peers the words tell of them, so a blink of saving needs none; alone, they promise a safe disk.
  if (unsaved && (slow || peers.length === 0)) {
    return {
      icon: 'save-file',
      tone: 'quiet',
      words: 'Saving…',
      detail: 'Keep writing. The latest changes are on their way to this device’s disk.',
    };
  }
  const behind = peers.filter((peer) => !peer.synced);
  if (behind.length > 0) {
    const [first] = behind;
    const who = behind.length === 1 && first?.name ? first.name : count(behind.length, 'peer');
    return {
      icon: 'sync',
      tone: 'busy',
      words: `Catching up with ${who}`,
      detail: 'Keep writing. Changes on both sides join by themselves.',
    };
  }
  if (peers.length > 0) {
    const saved = unsaved ? 'Saving the latest changes.' : 'Everything is saved on this device.';
    const words = `${count(peers.length, 'peer')}, ${peers.length === 1 ? '' : 'all '}synced`;
    return { icon: 'synced', tone: 'good', words, detail: saved };
  }
  return {
    icon: 'laptop',
    tone: 'quiet',
    words: 'Saved on this device',
    detail: 'Only this device. Others join through Invite.',
  };
}
