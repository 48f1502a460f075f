/** lrFind: on problems of which the answer is known, and without a trace afterwards. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Generator, initialSeed, manualSeed, nn, ones, optim, rand, randn, type Tensor, tensor, zeros } from 'hone';
import { DataLoader } from 'hone/data';
import { evaluate, type LrFindOptions, lrFind } from 'hone/train';
import { describe, expect, it, test } from 'vitest';
import { points } from '../../../test/helpers/training.js';

const halfSquare = (output: Tensor, target: Tensor) => output.sub(target).square().mean().mul(0.5);

/** `curvature / 2 w^2`, from w = 1, by plain gradient descent: it converges below 2 / curvature, and diverges above. */
function parabola(curvature: number) {
  const model = new nn.Linear(1, 1, { bias: false, dtype: 'float64' });
  nn.init.ones_(model.weight);
  const x = ones([2, 1], { dtype: 'float64' }).mul(Math.sqrt(curvature));
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  return { model, options: { train: [[x, zeros([2, 1], { dtype: 'float64' })]], loss: halfSquare, optimizer } };
}

describe('lrFind', () => {
  it.each([0.3, 2, 70])('finds where gradient descent on a parabola of curvature %d stops to converge', async (curvature) => {
    const { model, options } = parabola(curvature);
    const { suggestion, suggestions, range, curves } = await lrFind(model, { ...options, maxLr: 1e3 });
    expect(range!.to.value).toBeLessThan(2 / curvature);
    expect(range!.to.value).toBeGreaterThan(1 / curvature);
    expect(suggestion).toBeLessThan(1 / curvature);
    expect(suggestion).toBeGreaterThan(0.01 / curvature);
    expect(suggestions!.minimum.value).toBeCloseTo(range!.to.value / 10, 12);
    expect(curves.map(({ seed, diverged }) => [seed, diverged])).toEqual([
      [0, true],
      [1, true],
      [2, true],
    ]);
    // Every batch is the same: so are the seeds.
    expect(range!.to).toEqual({ value: expect.closeTo(range!.to.min, 12), min: range!.to.min, max: range!.to.min });
  });

  it.each<[string, Partial<LrFindOptions<Tensor[]>>, string]>([
    ['flat', { minLr: 1e-9, maxLr: 1e-7 }, 'the loss neither falls nor rises. Raise maxLr'],
    ['falling', { minLr: 1e-4, maxLr: 0.1 }, 'the loss still falls at the highest rate. Raise maxLr.'],
    ['rising', { minLr: 5, maxLr: 500 }, 'the loss only rises. Lower minLr'],
    ['short', { steps: 4 }, 'there are too few steps. Take more: steps: 100.'],
  ])('says that there is no clear valley where the curve is %s', async (why, given, words) => {
    const { model, options } = parabola(1);
    const found = await lrFind(model, { ...options, ...given });
    expect([found.suggestion, found.suggestions, found.range]).toEqual([undefined, undefined, undefined]);
    expect(found.curves.map(({ noValley }) => noValley)).toEqual([why, why, why]);
    expect(String(found)).toContain(`no clear valley: ${words}`);
  });

  it('has no valley in noise that rates do not change', async () => {
    manualSeed(3);
    const model = new nn.Linear(1, 1);
    const found = await lrFind(model, {
      train: Array.from({ length: 50 }, () => [randn([4, 1]), randn([4, 1])]),
      loss: (_, target) => model.weight.mul(0).sum().add(target.square().mean()),
      optimizer: new optim.SGD(model.parameters(), { lr: 1 }),
    });
    expect(found.curves.map(({ noValley }) => noValley)).toEqual(['flat', 'flat', 'flat']);
  });

  it('shows how seeds differ, and rates by mode, steps and groups', async () => {
    manualSeed(0);
    const model = new nn.Sequential(new nn.Linear(4, 16), new nn.ReLU(), new nn.Linear(16, 2));
    const optimizer = new optim.Adam(
      [{ params: model.children()[0]!.parameters(), lr: 1e-4 }, { params: model.children()[2]!.parameters() }],
      {
        lr: 1e-2,
      },
    );
    const seen: number[][] = [];
    optimizer.registerStepPreHook(() => void seen.push(optimizer.paramGroups.map(({ lr }) => lr)));
    const train = new DataLoader(points(64), { batchSize: 8, shuffle: true });
    const loss = new nn.CrossEntropyLoss();
    const found = await lrFind(model, { train, loss, optimizer, seeds: [4, 7], minLr: 1e-5, maxLr: 100, steps: 60 });
    const { range, suggestion } = found;
    expect(range!.from.min).toBeLessThan(range!.from.max);
    expect(suggestion).toBeGreaterThan(range!.from.value);
    expect(suggestion).toBeLessThan(range!.to.value);
    expect(found.curves[0]!.loss).not.toEqual(found.curves[1]!.loss);
    expect(seen[0]).toEqual([expect.closeTo(1e-7, 15), expect.closeTo(1e-5, 15)]);
    expect(found.curves[0]!.lr[1]! / found.curves[0]!.lr[0]!).toBeCloseTo(1e7 ** (1 / 59), 10);
    expect(String(found)).toMatch(
      /^lrFind: 2 seeds, 60 steps from 0.00001 to 100 \(exponential\)\nsuggestion {4}[\d.]+ \([\d.]+ to [\d.]+\)\nrange /,
    );
    const svg = await found.toSvg();
    expect(svg).toContain('>seed 4<');
    expect(svg).toContain('>seed 7<');
    expect(svg).toContain(`>Learning rate: ${Number(suggestion!.toPrecision(2))}, between `);
    const path = join(mkdtempSync(join(tmpdir(), 'hone-lr-')), 'lr.svg');
    await found.plot(path);
    expect(readFileSync(path, 'utf8')).toContain('</svg>');
    const linear = await lrFind(model, { train, loss, optimizer, seeds: 1, minLr: 1e-3, maxLr: 1e-2, steps: 10, mode: 'linear' });
    expect(linear.curves[0]!.lr).toEqual(Array.from({ length: 10 }, (_, i) => expect.closeTo(1e-3 * (i + 1), 12)));
  });
});

