// Runs in the page, whichever board it shows. `window.__bench` is that board's adapter.
(() => {
  const FRAMES = 120;
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const { innerWidth: W, innerHeight: H } = window;
  /** The camera around the middle of what is in view at zoom 1. */
  const zoomed = (o, z) => [o.x + 7000 - W / 2 / z, o.y + 800 - H / 2 / z, z];
  /** There and back, 0 to 1 to 0. */
  const swing = (i) => 1 - Math.abs(1 - (2 * i) / FRAMES);
  const scenes = {
    pan: {
      at: (o) => [o.x, o.y, 1],
      step: (b, o, i) => b.setCamera(o.x + 16 * i, o.y + 10 * i, 1),
    },
    zoom: {
      at: (o) => zoomed(o, 1),
      step: (b, o, i) => b.setCamera(...zoomed(o, 0.1 ** swing(i))),
    },
    overview: {
      at: (o) => [o.x - 3000, o.y - 2000, 0.1],
      step: (b, o, i) =>
        b.setCamera(o.x - 3000 + 9600 * swing(i), o.y - 2000 + 6000 * swing(i), 0.1),
    },
    drag: { at: (o) => [o.x, o.y, 1], step: (b, o, i) => b.moveNote(3, 2 * i, i) },
    overviewDrag: {
      at: (o) => [o.x - 1000, o.y - 1000, 0.1],
      step: (b, o, i) => b.moveNote(205, 20 * i, 10 * i),
    },
    edits: {
      at: (o) => [o.x, o.y, 1],
      step: (b, o, i) => {
        b.edit(i, i);
        b.setCamera(o.x + 16 * i, o.y + 10 * i, 1);
      },
    },
  };
  window.__canvas = {
    frames: FRAMES,
    async prepare(name, origin) {
      window.__bench.setCamera(...scenes[name].at(origin));
      await new Promise((done) => setTimeout(done, 900));
      await frame();
      return true;
    },
    /** Milliseconds between frames. */
    async run(name, origin) {
      const deltas = [];
      let before = await frame();
      for (let i = 1; i <= FRAMES; i++) {
        scenes[name].step(window.__bench, origin, i);
        const now = await frame();
        deltas.push(now - before);
        before = now;
      }
      return deltas;
    },
  };
})();
