// Notes: written, changed, moved and removed, with the pointer and with keys alone.
import {
  canvas,
  choose,
  drag,
  editor,
  frame,
  middle,
  newBoard,
  note,
  notes,
  saved,
  section,
  tabTo,
  tools,
  write,
} from "../support/board";
import { expect, test } from "../support/browser";

test("a double click writes a note", async ({ laptop: { page } }) => {
  await newBoard(page, "Delivery review");
  const lucky = section(page, "Where did we get lucky?");
  const { x, y } = await middle(lucky);
  await page.mouse.dblclick(x, y);
  await expect(editor(page)).toBeFocused();
  await page.keyboard.type("The spare part lay in the van");
  await page.keyboard.press("Escape");
  await expect(
    page.getByRole("article", {
      name: "Note in Where did we get lucky?: The spare part lay in the van",
    }),
  ).toBeVisible();
  await saved(page);
});

test("a board is written with the keyboard alone", async ({ laptop: { page } }) => {
  await tabTo(page, page.getByRole("button", { name: /Empty board/ }));
  await page.keyboard.press("Enter");
  await expect(canvas(page)).toBeVisible();
  await tabTo(page, canvas(page));
  await page.keyboard.press("n");
  await expect(editor(page)).toBeFocused();
  await page.keyboard.type("One");
  await page.keyboard.press("Tab");
  await page.keyboard.type("Two");
  await page.keyboard.press("Escape");
  await expect(notes(page)).toHaveCount(2);
  await expect(note(page, "Two")).toBeFocused();

  await page.keyboard.press("ArrowLeft");
  await expect(note(page, "One")).toBeFocused();
  const before = await frame(note(page, "One"));
  await page.keyboard.press("Alt+ArrowDown");
  await expect.poll(async () => (await frame(note(page, "One"))).y).toBeGreaterThan(before.y);

  await page.keyboard.press("Enter");
  await expect(editor(page)).toBeFocused();
  await page.keyboard.type(" and a half");
  await page.keyboard.press("Escape");
  await expect(note(page, "One and a half")).toBeVisible();

  await page.keyboard.press("ArrowRight");
  await expect(note(page, "Two")).toBeFocused();
  await page.keyboard.press("Delete");
  await expect(notes(page)).toHaveCount(1);
  await page.keyboard.press("Control+z");
  await expect(notes(page)).toHaveCount(2);
  await saved(page);
});

test("letters typed on a selected note go into it", async ({ laptop: { page } }) => {
  await newBoard(page, "Empty board");
  const first = await write(page, "We ", { x: 300, y: 200 });
  await choose(page, first);
  await page.keyboard.type("rehearsed");
  await page.keyboard.press("Escape");
  await expect(note(page, "We rehearsed")).toBeVisible();
});

for (const [script, text] of [
  ["emoji", "Done 👩🏽‍🚒🏳️‍🌈 and 🎉"],
  ["Chinese and Japanese", "交付前先演练一次。リハーサルは本番の前に。"],
  ["right-to-left", "שלום: התאמנו לפני המסירה, 3 פעמים"],
  ["markup", "<b>not bold</b> | # no heading | `tick` & [x](y)"],
] as const) {
  test(`a note keeps ${script} to the letter`, async ({ laptop }) => {
    const { page } = laptop;
    await newBoard(page, "Empty board");
    await write(page, text, { x: 300, y: 200 });
    await saved(page);
    await page.reload();
    await expect(note(page, text)).toBeVisible();
  });
}

test("an input method composes into a note, and Enter of its window is not Enter of ours", async ({
  laptop: { page },
}) => {
  await newBoard(page, "Empty board");
  await canvas(page).dblclick({ position: { x: 300, y: 200 } });
  await expect(editor(page)).toBeFocused();
  const browser = await page.context().newCDPSession(page);
  for (const text of ["k", "か", "かn", "かんj", "かんじ", "感じ"]) {
    await browser.send("Input.imeSetComposition", {
      text,
      selectionStart: text.length,
      selectionEnd: text.length,
    });
  }
  await browser.send("Input.insertText", { text: "感じ" });
  await page.keyboard.type("!");
  await page.keyboard.press("Escape");
  await expect(note(page, "感じ!")).toBeVisible();
  await saved(page);
});