/** Counts its batches, and keeps what it saw last. */
class Remembering extends nn.Module {
  readonly layers = new nn.Sequential(new nn.Linear(4, 8), new nn.BatchNorm1d(8), new nn.Dropout(0.3), new nn.Linear(8, 2));
  count = 0;
  last: Tensor | null = null;
  readonly means: Tensor[] = [zeros([2])];
  forward(x: Tensor): Tensor {
    this.count++;
    const y = this.layers.forward(x);
    this.last = y.detach();
    this.means[0] = y.detach().mean(0);
    return y;
  }
}

describe('afterwards everything is as before', () => {
  async function traced(loss: LrFindOptions<Tensor[]>['loss'], fails: boolean) {
    manualSeed(5);
    const model = new Remembering();
    const optimizer = new optim.AdamW(model.parameters(), { lr: 0.01, amsgrad: true });
    const generator = new Generator(9);
    const train = new DataLoader(points(40), { batchSize: 8, shuffle: true, generator });
    const [[x, y]] = train as unknown as [[Tensor, Tensor]];
    const cross = new nn.CrossEntropyLoss();
    cross.forward(model.forward(x), y).backward();
    optimizer.step();
    optimizer.zeroGrad();
    cross.forward(model.forward(x), y).backward();
    model.layers.children()[1]!.eval();
    const state = () => {
      const values = (record: object) => JSON.stringify(record, (_, v: unknown) => (typeof v === 'bigint' ? String(v) : v));
      return [
        values(model.stateDict()),
        values(optimizer.stateDict()),
        values(model.parameters().map(({ grad }) => grad)),
        values([model.count, model.last, model.means, initialSeed(), Object.keys(model)]),
        model.modules().map(({ training }) => training),
        [...generator.getState()].join(),
        JSON.stringify(train.stateDict(), (_, v: unknown) => (ArrayBuffer.isView(v) ? undefined : v)),
      ];
    };
    const before = state();
    const grads = model.parameters().map(({ grad }) => grad);
    manualSeed(6);
    const next = rand([3]).toArray();
    manualSeed(6);
    const run = lrFind(model, { train, loss, optimizer, steps: 12, seeds: 2 });
    if (fails) await expect(run).rejects.toThrow();
    else await run;
    expect(rand([3]).toArray()).toEqual(next);
    manualSeed(5);
    expect(state()).toEqual(before.with(3, state()[3]!));
    expect(model.parameters().every(({ grad }, i) => grad === grads[i])).toBe(true);
    // It goes on as if nothing had been: the optimizer's lists are those of its state.
    optimizer.step();
    return JSON.stringify([model.stateDict(), optimizer.stateDict(), model.count]);
  }

  it('where it ends well, and where it throws', async () => {
    let calls = 0;
    const failing: LrFindOptions<Tensor[]>['loss'] = (output, target) => {
      if (++calls > 17) throw new Error('planted');
      return new nn.CrossEntropyLoss().forward(output, target);
    };
    const [well, badly] = [await traced(new nn.CrossEntropyLoss(), false), await traced(failing, true)];
    expect(badly).toBe(well);
  });

  it('of an optimizer that had not stepped, which has no state then', async () => {
    const { model, options } = parabola(1);
    const optimizer = new optim.Adam(model.parameters());
    await lrFind(model, { ...options, optimizer, steps: 10, seeds: 1 });
    expect([optimizer.state.size, optimizer.hasStepped, optimizer.paramGroups[0]!.lr, model.weight.grad]).toEqual([0, false, 1e-3, null]);
    expect(model.weight.item()).toBe(1);
  });

  it('and meanwhile the model is busy', async () => {
    const { model, options } = parabola(1);
    const run = lrFind(model, { ...options, steps: 20 });
    await expect(evaluate(model, options.train, { loss: halfSquare })).rejects.toThrow('evaluate: this model is being trained by lrFind (');
    await expect(lrFind(model, options)).rejects.toThrow('lrFind: this model is being trained by lrFind (');
    await run;
  });
});

