import { ArgumentError, DTypeError, manualSeed, nn, randn, ShapeError, tensor, zeros } from 'hone';
import { describe, expect, test } from 'vitest';

const wrong = (call: () => unknown, type: new (m: string) => Error, message: string) => {
  expect(call).toThrow(type);
  expect(call).toThrow(message);
};

test('options by position are those by name', () => {
  const positional = new nn.Conv2d(4, 8, 3, 2, 1, 1, 2, false, 'reflect');
  const named = new nn.Conv2d(4, 8, 3, { stride: 2, padding: 1, groups: 2, bias: false, paddingMode: 'reflect' });
  expect(positional.toString()).toBe(named.toString());
  expect(named.toString()).toBe(
    'Conv2d(4, 8, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1), groups=2, bias=False, padding_mode=reflect)',
  );
  expect(new nn.Conv1d(1, 1, 3, 2, { padding: 'valid' }).toString()).toBe('Conv1d(1, 1, kernel_size=(3,), stride=(2,), padding=valid)');
  expect(new nn.ConvTranspose2d(2, 2, 3, 2, 1, 1).toString()).toBe(
    'ConvTranspose2d(2, 2, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1), output_padding=(1, 1))',
  );
});

test('float64 parameters', () => {
  const conv = new nn.Conv3d(1, 2, 2, { dtype: 'float64' });
  expect([conv.weight.dtype, conv.bias!.dtype]).toEqual(['float64', 'float64']);
  expect(conv.forward(zeros([1, 1, 3, 3, 3], { dtype: 'float64' })).dtype).toBe('float64');
});

test('padding of other kinds than zeros', () => {
  const conv = new nn.Conv1d(1, 1, 3, { padding: 1, bias: false, paddingMode: 'circular' });
  conv.weight = new nn.Parameter(tensor([[[1, 0, 0]]])); // the element on the left
  expect(conv.forward(tensor([[1, 2, 3]])).toArray()).toEqual([[3, 1, 2]]);
});

test('same padding of an even kernel puts the odd element at the end', () => {
  const conv = new nn.Conv1d(1, 1, 2, { padding: 'same', bias: false });
  conv.weight = new nn.Parameter(tensor([[[10, 1]]]));
  expect(conv.forward(tensor([[1, 2, 3]])).toArray()).toEqual([[12, 23, 30]]);
});

test('outputSize chooses among the sizes that a stride allows', () => {
  const down = new nn.Conv2d(1, 2, 3, { stride: 2 });
  const up = new nn.ConvTranspose2d(2, 1, 3, { stride: 2 });
  for (const size of [7, 8]) {
    const x = randn([1, 1, size, size]);
    const y = down.forward(x);
    expect(up.forward(y, x.shape).shape).toEqual(x.shape);
    expect(up.forward(y, { outputSize: [size, size] }).shape).toEqual(x.shape);
  }
  wrong(
    () => up.forward(zeros([1, 2, 3, 3]), [9, 9]),
    ShapeError,
    'ConvTranspose2d: outputSize is [9, 9], expected sizes from [7, 7] to [8, 8] (input [1, 2, 3, 3]).',
  );
  wrong(
    () => up.forward(zeros([1, 2, 3, 3]), [9]),
    ShapeError,
    'ConvTranspose2d: outputSize is [9], expected 2 sizes, or 4 as the input has.',
  );
});

test('the same seed gives the same layer, and resetParameters draws anew', () => {
  manualSeed(7);
  const first = new nn.ConvTranspose1d(2, 3, 2);
  manualSeed(7);
  const second = new nn.ConvTranspose1d(2, 3, 2);
  expect(second.weight.toArray()).toEqual(first.weight.toArray());
  second.resetParameters();
  expect(second.weight.toArray()).not.toEqual(first.weight.toArray());
});

