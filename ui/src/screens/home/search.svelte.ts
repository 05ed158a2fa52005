import type { Client } from '../../ipc/client';
import type { Hit } from '../../ipc/generated/home';

/** Between the last key and the question: shorter than a pause in typing. */
const REST_MS = 90;

/** Finds as somebody types. Answers to what is no longer asked are passed over. */
export class Search {
  query = $state('');
  /** What was found; `null` where nothing is looked for. */
  hits = $state.raw<Hit[] | null>(null);
  #asked = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #client: Pick<Client, 'ask'>;

  constructor(client: Pick<Client, 'ask'>) {
    this.#client = client;
  }

  /** The words are these now. */
  type(query: string): void {
    this.query = query;
    clearTimeout(this.#timer);
    const asked = ++this.#asked;
    if (query.trim() === '') {
      this.hits = null;
      return;
    }
    this.#timer = setTimeout(() => {
      this.#client.ask({ ask: 'search', query: query.trim() }).then(
        (reply) => {
          if (asked === this.#asked) this.hits = reply.hits;
        },
        () => {
          if (asked === this.#asked) this.hits = [];
        },
      );
    }, REST_MS);
  }
}
