/** What layers and functions say when they are given what they do not take: each names what was called, what it got and what it expects. */
import { ArgumentError, DTypeError, nn, ones, ShapeError, type Tensor, tensor, zeros } from 'hone';
import { describe, expect, test } from 'vitest';

const F = nn.functional;
const labels = tensor([0, 1], { dtype: 'int64' });

type Call = (x: never) => unknown;

/** Calls that take tensors, with what the one that is tried is called. */
const calls: [string, string, Call][] = [
  ['linear', 'input', new nn.Linear(2, 3).forward],
  ['conv2d', 'input', new nn.Conv2d(1, 1, 3).forward],
  ['convTranspose1d', 'input', new nn.ConvTranspose1d(1, 1, 3).forward],
  ['BatchNorm1d', 'input', new nn.BatchNorm1d(2).forward],
  ['InstanceNorm2d', 'input', new nn.InstanceNorm2d(2).forward],
  ['LayerNorm', 'input', new nn.LayerNorm(2).forward],
  ['GroupNorm', 'input', new nn.GroupNorm(1, 2).forward],
  ['maxPool2d', 'x', new nn.MaxPool2d(2).forward],
  ['adaptiveAvgPool2d', 'x', new nn.AdaptiveAvgPool2d(1).forward],
  ['relu', 'input', new nn.ReLU().forward],
  ['sigmoid', 'x', new nn.Sigmoid().forward],
  ['softmax', 'input', new nn.Softmax(1).forward],
  ['dropout', 'x', new nn.Dropout().forward],
  ['embedding', 'input', new nn.Embedding(3, 2).forward],
  ['flatten', 'x', new nn.Flatten().forward],
  ['ZeroPad2d', 'x', new nn.ZeroPad2d(1).forward],
  ['ReflectionPad1d', 'input', new nn.ReflectionPad1d(1).forward],
  ['LSTMCell', 'input', new nn.LSTMCell(2, 3).forward],
  ['crossEntropy', 'target', (y) => new nn.CrossEntropyLoss().forward(zeros([2, 3]), y)],
  ['mseLoss', 'target', (y) => F.mseLoss(zeros([2]), y)],
  ['binaryCrossEntropy', 'target', (y) => F.binaryCrossEntropy(zeros([2]), y)],
  ['klDiv', 'input', (y) => F.klDiv(y, zeros([2]))],
  ['tripletMarginLoss', 'negative', (y) => F.tripletMarginLoss(ones([2, 2]), ones([2, 2]), y)],
  ['bilinear', 'x2', (y) => F.bilinear(ones([2, 2]), y, ones([1, 2, 2]))],
  ['MultiheadAttention', 'key', (y) => new nn.MultiheadAttention(4, 2).forward(ones([2, 1, 4]), y, ones([2, 1, 4]))],
  ['Transformer', 'tgt', (y) => new nn.Transformer(4, 2, 1, 1, 4).forward(ones([2, 1, 4]), y)],
];

describe('non-tensors', () => {
  test.each(calls)('%s: %s', (op, name, call) => {
    const given: [unknown, string][] = [
      [undefined, `${op}: ${name} is missing, expected a Tensor.`],
      [null, `${op}: ${name} is null, expected a Tensor.`],
      [3, `${op}: ${name} is 3, expected a Tensor. Make one with tensor(…).`],
      [[1, 2], `${op}: ${name} is a list, expected a Tensor. Make one with tensor(…).`],
      [[ones([1])], `${op}: ${name} is a list, expected a Tensor. Join tensors with stack or cat.`],
      [Promise.resolve(1), `${op}: ${name} is a Promise, expected a Tensor. Await it.`],
      [new Float32Array(2), `${op}: ${name} is a Float32Array, expected a Tensor. Make one with tensor(…).`],
      [new nn.ReLU(), `${op}: ${name} is a ReLU, expected a Tensor.`],
    ];
    for (const [value, message] of given) {
      expect(() => call(value as never)).toThrow(ArgumentError);
      expect(() => call(value as never)).toThrow(message);
    }
  });

  test('operands of arithmetic', () => {
    expect(() => ones([2]).add('1' as never)).toThrow('add: the second operand is "1", expected a Tensor or a number.');
    expect(() => ones([2]).matmul([1, 2] as never)).toThrow('matmul: b is a list, expected a Tensor.');
    expect(() => ones([2]).sum('0' as never)).toThrow(ArgumentError);
  });

  test('weights among the options', () => {
    expect(() => new nn.CrossEntropyLoss([1, 2] as never)).toThrow(
      'CrossEntropyLoss: weight is a list, expected a Tensor, or null for none.',
    );
    expect(() => F.mseLoss(ones([2]), ones([2]), { weight: 0 as never })).toThrow('mseLoss: weight is 0, expected a Tensor');
    expect(() => new nn.BCEWithLogitsLoss({ posWeight: 3 as never })).toThrow('posWeight is 3, expected a Tensor');
    expect(() => F.layerNorm(ones([2, 3]), 3, { bias: false as never })).toThrow('layerNorm: bias is false, expected a Tensor');
    expect(() => F.linear(ones([2]), ones([3, 2]), { bais: ones([3]) } as never)).toThrow(
      'linear: there is no option "bais". Did you mean bias?',
    );
  });

  test('inside a model it names the layer', () => {
    class Net extends nn.Module {
      features = new nn.Sequential(new nn.Flatten(), new nn.Linear(4, 2));
      forward(x: Tensor): Tensor {
        return this.features.forward(x);
      }
    }
    expect(() => new Net().forward(undefined as never)).toThrow('features.0 (Flatten): x is missing, expected a Tensor.');
    expect(() => new Net().forward(ones([2, 3]))).toThrow('features.1 (Linear): input has 3 features, weight expects 4');
    expect(() => new Net().forward(ones([2, 4], { dtype: 'int64' }))).toThrow(
      "features.1 (Linear): input is int64 and weight float32, expected one dtype. Use input.to('float32').",
    );
  });
});

