import {
  ArgumentError,
  allclose,
  DTypeError,
  equal,
  manualSeed,
  memoryStats,
  nn,
  noGrad,
  ones,
  randn,
  ShapeError,
  type Tensor,
  tensor,
  triu,
  zeros,
} from 'hone';
import { describe, expect, test } from 'vitest';

const throws = (fn: () => unknown, kind: new (message: string) => Error, message: string) => {
  expect(fn).toThrow(kind);
  expect(fn).toThrow(message);
};
const small = { dimFeedforward: 6, dropout: 0, batchFirst: true } as const;

describe('MultiheadAttention', () => {
  test('weights of a query add up to 1, averaged or by head, and are null when not needed', () => {
    const layer = new nn.MultiheadAttention(6, 3, { batchFirst: true });
    const [x, y] = [randn([2, 4, 6]), randn([2, 5, 6])];
    expect(allclose(layer.forward(x, y, y)[1].sum(-1), ones([2, 4]))).toBe(true);
    expect(layer.forward(x, y, y, { averageAttnWeights: false })[1].shape).toEqual([2, 3, 4, 5]);
    expect(layer.forward(x, y, y, { needWeights: false })[1]).toBeNull();
  });

  test('masks and weights by position as by name', () => {
    const layer = new nn.MultiheadAttention(4, 2, { batchFirst: true });
    const [x, padding] = [randn([1, 3, 4]), tensor([[false, false, true]])];
    const [byPosition, weights] = layer.forward(x, x, x, padding, true, null, false);
    expect(equal(byPosition, layer.forward(x, x, x, { keyPaddingMask: padding })[0])).toBe(true);
    expect(weights!.shape).toEqual([1, 2, 3, 3]);
    expect(weights!.select(-1, 2).abs().sum().item()).toBe(0);
  });

  test('dropout acts in training only', () => {
    const layer = new nn.MultiheadAttention(4, 2, 0.5);
    const x = randn([3, 2, 4]);
    expect(equal(layer.forward(x, x, x)[0], layer.forward(x, x, x)[0])).toBe(false);
    layer.eval();
    expect(equal(layer.forward(x, x, x)[0], layer.forward(x, x, x)[0])).toBe(true);
  });

  test('without a tape everything that a caller can hold stays, whatever is the same tensor, or a view of it', () => {
    const F = nn.functional;
    const whole = randn([3, 6, 4]);
    const [x, y, z] = [whole.narrow(0, 0, 3), whole.narrow(1, 0, 3).transpose(0, 1), whole.narrow(1, 3, 3).transpose(0, 1)];
    const square = whole.narrow(1, 0, 3);
    const inputs = [...[x, y, z].map((one) => [one, one, one]), [square, y, y], [square, y, square], [x, x.view([3, 6, 4]), x]];
    const padding = zeros([6, 3], { dtype: 'bool' });
    const [keys, mask, weight] = [randn([12, 3, 2]), zeros([3, 3]), randn([4, 4])];
    const apart = { useSeparateProjWeight: true, qProjWeight: weight, kProjWeight: weight, vProjWeight: weight };
    const kept: [made: Tensor | null, was: unknown][] = [];
    class Own extends nn.MultiheadAttention {
      override forward(query: Tensor, key: Tensor, value: Tensor, ...args: readonly unknown[]): [Tensor, never] {
        const made = super.forward(query, key, value, ...(args as [null, boolean]));
        kept.push(...made.map((one): [Tensor | null, unknown] => [one, one?.tolist()]));
        return made as [Tensor, never];
      }
    }
    const settings = [{}, { addBiasKv: true, addZeroAttn: true }, { bias: false }];
    const calls: (() => [Tensor, Tensor | null])[] = [];
    for (const batchFirst of [false, true])
      for (const one of settings) {
        const layers = [new nn.MultiheadAttention(4, 2, { batchFirst, ...one }), new Own(4, 2, { batchFirst, ...one })];
        for (const layer of layers)
          for (const [q, k, v] of inputs as [Tensor, Tensor, Tensor][])
            for (const needWeights of [false, true]) calls.push(() => layer.forward(q, k, v, null, needWeights));
        const unbatched = whole.select(1, 0);
        calls.push(() => layers[0]!.forward(unbatched, unbatched, unbatched));
        calls.push(() => layers[0]!.forward(unbatched, unbatched, unbatched, { needWeights: false }));
      }
    const { inProjWeight, inProjBias, outProj } = new nn.MultiheadAttention(4, 2);
    for (const needWeights of [false, true])
      for (const given of [{ staticK: keys, staticV: keys }, { staticV: keys }, { attnMask: mask }, { keyPaddingMask: padding }, apart])
        calls.push(() =>
          F.multiHeadAttentionForward(x, x, x, 4, 2, inProjWeight, inProjBias, null, null, false, 0, outProj.weight, outProj.bias, {
            needWeights,
            ...given,
          }),
        );
    const held = [whole, x, y, z, keys, mask, weight, padding];
    const before = held.map((one) => one.tolist());
    for (const call of calls) {
      const expected = call().map((one) => one?.tolist());
      expect(noGrad(call).map((one) => one?.tolist())).toEqual(expected);
      expect(held.map((one) => one.tolist())).toEqual(before);
    }
    expect(kept.length).toBeGreaterThan(100);
    for (const [made, was] of kept) expect(made?.tolist()).toEqual(was);
  });

  test('errors say what was given and what to do', () => {
    throws(
      () => new nn.MultiheadAttention(10, 3),
      ArgumentError,
      'embedDim 10 does not divide into 3 heads. Choose numHeads among the divisors of 10',
    );
    throws(() => new nn.MultiheadAttention(0, 1), ArgumentError, 'embedDim is 0');
    throws(() => new nn.MultiheadAttention(4, 2, { dropout: 1.5 }), ArgumentError, 'dropout is 1.5, expected a probability from 0 to 1');
    throws(() => new nn.MultiheadAttention(4, 2, { dtype: 'int64' }), DTypeError, 'dtype is int64, expected float32 or float64');
    const layer = new nn.MultiheadAttention(4, 2);
    const x = randn([3, 2, 4]);
    throws(() => layer.forward(randn([3, 2, 5]), x, x), ShapeError, 'MultiheadAttention: query has 5 features, expected 4');
    throws(() => layer.forward(x, randn([3, 2, 5]), randn([3, 2, 5])), ShapeError, 'key has 5 features, expected 4');
    throws(() => layer.forward(x, randn([3, 4, 4]), randn([3, 4, 4])), ShapeError, 'query has a batch of 2, key and value of 4');
    throws(
      () => layer.forward(x, randn([3, 2, 4]), randn([5, 2, 4])),
      ShapeError,
      'the same number of positions and items in key and value',
    );
    throws(() => layer.forward(randn([4]), x, x), ShapeError, 'query is [4], expected [L, N, E], or [L, E] for one item');
    throws(
      () => layer.forward(x, x, x, { attnMask: zeros([3, 2]) }),
      ShapeError,
      'attnMask is [3, 2], expected [3, 3] or [4, 3, 3] (batch times heads, queries, keys)',
    );
    throws(() => layer.forward(x, x, x, { keyPaddingMask: zeros([3, 2]) }), ShapeError, 'keyPaddingMask is [3, 2], expected [2, 3]');
    throws(
      () => layer.forward(x, x, x, { attnMask: ones([3, 3], { dtype: 'int64' }) }),
      DTypeError,
      "attnMask is int64, expected bool or a floating dtype. Use mask.to('bool')",
    );
    throws(
      () => layer.forward(x, x, x, { isCausal: true }),
      ArgumentError,
      'isCausal says that attnMask is causal, and there is no attnMask',
    );
    throws(() => layer.forward(x.to('float64'), x.to('float64'), x.to('float64')), DTypeError, 'input is float64 and weight float32');
  });
});

