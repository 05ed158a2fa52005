// The document that leaves: the same in the dialog, in a download, and on the command line.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import {
  canvas,
  choose,
  group,
  newBoard,
  note,
  openBoard,
  saved,
  source,
  write,
} from "../support/board";
import { expect, test } from "../support/browser";
import { cli, makeProfile, onlyBoard } from "../support/profile";

async function download(page: Page): Promise<string> {
  const dialog = page.getByRole("dialog", { name: "Export what we learned" });
  const coming = page.waitForEvent("download");
  await dialog.getByRole("button", { name: "Save", exact: true }).click();
  return readFile(await (await coming).path(), "utf8");
}

test("the preview, the download and the command line give the same document", async ({
  laptop,
}) => {
  const { page, profile } = laptop;
  await page.getByRole("button", { name: "Look at a sample review" }).click();
  await choose(page, note(page, "Signage asks: what would make this dull?"));
  await page.keyboard.press("Enter");
  await page.keyboard.insertText("\n- [ ] `code` <script> | *stars*");
  await page.keyboard.press("Escape");
  await saved(page);
  await page.getByRole("button", { name: "Export" }).click();
  const dialog = page.getByRole("dialog", { name: "Export what we learned" });
  await expect(
    dialog.getByRole("heading", { name: "We practised before it counted" }),
  ).toBeVisible();

  const nameless = await source(page);
  expect(await download(page)).toBe(nameless);
  await dialog.getByRole("checkbox", { name: "Leave names out" }).uncheck();
  await expect(dialog.getByRole("region", { name: "Preview" })).toContainText("Jonas");
  const named = await source(page);

  await laptop.served.stop();
  const board = await onlyBoard(profile);
  expect(await cli(profile, "export", board, "--format", "md")).toBe(named);
  expect(await cli(profile, "export", board, "--format", "md", "--without-names")).toBe(nameless);
  expect(named).not.toBe(nameless);
});

test("a board goes out as JSON and comes back the same", async ({ laptop, another }) => {
  const { page, profile } = laptop;
  await page.getByRole("button", { name: "Look at a sample review" }).click();
  await page.getByRole("button", { name: "Export" }).click();
  const dialog = page.getByRole("dialog", { name: "Export what we learned" });
  await dialog.getByRole("radio", { name: "JSON" }).check();
  await expect(dialog.getByRole("region", { name: "Preview" })).toContainText("Winter timetable");
  const json = await download(page);
  await laptop.served.stop();
  expect(await cli(profile, "export", await onlyBoard(profile), "--format", "json")).toBe(json);

  const other = await another();
  const chooser = other.page.waitForEvent("filechooser");
  await other.page.getByRole("button", { name: "Open a file" }).click();
  await (
    await chooser
  ).setFiles({ name: "review.json", mimeType: "application/json", buffer: Buffer.from(json) });
  await expect(group(other.page, "We practised before it counted")).toBeVisible();
  await saved(other.page);
  await other.served.stop();
  const [before, after] = await Promise.all(
    [profile, other.profile].map(async (at) =>
      cli(at, "export", await onlyBoard(at), "--format", "md"),
    ),
  );
  expect(after).toBe(before);
});

test("a board file merges into the board it came from", async ({ laptop }) => {
  const { page } = laptop;
  await newBoard(page, "Empty board");
  await write(page, "in the file", { x: 300, y: 200 });
  await saved(page);
  await page.getByRole("button", { name: "Export" }).click();
  const dialog = page.getByRole("dialog", { name: "Export what we learned" });
  await dialog.getByRole("radio", { name: "Board file" }).check();
  const coming = page.waitForEvent("download");
  await dialog.getByRole("button", { name: "Save", exact: true }).click();
  const file = join(laptop.profile, "board.upshot");
  await (await coming).saveAs(file);
  await dialog.getByRole("button", { name: "Close" }).click();
  await write(page, "after the file", { x: 600, y: 200 });
  await saved(page);
  await page.getByRole("button", { name: "Back to boards" }).click();
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Open a file" }).click();
  await (
    await chooser
  ).setFiles({
    name: "board.upshot",
    mimeType: "application/octet-stream",
    buffer: await readFile(file),
  });
  await expect(
    page.getByText("You have this board already. What was new joined in.").first(),
  ).toBeVisible();
  await expect(canvas(page)).toBeVisible();
  await expect(note(page, "in the file")).toBeVisible();
  await expect(note(page, "after the file")).toBeVisible();

  // On a laptop that has never seen it, it is a board of its own.
  const elsewhere = await makeProfile();
  try {
    await cli(elsewhere.path, "import", file);
    const text = await cli(
      elsewhere.path,
      "export",
      await onlyBoard(elsewhere.path),
      "--format",
      "md",
    );
    expect(text).toContain("in the file");
    expect(text).not.toContain("after the file");
  } finally {
    await elsewhere.remove();
  }
});

test("a review on the command line is a board in the browser", async ({ laptop }) => {
  const { page, profile } = laptop;
  await laptop.served.stop();
  await cli(profile, "import", new URL("../fixtures/parcel-lockers.md", import.meta.url).pathname);
  await laptop.start();
  await openBoard(page, "Parcel lockers at the station");
  await expect(note(page, "It did not rain on the two days without a roof")).toBeVisible();
});
