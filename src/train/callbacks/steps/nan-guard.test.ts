/** nanGuard: where the first NaN or infinity came from, and batches that are left out. */
import { ArgumentError, F, manualSeed, nn, noGrad, optim, randint, randn, type Tensor, tensor } from 'hone';
import { DataLoader, TensorDataset } from 'hone/data';
import { accumulateGradients, fit, type Loss, type NonFiniteError, NonFiniteGradientError, NonFiniteLossError, nanGuard } from 'hone/train';
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest';

let warnings: MockInstance<typeof console.warn>;
beforeEach(() => {
  warnings = vi.spyOn(console, 'warn').mockImplementation(() => {});
});
afterEach(() => warnings.mockRestore());

type Batch = [Tensor, Tensor];
const batches = (count = 4, n = 6): Batch[] => Array.from({ length: count }, () => [randn([n, 4]), randint(0, 3, [n])]);

class Net extends nn.Module {
  static override readonly className: string = 'Net';
  body = new nn.Sequential(new nn.Linear(4, 8), new nn.BatchNorm1d(8), new nn.ReLU(), new nn.Dropout(0.3));
  head = new nn.Linear(8, 3);
  forward(x: Tensor): Tensor {
    return this.head.forward(this.body.forward(x));
  }
}

/** What ends a training in which something breaks. */
async function broken(
  model: nn.Module & { forward(x: Tensor): Tensor },
  train: readonly Batch[],
  loss: Loss = new nn.CrossEntropyLoss(),
  callbacks = [nanGuard()],
) {
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  return fit(model, { train, loss, optimizer, epochs: 2, callbacks }).then(
    () => expect.fail('nothing broke'),
    (error: NonFiniteError) => error,
  );
}

