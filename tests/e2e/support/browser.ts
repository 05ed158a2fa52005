// `home`: a page at Home of a fresh profile. `laptops`: as many separate laptops as a test wants.
import { test as base, type Page } from "@playwright/test";
import { makeProfile, serve, type Served } from "./profile";

export interface Laptop {
  page: Page;
  profile: string;
  served: Served;
  /** Ends the engine and starts it again on the same profile; the page is opened anew. */
  restart(how: "stop" | "kill"): Promise<void>;
}

export const test = base.extend<{ laptop: Laptop; another: () => Promise<Laptop> }>({
  another: async ({ browser }, use) => {
    const ends: (() => Promise<void>)[] = [];
    await use(async () => {
      const profile = await makeProfile();
      const context = await browser.newContext({
        viewport: { width: 1440, height: 900 },
        reducedMotion: "reduce",
      });
      const page = await context.newPage();
      const problems: string[] = [];
      page.on("pageerror", (error) => problems.push(String(error)));
      const laptop: Laptop = {
        page,
        profile: profile.path,
        served: await serve(profile.path),
        async restart(how) {
          await laptop.served[how]();
          laptop.served = await serve(profile.path);
          // A page remembers its address without the token; a new engine has a new one.
          await page.goto("about:blank");
          await page.goto(laptop.served.url);
        },
      };
      await page.goto(laptop.served.url);
      ends.push(async () => {
        await context.close();
        await laptop.served.stop();
        await profile.remove();
        if (problems.length > 0) throw new Error(`the page threw: ${problems.join("; ")}`);
      });
      return laptop;
    });
    for (const end of ends) await end();
  },
  laptop: async ({ another }, use) => {
    await use(await another());
  },
});

export { expect } from "@playwright/test";
