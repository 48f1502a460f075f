import { ArgumentError, arange, DTypeError, F, nn, noGrad, randn, ShapeError, type Tensor, zeros } from 'hone';
import { describe, expect, test } from 'vitest';

describe('float32 far from zero', () => {
  // The mean is a million times the deviation's last digit: what it loses in rounding must not reach the result.
  const x = randn([16, 8, 64]).add(1000);
  const norms: Record<string, (x: Tensor) => Tensor> = {
    layerNorm: (x) => F.layerNorm(x, 64),
    groupNorm: (x) => F.groupNorm(x, 2),
    instanceNorm: (x) => F.instanceNorm(x),
    batchNorm: (x) => F.batchNorm(x, null, null, { training: true }),
    'batchNorm of rows': (x) => F.batchNorm(x.reshape(-1, 64), null, null, { training: true }),
  };
  test.each(Object.entries(norms))('%s', (_name, norm) => {
    const error = norm(x).double().sub(norm(x.double())).abs().max().item();
    expect(error).toBeLessThan(2e-6);
  });
});

test('each item stands alone: rows, a NaN in one', () => {
  const x = randn([3, 20]);
  noGrad(() => x.set_(1, 4, Number.NaN));
  const y = F.layerNorm(x, 20);
  expect(y.isnan().sum(1).toArray()).toEqual([0, 20, 0]);
  expect(y.at(0).toArray()).toEqual(
    F.layerNorm(x.narrow(0, 0, 1), 20)
      .at(0)
      .toArray(),
  );
});

test('errors', () => {
  const wrong = (call: () => unknown, type: new (m: string) => Error, message: string) => {
    expect(call).toThrow(type);
    expect(call).toThrow(message);
  };
  const x = zeros([2, 6, 4]);
  wrong(
    () => new nn.LayerNorm(6).forward(x),
    ShapeError,
    'LayerNorm: input is [2, 6, 4], expected it to end in the normalized shape [6]. Make the layer for [4], or move the dims.',
  );
  wrong(() => F.layerNorm(x, 4, zeros([3])), ShapeError, 'layerNorm: weight is [3], expected the normalized shape [4].');
  wrong(
    () => F.layerNorm(x.double(), 4, zeros([4])),
    DTypeError,
    "layerNorm: input is float64 and weight float32, expected one dtype. Use input.to('float32').",
  );
  wrong(() => F.rmsNorm(arange(4), 4), DTypeError, "rmsNorm: input is int64, expected float32 or float64. Use input.to('float32').");
  wrong(
    () => F.layerNorm(x, 4, { epsilon: 1 } as object),
    ArgumentError,
    'layerNorm: there is no option "epsilon". Did you mean eps? layerNorm takes weight, bias, eps.',
  );
  wrong(() => F.groupNorm(x, 4), ShapeError, 'groupNorm: 4 groups do not divide the 6 channels of the input [2, 6, 4].');
  wrong(() => F.groupNorm(x, 0), ArgumentError, 'groupNorm: numGroups is 0, expected a whole number of at least 1.');
  wrong(
    () => F.groupNorm(x, 2, zeros([4])),
    ShapeError,
    'groupNorm: weight is [4], expected one value for each of the 6 channels of the input [2, 6, 4].',
  );
  wrong(
    () => F.groupNorm(zeros([1, 2]), 2),
    ShapeError,
    'groupNorm: the input [1, 2] has 1 value in each of 2 groups, expected more. Take fewer groups.',
  );
  wrong(() => new nn.GroupNorm(4, 6), ArgumentError, 'GroupNorm: 4 groups do not divide 6 channels. Choose a divisor of 6.');
  wrong(() => new nn.GroupNorm(2, 4).forward(x), ShapeError, 'GroupNorm: weight is [4], expected one value for each of the 6 channels');
  wrong(
    () => new nn.InstanceNorm2d(6).forward(x.unsqueeze(0).unsqueeze(0)),
    ShapeError,
    'InstanceNorm2d: input is [1, 1, 2, 6, 4] (5 dims), expected [N, C, H, W], or [C, H, W] for one item. Use nn.InstanceNorm3d(6).',
  );
  wrong(
    () => new nn.InstanceNorm1d(4, { affine: true }).forward(x),
    ShapeError,
    'InstanceNorm1d(4): input has 6 features ([2, 6, 4]), the layer was made for 4. Make it nn.InstanceNorm1d(6).',
  );
  wrong(
    () => F.instanceNorm(zeros([2, 3, 1])),
    ShapeError,
    'instanceNorm: needs more than 1 element per channel, the input [2, 3, 1] has 1.',
  );
  wrong(() => F.instanceNorm(zeros([0, 3, 2]), { weight: zeros([3]) }), ShapeError, 'instanceNorm: the input [0, 3, 2] is an empty batch');
  wrong(
    () => F.instanceNorm(x, { useInputStats: false }),
    ArgumentError,
    'instanceNorm: without useInputStats it needs runningMean and runningVar. Give both.',
  );
  wrong(
    () => F.localResponseNorm(zeros([2, 3]), 2),
    ShapeError,
    'localResponseNorm: input is [2, 3], expected [N, C, ...] of at least 3 dims.',
  );
  wrong(() => F.batchNorm(x, null, null, { training: true, eps: 0 }), ArgumentError, 'batchNorm: eps is 0, expected a number above 0.');
});

test('an instance norm that tracks has PyTorch keys, also in old files', () => {
  const layer = new nn.InstanceNorm2d(2, { affine: true, trackRunningStats: true });
  expect(Object.keys(layer.stateDict())).toEqual(['weight', 'bias', 'running_mean', 'running_var', 'num_batches_tracked']);
  const { num_batches_tracked: _, ...old } = layer.stateDict();
  expect(layer.loadStateDict(old)).toEqual({ missingKeys: [], unexpectedKeys: [] });
  expect(() => new nn.InstanceNorm2d(2, { affine: true }).loadStateDict(old)).toThrow('unexpected keys: running_mean, running_var');
});
