/** The examples of doc comments: found in the source, and run in a context of the names that examples take for granted. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { inspect } from 'node:util';
import { transformSync } from 'esbuild';
import * as hone from 'hone';
import { nn, optim, Tensor } from 'hone';
import * as data from 'hone/data';
import * as formats from 'hone/formats';
import * as report from 'hone/report';
import * as study from 'hone/study';
import * as tensorboard from 'hone/tensorboard';
import * as train from 'hone/train';
import * as vision from 'hone/vision';
import { AsyncFunction, withShows } from '../../docs/.vitepress/run/program.js';
import { madeFigures, madeVerdict } from '../helpers/study-figures.js';

export interface Example {
  /** File and line of the comment. */
  readonly where: string;
  readonly code: string;
}

const source = join(import.meta.dirname, '../../src');

/** Every `@example` of every doc comment in src/. */
export function findExamples(): Example[] {
  const files = (readdirSync(source, { recursive: true }) as string[]).filter((f) => f.endsWith('.ts') && !f.includes('.test')).sort();
  return files.flatMap((file) => {
    const text = readFileSync(join(source, file), 'utf8');
    return [...text.matchAll(/^[ \t]*\/\*\*[\s\S]*?\*\//gm)].flatMap((comment) => {
      const lines = comment[0]
        .replace(/\s*\*\/$/, '')
        .split('\n')
        .map((line) => line.replace(/^\s*\*? ?/, ''));
      const line = text.slice(0, comment.index).split('\n').length;
      return lines.flatMap((first, i) => {
        if (!first.startsWith('@example')) return [];
        const end = lines.findIndex((other, k) => k > i && other.startsWith('@'));
        return [{ where: `${relative('.', file)}:${line}`, code: lines.slice(i + 1, end === -1 ? undefined : end).join('\n') }];
      });
    });
  });
}

/** A study of a moment. */
const tinyStudy = () =>
  study.defineStudy({
    title: 'Four rates',
    data: () => {
      const points = () => new data.TensorDataset(hone.randn([24, 4]), hone.randint(0, 3, [24]));
      return { train: points(), test: points() };
    },
    baseline: { lr: 0.1 },
    factors: { lr: [0.3, 0.03, 0.01] },
    model: () => new nn.Linear(4, 3),
    optimizer: (model, { lr }) => new optim.SGD(model.parameters(), { lr }),
    epochs: 4,
    repeats: 2,
  });

/** What an example may use without saying where it comes from. */
function context(): Record<string, unknown> {
  hone.manualSeed(0);
  const x = hone.rand([8, 6]);
  const labels = hone.randint(0, 3, [8]);
  const model = new nn.Sequential(new nn.Linear(6, 5), new nn.ReLU(), new nn.Linear(5, 3));
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  const criterion = new nn.CrossEntropyLoss();
  const dataset = new data.TensorDataset(x, labels);
  const loader = new data.DataLoader(dataset, { batchSize: 4 });
  const figures = madeFigures({ variants: { baseline: 0, dropout: 0.01 } });
  return {
    ...hone,
    ...data,
    ...formats,
    ...report,
    // What hone/train has under the same name.
    report,
    ...study,
    // What the guide to studies calls a study, by the name of the module.
    study: tinyStudy(),
    ...tensorboard,
    ...train,
    ...vision,
    readFileSync,
    x,
    y: labels,
    labels,
    model,
    optimizer,
    criterion,
    scheduler: new optim.lrScheduler.StepLR(optimizer, { stepSize: 2 }),
    dataset,
    loader,
    trainLoader: loader,
    testLoader: loader,
    train: loader,
    validation: loader,
    loss: criterion.forward(model.forward(x), labels),
    validationLoss: 0.5,
    figures,
    verdict: madeVerdict(figures),
    images: hone.randint(0, 256, [8, 1, 4, 4], { dtype: 'uint8' }),
    queries: hone.rand([2, 3, 4]),
    keys: hone.rand([2, 5, 4]),
    $show: shows,
  };
}

/** Throws unless `value` is what the comment beside it says. */
export function shows(value: unknown, said: string): unknown {
  const shown = value instanceof Tensor ? (said.startsWith('tensor(') ? String(value) : value.toArray()) : value;
  if (said.startsWith('tensor(')) {
    if (shown !== said) throw new Error(`the example says ${said}, it gives ${String(shown)}`);
    return value;
  }
  const expected = JSON.parse(said.replaceAll("'", '"'));
  const digits = Math.max(0, ...[...said.matchAll(/\.(\d+)/g)].map(([, d]) => d!.length));
  const same = (a: unknown, b: unknown): boolean =>
    Array.isArray(b)
      ? Array.isArray(a) && a.length === b.length && b.every((v, i) => same(a[i], v))
      : typeof b === 'number'
        ? typeof a === 'number' && Math.abs(a - b) <= 0.5000001 * 10 ** -digits * (digits > 0 ? 1 : 0)
        : a === b;
  if (!same(shown, expected)) throw new Error(`the example says ${said}, it gives ${inspect(shown, { depth: 5 })}`);
  return value;
}

/**
 * Runs an example; `expression; // literal` is checked. Imports are left out, as the context has all names, and `{ … }` is an empty body.
 */
export async function runExample({ code }: Example): Promise<void> {
  const body = `async function example() { {\n${withShows(code.replaceAll(/^import .*$/gm, ''))}\n} }`;
  const { code: script } = transformSync(body, { loader: 'ts', target: 'es2022' });
  const { var: _reserved, ...names } = context();
  const run = new AsyncFunction(...Object.keys(names), `${script}\nawait example.call(this);`);
  await run.call({ fc1: new nn.Linear(6, 6), training: true }, ...Object.values(names));
}
