/** Devices: values beside torch.device, and what each place that takes one says to others. */
import { inspect } from 'node:util';
import {
  accelerator,
  arange,
  backends,
  cuda,
  Device,
  DeviceError,
  type DeviceLike,
  device,
  eye,
  fromTypedArray,
  full,
  loadBytes,
  mps,
  nn,
  ones,
  rand,
  randint,
  randn,
  randperm,
  saveBytes,
  summary,
  tensor,
  xpu,
  zeros,
  zerosLike,
} from 'hone';
import { describe, expect, test } from 'vitest';

describe('device', () => {
  test('has a type, an index and the text of torch.device', () => {
    const cases: [Device, string, number | null, string, string][] = [
      [device('cpu'), 'cpu', null, 'cpu', "device(type='cpu')"],
      [device('cpu:0'), 'cpu', 0, 'cpu:0', "device(type='cpu', index=0)"],
      [device('cuda'), 'cuda', null, 'cuda', "device(type='cuda')"],
      [device('cuda:1'), 'cuda', 1, 'cuda:1', "device(type='cuda', index=1)"],
      [device('cuda', 1), 'cuda', 1, 'cuda:1', "device(type='cuda', index=1)"],
      [device({ type: 'mps', index: 0 }), 'mps', 0, 'mps:0', "device(type='mps', index=0)"],
      [device('xpu', { index: 2 } as never), 'xpu', 2, 'xpu:2', "device(type='xpu', index=2)"],
    ];
    for (const [d, type, index, text, printed] of cases) {
      expect(d).toBeInstanceOf(Device);
      expect([d.type, d.index, String(d), inspect(d), JSON.stringify(d)]).toEqual([type, index, text, printed, `"${text}"`]);
    }
  });

  test('equals itself, and not the one with an index', () => {
    expect(device('cuda:1')).toBe(device('cuda', 1));
    expect(device(device('cpu'))).toBe(device('cpu'));
    expect(device('cpu') === device('cpu:0')).toBe(false);
    expect(device('cpu').equals('cpu')).toBe(true);
    expect(device('cpu').equals(device('cuda'))).toBe(false);
  });

  test('refuses types that do not exist, naming the one that was meant', () => {
    expect(() => device('gpu')).toThrow(/^device: there is no device "gpu".*Did you mean 'cuda'\? Tensors live on 'cpu'/);
    expect(() => device('CPU')).toThrow(/Did you mean 'cpu'/);
    expect(() => device('cuda:-1')).toThrow(DeviceError);
    expect(() => device('')).toThrow(DeviceError);
    expect(() => device('cuda:1', 1)).toThrow(/index is given twice/);
    expect(() => device('cuda', 1.5)).toThrow(/index is 1.5/);
    expect(() => device(3 as never)).toThrow(/the device is 3, expected a name/);
    expect(() => device({ typ: 'cpu' } as never)).toThrow(/Did you mean type/);
  });
});

test('no kind of GPU is available', () => {
  for (const kind of [cuda, mps, xpu, accelerator, backends.mps]) {
    expect(kind.isAvailable()).toBe(false);
    expect(kind.deviceCount()).toBe(0);
    expect(() => (kind.isAvailable as (x: unknown) => boolean)(1)).toThrow(/one argument too many/);
  }
  expect(accelerator.currentAccelerator()).toBe(null);
});

const here: DeviceLike[] = ['cpu', 'cpu:0', device('cpu'), device('cpu', 0)];
const elsewhere: DeviceLike[] = ['cuda', 'cuda:0', 'mps', 'xpu', 'meta', 'cpu:1', device('cuda', 3)];