describe('construction', () => {
  test('a module without a constructor of its own takes no arguments', () => {
    class Net extends nn.Module {
      forward(x: Tensor): Tensor {
        return x;
      }
    }
    expect(() => new (Net as never as new (n: number) => Net)(10)).toThrow('Net: got 10 as one argument too many. Net takes no options.');
    expect(() => new nn.Sigmoid({ inplace: true } as never)).toThrow('Sigmoid: there is no option "inplace". Sigmoid takes no options.');
    expect(new nn.Identity(54, { unused: true }).forward(3)).toBe(3);
  });

  test.each<[() => unknown, new (m: string) => Error, string]>([
    [() => new nn.Linear('4' as never, 2), ArgumentError, 'Linear: inFeatures is "4", expected a whole number of at least 0.'],
    [() => new nn.Linear([4] as never, 2), ArgumentError, 'Linear: inFeatures is [4], expected'],
    [() => new nn.MaxPool2d(Number.NaN), ArgumentError, 'MaxPool2d: kernelSize is NaN, expected'],
    [
      () => new nn.LayerNorm(undefined as never),
      ArgumentError,
      'LayerNorm: normalizedShape is undefined, expected the size of the last dim',
    ],
    [() => new nn.RMSNorm('4' as never), ArgumentError, 'RMSNorm: normalizedShape is "4", expected'],
    [() => new nn.LayerNorm([3, -1]), ShapeError, 'LayerNorm: shape [3, -1] has the size -1.'],
    [() => new nn.Flatten(1.5), ArgumentError, 'Flatten: startDim is 1.5, expected a whole number.'],
    [() => new nn.Flatten({ strtDim: 1 } as never), ArgumentError, 'Flatten: there is no option "strtDim". Did you mean startDim?'],
    [() => new nn.Unflatten(1, 3 as never), ArgumentError, 'Unflatten: unflattenedSize is 3, expected a list of whole numbers.'],
    [() => new nn.GRU(3, 4, { hiden: 2 } as never), ArgumentError, 'GRU: there is no option "hiden".'],
    [() => new nn.Transformer({ customEncoder: 3 as never }), ArgumentError, 'Transformer: customEncoder is 3, expected an nn.Module.'],
    [() => new nn.CrossEntropyLoss({ reduction: true as never }), ArgumentError, 'reduction is true, expected a string, such as "mean".'],
    [
      () => new nn.AvgPool2d(2, { divisorOverride: 1.5 }).forward(ones([1, 4, 4])),
      ArgumentError,
      'divisorOverride is 1.5, expected a whole',
    ],
    [() => F.pad(ones([2]), [1, 1], { value: '0' as never }), ArgumentError, 'pad: value is "0", expected a number.'],
    [() => F.softmax(ones([2]), 0, { dtype: 3 as never }), DTypeError, 'softmax: unknown dtype "3".'],
    [() => F.cosineSimilarity(ones([2]), ones([2]), 0, -1), ArgumentError, 'cosineSimilarity: eps is -1, expected a number of at least 0.'],
    [() => F.embeddingBag(zeros([1, 2], { dtype: 'int64' }), zeros([2, 2], { dtype: 'int64' })), DTypeError, 'weight is int64'],
    [
      () => F.instanceNorm(ones([1, 2, 3]), { weight: labels }),
      DTypeError,
      "input is float32 and weight int64, expected one dtype. Use weight.to('float32').",
    ],
    [
      () => (F.multiHeadAttentionForward as (...args: unknown[]) => unknown)(ones([2, 1, 4]), ones([2, 1, 4]), ones([2, 1, 4]), 4, 0),
      ArgumentError,
      'numHeads is 0, expected a whole number of at least 1.',
    ],
    [() => F.softsign(tensor([true])), DTypeError, "abs does not take bool. Use x.to('float32')."],
  ])('%s', (call, type, message) => {
    expect(call).toThrow(type);
    expect(call).toThrow(message);
  });
});

describe('loadStateDict of something else', () => {
  test.each<[string, () => unknown, string]>([
    ['a model', () => new nn.Linear(2, 1), 'the state dict is a Linear, expected tensors by key. Pass what its stateDict() gives.'],
    ['a path', () => 'model.pth', 'the state dict is "model.pth", expected tensors by key. Read the file first: await load(path).'],
    ['a promise', () => Promise.resolve({}), 'the state dict is a Promise, expected tensors by key. Await it: await load(path).'],
  ])('%s', (_, given, message) => {
    expect(() => new nn.Linear(2, 1).loadStateDict(given() as never)).toThrow(`loadStateDict: ${message}`);
  });
});

test.each(['children', 'eval', 'float', 'double', 'clone'])('%s takes nothing', (name) => {
  const layer = new nn.Linear(2, 1) as unknown as Record<string, (options: object) => unknown>;
  expect(() => layer[name]!({ deep: true })).toThrow(`${name}: there is no option "deep". ${name} takes no options.`);
});
