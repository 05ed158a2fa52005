// A folder of its own for every app under test, and the programs themselves.
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const ROOT = resolve(import.meta.dirname, "../../..");
const PROGRAMS = join(ROOT, "target", process.env.UPSHOT_BUILD ?? "debug");

export const APP = join(PROGRAMS, "upshot");
export const CLI = join(PROGRAMS, "upshot-cli");

/** A program that has not ended this long after it was asked to is ended, milliseconds. */
const PATIENCE = 10_000;

// What is still there when the run is interrupted goes with it.
const folders = new Set<string>();
const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

export interface Profile {
  path: string;
  remove(): Promise<void>;
}

export async function makeProfile(): Promise<Profile> {
  const path = await mkdtemp(join(tmpdir(), "upshot-e2e-"));
  folders.add(path);
  return {
    path,
    async remove() {
      await rm(path, { recursive: true, force: true, maxRetries: 3 });
      folders.delete(path);
    },
  };
}

/** Runs upshot-cli to its end and answers what it printed. The profile must not be in use. */
export async function cli(profile: string, ...args: string[]): Promise<string> {
  const done = await promisify(execFile)(CLI, ["--profile", profile, "--loopback", ...args], {
    maxBuffer: 64 * 1024 * 1024,
  });
  return done.stdout;
}

/** The id of the only board of a profile. */
export async function onlyBoard(profile: string): Promise<string> {
  const boards = JSON.parse(await cli(profile, "--json", "boards")) as { id: string }[];
  if (boards.length !== 1) throw new Error(`${boards.length} boards instead of one`);
  return boards[0]!.id;
}

export interface Program {
  /** Ends it as Ctrl-C would, and waits for that. */
  stop(): Promise<void>;
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
}

/** Starts a program that is ended with the test. */
export function start(
  program: string,
  args: string[],
  env: NodeJS.ProcessEnv = process.env,
): Program & { child: ChildProcess } {
  const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  const ended = new Promise<void>((done) => {
    const over = (): void => {
      running.delete(child);
      done();
    };
    child.once("exit", over);
    child.once("error", over);
  });
  // What it says on the way is of interest only when it fails.
  let said = "";
  child.stderr?.on("data", (text: Buffer) => (said = (said + text.toString()).slice(-4_000)));
  child.once("exit", (code, signal) => {
    if (code !== 0 && signal === null) console.error(`${program} ended with ${code}:\n${said}`);
  });
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (!running.has(child)) return;
    child.kill(signal);
    const late = setTimeout(() => child.kill("SIGKILL"), PATIENCE);
    await ended;
    clearTimeout(late);
  };
  return { child, stop: () => end("SIGTERM"), kill: () => end("SIGKILL") };
}

export interface Served extends Program {
  /** The address with its key. */
  url: string;
}

/** Serves the UI with a real engine. */
export async function serve(profile: string): Promise<Served> {
  const args = ["--profile", profile, "--loopback", "--json", "serve"];
  const program = start(CLI, args);
  try {
    const { url } = JSON.parse(await firstLine(program.child)) as { url: string };
    return { url, stop: program.stop, kill: program.kill };
  } catch (error) {
    await program.kill();
    throw error;
  }
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((done, fail) => {
    child.once("error", fail);
    child.once("exit", (code) => fail(new Error(`ended with ${code} before it was ready`)));
    createInterface({ input: child.stdout! }).once("line", done);
  });
}
