// A folder of its own for every app under test, and the programs themselves.
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const ROOT = resolve(import.meta.dirname, "../../..");
const PROGRAMS = join(ROOT, "target", process.env.UPSHOT_BUILD ?? "debug");

export const APP = join(PROGRAMS, "upshot");
export const CLI = join(PROGRAMS, "upshot-cli");

export async function makeProfile(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "upshot-e2e-"));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** Runs upshot-cli to its end and answers what it printed. */
export async function cli(profile: string, ...args: string[]): Promise<string> {
  const done = await promisify(execFile)(CLI, ["--profile", profile, "--loopback", ...args]);
  return done.stdout;
}

export interface Served {
  url: string;
  /** Ends it as Ctrl-C would, and waits for that. */
  stop(): Promise<void>;
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
}

/** Serves the UI with a real engine. */
export async function serve(profile: string): Promise<Served> {
  const child = spawn(CLI, ["--profile", profile, "--loopback", "--json", "serve"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const line = await firstLine(child);
  const { url } = JSON.parse(line) as { url: string };
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((done) => child.once("exit", done));
    child.kill(signal);
    await ended;
  };
  return { url, stop: () => end("SIGTERM"), kill: () => end("SIGKILL") };
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((done, fail) => {
    child.once("error", fail);
    child.once("exit", (code) => fail(new Error(`ended with ${code} before it was ready`)));
    createInterface({ input: child.stdout! }).once("line", done);
  });
}