/** Every way to say where something is wanted. */
const ways: Record<string, (d: DeviceLike) => unknown> = {
  tensor: (d) => tensor([1, 2], { device: d }),
  fromTypedArray: (d) => fromTypedArray(new Float32Array(2), [2], { device: d }),
  zeros: (d) => zeros(2, 3, { device: d }),
  full: (d) => full([2], 1, { device: d }),
  zerosLike: (d) => zerosLike(ones([2]), { device: d }),
  newZeros: (d) => ones([2]).newZeros([2], { device: d }),
  arange: (d) => arange(3, { device: d }),
  eye: (d) => eye(2, { device: d }),
  rand: (d) => rand([2], { device: d }),
  randn: (d) => randn(2, 2, { device: d }),
  randint: (d) => randint(0, 3, [2], { device: d }),
  randperm: (d) => randperm(4, { device: d }),
  'x.to': (d) => ones([2]).to(d),
  'x.to, by name': (d) => ones([2]).to({ device: d }),
  'x.to, with a dtype': (d) => ones([2]).to(d, 'float64'),
  'x.to, without waiting': (d) => ones([2]).to(d, { nonBlocking: true }),
  'x.to, beside a dtype': (d) => ones([2]).to('float64', { device: d }),
  'module.to': (d) => new nn.Linear(2, 2).to(d),
  'module.to, by name': (d) => new nn.Linear(2, 2).to({ device: d }),
  'packed.to': (d) => nn.utils.rnn.packSequence([ones([2])]).to(d),
  Linear: (d) => new nn.Linear(2, 2, { device: d }),
  'Linear, after its bias': (d) => new nn.Linear(2, 2, false, { device: d, dtype: 'float64' }),
  Bilinear: (d) => new nn.Bilinear(2, 2, 2, { device: d }),
  Conv2d: (d) => new nn.Conv2d(2, 2, 3, { device: d }),
  'Conv1d, after its stride': (d) => new nn.Conv1d(2, 2, 3, 1, { device: d }),
  ConvTranspose2d: (d) => new nn.ConvTranspose2d(2, 2, 3, { device: d }),
  BatchNorm2d: (d) => new nn.BatchNorm2d(2, { device: d }),
  InstanceNorm2d: (d) => new nn.InstanceNorm2d(2, { device: d }),
  LayerNorm: (d) => new nn.LayerNorm(2, { device: d }),
  RMSNorm: (d) => new nn.RMSNorm(2, { device: d }),
  GroupNorm: (d) => new nn.GroupNorm(2, 2, { device: d }),
  PReLU: (d) => new nn.PReLU({ device: d }),
  Embedding: (d) => new nn.Embedding(2, 2, { device: d }),
  EmbeddingBag: (d) => new nn.EmbeddingBag(2, 2, { device: d }),
  RNN: (d) => new nn.RNN(2, 2, { device: d }),
  LSTM: (d) => new nn.LSTM(2, 2, { device: d }),
  GRU: (d) => new nn.GRU(2, 2, { device: d }),
  RNNCell: (d) => new nn.RNNCell(2, 2, { device: d }),
  LSTMCell: (d) => new nn.LSTMCell(2, 2, { device: d }),
  GRUCell: (d) => new nn.GRUCell(2, 2, { device: d }),
  MultiheadAttention: (d) => new nn.MultiheadAttention(2, 1, { device: d }),
  TransformerEncoderLayer: (d) => new nn.TransformerEncoderLayer(2, 1, { dimFeedforward: 2, device: d }),
  TransformerDecoderLayer: (d) => new nn.TransformerDecoderLayer(2, 1, { dimFeedforward: 2, device: d }),
  Transformer: (d) => new nn.Transformer({ dModel: 2, nhead: 1, numEncoderLayers: 1, numDecoderLayers: 1, dimFeedforward: 2, device: d }),
  AdaptiveLogSoftmaxWithLoss: (d) => new nn.AdaptiveLogSoftmaxWithLoss(2, 4, [2], { device: d }),
  LinearCrossEntropyLoss: (d) => new nn.LinearCrossEntropyLoss(2, 3, { device: d }),
  LazyLinear: (d) => new nn.LazyLinear(2, { device: d }),
  LazyConv2d: (d) => new nn.LazyConv2d(2, 3, { device: d }),
  LazyBatchNorm1d: (d) => new nn.LazyBatchNorm1d({ device: d }),
  summary: (d) => summary(new nn.Linear(2, 2), { verbose: 0, device: d }),
  loadBytes: (d) => loadBytes(saveBytes({ w: ones([2]) }), { mapLocation: d }),
};

