/** The random draws that PyTorch made (conformance/rng_vectors.py), made again: the bits, and the generator's state afterwards. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  bernoulli,
  type DType,
  empty,
  F,
  full,
  Generator,
  getRngState,
  manualSeed,
  multinomial,
  nn,
  ones,
  rand,
  randint,
  randn,
  randperm,
  type Tensor,
  tensor,
  zeros,
} from 'hone';
import { DataLoader, RandomSampler, randomSplit, SubsetRandomSampler, WeightedRandomSampler } from 'hone/data';
import { describe, expect, test } from 'vitest';

interface Bytes {
  dtype: string;
  shape: number[];
  hex?: string;
  sha?: string;
  head?: string;
}
interface Answer extends Partial<Bytes> {
  value?: unknown;
  tensors?: Record<string, Bytes>;
  /** left, next, a hash of the state's words, the cached normal sample. */
  after: [number, number, string?, (string | null)?];
}
interface Vector {
  fn: string;
  seed: number | string;
  // biome-ignore lint/suspicious/noExplicitAny: the arguments of fifty functions, as PyTorch was given them.
  args: any;
  new: Answer;
  old?: Record<string, Answer>;
}
interface MklVector {
  seed: number;
  p: number;
  n: number;
  bits: string;
}
const fixture = JSON.parse(readFileSync(new URL('../conformance/fixtures/rng-vectors.json', import.meta.url), 'utf8')) as {
  vectors: Vector[];
  mkl: MklVector[];
};

const range = (n: number) => Array.from({ length: n }, (_, i) => i);
const bytesOf = (x: Tensor) => {
  const values = x.contiguous().toTypedArray() as Float32Array;
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
};
const transposed = ({ logical_shape: [rows, columns], dtype }: { logical_shape: number[]; dtype: DType }, fill = 0) =>
  full([columns!, rows!], fill, { dtype }).t();

const inits: Record<string, (x: Tensor) => Tensor> = {
  'nn.init.kaiming_uniform_': (x) => nn.init.kaimingUniform_(x),
  'nn.init.kaiming_normal_': (x) => nn.init.kaimingNormal_(x),
  'nn.init.xavier_uniform_': (x) => nn.init.xavierUniform_(x),
  'nn.init.xavier_normal_': (x) => nn.init.xavierNormal_(x),
  'nn.init.trunc_normal_': (x) => nn.init.truncNormal_(x),
  'nn.init.kaiming_normal_(fan_out,relu)': (x) => nn.init.kaimingNormal_(x, { mode: 'fan_out', nonlinearity: 'relu' }),
  'nn.init.trunc_normal_(std=0.02)': (x) => nn.init.truncNormal_(x, { std: 0.02 }),
};
const layers: Record<string, () => nn.Module> = {
  'nn.Linear(3,4)': () => new nn.Linear(3, 4),
  'nn.Linear(10,5,bias=False)': () => new nn.Linear(10, 5, { bias: false }),
  'nn.Linear(784,128)': () => new nn.Linear(784, 128),
  'nn.Conv2d(1,6,5)': () => new nn.Conv2d(1, 6, 5),
  'nn.Conv2d(8,8,3,groups=4)': () => new nn.Conv2d(8, 8, 3, { groups: 4 }),
  'nn.Conv1d(3,4,3)': () => new nn.Conv1d(3, 4, 3),
  'nn.ConvTranspose2d(3,4,3)': () => new nn.ConvTranspose2d(3, 4, 3),
  'nn.Embedding(10,3)': () => new nn.Embedding(10, 3),
  'nn.Embedding(5,3,padding_idx=0)': () => new nn.Embedding(5, 3, { paddingIdx: 0 }),
  'nn.Embedding(1000,64)': () => new nn.Embedding(1000, 64),
  'nn.RNN(3,4)': () => new nn.RNN(3, 4),
  'nn.GRU(3,4)': () => new nn.GRU(3, 4),
  'nn.LSTM(3,4,2,bidirectional=True)': () => new nn.LSTM(3, 4, { numLayers: 2, bidirectional: true }),
  'nn.MultiheadAttention(8,2)': () => new nn.MultiheadAttention(8, 2),
  'nn.TransformerEncoderLayer(8,2,16)': () => new nn.TransformerEncoderLayer(8, 2, { dimFeedforward: 16 }),
  'nn.Bilinear(3,4,5)': () => new nn.Bilinear(3, 4, 5),
  'nn.Sequential(Linear(784,128),ReLU,Dropout,Linear(128,10))': () =>
    new nn.Sequential(new nn.Linear(784, 128), new nn.ReLU(), new nn.Dropout(), new nn.Linear(128, 10)),
  'nn.Sequential(Conv2d(1,6,5),BatchNorm2d(6),Conv2d(6,16,5),Linear(256,120))': () =>
    new nn.Sequential(new nn.Conv2d(1, 6, 5), new nn.BatchNorm2d(6), new nn.Conv2d(6, 16, 5), new nn.Linear(256, 120)),
};

