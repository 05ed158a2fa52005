// How long an edit takes from one client of a Yjs server to another, at a given rate. The edits
// keep to a schedule whether or not earlier ones have arrived, and count from when they were due.
// node latency.mjs SERVER RATE SECONDS NOTES RUNS; prints JSON, milliseconds.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { WebSocket } from "ws";
import * as Y from "yjs";
import { edit, fill, watch } from "./document.mjs";

const [, , which, ...numbers] = process.argv;
const [rate, seconds, notes, runs] = numbers.map(Number);

async function connect(port, doc) {
  if (which === "y-websocket") {
    const { WebsocketProvider } = await import("y-websocket");
    // Without `disableBc` the two clients of one process would talk past the server.
    const options = { WebSocketPolyfill: WebSocket, disableBc: true };
    const provider = new WebsocketProvider(`ws://127.0.0.1:${port}`, "board", doc, options);
    if (!provider.synced) await once(provider, "sync");
    return () => provider.destroy();
  }
  const { HocuspocusProvider, HocuspocusProviderWebsocket } = await import("@hocuspocus/provider");
  const url = `ws://127.0.0.1:${port}`;
  const socket = new HocuspocusProviderWebsocket({ url, WebSocketPolyfill: WebSocket });
  const { promise, resolve } = Promise.withResolvers?.() ?? withResolvers();
  const provider = new HocuspocusProvider({
    websocketProvider: socket,
    name: "board",
    document: doc,
    onSynced: resolve,
  });
  provider.attach();
  await promise;
  return () => {
    provider.destroy();
    socket.destroy();
  };
}

function withResolvers() {
  const out = {};
  out.promise = new Promise((resolve) => (out.resolve = resolve));
  return out;
}

/** At least until a time of `performance.now()`; the last milliseconds are spent polling. */
async function until(due) {
  for (;;) {
    const left = due - performance.now();
    if (left <= 0) return;
    await new Promise((go) => (left > 2 ? setTimeout(go, left - 2) : setImmediate(go)));
  }
}

async function condition(holds, what) {
  const end = performance.now() + 20_000;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`${what} did not happen`);
    await new Promise((go) => setTimeout(go, 5));
  }
}

const server = spawn(process.execPath, [new URL("server.mjs", import.meta.url).pathname, which], {
  stdio: ["pipe", "pipe", "inherit"],
});
const [port] = await once(createInterface({ input: server.stdout }), "line");
const [writer, reader] = [new Y.Doc(), new Y.Doc()];
const ends = [await connect(Number(port), writer), await connect(Number(port), reader)];
fill(writer, notes);
await condition(() => reader.getMap("notes").size === notes, "the first sync");

const arrived = new Map();
watch(reader, (number) => {
  if (!arrived.has(number)) arrived.set(number, performance.now());
});

let next = 1;
async function run(count) {
  const [first, due] = [next, new Map()];
  const start = performance.now() + 5;
  for (let i = 0; i < count; i += 1, next += 1) {
    due.set(next, start + (i * 1000) / rate);
    await until(due.get(next));
    edit(writer, next, notes);
  }
  await condition(() => arrived.has(next - 1), "the last edit's arrival");
  const times = [];
  for (let number = first; number < next; number += 1) {
    if (!arrived.has(number)) throw new Error(`edit ${number} did not arrive`);
    times.push(arrived.get(number) - due.get(number));
  }
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.ceil(times.length * share) - 1];
  return { median: at(0.5), p99: at(0.99) };
}

await run(rate); // Warms the compilers up.
const results = [];
for (let i = 0; i < runs; i += 1) results.push(await run(rate * seconds));
const middle = (name) => results.map((r) => r[name]).sort((a, b) => a - b)[runs >> 1];
console.log(JSON.stringify({ median: middle("median"), p99: middle("p99") }));
for (const end of ends) end();
server.kill();
process.exit(0);
