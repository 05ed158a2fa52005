// Arranging, locking, finding, and the list of everything that can be done.
import type { Page } from "@playwright/test";
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
  tools,
  write,
} from "../support/board";
import { expect, test } from "../support/browser";
import { invite, join, name } from "../support/together";

/** Three notes that lie anyhow, all selected. */
async function three(page: Page): Promise<void> {
  await newBoard(page, "Empty board");
  await write(page, "one", { x: 260, y: 200 });
  await write(page, "two", { x: 470, y: 330 });
  await write(page, "three", { x: 760, y: 250 });
  await canvas(page).focus();
  await page.keyboard.press("Control+a");
  await expect(tools(page)).toBeVisible();
}

const box = async (page: Page, text: string) => {
  const { x, y, width, height } = await frame(note(page, text));
  return { x: Math.round(x), y: Math.round(y), w: Math.round(width), h: Math.round(height) };
};

test("notes are brought in line, spread evenly and tidied up, each one step of undo", async ({
  laptop: { page },
}) => {
  await three(page);
  const before = await box(page, "two");
  await tools(page).getByRole("button", { name: "Arrange" }).click();
  await page
    .getByRole("group", { name: "Arrange" })
    .getByRole("button", { name: "Align top edges" })
    .click();
  const top = (await box(page, "one")).y;
  await expect.poll(async () => (await box(page, "two")).y).toBe(top);
  await expect.poll(async () => (await box(page, "three")).y).toBe(top);
  await saved(page);

  await canvas(page).focus();
  await page.keyboard.press("Alt+Shift+H");
  const gaps = async () => {
    const [a, b, c] = [await box(page, "one"), await box(page, "two"), await box(page, "three")];
    return Math.abs(b.x - a.x - a.w - (c.x - b.x - b.w));
  };
  await expect.poll(gaps).toBeLessThanOrEqual(1);

  await page.keyboard.press("Alt+Shift+T");
  await expect
    .poll(async () => (await box(page, "two")).x - (await box(page, "one")).x)
    .toBeLessThan(150);
  await saved(page);
  for (let i = 0; i < 3; i++) await page.keyboard.press("Control+z");
  await expect.poll(() => box(page, "two")).toEqual(before);
});

test("a section's notes are tidied up within it", async ({ laptop: { page } }) => {
  await newBoard(page, "Delivery review");
  const home = section(page, "What went well?");
  const at = await frame(home);
  for (const [text, x, y] of [
    ["a", 70, 90],
    ["b", 250, 110],
    ["c", 90, 210],
  ] as const) {
    await page.mouse.dblclick(at.x + x, at.y + y);
    await page.keyboard.type(text);
    await page.keyboard.press("Escape");
    await expect(note(page, text)).toBeVisible();
  }
  await choose(page, home.getByRole("heading"));
  await page.keyboard.press("Alt+Shift+T");
  await expect.poll(async () => (await box(page, "a")).y - (await box(page, "b")).y).toBe(0);
  await expect.poll(async () => (await box(page, "a")).x - (await box(page, "c")).x).toBe(0);
});

test("several notes are resized together by their frame", async ({ laptop: { page } }) => {
  await three(page);
  const before = await box(page, "three");
  const grip = page.locator('[data-grip="se"]');
  const from = await middle(grip);
  await drag(page, from, { x: from.x + 240, y: from.y + 160 });
  await expect.poll(async () => (await box(page, "three")).w).toBeGreaterThan(before.w + 20);
  expect((await box(page, "three")).x).toBeGreaterThan(before.x + 40);
  expect((await box(page, "one")).w).toBe((await box(page, "three")).w);
  await saved(page);
  await page.keyboard.press("Control+z");
  await expect.poll(() => box(page, "three")).toEqual(before);
});

test("a drag with Alt leaves a copy, and a drag snaps to a neighbour with a guide", async ({
  laptop: { page },
}) => {
  await newBoard(page, "Empty board");
  const one = await write(page, "one", { x: 260, y: 200 });
  const from = await middle(one);
  await page.keyboard.down("Alt");
  await drag(page, from, { x: from.x + 260, y: from.y + 3 });
  await page.keyboard.up("Alt");
  await expect(notes(page)).toHaveCount(2);

  const copy = notes(page).last();
  await expect.poll(async () => (await frame(copy)).x).toBeGreaterThan(from.x + 100);
  const at = await middle(copy);
  await page.mouse.move(at.x, at.y);
  await page.mouse.down();
  await page.mouse.move(at.x + 60, at.y + 40, { steps: 4 });
  await page.mouse.move(at.x + 60, from.y + 4, { steps: 4 });
  await expect(page.locator(".guide").first()).toBeVisible();
  await page.mouse.up();
  await expect
    .poll(async () => (await frame(notes(page).last())).y - (await frame(notes(page).first())).y)
    .toBe(0);
});

