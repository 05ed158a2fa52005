// Inviting and joining, as people do it in the dialogs.
import { expect, type Page } from "@playwright/test";
import { canvas } from "./board";

/** Tells who uses this laptop, from Home. */
export async function name(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: /^Settings/ }).click();
  const dialog = page.getByRole("dialog", { name: "Settings" });
  await dialog.getByLabel("Your name").fill(name);
  await dialog.getByRole("button", { name: "Close" }).click();
  await expect(page.getByRole("button", { name: `Settings of ${name}` })).toBeVisible();
}

/** A ticket for the board that is open. */
export async function invite(page: Page, role = "Take part"): Promise<string> {
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Who else was there?" });
  const ticket = dialog.getByRole("textbox", { name: "Ticket" });
  await expect(ticket).not.toHaveValue("");
  const choice = dialog.getByRole("radio", { name: role });
  if (!(await choice.isChecked())) {
    const before = await ticket.inputValue();
    await choice.check();
    await expect(ticket).not.toHaveValue(before);
  }
  const text = await ticket.inputValue();
  await dialog.getByRole("button", { name: "Close" }).click();
  return text;
}

/** Joins by a ticket, from Home. */
export async function join(page: Page, ticket: string): Promise<void> {
  await page.getByRole("banner").getByRole("button", { name: "Join a board" }).click();
  const dialog = page.getByRole("dialog", { name: "Join a board" });
  await dialog.getByLabel("A ticket somebody sent you").fill(ticket);
  await dialog.getByRole("button", { name: "Join", exact: true }).click();
  await expect(canvas(page)).toBeVisible({ timeout: 20_000 });
}

/** Waits until the page is in step with that many others. */
export async function inStep(page: Page, peers = 1): Promise<void> {
  const words = peers === 1 ? "1 peer, synced" : `${peers} peers, all synced`;
  await expect(page.getByRole("button", { name: words })).toBeVisible({ timeout: 30_000 });
}

/** Waits until everything is on disk, while others are connected. */
export async function savedTogether(page: Page): Promise<void> {
  // After a crash the other laptop tries again after a while that grows.
  await page.getByRole("button", { name: /synced$/ }).click({ timeout: 30_000 });
  await expect(page.getByText("Everything is saved on this device.")).toBeVisible();
  await page.keyboard.press("Escape");
}
