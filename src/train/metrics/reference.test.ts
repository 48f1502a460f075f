/** Metrics beside scikit-learn's and torchmetrics': python conformance/metrics.py. In one batch, in many, and resumed between them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadBytes, randint, saveBytes, type Tensor, tensor } from 'hone';
import * as train from 'hone/train';
import { describe, expect, test } from 'vitest';

type Options = Record<string, unknown>;
type Value = number | string | number[][] | Record<string, (number | string)[]>;
type Numbers = number | Numbers[];

const { sets, cases, reports } = JSON.parse(readFileSync(join(import.meta.dirname, 'metrics.fixture.json'), 'utf8')) as {
  sets: Record<string, { output: Numbers; target: Numbers; dtype?: 'int64' }>;
  /** `single`: of float32, whose digits are fewer. */
  cases: [set: string, metric: string, options: Options, value: Value, single?: 1][];
  reports: [set: string, options: Options, text: string][];
};

const metrics = train as unknown as Record<string, (options: Options) => train.Metric>;
const functions = train as unknown as Record<string, (output: Tensor, target: Tensor, options: Options) => unknown>;

function dataOf(name: string): [output: Tensor, target: Tensor] {
  const { output, target, dtype = 'float64' } = sets[name]!;
  const whole = (value: Numbers): boolean => (Array.isArray(value) ? value.every(whole) : Number.isInteger(value));
  return [
    tensor(output as number[], { dtype }),
    tensor(target as number[], { dtype: whole(target) && !('met' === name) ? 'int64' : 'float64' }),
  ];
}

const given = (options: Options): Options =>
  Object.fromEntries(Object.entries(options).map(([key, value]) => [key, value === 'NaN' ? Number.NaN : value]));

function expectSame(found: number, expected: number, digits: number, what: string): void {
  if (Number.isNaN(expected)) expect(found, what).toBeNaN();
  else if (!Number.isFinite(expected)) expect(found, what).toBe(expected);
  else
    expect(Math.abs(found - expected) / Math.max(1, Math.abs(expected)), `${what}: ${found} for ${expected}`).toBeLessThan(10 ** -digits);
}

/** Batches of random sizes, empty ones among them. */
function batches(output: Tensor, target: Tensor): [Tensor, Tensor][] {
  const n = output.shape[0]!;
  const cuts = [0, ...(randint(0, n + 1, [4]).toArray() as number[]).sort((a, b) => a - b), n];
  return cuts.slice(1).map((end, i) => [output.at(`${cuts[i]!}:${end}`), target.at(`${cuts[i]!}:${end}`)]);
}

describe.each(Object.keys(sets))('%s', (name) => {
  const own = cases.filter(([set]) => set === name);
  const [output, target] = dataOf(name);

  test.each([...new Set(own.map(([, metric]) => metric))])('%s', (metric) => {
    let saved = false;
    for (const [, , options, value, single] of own.filter(([, other]) => other === metric)) {
      const what = JSON.stringify(options);
      if (Array.isArray(value)) {
        const matrix = (functions[metric]!(output, target, given(options)) as Tensor).toArray() as number[][];
        matrix.forEach((row, i) => void row.forEach((entry, j) => void expectSame(entry, value[i]![j]!, 12, `${what} ${i} ${j}`)));
        expect(matrix.map(({ length }) => length)).toEqual(value.map(({ length }) => length));
        continue;
      }
      if (typeof value === 'object') {
        const curve = functions[metric]!(output, target, given(options)) as Record<string, Tensor>;
        for (const [part, list] of Object.entries(value)) {
          const numbers = curve[part]!.toArray() as number[];
          expect(numbers.length, `${what} ${part}`).toBe(list.length);
          numbers.forEach((found, i) => void expectSame(found, list[i] === 'inf' ? Infinity : Number(list[i]), 12, `${what} ${part} ${i}`));
        }
        continue;
      }
      const m = metrics[metric]!(given(options));
      const all = train.score(m, output, target);
      expectSame(all, Number(value), single ? 6 : 10, what);
      let count = m.start();
      for (const [x, y] of batches(output, target)) {
        count.update(x, y);
        const resumed = m.start();
        resumed.loadStateDict!(saved ? count.stateDict!() : loadBytes(saveBytes(count.stateDict!())));
        count = resumed;
        saved = true;
      }
      expectSame(count.value(), all, 11, `${what} in batches`);
    }
  });
});

describe('classificationReport', () => {
  test.each(reports)('%s %j', (name, options, text) => {
    const [output, target] = dataOf(name);
    expect(String(train.classificationReport(output, target, options))).toBe(text);
    const { classes, digits, ...read } = options;
    const matrix = new train.ConfusionMatrix(read);
    for (const [x, y] of batches(output, target)) matrix.update(x, y);
    expect(
      String(matrix.report({ ...(classes ? { classes: classes as string[] } : {}), ...(digits ? { digits: digits as number } : {}) })),
    ).toBe(text);
  });
});