test("what is locked stays where it is, for everybody, until it is unlocked", async ({
  laptop,
}) => {
  const { page } = laptop;
  await newBoard(page, "Empty board");
  const one = await write(page, "the agreed goal", { x: 300, y: 220 });
  await write(page, "loose", { x: 600, y: 220 });
  await one.click({ button: "right" });
  await page.getByRole("menuitem", { name: "Lock" }).click();
  await expect(page.getByRole("article", { name: /the agreed goal, locked/ })).toBeVisible();
  await saved(page);

  const second = await laptop.window();
  for (const window of [page, second]) {
    const locked = window.getByRole("article", { name: /the agreed goal, locked/ });
    await expect(locked).toBeVisible();
    const before = await frame(locked);
    const at = await middle(locked);
    await drag(window, at, { x: at.x + 180, y: at.y + 90 });
    await window.keyboard.press("Alt+ArrowRight");
    await window.keyboard.press("Delete");
    await expect(window.getByRole("region", { name: "Messages" })).toContainText(
      "This is locked, and stays.",
    );
    expect(await frame(locked)).toEqual(before);
  }
  // Its words are free.
  await page.getByRole("article", { name: /the agreed goal/ }).dblclick();
  await expect(editor(page)).toBeFocused();
  await page.keyboard.press("Escape");
  await choose(page, page.getByRole("article", { name: /the agreed goal/ }));
  await page.keyboard.press("Control+Shift+L");
  await expect(page.getByRole("article", { name: /, locked/ })).toHaveCount(0);
  await page.keyboard.press("Delete");
  await expect(notes(page)).toHaveCount(1);
  await expect(notes(second)).toHaveCount(1);
});

test("Ctrl+F finds words without regard to accents, counts them and goes from one to the next", async ({
  laptop: { page },
}) => {
  await newBoard(page, "Empty board");
  await write(page, "Zürich was late", { x: 300, y: 200 });
  await write(page, "nothing to see", { x: 520, y: 200 });
  await write(page, "the ZURICH feed", { x: 300, y: 420 });
  await page.keyboard.press("Control+f");
  const bar = page.getByRole("search", { name: "Find on this board" });
  const field = bar.getByRole("textbox");
  await expect(field).toBeFocused();
  await field.fill("zurich");
  await expect(bar.getByRole("status")).toHaveText("2 found");
  await expect(page.locator(".found")).toHaveCount(2);
  await page.keyboard.press("Enter");
  await expect(bar.getByRole("status")).toHaveText("1 of 2");
  await page.keyboard.press("Enter");
  await expect(bar.getByRole("status")).toHaveText("2 of 2");
  await expect(field).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(bar).toHaveCount(0);
  await expect(note(page, "the ZURICH feed")).toBeFocused();
});

test("a match far out of view is brought into view, and nearer when it is too small to read", async ({
  laptop: { page },
}) => {
  await page.getByRole("button", { name: "Look at a sample review" }).click();
  await expect(canvas(page)).toBeVisible();
  await canvas(page).focus();
  for (let i = 0; i < 10; i++) await page.keyboard.press("-");
  await page.keyboard.press("Control+f");
  await page.keyboard.type("One command put the old times back");
  await page.keyboard.press("Enter");
  const found = note(page, "One command put the old times back");
  await expect(found).toBeInViewport({ ratio: 1 });
  await expect(page.getByRole("button", { name: "Zoom: 100%, choose" })).toBeVisible();
});

test("Ctrl+K does everything by name and goes to any section", async ({ laptop: { page } }) => {
  await newBoard(page, "Delivery review");
  await canvas(page).focus();
  await page.keyboard.press("Control+k");
  const dialog = page.getByRole("dialog", { name: "What would you like to do?" });
  const field = dialog.getByRole("combobox");
  await expect(field).toBeFocused();
  await field.fill("tidy");
  await expect(dialog.getByRole("option", { name: /^Tidy up/ })).toHaveAttribute(
    "aria-selected",
    "true",
  );
  await expect(dialog.getByRole("option", { name: /^Tidy up/ })).toContainText("T");
  await field.fill("lucky");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowUp");
  await dialog.getByRole("option", { name: /^Section: Where did we get lucky\?/ }).click();
  await expect(dialog).toHaveCount(0);
  await expect(section(page, "Where did we get lucky?")).toBeFocused();
  await page.keyboard.press("Control+k");
  await page.keyboard.type("new note");
  await page.keyboard.press("Enter");
  await expect(editor(page)).toBeFocused();
  await page.keyboard.type("by name");
  await page.keyboard.press("Escape");
  await expect(note(page, "by name")).toBeVisible();
});

