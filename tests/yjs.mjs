// A board in the hands of the `yjs` package, by what SPEC.md says and nothing else.
// node yjs.mjs FILE [KEYS]: prints the board whose state FILE holds, as the engine would tell it to
// its UI. With KEYS (as JSON) it then writes to it, and prints the updates that makes.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

// The package is installed with those of the UI.
const fromUi = createRequire(new URL("../ui/package.json", import.meta.url));
let Y;
try {
  Y = fromUi("yjs");
} catch {
  console.error("the npm package yjs is not installed: run `npm --prefix ui ci`");
  process.exit(1);
}

const [, , file, keys] = process.argv;
const doc = new Y.Doc();
const map = (name) => doc.getMap(name);
const roots = {
  section: map("sections"),
  note: map("notes"),
  theme: map("themes"),
  connector: map("connectors"),
  stroke: map("strokes"),
  followUp: map("followups"),
  person: map("people"),
  dot: map("dots"),
};
const [meta, summary] = [map("meta"), doc.getText("summary")];
Y.applyUpdate(doc, readFileSync(file));

const place = ([parent, x, y, order]) => ({ parent, x, y, order });
const when = (pair) => (pair ? { label: pair[0], at: pair[1] } : null);
const end = (value) => (typeof value === "string" ? { on: value } : { at: value });
const reach = (value) => {
  if (Array.isArray(value)) return { to: "teams", names: value };
  return { to: value ?? "team" };
};

// One function a kind; `get(field, otherwise)` reads a register.
const read = {
  section: (get) => {
    const [x, y, w, h] = get("box");
    return {
      title: get("title", ""),
      prompt: get("prompt", ""),
      kind: get("kind", "plain"),
      layout: get("layout", "free"),
      x,
      y,
      size: { w, h },
      order: get("order", ""),
      collapsed: get("collapsed", false),
    };
  },
  note: (get) => {
    const size = get("size", null);
    return {
      text: get("text").toString(),
      kind: get("kind", "plain"),
      place: place(get("place")),
      size: size && { w: size[0], h: size[1] },
      author: get("author", null),
      made: get("made", 0),
      when: when(get("when", null)),
      source: get("source", ""),
      parked: get("parked", false),
    };
  },
  theme: (get) => ({
    name: get("name", ""),
    place: place(get("place")),
    collapsed: get("collapsed", false),
  }),
  connector: (get) => ({
    from: end(get("from")),
    to: end(get("to")),
    label: get("label", ""),
  }),
  stroke: (get) => ({
    place: place(get("place")),
    points: get("points"),
    width: get("width"),
    tint: get("tint", "1"),
  }),
  followUp: (get) => ({
    text: get("text").toString(),
    owner: get("owner", ""),
    due: get("due", ""),
    kind: get("kind", "change"),
    reach: reach(get("reach", null)),
    status: get("status", "open"),
    from: get("from", null),
    outcome: get("outcome", ""),
    spot: get("spot", ""),
    place: place(get("place")),
  }),
  person: (get) => ({
    name: get("name", ""),
    tint: get("tint", "1"),
    facilitator: get("facilitator", false),
  }),
  dot: (get) => ({ vote: get("vote", ""), on: get("on") }),
};

const registers = (of) => (field, otherwise) => of.get(field) ?? otherwise;

function board() {
  const get = registers(meta);
  const vote = get("vote", null);
  const records = [
    {
      type: "meta",
      title: get("title", ""),
      team: get("team", ""),
      template: get("template", ""),
      heldOn: get("held", ""),
      promised: when(get("promised", null)),
      phases: JSON.parse(get("phases", "[]")),
      phase: get("phase", ""),
      revealed: get("revealed", []),
      vote: vote && { id: vote[0], budget: vote[1], cap: vote[2], on: vote[3], open: vote[4] },
      discussing: get("discussing", null),
      summary: summary.toString(),
    },
  ];
  const removed = [];
  for (const [type, root] of Object.entries(roots)) {
    for (const [id, record] of root) {
      // M1 needs BLAKE3 to tell whether the fingerprint still holds; nobody here writes to what
      // was removed.
      if (record.has("gone")) removed.push(id);
      else records.push({ type, id, ...read[type](registers(record)) });
    }
  }
  return { records, removed };
}

const seen = board();
const updates = [];
if (keys) {
  const { section, edited, moved, added } = JSON.parse(keys);
  doc.on("update", (update) => updates.push(Buffer.from(update).toString("hex")));
  doc.transact(() => {
    const note = new Y.Map();
    note.set("text", new Y.Text("Von JavaScript: 👩🏽‍🚀 naïve 𝒴𝒿𝓈"));
    note.set("kind", "lucky");
    note.set("place", [section, 40, -12, "V"]);
    note.set("made", 1_764_000_000_001);
    roots.note.set(added, note);
  });
  doc.transact(() => {
    const text = roots.note.get(edited).get("text");
    // Behind the first character, which is two UTF-16 code units.
    text.insert(2, "🦀é");
    text.delete(text.length - 2, 2);
  });
  doc.transact(() => {
    roots.note.get(moved).set("place", ["board", 7, 8, "k"]);
    roots.note.get(moved).set("parked", true);
    summary.insert(summary.length, " 🎉");
    meta.set("title", "Größe 🧭");
  });
}
console.log(JSON.stringify({ ...seen, updates, after: board() }));
