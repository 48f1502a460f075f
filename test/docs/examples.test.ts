/** Every example of a doc comment runs, and gives what the comments beside its lines say. */
import { cpSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findExamples, runExample } from './examples.js';

const home = process.cwd();

beforeAll(() => {
  process.chdir(mkdtempSync(join(tmpdir(), 'hone-examples-')));
  // One image of 2 x 2, as the digits' files hold them.
  writeFileSync('t10k-images-idx3-ubyte', Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2, 9, 8, 7, 6));
  cpSync(join(home, 'conformance/fixtures/datasets'), 'data', { recursive: true });
  cpSync(join(home, 'conformance/fixtures/images/photos'), 'photos', { recursive: true });
});

afterAll(() => {
  process.chdir(home);
});

const examples = findExamples();

test('there are examples', () => {
  expect(examples.length).toBeGreaterThan(30);
});

test.each(examples.map((example) => [example.where, example] as const))('%s', async (_, example) => {
  await runExample(example);
});

test('a wrong example fails', async () => {
  await expect(runExample({ where: '', code: 'tensor([1, 2]).add(1); // [2, 4]' })).rejects.toThrow(
    'the example says [2, 4], it gives [ 2, 3 ]',
  );
  await expect(runExample({ where: '', code: 'tensor([1.25]).mul(1).item(); // 1.3' })).resolves.toBeUndefined();
  await expect(runExample({ where: '', code: 'tensor([1.25]).item(); // 1.4' })).rejects.toThrow('it gives 1.25');
  await expect(runExample({ where: '', code: 'nothing.forward(x);' })).rejects.toThrow('nothing is not defined');
});
