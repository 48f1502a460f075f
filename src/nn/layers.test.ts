import { ArgumentError, DTypeError, manualSeed, nn, noGrad, ones, ShapeError, type Tensor, tensor } from 'hone';
import { describe, expect, it } from 'vitest';

const f64 = (values: Parameters<typeof tensor>[0]) => tensor(values, { dtype: 'float64' });
const close = (x: Tensor, expected: readonly number[], digits = 12) => {
  [...(x.toTypedArray() as Float64Array)].forEach((v, i) => {
    expect(v).toBeCloseTo(expected[i]!, digits);
  });
  expect(x.numel()).toBe(expected.length);
};

describe('batch norm', () => {
  // b = nn.BatchNorm1d(3, dtype=torch.float64, **options); b(x); b(x * 2 + 1); b.eval(): running_mean, running_var, b(x)[0]
  it.each([
    [
      {},
      [0.6075, 0.39, 0.20875],
      [2.2391666666666667, 1.79, 3.862291666666667],
      [0.2622983031766492, 1.2033671379745905, 1.420285457668836],
    ],
    [{ momentum: null }, [3.125, 2, 1.0625], [7.291666666666666, 5, 15.572916666666668], [-0.7869465451863655, 0, 0.4909718494125403]],
    [
      { momentum: 0.3, eps: 0.01 },
      [1.7175, 1.11, 0.60375],
      [4.6025, 3.31, 9.273125],
      [-0.33408249147644814, 0.4884509569541221, 0.7864751894314237],
    ],
  ])('keeps statistics as torch does: %j', (options, mean, variance, row) => {
    const x = f64([
      [1, 2, 3],
      [4, -1, 0.5],
      [2, 2, -3],
      [0, 1, 1],
    ]);
    const layer = new nn.BatchNorm1d(3, { ...options, dtype: 'float64' });
    layer.forward(x);
    layer.forward(x.mul(2).add(1));
    layer.eval();
    close(layer.runningMean!, mean);
    close(layer.runningVar!, variance);
    expect(layer.numBatchesTracked!.item()).toBe(2);
    expect(layer.numBatchesTracked!.dtype).toBe('int64');
    close(layer.forward(x).select(0, 0), row);
    expect(layer.numBatchesTracked!.item()).toBe(2);
    layer.resetRunningStats();
    expect([layer.runningMean!.toArray(), layer.runningVar!.toArray(), layer.numBatchesTracked!.item()]).toEqual([[0, 0, 0], [1, 1, 1], 0]);
  });

  it('without statistics normalises by the batch in evaluation too', () => {
    const layer = new nn.BatchNorm1d(1, { trackRunningStats: false, affine: false, eps: 1e-12 }).eval();
    expect(layer.forward(tensor([[1], [3]])).toArray()).toEqual([[-1], [1]]);
    expect(layer.parameters()).toEqual([]);
    expect(layer.stateDict()).toEqual({});
  });

  it('does not count a batch that it cannot take', () => {
    const layer = new nn.BatchNorm1d(2);
    expect(() => layer.forward(ones([1, 2]))).toThrow('BatchNorm1d: training needs more than 1 value per channel');
    expect(layer.numBatchesTracked!.item()).toBe(0);
  });

  it('says which layer fits the input', () => {
    expect(() => new nn.BatchNorm2d(128).forward(ones([2, 128]))).toThrow(
      new ShapeError('BatchNorm2d: input is [2, 128] (2 dims), expected [N, C, H, W]. Use nn.BatchNorm1d(128).'),
    );
    expect(() => new nn.BatchNorm1d(3).forward(ones([2, 3, 4, 4]))).toThrow('expected [N, C] or [N, C, L]. Use nn.BatchNorm2d(3).');
    expect(() => new nn.BatchNorm3d(3).forward(ones([2]))).toThrow('BatchNorm3d: input is [2] (1 dims), expected [N, C, D, H, W].');
    expect(new nn.BatchNorm3d(3).forward(ones([2, 3, 2, 2, 2])).shape).toEqual([2, 3, 2, 2, 2]);
  });
});

