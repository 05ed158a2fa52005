// The README's pictures, and those a change of looks is judged by: `npm --prefix ui run screenshots`.
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import { choose, leave, note, notes, section, source, tools } from "../support/board";
import { expect, test } from "../support/browser";
import { invite, join, name } from "../support/together";

/** In the repository, for the README. */
const KEPT = fileURLToPath(new URL("../../../docs/screenshots/", import.meta.url));
/** For the eye only. */
const REST = fileURLToPath(new URL("../out/pictures/", import.meta.url));
const IN_README =
  /^(home|board|export|invite)-(light|dark)|^(imported|follow-ups|together|gather|vote)-light|^discuss-(light|dark)|^board-(small|large)/;
const REVIEW = fileURLToPath(new URL("../fixtures/parcel-lockers.md", import.meta.url));

const LOOKS = [
  { suffix: "light", colorScheme: "light", viewport: { width: 1440, height: 900 } },
  { suffix: "dark", colorScheme: "dark", viewport: { width: 1440, height: 900 } },
  { suffix: "small", colorScheme: "light", viewport: { width: 1024, height: 680 } },
  { suffix: "large", colorScheme: "light", viewport: { width: 1920, height: 1080 } },
] as const;

/** Takes a picture once fonts are there and nothing blinks. */
async function picture(page: Page, file: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  // Two frames: what a change of size or camera mounts is painted then.
  await page.evaluate(
    () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
  );
  const path = (IN_README.test(file) ? KEPT : REST) + file;
  await page.screenshot({ path, animations: "disabled", caret: "hide" });
}

async function bring(page: Page, file: string): Promise<void> {
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Open a file" }).click();
  await (await chooser).setFiles(file);
  await expect(notes(page).first()).toBeVisible();
}

for (const { suffix, ...look } of LOOKS) {
  test(`pictures, ${suffix}`, async ({ another }) => {
    const { page } = await another(look);
    const shot = (of: string): Promise<void> => picture(page, `${of}-${suffix}.png`);

    await expect(page.getByRole("heading", { name: "What went well lately?" })).toBeVisible();
    await shot("first-start");
    await page.getByRole("button", { name: /Delivery review/ }).click();
    await expect(section(page, "What happened?")).toBeVisible();
    await shot("template");
    await leave(page);
    await bring(page, REVIEW);
    await shot("imported");
    await leave(page);
    await page.getByRole("button", { name: "Look at a sample review" }).click();
    await expect(note(page, "One command put the old times back")).toBeVisible();
    await shot("board");

    await choose(page, note(page, "One command put the old times back"));
    await tools(page).getByRole("button", { name: /^Kind/ }).click();
    await shot("selection");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Follow-ups", exact: true }).click();
    await page
      .getByRole("button", { name: /^Change: / })
      .first()
      .click();
    await shot("follow-ups");
    await page.getByRole("button", { name: "Export" }).click();
    await expect(
      page.getByRole("region", { name: "Preview" }).getByRole("heading").first(),
    ).toBeVisible();
    await shot("export");
    await source(page);
    await shot("export-source");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Invite", exact: true }).click();
    await expect(page.getByRole("textbox", { name: "Ticket" })).not.toHaveValue("");
    await shot("invite");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Keyboard shortcuts" }).click();
    await shot("shortcuts");
    await page.keyboard.press("Escape");

    await leave(page);
    await expect(page.getByRole("link", { name: "Winter timetable" })).toBeVisible();
    await shot("home");
    await page.getByRole("searchbox").fill("canteen");
    await expect(page.getByRole("region", { name: "On boards" })).toBeVisible();
    await shot("search");
    await page.getByRole("searchbox").fill("");
    await page.getByRole("banner").getByRole("button", { name: "New board" }).click();
    await shot("new-board");
    await page.keyboard.press("Escape");
    await page.getByRole("banner").getByRole("button", { name: "Join a board" }).click();
    await page
      .getByRole("textbox", { name: "A ticket somebody sent you" })
      .fill("upshot-but-not-quite");
    await page.getByRole("dialog").getByRole("button", { name: "Join", exact: true }).click();
    await expect(page.getByRole("alert").filter({ hasText: /\w/ })).toBeVisible();
    await shot("join-refused");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: /^Settings/ }).click();
    await shot("settings");
  });
}

