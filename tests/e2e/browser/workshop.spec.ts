// A workshop from Gather to follow-ups: three people at one laptop, and one at another.
import type { Page } from "@playwright/test";
import {
  canvas,
  editor,
  group,
  leave,
  newBoard,
  note,
  notes,
  section,
  source,
} from "../support/board";
import { expect, test } from "../support/browser";
import { inStep, invite, join, name } from "../support/together";

const button = (page: Page, name: string | RegExp) =>
  page.getByRole("button", { name, exact: typeof name === "string" });
const mine = (page: Page) => page.getByRole("complementary", { name: "My notes" });

/** Writes a private note to a question. */
async function keep(page: Page, question: string, text: string): Promise<void> {
  const field = mine(page).getByRole("textbox", {
    name: `New note: ${question}`,
  });
  await field.fill(text);
  await field.press("Enter");
  await expect(field).toHaveValue("");
}

/** Somebody sits down at the laptop. */
async function sits(page: Page, person: string): Promise<void> {
  await button(page, "People at this laptop").click();
  await page.getByLabel("Name of somebody at this laptop").fill(person);
  await button(page, "Add").click();
  await expect(button(page, `${person} is not at this laptop any more`)).toBeVisible();
  await page.keyboard.press("Escape");
}

async function takePen(page: Page, person: string): Promise<void> {
  await page.getByRole("radio", { name: person }).click();
  await button(page, `I am ${person}`).click();
}

/** Goes to a phase, by its name in the stepper. */
async function phase(page: Page, title: string): Promise<void> {
  const phases = page.getByRole("navigation", { name: "Phases" });
  await phases.getByRole("button", { name: title }).click();
  await expect(phases.locator("[aria-current=step]")).toHaveText(title);
}

