// A page in Chromium or in WebKitGTK, and what its main thread costs, by the same clock: the scheduler's.
import { execFileSync, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { chromium } from "playwright-core";

const SIZE = { width: 1400, height: 900 };
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const MINI = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser";

/** CPU time of a process' main thread, milliseconds. */
const threadTime = (pid) =>
  Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, "utf8").split(" ")[0]) / 1e6;
/** Memory of a process, shared pages by their share, MB. */
const memory = (pid) =>
  Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))[1]) / 1000;

const measured = (pid) => ({ cpu: () => threadTime(pid), memory: () => memory(pid) });

async function inChromium(url) {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  const page = await browser.newPage({ viewport: SIZE });
  // Nothing is fetched from afar: who asks for a font elsewhere draws with the next one.
  await page.route(
    (to) => to.hostname !== "127.0.0.1",
    (route) => route.abort(),
  );
  const cdp = await browser.newBrowserCDPSession();
  await page.goto(url, { waitUntil: "commit" });
  return {
    run: (body, ...args) =>
      page.evaluate(
        ([text, list]) => new Function(`return (${text})`)()(...list),
        [String(body), args],
      ),
    async process() {
      const { processInfo } = await cdp.send("SystemInfo.getProcessInfo");
      const [busiest] = processInfo
        .filter(({ type }) => type === "renderer")
        .map(({ id }) => id)
        .sort((a, b) => threadTime(b) - threadTime(a));
      return measured(busiest);
    },
    close: () => browser.close(),
  };
}

async function inWebKit(url) {
  const port = await freePort();
  const env = { ...process.env, WEBKIT_DISABLE_DMABUF_RENDERER: "1" };
  const driver = spawn("WebKitWebDriver", [`--port=${port}`], { env, stdio: "ignore" });
  const call = async (method, path, body) => {
    const reply = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      body: body && JSON.stringify(body),
    });
    const { value } = await reply.json();
    if (!reply.ok) throw new Error(`${method} ${path}: ${value.error}: ${value.message}`);
    return value;
  };
  for (let tries = 0; ; tries++) {
    try {
      await call("GET", "/status");
      break;
    } catch (error) {
      if (tries > 100) throw error;
      await new Promise((done) => setTimeout(done, 100));
    }
  }
  const { sessionId } = await call("POST", "/session", {
    capabilities: {
      alwaysMatch: { "webkitgtk:browserOptions": { binary: MINI, args: ["--automation"] } },
    },
  });
  const at = `/session/${sessionId}`;
  await call("POST", `${at}/timeouts`, { script: 600_000, pageLoad: 300_000 });
  await call("POST", `${at}/window/rect`, { x: 0, y: 0, ...SIZE });
  await call("POST", `${at}/url`, { url });
  return {
    run: async (body, ...args) => {
      const script = `const done = arguments[arguments.length - 1], list = [...arguments].slice(0, -1);
        Promise.resolve().then(() => (${body})(...list)).then((ok) => done({ ok }), (e) => done({ error: String(e) }))`;
      const { ok, error } = await call("POST", `${at}/execute/async`, { script, args });
      if (error) throw new Error(error);
      return ok;
    },
    async process() {
      const pids = descendants(driver.pid).filter((pid) =>
        readFileSync(`/proc/${pid}/comm`, "utf8").startsWith("WebKitWebProc"),
      );
      return measured(pids.sort((a, b) => threadTime(b) - threadTime(a))[0]);
    },
    async close() {
      await call("DELETE", at).catch(() => undefined);
      driver.kill();
    },
  };
}

export const ENGINES = { chromium: inChromium, webkit: inWebKit };

/** What the engines are. */
export function versions() {
  const first = (program, ...args) =>
    execFileSync(program, args, { encoding: "utf8" }).trim().split("\n")[0];
  return { chromium: first(CHROMIUM, "--version"), webkit: first(MINI, "--version") };
}

function descendants(root) {
  const children = new Map();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
      children.set(parent, [...(children.get(parent) ?? []), Number(pid)]);
    } catch {
      // It has ended meanwhile.
    }
  }
  const all = [];
  const visit = (pid) => {
    for (const child of children.get(pid) ?? []) {
      all.push(child);
      visit(child);
    }
  };
  visit(root);
  return all;
}

export function freePort() {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once("error", fail);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}
