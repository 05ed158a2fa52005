import { toBase64 } from '../../ipc/base64';
import type { Client } from '../../ipc/client';
import type { BoardId } from '../../ipc/generated/board';

/** Larger than any board, and as much as fits into a message to the engine. */
const LARGEST_BYTES = 64 * 1024 * 1024;

/** A file that did not become a board. */
export interface ImportProblem {
  name: string;
  message: string;
}

/** What a file became. */
export type Brought =
  | { board: BoardId; merged: boolean; name: string }
  | { template: string; name: string }
  | { spot: string; name: string };

/** Brings files in, one after the other: boards, templates, bright spots. */
export class Imports {
  /** The file at hand; `null` where there is none. */
  name = $state<string | null>(null);
  problem = $state.raw<ImportProblem | null>(null);
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  /** Brings the files in; answers what they became. Stops at the first that cannot be read. */
  async bring(files: Iterable<File>): Promise<Brought[]> {
    const made: Brought[] = [];
    this.problem = null;
    for (const file of files) {
      this.name = file.name;
      try {
        if (file.size > LARGEST_BYTES) throw new Error('This file is larger than a board can be.');
        const bytes = toBase64(new Uint8Array(await file.arrayBuffer()));
        const reply = await this.#client.ask({ ask: 'import', name: file.name, bytes });
        const name = file.name;
        if (reply.reply === 'made') made.push({ board: reply.board, merged: reply.merged, name });
        else if (reply.reply === 'templateKept') made.push({ template: reply.template, name });
        else made.push(...reply.spots.map(({ id }) => ({ spot: id, name })));
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        this.problem = { name: file.name, message };
        break;
      }
    }
    this.name = null;
    return made;
  }
}