test.each<[unknown, string]>([
  [undefined, 'lrFind: got no options. Write lrFind(model, { train, loss, optimizer }).'],
  [{ train: undefined }, 'lrFind: train is missing'],
  [{ train: [] }, 'lrFind: the train loader gave no batches.'],
  [{ train: (function* () {})() }, 'lrFind: train is a generator, which can be gone through only once.'],
  [{ loss: 'mse' }, 'lrFind: the loss is "mse"'],
  [{ optimizer: undefined }, 'lrFind: the optimizer is undefined, expected one of optim'],
  [{ minLr: 0 }, 'lrFind: minLr is 0'],
  [{ minLr: 1, maxLr: 1 }, 'lrFind: maxLr is 1'],
  [{ steps: 1 }, 'lrFind: steps is 1'],
  [{ seeds: 0 }, 'lrFind: seeds is 0'],
  [{ seeds: [] }, 'lrFind: seeds is empty'],
  [{ seeds: [0, -1] }, 'lrFind: seeds[1] is -1'],
  [{ stopFactor: 1 }, 'lrFind: stopFactor is 1'],
  [{ mode: 'exp' }, 'lrFind: mode is "exp"'],
  [{ end_lr: 1 }, 'lrFind: there is no option "end_lr".'],
  [{ loss: () => tensor(1) }, 'lrFind: the loss does not depend on any parameter'],
])('%s: %s', async (given, message) => {
  const { model, options } = parabola(1);
  await expect(lrFind(model, given === undefined ? (given as never) : { ...options, ...(given as object) })).rejects.toThrow(message);
});

test('a model whose loss is NaN from the start has no valley', async () => {
  const { model, options } = parabola(1);
  const found = await lrFind(model, { ...options, loss: (output) => output.mean().mul(Number.NaN), seeds: 1 });
  expect(String(found)).toContain('no clear valley: the loss only rises.');
  expect(found.curves[0]!.loss).toEqual([]);
  await expect(found.toSvg()).rejects.toThrow('toChart: the loss is NaN or infinite from the first step on');
});
