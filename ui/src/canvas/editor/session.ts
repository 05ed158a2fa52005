import {
  collab,
  getSyncedVersion,
  receiveUpdates,
  sendableUpdates,
  type Update,
} from '@codemirror/collab';
import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import type { Key } from '../../ipc/generated/board';
import type { AuthoredEdit } from '../../ipc/generated/protocol';
import type { TextLinks, TextListener } from '../../board/texts';
import { changesOf, difference, editOf } from './splices';

/** After a refused push, the missed edits are on their way: try again this much later, milliseconds. */
const RETRY = 120;

/**
 * One text edited along with others, by the protocol of `@codemirror/collab` with the engine as authority.
 * The editor may be typed into before the engine has answered: its versions count from 0, the engine's from
 * `#base`, and what the text was in the meantime comes as one update.
 */
export class TextSession implements TextListener {
  readonly #texts: TextLinks;
  readonly #key: Key;
  readonly #id: string;
  readonly #gone: () => void;
  #view: EditorView | undefined;
  /** The engine's version minus the editor's; `undefined` until the engine has answered. */
  #base: number | undefined;
  /** UTF-16 units of the text at the synced version. */
  #length: number;
  readonly #start: string;
  #pushing = false;
  #ended = false;
  #early: { version: number; edits: readonly AuthoredEdit[] }[] = [];
  #idle: (() => void)[] = [];
  #begun: Promise<void> = Promise.resolve();

  constructor(texts: TextLinks, key: Key, start: string, gone: () => void) {
    this.#texts = texts;
    this.#key = key;
    this.#start = start;
    this.#length = start.length;
    this.#gone = gone;
    this.#id = crypto.randomUUID().slice(0, 8);
  }

  /** What the editor's state needs. */
  extension(): Extension {
    return [
      collab({ startVersion: 0, clientID: this.#id }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) void this.#push();
      }),
    ];
  }

  /** Begins, once the editor is there. `ready` says when the text exists for the engine (a new note's may not yet). */
  begin(view: EditorView, ready: Promise<unknown>): void {
    this.#view = view;
    this.#begun = this.#open(view, ready);
  }

  /** Ends, once all that was typed is with the engine: somebody may type faster than a text is opened. */
  async end(): Promise<void> {
    await this.#begun;
    if (this.#base !== undefined) await this.#drained();
    this.#ended = true;
    this.#view = undefined;
    this.#texts.leave(this.#key, this);
  }

  async #open(view: EditorView, ready: Promise<unknown>): Promise<void> {
    try {
      await ready;
      const { version, text } = await this.#texts.follow(this.#key, this);
      if (this.#ended) return;
      this.#base = version;
      if (text !== this.#start) {
        this.#take([{ changes: difference(this.#start, text), clientID: '' }], text.length);
        this.#base = version - getSyncedVersion(view.state);
      }
      for (const { version: from, edits } of this.#early) this.edits(from, edits);
      this.#early = [];
      await this.#push();
    } catch {
      // Out of reach, or gone: what was typed stays in the editor, and reopening tries again.
    }
  }

  edits(version: number, edits: readonly AuthoredEdit[]): void {
    const view = this.#view;
    if (!view || this.#ended) return;
    if (this.#base === undefined) {
      this.#early.push({ version, edits });
      return;
    }
    const synced = getSyncedVersion(view.state) + this.#base;
    // Known ones (already in the answer to opening) are passed over; a gap means reopening.
    const fresh = edits.slice(Math.max(0, synced - version));
    if (fresh.length === 0) return;
    if (version > synced) {
      this.reopen();
      return;
    }
    let length = this.#length;
    const updates = fresh.map(({ editor, edit }): Update => {
      const changes = changesOf(edit, length);
      length = changes.newLength;
      return { changes, clientID: editor };
    });
    this.#take(updates, length);
    void this.#push();
  }

  gone(): void {
    this.#ended = true;
    this.#gone();
  }

  reopen(): void {
    const view = this.#view;
    if (!view || this.#ended) return;
    // What is typed here and not there is kept as the difference to the engine's text: the editor starts over.
    void this.#texts.follow(this.#key, this).then(
      ({ version, text }) => {
        const synced = getSyncedVersion(view.state);
        if (sendableUpdates(view.state).length === 0 && view.state.doc.toString() === text) {
          this.#base = version - synced;
          this.#length = text.length;
          return;
        }
        this.#base = version - synced - 1;
        this.#take([{ changes: this.#catchUp(view, text), clientID: '' }], text.length);
        void this.#push();
      },
      () => undefined,
    );
  }

  /** The change from the synced text (the document without what is unsent) to `text`. */
  #catchUp(view: EditorView, text: string): ReturnType<typeof difference> {
    let doc = view.state.doc;
    for (const update of [...sendableUpdates(view.state)].reverse()) {
      doc = update.changes.invert(update.origin.startState.doc).apply(doc);
    }
    return difference(doc.toString(), text);
  }

  #take(updates: readonly Update[], length: number): void {
    const view = this.#view;
    if (!view) return;
    this.#length = length;
    view.dispatch(receiveUpdates(view.state, updates));
  }

  async #push(): Promise<void> {
    const view = this.#view;
    if (!view || this.#pushing || this.#ended || this.#base === undefined) return;
    const updates = sendableUpdates(view.state);
    if (updates.length === 0) {
      this.#settle();
      return;
    }
    this.#pushing = true;
    const version = getSyncedVersion(view.state) + this.#base;
    const edits = updates.map((update): AuthoredEdit => ({
      editor: update.clientID,
      edit: editOf(update.changes),
    }));
    let again = RETRY;
    try {
      if (await this.#texts.push(this.#key, version, edits)) again = 0;
    } catch {
      // Out of reach: `reopen` goes on when it is back.
      this.#pushing = false;
      this.#settle();
      return;
    }
    this.#pushing = false;
    // Taken edits come back as an event, which confirms them; only then is there more to send.
    const confirmed = getSyncedVersion(view.state) + this.#base > version;
    if (confirmed) void this.#push();
    else if (again > 0) setTimeout(() => void this.#push(), again);
  }

  #drained(): Promise<void> {
    const view = this.#view;
    if (!view || sendableUpdates(view.state).length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#idle.push(resolve);
      // Nobody waits for an engine that is gone.
      setTimeout(resolve, 3000);
    });
  }

  #settle(): void {
    for (const resolve of this.#idle) resolve();
    this.#idle = [];
  }
}
