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
    .map(({ id, help, nodes }) => ({ id, help, at: nodes.map((node) => node.html.slice(0, 160)) }));
  expect.soft(grave, where).toEqual([]);
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`every screen is accessible, ${colorScheme}`, async ({ another }) => {
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