test("the sheet lists what the keys do, and undo says what it undoes", async ({
  laptop: { page },
}) => {
  await newBoard(page, "Empty board");
  await write(page, "one", { x: 300, y: 220 });
  await choose(page, note(page, "one"));
  await page.keyboard.press("Alt+ArrowDown");
  await expect(page.getByRole("button", { name: "Undo: Move note" })).toBeVisible();
  await page.keyboard.press("Control+z");
  await expect(page.getByText("Undone: Move note")).toBeAttached();
  await page.keyboard.press("?");
  const sheet = page.getByRole("dialog", { name: "Everything has a key" });
  for (const line of ["Tidy up", "Align left edges", "Lock or unlock", "Find on this board"])
    await expect(sheet.getByText(line, { exact: true })).toBeVisible();
});

/** What Ctrl+C puts on the clipboard, by type. */
function copied(page: Page): Promise<Record<string, string>> {
  return canvas(page).evaluate((element) => {
    const clipboardData = new DataTransfer();
    element.dispatchEvent(
      new ClipboardEvent("copy", { clipboardData, bubbles: true, cancelable: true }),
    );
    return Object.fromEntries(
      clipboardData.types.map((type) => [type, clipboardData.getData(type)]),
    );
  });
}

function paste(page: Page, data: Record<string, string>): Promise<void> {
  return canvas(page).evaluate((element, data) => {
    const clipboardData = new DataTransfer();
    for (const [type, text] of Object.entries(data)) clipboardData.setData(type, text);
    element.dispatchEvent(
      new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }),
    );
  }, data);
}

test("copied notes are text, Markdown and HTML to others, and notes again on another board", async ({
  laptop: { page },
  another,
}) => {
  await newBoard(page, "Empty board");
  const lucky = await write(page, "the van was near", { x: 260, y: 220 });
  await choose(page, lucky);
  await tools(page).getByRole("button", { name: /^Kind/ }).click();
  await page
    .getByRole("group", { name: "Kind" })
    .getByRole("button", { name: "Got lucky" })
    .click();
  await write(page, "*sic* <b>", { x: 470, y: 220 });
  await canvas(page).focus();
  await page.keyboard.press("Control+a");
  const data = await copied(page);
  expect(data["text/plain"]).toBe("the van was near\n*sic* <b>");
  expect(data["text/markdown"]).toBe("- the van was near\n- \\*sic\\* \\<b\\>\n");
  expect(data["text/html"]).toBe("<ul><li>the van was near</li><li>*sic* &#60;b&#62;</li></ul>");

  const { page: elsewhere } = await another();
  await newBoard(elsewhere, "Empty board");
  await canvas(elsewhere).focus();
  await paste(elsewhere, data);
  await expect(notes(elsewhere)).toHaveCount(2);
  await expect(note(elsewhere, "the van was near")).toHaveAttribute("data-kind", "lucky");
  await saved(elsewhere);

  // Whoever sends something broken under our name gets its words as notes.
  await paste(elsewhere, { ...data, "application/x-upshot-things+json": "{" });
  await expect(notes(elsewhere)).toHaveCount(4);
});

for (const [what, data, texts] of [
  [
    "a column of a spreadsheet",
    {
      "text/plain": 'late feed\n"night shift\nwithout notice"\n',
      "text/html":
        "<meta><table><tr><td>late feed</td></tr><tr><td>night shift<br>without notice</td></tr></table>",
    },
    ["late feed", "night shift\nwithout notice"],
  ],
  [
    "a Markdown list",
    { "text/plain": "- [ ] call Maps\n- rehearse\n  every week\n1. ship\n" },
    ["call Maps", "rehearse\nevery week", "ship"],
  ],
] as const)
  test(`${what} becomes a note each, or one note`, async ({ laptop: { page } }) => {
    await newBoard(page, "Empty board");
    await canvas(page).focus();
    await paste(page, data);
    await expect(notes(page)).toHaveCount(texts.length);
    for (const text of texts)
      await expect(notes(page).getByRole("paragraph").filter({ hasText: text })).toHaveText(text, {
        useInnerText: true,
      });
    const messages = page.getByRole("region", { name: "Messages" });
    await messages.getByRole("button", { name: "As one note" }).click();
    await expect(notes(page)).toHaveCount(1);
  });

