// `laptop`: a page at Home of a fresh profile, with an engine of its own. `another`: one more of them.
import { test as base, type BrowserContextOptions, type Page } from "@playwright/test";
import { makeProfile, serve, type Served } from "./profile";

export interface Laptop {
  page: Page;
  profile: string;
  served: Served;
  /** Another window of the same engine, at the same place. */
  window(): Promise<Page>;
  /** Starts the engine again on the same profile; the page is opened anew, at Home. */
  start(): Promise<void>;
  /** Ends the engine and starts it again. */
  restart(how: "stop" | "kill"): Promise<void>;
}

interface Fixtures {
  laptop: Laptop;
  another: (options?: BrowserContextOptions) => Promise<Laptop>;
}

export const test = base.extend<Fixtures>({
  another: async ({ browser, viewport, colorScheme }, use) => {
    const ends: (() => Promise<void>)[] = [];
    const problems: string[] = [];
    await use(async (options) => {
      const profile = await makeProfile();
      ends.push(profile.remove);
      const context = await browser.newContext({
        viewport,
        colorScheme,
        reducedMotion: "reduce",
        ...options,
      });
      // A page that throws fails its test, whatever else was seen.
      context.on("weberror", (error) => problems.push(String(error.error())));
      const page = await context.newPage();
      const laptop: Laptop = {
        page,
        profile: profile.path,
        served: await serve(profile.path),
        async window() {
          const second = await context.newPage();
          await second.goto(page.url());
          return second;
        },
        async start() {
          laptop.served = await serve(profile.path);
          // The address differs in its port and key; leaving the old one first ends its tries.
          await page.goto("about:blank");
          await page.goto(laptop.served.url);
        },
        async restart(how) {
          await laptop.served[how]();
          await laptop.start();
        },
      };
      ends.push(() => laptop.served.stop());
      ends.push(() => context.close());
      await page.goto(laptop.served.url);
      return laptop;
    });
    for (const end of ends.reverse()) await end();
    if (problems.length > 0) throw new Error(`the page threw: ${problems.join("; ")}`);
  },
  laptop: async ({ another }, use) => {
    await use(await another());
  },
});

export { expect } from "@playwright/test";
