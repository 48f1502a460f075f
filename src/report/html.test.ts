import { expect, test } from 'vitest';
import { escapeHtml, htmlTable } from './html.js';

test('html helpers', () => {
  expect(escapeHtml(`<a href="x" id='y'>&`)).toBe('&#60;a href=&#34;x&#34; id=&#39;y&#39;&#62;&#38;');
  const table = htmlTable({ columns: [{ title: 'a' }, { title: 'n', align: 'right' }], rows: [['<i>', '1']], wrap: true });
  expect(table).toContain('<td>&#60;i&#62;</td><td class="number">1</td>');
  expect(table).toContain('<table class="wrap">');
});
