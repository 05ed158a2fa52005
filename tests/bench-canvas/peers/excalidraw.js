import { createElement } from "react";
import { createRoot } from "react-dom/client";
import { Excalidraw, convertToExcalidrawElements } from "@excalidraw/excalidraw";
import "@excalidraw/excalidraw/index.css";
import { COUNT, notes } from "./notes.js";

const FILLS = ["#d0ebff", "#d3f9d8", "#fff3bf", "#eebefa", "#ffd8a8", "#c5f6fa", "#f1f3f5"];

function begin(api) {
  if (window.__bench) return;
  const made = convertToExcalidrawElements(
    notes(COUNT).map(({ text, x, y, w, h, hue }) => ({
      type: "rectangle",
      x,
      y,
      width: w,
      height: h,
      backgroundColor: FILLS[hue],
      fillStyle: "solid",
      roughness: 0,
      label: { text, fontSize: 12 },
    })),
  );
  const boxes = made.filter((element) => element.type === "rectangle");
  let all = made;
  // What a drag and a remote edit do alike: new versions of the note and its label, in a new scene.
  const move = (i, dx, dy) => {
    const home = boxes[i];
    const label = home.boundElements[0].id;
    const origin = made.find((element) => element.id === label);
    const bump = (element, from) => ({
      ...element,
      x: from.x + dx,
      y: from.y + dy,
      version: element.version + 1,
      versionNonce: Math.floor(Math.random() * 2 ** 31),
    });
    all = all.map((element) =>
      element.id === home.id
        ? bump(element, home)
        : element.id === label
          ? bump(element, origin)
          : element,
    );
    api.updateScene({ elements: all });
  };
  api.updateScene({ elements: made });
  window.__bench = {
    setCamera: (x, y, z) =>
      api.updateScene({ appState: { scrollX: -x, scrollY: -y, zoom: { value: z } } }),
    moveNote: move,
    edit: (i, k) => move(i, k % 20, 0),
  };
}

createRoot(document.getElementById("root")).render(
  createElement(Excalidraw, { excalidrawAPI: (api) => setTimeout(() => begin(api), 0) }),
);