const drawn: Record<string, (a: Vector['args']) => Tensor> = {
  'torch.rand': (a) => rand([a.size], { dtype: a.dtype }),
  'torch.randn': (a) => randn([a.size], { dtype: a.dtype }),
  'Tensor.uniform_': (a) => empty([a.size], { dtype: a.dtype }).uniform_(a.from, a.to),
  'Tensor.normal_': (a) => empty([a.size], { dtype: a.dtype }).normal_(a.mean, a.std),
  'Tensor.exponential_': (a) => empty([a.size], { dtype: a.dtype }).exponential_(a.lambd),
  'Tensor.uniform_ transposed': (a) => transposed(a).uniform_(a.from, a.to),
  'Tensor.normal_ transposed': (a) => transposed(a).normal_(),
  'F.dropout(ones, strides (1,5))': (a) => F.dropout(transposed(a, 1), a.p),
  'F.dropout(ones)': (a) => F.dropout(ones(a.shape, { dtype: a.dtype }), a.p),
  'nn.Dropout2d(ones)': (a) => new nn.Dropout2d(a.p).forward(ones(a.shape)),
  'torch.randint': (a) => randint(Number(a.low), Number(a.high), [a.size]),
  'Tensor.random_()': (a) => empty([a.size], { dtype: a.dtype }).random_(),
  'torch.randperm': (a) => randperm(a.n),
  'Tensor.bernoulli_(float)': (a) => empty([a.size], { dtype: a.dtype }).bernoulli_(a.p),
  'torch.bernoulli(tensor)': (a) => bernoulli(full([a.size], a.p_filled_with, { dtype: a.p_dtype })).to('bool'),
};

