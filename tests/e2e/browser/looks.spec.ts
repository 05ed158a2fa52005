// Sizes and themes: nothing is cut off in the smallest window, and the dark theme is dark.
import { expect, test } from "../support/browser";
import { newBoard, note, openBoard, saved, write } from "../support/board";

test("the smallest window shows everything there is to press", async ({ another }) => {
  const { page } = await another({ viewport: { width: 1024, height: 680 } });
  await newBoard(page, "Delivery review");
  for (const name of [
    "Back to boards",
    "Follow-ups",
    "Invite",
    "Export",
    "Note",
    "Undo",
    "Zoom in",
    "Fit board",
    "Keyboard shortcuts",
    "Show guide",
  ]) {
    await expect(page.getByRole("button", { name, exact: true }), name).toBeInViewport({
      ratio: 1,
    });
  }
  const overflow = await page.evaluate(() => ({
    x: document.documentElement.scrollWidth - innerWidth,
    y: document.documentElement.scrollHeight - innerHeight,
  }));
  expect(overflow).toEqual({ x: 0, y: 0 });
  await page.getByRole("button", { name: "Show guide" }).click();
  await expect(page.getByRole("complementary", { name: "Guide" })).toBeInViewport({ ratio: 1 });
  for (const dialog of ["Invite", "Export"]) {
    await page.getByRole("button", { name: dialog, exact: true }).click();
    await expect(page.getByRole("dialog")).toBeInViewport({ ratio: 1 });
    await expect(page.getByRole("dialog").getByRole("button", { name: "Close" })).toBeInViewport({
      ratio: 1,
    });
    await page.keyboard.press("Escape");
  }
});

test("the theme follows the system, and the choice made here outlasts a restart", async ({
  another,
}) => {
  const laptop = await another({ colorScheme: "dark" });
  const { page } = laptop;
  const ground = () =>
    page.evaluate(() => {
      const [, r = 0, g = 0, b = 0] = (
        /(\d+), (\d+), (\d+)/.exec(getComputedStyle(document.body).backgroundColor) ?? []
      ).map(Number);
      return (r + g + b) / 3;
    });
  expect(await ground()).toBeLessThan(80);
  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByRole("radio", { name: "Light" }).check();
  await expect.poll(ground).toBeGreaterThan(200);
  await page
    .getByRole("dialog", { name: "Settings" })
    .getByRole("button", { name: "Close" })
    .click();
  await laptop.restart("stop");
  await expect.poll(ground).toBeGreaterThan(200);
});

test("projector size makes what is read larger", async ({ laptop }) => {
  const { page } = laptop;
  await newBoard(page, "Empty board");
  await write(page, "read from the last row", { x: 300, y: 200 });
  await saved(page);
  const control = page.getByRole("button", { name: "Export" });
  const before = (await control.boundingBox())?.height ?? 0;
  await page.getByRole("button", { name: "Back to boards" }).click();
  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByRole("checkbox", { name: /^Projector size/ }).check();
  await page.keyboard.press("Escape");
  await openBoard(page, /./);
  await expect(note(page, "read from the last row")).toBeVisible();
  await expect.poll(async () => (await control.boundingBox())?.height ?? 0).toBeGreaterThan(before);
});
