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

/** Brings files in as boards, one after the other. */
export class Imports {
  /** The file at hand; `null` where there is none. */
  name = $state<string | null>(null);
  problem = $state.raw<ImportProblem | null>(null);
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  /** Brings the files in; answers the boards they became. Stops at the first that cannot be read. */
  async bring(files: Iterable<File>): Promise<{ board: BoardId; merged: boolean; name: string }[]> {
    const made = [];
    this.problem = null;
    for (const file of files) {
      this.name = file.name;
      try {
        if (file.size > LARGEST_BYTES) throw new Error('This file is larger than a board can be.');
        const bytes = toBase64(new Uint8Array(await file.arrayBuffer()));
        const { board, merged } = await this.#client.ask({ ask: 'import', name: file.name, bytes });
        made.push({ board, merged, name: file.name });
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
