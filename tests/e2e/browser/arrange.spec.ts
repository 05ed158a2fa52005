// Groups, connectors, sections, dates and follow-ups.
import {
  canvas,
  choose,
  drag,
  editor,
  frame,
  group,
  middle,
  newBoard,
  note,
  notes,
  saved,
  section,
  tools,
  write,
} from "../support/board";
import { expect, test } from "../support/browser";

test("a note dropped on another makes a group, which is named and taken apart", async ({
  laptop: { page },
}) => {
  await newBoard(page, "Empty board");
  const one = await write(page, "one", { x: 250, y: 220 });
  const two = await write(page, "two", { x: 600, y: 420 });
  await drag(page, await middle(two), await middle(one));
  await expect(page.getByRole("textbox", { name: "The group’s name" })).toBeFocused();
  await page.keyboard.type("Practice");
  await page.keyboard.press("Enter");

  await group(page, "Practice").getByRole("heading").dblclick();
  await page
    .getByRole("textbox", { name: "The group’s name" })
    .fill("We practised before it counted");
  await page.keyboard.press("Enter");
  const named = group(page, "We practised before it counted");
  await expect(named).toBeVisible();
  await expect(named).toBeFocused();

  await named.getByRole("button", { name: "Close the group to a stack" }).click();
  await expect(group(page, "We practised before it counted, closed")).toBeVisible();
  await page.keyboard.press("Control+z");
  await expect(named).toBeVisible();

  await choose(page, named.getByRole("heading"));
  await tools(page).getByRole("button", { name: "Take apart" }).click();
  await expect(named).toHaveCount(0);
  await expect(notes(page)).toHaveCount(2);
  await saved(page);
});

test("G groups what is selected and asks for the name", async ({ laptop: { page } }) => {
  await newBoard(page, "Delivery review");
  const { x, y } = await middle(section(page, "What went well?"));
  await page.mouse.dblclick(x - 60, y - 20);
  await page.keyboard.type("first");
  await page.keyboard.press("Tab");
  await page.keyboard.type("second");
  await page.keyboard.press("Escape");
  await choose(page, note(page, "first"));
  await note(page, "second").click({ modifiers: ["Shift"] });
  await page.keyboard.press("g");
  await expect(page.getByRole("textbox", { name: "The group’s name" })).toBeFocused();
  await page.keyboard.type("Both of them");
  await page.keyboard.press("Enter");
  await expect(group(page, "Both of them")).toBeVisible();
});

test("a connector joins two notes and says something", async ({ laptop: { page } }) => {
  await newBoard(page, "Empty board");
  const from = await write(page, "late feed", { x: 250, y: 220 });
  const to = await write(page, "night shift", { x: 650, y: 420 });
  await page
    .getByRole("toolbar", { name: "Tools", exact: true })
    .getByRole("button", { name: "Connector" })
    .click();
  await drag(page, await middle(from), await middle(to));
  await tools(page).getByRole("button", { name: "Label" }).click();
  await page.getByRole("textbox", { name: "What the connector says" }).fill("led to");
  await page.keyboard.press("Enter");
  await expect(canvas(page).getByText("led to", { exact: true })).toBeVisible();
  await saved(page);
  await page.reload();
  await expect(canvas(page).getByText("led to", { exact: true })).toBeVisible();

  // It goes with its end, and comes back with it.
  await choose(page, note(page, "night shift"));
  await page.keyboard.press("Delete");
  await expect(canvas(page).getByText("led to", { exact: true })).toHaveCount(0);
  await page.keyboard.press("Control+z");
  await expect(canvas(page).getByText("led to", { exact: true })).toBeVisible();
});

test("a section is made with the tool and renamed", async ({ laptop: { page } }) => {
  await newBoard(page, "Empty board");
  await page
    .getByRole("toolbar", { name: "Tools", exact: true })
    .getByRole("button", { name: "Section" })
    .click();
  const area = await frame(canvas(page));
  await drag(page, { x: area.x + 200, y: area.y + 120 }, { x: area.x + 700, y: area.y + 460 });
  await page.getByRole("textbox", { name: "The section’s question" }).fill("What surprised us?");
  await page.keyboard.press("Enter");
  await expect(section(page, "What surprised us?")).toBeVisible();
  await section(page, "What surprised us?").getByRole("heading").dblclick();
  await page.getByRole("textbox", { name: "The section’s question" }).fill("What amazed us?");
  await page.keyboard.press("Enter");
  await expect(section(page, "What amazed us?")).toBeVisible();
  await page.keyboard.press("Control+z");
  await expect(section(page, "What surprised us?")).toBeVisible();
});

