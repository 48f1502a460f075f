/** docs/training.md: every block of TypeScript runs, and gives what it says. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runExample } from './examples.js';

const home = process.cwd();
const page = readFileSync(join(import.meta.dirname, '../../docs/training.md'), 'utf8');
const blocks = [...page.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code]) => code!);

beforeAll(() => process.chdir(mkdtempSync(join(tmpdir(), 'hone-training-'))));
afterAll(() => process.chdir(home));

test('the page is read', () => expect(blocks.length).toBeGreaterThan(1));

test.each(blocks.map((code) => [code.trim().split('\n').at(-1)!, code] as const))('… %s', async (where, code) => {
  await runExample({ where, code });
});
