import { createElement } from "react";
import { createRoot } from "react-dom/client";
import { Tldraw, createShapeId, toRichText } from "tldraw";
import "tldraw/tldraw.css";
import { COUNT, notes } from "./notes.js";

const COLOURS = ["light-blue", "light-green", "yellow", "light-violet", "orange", "blue", "grey"];

function begin(editor) {
  const shapes = notes(COUNT).map(({ text, x, y, w, h, hue }) => ({
    id: createShapeId(),
    type: "geo",
    x,
    y,
    props: {
      geo: "rectangle",
      w,
      h,
      fill: "solid",
      color: COLOURS[hue],
      size: "s",
      richText: toRichText(text),
    },
  }));
  editor.createShapes(shapes);
  const move = (i, dx, dy) => {
    const { id, type, x, y } = shapes[i];
    editor.updateShapes([{ id, type, x: x + dx, y: y + dy }]);
  };
  window.__bench = {
    setCamera: (x, y, z) => editor.setCamera({ x: -x, y: -y, z }, { force: true }),
    moveNote: move,
    edit: (i, k) => editor.store.mergeRemoteChanges(() => move(i, k % 20, 0)),
  };
}

createRoot(document.getElementById("root")).render(
  createElement(Tldraw, { onMount: begin, options: { maxShapesPerPage: 20_000 } }),
);