test("notes moved into a section move with it", async ({ laptop: { page } }) => {
  await newBoard(page, "Delivery review");
  const { x, y } = await middle(section(page, "What made it hard?"));
  await page.mouse.dblclick(x, y);
  await page.keyboard.type("no sample");
  await page.keyboard.press("Escape");
  const hard = page.getByRole("article", { name: "Note in What made it hard?: no sample" });
  await expect(hard).toBeVisible();
  await drag(page, await middle(hard), await middle(section(page, "Did it just affect us?")));
  await expect(
    page.getByRole("article", { name: "Note in Did it just affect us?: no sample" }),
  ).toBeVisible();
});

test("a timeline puts its notes in the order of their dates", async ({ laptop: { page } }) => {
  await newBoard(page, "Delivery review");
  const { x, y } = await middle(section(page, "What happened?"));
  await page.mouse.dblclick(x, y);
  await page.keyboard.type("The feed came");
  await page.keyboard.press("Tab");
  await page.keyboard.type("The plan was agreed");
  await page.keyboard.press("Escape");
  await expect(note(page, "The plan was agreed")).toBeVisible();

  const lane = section(page, "What happened?");
  const dates: [string, string][] = [
    ["The feed came", "2026-03-09"],
    ["The plan was agreed", "2026-02-02"],
  ];
  for (const [text, date] of dates) {
    const { x } = await frame(note(page, text));
    const places = lane.getByRole("button", { name: "add a date" });
    const lefts = await places.evaluateAll((all) =>
      all.map((one) => one.getBoundingClientRect().x),
    );
    const mine = lefts.findIndex((left) => Math.abs(left - x) < 8);
    await places.nth(mine).click();
    await page.getByRole("textbox", { name: "When it happened" }).fill(date);
    await page.keyboard.press("Enter");
    await expect(page.getByRole("article", { name: new RegExp(`${text}, `) })).toBeVisible();
  }
  await expect
    .poll(
      async () =>
        (await frame(note(page, "The plan was agreed"))).x -
        (await frame(note(page, "The feed came"))).x,
    )
    .toBeLessThan(0);
  await saved(page);
});

test("a follow-up comes from a note and gets an owner, a date and an end", async ({
  laptop: { page },
}) => {
  await newBoard(page, "Empty board");
  const idea = await write(page, "Maps rehearses every week", { x: 300, y: 220 });
  await choose(page, idea);
  await tools(page).getByRole("button", { name: "Follow-up from it" }).click();
  await expect(editor(page)).toBeFocused();
  await page.keyboard.type("Ask Maps to show us a rehearsal");
  await page.keyboard.press("Escape");
  await expect(
    page.getByRole("article", { name: "Follow-up: Ask Maps to show us a rehearsal" }),
  ).toBeVisible();

  await page.getByRole("button", { name: "Follow-ups", exact: true }).click();
  const list = page.getByRole("complementary", { name: "Follow-ups" });
  await list.getByRole("button", { name: "Change: Ask Maps to show us a rehearsal" }).click();
  await list.getByLabel("Who", { exact: true }).fill("Mei");
  await list.getByLabel("By when").fill("2026-04-30");
  await list.getByLabel("What it does").selectOption({ label: "Spreads a success" });
  await expect(list).toContainText("1 of 1 copy something that already works.");
  await expect(list).toContainText("Mei · Thu 30 Apr");
  await list.getByRole("checkbox", { name: "Done: Ask Maps to show us a rehearsal" }).check();
  await saved(page);
  await page.reload();
  await page.getByRole("button", { name: "Follow-ups", exact: true }).click();
  await expect(
    list.getByRole("checkbox", { name: "Done: Ask Maps to show us a rehearsal" }),
  ).toBeChecked();
});

test("a rule for every team gets a gentle second question", async ({ laptop: { page } }) => {
  await page.getByRole("button", { name: "Look at a sample review" }).click();
  // Home has a button of this name too.
  await expect(canvas(page)).toBeVisible();
  await page.getByRole("button", { name: "Follow-ups", exact: true }).click();
  const list = page.getByRole("complementary", { name: "Follow-ups" });
  await list
    .getByRole("button", { name: /^Change: / })
    .last()
    .click();
  await list.getByLabel("What it does").selectOption({ label: "Adds a check or a rule" });
  await list.getByLabel("Whom it reaches").selectOption({ label: "Every team" });
  await expect(list).toContainText("One team’s trouble, every team’s rule?");
});

test("the facilitator leads from phase to phase", async ({ laptop: { page } }) => {
  await newBoard(page, "Delivery review");
  const guide = page.getByRole("complementary", { name: "Guide" });
  const now = page.getByRole("navigation", { name: "Phases" }).locator("[aria-current=step]");
  await guide.getByRole("button", { name: /^(Next|Begin): / }).click();
  const first = await now.innerText();
  await guide.getByRole("button", { name: /^Next: / }).click();
  await expect(now).not.toHaveText(first);
  await guide.getByRole("button", { name: `Back to ${first}` }).click();
  await expect(now).toHaveText(first);
});
