import MarkdownIt from 'markdown-it';

/**
 * CommonMark with tables, as a wiki would show it. No HTML of the document's own, no pictures:
 * a preview loads nothing from anywhere.
 */
const renderer = new MarkdownIt('default', { html: false, linkify: false, typographer: false });
renderer.disable('image');

/** A task of a list: `[ ] ` or `[x] ` at its beginning (GFM). */
const TASK = /^\[([ xX])\] /;

renderer.core.ruler.after('inline', 'tasks', (state) => {
  state.tokens.forEach((token, index) => {
    const first = token.children?.[0];
    const inItem = state.tokens[index - 2]?.type === 'list_item_open';
    const task = inItem && first?.type === 'text' ? TASK.exec(first.content) : null;
    if (!first || !task) return;
    const box = task[1] === ' ' ? '☐' : '☑';
    first.content = `${box} ${first.content.slice(task[0].length)}`;
    state.tokens[index - 2]?.attrJoin('class', 'task');
  });
});

/** A document's front matter and what follows it. */
export function splitFrontMatter(document: string): { front: string; body: string } {
  const found = /^---\n([\s\S]*?)\n---(?:\n|$)/.exec(document);
  return found
    ? { front: found[1] ?? '', body: document.slice(found[0].length) }
    : { front: '', body: document };
}

/** Markdown as HTML that is safe to show: what people typed stays text. */
export function renderMarkdown(markdown: string): string {
  return renderer.render(markdown);
}
