// What can be checked by machine of WCAG 2.2 AA, on every screen and in both themes.
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { choose, leave, note, tools } from "../support/board";
import { expect, test } from "../support/browser";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Nothing serious or critical, where the page is now. */
async function accessible(page: Page, where: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
  const grave = violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, help, nodes }) => ({
      id,
      help,
      at: nodes.map((node) => node.html.slice(0, 160)),
    }));
  expect.soft(grave, where).toEqual([]);
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`every screen is accessible, ${colorScheme}`, async ({ another }) => {
    // Each look of axe at a screen takes a second or two.
    test.setTimeout(150_000);
    const { page } = await another({ colorScheme });
    await expect(page.getByRole("heading", { name: "What went well lately?" })).toBeVisible();
    await accessible(page, "Home without boards");

    await page.getByRole("button", { name: "Look at a sample review" }).click();
    const subject = note(page, "One command put the old times back");
    await expect(subject).toBeVisible();
    await accessible(page, "Board");
    await choose(page, subject);
    await expect(tools(page)).toBeVisible();
    await accessible(page, "Board with a selection");
    await page.keyboard.press("Enter");
    await accessible(page, "Board with an editor");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Follow-ups", exact: true }).click();
    await page
      .getByRole("button", { name: /^Change: / })
      .first()
      .click();
    await accessible(page, "Follow-ups");

    await page.getByRole("button", { name: "Export" }).click();
    await expect(page.getByRole("region", { name: "Preview" })).toBeVisible();
    await accessible(page, "Export dialog");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Invite", exact: true }).click();
    await expect(page.getByRole("textbox", { name: "Ticket" })).not.toHaveValue("");
    await accessible(page, "Invite dialog");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Keyboard shortcuts" }).click();
    await accessible(page, "Shortcuts");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+k");
    await expect(page.getByRole("dialog", { name: "What would you like to do?" })).toBeVisible();
    await accessible(page, "Everything that can be done");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+f");
    await page.getByRole("search").getByRole("textbox").fill("the");
    await page.keyboard.press("Enter");
    await accessible(page, "Find");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Shift+F10");
    await expect(page.getByRole("menu", { name: "Actions" })).toBeVisible();
    await accessible(page, "Menu of the selection");
    await page.keyboard.press("Escape");

    // What a workshop adds: phases, pens, private notes, the curtain, votes, the large view.
    await page.getByRole("button", { name: "Hide follow-ups" }).click();
    await page.getByRole("button", { name: "Show guide" }).click();
    await page.getByRole("button", { name: "Change the phases" }).click();
    await accessible(page, "Phases dialog");
    await page.getByRole("button", { name: "Leave it as it was" }).click();
    const phases = page.getByRole("navigation", { name: "Phases" });
    await phases.getByRole("button", { name: "Gather" }).click();
    await page.getByRole("button", { name: "My notes", exact: true }).click();
    await page.getByLabel("Your name").fill("Priya");
    await page.getByRole("button", { name: "Start writing" }).click();
    const field = page.getByRole("textbox", {
      name: "New note: What went well?",
    });
    await field.fill("Nobody had to stay late");
    await field.press("Enter");
    await expect(page.getByLabel("Without my name")).toBeVisible();
    await page.getByRole("button", { name: "People at this laptop" }).click();
    await page.getByLabel("Name of somebody at this laptop").fill("Tomasz");
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await expect(page.getByRole("button", { name: /^Tomasz is not at this/ })).toBeVisible();
    await accessible(page, "My notes, and the people at this laptop");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Hand the laptop over" }).click();
    await accessible(page, "Curtain");
    await page.getByRole("dialog").getByRole("button", { name: "Tomasz" }).click();
    await page.getByRole("button", { name: "Guide to this phase" }).click();
    await accessible(page, "Reveal");
    await page.getByRole("button", { name: "Reveal everybody’s notes" }).click();
    await phases.getByRole("button", { name: "Group" }).click();
    await page.getByRole("button", { name: "Suggest groups" }).click();
    await accessible(page, "Suggested groups");
    await phases.getByRole("button", { name: "Vote" }).click();
    await page.getByRole("button", { name: /^Start (the|a new) vote/ }).click();
    await page
      .getByRole("button", { name: /^One dot more/ })
      .first()
      .click();
    await accessible(page, "Vote");
    await page.getByRole("button", { name: "Show the dots" }).click();
    await expect(page.getByLabel("1 dot", { exact: true })).toBeVisible();
    await accessible(page, "Board with dots");
    await page.getByRole("button", { name: "Timer", exact: true }).click();
    await accessible(page, "Timer");
    await page.getByRole("button", { name: "5 min", exact: true }).click();
    await page.getByRole("button", { name: "Discuss, large" }).first().click();
    await expect(page.getByRole("dialog", { name: "Discuss, large" }).locator("h1")).toBeVisible();
    await accessible(page, "Discuss, large");
    await page.keyboard.press("Escape");

    await leave(page);
    await expect(page.getByRole("link", { name: "Winter timetable" })).toBeVisible();
    await accessible(page, "Home with a board");
    await page.getByRole("banner").getByRole("button", { name: "New board" }).click();
    await accessible(page, "New board dialog");
    await page.keyboard.press("Escape");
    await page.getByRole("banner").getByRole("button", { name: "Join a board" }).click();
    await accessible(page, "Join dialog");
    await page.keyboard.press("Escape");
    const tabs = page.getByRole("navigation", { name: "Main" });
    await tabs.getByRole("button", { name: /^Follow-ups/ }).click();
    await expect(page.getByRole("button", { name: /^Ask Maps to show us/ })).toBeVisible();
    await accessible(page, "Follow-ups of all boards");
    await tabs.getByRole("button", { name: "Teams" }).click();
    await expect(page.getByRole("heading", { name: "Departures" })).toBeVisible();
    await accessible(page, "Teams");
    await tabs.getByRole("button", { name: "Bright spots" }).click();
    await page.getByRole("button", { name: "Keep a bright spot" }).click();
    await page.getByLabel("What do they do?").fill("Rehearse in production every Friday");
    await accessible(page, "Bright spot dialog");
    await page.getByRole("button", { name: "Keep it" }).click();
    await expect(page.getByRole("heading", { name: /^Rehearse in production/ })).toBeVisible();
    await accessible(page, "Bright spots");
  });
}