/** What PyTorch did there, in Hone: a tensor, named tensors, or plain values. */
function draw(
  { fn, args: a, new: { value } }: Vector,
  generator: Generator,
): { x?: Tensor; tensors?: Record<string, Tensor>; value?: unknown } {
  const given = fn.includes('generator=') ? { generator } : {};
  if (drawn[fn]) return { x: drawn[fn](a) };
  if (inits[fn]) return { x: inits[fn](empty(a.shape, { dtype: a.dtype })) };
  if (layers[fn]) return { tensors: layers[fn]().stateDict() as unknown as Record<string, Tensor> };
  if (fn === 'manual_seed / engine') {
    const sha = (bytes: Uint8Array, size: number) => createHash('sha256').update(bytes).digest('hex').slice(0, size);
    const state = sha(generator.getState(), 64);
    const words = sha(bytesOf(empty([640], { dtype: 'int64' }).random_(0, 2 ** 28)), 24);
    return { value: { sha: state, initial: String(generator.initialSeed()), words } };
  }
  if (fn.startsWith('normal_ sequence')) {
    const steps = [[1, 0, 1, 'float32'], [3, 0, 1, 'float64'], [5, 2, 0.5, 'float32'], [16, 0, 1, 'float32'], [1, 1, 3, 'float64'], [17, 0, 1, 'float64'], [2, 0, 1, 'float32']] as const; // biome-ignore format: one line
    return { tensors: Object.fromEntries(steps.map(([n, mean, std, dtype], i) => [i, empty([n], { dtype }).normal_(mean, std)])) };
  }
  if (fn.startsWith('random_split')) return { value: randomSplit(range(a.n), a.lengths, given).map((part) => part.indices) };
  if (fn.startsWith('RandomSampler')) {
    const sizes = a.num_samples === null ? {} : { numSamples: a.num_samples };
    return { value: [...new RandomSampler(range(a.n), { replacement: a.replacement, ...sizes, ...given })] };
  }
  if (fn === 'SubsetRandomSampler') return { value: [...new SubsetRandomSampler(range(20).map((i) => 100 + i))] };
  if (fn === 'WeightedRandomSampler')
    return { value: [...new WeightedRandomSampler(a.weights, a.num_samples, { replacement: a.replacement })] };
  if (fn.startsWith('DataLoader shuffle=False')) {
    for (const _ of new DataLoader(range(a.n), { batchSize: a.batch_size })) void _;
    return { value };
  }
  if (fn.startsWith('DataLoader')) {
    const loader = new DataLoader(range(a.n), { batchSize: a.batch_size, shuffle: true, dropLast: a.drop_last, ...given });
    return { value: range(3).map(() => Array.from(loader, (batch) => batch.toArray())) };
  }
  if (fn.startsWith('script')) {
    const model = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Dropout(), new nn.Linear(8, 1));
    const tensors = { ...(model.stateDict() as unknown as Record<string, Tensor>), X: randn([10, 4]) };
    const log: unknown[] = [];
    for (let epoch = 0; epoch < 2; epoch++) {
      for (const batch of new DataLoader(range(10), { batchSize: 4, shuffle: true })) {
        const mask = F.dropout(ones([batch.shape[0]!, 8]), 0.5)
          .flatten()
          .toArray() as number[];
        log.push([batch.toArray(), mask.map((v) => (v > 0 ? '1' : '0')).join('')]);
      }
    }
    return { tensors, value: log };
  }
  if (fn === 'torch.multinomial')
    return { value: multinomial(tensor(a.probs, { dtype: a.dtype }), a.num_samples, { replacement: a.replacement }).toArray() };
  const words = empty([], { dtype: 'int64' }).random_();
  return { value: String((words.toTypedArray() as BigInt64Array)[0]) };
}

/** Where the mathematical library decides the last bits: how far numbers may be apart, in steps of the dtype. */
function tolerance({ fn, args }: Vector): number {
  if (fn.startsWith('nn.init.trunc_normal_')) return args.dtype === 'float64' ? 1e6 : 64; // erfinv; PyTorch's builds differ as much
  return 0;
}
const libm = ({ fn }: Vector, dtype: string) => dtype === 'float64' && /normal_|randn|exponential_|sequence/.test(fn);

const number = (hex: string, dtype: string) => {
  const bytes = Buffer.from(hex, 'hex');
  return dtype === 'float64'
    ? Array.from(range(bytes.length / 8), (i) => bytes.readDoubleLE(8 * i))
    : range(bytes.length / 4).map((i) => bytes.readFloatLE(4 * i));
};

function expectBytes(vector: Vector, x: Tensor, wanted: Bytes): void {
  expect([x.dtype, [...x.shape]]).toEqual([wanted.dtype, wanted.shape]);
  const bytes = bytesOf(x);
  const steps = tolerance(vector) || (libm(vector, wanted.dtype) ? 4 : 0);
  if (steps > 0) {
    const hex = wanted.hex ?? wanted.head!;
    const found = number(bytes.toString('hex').slice(0, hex.length), wanted.dtype);
    number(hex, wanted.dtype).forEach((v, i) => {
      const step = Math.max(Math.abs(v), 2 ** -7) * (wanted.dtype === 'float64' ? 2 ** -52 : 2 ** -23);
      expect(Math.abs(found[i]! - v)).toBeLessThanOrEqual(steps * step);
    });
    return;
  }
  if (wanted.hex !== undefined) expect(bytes.toString('hex')).toBe(wanted.hex);
  else {
    expect(bytes.toString('hex').slice(0, wanted.head!.length)).toBe(wanted.head);
    expect(createHash('sha256').update(bytes).digest('hex').slice(0, 24)).toBe(wanted.sha);
  }
}

