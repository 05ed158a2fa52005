import { describe, expect, it } from 'vitest';
import { renderMarkdown, splitFrontMatter } from './markdown';

describe('what people typed stays text', () => {
  it.each([
    ['<script>alert(1)</script>', '<script'],
    ['<img src=x onerror=alert(1)>', '<img'],
    ['![x](https://example.org/x.png)', '<img'],
    ['[x](javascript:alert(1))', 'href'],
    ['[x](data:text/html,hello)', 'href'],
    ['<a href="https://example.org" onclick="x()">a</a>', '<a'],
  ])('%s', (markdown, never) => expect(renderMarkdown(markdown)).not.toContain(never));
});

it('shows tasks as boxes', () => {
  expect(renderMarkdown('- [ ] open\n- [x] done\n- [?] neither')).toBe(
    '<ul>\n<li class="task">☐ open</li>\n<li class="task">☑ done</li>\n<li>[?] neither</li>\n</ul>\n',
  );
});

it('shows tables and links', () => {
  expect(renderMarkdown('| a |\n| - |\n| [b](https://example.org) |')).toContain(
    '<td><a href="https://example.org">b</a></td>',
  );
});

describe('front matter', () => {
  it('is told from the rest', () =>
    expect(splitFrontMatter('---\ntitle: x\n---\n# x\n')).toEqual({
      front: 'title: x',
      body: '# x\n',
    }));
  it('is only what stands first', () =>
    expect(splitFrontMatter('# x\n---\na\n---\n')).toEqual({
      front: '',
      body: '# x\n---\na\n---\n',
    }));
});
