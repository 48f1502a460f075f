/** A training that is cut short at any step and resumed ends with the bits of one that was not. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { F, manualSeed, nn, optim, rand, type Tensor } from 'hone';
import { DataLoader, TensorDataset } from 'hone/data';
import { accumulateGradients, accuracy, type Callback, type FitOptions, fit, type History, type Loader, metric } from 'hone/train';
import { afterAll, describe, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'hone-exact-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;

type Options = FitOptions<readonly Tensor[]>;

/** A model with dropout, batch norm and a state of its own between batches. */
class Net extends nn.Module {
  first = new nn.Linear(4, 8);
  norm = new nn.BatchNorm1d(8);
  drop = new nn.Dropout(0.3);
  last = new nn.Linear(8, 3);
  private calls = 0;
  private memory: Tensor | null = null;

  override forward(x: Tensor): Tensor {
    let hidden = F.relu(this.norm.forward(this.first.forward(x)));
    if (this.training) {
      if (this.memory) hidden = hidden.add(this.memory.mul(0.1));
      this.memory = hidden.mean(0, { keepdim: true }).detach();
      this.calls++;
    }
    return this.last.forward(this.drop.forward(hidden).mul(1 + 0.001 * this.calls));
  }
}

class Crash extends Error {}

/** Throws after the n-th step from now. */
function crashAfter(steps: number): Callback {
  let left = steps;
  return {
    name: 'crash',
    onStep({ phase }) {
      if (phase === 'train' && --left === 0) throw new Crash('crash');
    },
  };
}

/** Makes everything anew, as a program that starts does. */
function program(
  loader: (data: TensorDataset<[Tensor, Tensor]>) => Loader<readonly Tensor[]>,
  more: (optimizer: optim.Optimizer) => Partial<Options>,
) {
  manualSeed(3);
  const x = rand([22, 4]);
  const data = new TensorDataset(x, x.argmax(1).remainder(3)) as TensorDataset<[Tensor, Tensor]>;
  const model = new Net();
  const optimizer = new optim.NAdam(model.parameters(), { lr: 0.01 });
  const extra = more(optimizer as never);
  return {
    model,
    options: {
      train: loader(data),
      validation: new DataLoader(data, { batchSize: 8 }) as unknown as Loader<readonly Tensor[]>,
      loss: new nn.CrossEntropyLoss(),
      optimizer,
      epochs: 3,
      metrics: ['accuracy', metric('margin', (output) => output.amax(1).mean())],
      ...extra,
    } as Options,
  };
}

const bits = (tensors: Record<string, Tensor>) =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [
      name,
      Buffer.from(new Uint8Array((tensor.toTypedArray() as Float32Array).buffer)).toString('hex'),
    ]),
  );

/** All that must be the same: weights, history but for the time, the best epoch. */
function result(model: nn.Module, { epochs, steps, optimizerSteps, stopped, best }: History) {
  return {
    weights: bits(model.stateDict()),
    epochs: epochs.map(({ seconds: _, samplesPerSecond: __, ...rest }) => rest),
    counts: [steps, optimizerSteps],
    stopped,
    best: best && { ...best, stateDict: bits(best.stateDict) },
  };
}

async function whole(make: () => ReturnType<typeof program>) {
  const { model, options } = make();
  return result(model, await fit(model, options));
}

/** Runs the program again and again, until it ends; each time it crashes after so many steps, the last time not at all. */
async function inPieces(
  make: () => ReturnType<typeof program>,
  crashes: readonly number[],
  every: NonNullable<Options['checkpoint']> & object,
) {
  const path = join(folder, `${++files}.ckpt`);
  for (const steps of [...crashes, Number.POSITIVE_INFINITY]) {
    const { model, options } = make();
    const all = { ...options, checkpoint: { ...every, path }, resume: true, callbacks: [...(options.callbacks ?? []), crashAfter(steps)] };
    try {
      const history = await fit(model, all);
      return result(model, history);
    } catch (error) {
      if (!((error as Error).cause instanceof Crash)) throw error;
      expect(existsSync(path)).toBe(true);
    }
  }
  throw new Error('it never ended');
}

const arrays = (data: TensorDataset<[Tensor, Tensor]>) =>
  [...new DataLoader(data, { batchSize: 4 })] as unknown as Loader<readonly Tensor[]>;
const shuffled = (data: TensorDataset<[Tensor, Tensor]>) =>
  new DataLoader(data, { batchSize: 4, shuffle: true }) as unknown as Loader<readonly Tensor[]>;

describe.each([
  ['an array of batches', arrays],
  ['a shuffled loader', shuffled],
] as const)('%s', (_, loader) => {
  const plain = () => program(loader, () => ({}));
  test.each([
    ['every step', { steps: 1 }, Array.from({ length: 17 }, () => 1)],
    ['every other step', { steps: 2 }, [3, 5, 1, 2]],
    ['epochs', 'epoch', [1, 7, 8, 2]],
    ['seconds', { seconds: 1e-9 }, [2, 9, 1]],
  ] as const)('saved after %s', async (_, every, crashes) => {
    expect(await inPieces(plain, crashes, { every } as never)).toEqual(await whole(plain));
  });

  test('with a schedule a step, accumulation, early stopping and the best epoch', async () => {
    const rich = () =>
      program(loader, (optimizer) => ({
        scheduler: { scheduler: new optim.lrScheduler.OneCycleLR(optimizer, { maxLr: 0.05, totalSteps: 15 }), every: 'step' },
        callbacks: [accumulateGradients(2)],
        epochs: 5,
        earlyStopping: { patience: 2, monitor: 'validation.loss' },
        restoreBest: true,
        saveBest: true,
        metrics: [accuracy()],
      }));
    const expected = await whole(rich);
    for (const crashes of [[1], [2, 1], [3, 3, 3], [6], [7, 1, 1, 5]])
      expect(await inPieces(rich, crashes, { every: { steps: 1 } } as never)).toEqual(expected);
  });
});
