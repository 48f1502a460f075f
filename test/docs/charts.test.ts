/** docs/charts.md: every block of TypeScript runs, and every picture is there and well formed. */
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runExample } from './examples.js';

const home = process.cwd();
const docs = join(import.meta.dirname, '../../docs');
const page = readFileSync(join(docs, 'charts.md'), 'utf8');
const blocks = [...page.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code]) => code!);

beforeAll(() => process.chdir(mkdtempSync(join(tmpdir(), 'hone-charts-'))));
afterAll(() => process.chdir(home));

test('the page is read', () => expect(blocks.length).toBeGreaterThan(7));

test.each(blocks.map((code) => [code.trim().split('\n').at(-1)!, code] as const))('… %s', async (where, code) => {
  await runExample({ where, code });
});

test('shows every picture of the gallery, and no other', () => {
  const shown = [...page.matchAll(/!\[[^\]]+\]\(gallery\/([^)]+)\)/g)].map(([, file]) => file!);
  expect(shown.sort()).toEqual(readdirSync(join(docs, 'gallery')).sort());
  for (const file of shown) {
    const svg = readFileSync(join(docs, 'gallery', file), 'utf8');
    expect(svg).toMatch(/^<svg xmlns.*class="hone-chart".*<\/svg>$/s);
    expect(svg.length, file).toBeLessThan(80_000);
    expect(svg.replace(/base64,[^"]*/g, ''), file).not.toMatch(/NaN|undefined|<script|href="(?!data:image\/png)/);
  }
});