/** The broken model of the first seed document, and how its errors lead to one that works. */
describe('the broken batch-norm model', () => {
  class Net extends nn.Module {
    fc1 = new nn.Linear(32 * 32, 256);
    bn1: nn.Module;
    fc2 = new nn.Linear(256, 128);
    bn2: nn.Module;
    fc3: nn.Linear;

    constructor(bn1: nn.Module, bn2: nn.Module, fc3: nn.Linear) {
      super();
      this.bn1 = bn1;
      this.bn2 = bn2;
      this.fc3 = fc3;
    }

    forward(x: Tensor): Tensor {
      x = x.view(-1, 32 * 32);
      x = (this.bn1.forward(this.fc1.forward(x)) as Tensor).relu();
      x = (this.bn2.forward(this.fc2.forward(x)) as Tensor).relu();
      return this.fc3.forward(x);
    }
  }
  const run = (...layers: ConstructorParameters<typeof Net>) => new Net(...layers).forward(ones([2, 32, 32]));

  it('names the layer, the counts and the fix at each mistake', () => {
    const first = () => run(new nn.BatchNorm1d(32 * 32), new nn.BatchNorm2d(128), new nn.Linear(64, 4));
    expect(first).toThrow(ShapeError);
    expect(first).toThrow(/^bn1 \(BatchNorm1d\): .*256 features.*1024.*nn\.BatchNorm1d\(256\)/);
    expect(() => run(new nn.BatchNorm1d(256), new nn.BatchNorm2d(128), new nn.Linear(64, 4))).toThrow(
      /^bn2 \(BatchNorm2d\): input is \[2, 128\] .*Use nn\.BatchNorm1d\(128\)\./,
    );
    expect(() => run(new nn.BatchNorm1d(256), new nn.BatchNorm1d(128), new nn.Linear(64, 4))).toThrow(/^fc3 \(Linear\): .*128.*64/);
    expect(run(new nn.BatchNorm1d(256), new nn.BatchNorm1d(128), new nn.Linear(128, 4)).shape).toEqual([2, 4]);
  });
});

describe('dropout', () => {
  it('drops what torch drops, in training only', () => {
    manualSeed(42);
    // torch.manual_seed(42); nn.Dropout(0.4)(torch.ones(2, 5)), nn.Dropout2d(0.5)(torch.ones(2, 3, 1, 2))
    const layer = new nn.Dropout(0.4);
    const kept = 1.6666666269302368;
    expect(layer.forward(ones([2, 5])).toArray()).toEqual([
      [kept, kept, kept, kept, kept],
      [kept, 0, 0, kept, kept],
    ]);
    expect(
      new nn.Dropout2d(0.5)
        .forward(ones([2, 3, 1, 2]))
        .flatten()
        .toArray(),
    ).toEqual([2, 2, 2, 2, 0, 0, 0, 0, 2, 2, 0, 0]);
    const x = ones([3]);
    expect(layer.eval().forward(x)).toBe(x);
  });

  it('in place writes over the input, and its gradient is right', () => {
    manualSeed(1);
    const x = ones([100], { requiresGrad: true });
    const y = x.mul(1);
    const out = new nn.Dropout(0.5, { inplace: true }).forward(y);
    expect(out).toBe(y);
    out.sum().backward();
    expect(x.grad!.toArray()).toEqual(out.toArray());
  });

  it('drops whole channels of a sequence', () => {
    manualSeed(3);
    const rows = new nn.Dropout1d(0.5).forward(ones([1, 8, 5])).toArray() as number[][][];
    for (const row of rows[0]!) expect(new Set(row).size).toBe(1);
    expect(new Set(rows[0]!.map((row) => row[0])).size).toBe(2);
  });

  it.each([1.1, -0.1, Number.NaN])('refuses p %s', (p) => {
    expect(() => new nn.Dropout(p)).toThrow(ArgumentError);
    expect(() => new nn.Dropout2d({ p })).toThrow('Dropout2d: p is');
  });
});

