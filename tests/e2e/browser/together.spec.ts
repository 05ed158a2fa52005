// Two laptops with an engine and a database each, over loopback.
import type { Page } from "@playwright/test";
import {
  canvas,
  choose,
  drag,
  editor,
  middle,
  newBoard,
  note,
  notes,
  openBoard,
  saved,
  tools,
  write,
} from "../support/board";
import { expect, test } from "../support/browser";
import { inStep, invite, join, name, savedTogether } from "../support/together";

test("two laptops see each other's edits, names and pointers", async ({ laptop: mei, another }) => {
  const noor = await another();
  await name(mei.page, "Mei");
  await name(noor.page, "Noor");
  await newBoard(mei.page, "Empty board");
  await write(mei.page, "from Mei", { x: 300, y: 200 });
  await join(noor.page, await invite(mei.page));
  await expect(note(noor.page, "from Mei")).toBeVisible();
  await inStep(mei.page);
  await inStep(noor.page);

  await write(noor.page, "from Noor", { x: 300, y: 500 });
  await expect(note(mei.page, "from Noor")).toBeVisible();
  await expect(mei.page.getByRole("button", { name: "Who is here: Mei, Noor" })).toBeVisible();
  await expect(noor.page.getByRole("button", { name: "Who is here: Noor, Mei" })).toBeVisible();

  // A pointer, an edit under way, a move, a removal.
  await noor.page.mouse.move(700, 400);
  await expect(mei.page.locator(".cursor", { hasText: "Noor" })).toBeVisible();
  await canvas(noor.page).dblclick({ position: { x: 600, y: 240 } });
  await expect(editor(noor.page)).toBeFocused();
  await noor.page.keyboard.type("letter by letter");
  await expect(note(mei.page, "letter by letter")).toBeVisible();
  await expect(mei.page.getByText("Noor is editing")).toBeVisible();
  await noor.page.keyboard.press("Escape");
  await expect(mei.page.getByText("Noor is editing")).toHaveCount(0);

  await drag(
    mei.page,
    await middle(note(mei.page, "from Noor")),
    await middle(note(mei.page, "from Mei")),
  );
  await expect(noor.page.getByRole("group", { name: "Group: without a name" })).toBeVisible();
  await choose(noor.page, note(noor.page, "letter by letter"));
  await noor.page.keyboard.press("Delete");
  await expect(note(mei.page, "letter by letter")).toHaveCount(0);
});

test("whoever says their name while inviting or joining goes by it", async ({
  laptop: mei,
  another,
}) => {
  const noor = await another();
  await newBoard(mei.page, "Empty board");
  await mei.page.getByRole("button", { name: "Invite", exact: true }).click();
  const inviting = mei.page.getByRole("dialog", { name: "Who else was there?" });
  await inviting.getByLabel("Your name").fill("Mei");
  const ticket = inviting.getByRole("textbox", { name: "Ticket" });
  await expect(ticket).not.toHaveValue("");
  const words = await ticket.inputValue();
  await inviting.getByRole("button", { name: "Close" }).click();
  await expect(inviting).toHaveCount(0);

  await noor.page.getByRole("banner").getByRole("button", { name: "Join a board" }).click();
  const joining = noor.page.getByRole("dialog", { name: "Join a board" });
  await joining.getByLabel("A ticket somebody sent you").fill(words);
  await joining.getByLabel("Your name").fill("Noor");
  await joining.getByRole("button", { name: "Join", exact: true }).click();
  await expect(canvas(noor.page)).toBeVisible();
  await expect(mei.page.getByRole("button", { name: "Who is here: Mei, Noor" })).toBeVisible();
  await expect(noor.page.getByRole("button", { name: "Who is here: Noor, Mei" })).toBeVisible();
});

test("two laptops that were apart bring everything together, also after a crash", async ({
  laptop: mei,
  another,
}) => {
  const noor = await another();
  await newBoard(mei.page, "Empty board");
  await write(mei.page, "both know this", { x: 300, y: 140 });
  await join(noor.page, await invite(mei.page));
  await expect(note(noor.page, "both know this")).toBeVisible();
  await inStep(mei.page);

  await noor.served.kill();
  await write(mei.page, "Mei alone", { x: 300, y: 300 });
  await choose(mei.page, note(mei.page, "both know this"));
  await mei.page.keyboard.press("Enter");
  await mei.page.keyboard.press("End");
  await mei.page.keyboard.type(", says Mei");
  await mei.page.keyboard.press("Escape");
  await expect(note(mei.page, "both know this, says Mei")).toBeVisible();
  await savedTogether(mei.page);
  await mei.served.kill();

  await noor.start();
  await openBoard(noor.page, /./);
  await write(noor.page, "Noor alone", { x: 600, y: 500 });
  await choose(noor.page, note(noor.page, "both know this"));
  await noor.page.keyboard.press("Enter");
  await noor.page.keyboard.press("Home");
  await noor.page.keyboard.type("Noor knows: ");
  await noor.page.keyboard.press("Escape");
  await saved(noor.page);

  await mei.start();
  await openBoard(mei.page, /./);
  for (const { page } of [mei, noor]) {
    await expect(note(page, "Noor alone")).toBeVisible({ timeout: 40_000 });
    await expect(note(page, "Mei alone")).toBeVisible({ timeout: 40_000 });
    await expect(note(page, "Noor knows: both know this, says Mei")).toBeVisible();
    await expect(notes(page)).toHaveCount(3);
  }
});

