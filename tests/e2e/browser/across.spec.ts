// Home beyond the boards: follow-ups of all of them, and the library of bright spots.
import type { Page } from "@playwright/test";
import { canvas, leave, newBoard, section } from "../support/board";
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
  const done = page.getByRole("checkbox", {
    name: "Done: Ask Maps to show us a weekly trial import",
  });
  await done.check();
  await expect(page.getByRole("heading", { name: "Done", exact: true })).toBeVisible();
  await page
    .getByRole("button", { name: "Ask Maps to show us a weekly trial import", exact: true })
    .click();
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
  await page
    .getByLabel("What changed?", { exact: true })
    .fill("Support found a gap before anybody else");
  await page.getByRole("button", { name: "Add it" }).click();
  await expect(page.getByRole("listitem").filter({ hasText: "Support found a gap" })).toBeVisible();

  await page.getByRole("button", { name: "Make a follow-up" }).click();
  await page.getByRole("menuitem", { name: "Winter timetable" }).click();
  await expect(canvas(page)).toBeVisible();
  await expect(
    page.getByRole("article", { name: "Follow-up: Run one finished change and undo it" }),
  ).toBeInViewport();
});

test("a board that came twice has its follow-ups in the list twice", async ({
  laptop: { page },
}) => {
  const board = {
    format: "upshot-board",
    version: 1,
    meta: {
      title: "Twice",
      team: "",
      template: "",
      heldOn: "",
      promised: null,
      phases: [],
      phase: "",
      summary: "",
    },
    followUps: [
      {
        id: "f0123456789abcdef",
        text: "Ask Maps twice",
        owner: "",
        due: "",
        kind: "spread",
        reach: { to: "team" },
        status: "open",
        from: null,
        outcome: "",
        place: { parent: "board", x: 0, y: 0, order: "V" },
      },
    ],
  };
  const file = {
    name: "twice.json",
    mimeType: "application/json",
    buffer: Buffer.from(JSON.stringify(board)),
  };
  for (let time = 0; time < 2; time++) {
    await page.locator("input[type=file]").setInputFiles(file);
    await expect(canvas(page)).toBeVisible();
    await leave(page);
  }
  await tab(page, /^Follow-ups/).click();
  await expect(page.getByRole("button", { name: "Ask Maps twice", exact: true })).toHaveCount(2);
});

test("a team is named on its board, and the board becomes a template", async ({
  laptop: { page },
}) => {
  await newBoard(page, "Delivery review");
  await page.getByRole("button", { name: "Name the team" }).click();
  await page.getByRole("textbox", { name: "The team" }).fill("Doorstep");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Doorstep" })).toBeVisible();

  await canvas(page).click({ button: "right", position: { x: 20, y: 500 } });
  await page.getByRole("menuitem", { name: "Save as a template" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("Our review");
  await dialog.getByLabel("The question it asks").fill("What held us together?");
  await dialog.getByRole("button", { name: "Save it" }).click();
  await expect(dialog).toBeHidden();
  await leave(page);
  await tab(page, "Teams").click();
  await expect(page.getByRole("heading", { name: "Doorstep" })).toBeVisible();

  await tab(page, "Boards").click();
  await page.getByRole("button", { name: /^Show all/ }).click();
  await page.getByRole("button", { name: /What held us together\?/ }).click();
  await expect(section(page, "Where did we get lucky?")).toBeVisible();
  await leave(page);
  await page.getByRole("button", { name: /^Show all/ }).click();
  await page.getByRole("button", { name: "More for: Our review" }).click();
  await page.getByRole("menuitem", { name: "Remove" }).click();
  await expect(page.getByRole("button", { name: /What held us together\?/ })).toHaveCount(0);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("button", { name: /What held us together\?/ })).toBeVisible();
});
