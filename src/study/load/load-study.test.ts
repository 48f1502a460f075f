import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ArgumentError, FileError } from 'hone';
import { afterAll, expect, test } from 'vitest';
import { loadStudy } from './load-study.js';

const folder = mkdtempSync(join(tmpdir(), 'hone-load-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

const study = `import { nn, randn, randint } from 'hone';
import { TensorDataset } from 'hone/data';
import { defineStudy } from 'hone/study';

export default defineStudy({
  title: 'Width',
  data: { train: new TensorDataset(randn([60, 4]), randint(0, 3, [60])) },
  baseline: { width: 4 as number },
  factors: { width: [8] },
  model: ({ width }) => new nn.Sequential(new nn.Linear(4, width), new nn.ReLU(), new nn.Linear(width, 3)),
  epochs: 1,
});
`;

test('gives the study of a file, by its path or its address', async () => {
  const path = write('width.ts', study);
  const found = await loadStudy(path);
  expect(found.variants.map(({ name }) => name)).toEqual(['baseline', 'width 8']);
  expect(await loadStudy(pathToFileURL(path))).toBe(found);
});

test.each([
  ['no-default.mjs', 'export const a = 1;', 'has no default export. It should end in: export default defineStudy({ … });'],
  ['options.mjs', "export default { title: 'a' };", 'exports a plain object, not a study. Write export default defineStudy({ … });'],
  ['number.mjs', 'export default 3;', 'exports 3, not a study.'],
  ['copy.mjs', "class Other { static className = 'Study' }\nexport default new Other();", 'exports a study of another copy of Hone'],
])('%s is refused', async (name, text, message) => {
  const path = write(name, text);
  const error: unknown = await loadStudy(path).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(ArgumentError);
  expect((error as Error).message).toContain(`study: ${path} ${message}`);
});

test('a study that is exported by name only is told of', async () => {
  const path = write('named.ts', study.replace('export default', 'export const width ='));
  await expect(loadStudy(path)).rejects.toThrow('It exports a study as width: write export default width;');
});

test('what is no such file', async () => {
  write('widths.ts', study);
  mkdirSync(join(folder, 'folder.ts'));
  write('data.json', '{}');
  const say = async (name: string) => {
    const error: unknown = await loadStudy(join(folder, name)).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(FileError);
    return (error as Error).message;
  };
  expect(await say('withs.ts')).toBe(`study: there is no file ${join(folder, 'withs.ts')}. Did you mean ${join(folder, 'widths.ts')}?`);
  expect(await say('widths')).toContain(`Did you mean ${join(folder, 'widths.ts')}?`);
  expect(await say('nowhere/a.ts')).toContain(`the folder ${join(folder, 'nowhere')} does not exist.`);
  expect(await say('folder.ts')).toContain('is a folder, expected a file such as my-study.ts.');
  expect(await say('data.json')).toContain('its name ends in .json, expected .ts, .mts, .js, .mjs, .cjs.');
});
