// The real app in its real window, through tauri-driver: the few W3C WebDriver calls that are needed.
import { execFile } from "node:child_process";
import { createServer } from "node:net";
import { promisify } from "node:util";
import { test as base, expect } from "@playwright/test";
import { APP, cli, makeProfile, start, type Profile, type Program } from "./profile";

const DRIVER = process.env.UPSHOT_TAURI_DRIVER ?? "tauri-driver";
const NATIVE = process.env.UPSHOT_WEBKIT_DRIVER ?? "/usr/bin/WebKitWebDriver";
/** How WebDriver names an element in JSON (W3C WebDriver, 11). */
const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

/** Keys, as WebDriver names them (W3C WebDriver, 17.4.2). */
export const KEYS = { escape: "\ue00c", tab: "\ue004", enter: "\ue007" } as const;

/** An app with a window, started on a profile. */
export class App {
  readonly #at: string;
  readonly #driver: Program;
  readonly #profile: string;

  private constructor(at: string, driver: Program, profile: string) {
    this.#at = at;
    this.#driver = driver;
    this.#profile = profile;
  }

  static async start(profile: string): Promise<App> {
    const [port, native] = await freePorts(2);
    const driver = start(DRIVER, [
      "--port",
      String(port),
      "--native-port",
      String(native),
      "--native-driver",
      NATIVE,
    ]);
    const server = `http://127.0.0.1:${port}`;
    try {
      await expect
        .poll(
          () =>
            fetch(`${server}/status`).then(
              (reply) => reply.ok,
              () => false,
            ),
          { timeout: 20_000 },
        )
        .toBe(true);
      const options = { application: APP, args: ["--profile", profile, "--loopback"] };
      const alwaysMatch = { browserName: "wry", "tauri:options": options };
      const { sessionId } = await call<{ sessionId: string }>("POST", `${server}/session`, {
        capabilities: { alwaysMatch, firstMatch: [{}] },
      });
      return new App(`${server}/session/${sessionId}`, driver, profile);
    } catch (error) {
      await driver.kill();
      throw error;
    }
  }

  /** Closes the window, and waits until the app has let go of its profile. */
  async close(): Promise<void> {
    await call("DELETE", this.#at).catch(() => undefined);
    await this.#driver.stop();
    // A driver that ended before it had closed its window leaves it open: then it is ended here.
    await promisify(execFile)("pkill", ["-TERM", "-f", `${APP} --profile ${this.#profile}`]).catch(
      () => undefined,
    );
    await expect
      .poll(() => cli(this.#profile, "boards").then(() => "", String), { timeout: 20_000 })
      .toBe("");
  }

  /** Runs a function's body in the page. */
  run<T>(script: string, ...args: unknown[]): Promise<T> {
    return call<T>("POST", `${this.#at}/execute/sync`, { script, args });
  }

  /** Waits for the element of an XPath, and answers it. */
  async find(xpath: string): Promise<string> {
    let found = "";
    await expect
      .poll(
        async () => {
          const elements = await call<Record<string, string>[]>("POST", `${this.#at}/elements`, {
            using: "xpath",
            value: xpath,
          });
          found = elements[0]?.[ELEMENT] ?? "";
          return found !== "";
        },
        { message: xpath, timeout: 30_000 },
      )
      .toBe(true);
    return found;
  }

  async press(xpath: string): Promise<void> {
    const element = await this.find(xpath);
    await call("POST", `${this.#at}/element/${element}/click`, {});
  }

  /** Types into a field. */
  async fill(xpath: string, text: string): Promise<void> {
    const element = await this.find(xpath);
    await call("POST", `${this.#at}/element/${element}/value`, { text });
  }

  /** A field's content. */
  async value(xpath: string): Promise<string> {
    const element = await this.find(xpath);
    return call<string>("GET", `${this.#at}/element/${element}/property/value`);
  }

  /** Types wherever the focus is. */
  async type(text: string): Promise<void> {
    const actions = [...text].flatMap((value) => [
      { type: "keyDown", value },
      { type: "keyUp", value },
    ]);
    await call("POST", `${this.#at}/actions`, { actions: [{ type: "key", id: "keys", actions }] });
  }

  /** Clicks twice in the middle of an element. */
  async doubleClick(xpath: string): Promise<void> {
    const element = await this.find(xpath);
    const press = [
      { type: "pointerDown", button: 0 },
      { type: "pointerUp", button: 0 },
    ];
    await call("POST", `${this.#at}/actions`, {
      actions: [
        {
          type: "pointer",
          id: "mouse",
          parameters: { pointerType: "mouse" },
          actions: [
            { type: "pointerMove", origin: { [ELEMENT]: element }, x: 0, y: 0, duration: 0 },
            ...press,
            ...press,
          ],
        },
      ],
    });
  }
}

async function call<T>(method: string, url: string, body?: unknown): Promise<T> {
  const reply = await fetch(url, {
    method,
    body: body === undefined ? undefined : JSON.stringify(body),
    headers: { "content-type": "application/json" },
    signal: AbortSignal.timeout(30_000),
  });
  const { value } = (await reply.json()) as { value: T & { error?: string; message?: string } };
  if (!reply.ok)
    throw new Error(`${method} ${new URL(url).pathname}: ${value?.error}: ${value?.message}`);
  return value;
}

/** Ports nobody listens on now. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((done, fail) => {
          server.once("error", fail);
          server.listen(0, "127.0.0.1", () => {
            const address = server.address();
            if (address && typeof address === "object") done(address.port);
            else fail(new Error("no port"));
          });
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}

/** A laptop whose app is started and closed by the test. */
export interface Desktop {
  profile: string;
  app: App;
  /** Closes the app. */
  close(): Promise<void>;
  /** Closes the app and starts it again on the same profile. */
  restart(): Promise<void>;
}

export const test = base.extend<{ desktop: () => Promise<Desktop> }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the fixtures' names from the pattern
  desktop: async ({}, use, info) => {
    const profiles: Profile[] = [];
    const open = new Set<App>();
    const begin = async (profile: string): Promise<App> => {
      const app = await App.start(profile);
      open.add(app);
      return app;
    };
    const end = async (app: App): Promise<void> => {
      open.delete(app);
      await app.close();
    };
    await use(async () => {
      const profile = await makeProfile();
      profiles.push(profile);
      const desktop: Desktop = {
        profile: profile.path,
        app: await begin(profile.path),
        close: () => end(desktop.app),
        async restart() {
          await end(desktop.app);
          desktop.app = await begin(profile.path);
        },
      };
      return desktop;
    });
    if (info.status !== info.expectedStatus) {
      for (const app of open) {
        const body = await app.run<string>("return document.body.innerText").catch(String);
        await info.attach("what the window says", { body, contentType: "text/plain" });
      }
    }
    for (const app of open) await app.close().catch(() => undefined);
    for (const profile of profiles) await profile.remove();
  },
});

export { expect } from "@playwright/test";
