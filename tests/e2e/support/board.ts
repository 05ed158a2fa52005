// What people do on a board, by the roles and names they go by.
import { expect, type Locator, type Page } from "@playwright/test";

export interface Place {
  x: number;
  y: number;
}

/** Makes a board of a template of Home, by the name on its tile. */
export async function newBoard(page: Page, template: string): Promise<void> {
  await page.getByRole("button", { name: new RegExp(`${template}`) }).click();
  await expect(canvas(page)).toBeVisible();
}

/** Opens a board from Home. */
export async function openBoard(page: Page, title: string | RegExp): Promise<void> {
  await page.getByRole("link", { name: title }).click();
  await expect(canvas(page)).toBeVisible();
}

/** Back to Home. */
export async function leave(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Back to boards" }).click();
  await expect(page.getByRole("button", { name: "Open a file" })).toBeVisible();
}

export function canvas(page: Page): Locator {
  return page.getByRole("region", { name: /^Board\. Tab and arrows/ });
}

/** A note or follow-up that says exactly this. */
export function note(page: Page, text: string): Locator {
  return page.getByRole("article").filter({ has: page.getByText(text, { exact: true }) });
}

export function notes(page: Page): Locator {
  return page.getByRole("article");
}

export function group(page: Page, name: string): Locator {
  return page.getByRole("group", { name: `Group: ${name}` });
}

export function section(page: Page, title: string): Locator {
  return page.getByRole("region", { name: title, exact: true });
}

/** The editor of a note's text, while there is one. */
export function editor(page: Page): Locator {
  return page.getByRole("textbox", { name: "Note text" });
}

/** Writes a note at a place of the canvas, CSS pixels from its top left. */
export async function write(page: Page, text: string, position: Place): Promise<Locator> {
  await canvas(page).dblclick({ position });
  await expect(editor(page)).toBeFocused();
  await page.keyboard.insertText(text);
  await page.keyboard.press("Escape");
  await expect(note(page, text)).toBeVisible();
  return note(page, text);
}

/** Waits until the page says that everything is on disk. */
export async function saved(page: Page): Promise<void> {
  await expect(page.getByRole("button", { name: "Saved on this device" })).toBeVisible();
}

export async function middle(of: Locator): Promise<Place> {
  const box = await frame(of);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

export async function frame(of: Locator): Promise<Place & { width: number; height: number }> {
  const box = await of.boundingBox();
  if (!box) throw new Error("it is not shown");
  return box;
}

/** Drags with the mouse between two places of the window, in steps as a hand would. */
export async function drag(page: Page, from: Place, to: Place): Promise<void> {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 4 });
  await page.mouse.move(to.x, to.y, { steps: 4 });
  await page.mouse.up();
}

/** Selects one thing with a click. */
export async function choose(page: Page, what: Locator): Promise<void> {
  await what.click();
  await expect(tools(page)).toBeVisible();
}

/** The tools of what is selected. */
export function tools(page: Page): Locator {
  return page.getByRole("toolbar", { name: "Tools of the selection" });
}

/** What is in the preview, as it stands in the document. */
export async function source(page: Page): Promise<string> {
  const dialog = page.getByRole("dialog", { name: "Export what we learned" });
  await dialog.getByRole("radio", { name: "Source" }).check();
  const preview = dialog.getByRole("region", { name: "Preview" });
  const lines = await preview
    .locator("pre > span")
    .evaluateAll((all) => all.map((line) => line.textContent ?? ""));
  return lines.map((line) => line.replaceAll("\u200b", "")).join("\n");
}

/** Presses Tab until something has the focus, at most `most` times. */
export async function tabTo(page: Page, what: Locator, most = 60): Promise<void> {
  for (let i = 0; i < most; i++) {
    if (await what.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab does not reach ${what} within ${most} presses`);
}
