/**
 * docs/coming-from/pytorch.md: every line of TypeScript in it runs, and gives what it says. Of the dictionary in docs/coming-from/tensorflow.md every word
 * of Hone's runs, too.
 */
import { cpSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Example, runExample } from './examples.js';

const home = process.cwd();
const lines = readFileSync(join(import.meta.dirname, '../../docs/coming-from/pytorch.md'), 'utf8').split('\n');

beforeAll(() => {
  process.chdir(mkdtempSync(join(tmpdir(), 'hone-porting-')));
  cpSync(join(home, 'conformance/fixtures/datasets'), 'data', { recursive: true });
});
afterAll(() => process.chdir(home));

/** The right column of each table as one script, and each fenced block of TypeScript. */
function scripts(): Example[] {
  const found: { where: string; code: string[] }[] = [];
  let open: { where: string; code: string[] } | undefined;
  let fence = '';
  lines.forEach((line, i) => {
    const start = () => {
      open = { where: `porting.md:${i + 1}`, code: [] };
      found.push(open);
    };
    if (line.startsWith('```')) {
      fence = fence === '' ? line.slice(3) : '';
      if (fence === 'ts fragment') start();
      else open = undefined;
    } else if (fence !== '') {
      if (fence === 'ts fragment') open!.code.push(line);
    } else if (line.startsWith('| PyTorch |')) start();
    else if (line.startsWith('| ---')) return;
    else if (line.startsWith('|')) open!.code.push(/\| `([^|]*)` \|$/.exec(line)![1]!);
    else open = undefined;
  });
  return found.map(({ where, code }) => ({ where, code: code.join('\n') }));
}

const found = scripts();

test('the page is read', () => {
  expect(found.length).toBeGreaterThan(15);
  expect(found.reduce((sum, { code }) => sum + code.split('\n').length, 0)).toBeGreaterThan(150);
});

test.each(found.map((script) => [script.where, script] as const))('%s', async (_, script) => {
  await runExample(script);
});

test('what the first block imports is there', async () => {
  const modules: Record<string, object> = {
    hone: await import('hone'),
    'hone/data': await import('hone/data'),
    'hone/vision': await import('hone/vision'),
    'hone/train': await import('hone/train'),
  };
  const imports = [...lines.join('\n').matchAll(/^import \{ (.*) \} from '(.*)';$/gm)];
  expect(imports.length).toBe(4);
  for (const [, names, from] of imports)
    for (const name of names!.split(', ').filter((n) => !n.startsWith('type '))) expect(modules[from!]).toHaveProperty(name);
});

/** What the dictionary of TensorFlow.js has on Hone's side, each by itself; what is no code, and what names nothing but itself, left out. */
const words = readFileSync(join(import.meta.dirname, '../../docs/coming-from/tensorflow.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| ---') && !line.startsWith('| TensorFlow.js |'))
  .flatMap((line) =>
    [
      ...line
        .split(' | ')
        .at(-1)!
        .matchAll(/`([^`]+)`/g),
    ].map(([, code]) => code!),
  )
  .filter((code) => code !== 'hone');

test('the dictionary of TensorFlow.js is read', () => {
  expect(words.length).toBeGreaterThan(60);
});

test.each(words)('in place of TensorFlow.js: %s', async (word) => {
  const around = `
    const [a, b, indices, mask, values, seed, batchSize] = [rand([2, 2]), rand([2, 2]), tensor([0, 1], { dtype: 'int64' }), x.gt(0.5), [1, 2, 3, 4], 0, 2];
    const [xs, ys, params, p, f, loss] = [x, y, model.parameters(), model.at(0).weight, (t) => t.sum(), () => criterion.forward(model.forward(x), y)];
    const url = 'data:application/octet-stream;base64,' + Buffer.from(saveBytes(model.stateDict())).toString('base64');
    const options = { train: loader, validation: loader, loss: criterion, optimizer, epochs: 1 };
    const history = await fit(model, options);
    const run = { stop() {} };
    x.requiresGrad_();
    { const labels = [0, 1];`;
  const code = word
    .replace('F.oneHot(labels', 'F.oneHot(y')
    .replace('(model, [1, 4])', '(model, [1, 6])')
    .replace(/, … }/, ', epochs: 1, optimizer, loss: criterion }')
    .replace('() => …', '() => a.sum()')
    .replace('= …', '= a.sum()');
  await runExample({ where: word, code: `${around} ${/^\w+: /.test(code) ? `await fit(model, { ...options, ${code} })` : code}; }` });
});