describe('activations', () => {
  const names = ['ReLU', 'ReLU6', 'LeakyReLU', 'ELU', 'SELU', 'SiLU', 'Mish', 'Hardswish', 'Hardtanh'] as const;

  it.each(names)('%s in place gives the value and the gradient of the plain form', (name) => {
    const values = [-7, -2.5, -0.5, 0.25, 0.75, 4, 7];
    const run = (inplace: boolean) => {
      const layer =
        name === 'LeakyReLU' || name === 'ELU'
          ? new nn[name](undefined, { inplace })
          : name === 'Hardtanh'
            ? new nn.Hardtanh(-1, 1, { inplace })
            : new nn[name]({ inplace });
      const x = tensor(values, { dtype: 'float64', requiresGrad: true });
      const h = x.mul(1);
      const y = layer.forward(h);
      expect(y === h).toBe(inplace);
      y.mul(y).sum().backward();
      const bare = tensor(values, { dtype: 'float64' });
      expect(noGrad(() => layer.forward(bare)).toArray()).toEqual(y.toArray());
      expect(bare.toArray()).toEqual(inplace ? y.toArray() : values);
      return [y.toArray(), x.grad!.toArray()];
    };
    const [written, plain] = [run(true), run(false)].map((lists) => (lists as number[][]).flat());
    // In place the gradient of some comes from the result, which is rounded.
    written!.forEach((value, i) => {
      expect(value).toBeCloseTo(plain![i]!, 13);
    });
  });

  it('passes its numbers on', () => {
    const x = f64([-2, 3]);
    expect(new nn.LeakyReLU(0.5).forward(x).toArray()).toEqual([-1, 3]);
    expect(new nn.Hardtanh(-1, 2).forward(x).toArray()).toEqual([-1, 2]);
    close(new nn.ELU(2).forward(x), [2 * Math.expm1(-2), 3]);
    close(new nn.Softplus(2, 4).forward(x), [Math.log1p(Math.exp(-4)) / 2, 3]);
    close(new nn.Softmax(0).forward(x).add(new nn.Softmin(0).forward(x)), [1, 1]);
    close(new nn.LogSoftmax({ dim: 0 }).forward(x).exp().sum(), [1]);
    close(new nn.Sigmoid().forward(x), [1 / (1 + Math.exp(2)), 1 / (1 + Math.exp(-3))]);
    close(new nn.Tanh().forward(x), [Math.tanh(-2), Math.tanh(3)]);
    // torch.nn.functional.gelu(torch.tensor([-2., 3.], dtype=torch.float64)), and approximate='tanh'
    close(new nn.GELU().forward(x), [-0.04550026389635842, 2.99595030590511]);
    close(new nn.GELU({ approximate: 'tanh' }).forward(x), [-0.04540230591222898, 2.996362607918227]);
  });

  it('PReLU learns its slope', () => {
    const layer = new nn.PReLU(2, { init: 0.5, dtype: 'float64' });
    const x = f64([
      [-2, 3],
      [4, -6],
    ]);
    const y = layer.forward(x);
    expect(y.toArray()).toEqual([
      [-1, 3],
      [4, -3],
    ]);
    y.sum().backward();
    expect(layer.weight.grad!.toArray()).toEqual([-2, -6]);
  });
});

