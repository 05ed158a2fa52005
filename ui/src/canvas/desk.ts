import type { BoardStore } from '../board/store.svelte';
import { Actions, type Saying } from './actions.svelte';
import { Find } from './find.svelte';
import { Following } from './following.svelte';
import { Pointer } from './pointer.svelte';
import { Telling } from './presence';
import { RemoteDrags } from './remote';
import { Scene } from './scene.svelte';
import { Walk } from './walk';

/** Everything that belongs to one open canvas. */
export class Desk {
  readonly store: BoardStore;
  readonly scene: Scene;
  readonly actions: Actions;
  readonly pointer: Pointer;
  readonly walk: Walk;
  readonly find: Find;
  readonly following: Following;
  readonly telling: Telling;
  readonly remote: RemoteDrags;
  /** The caret in the text that is being edited here. */
  caret: [number, number] | null = null;

  constructor(store: BoardStore, say: (saying: Saying) => void) {
    this.store = store;
    this.scene = new Scene(store);
    this.actions = new Actions(store, this.scene, say);
    this.telling = new Telling(this.scene, () => ({
      cursor: this.actions.pointer,
      dragging: this.pointer.told,
      caret: this.caret,
    }));
    this.pointer = new Pointer(this.actions, () => this.telling.news());
    this.walk = new Walk(this.scene);
    this.find = new Find(this.scene, this.walk);
    this.following = new Following(store, this.scene);
    this.remote = new RemoteDrags(store, this.scene);
  }

  /** Ends. */
  destroy(): void {
    this.telling.destroy();
    this.remote.destroy();
    this.scene.destroy();
  }
}