test("pictures of two people", async ({ laptop: mei, another }) => {
  const noor = await another();
  await name(mei.page, "Mei");
  await name(noor.page, "Noor");
  await mei.page.getByRole("button", { name: "Look at a sample review" }).click();
  await join(noor.page, await invite(mei.page));
  const edited = note(noor.page, "Each day ended with one open list");
  await edited.dblclick();
  await noor.page.keyboard.type(", read aloud");
  const { x, y } = (await note(noor.page, "Maps waited for the same feed").boundingBox()) ?? {
    x: 0,
    y: 0,
  };
  await noor.page.mouse.move(x + 40, y + 30);
  await expect(mei.page.getByText("Noor is editing")).toBeVisible();
  await expect(mei.page.locator(".cursor", { hasText: "Noor" })).toBeVisible();
  await expect(note(mei.page, "Each day ended with one open list, read aloud")).toBeVisible();
  await picture(mei.page, "together-light.png");
  await noor.served.kill();
  await mei.served.kill();
  await expect(mei.page.getByText("This page has lost Upshot.")).toBeVisible();
  await picture(mei.page, "lost-light.png");
});

for (const { suffix, ...look } of LOOKS) {
  test(`pictures of a workshop, ${suffix}`, async ({ another }) => {
    const { page } = await another(look);
    const shot = (of: string): Promise<void> => picture(page, `${of}-${suffix}.png`);
    const press = (name: string | RegExp): Promise<void> =>
      page
        .getByRole("button", { name, exact: typeof name === "string" })
        .first()
        .click();
    const phase = async (title: string): Promise<void> => {
      const phases = page.getByRole("navigation", { name: "Phases" });
      await phases.getByRole("button", { name: title }).click();
      await expect(phases.locator("[aria-current=step]")).toHaveText(title);
    };
    const keep = async (question: string, text: string): Promise<void> => {
      const field = page.getByRole("textbox", { name: `New note: ${question}` });
      await field.fill(text);
      await field.press("Enter");
      await expect(field).toHaveValue("");
    };
    await name(page, "Mei");
    await press("Look at a sample review");
    await expect(note(page, "One command put the old times back")).toBeVisible();
    const guide = page.getByRole("complementary", { name: "Guide" });
    if (!(await guide.isVisible())) await press("Show guide");
    await phase("Gather");
    await press("My notes");
    await keep("What went well?", "Support asked early what would be missing");
    await keep("Where did we get lucky?", "The storm came a day later");
    await press("People at this laptop");
    for (const person of ["Jonas", "Ines"]) {
      await page.getByLabel("Name of somebody at this laptop").fill(person);
      await press("Add");
      await expect(
        page.getByRole("button", { name: `${person} is not at this laptop any more` }),
      ).toBeVisible();
    }
    await page.keyboard.press("Escape");
    await shot("gather");
    await page.getByRole("radio", { name: "Jonas" }).click();
    await shot("curtain");
    await press("I am Jonas");
    await press("Guide to this phase");
    await shot("reveal");
    await press("Reveal everybody’s notes");
    await expect(note(page, "The storm came a day later")).toBeVisible();
    await phase("Group");
    await press("Suggest groups");
    await expect(page.getByRole("button", { name: "Group these" }).first()).toBeVisible();
    await shot("suggest");
    await phase("Vote");
    await press(/^Start (the|a new) vote/);
    await press(/^One dot more: One feed/);
    await press(/^One dot more: One feed/);
    await press(/^One dot more: Others/);
    await shot("vote");
    await press("Show the dots");
    await expect(page.getByLabel("2 dots")).toBeVisible();
    await shot("dots");
    await phase("Discuss");
    await press("Timer");
    await press("10 min");
    await press("Discuss, large");
    const large = page.getByRole("dialog", { name: "Discuss, large" });
    await expect(large.getByRole("heading", { name: "One feed" })).toBeVisible();
    await large.getByLabel("What we heard").fill("A made-up feed would have shown it in week one");
    await press("Keep it");
    await expect(large.getByRole("listitem")).toHaveCount(1);
    await shot("discuss");
  });
}