test("three people at one laptop and one at another gather, vote and agree", async ({
  laptop: room,
  another,
}) => {
  test.setTimeout(120_000);
  const remote = await another();
  await name(room.page, "Priya");
  await name(remote.page, "Noor");
  await newBoard(room.page, "Delivery review");
  await join(remote.page, await invite(room.page));
  await inStep(room.page);
  const { page } = room;
  const there = remote.page;
  await phase(page, "Gather");
  await button(page, "My notes").click();

  // Everybody writes for themselves; nobody sees anybody's.
  await keep(page, "What went well?", "We rehearsed it three times");
  await sits(page, "Tomasz");
  await takePen(page, "Tomasz");
  await expect(mine(page).getByText("We rehearsed it three times")).toHaveCount(0);
  await keep(page, "What went well?", "The rehearsal found the gap");
  await mine(page).getByLabel("Without my name").check();
  await button(page, "I’m done").click();
  await keep(there, "What made it hard?", "The feed was a week late");
  await expect(mine(there).getByText("Only you see these until the reveal")).toBeVisible();
  await expect(notes(page)).toHaveCount(0);
  await expect(notes(there)).toHaveCount(0);
  // A note on the board goes among one's own.
  await section(there, "What went well?").dblclick();
  await expect(editor(there)).toHaveCount(0);
  await expect(
    there.getByRole("region", { name: "Messages" }).getByText(/^Everybody writes for themselves/),
  ).toBeVisible();

  // The facilitator is told who still writes; the others are not.
  await button(page, "Guide to this phase").click();
  const guide = page.getByRole("complementary", { name: "Guide" });
  await expect(guide.getByText("Not done yet")).toBeVisible();
  await expect(guide.getByText("Noor")).toBeVisible();
  await expect(guide.getByText("Tomasz")).toHaveCount(0);
  await button(there, "Guide to this phase").click();
  const theirs = there.getByRole("complementary", { name: "Guide" });
  await expect(theirs).toBeVisible();
  await expect(theirs.getByText("Not done yet")).toHaveCount(0);
  await expect(button(there, /^Reveal/)).toHaveCount(0);

  await button(page, "Reveal everybody’s notes").click();
  for (const everywhere of [page, there]) {
    await expect(note(everywhere, "We rehearsed it three times")).toBeVisible();
    await expect(note(everywhere, "The rehearsal found the gap")).toBeVisible();
    await expect(note(everywhere, "The feed was a week late")).toBeVisible();
  }

  // Which belong together is offered, and done on a word.
  await phase(page, "Group");
  await button(page, "Suggest groups").click();
  const offered = guide.getByRole("listitem").filter({ hasText: "rehears" });
  await offered.getByRole("button", { name: "Group these" }).click();
  await expect(page.getByRole("textbox", { name: "The group’s name" })).toBeFocused();
  await page.keyboard.type("We practised");
  await page.keyboard.press("Enter");
  await expect(group(there, "We practised")).toBeVisible();

  // Votes are blind until they are shown.
  await phase(page, "Vote");
  await button(page, "Start the vote").click();
  const more = (on: Page, what: string) => button(on, `One dot more: ${what}`);
  await more(page, "We practised").click();
  await more(page, "We practised").click();
  await expect(more(page, "We practised")).toBeDisabled();
  await takePen(page, "Priya");
  await expect(button(page, "One dot less: We practised")).toBeDisabled();
  await more(page, "We practised").click();
  await more(there, "The feed was a week late").click();
  await expect(there.getByText("2 left")).toBeVisible();
  await expect(page.getByLabel("3 dots")).toHaveCount(0);
  await button(page, "Show the dots").click();
  for (const everywhere of [page, there]) {
    await expect(group(everywhere, "We practised").getByLabel("3 dots")).toBeVisible();
    await expect(note(everywhere, "The feed was a week late").getByLabel("1 dot")).toBeVisible();
  }

  // The biggest first, large; what is heard and agreed there is on the board.
  await phase(page, "Discuss");
  await button(page, "Discuss, large").last().click();
  const large = page.getByRole("dialog", { name: "Discuss, large" });
  await expect(large.getByRole("heading", { name: "We practised" })).toBeVisible();
  await large.getByLabel("What we heard").fill("Rehearsing is cheap when it is weekly");
  await button(page, "Keep it").click();
  await expect(large.getByRole("listitem")).toHaveText(["Rehearsing is cheap when it is weekly"]);
  await large.getByRole("radio", { name: "Asks people to take more care" }).click();
  await expect(large.getByText("What would make the careful way the easy way?")).toBeVisible();
  await large.getByRole("radio", { name: "Spreads a success" }).click();
  await large.getByRole("textbox", { name: "Follow-up" }).fill("Rehearse every Friday");
  await button(page, "Add follow-up").click();
  await large.getByRole("heading", { name: "We practised" }).click();
  await page.keyboard.press("ArrowRight");
  await expect(large.getByRole("heading", { name: "The feed was a week late" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(large).toHaveCount(0);
  await expect(note(there, "Rehearse every Friday")).toBeVisible();

  // The document has it all, and the anonymous note without a name.
  await button(page, "Export").click();
  await page.getByRole("checkbox", { name: /^Leave names out/ }).uncheck();
  await expect.poll(() => source(page)).toContain("by Priya");
  const text = await source(page);
  expect(text).toContain("Rehearse every Friday");
  expect(text).toContain("Rehearsing is cheap when it is weekly");
  const said = (words: string) => text.slice(text.indexOf(words)).split("\n- ")[0];
  expect(said("We rehearsed it three times")).toContain("by Priya");
  expect(said("The rehearsal found the gap")).not.toContain("by ");
});

test("private notes are there after a restart, and who missed the reveal decides", async ({
  laptop: mei,
  another,
}) => {
  const noor = await another();
  await name(mei.page, "Mei");
  await name(noor.page, "Noor");
  await newBoard(mei.page, "Delivery review");
  await join(noor.page, await invite(mei.page));
  await inStep(mei.page);
  await phase(mei.page, "Gather");
  await keep(noor.page, "What went well?", "Written on the train");
  await expect(mine(noor.page).getByText("They stay on this laptop.")).toBeVisible();
  await noor.served.kill();

  await button(mei.page, "Reveal everybody’s notes").click();
  await phase(mei.page, "Group");
  await noor.start();
  await noor.page.getByRole("link", { name: "Delivery review" }).click();
  await expect(canvas(noor.page)).toBeVisible();
  await expect(
    noor.page.getByText("Noor has notes that were not there at the reveal."),
  ).toBeVisible({ timeout: 30_000 });
  await expect(note(mei.page, "Written on the train")).toHaveCount(0);
  await button(noor.page, "Put them on the board").click();
  await expect(note(mei.page, "Written on the train")).toBeVisible();
});

test("the timer is the same for all, and a facilitator's", async ({ laptop: mei, another }) => {
  const noor = await another();
  await newBoard(mei.page, "Delivery review");
  await join(noor.page, await invite(mei.page));
  await inStep(mei.page);
  await expect(button(noor.page, "Timer")).toHaveCount(0);
  await button(mei.page, "Timer").click();
  await button(mei.page, "10 min").click();
  for (const { page } of [mei, noor])
    await expect(page.getByRole("timer")).toHaveText(/^(10:00|9:5)/);
  await expect(noor.page.getByRole("button", { name: "Pause the timer" })).toHaveCount(0);
  await button(mei.page, "Pause the timer").click();
  await expect(button(mei.page, "Let the timer go on")).toBeVisible();
  const words = (await mei.page.getByRole("timer").innerText()).split("\n")[0] ?? "";
  await expect(noor.page.getByRole("timer")).toHaveText(words);
  await button(mei.page, "Take the timer away").click();
  await expect(noor.page.getByRole("timer")).toHaveCount(0);
});

test("phases are renamed, left out and written in the open", async ({ laptop: { page } }) => {
  await newBoard(page, "Delivery review");
  await button(page, "Change the phases").click();
  const dialog = page.getByRole("dialog", { name: "How do we go through it?" });
  await dialog.getByRole("textbox", { name: "Name" }).nth(2).fill("Collect");
  await dialog.getByLabel("How people write").selectOption("open");
  await dialog.getByRole("checkbox").nth(4).uncheck();
  await button(page, "Use these phases").click();
  await expect(dialog).toHaveCount(0);
  const phases = page.getByRole("navigation", { name: "Phases" });
  await expect(phases.getByRole("button", { name: "Vote" })).toHaveCount(0);
  await phase(page, "Collect");
  await section(page, "What went well?").dblclick();
  await expect(editor(page)).toBeFocused();
});

test("a better question is offered to the writer, and turned away for good", async ({
  laptop: { page },
}) => {
  await newBoard(page, "Empty board");
  const hint = page.getByRole("note", { name: "A question to try" });
  await canvas(page).dblclick({ position: { x: 400, y: 300 } });
  await expect(editor(page)).toBeFocused();
  await page.keyboard.type("The retry could have doubled the load");
  await page.keyboard.press("Enter");
  await page.keyboard.type("Ops should have told us about it");
  await expect(hint).toContainText("What was known at that moment?");
  await button(page, "Not this kind").click();
  await expect(hint).toHaveCount(0);
  // Writing goes on where it was.
  await page.keyboard.type(" earlier. Whose fault was that?");
  await expect(hint).toContainText("What would let anyone in that role end up here?");
  await page.keyboard.press("Escape");
  await expect(hint).toHaveCount(0);
  await canvas(page).dblclick({ position: { x: 700, y: 300 } });
  await page.keyboard.type("Ops should have told us, and that is whose fault?");
  await expect(hint).not.toContainText("What was known");
});

test("what a team agreed is looked at again, and what others do well is offered", async ({
  laptop: { page },
}) => {
  const guide = page.getByRole("complementary", { name: "Guide" });
  await page.getByRole("button", { name: "Look at a sample review" }).click();
  await expect(note(page, "One command put the old times back")).toBeVisible();
  await leave(page);
  await page.getByRole("button", { name: "Bright spots" }).click();
  await page.getByRole("button", { name: "Keep a bright spot" }).click();
  await page.getByLabel("What do they do?").fill("Rehearse the import every Thursday");
  await page.getByRole("button", { name: "Keep it" }).click();
  await expect(page.getByRole("heading", { name: /^Rehearse the import/ })).toBeVisible();
  await page.getByRole("button", { name: "Boards", exact: true }).click();

  // The same team's next board begins with what it agreed on the last.
  await newBoard(page, "Delivery review");
  await expect(guide.getByText("What became of it?")).toHaveCount(0);
  await button(page, "Name the team").click();
  await page.getByLabel("The team").fill("Departures");
  await page.keyboard.press("Enter");
  await button(page, /^(Next|Begin): /).click();
  await phase(page, "Set the scene");
  const agreed = guide.getByRole("listitem").filter({ hasText: "Ask Maps to show us" });
  await agreed.getByRole("radio", { name: "Done" }).click();
  await agreed.getByLabel(/^What changed/).fill("We import every week now");
  await agreed.getByLabel(/^What changed/).press("Enter");

  await phase(page, "Commit");
  const offered = guide.getByRole("listitem").filter({ hasText: "Rehearse the import" });
  await offered.getByRole("button", { name: "Try it here" }).click();
  await expect(note(page, "Rehearse the import every Thursday")).toBeVisible();
  await expect(offered.getByRole("button", { name: "On the board" })).toBeDisabled();

  await leave(page);
  await page.getByRole("link", { name: "Winter timetable" }).click();
  await button(page, "Follow-ups").click();
  await button(page, /^Change: Ask Maps/).click();
  await expect(page.getByLabel("What changed")).toHaveValue("We import every week now");
});
