import type { Client } from '../ipc/client';
import type { Tint } from '../ipc/generated/board';
import type { HomeReply, Setting, Theme } from '../ipc/generated/home';

/** What is remembered for the first paint of the next start, before the engine has answered. */
const REMEMBERED = 'upshot.look';

/** Who uses this laptop, and its settings: as the engine holds them. */
class Me {
  name = $state('');
  tint = $state<Tint>('1');
  theme = $state<Theme>('system');
  projector = $state(false);
  /** Better questions are offered while somebody writes. */
  hints = $state(true);
  version = $state('');
  /** The engine has told. */
  known = $state(false);

  async load(client: Client): Promise<void> {
    this.#take(await client.ask({ ask: 'me' }));
  }

  async rename(client: Client, name: string, tint: Tint): Promise<void> {
    this.#take(await client.ask({ ask: 'setMe', name, tint }));
  }

  async set(client: Client, setting: Setting): Promise<void> {
    this.#take(await client.ask({ ask: 'setSetting', setting }));
  }

  #take(me: Extract<HomeReply, { reply: 'me' }>): void {
    this.name = me.name;
    this.tint = me.tint;
    this.theme = me.theme;
    this.projector = me.projector;
    this.hints = me.hints;
    this.version = me.version;
    this.known = true;
    show(me.theme, me.projector);
    try {
      localStorage.setItem(REMEMBERED, JSON.stringify([me.theme, me.projector]));
    } catch {
      // Storage may be off; the next start then shows the system's theme for a moment.
    }
  }
}

/** Who uses this laptop. */
export const me = new Me();

/** Shows the theme and size of the last start, before anything is drawn. */
export function showRemembered(): void {
  try {
    const [theme, projector] = JSON.parse(localStorage.getItem(REMEMBERED) ?? '[]') as unknown[];
    if (theme === 'light' || theme === 'dark' || theme === 'system')
      show(theme, projector === true);
  } catch {
    // As above.
  }
}

function show(theme: Theme, projector: boolean): void {
  const { dataset } = document.documentElement;
  if (theme === 'system') delete dataset.theme;
  else dataset.theme = theme;
  if (projector) dataset.room = 'projector';
  else delete dataset.room;
}