for (const [way, options] of [
  ["high contrast of the system", { forcedColors: "active" }],
  ["more contrast", { contrast: "more" }],
  ["dark with more contrast", { contrast: "more", colorScheme: "dark" }],
] as const)
  test(`a board can be worked with in ${way}`, async ({ another }) => {
    test.setTimeout(60_000);
    const { page } = await another(options);
    await page.getByRole("button", { name: "Look at a sample review" }).click();
    const subject = note(page, "One command put the old times back");
    await choose(page, subject);
    await accessible(page, `Board, ${way}`);
    // Without colours of our own, an edge tells a note from the sheet, and the selection from the rest.
    if (way === "high contrast of the system") {
      const other = note(page, "Each day ended with one open list");
      await expect(other).toHaveCSS("outline-style", "solid");
      await expect(
        page.getByRole("group", { name: "Group: We practised before it counted" }),
      ).toHaveCSS("outline-style", "solid");
      await expect(page.locator(".selbox")).toHaveCSS("border-top-style", "solid");
    }
    await page.keyboard.press("Control+k");
    await accessible(page, `Everything that can be done, ${way}`);
  });

test("with text at 200 % everything is still to be reached", async ({ another }) => {
  // A window of 1920×1080 in which everything is twice as large.
  const { page } = await another({
    viewport: { width: 960, height: 540 },
    deviceScaleFactor: 2,
  });
  await page.getByRole("button", { name: "Look at a sample review" }).click();
  await expect(note(page, "One command put the old times back")).toBeVisible();
  for (const name of [
    "Back to boards",
    "Follow-ups",
    "Invite",
    "Export",
    "Undo",
    "Zoom in",
    "Note",
  ])
    await expect(page.getByRole("button", { name, exact: true }), name).toBeInViewport({
      ratio: 1,
    });
  for (const [open, title] of [
    ["Control+k", "What would you like to do?"],
    ["?", "Everything has a key"],
  ] as const) {
    await page.keyboard.press(open);
    const dialog = page.getByRole("dialog", { name: title });
    await expect(dialog).toBeInViewport({ ratio: 1 });
    await expect(dialog.getByRole("button", { name: "Close" })).toBeInViewport({ ratio: 1 });
    await page.keyboard.press("Escape");
  }
  expect(
    await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
  ).toBeLessThanOrEqual(0);
});

test("nothing glides where motion is to be reduced", async ({ another }) => {
  const { page } = await another({ reducedMotion: "reduce" });
  await page.getByRole("button", { name: "Look at a sample review" }).click();
  await expect(note(page, "One command put the old times back")).toBeVisible();
  const moving = await page.evaluate(
    () =>
      document.getAnimations().filter((one) => {
        const { duration } = one.effect?.getComputedTiming() ?? {};
        return typeof duration === "number" && duration > 1;
      }).length,
  );
  expect(moving).toBe(0);
  // A jump to somewhere else is there with the next frame.
  await page.keyboard.press("-");
  const zoom = await page.evaluate(
    () =>
      new Promise((resolve) =>
        requestAnimationFrame(() =>
          requestAnimationFrame(() =>
            resolve(document.querySelector('[aria-label^="Zoom: "]')?.textContent),
          ),
        ),
      ),
  );
  expect(zoom).not.toBe("100%");
});