describe('the first NaN or infinity', () => {
  test('in the data: which part of the batch, which samples', async () => {
    manualSeed(0);
    const train = batches();
    noGrad(() => [1, 3].map((i) => train[2]![0].at(i, 2).fill_(Number.NaN)));
    const error = await broken(new Net(), train);
    expect(error).toBeInstanceOf(NonFiniteLossError);
    expect(error).toMatchObject({ epoch: 1, step: 3, origin: { phase: 'data', samples: [1, 3] } });
    expect(error.message).toBe(
      'fit: the loss is NaN at epoch 1, step 3; the step was not taken. It is in the data: the input of the batch, float32 [6, 4], holds NaN in samples 1, 3 (of 6, from 0 on).',
    );
  });

  test('in the data: which samples of the data set, where the loader knows', async () => {
    manualSeed(3);
    const [x, y] = [randn([20, 4]), randint(0, 3, [20])];
    x.at(13, 2).fill_(Number.POSITIVE_INFINITY);
    const later = { length: 20, get: async (i: number) => [x.at(i), y.at(i)] as const };
    for (const data of [new TensorDataset(x, y), later]) {
      const train = new DataLoader(data as TensorDataset<[Tensor, Tensor]>, { batchSize: 6, shuffle: true });
      const error = await broken(new Net(), train as unknown as Batch[]);
      expect(error).toMatchObject({ origin: { phase: 'data', inDataset: [13] } });
      expect(error.message).toMatch(/holds infinity in sample \d \(of \d, from 0 on\), 13 in the data set\.$/);
    }
  });

  test('in the targets', async () => {
    const train: Batch[] = [[randn([3, 2]), tensor([[1], [Number.POSITIVE_INFINITY], [2]])]];
    const error = await broken(new nn.Linear(2, 1), train, new nn.MSELoss());
    expect(error).toMatchObject({ origin: { phase: 'data', samples: [1] } });
    expect(error.message).toContain('the target of the batch, float32 [3, 1], holds infinity in sample 1 (of 3');
  });

  test('in the weights, from an earlier step', async () => {
    manualSeed(0);
    const model = new Net();
    const grow = {
      onAfterOptimizerStep: ({ step }: { step: number }) =>
        void (step === 2 && noGrad(() => model.head.bias!.fill_(Number.POSITIVE_INFINITY))),
    };
    const error = await broken(model, batches(), undefined, [nanGuard(), grow]);
    expect(error).toMatchObject({ epoch: 1, step: 3, origin: { phase: 'weights', layer: 'head' } });
    expect(error.message).toContain('It is in the weights: head.bias held infinity before this step');
  });

  class Log extends nn.Module {
    static override readonly className: string = 'Log';
    forward(x: Tensor): Tensor {
      return x.log();
    }
  }
  test('in a layer: its path, the operation, and the line', async () => {
    manualSeed(0);
    const model = new nn.Sequential(new nn.Linear(4, 8), new nn.Sequential(new nn.Tanh(), new Log()), new nn.Linear(8, 3));
    const error = await broken(model, batches());
    expect(error).toMatchObject({ epoch: 1, step: 1, origin: { phase: 'forward', layer: '1.1', layerClass: 'Log', operation: 'log' } });
    expect(error.message).toMatch(
      /The first NaN appeared in the forward pass: log gave it in layer 1\.1 \(Log\), called at .*nan-guard\.test\.ts:\d+:\d+\.$/,
    );
  });

  test('in the forward of the model itself, out of an infinity that an earlier layer gave', async () => {
    class Ratio extends nn.Module {
      static override readonly className: string = 'Ratio';
      up = new nn.Linear(4, 3);
      forward(x: Tensor): Tensor {
        const large = this.up.forward(x).mul(1e30).exp();
        return large.div(large.sum(1, true));
      }
    }
    manualSeed(0);
    const error = await broken(new Ratio(), batches(), (output, target) => F.nllLoss(output, target));
    const cause = { layer: '', layerClass: 'Ratio', operation: 'exp' };
    expect(error).toMatchObject({ origin: { phase: 'forward', layer: '', layerClass: 'Ratio', operation: 'div', cause } });
    expect(error.message).toMatch(
      /div gave it in the forward of Ratio itself, called at .*\. It came of an infinity, which exp gave in the forward of Ratio itself/,
    );
  });

  test('an infinity that is meant, of a mask, is not taken for the cause', async () => {
    class Masked extends nn.Module {
      up = new nn.Linear(4, 3);
      late = new Log();
      forward(x: Tensor): Tensor {
        const mask = tensor([false, false, true]);
        return this.late.forward(F.softmax(this.up.forward(x).maskedFill(mask, Number.NEGATIVE_INFINITY), 1).sub(0.5));
      }
    }
    manualSeed(0);
    expect(await broken(new Masked(), batches())).toMatchObject({ origin: { phase: 'forward', layer: 'late', operation: 'log' } });
  });

  test('before the first operation that has a gradient: the layer', async () => {
    class Prepare extends nn.Module {
      static override readonly className: string = 'Prepare';
      forward(x: Tensor): Tensor {
        return x.sqrt();
      }
    }
    manualSeed(0);
    const error = await broken(new nn.Sequential(new Prepare(), new nn.Linear(4, 3)), batches());
    expect(error).toMatchObject({ origin: { phase: 'forward', layer: '0', layerClass: 'Prepare' } });
    expect(error.message).toContain('in the forward pass, in layer 0 (Prepare), before');
  });

  test('in the loss', async () => {
    manualSeed(0);
    const loss: Loss = (output, target) => F.nllLoss(output.log(), target);
    const error = await broken(new Net(), batches(), loss);
    expect(error).toMatchObject({ origin: { phase: 'loss', operation: 'log' } });
    expect(error.message).toMatch(/The first NaN appeared in the loss: log gave it in the loss, called at .*nan-guard\.test/);
  });

  test('on the way back: the layer, and the operation whose gradient it is', async () => {
    class Root extends nn.Module {
      static override readonly className: string = 'Root';
      forward(x: Tensor): Tensor {
        return x.sub(x).sqrt().add(x); // the slope of the root at 0
      }
    }
    manualSeed(0);
    const error = await broken(new nn.Sequential(new nn.Linear(4, 5), new Root(), new nn.Linear(5, 3)), batches());
    expect(error).toBeInstanceOf(NonFiniteGradientError);
    expect(error).toMatchObject({
      epoch: 1,
      step: 1,
      parameters: ['0.weight', '0.bias'],
      origin: { phase: 'backward', layer: '1', layerClass: 'Root', operation: 'sqrt' },
    });
    expect(error.message).toMatch(
      /the step was not taken, the weights are as before\. Walking back from the loss, the gradients first held infinity in that of sqrt with respect to its input 0, in layer 1 \(Root\), called at/,
    );
  });

  test('with the random numbers of the step, which go on behind it', async () => {
    // Breaks where the dropout of the one step keeps the one sample that it must not keep.
    class Trap extends nn.Module {
      drop = new nn.Dropout(0.5);
      up = new nn.Linear(1, 1);
      forward(x: Tensor): Tensor {
        return this.up.forward(this.drop.forward(x)).mul(1e25).square();
      }
    }
    manualSeed(0);
    const train: Batch[] = Array.from({ length: 20 }, () => [tensor([[1]]), tensor([[0]])]);
    const model = new Trap();
    noGrad(() => [model.up.weight.fill_(1), model.up.bias!.fill_(0)]);
    const error = await broken(model, train, (output) => output.sum());
    expect(error).toMatchObject({ origin: { phase: 'forward', layer: '', operation: 'square' } });
  });

  test('that does not come again: that is said', async () => {
    let calls = 0;
    const error = await broken(new Net(), batches(), (output, target) =>
      F.crossEntropy(output, target).mul(++calls === 2 ? Number.NaN : 1),
    );
    expect(error).toMatchObject({ step: 2, origin: { phase: 'unknown' } });
  });
});

