import type { Key } from '../ipc/generated/board';
import { keyOf } from '../board/records';
import { type Direction, neighbour, readingOrder, type Stop } from './reading';
import type { Scene } from './scene.svelte';

/** Goes over the board by keys: by section, then in reading order. */
export class Walk {
  readonly #scene: Scene;

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  /** Everything the keyboard can reach, in order: each section and what is in it, then what lies on the board. */
  order(): Key[] {
    const { store } = this.#scene;
    const keys: Key[] = [];
    const within = (parent: string): void => {
      const stops = store.childrenOf(parent).flatMap((record) => this.#stop(keyOf(record)));
      for (const { key } of readingOrder(stops)) {
        keys.push(key);
        if (store.get(key)?.type === 'theme') within(key);
      }
    };
    for (const section of readingOrder(store.sections.flatMap((key) => this.#stop(key)))) {
      keys.push(section.key);
      within(section.key);
    }
    const loose = store
      .childrenOf('board')
      .filter((record) => record.type !== 'section')
      .flatMap((record) => this.#stop(keyOf(record)));
    for (const { key } of readingOrder(loose)) {
      keys.push(key);
      if (store.get(key)?.type === 'theme') within(key);
    }
    return keys;
  }

  /** To the next in order. Answers `false` at the end, where the focus leaves the canvas. */
  next(step: 1 | -1): boolean {
    const order = this.order();
    const { focus } = this.#scene.selection;
    const at = focus === null ? -1 : order.indexOf(focus);
    const to = focus === null || at < 0 ? (step > 0 ? order[0] : order.at(-1)) : order[at + step];
    if (to === undefined || (step < 0 && at === 0)) return false;
    this.#to(to, false);
    return true;
  }

  /** To the first or the last. */
  end(which: 1 | -1): void {
    const to = this.order().at(which > 0 ? 0 : -1);
    if (to !== undefined) this.#to(to, false);
  }

  /** To the nearest in a direction; with `extend` the selection grows. Without anywhere to begin, to the first. */
  go(direction: Direction, extend: boolean): void {
    const { selection, layout, store } = this.#scene;
    const from = selection.focus === null ? undefined : layout.rect(selection.focus);
    if (!from) {
      this.end(1);
      return;
    }
    const type = selection.focus && store.get(selection.focus)?.type;
    const stops: Stop[] = [];
    for (const [key, rect] of layout.rects()) {
      const other = store.get(key)?.type;
      // Arrows stay among sections, or among what lies in them.
      if (key !== selection.focus && (other === 'section') === (type === 'section'))
        stops.push({ key, rect });
    }
    const to = neighbour(
      from,
      direction,
      stops.filter(({ key }) => store.get(key)?.type !== 'theme' || type === 'theme'),
    );
    if (to !== undefined) this.#to(to, extend);
  }

  #stop(key: Key): Stop[] {
    const rect = this.#scene.layout.rect(key);
    return rect ? [{ key, rect }] : [];
  }

  #to(key: Key, extend: boolean): void {
    const { selection } = this.#scene;
    if (extend) selection.add(selection.focus ? [selection.focus, key] : [key]);
    else selection.set([key]);
    void this.#scene.focus(key);
  }
}
