// The real app in its window: what is written there is there after a restart, on disk, and next door.
import { cli, onlyBoard } from "../support/profile";
import { type App, type Desktop, expect, KEYS, test } from "../support/window";

const button = (name: string) => `//button[normalize-space()="${name}" or @aria-label="${name}"]`;
const section = (title: string) => `//section[@aria-label="${title}"]`;
const note = (text: string) => `//article[not(@hidden)][.//p[normalize-space()="${text}"]]`;
const SAVED = '//footer//button[contains(., "Saved on this device")]';

async function write(app: App, where: string, text: string): Promise<void> {
  await app.doubleClick(section(where));
  await app.find('//*[@role="textbox" and @aria-label="Note text"]');
  await app.type(text);
  await app.type(KEYS.escape);
  await app.find(note(text));
}

test("a board written in the window is there after a restart, and exports as shown", async ({
  desktop,
}) => {
  const laptop = await desktop();
  await laptop.app.press('//button[contains(., "Delivery review")]');
  await write(laptop.app, "What went well?", "We rehearsed in the canteen");
  await write(laptop.app, "Where did we get lucky?", "The electrician lived next door");
  await laptop.app.find(SAVED);

  await laptop.restart();
  await laptop.app.press("//article//h3/a");
  await laptop.app.find(note("We rehearsed in the canteen"));
  await laptop.app.find(note("The electrician lived next door"));

  await laptop.app.press(button("Export"));
  await laptop.app.press('//label[.//input[@name="view"]][normalize-space()="Source"]');
  await laptop.app.find('//*[@aria-label="Preview"]//pre/span');
  const shown = await laptop.app.run<string>(`
    const lines = [...document.querySelectorAll('[aria-label="Preview"] pre > span')];
    return lines.map((line) => line.textContent.replaceAll("\\u200b", "")).join("\\n");
  `);
  expect(shown).toContain("We rehearsed in the canteen");

  await laptop.close();
  const board = await onlyBoard(laptop.profile);
  expect(await cli(laptop.profile, "export", board, "--format", "md", "--without-names")).toBe(
    shown,
  );
});

test("two apps sync: what one writes, the other shows, and both keep", async ({ desktop }) => {
  const mei = await desktop();
  const noor = await desktop();
  await mei.app.press('//button[contains(., "Delivery review")]');
  await write(mei.app, "What went well?", "from Mei");
  await mei.app.press(button("Invite"));
  await expect
    .poll(() => mei.app.value('//input[@id="invite-ticket"]'), { timeout: 20_000 })
    .not.toBe("");
  const ticket = await mei.app.value('//input[@id="invite-ticket"]');
  await mei.app.press('//dialog//button[@aria-label="Close"]');

  await noor.app.press('//header//button[contains(., "Join a board")]');
  await noor.app.fill('//textarea[@id="join-ticket"]', ticket);
  await noor.app.press('//dialog//button[@type="submit"]');
  await noor.app.find(note("from Mei"));
  await write(noor.app, "What made it hard?", "from Noor");
  await mei.app.find(note("from Noor"));
  await write(mei.app, "What happened?", "and back");
  await noor.app.find(note("and back"));

  await mei.close();
  await noor.close();
  const documents = await Promise.all(
    [mei, noor].map(async ({ profile }: Desktop) =>
      cli(profile, "export", await onlyBoard(profile), "--without-names"),
    ),
  );
  expect(documents[0]).toContain("from Noor");
  expect(documents[1]).toBe(documents[0]);
});
