import { describe, expect, test } from 'vitest';
import { HoneError, nn, ones, randn, ShapeError, type Tensor, tensor } from '../../../index.js';

// A kernel walks all of its operands by sizes taken from a few of them: each is held against these first, also when a weight was replaced.
const layers: [string, () => nn.Module, () => unknown[]][] = [
  ['RNN', () => new nn.RNN(6, 7), () => [randn([5, 3, 6])]],
  ['RNN, two layers, both directions', () => new nn.RNN(6, 7, 2, { bidirectional: true }), () => [randn([5, 3, 6])]],
  ['LSTM', () => new nn.LSTM(6, 7), () => [randn([5, 3, 6])]],
  ['LSTM with projections', () => new nn.LSTM(6, 7, { projSize: 2 }), () => [randn([5, 3, 6])]],
  ['GRU', () => new nn.GRU(6, 7), () => [randn([5, 3, 6])]],
  ['RNNCell', () => new nn.RNNCell(6, 7), () => [randn([3, 6])]],
  ['LSTMCell', () => new nn.LSTMCell(6, 7), () => [randn([3, 6])]],
  ['GRUCell', () => new nn.GRUCell(6, 7), () => [randn([3, 6])]],
  ['Linear', () => new nn.Linear(6, 7), () => [randn([3, 6])]],
  ['Bilinear', () => new nn.Bilinear(6, 6, 7), () => [randn([3, 6]), randn([3, 6])]],
  ['Conv1d', () => new nn.Conv1d(4, 6, 3, { groups: 2 }), () => [randn([2, 4, 8])]],
  ['Conv2d', () => new nn.Conv2d(2, 3, 3), () => [randn([2, 2, 5, 5])]],
  ['ConvTranspose2d', () => new nn.ConvTranspose2d(2, 3, 3), () => [randn([2, 2, 5, 5])]],
  ['BatchNorm1d', () => new nn.BatchNorm1d(6), () => [randn([3, 6])]],
  ['BatchNorm1d in evaluation', () => new nn.BatchNorm1d(6).eval(), () => [randn([3, 6])]],
  ['InstanceNorm1d', () => new nn.InstanceNorm1d(6, { affine: true, trackRunningStats: true }), () => [randn([3, 6, 4])]],
  ['LayerNorm', () => new nn.LayerNorm(6), () => [randn([3, 6])]],
  ['RMSNorm', () => new nn.RMSNorm(6), () => [randn([3, 6])]],
  ['GroupNorm', () => new nn.GroupNorm(2, 6), () => [randn([3, 6])]],
  ['PReLU', () => new nn.PReLU(6), () => [randn([3, 6])]],
  ['Embedding', () => new nn.Embedding(6, 7), () => [tensor([5, 1], { dtype: 'int64' })]],
  ['EmbeddingBag', () => new nn.EmbeddingBag(6, 7), () => [tensor([[5, 1]], { dtype: 'int64' })]],
  ['MultiheadAttention', () => new nn.MultiheadAttention(6, 2), () => [randn([3, 1, 6]), randn([3, 1, 6]), randn([3, 1, 6])]],
];

const run = (m: nn.Module, inputs: unknown[]) => {
  const out = (m.forward as (...args: unknown[]) => unknown).apply(m, inputs);
  const first = (Array.isArray(out) ? out[0] : out) as Tensor;
  first.square().sum().backward();
};

test.each(layers)('%s: a weight of another shape or dtype is a named error or has a value', (name, make, inputs) => {
  const names = [...make().namedParameters()].concat([...make().namedBuffers()] as never).map(([key]) => key);
  let refused = 0;
  for (const key of names) {
    const of = (m: nn.Module) => [...m.namedParameters(), ...m.namedBuffers()].find(([k]) => k === key)![1];
    const { shape } = of(make());
    const larger = shape.map((s) => s + 1);
    const replacements = [
      () => ones([1, 1]),
      () => ones([1]),
      () => tensor(1),
      () => ones([21, 1]),
      () => ones(larger),
      () => ones([...shape].reverse()),
      () => ones([...shape, 1]),
      () => ones(shape.map(() => 0)),
      () => ones(shape, { dtype: 'float64' }),
      () => ones(shape, { dtype: 'int64' }),
    ];
    for (const replacement of replacements) {
      const m = make();
      const tensorOf = of(m);
      const wrong = replacement();
      tensorOf.requiresGrad = false;
      tensorOf.data = wrong;
      if (wrong.isFloatingPoint() && m.training) tensorOf.requiresGrad = true;
      try {
        run(m, inputs());
      } catch (error) {
        expect(error, `${key} ${wrong.dtype} [${wrong.shape}]`).toBeInstanceOf(HoneError);
        refused++;
      }
    }
  }
  expect(refused, name).toBeGreaterThan(0);
});

describe('recurrent layers name the operand', () => {
  test('weightHh, biases, projections', () => {
    const gru = new nn.GRU(6, 7);
    gru.weightHhL0 = new nn.Parameter(ones([1, 1]));
    expect(() => gru.forward(randn([5, 3, 6]))).toThrow(new ShapeError('GRU: weightHh is [1, 1], expected [21, 7].'));
    const lstm = new nn.LSTM(6, 7, { projSize: 2 });
    lstm.weightHrL0 = new nn.Parameter(ones([7, 2]));
    expect(() => lstm.forward(randn([5, 3, 6]))).toThrow(/LSTM: weightHr is \[7, 2\], expected \[2, 7\]/);
    const cell = new nn.RNNCell(6, 7);
    cell.biasHh = null;
    expect(() => cell.forward(randn([3, 6]))).toThrow(/biasIh is given alone/);
  });
});
