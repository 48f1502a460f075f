import { ArgumentError, autograd, DTypeError, F, IndexError, manualSeed, nn, ones, optim, ShapeError, tensor, zeros } from 'hone';
import { describe, expect, test } from 'vitest';
import { int } from '../../../test/helpers/tensors.js';

const wrong = (call: () => unknown, type: new (m: string) => Error, message: string) => {
  expect(call).toThrow(type);
  expect(call).toThrow(message);
};

describe('fromPretrained', () => {
  const vectors = () =>
    tensor([
      [1, 2],
      [3, 4],
    ]);

  test('freezes by default, shares memory and draws nothing', () => {
    const generator = manualSeed(4);
    const before = generator.getState();
    const table = vectors();
    const layer = nn.Embedding.fromPretrained(table);
    expect(generator.getState()).toEqual(before);
    expect(layer.weight.requiresGrad).toBe(false);
    table.mul_(2);
    expect(layer.forward(int([1])).toArray()).toEqual([[6, 8]]);
    expect(String(layer)).toBe('Embedding(2, 2)');
  });

  test('takes options by position and by name, and the dtype of the vectors', () => {
    const layer = nn.Embedding.fromPretrained(vectors().double(), false, 0);
    expect(layer.weight.requiresGrad).toBe(true);
    expect(layer.weight.dtype).toBe('float64');
    // The padding vector stays as it was given.
    expect(layer.forward(int([0])).toArray()).toEqual([[1, 2]]);
    expect(
      nn.EmbeddingBag.fromPretrained(vectors(), { mode: 'sum' })
        .forward(int([[0, 1]]))
        .toArray(),
    ).toEqual([[4, 6]]);
  });

  test('needs two dims', () => {
    wrong(
      () => nn.Embedding.fromPretrained(ones([3])),
      ShapeError,
      'Embedding.fromPretrained: embeddings are [3], expected [numEmbeddings, embeddingDim].',
    );
  });
});

test('maxNorm limits the rows that are looked up, in place, and trains', () => {
  const layer = new nn.Embedding(3, 2, { maxNorm: 1 });
  layer.loadStateDict({
    weight: tensor([
      [3, 4],
      [0, 0.5],
      [6, 8],
    ]),
  });
  const y = layer.forward(int([0, 1]));
  expect(
    y
      .sub(
        tensor([
          [0.6, 0.8],
          [0, 0.5],
        ]),
      )
      .abs()
      .max()
      .item(),
  ).toBeLessThan(1e-6);
  expect(layer.weight.at(2).toArray()).toEqual([6, 8]);
  const optimizer = new optim.SGD(layer.parameters(), { lr: 1 });
  y.sum().backward();
  optimizer.step();
  expect(layer.weight.at(1).toArray()).toEqual([-1, -0.5]);
});

test('scaleGradByFreq shares a gradient among the places that a row has, also to be differentiated again', () => {
  const w = ones([3, 1], { dtype: 'float64' }).requiresGrad_();
  const y = () => F.embedding(int([0, 2, 2, 2]), w, { scaleGradByFreq: true }).sum();
  expect(autograd.grad(y(), w)[0]!.flatten().toArray()).toEqual([1, 0, 1]);
  expect(autograd.grad(y(), w, { createGraph: true })[0]!.flatten().toArray()).toEqual([1, 0, 1]);
});

test('an embedding bag of offsets', () => {
  const bag = nn.EmbeddingBag.fromPretrained(
    tensor([
      [1, 10],
      [2, 20],
      [4, 40],
    ]),
    { mode: 'max' },
  );
  expect(bag.forward(int([0, 2, 1]), int([0, 2, 2])).toArray()).toEqual([
    [4, 40],
    [0, 0],
    [2, 20],
  ]);
  expect(bag.forward(int([0, 2, 1]), { offsets: int([0]) }).toArray()).toEqual([[4, 40]]);
});

test('errors', () => {
  wrong(() => new nn.Embedding(3, 2, { sparse: true }), ArgumentError, 'Embedding: sparse gradients are not supported. Leave out sparse');
  wrong(() => F.embedding(int([0]), zeros([3, 2]), { sparse: true }), ArgumentError, 'embedding: sparse gradients are not supported.');
  wrong(
    () => new nn.Embedding(3, 2, { paddingIdx: 3 }),
    ArgumentError,
    'Embedding: paddingIdx is 3, expected a whole number from -3 to 2.',
  );
  wrong(() => new nn.Embedding(3, 2, { padding: 1 } as object), ArgumentError, 'Embedding: there is no option "padding".');
  wrong(() => new nn.Embedding(3, 2).forward(int([3])), IndexError, 'embedding: index 3 is outside 0 to 2 (weight [3, 2]).');
  wrong(
    () => new nn.Embedding(3, 2).forward(ones([1])),
    DTypeError,
    'embedding: input is float32, expected int64 or int32 indices. Use input.long().',
  );
  const bag = new nn.EmbeddingBag(3, 2);
  wrong(() => bag.forward(int([0, 1])), ArgumentError, 'embeddingBag: an input of one dim needs offsets, where each bag begins.');
  wrong(
    () => bag.forward(int([[0, 1]]), int([0])),
    ArgumentError,
    'embeddingBag: offsets go with an input of one dim, got [1, 2]. Leave them out.',
  );
  wrong(
    () => bag.forward(int([0, 1]), int([1])),
    ArgumentError,
    'embeddingBag: offsets [1, 2] must begin with 0, not decrease, and not go beyond the 2 indices.',
  );
  wrong(
    () => bag.forward(int([[0, 1]]), { perSampleWeights: ones([1, 2]) }),
    ArgumentError,
    "embeddingBag: perSampleWeights go with mode 'sum' only, got 'mean'.",
  );
});

describe('Bilinear', () => {
  test('errors', () => {
    const layer = new nn.Bilinear(2, 3, 4);
    wrong(
      () => layer.forward(ones([5, 3]), ones([5, 3])),
      ShapeError,
      'bilinear: x1 has 3 features, weight expects 2 (x1 [5, 3], x2 [5, 3], weight [4, 2, 3]).',
    );
    wrong(() => layer.forward(ones([5, 2]), ones([4, 3])), ShapeError, 'bilinear: the inputs differ in other dims than the last');
    wrong(() => new nn.Bilinear(0, 3, 4), ArgumentError, 'Bilinear: in1Features is 0, expected a whole number of at least 1.');
  });
});

test('what is given twice, or out of order, does not compile', () => {
  // @ts-expect-error: maxNorm is given twice
  wrong(() => new nn.EmbeddingBag(3, 2, 1, { maxNorm: 2 }), ArgumentError, 'EmbeddingBag: maxNorm is given twice');
  // @ts-expect-error: the options come last
  wrong(() => new nn.EmbeddingBag(3, 2, { mode: 'sum' }, 2), ArgumentError, 'EmbeddingBag: an');
  // @ts-expect-error: there is no such option
  wrong(() => F.embedding(int([0]), zeros([3, 2]), { padding: 1 }), ArgumentError, 'embedding: there is no option "padding".');
});
