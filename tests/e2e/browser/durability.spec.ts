// What the page says is saved is there after a reload, a stop, and a crash.
import { canvas, editor, newBoard, note, notes, openBoard, saved, write } from "../support/board";
import { expect, test } from "../support/browser";

test("a reload keeps everything", async ({ laptop: { page } }) => {
  await newBoard(page, "Empty board");
  await write(page, "stays", { x: 300, y: 200 });
  await saved(page);
  await page.reload();
  await expect(note(page, "stays")).toBeVisible();
});

test("what is saved survives a crash of the engine, also in the middle of a note", async ({
  laptop,
}) => {
  const { page } = laptop;
  await newBoard(page, "Empty board");
  for (let crash = 1; crash <= 3; crash++) {
    await write(page, `written before crash ${crash}`, { x: 300, y: 80 + 120 * crash });
    await canvas(page).dblclick({ position: { x: 600, y: 80 + 120 * crash } });
    await expect(editor(page)).toBeFocused();
    await page.keyboard.type(`half a sentence before crash ${crash}`);
    await saved(page);
    await laptop.restart("kill");
    await openBoard(page, /./);
    for (let earlier = 1; earlier <= crash; earlier++) {
      await expect(note(page, `written before crash ${earlier}`)).toBeVisible();
      await expect(note(page, `half a sentence before crash ${earlier}`)).toBeVisible();
    }
  }
  await expect(notes(page)).toHaveCount(6);
});

test("undo does not reach over a restart, and nothing is lost by it", async ({ laptop }) => {
  const { page } = laptop;
  await newBoard(page, "Empty board");
  await write(page, "before", { x: 300, y: 200 });
  await saved(page);
  await laptop.restart("stop");
  await openBoard(page, /./);
  await expect(note(page, "before")).toBeVisible();
  await expect(page.getByRole("button", { name: "Undo", exact: true })).toBeDisabled();
});

test("a page that loses its engine says so, and an earlier address says what to do", async ({
  laptop,
}) => {
  const { page } = laptop;
  await newBoard(page, "Empty board");
  await write(page, "kept", { x: 300, y: 200 });
  await saved(page);
  await laptop.served.kill();
  await expect(page.getByText("This page has lost Upshot.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Not connected" })).toBeVisible();
  // Nothing can be written that would be lost.
  await canvas(page).dblclick({ position: { x: 600, y: 400 } });
  await expect(editor(page)).toHaveCount(0);

  await laptop.start();
  const token = new URL(laptop.served.url);
  token.hash = "token=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  await page.goto("about:blank");
  await page.goto(token.href);
  await expect(page.getByText("This link does not open Upshot any more.")).toBeVisible();
});
