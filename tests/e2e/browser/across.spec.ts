// Home beyond the boards: follow-ups of all of them, and the library of bright spots.
import type { Page } from "@playwright/test";
import { canvas, leave } from "../support/board";
import { expect, test } from "../support/browser";

/** Home, with the sample review among the boards. */
async function sample(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Look at a sample review" }).click();
  await expect(canvas(page)).toBeVisible();
  await leave(page);
}

const tab = (page: Page, name: RegExp | string) =>
  page.getByRole("navigation", { name: "Main" }).getByRole("button", { name });

test("a follow-up is ticked off in the list of all boards", async ({ laptop: { page } }) => {
  await sample(page);
  await tab(page, /^Follow-ups/).click();
  const done = page.getByRole("checkbox", { name: "Done: Ask Maps to show us a weekly trial import" });
  await done.check();
  await expect(page.getByRole("heading", { name: "Done", exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Ask Maps to show us a weekly trial import", exact: true }).click();
  await expect(canvas(page)).toBeVisible();
  await page.getByRole("button", { name: "Follow-ups", exact: true }).click();
  await expect(
    page
      .getByRole("complementary", { name: "Follow-ups" })
      .getByRole("checkbox", { name: "Done: Ask Maps to show us a weekly trial import" }),
  ).toBeChecked();
});

test("a bright spot is kept, found, told of, and becomes a follow-up", async ({
  laptop: { page },
}) => {
  await sample(page);
  await tab(page, "Bright spots").click();
  for (const [practice, step] of [
    ["Rehearse in production every Friday", "Run one finished change and undo it"],
    ["Always keep a second supplier slot", "Book one for the next quarter"],
  ] as const) {
    await page.getByRole("button", { name: "Keep a bright spot" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("What do they do?").fill(practice);
    await dialog.getByLabel("The smallest step worth copying").fill(step);
    await dialog.getByRole("button", { name: "Keep it" }).click();
    await expect(page.getByRole("heading", { level: 1, name: practice })).toBeVisible();
  }
  await page.getByRole("searchbox", { name: "Search bright spots" }).fill("rehea");
  await expect(
    page.getByRole("heading", { level: 1, name: "Rehearse in production every Friday" }),
  ).toBeVisible();
  await page.getByLabel("What changed?", { exact: true }).fill("Support found a gap before anybody else");
  await page.getByRole("button", { name: "Add it" }).click();
  await expect(page.getByRole("listitem").filter({ hasText: "Support found a gap" })).toBeVisible();

  await page.getByRole("button", { name: "Make a follow-up" }).click();
  await page.getByRole("menuitem", { name: "Winter timetable" }).click();
  await expect(canvas(page)).toBeVisible();
  await expect(
    page.getByRole("article", { name: "Follow-up: Run one finished change and undo it" }),
  ).toBeInViewport();
});