describe('shapes and windows', () => {
  it('Flatten, Unflatten, Identity', () => {
    const x = ones([2, 6, 2, 2]);
    expect(new nn.Flatten().forward(x).shape).toEqual([2, 24]);
    expect(new nn.Unflatten(1, [2, -1]).forward(x).shape).toEqual([2, 2, 3, 2, 2]);
    expect(new nn.Identity().forward(x)).toBe(x);
  });

  it('pooling layers pass their options on', () => {
    const image = tensor(Array.from({ length: 25 }, (_, i) => i)).view(1, 1, 5, 5);
    // im = torch.arange(25.).reshape(1, 1, 5, 5), with the same layers
    const flat = (x: Tensor) => x.flatten().toArray();
    expect(flat(new nn.MaxPool2d(2, 1).forward(image))).toEqual([6, 7, 8, 9, 11, 12, 13, 14, 16, 17, 18, 19, 21, 22, 23, 24]);
    expect(flat(new nn.MaxPool2d(3, 2, { padding: 1 }).forward(image))).toEqual([6, 8, 9, 16, 18, 19, 21, 23, 24]);
    expect(flat(new nn.MaxPool2d(3, { stride: 2, padding: 1 }).forward(image))).toEqual([6, 8, 9, 16, 18, 19, 21, 23, 24]);
    expect(flat(new nn.AvgPool2d(2, { padding: 1, countIncludePad: false }).forward(image))).toEqual([
      0, 1.5, 3.5, 7.5, 9, 11, 17.5, 19, 21,
    ]);
    expect(flat(new nn.AvgPool2d(2, { ceilMode: true, divisorOverride: 2 }).forward(image))).toEqual([
      6, 10, 6.5, 26, 30, 16.5, 20.5, 22.5, 12,
    ]);
    expect(flat(new nn.AdaptiveAvgPool2d([1, null]).forward(image))).toEqual([10, 11, 12, 13, 14]);
    const [, places] = new nn.MaxPool2d(2, { returnIndices: true }).forward(image);
    expect(flat(places)).toEqual([6, 8, 16, 18]);
  });

  it('Conv2d passes its options on', () => {
    const x = ones([1, 2, 5, 5]);
    expect(new nn.Conv2d(2, 4, 3, { stride: 2, padding: 1, groups: 2 }).forward(x).shape).toEqual([1, 4, 3, 3]);
    expect(new nn.Conv2d(2, 3, 3, { dilation: 2, bias: false }).forward(x).shape).toEqual([1, 3, 1, 1]);
    expect(new nn.Conv2d(2, 3, 3, { padding: 'same' }).forward(x).shape).toEqual([1, 3, 5, 5]);
    const layer = new nn.Conv2d(2, 1, [3, 1]);
    nn.init.ones_(layer.weight);
    nn.init.zeros_(layer.bias!);
    expect(layer.forward(x).shape).toEqual([1, 1, 3, 5]);
    expect(layer.forward(x).sum().item()).toBe(15 * 6);
  });

  it('LayerNorm normalises the last dims', () => {
    const layer = new nn.LayerNorm([2], { eps: 0, dtype: 'float64' });
    expect(
      layer
        .forward(
          f64([
            [1, 3],
            [10, 20],
          ]),
        )
        .toArray(),
    ).toEqual([
      [-1, 1],
      [-1, 1],
    ]);
    expect(layer.parameters().length).toBe(2);
  });

  it('Embedding looks rows up; the padding row is zero and is not trained', () => {
    const layer = new nn.Embedding(4, 3, { paddingIdx: -4 });
    expect(layer.paddingIdx).toBe(0);
    const y = layer.forward(
      tensor(
        [
          [0, 2],
          [2, 1],
        ],
        { dtype: 'int64' },
      ),
    );
    expect(y.shape).toEqual([2, 2, 3]);
    expect(y.select(0, 0).select(0, 0).toArray()).toEqual([0, 0, 0]);
    y.sum().backward();
    expect(layer.weight.grad!.toArray()).toEqual([
      [0, 0, 0],
      [1, 1, 1],
      [2, 2, 2],
      [0, 0, 0],
    ]);
  });
});