test("who looks on sees everything and changes nothing", async ({ laptop: mei, another }) => {
  const guest = await another();
  await newBoard(mei.page, "Delivery review");
  await join(guest.page, await invite(mei.page, "Look on"));
  const { page } = guest;
  await expect(page.getByText("Looking on.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Note", exact: true })).toBeDisabled();
  await expect(page.getByRole("button", { name: "Invite", exact: true })).toHaveCount(0);
  await canvas(page).dblclick({ position: { x: 300, y: 300 } });
  await expect(editor(page)).toHaveCount(0);
  await canvas(page).focus();
  await page.keyboard.press("n");
  await expect(editor(page)).toHaveCount(0);

  const { x, y } = await middle(mei.page.getByRole("region", { name: "What went well?" }));
  await mei.page.mouse.dblclick(x, y);
  await mei.page.keyboard.type("seen by all");
  await mei.page.keyboard.press("Escape");
  await expect(note(page, "seen by all")).toBeVisible();
  await note(page, "seen by all").click();
  await page.keyboard.press("Delete");
  await page.keyboard.press("Enter");
  await expect(editor(page)).toHaveCount(0);
  await expect(tools(page)).toHaveCount(0);
  await expect(note(mei.page, "seen by all")).toBeVisible();
});

test("who takes part writes, and leaves the phases to the facilitator", async ({
  laptop: mei,
  another,
}) => {
  const noor = await another();
  await newBoard(mei.page, "Delivery review");
  await join(noor.page, await invite(mei.page));
  // Seen as from its beginning, though it came after its screen.
  await expect(noor.page.getByRole("region", { name: "What happened?" })).toBeInViewport({
    ratio: 0.95,
  });
  const now = (of: typeof mei) =>
    of.page.getByRole("navigation", { name: "Phases" }).locator("[aria-current=step]");
  const guide = (of: typeof mei) => of.page.getByRole("complementary", { name: "Guide" });
  await expect(guide(noor)).toBeVisible();
  await expect(guide(noor).getByRole("button", { name: /^(Next|Begin): / })).toHaveCount(0);
  await guide(mei)
    .getByRole("button", { name: /^(Next|Begin): / })
    .click();
  await expect(now(mei)).toBeVisible();
  await expect(now(noor)).toHaveText(await now(mei).innerText());
});

test("a ticket that is none, or was withdrawn, says what to do", async ({
  laptop: mei,
  another,
}) => {
  const noor = await another();
  await newBoard(mei.page, "Empty board");
  const ticket = await invite(mei.page);
  await mei.page.getByRole("button", { name: "Invite", exact: true }).click();
  const inviting = mei.page.getByRole("dialog", { name: "Who else was there?" });
  await inviting.getByRole("button", { name: "Withdraw all tickets" }).click();
  await expect(inviting.getByText("Earlier tickets are withdrawn.")).toBeVisible();

  await noor.page.getByRole("banner").getByRole("button", { name: "Join a board" }).click();
  const dialog = noor.page.getByRole("dialog", { name: "Join a board" });
  for (const wrong of ["hello", "upshot🎉", ticket.slice(0, -9), ticket]) {
    await dialog.getByLabel("A ticket somebody sent you").fill(wrong);
    await dialog.getByRole("button", { name: "Join", exact: true }).click();
    await expect(dialog.getByRole("alert")).toContainText(/ticket|invitation/i, {
      timeout: 30_000,
    });
    await expect(dialog.getByRole("button", { name: "Join", exact: true })).toBeEnabled();
  }
});

test("two windows of one laptop write in one note at once", async ({ laptop }) => {
  const { page } = laptop;
  await newBoard(page, "Empty board");
  await write(page, "middle", { x: 300, y: 200 });
  await saved(page);
  await bothWrite(page, await laptop.window());
});

test("two laptops write in one note at once", async ({ laptop: mei, another }) => {
  const noor = await another();
  await newBoard(mei.page, "Empty board");
  await write(mei.page, "middle", { x: 300, y: 200 });
  await join(noor.page, await invite(mei.page));
  await bothWrite(mei.page, noor.page);
});

/** One writes before the word, one after it, letter by letter in turn; both words stay whole on both sides. */
async function bothWrite(one: Page, two: Page): Promise<void> {
  for (const [page, end] of [
    [one, "Home"],
    [two, "End"],
  ] as const) {
    await choose(page, note(page, "middle"));
    await page.keyboard.press("Enter");
    await expect(editor(page)).toBeFocused();
    await page.keyboard.press(end);
  }
  const [before, after] = ["before ", " after"];
  for (let i = 0; i < before.length; i++) {
    await one.keyboard.type(before[i] ?? "");
    await two.keyboard.type(after[i] ?? "");
  }
  for (const page of [one, two]) await expect(editor(page)).toHaveText("before middle after");
  for (const page of [one, two]) await page.keyboard.press("Escape");
  for (const page of [one, two]) await expect(note(page, "before middle after")).toBeVisible();
}
