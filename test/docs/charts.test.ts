/** docs/guide/charts.md shows every picture of the gallery, and each is well formed. Its programs are run with those of all pages: pages.test.ts. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const docs = join(import.meta.dirname, '../../docs');
const page = readFileSync(join(docs, 'guide/charts.md'), 'utf8');

test('shows every picture of the gallery, and no other', () => {
  const shown = [...page.matchAll(/!\[[^\]]+\]\(\.\.\/gallery\/([^)]+)\)/g)].map(([, file]) => file!);
  expect(shown.sort()).toEqual(readdirSync(join(docs, 'gallery')).sort());
  for (const file of shown) {
    const svg = readFileSync(join(docs, 'gallery', file), 'utf8');
    expect(svg).toMatch(/^<svg xmlns.*class="hone-chart".*<\/svg>$/s);
    expect(svg.length, file).toBeLessThan(80_000);
    expect(svg.replace(/base64,[^"]*/g, ''), file).not.toMatch(/NaN|undefined|<script|href="(?!data:image\/png)/);
  }
});