describe('batches left out', () => {
  const run = async (train: readonly Batch[], callbacks: Parameters<typeof fit>[1]['callbacks'] = []) => {
    manualSeed(5);
    const model = new Net();
    const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
    const history = await fit(model, { train, loss: new nn.CrossEntropyLoss(), optimizer, epochs: 1, callbacks: callbacks! });
    const state = Object.values(model.stateDict()).map((x) => x.toArray());
    return { state, history };
  };
  const planted = () => {
    manualSeed(1);
    const good = batches(5);
    const bad: Batch = [good[0]![0].clone(), good[0]![1]];
    noGrad(() => bad[0].at(0, 0).fill_(Number.NaN));
    return { good, bad };
  };

  test('change nothing: neither weights nor running statistics; a warning says why', async () => {
    const { good, bad } = planted();
    // The step before it draws as many random numbers; they go on behind the batch.
    const { state, history } = await run([...good, bad], [nanGuard({ action: 'skip' })]);
    expect(state).toEqual((await run(good)).state);
    expect(history.epochs[0]).toMatchObject({ steps: 6, logged: { skippedBatches: 1 } });
    expect(Number.isFinite(history.epochs[0]!.train.loss)).toBe(true);
    expect([history.steps, history.optimizerSteps]).toEqual([6, 5]);
    expect(warnings.mock.calls.map(([text]) => text)).toEqual([
      expect.stringMatching(
        /the loss is NaN at epoch 1, step 6; the step was not taken\. It is in the data: .* in sample 0 .*nanGuard leaves the batch out\.$/,
      ),
    ]);
  });

  test('leave the others of their group, where only their loss is broken', async () => {
    const { good, bad } = planted();
    const [a, b, c] = good as [Batch, Batch, Batch];
    const group = (n: number) => [nanGuard({ action: 'skip' }), accumulateGradients(n)];
    const { state, history } = await run([a, b, c, bad], group(2));
    expect(history.optimizerSteps).toBe(2);
    expect(state).toEqual((await run([a, b, c], group(2))).state);
  });

  test('take their group along where its gradients are broken', async () => {
    class Slope extends nn.Module {
      up = new nn.Linear(1, 1, { bias: false });
      forward(x: Tensor): Tensor {
        return this.up.forward(x).abs().sqrt();
      }
    }
    const of = (value: number): Batch => [tensor([[value]]), tensor([[0]])];
    const weightAfter = async (train: Batch[]) => {
      manualSeed(0);
      const model = new Slope();
      const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
      await fit(model, {
        train,
        loss: (output) => output.sum(),
        optimizer,
        epochs: 1,
        callbacks: [nanGuard({ action: 'skip' }), accumulateGradients(2)],
      });
      expect(Number.isFinite(model.up.weight.grad?.item() ?? 0)).toBe(true);
      return model.up.weight.item();
    };
    expect(await weightAfter([of(1), of(0), of(2), of(3)])).toBe(await weightAfter([of(2), of(3)]));
  });

  test('are not too many in a row', async () => {
    const { good, bad } = planted();
    const guard = () => nanGuard({ action: 'skip', limit: 2 });
    await run([bad, bad, good[0]!, bad, bad], [guard()]);
    const error = await run([good[0]!, bad, bad, bad], [guard()]).catch((e) => e);
    expect(error).toBeInstanceOf(NonFiniteLossError);
    expect(error).toMatchObject({ epoch: 1, step: 4 });
    expect(error.message).toMatch(/It was left out, as 2 batches before it: nanGuard's limit\.$/);
  });
});

test('what cannot be meant', async () => {
  expect(() => nanGuard({ action: 'warn' as never })).toThrow(ArgumentError);
  expect(() => nanGuard({ limit: 0 })).toThrow(ArgumentError);
  expect(() => nanGuard({ limits: 1 } as never)).toThrow(/no option "limits"/);
  const model = new nn.Linear(4, 3);
  const options = { train: batches(), loss: new nn.CrossEntropyLoss(), optimizer: new optim.SGD(model.parameters()), epochs: 1 };
  await expect(fit(model, { ...options, nonFinite: 'ignore', callbacks: [nanGuard()] })).rejects.toThrow(/nanGuard would find nothing/);
  await expect(fit(model, { ...options, callbacks: [nanGuard(), nanGuard()] })).rejects.toThrow(/two nanGuard/);
});

test('without it the error tells of it', async () => {
  const error = await broken(new nn.Linear(4, 3), batches(), (output) => output.sum().mul(Number.NaN), []);
  expect(error.origin).toBeUndefined();
  expect(error.message).toContain('callbacks: [nanGuard()] names the layer and the operation');
});