test("lines of a note stay lines", async ({ laptop: { page } }) => {
  await newBoard(page, "Empty board");
  await canvas(page).dblclick({ position: { x: 300, y: 200 } });
  await expect(editor(page)).toBeFocused();
  await page.keyboard.type("first");
  await page.keyboard.press("Enter");
  await page.keyboard.type("second");
  await page.keyboard.press("Escape");
  await expect(notes(page).getByRole("paragraph")).toHaveText("first\nsecond", {
    useInnerText: true,
  });
});

test("a note is moved by dragging it, and back by undo", async ({ laptop: { page } }) => {
  await newBoard(page, "Empty board");
  const moved = await write(page, "Move me", { x: 300, y: 200 });
  await saved(page);
  const before = await frame(moved);
  const from = await middle(moved);
  await drag(page, from, { x: from.x + 200, y: from.y + 120 });
  await expect.poll(async () => Math.round((await frame(moved)).x - before.x)).toBeGreaterThan(180);
  await saved(page);
  const after = await frame(moved);
  expect(after.y - before.y).toBeGreaterThan(100);
  await page.getByRole("button", { name: /^Undo/ }).click();
  await expect.poll(async () => Math.round((await frame(moved)).x)).toBe(Math.round(before.x));
  await page.getByRole("button", { name: /^Redo/ }).click();
  await expect.poll(async () => Math.round((await frame(moved)).x)).toBe(Math.round(after.x));
});

test("several notes are selected with a frame, and removed and brought back together", async ({
  laptop: { page },
}) => {
  await newBoard(page, "Empty board");
  await write(page, "left", { x: 250, y: 220 });
  await write(page, "right", { x: 450, y: 220 });
  await write(page, "far away", { x: 250, y: 560 });
  const left = await frame(note(page, "left"));
  const right = await frame(note(page, "right"));
  await drag(
    page,
    { x: left.x - 30, y: left.y - 30 },
    { x: right.x + right.width + 30, y: right.y + right.height + 30 },
  );
  await page.keyboard.press("Delete");
  await expect(page.getByRole("region", { name: "Messages" })).toContainText("2 things removed");
  await expect(notes(page)).toHaveCount(1);
  await page
    .getByRole("region", { name: "Messages" })
    .getByRole("button", { name: "Undo" })
    .click();
  await expect(notes(page)).toHaveCount(3);
});

test("a kind is chosen for several notes at once, with Shift and a number", async ({
  laptop: { page },
}) => {
  await newBoard(page, "Empty board");
  const one = await write(page, "one", { x: 250, y: 220 });
  const two = await write(page, "two", { x: 450, y: 220 });
  await choose(page, one);
  await two.click({ modifiers: ["Shift"] });
  await tools(page).getByRole("button", { name: /^Kind/ }).click();
  await page
    .getByRole("group", { name: "Kind" })
    .getByRole("button", { name: "Got lucky" })
    .click();
  await expect(one).toHaveAttribute("data-kind", "lucky");
  await expect(two).toHaveAttribute("data-kind", "lucky");
});

test("a note left empty does not stay", async ({ laptop: { page } }) => {
  await newBoard(page, "Empty board");
  await canvas(page).dblclick({ position: { x: 300, y: 200 } });
  await expect(editor(page)).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(notes(page)).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Write the first note" })).toBeVisible();
});

test("pasted lines become notes", async ({ laptop: { page } }) => {
  await newBoard(page, "Empty board");
  await canvas(page).focus();
  await canvas(page).evaluate((element) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", "first line\nsecond line\n\nthird line");
    element.dispatchEvent(
      new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }),
    );
  });
  await expect(notes(page)).toHaveCount(3);
  await expect(note(page, "third line")).toBeVisible();
});