describe('transformer layers and stacks', () => {
  test('an error says where in the model it arose', () => {
    const encoder = new nn.TransformerEncoder(new nn.TransformerEncoderLayer(4, 2, small), 2);
    throws(
      () => encoder.forward(randn([2, 3, 5])),
      ShapeError,
      'layers.0.self_attn (MultiheadAttention): query has 5 features, expected 4',
    );
  });

  test('options by position or by name; unknown ones are named', () => {
    manualSeed(1);
    const one = new nn.TransformerEncoderLayer(4, 2, 6, 0.5, 'gelu');
    manualSeed(1);
    const other = new nn.TransformerEncoderLayer(4, 2, { dimFeedforward: 6, dropout: 0.5, activation: 'gelu' });
    expect(String(one)).toBe(String(other));
    expect(equal(one.linear2.weight, other.linear2.weight)).toBe(true);
    // @ts-expect-error no such option
    throws(() => new nn.TransformerEncoderLayer(4, 2, { dim: 6 }), ArgumentError, 'there is no option "dim"');
    const activation = 'tanh' as 'relu';
    const message = `activation is "tanh", expected 'relu', 'gelu', a function of a tensor, or a module`;
    throws(() => new nn.TransformerEncoderLayer(4, 2, { activation }), ArgumentError, message);
    throws(() => new nn.TransformerDecoderLayer(4, 3), ArgumentError, 'embedDim 4 does not divide into 3 heads');
    throws(() => new nn.TransformerEncoderLayer(4, 2, { dropout: -1 }), ArgumentError, 'dropout is -1');
  });

  test('activations as functions and modules', () => {
    const x = randn([2, 3, 4]);
    const outputs = [nn.functional.gelu, new nn.GELU(), 'gelu' as const, (y: Tensor) => nn.functional.gelu(y)].map((activation) => {
      manualSeed(3);
      return new nn.TransformerEncoderLayer(4, 2, { ...small, activation }).forward(x);
    });
    for (const output of outputs.slice(1)) expect(equal(output, outputs[0]!)).toBe(true);
    expect(String(new nn.TransformerEncoderLayer(4, 2, { activation: new nn.ELU() }))).toContain('(activation): ELU(alpha=1.0)');
  });

  test('layers of a stack start from equal values and train apart', () => {
    const layer = new nn.TransformerEncoderLayer(4, 2, small);
    const encoder = new nn.TransformerEncoder(layer, 2, new nn.LayerNorm(4));
    const [first, second] = [encoder.getParameter('layers.0.linear1.weight'), encoder.getParameter('layers.1.linear1.weight')];
    expect(equal(first, second)).toBe(true);
    expect(equal(first, layer.linear1.weight)).toBe(true);
    encoder
      .forward(randn([2, 3, 4]))
      .sum()
      .backward();
    expect(layer.linear1.weight.grad).toBeNull();
    expect(first.grad).not.toBeNull();
    expect(first.grad).not.toBe(second.grad);
  });

  test('padding does not reach what is not padded', () => {
    const encoder = new nn.TransformerEncoder(new nn.TransformerEncoderLayer(4, 2, small), 2).eval();
    const x = randn([1, 4, 4]);
    const srcKeyPaddingMask = tensor([[false, false, false, true]]);
    const whole = encoder.forward(x, { srcKeyPaddingMask });
    const start = encoder.forward(x.narrow(1, 0, 3));
    expect(allclose(whole.narrow(1, 0, 3), start, { atol: 1e-5 })).toBe(true);
  });

  test('without gradients, padding at the ends comes out as 0, as from the nested tensors of PyTorch', () => {
    const make = (options = {}, stack = {}) =>
      new nn.TransformerEncoder(new nn.TransformerEncoderLayer(4, 2, { ...small, ...options }), 2, stack).eval();
    const x = randn([2, 3, 4]);
    const ends = tensor([
      [false, true, true],
      [false, false, false],
    ]);
    const start = tensor([
      [true, false, false],
      [false, false, false],
    ]);
    const zeroed = (encoder: nn.TransformerEncoder, mask: Tensor) =>
      encoder.forward(x, null, mask).select(0, 0).narrow(0, 1, 2).abs().sum().item() === 0;
    expect(zeroed(make(), ends)).toBe(false);
    noGrad(() => {
      expect(zeroed(make(), ends)).toBe(true);
      expect(zeroed(make(), start)).toBe(false);
      expect(zeroed(make({ normFirst: true }), ends)).toBe(false);
      expect(zeroed(make({ bias: false }), ends)).toBe(false);
      expect(zeroed(make({}, { enableNestedTensor: false }), ends)).toBe(false);
      expect(zeroed(make().train(), ends)).toBe(false);
    });
    expect(zeroed(make().requiresGrad_(false), ends)).toBe(true);
  });

  test('a decoder sees its targets up to each position, and all of the memory', () => {
    const model = new nn.Transformer(4, 2, 1, 1, 6, 0, { batchFirst: true });
    const [src, tgt] = [randn([2, 5, 4]), randn([2, 4, 4])];
    const run = (length: number) => {
      const tgtMask = nn.Transformer.generateSquareSubsequentMask(length);
      return model.forward(src, tgt.narrow(1, 0, length), { tgtMask, tgtIsCausal: true });
    };
    expect(allclose(run(4).narrow(1, 0, 2), run(2), { atol: 1e-5 })).toBe(true);
  });

  test('custom encoders and decoders stand in', () => {
    class Twice extends nn.Module {
      forward(x: Tensor) {
        return x.mul(2);
      }
    }
    const model = new nn.Transformer({ dModel: 4, nhead: 2, customEncoder: new Twice(), customDecoder: new Twice() });
    expect(model.parameters()).toEqual([]);
    expect(
      model
        .forward(ones([3, 1, 4]), ones([2, 1, 4]))
        .sum()
        .item(),
    ).toBe(16);
  });

  test('the causal mask', () => {
    const mask = nn.Transformer.generateSquareSubsequentMask(3, { dtype: 'float64' });
    expect(mask.dtype).toBe('float64');
    expect(equal(mask, triu(ones([3, 3], { dtype: 'float64' }).mul(Number.NEGATIVE_INFINITY), 1))).toBe(true);
    expect(nn.Transformer.generateSquareSubsequentMask(0).shape).toEqual([0, 0]);
    throws(() => nn.Transformer.generateSquareSubsequentMask(-1), ArgumentError, 'size is -1');
  });

  test('what a hook or an activation of the user has seen stays, and what nobody can hold goes back', () => {
    for (const normFirst of [false, true]) {
      const held: Tensor[] = [];
      const activation = (x: Tensor) => {
        held.push(x);
        return x.mul(0.5);
      };
      const layer = new nn.TransformerEncoderLayer(4, 2, { ...small, normFirst, activation });
      const model = new nn.TransformerEncoder(layer, 2).eval();
      const x = randn([1, 3, 4]);
      const plain = noGrad(() => model.forward(x));
      const values = held.splice(0).map((x) => x.tolist());
      const parts = [...model.modules()].filter((part) => !part.children().length && !(part instanceof nn.Dropout));
      for (const part of parts) part.registerForwardHook((_, inputs, output) => void held.push(...(inputs as Tensor[]), output as Tensor));
      const hooked = noGrad(() => model.forward(x));
      expect(equal(plain, hooked)).toBe(true);
      expect(equal(x, x.clone())).toBe(true);
      expect(held.filter((x) => x.shape.at(-1) === 6).length).toBeGreaterThan(2);
      expect(held.map((x) => x.tolist())).toEqual(expect.arrayContaining(values));
    }
    const model = new nn.TransformerEncoder(new nn.TransformerEncoderLayer(4, 2, small), 2).eval();
    const x = randn([1, 3, 4]);
    for (const activation of ['relu', 'gelu', new nn.ReLU(), new nn.Sigmoid()] as const) {
      const layer = new nn.TransformerEncoderLayer(4, 2, { dimFeedforward: 6, dropout: 0.5, activation });
      layer.forward(x).sum().backward();
      expect(layer.linear1.weight.grad?.shape).toEqual([6, 4]);
    }
    const before = memoryStats().blocks;
    const out = noGrad(() => model.forward(x));
    expect(memoryStats().blocks - before).toBeLessThan(12);
    expect(out.shape).toEqual(x.shape);
  });

  test('gradients are the same, whatever layer stands between the products, and whether or not hooks hold what is on the way', () => {
    const pool = { stride: 1, padding: 1 };
    const layers = [
      ...[nn.ReLU, nn.ReLU6, nn.LeakyReLU, nn.ELU, nn.GELU, nn.SiLU, nn.Mish, nn.Sigmoid, nn.Tanh, nn.Softplus, nn.Hardswish, nn.Identity],
      ...[() => new nn.ReLU(true), () => new nn.Softmax(-1), () => new nn.LogSoftmax(-1), () => new nn.PReLU(), () => new nn.Dropout(0.2)],
      ...[() => new nn.LayerNorm(6), () => new nn.RMSNorm(6), () => new nn.GroupNorm(1, 3), () => new nn.BatchNorm1d(3)],
      ...[
        () => new nn.Conv1d(3, 3, 1),
        () => new nn.ConvTranspose1d(3, 3, 1),
        () => new nn.MaxPool1d(3, pool),
        () => new nn.AvgPool1d(3, pool),
      ],
      ...[() => new nn.AdaptiveAvgPool1d(6), () => new nn.Linear(6, 6)],
      () => new nn.Sequential(new nn.Linear(6, 6), new nn.ReLU(true), new nn.Identity(), new nn.LayerNorm(6)),
    ];
    const gradients = (make: (typeof layers)[number], normFirst: boolean, hooks: boolean) => {
      manualSeed(5);
      const activation = 'className' in make ? new (make as typeof nn.ReLU)() : (make as () => nn.ReLU)();
      const model = new nn.TransformerEncoderLayer(4, 2, { ...small, dropout: 0.1, normFirst, activation });
      const held: unknown[] = [];
      if (hooks) for (const part of model.modules()) part.registerForwardHook((_, inputs, output) => void held.push(inputs, output));
      const x = randn([2, 3, 4], { requiresGrad: true });
      model.forward(x).square().sum().backward();
      return [x, ...model.parameters()].map(({ grad }) => grad!.tolist());
    };
    for (const [i, make] of layers.entries()) {
      const normFirst = i % 2 === 0;
      expect(gradients(make, normFirst, false), make.name).toEqual(gradients(make, normFirst, true));
    }
  });

  test('what the activation of the user holds stays where a part gives back what it took', () => {
    for (const normFirst of [false, true]) {
      const held: Tensor[] = [];
      const activation = (x: Tensor) => {
        held.push(x);
        return x;
      };
      const layer = new nn.TransformerEncoderLayer(4, 2, { ...small, normFirst, activation }).eval();
      layer.linear1 = layer.linear2 = layer.norm2 = new nn.Identity() as never;
      const model = new nn.TransformerEncoder(layer, 2);
      const x = randn([1, 3, 4]);
      const [all, seen] = [model.forward(x).tolist(), held.splice(0).map((x) => x.tolist())];
      expect(noGrad(() => model.forward(x)).tolist()).toEqual(all);
      expect(held.map((x) => x.tolist())).toEqual(seen);
    }
  });

  test('misuse of stacks is named', () => {
    const layer = new nn.TransformerEncoderLayer(4, 2, small);
    throws(() => new nn.TransformerEncoder(layer, 0).forward(randn([1, 2, 4])), ArgumentError, 'TransformerEncoder: it has no layers');
    throws(() => new nn.TransformerEncoder(layer, 1.5), ArgumentError, 'numLayers is 1.5');
    throws(
      // @ts-expect-error a class is not a layer
      () => new nn.TransformerEncoder(nn.TransformerEncoderLayer, 2),
      ArgumentError,
      'the layer is the class TransformerEncoderLayer, expected an nn.Module',
    );
    const model = new nn.Transformer(4, 2, 1, 1, 6);
    throws(
      () => model.forward(randn([3, 2, 4]), randn([3, 5, 4])),
      ShapeError,
      'src has a batch of 2, tgt of 5 (src [3, 2, 4], tgt [3, 5, 4]). The layout is [L, N, E] without batchFirst',
    );
    throws(
      () => model.forward(randn([3, 2, 4]), randn([3, 2, 5])),
      ShapeError,
      'must have 4 features, dModel, got src [3, 2, 4], tgt [3, 2, 5]',
    );
    throws(() => model.forward(randn([3, 4]), randn([3, 2, 4])), ShapeError, 'must both have 3 dims, or 2 for one item');
  });
});