describe('losses', () => {
  const logits = f64([
    [1, 2, 0.5],
    [0.2, -1, 3],
  ]);
  const labels = tensor([1, 2], { dtype: 'int64' });
  const p = f64([0.2, 0.7]);
  const q = f64([0, 1]);

  it('pass their options on', () => {
    // The same calls in torch.
    close(
      new nn.CrossEntropyLoss({ weight: f64([1, 2, 3]), labelSmoothing: 0.1, reduction: 'sum' }).forward(logits, labels),
      [1.692909316734155],
    );
    close(new nn.CrossEntropyLoss({ ignoreIndex: 2 }).forward(logits, labels), [0.4643687841079449]);
    close(new nn.NLLLoss({ weight: f64([1, 2, 3]) }).forward(new nn.LogSoftmax(1).forward(logits), labels), [0.23143822023316388]);
    close(new nn.BCELoss({ weight: f64([2, 3]) }).forward(p, q), [0.7581559672223084]);
    close(new nn.BCEWithLogitsLoss({ posWeight: f64(2), reduction: 'none' }).forward(p, q), [0.7981388693815918, 0.8063720977709158]);
    close(new nn.MSELoss({ reduction: 'sum' }).forward(p, q), [0.13]);
    close(new nn.L1Loss().forward(p, q), [0.25]);
    close(new nn.SmoothL1Loss({ beta: 0.25 }).forward(p, q), [0.1275]);
    close(new nn.HuberLoss({ delta: 0.25 }).forward(p, q), [0.031875]);
  });

  it('keep weights as buffers, as torch does', () => {
    expect(Object.keys(new nn.CrossEntropyLoss({ weight: ones([3]) }).stateDict())).toEqual(['weight']);
    expect(Object.keys(new nn.BCEWithLogitsLoss({ posWeight: ones([3]) }).stateDict())).toEqual(['pos_weight']);
    expect(new nn.CrossEntropyLoss({ weight: ones([3]) }).double().weight!.dtype).toBe('float64');
    expect(new nn.MSELoss().stateDict()).toEqual({});
  });

  it('refuse an unknown reduction', () => {
    expect(() => new nn.MSELoss({ reduction: 'average' as 'mean' })).toThrow(
      `MSELoss: reduction is "average", expected 'mean', 'sum' or 'none'.`,
    );
  });
});

it.each([
  [() => new nn.Linear(-1, 3), ArgumentError, 'Linear: inFeatures is -1, expected a whole number of at least 0.'],
  [() => new nn.Linear(3, 2.5), ArgumentError, 'Linear: outFeatures is 2.5'],
  [() => new nn.Linear(3, 2, { dtype: 'int64' }), DTypeError, 'Linear: dtype is int64, expected float32 or float64.'],
  [() => new nn.Conv2d(3, 4, 3, { groups: 2 }), ArgumentError, 'Conv2d: groups 2 must divide inChannels 3 and outChannels 4.'],
  [() => new nn.Conv2d(3, 4, 0), ArgumentError, 'Conv2d: kernelSize is 0'],
  [
    () => new nn.Conv2d(3, 4, 3, { padding: 'full' as 'same' }),
    ArgumentError,
    `Conv2d: padding is "full", expected numbers, 'same' or 'valid'.`,
  ],
  [() => new nn.Conv2d(3, 4, 3, { padding: 'same', stride: 2 }), ArgumentError, "Conv2d: padding 'same' needs stride 1, got (2, 2)."],
  [() => new nn.BatchNorm2d(undefined as unknown as number), ArgumentError, 'BatchNorm2d: numFeatures is undefined'],
  [() => new nn.Embedding(3, 2, { paddingIdx: 3 }), ArgumentError, 'Embedding: paddingIdx is 3, expected a whole number from -3 to 2.'],
  [() => new nn.PReLU(-1), ArgumentError, 'PReLU: numParameters is -1'],
  [() => new nn.LayerNorm([2, -1]), ShapeError, 'LayerNorm: shape [2, -1] has the size -1.'],
])('%s', (build, type, message) => {
  expect(build).toThrow(type);
  expect(build).toThrow(message);
});
