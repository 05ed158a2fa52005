// A board as plain Yjs holds it, in the shape Upshot's own documents have: a map of notes, each
// with a text and a place.
import * as Y from "yjs";

export const idOf = (index) => `n${String(index).padStart(16, "0")}`;
const DIGITS = 6;
const digits = (number) => String(number).padStart(DIGITS, "0");

/** Fills an empty document with notes. */
export function fill(doc, count) {
  doc.transact(() => {
    const notes = doc.getMap("notes");
    for (let i = 0; i < count; i += 1) {
      const note = new Y.Map();
      const text = new Y.Text();
      text.insert(0, `${digits(0)} the build took long again, and everybody waited for it once more`);
      note.set("text", text);
      note.set("place", ["board", 0, 0, "V"]);
      notes.set(idOf(i), note);
    }
  });
}

/** Edit number `number`: every other one moves a note, the others write in one. */
export function edit(doc, number, count) {
  const note = doc.getMap("notes").get(idOf(number % count));
  doc.transact(() => {
    if (number % 2 === 1) {
      note.set("place", ["board", number, 0, "V"]);
    } else {
      const text = note.get("text");
      text.delete(0, DIGITS);
      text.insert(0, digits(number));
    }
  });
}

/** Calls `seen` with the number of each edit that comes from elsewhere. */
export function watch(doc, seen) {
  doc.getMap("notes").observeDeep((events) => {
    for (const event of events) {
      if (event.target instanceof Y.Text) {
        seen(Number(event.target.toString().slice(0, DIGITS)));
      } else if (event.keys.has("place")) {
        seen(event.target.get("place")[1]);
      }
    }
  });
}
