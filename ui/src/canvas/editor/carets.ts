import { type Extension, StateEffect, StateField } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, WidgetType } from '@codemirror/view';
import type { Tint } from '../../ipc/generated/board';

/** Where somebody else writes in this text. */
export interface Caret {
  who: string;
  name: string;
  tint: Tint | null;
  /** UTF-16. */
  at: number;
}

/** The others' carets are these now. */
export const setCarets = StateEffect.define<readonly Caret[]>();

class CaretWidget extends WidgetType {
  readonly #caret: Caret;

  constructor(caret: Caret) {
    super();
    this.#caret = caret;
  }

  override eq(other: CaretWidget): boolean {
    return other.#caret.who === this.#caret.who && other.#caret.name === this.#caret.name;
  }

  override toDOM(): HTMLElement {
    const element = document.createElement('span');
    element.className = `other-caret w${this.#caret.tint ?? '6'}`;
    element.title = this.#caret.name;
    element.setAttribute('aria-hidden', 'true');
    return element;
  }
}

const field = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(value, transaction) {
    let next = value.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(setCarets)) continue;
      const { length } = transaction.newDoc;
      next = Decoration.set(
        effect.value.map((caret) =>
          Decoration.widget({ widget: new CaretWidget(caret), side: 1 }).range(
            Math.min(caret.at, length),
          ),
        ),
        true,
      );
    }
    return next;
  },
  provide: (f) => EditorView.decorations.from(f),
});

/** Shows the others' carets. */
export function carets(): Extension {
  return field;
}
