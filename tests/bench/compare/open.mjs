// How long plain Yjs takes to read a board's bytes, and the memory that takes.
// node open.mjs FILE; the file holds updates, each after its length (32 bits, little-endian).
import { readFileSync } from "node:fs";
import * as Y from "yjs";

const file = readFileSync(process.argv[2]);
const updates = [];
for (let at = 0; at < file.length; ) {
  const length = file.readUInt32LE(at);
  updates.push(file.subarray(at + 4, at + 4 + length));
  at += 4 + length;
}
const before = process.memoryUsage.rss();
const start = performance.now();
const doc = new Y.Doc();
for (const update of updates) Y.applyUpdate(doc, update);
const ms = performance.now() - start;
const notes = doc.getMap("notes").size;
console.log(JSON.stringify({ ms, bytes: process.memoryUsage.rss() - before, notes }));
