// Home: from nothing to a board, and back to what was written.
import { fileURLToPath } from "node:url";
import {
  canvas,
  leave,
  newBoard,
  note,
  notes,
  openBoard,
  saved,
  section,
  write,
} from "../support/board";
import { expect, test } from "../support/browser";

const REVIEW = fileURLToPath(new URL("../fixtures/parcel-lockers.md", import.meta.url));

test("the first start leads to a board in two clicks", async ({ laptop: { page } }) => {
  await expect(
    page.getByRole("heading", { level: 1, name: "What went well lately?" }),
  ).toBeVisible();
  await page.getByRole("main").getByRole("button", { name: "New board" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Open the board" }).click();
  await expect(canvas(page)).toBeVisible();
  await expect(section(page, "What happened?")).toBeVisible();
  await expect(page.getByRole("navigation", { name: "Phases" })).toBeVisible();
});

test("a question on Home is a board in one click", async ({ laptop: { page } }) => {
  await newBoard(page, "Delivery review");
  await expect(section(page, "Where did we get lucky?")).toBeVisible();
});

test("a sample review is one click away", async ({ laptop: { page } }) => {
  await page.getByRole("button", { name: "Look at a sample review" }).click();
  await expect(canvas(page)).toBeVisible();
  await expect(notes(page).first()).toBeVisible();
  await leave(page);
  await expect(page.getByRole("button", { name: "Look at a sample review" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Winter timetable" })).toBeVisible();
});

test("a board gets its title and team in the dialog", async ({ laptop: { page } }) => {
  await page.getByRole("banner").getByRole("button", { name: "New board" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("What was delivered").fill("Parcel lockers");
  await dialog.getByRole("textbox", { name: "Team" }).fill("Doorstep");
  await dialog.getByRole("radio", { name: /Team retrospective/ }).check();
  await dialog.getByRole("button", { name: "Open the board" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Parcel lockers" })).toBeVisible();
  await expect(page.getByText("Doorstep")).toBeVisible();
  await expect(page).toHaveTitle("Parcel lockers · Upshot");
});

test("search finds a note and shows it on its board", async ({ laptop: { page } }) => {
  await newBoard(page, "Empty board");
  await write(page, "The courier knew every doorman", { x: 300, y: 200 });
  await saved(page);
  await leave(page);
  await page.keyboard.press("/");
  await expect(page.getByRole("searchbox")).toBeFocused();
  await page.keyboard.insertText("doorman");
  await expect(page.getByRole("status").filter({ hasText: "1 found" })).toBeAttached();
  await page
    .getByRole("region", { name: "On boards" })
    .getByRole("button", { name: /courier/ })
    .click();
  await expect(note(page, "The courier knew every doorman")).toBeInViewport();
  await leave(page);
  await page.getByRole("searchbox").fill("zeppelin");
  await expect(page.getByText("Nothing here mentions “zeppelin”")).toBeVisible();
});

test("a Markdown review comes in as a board", async ({ laptop: { page } }) => {
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Open a file" }).click();
  await (await chooser).setFiles(REVIEW);
  await expect(canvas(page)).toBeVisible();
  await expect(
    page.getByRole("heading", { level: 1, name: "Parcel lockers at the station" }),
  ).toBeVisible();
  await expect(section(page, "What went well?")).toBeVisible();
  await expect(note(page, "The first locker was rehearsed in the canteen")).toBeVisible();
  await page.getByRole("button", { name: "Follow-ups", exact: true }).click();
  await expect(page.getByRole("complementary", { name: "Follow-ups" })).toContainText(
    "Rehearse the next opening in the canteen too",
  );
});

test("a file that is no review says so and changes nothing", async ({ laptop: { page } }) => {
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Open a file" }).click();
  const noise = Buffer.from([0, 255, 254, 1, 2, 3, 0, 0, 137, 80, 78, 71]);
  await (
    await chooser
  ).setFiles({ name: "holiday.upshot", mimeType: "application/octet-stream", buffer: noise });
  const dialog = page.getByRole("alertdialog", { name: "“holiday.upshot” did not open" });
  await expect(dialog).toContainText("All your boards, as they were");
  await dialog.getByRole("button", { name: "Back to my boards" }).click();
  await expect(page.getByRole("heading", { name: "What went well lately?" })).toBeVisible();
});

test("a board taken off the list comes back with Undo", async ({ laptop: { page } }) => {
  await newBoard(page, "Empty board");
  await page.getByRole("heading", { level: 1 }).getByRole("button").click();
  await page.getByRole("textbox", { name: "The board’s title" }).fill("Lockers");
  await page.keyboard.press("Enter");
  await saved(page);
  await leave(page);
  await page.getByRole("button", { name: "More: Lockers" }).click();
  await page.getByRole("menuitem", { name: "Take off this list" }).click();
  await expect(page.getByRole("link", { name: "Lockers" })).toHaveCount(0);
  await page
    .getByRole("region", { name: "Messages" })
    .getByRole("button", { name: "Undo" })
    .click();
  await openBoard(page, "Lockers");
});

test("an address without its key says what to do", async ({ laptop: { page, served } }) => {
  await page.goto("about:blank");
  await page.goto(new URL("/", served.url).href);
  await expect(page.getByRole("heading", { name: "This page has no way in" })).toBeVisible();
  await expect(page.getByText("Open the whole link that Upshot showed")).toBeVisible();
});