function expectAnswer(vector: Vector, wanted: Answer, generator: Generator): void {
  const { x, tensors, value } = draw(vector, generator);
  if (x) expectBytes(vector, x, wanted as Bytes);
  const named = vector.fn.startsWith('normal_ seq') ? Object.fromEntries((wanted.value as Bytes[]).entries()) : wanted.tensors;
  if (tensors) for (const [key, bytes] of Object.entries(named!)) expectBytes(vector, tensors[key]!, bytes);
  else if (!x) expect(value).toEqual(wanted.value);
  const state = generator.getState();
  const view = new DataView(state.buffer);
  const [left, next, words, cached] = wanted.after;
  expect([view.getInt32(8, true), Number(view.getBigUint64(16, true))]).toEqual([left, next]);
  if (words === undefined) return;
  expect(createHash('sha256').update(state.subarray(0, 5016)).digest('hex').slice(0, 16)).toBe(words);
  expect(view.getInt32(5040, true)).toBe(cached ? 1 : 0);
  if (cached) expect(view.getFloat64(5024, true)).toBeCloseTo(Buffer.from(cached, 'hex').readDoubleLE(0), 13);
}

const families = new Map<string, Vector[]>();
for (const vector of fixture.vectors) families.set(vector.fn, [...(families.get(vector.fn) ?? []), vector]);

const seeded = ({ fn, seed }: Vector, options = {}) =>
  fn.includes('generator=') ? new Generator(BigInt(seed), options) : manualSeed(BigInt(seed), options);

describe('draws are those of PyTorch, bit for bit', () => {
  test.each([...families])('%s', (_, vectors) => {
    for (const vector of vectors) {
      // Hone has no integers of 8 signed and of 16 bits.
      if (['int8', 'int16'].includes(vector.args.dtype)) continue;
      try {
        expectAnswer(vector, vector.new, seeded(vector));
      } catch (error) {
        throw new Error(`${vector.fn}, seed ${vector.seed}, ${JSON.stringify(vector.args)}: ${(error as Error).message}`);
      }
    }
  });
});

describe('draws are those of earlier versions, where they are asked for', () => {
  const earlier = fixture.vectors.filter((v) => v.old);
  test.each([...new Set(earlier.map((v) => v.fn))])('%s', (fn) => {
    for (const vector of earlier.filter((v) => v.fn === fn)) {
      for (const [torch, answer] of Object.entries(vector.old!)) {
        try {
          expectAnswer(vector, answer, seeded(vector, { torch }));
        } catch (error) {
          throw new Error(`${fn} of ${torch}, seed ${vector.seed}, ${JSON.stringify(vector.args)}: ${(error as Error).message}`);
        }
      }
    }
  });

  test.each(fixture.mkl)('MKL: bernoulli_ and dropout, seed $seed, p $p, n $n', ({ seed, p, n, bits }) => {
    const text = (x: Tensor) => (x.flatten().toArray() as number[]).map((v) => (v ? '1' : '0')).join('');
    manualSeed(seed, { torch: '2.6', mkl: true });
    expect(text(zeros([n]).bernoulli_(p))).toBe(bits);
    expect(new DataView(getRngState().buffer).getBigUint64(16, true)).toBe(1n);
    manualSeed(seed, { torch: '2.6.0+cu124', mkl: true });
    expect(
      text(
        zeros([2, n / 2])
          .t()
          .bernoulli_(p)
          .contiguous(),
      ),
    ).toBe(bits); // in the order of dims
    manualSeed(seed, { torch: '2.6', mkl: true });
    if (1 - (1 - p) === p) expect(text(F.dropout(ones([n]), 1 - p))).toBe(bits);
  });

  test('numbers that people posted', () => {
    manualSeed(314159, { torch: '1.13', mkl: true });
    expect(zeros([15]).bernoulli_(0.75).toArray()).toEqual([1, 0, 0, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1]); // pytorch issue 94388
    manualSeed(0, { torch: '1.7', mkl: true });
    expect(zeros([5], { dtype: 'int64' }).bernoulli_().toArray()).toEqual([1, 0, 0, 1, 1]); // issue 15714, Linux
    manualSeed(0);
    expect(zeros([5], { dtype: 'int64' }).bernoulli_().toArray()).toEqual([0, 0, 1, 0, 0]); // issue 15714, macOS
  });
});

test('every dtype that has numbers has them here', () => {
  const dtypes = new Set<DType>(fixture.vectors.filter((v) => v.fn === 'Tensor.random_()').map((v) => v.args.dtype));
  expect([...dtypes]).toEqual(expect.arrayContaining(['int64', 'int32', 'uint8', 'bool', 'float32', 'float64']));
});