test("somebody's view is followed until one moves the view oneself", async ({
  laptop,
  another,
}) => {
  const { page } = laptop;
  await name(page, "Mei");
  await newBoard(page, "Empty board");
  await write(page, "here", { x: 300, y: 220 });
  const { page: noor } = await another();
  await name(noor, "Noor");
  await join(noor, await invite(page));
  await expect(note(noor, "here")).toBeVisible();

  await noor.getByRole("button", { name: /^Who is here/ }).click();
  await noor.getByRole("button", { name: "Follow Mei" }).click();
  await expect(noor.getByText("You see what Mei sees")).toBeVisible();
  const area = await frame(canvas(page));
  await page.mouse.move(area.x + 500, area.y + 300);
  await page.mouse.wheel(0, 260);
  const apart = async () => {
    const there = await middle(note(page, "here"));
    const here = await middle(note(noor, "here"));
    return Math.abs(there.x - here.x) + Math.abs(there.y - here.y);
  };
  await expect.poll(apart).toBeLessThan(4);
  await page.keyboard.press("Control+=");
  await expect.poll(apart).toBeLessThan(6);

  await noor.mouse.move(area.x + 500, area.y + 300);
  await noor.mouse.wheel(0, -200);
  await expect(noor.getByText("You see what Mei sees")).toHaveCount(0);

  // What others do is said aloud, and their names lie beside notes, not on them.
  await write(noor, "from Noor", { x: 640, y: 300 });
  await expect(page.getByText("Noor added a note", { exact: true })).toBeAttached();
  await page.keyboard.press("9");
  const target = note(noor, "from Noor");
  const on = await frame(target);
  await noor.mouse.move(on.x + 20, on.y + 20);
  const label = page.locator(".cursor span", { hasText: "Noor" });
  await expect(label).toBeAttached();
  const covers = async () => {
    const a = await frame(label);
    if ((await label.evaluate((element) => getComputedStyle(element).opacity)) === "0")
      return false;
    for (const one of await notes(page).all()) {
      const b = await frame(one);
      if (
        a.x < b.x + b.width &&
        b.x < a.x + a.width &&
        a.y < b.y + b.height &&
        b.y < a.y + a.height
      )
        return true;
    }
    return false;
  };
  await expect.poll(covers).toBe(false);
});

test("keys act on a note that was just written, though it is not selected", async ({
  laptop: { page },
}) => {
  await newBoard(page, "Empty board");
  await write(page, "one", { x: 300, y: 220 });
  await expect(note(page, "one")).toBeFocused();
  const before = await box(page, "one");
  await page.keyboard.press("Alt+ArrowDown");
  await expect.poll(async () => (await box(page, "one")).y).toBeGreaterThan(before.y);
  await page.keyboard.press("Delete");
  await expect(notes(page)).toHaveCount(0);
});

test("a board that takes a while to open shows where things will be, and then them", async ({
  laptop: { page },
}) => {
  await newBoard(page, "Delivery review");
  await expect(section(page, "What went well?")).toBeVisible();
  await saved(page);
  let release: () => void = () => undefined;
  const wait = new Promise<void>((resolve) => (release = resolve));
  await page.routeWebSocket(/./, (socket) => {
    const engine = socket.connectToServer();
    engine.onMessage(async (message) => {
      if (String(message).includes('"snapshot"')) await wait;
      socket.send(message);
    });
  });
  await page.reload();
  await expect(page.getByLabel("Reading the board")).toBeVisible();
  await expect(page.getByLabel("Reading the board")).toHaveAttribute("aria-busy", "true");
  release();
  await expect(section(page, "What went well?")).toBeVisible();
  await expect(page.getByLabel("Reading the board")).toHaveCount(0);
});

test("right-to-left words begin at the right edge of their note, left-to-right ones at the left", async ({
  laptop: { page },
}) => {
  await newBoard(page, "Empty board");
  const gaps = async (text: string) =>
    note(page, text)
      .getByRole("paragraph")
      .evaluate((paragraph) => {
        const range = document.createRange();
        range.selectNodeContents(paragraph);
        const words = range.getBoundingClientRect();
        const all = paragraph.getBoundingClientRect();
        return { left: words.left - all.left, right: all.right - words.right };
      });
  await write(page, "שלום", { x: 300, y: 220 });
  const hebrew = await gaps("שלום");
  expect(hebrew.right).toBeLessThan(1);
  expect(hebrew.left).toBeGreaterThan(20);
  await write(page, "hello", { x: 560, y: 220 });
  expect((await gaps("hello")).left).toBeLessThan(1);
});