describe.each(Object.keys(ways))('%s', (name) => {
  test('takes the CPU', () => {
    for (const d of here) expect(() => ways[name]!(d)).not.toThrow();
  });
  test('says of other devices that they are not available, and what to write', () => {
    for (const d of elsewhere) {
      expect(() => ways[name]!(d)).toThrow(DeviceError);
      expect(() => ways[name]!(d)).toThrow(new RegExp(`: the device is '${d}', which is not available: .*Write `));
    }
    expect(() => ways[name]!('gpu:0')).toThrow(/there is no device "gpu:0".*Did you mean 'cuda'/);
  });
});

test('programs that choose a device run', () => {
  const where = device(cuda.isAvailable() ? 'cuda' : 'cpu');
  const model = new nn.Linear(3, 1).to(where);
  const x = rand([2, 3], { device: where }).to(where, { nonBlocking: true });
  expect(model.forward(x).device).toBe('cpu');
  expect(x.to(where)).toBe(x);
  expect(x.cpu()).toBe(x);
  expect(model.cpu()).toBe(model);
  expect([x.isCpu, x.isCuda, x.getDevice()]).toEqual([true, false, -1]);
  expect(zeros([2], { device: x.device, dtype: 'int64' }).dtype).toBe('int64');
});

test('cuda() is refused', () => {
  const packed = nn.utils.rnn.packSequence([ones([2])]);
  expect(packed.cpu()).toBe(packed);
  expect(() => packed.cuda()).toThrow(/^PackedSequence.cuda: the device is 'cuda', which is not available/);
  const x = ones([2]);
  expect(() => x.cuda()).toThrow(/^cuda: the device is 'cuda', which is not available: Hone computes on the CPU/);
  expect(() => x.cuda(0)).toThrow(/'cuda:0', which is not available/);
  expect(() => x.cuda('cpu')).toThrow(/expected one of type 'cuda'. Use to\('cpu'\)/);
  expect(() => new nn.Linear(1, 1).cuda()).toThrow(/^Linear.cuda: the device is 'cuda'/);
  expect(() => x.to(0 as never)).toThrow(DeviceError);
});

describe('to', () => {
  test('takes dtype and device in any of the forms of PyTorch', () => {
    const x = ones([2]);
    expect(x.to('cpu', 'float64').dtype).toBe('float64');
    expect(x.to({ device: 'cpu', dtype: 'int64' }).dtype).toBe('int64');
    expect(x.to(tensor([1], { dtype: 'int32' })).dtype).toBe('int32');
    expect(x.to({ dtype: null })).toBe(x);
    const copy = x.to('cpu', { copy: true });
    copy.fill_(3);
    expect([x.toArray(), copy.toArray()]).toEqual([
      [1, 1],
      [3, 3],
    ]);
    expect(x.to('float32', { copy: true })).not.toBe(x);
    expect(new nn.Linear(1, 1).to('cpu', 'float64').weight.dtype).toBe('float64');
    expect(new nn.Linear(1, 1).to(zeros([1], { dtype: 'float64' })).weight.dtype).toBe('float64');
  });
  test('refuses what is neither', () => {
    const x = ones([2]) as unknown as { to(...args: unknown[]): unknown };
    const model = new nn.Linear(1, 1) as unknown as { to(...args: unknown[]): unknown };
    expect(() => x.to()).toThrow(/^to: got nothing, expected a dtype such as 'float64', a device/);
    expect(() => x.to('flot64')).toThrow(/unknown dtype "flot64"/);
    expect(() => x.to('cpu', 'flot64')).toThrow(/unknown dtype "flot64"/);
    expect(() => x.to('float64', { devise: 'cpu' })).toThrow(/Did you mean device/);
    expect(() => model.to(null)).toThrow(/^Linear.to: got null/);
    expect(() => model.to('cpu', { copy: true })).toThrow(/no option "copy"/);
    expect(() => loadBytes(saveBytes(ones([1])), { mapLocation: (() => 'cpu') as never })).toThrow(/the device is a function/);
  });
});
