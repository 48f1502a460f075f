/** docs/data.md, and README on data: every block of TypeScript runs, and gives what it says. */
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as hone from 'hone';
import * as data from 'hone/data';
import * as vision from 'hone/vision';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { joinSource } from '../helpers/joined-source.js';
import { runExample } from './examples.js';

const home = process.cwd();
const page = readFileSync(join(import.meta.dirname, '../../docs/data.md'), 'utf8');

beforeAll(async () => {
  // README's loader has workers.
  await joinSource([]);
  process.chdir(mkdtempSync(join(tmpdir(), 'hone-data-')));
  cpSync(join(home, 'conformance/fixtures/datasets'), 'data', { recursive: true });
  cpSync(join(home, 'conformance/fixtures/images/photos'), 'photos', { recursive: true });
  const rows = Array.from({ length: 12 }, (_, i) => `${5 + i / 10},${i === 4 ? '' : 3 - i / 20},${['setosa', 'virginica'][i % 2]}`);
  writeFileSync('flowers.csv', ['length,width,species', ...rows].join('\n'));
});
afterAll(() => process.chdir(home));

const blocksOf = (text: string) => [...text.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code]) => code!);
const blocks = blocksOf(page);
const readme = blocksOf(readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')).filter((code) => code.includes('ImageFolder'));

test('the page is read', () => {
  expect(blocks).toHaveLength(6);
  expect(readme).toHaveLength(1);
});

test.each([...blocks, ...readme].map((code) => [code.trim().split('\n').at(-1)!, code] as const))('… %s', async (where, code) => {
  await runExample({ where, code });
});

test('what its blocks import is there', () => {
  const modules: Record<string, object> = { hone, 'hone/data': data, 'hone/vision': vision };
  for (const [, names, from] of blocks.join('\n').matchAll(/^import \{ (.*) \} from '(.*)';$/gm))
    for (const name of names!.split(', ')) expect(modules[from!]).toHaveProperty(name);
});
