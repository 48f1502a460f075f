/** docs/guide/charts.md and docs/gallery.md show every picture of the gallery, and each is well formed. Its programs are run with those of all pages: pages.test.ts. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const docs = join(import.meta.dirname, '../../docs');

test.each(['guide/charts.md', 'gallery.md'])('%s shows every picture of the gallery, and no other', (name) => {
  const page = readFileSync(join(docs, name), 'utf8');
  const shown = [...page.matchAll(/!\[[^\]]+\]\((?:\.\.\/)?gallery\/([^)]+)\)/g)].map(([, file]) => file!);
  expect(shown.sort()).toEqual(readdirSync(join(docs, 'gallery')).sort());
  for (const file of shown) {
    const svg = readFileSync(join(docs, 'gallery', file), 'utf8');
    expect(svg).toMatch(/^<svg xmlns.*class="hone-chart".*<\/svg>$/s);
    expect(svg.length, file).toBeLessThan(80_000);
    expect(svg.replace(/base64,[^"]*/g, ''), file).not.toMatch(/NaN|undefined|<script|href="(?!data:image\/png)/);
  }
});