describe('errors', () => {
  test('of construction', () => {
    wrong(() => new nn.Conv1d(3, 4, 2, { groups: 2 }), ArgumentError, 'Conv1d: groups 2 must divide inChannels 3 and outChannels 4.');
    wrong(() => new nn.Conv3d(0, 4, 2), ArgumentError, 'Conv3d: inChannels is 0, expected a whole number of at least 1.');
    wrong(() => new nn.Conv2d(1, 1, [3] as never, { stride: [1, 2, 3] } as never), ArgumentError, 'Conv2d: stride is [1, 2, 3], expected');
    wrong(
      () => new nn.Conv2d(1, 1, 0),
      ArgumentError,
      'Conv2d: kernelSize is 0, expected a whole number of at least 1, or two of them: [height, width].',
    );
    wrong(() => new nn.Conv2d(1, 1, 3, { paddingMode: 'mirror' as never }), ArgumentError, 'Conv2d: paddingMode is "mirror", expected');
    wrong(
      () => new nn.Conv2d(1, 1, 3, { padding: 'full' as never }),
      ArgumentError,
      `Conv2d: padding is "full", expected numbers, 'same' or 'valid'.`,
    );
    wrong(
      () => new nn.Conv2d(1, 1, 3, { padding: 'same', stride: 2 }),
      ArgumentError,
      `Conv2d: padding 'same' needs stride 1, got (2, 2).`,
    );
    wrong(() => new nn.Conv2d(1, 1, 3, { kernel: 2 } as never), ArgumentError, 'Conv2d: there is no option "kernel".');
    wrong(() => new nn.Conv2d(1, 1, 3, { dtype: 'int64' }), DTypeError, 'Conv2d: dtype is int64, expected float32 or float64.');
    wrong(
      () => new nn.ConvTranspose2d(1, 1, 3, { paddingMode: 'reflect' as never }),
      ArgumentError,
      'ConvTranspose2d: paddingMode is "reflect", expected zeros',
    );
    wrong(
      () => new nn.ConvTranspose2d(1, 1, 3, { padding: 'same' as never }),
      ArgumentError,
      'ConvTranspose2d: padding is "same", expected numbers',
    );
  });

  test('of a call say where in the model it was', () => {
    const model = new nn.Sequential(new nn.Conv1d(2, 4, 3), new nn.ReLU(), new nn.Conv1d(8, 4, 3));
    wrong(
      () => model.forward(zeros([1, 2, 9])),
      ShapeError,
      '2 (Conv1d): input has 4 channels, weight expects 8 (input [1, 4, 7], weight [4, 8, 3]). Make the layer for 4 input channels',
    );
    wrong(
      () => new nn.Conv1d(2, 4, 3).forward(zeros([1, 2, 2])),
      ShapeError,
      'conv1d: the window of 3 is larger than the padded input of 2 (input [1, 2, 2], weight [4, 2, 3]). Add padding, or take a smaller kernel.',
    );
    wrong(
      () => new nn.Conv1d(1, 4, 3).forward(zeros([8, 9])),
      ShapeError,
      'Two dims are read as one item [C, L]. If this is a batch without the channel dim, insert it: x.unsqueeze(1).',
    );
    wrong(
      () => new nn.Conv3d(2, 4, 3).forward(zeros([8, 8, 8])),
      ShapeError,
      'conv3d: input is [8, 8, 8], expected [N, C, D, H, W], or [C, D, H, W] for one volume. For one volume without a channel dim, insert both: x.unsqueeze(0).unsqueeze(0).',
    );
    wrong(
      () => new nn.Conv3d(2, 4, 3).forward(zeros([1, 8, 8, 8, 2])),
      ShapeError,
      'If the channels stand last, move them: x.permute(0, 4, 1, 2, 3).',
    );
    wrong(
      () => new nn.Conv2d(1, 1, 3).forward(zeros([1, 1, 0, 5])),
      ShapeError,
      'conv2d: input is [1, 1, 0, 5], without any elements to go over.',
    );
    wrong(
      () => new nn.Conv2d(1, 1, 3, { padding: 1, paddingMode: 'reflect' }).forward(zeros([5, 5])),
      ShapeError,
      'conv2d: input is [5, 5], expected [N, C, H, W]',
    );
  });

  test('an empty batch is no error', () => {
    expect(new nn.Conv3d(2, 4, 3).forward(zeros([0, 2, 5, 4, 3])).shape).toEqual([0, 4, 3, 2, 1]);
    expect(new nn.ConvTranspose2d(2, 4, 3).forward(zeros([0, 2, 5, 4])).shape).toEqual([0, 4, 7, 6]);
  });
});

test('options given twice do not compile', () => {
  // @ts-expect-error: two objects of options
  expect(() => new nn.Conv2d(1, 2, 3, { stride: 1 }, { padding: 1 })).toThrow(ArgumentError);
  // @ts-expect-error: there is no such option
  expect(() => new nn.Conv2d(1, 2, 3, { strides: 1 })).toThrow(ArgumentError);
  expect(new nn.Conv2d(1, 2, 3, 1, { padding: 1 }).padding).toEqual([1, 1]);
});

test('fields that are set later count, and are checked when they are used', () => {
  const layer = new nn.Conv2d(1, 1, 3);
  Object.assign(layer, { stride: 2, padding: 'valid' });
  expect(layer.forward(zeros([1, 1, 7, 7])).shape).toEqual([1, 1, 3, 3]);
  Object.assign(layer, { stride: [0, 1] });
  wrong(() => layer.forward(zeros([1, 1, 7, 7])), ArgumentError, 'conv2d: stride is [0, 1], expected a whole number of at least 1');
});
