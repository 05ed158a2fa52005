// What has room shows whole, and nothing stands in front of what is read.
import { writeFile } from "node:fs/promises";
import { join as path } from "node:path";
import type { Page } from "@playwright/test";
import {
  frame,
  leave,
  newBoard,
  note,
  openBoard,
  saved,
  source,
  write,
} from "../support/board";
import { expect, test } from "../support/browser";
import { cli } from "../support/profile";
import { inStep, invite, join, name } from "../support/together";

const map = (page: Page) => page.getByRole("img", { name: "Map of the board" });
const mapButton = (page: Page) =>
  page.getByRole("button", { name: "Map of the board" });

test("the map shows only where most of the board is out of view, or where it was asked for", async ({
  laptop,
}) => {
  const { page } = laptop;
  await page.getByRole("button", { name: "Look at a sample review" }).click();
  await expect(note(page, "One command put the old times back")).toBeVisible();
  await expect(map(page)).toBeHidden();
  await page.getByRole("button", { name: "Zoom in" }).click();
  await page.getByRole("button", { name: "Zoom in" }).click();
  await page.getByRole("button", { name: "Zoom in" }).click();
  await expect(map(page)).toBeVisible();
  await mapButton(page).click();
  await expect(map(page)).toBeHidden();
  await page.getByRole("button", { name: "Fit board" }).click();
  await mapButton(page).click();
  await expect(map(page)).toBeVisible();
});

test("what the keyboard goes to does not lie under the map", async ({
  laptop,
}) => {
  const { page } = laptop;
  await page.getByRole("button", { name: "Look at a sample review" }).click();
  await expect(note(page, "One command put the old times back")).toBeVisible();
  await page.getByRole("button", { name: "Zoom in" }).click();
  await page.getByRole("button", { name: "Zoom in" }).click();
  await mapButton(page).click();
  await mapButton(page).click();
  await expect(map(page)).toBeVisible();
  await page.getByRole("region", { name: /^Board\. Tab and arrows/ }).focus();
  const over = await frame(map(page));
  for (let i = 0; i < 24; i++) {
    await page.keyboard.press("Tab");
    const at = page.locator("article:focus");
    if ((await at.count()) === 0) continue;
    const box = await frame(at);
    const apart =
      box.x >= over.x + over.width ||
      box.x + box.width <= over.x ||
      box.y >= over.y + over.height ||
      box.y + box.height <= over.y;
    expect(apart, (await at.textContent()) ?? "").toBe(true);
  }
});

test("a long title shows whole where the bar has room", async ({ laptop }) => {
  const { page, profile } = laptop;
  const title =
    "Winter timetable, the night lines, and what the stations saw of it";
  const file = path(profile, "long.md");
  await writeFile(file, `# ${title}\n\n## What went well\n\n- something\n`);
  await laptop.served.stop();
  await cli(profile, "import", file);
  await laptop.start();
  await openBoard(page, title);
  const shown = page.getByRole("button", { name: title });
  expect(
    await shown.evaluate((button) => button.scrollWidth - button.clientWidth),
  ).toBe(0);
});

test("themes of an imported review lie in their sections, whatever their notes' widths", async ({
  laptop,
}) => {
  const { page, profile } = laptop;
  const long =
    "a sentence that goes on for as long as an account of what was seen does. ".repeat(
      5,
    );
  const file = path(profile, "wide.md");
  const days = ["One", "Two", "Three", "Four"].map(
    (day) =>
      `## Day ${day}\n\n### Causes\n\n- ${long}\n- short\n- shorter\n- shortest\n- ${long}\n`,
  );
  await writeFile(file, `# Days\n\n${days.join("\n")}`);
  await laptop.served.stop();
  await cli(profile, "import", file);
  await laptop.start();
  await openBoard(page, "Days");
  const sections = await page
    .locator("section.sec")
    .evaluateAll((all) =>
      all.map((one) => one.getBoundingClientRect().toJSON()),
    );
  expect(sections).toHaveLength(4);
  for (const [i, a] of sections.entries()) {
    for (const b of sections.slice(i + 1)) {
      const apart =
        b.left >= a.right ||
        a.left >= b.right ||
        b.top >= a.bottom ||
        a.top >= b.bottom;
      expect(apart).toBe(true);
    }
  }
});

test("whoever is renamed in Settings is renamed on the board", async ({
  laptop,
}) => {
  const { page } = laptop;
  await name(page, "Mei");
  await newBoard(page, "Empty board");
  await write(page, "a fact", { x: 300, y: 200 });
  await saved(page);
  await leave(page);
  await name(page, "Mei Lin");
  await openBoard(page, /./);
  await expect(note(page, "a fact")).toBeVisible();
  await saved(page);
  await page.getByRole("button", { name: "Export" }).click();
  const dialog = page.getByRole("dialog", { name: "Export what we learned" });
  await dialog.getByRole("checkbox", { name: "Leave names out" }).uncheck();
  await expect(dialog.getByRole("region", { name: "Preview" })).toContainText(
    "Mei Lin",
  );
  expect((await source(page)).replaceAll("Mei Lin", "")).not.toContain("Mei");
});

test("two people on a board do not go by one colour", async ({
  laptop: mei,
  another,
}) => {
  const noor = await another();
  await name(mei.page, "Mei");
  await name(noor.page, "Noor");
  await newBoard(mei.page, "Empty board");
  await write(mei.page, "from Mei", { x: 300, y: 200 });
  await join(noor.page, await invite(mei.page));
  await inStep(noor.page);
  await write(noor.page, "from Noor", { x: 300, y: 500 });
  await expect(note(mei.page, "from Noor")).toBeVisible();
  const colours = (page: Page) =>
    page
      .getByRole("button", { name: /^Who is here/ })
      .locator(".av")
      .evaluateAll((all) =>
        all.map((one) => getComputedStyle(one).backgroundColor),
      );
  await expect.poll(async () => new Set(await colours(mei.page)).size).toBe(2);
  const asMeiSees = await colours(mei.page);
  await expect
    .poll(async () => (await colours(noor.page)).toReversed())
    .toEqual(asMeiSees);
});
