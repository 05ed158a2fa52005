// Draws the same notes in Upshot, Excalidraw and tldraw, and writes what it costs to target/bench/canvas.md.
// `--sizes 500,2000 --runs 1 --boards upshot,excalidraw --engines chromium` measures a part.
import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { build, preview } from "vite";
import { ENGINES, freePort, versions } from "./engines.mjs";

const ROOT = resolve(import.meta.dirname, "../..");
const OUT = join(ROOT, "target/bench");
const CLI = join(ROOT, "target", process.env.UPSHOT_BUILD ?? "release", "upshot-cli");
const PAGE = readFileSync(join(import.meta.dirname, "page.js"), "utf8");
const SCENES = ["pan", "zoom", "overview", "drag", "overviewDrag", "edits"];
const { values: options } = parseArgs({
  options: {
    sizes: { type: "string", default: "500,2000,10000" },
    runs: { type: "string", default: "3" },
    boards: { type: "string", default: "upshot,excalidraw,tldraw" },
    engines: { type: "string", default: "chromium,webkit" },
  },
});
const list = (text) => text.split(",");
const median = (all) => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)];
const part = (all, p) => [...all].sort((a, b) => a - b)[Math.floor((all.length - 1) * p)];

const profile = mkdtempSync(join(tmpdir(), "upshot-bench-"));
const cleanups = [() => rmSync(profile, { recursive: true, force: true, maxRetries: 5 })];
try {
  await main();
} finally {
  for (const clean of cleanups.reverse()) await clean();
}
process.exit();

async function main() {
  const peers = await servePeers();
  const upshot = await serveUpshot();
  const rows = [];
  for (const engine of list(options.engines)) {
    for (const size of list(options.sizes).map(Number)) {
      for (const board of list(options.boards)) {
        const url =
          board === "upshot" ? await upshot(size) : `${peers}/peers/${board}.html?n=${size}`;
        // The sample's own sections and notes lie above the grid.
        const origin = { x: 0, y: board === "upshot" ? 4000 : 0 };
        const runs = [];
        for (let i = 0; i < Number(options.runs); i++) {
          try {
            runs.push(await once(engine, url, size, origin));
          } catch (error) {
            console.error(`${engine} ${board} ${size}: ${error.message}`);
          }
        }
        if (runs.length === 0) continue;
        const row = { engine, board, size };
        for (const name of Object.keys(runs[0])) row[name] = median(runs.map((run) => run[name]));
        rows.push(row);
        console.log(JSON.stringify(row));
        report(rows);
      }
    }
  }
}

/** One page, opened and driven. */
async function once(engine, url, size, origin) {
  const began = performance.now();
  const page = await ENGINES[engine](url);
  try {
    await page.run(async (n) => {
      while (!window.__bench || (window.__bench.info?.().notes ?? n) < n)
        await new Promise((done) => setTimeout(done, 10));
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    }, size);
    const figures = { load: performance.now() - began };
    await page.run(`() => { ${PAGE}; return true; }`);
    const used = await page.process();
    for (const scene of SCENES) {
      await page.run((name, at) => window.__canvas.prepare(name, at), scene, origin);
      const before = used.cpu();
      const deltas = await page.run((name, at) => window.__canvas.run(name, at), scene, origin);
      figures[scene] = (used.cpu() - before) / deltas.length;
      figures[`${scene}P95`] = part(deltas, 0.95);
    }
    figures.memory = used.memory();
    return figures;
  } finally {
    await page.close();
  }
}

function report(rows) {
  const { chromium, webkit } = versions();
  const titles = {
    load: "open, ms",
    pan: "pan",
    zoom: "zoom",
    overview: "overview pan",
    drag: "drag",
    overviewDrag: "drag in overview",
    edits: "pan, 60 edits/s",
  };
  const cell = (row, name) =>
    name === "load"
      ? row.load.toFixed(0)
      : `${row[name].toFixed(1)} (${row[`${name}P95`].toFixed(0)})`;
  const lines = [
    `CPU milliseconds of the page's main thread a frame, and in brackets the 95th percentile of the time between frames; medians of ${options.runs} runs. ${cpus()[0].model}, ${cpus().length} cores, no GPU; load at the end ${loadavg()[0].toFixed(1)}. ${chromium}; ${webkit}.`,
    "",
    `| engine | notes | board | ${Object.values(titles).join(" | ")} | memory, MB |`,
    `| --- | --- | --- |${" --- |".repeat(Object.keys(titles).length + 1)}`,
    ...rows.map(
      (row) =>
        `| ${row.engine} | ${row.size} | ${row.board} | ${Object.keys(titles)
          .map((name) => cell(row, name))
          .join(" | ")} | ${row.memory.toFixed(0)} |`,
    ),
  ];
  mkdirSync(OUT, { recursive: true });
  writeFileSync(join(OUT, "canvas.md"), `${lines.join("\n")}\n`);
  writeFileSync(join(OUT, "canvas.json"), JSON.stringify(rows, null, 2));
}

async function servePeers() {
  const out = join(OUT, "peers");
  const input = ["excalidraw", "tldraw"].map((name) =>
    join(import.meta.dirname, `peers/${name}.html`),
  );
  await build({
    root: import.meta.dirname,
    logLevel: "error",
    build: {
      outDir: out,
      emptyOutDir: true,
      rollupOptions: { input },
      chunkSizeWarningLimit: 9000,
    },
  });
  cpSync(
    join(import.meta.dirname, "node_modules/@excalidraw/excalidraw/dist/prod/fonts"),
    join(out, "fonts"),
    {
      recursive: true,
    },
  );
  return serve(out, {});
}

async function serve(outDir, proxy) {
  const server = await preview({
    root: import.meta.dirname,
    configFile: false,
    logLevel: "error",
    build: { outDir },
    preview: { host: "127.0.0.1", port: await freePort(), strictPort: true, proxy },
  });
  cleanups.push(() => server.close());
  return server.resolvedUrls.local[0].replace(/\/$/, "");
}

/** The real UI, built with its adapter, on the real engine. Answers how to get a board of so many notes. */
async function serveUpshot() {
  const out = join(OUT, "upshot-ui");
  execFileSync("npx", ["vite", "build", "--logLevel", "error", "--outDir", out, "--emptyOutDir"], {
    cwd: join(ROOT, "ui"),
    env: { ...process.env, VITE_BENCH: "1" },
    stdio: "inherit",
  });
  const cli = (...args) =>
    execFileSync(CLI, ["--profile", profile, "--loopback", ...args], { encoding: "utf8" }).trim();
  const ids = new Map();
  for (const size of list(options.sizes))
    ids.set(Number(size), cli("new", "sample", "--title", `${size} notes`));
  const child = spawn(CLI, ["--profile", profile, "--loopback", "--json", "serve"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  cleanups.push(() => child.kill());
  const line = await new Promise((done) =>
    createInterface({ input: child.stdout }).once("line", done),
  );
  const { origin, hash } = new URL(JSON.parse(line).url);
  const site = await serve(out, {
    "/session": { target: origin, ws: true, changeOrigin: true, rewriteWsOrigin: true },
  });
  const filled = new Set();
  return async (size) => {
    const url = `${site}/board/${ids.get(size)}?bench${hash}`;
    if (filled.has(size)) return url;
    const page = await ENGINES.chromium(url);
    try {
      await page.run(async (n) => {
        while (!window.__bench) await new Promise((done) => setTimeout(done, 10));
        window.__bench.prepare(n);
        await window.__bench.load(n);
      }, size);
    } finally {
      await page.close();
    }
    filled.add(size);
    return url;
  };
}
