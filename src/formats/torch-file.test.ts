import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  ArgumentError,
  arange,
  FormatError,
  HoneError,
  load,
  loadBytes,
  nn,
  ones,
  optim,
  save,
  saveBytes,
  Tensor,
  tensor,
  UseAfterFreeError,
  zeros,
} from 'hone';
import { fileDType, flattenState } from 'hone/formats';
import { describe, expect, it, test } from 'vitest';
import { zipChunks } from './zip-writer.js';

const text = (value: string) => new TextEncoder().encode(value);
const joined = (chunks: Iterable<Uint8Array>) => Uint8Array.from([...chunks].flatMap((chunk) => [...chunk]));

/** A file of torch.save around a pickle: texts stand for their characters. */
function torchFile(pickle: Uint8Array | readonly (string | number)[], storages: Record<string, Uint8Array> = {}): Uint8Array {
  const bytes = pickle instanceof Uint8Array ? pickle : bytesOf(pickle);
  const entries = {
    'data.pkl': bytes,
    version: text('3\n'),
    ...Object.fromEntries(Object.entries(storages).map(([k, v]) => [`data/${k}`, v])),
  };
  return joined(zipChunks(Object.entries(entries).map(([name, data]) => ({ name: `archive/${name}`, data: () => data }))));
}

const bytesOf = (parts: readonly (string | number)[]) =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === 'number' ? [part] : [...part].map((char) => char.charCodeAt(0)))));
const PROTO = [0x80, 2] as const;
const int = (n: number) => [0x4a, n & 255, (n >>> 8) & 255, (n >>> 16) & 255, (n >>> 24) & 255];
const str = (value: string) => ['X', value.length & 255, value.length >> 8, 0, 0, value];

/** A pickle of one tensor. */
function tensorPickle({
  type = 'FloatStorage',
  key = '0',
  count = 4,
  offset = 0,
  size = [4],
  stride = [1],
  extra = [] as (string | number)[],
}) {
  return [
    ...PROTO,
    ...'ctorch._utils\n_rebuild_tensor_v2\n',
    '((',
    ...str('storage'),
    `ctorch\n${type}\n`,
    ...str(key),
    ...str('cpu'),
    ...int(count),
    'tQ',
    ...int(offset),
    '(',
    ...size.flatMap(int),
    't(',
    ...stride.flatMap(int),
    't',
    0x89,
    'ccollections\nOrderedDict\n)R',
    ...extra,
    'tR.',
  ];
}
const four = { 0: new Uint8Array(16) };

describe('save and load', () => {
  it('bring every value back as it was', () => {
    const list = [1, [2, null]];
    const value = {
      numbers: [0, -1, 255, 256, 65536, -(2 ** 31), 2 ** 53 - 1, 0.5, -0, 1e300, Infinity, NaN],
      bigints: [2n ** 64n, -(2n ** 200n)],
      texts: ['', 'ä 한 😀', '\n'],
      flags: [true, false, null],
      nested: { deep: { deeper: [{ x: 1 }] } },
      set: new Set([1, 'a']),
      map: new Map<unknown, unknown>([
        [0.5, 'half'],
        [null, 'nothing'],
      ]),
      shared: [list, list],
      empty: [[], {}],
    };
    const back = loadBytes<typeof value>(saveBytes(value));
    expect(back).toEqual(value);
    expect(back.shared[0]).toBe(back.shared[1]);
    expect(Object.is(back.numbers[8], -0)).toBe(true);
  });

  it('keep dtypes, layouts, sharing and requiresGrad of tensors', () => {
    const base = arange(6, { dtype: 'float64' });
    const value = {
      base,
      matrix: base.view([2, 3]).t(),
      same: base,
      leaf: ones([2]).requiresGrad_(),
      computed: ones([2]).requiresGrad_().mul(2),
      ints: tensor([1n, -(2n ** 63n)]),
      flags: tensor([true, false]),
      none: zeros([0, 3]),
      scalar: tensor(1.5),
      bytes: tensor([1, 255], { dtype: 'uint8' }),
      small: tensor([-1], { dtype: 'int32' }),
    };
    const back = loadBytes<typeof value>(saveBytes(value));
    for (const [name, x] of Object.entries(value)) {
      const y = back[name as keyof typeof value];
      expect([y.dtype, y.shape, y.strides, y.offset, y.toArray()], name).toEqual([x.dtype, x.shape, x.strides, x.offset, x.toArray()]);
    }
    expect(back.matrix.storage).toBe(back.base.storage);
    expect(back.same).toBe(back.base);
    expect([back.leaf.requiresGrad, back.computed.requiresGrad, back.base.requiresGrad]).toEqual([true, true, false]);
    expect(back.ints.data()).toEqual(BigInt64Array.of(1n, -(2n ** 63n)));
  });

  it('write typed arrays as tensors, and bytes that came from Python as bytes', () => {
    const back = loadBytes<{ a: Tensor; b: Tensor }>(saveBytes({ a: Float32Array.of(1, 2), b: Uint8Array.of(3) }));
    expect([back.a.dtype, back.a.toArray(), back.b.dtype]).toEqual(['float32', [1, 2], 'uint8']);
    const path = join(import.meta.dirname, '../../conformance/fixtures/files/values.pth');
    const values = load<Record<string, unknown>>(path);
    expect(values['bytes']).toBeInstanceOf(Uint8Array);
    const again = loadBytes<Record<string, unknown>>(saveBytes(values));
    expect(Object.keys(again)).toEqual(Object.keys(values));
    for (const key of Object.keys(values)) {
      if (values[key] instanceof Tensor) expect((again[key] as Tensor).toArray(), key).toEqual((values[key] as Tensor).toArray());
      else expect(again[key], key).toEqual(values[key]);
    }
  });

  it('give a model, its optimizer and its scheduler their state back', () => {
    const make = () => {
      const model = new nn.Sequential(new nn.Linear(3, 4), new nn.BatchNorm1d(4), new nn.Linear(4, 1));
      const optimizer = new optim.Adam(model.parameters(), { lr: 0.1 });
      return { model, optimizer, scheduler: new optim.lrScheduler.MultiStepLR(optimizer, [1, 2, 2]) };
    };
    const x = tensor([
      [1, 2, 3],
      [0, 1, 0],
      [-1, 2, 0.5],
    ]);
    const step = ({ model, optimizer, scheduler }: ReturnType<typeof make>) => {
      optimizer.zeroGrad();
      const loss = model.forward(x).square().mean();
      loss.backward();
      optimizer.step();
      scheduler.step();
      return loss.item();
    };
    const [first, second] = [make(), make()];
    step(first);
    const { model, optimizer, scheduler } = first;
    const bytes = saveBytes({ model: model.stateDict(), optimizer: optimizer.stateDict(), scheduler: scheduler.stateDict() });
    const state = loadBytes<{ model: nn.StateDict; optimizer: optim.OptimizerStateDict; scheduler: Record<string, unknown> }>(bytes);
    second.model.loadStateDict(state.model);
    second.optimizer.loadStateDict(state.optimizer);
    second.scheduler.loadStateDict(state.scheduler);
    for (let i = 0; i < 3; i++) expect(step(second)).toBe(step(first));
    expect(second.optimizer.paramGroups[0]!.lr).toBe(first.optimizer.paramGroups[0]!.lr);
  });

  it('fit a model only with their own part and names, and the model says so', () => {
    const model = new nn.Linear(2, 1);
    const whole = loadBytes(saveBytes({ net: model.stateDict(), epoch: 3 }));
    expect(() => model.loadStateDict(whole)).toThrow(
      "missing keys: weight, bias\n  unexpected keys: net, epoch\nThe model's keys stand under \"net\". Give that part: model.loadStateDict(load(path, { key: 'net' })).",
    );
    const parallel = Object.fromEntries(Object.entries(model.stateDict()).map(([key, x]) => [`module.${key}`, x]));
    expect(() => model.loadStateDict(loadBytes(saveBytes(parallel)))).toThrow(
      /Every key has "module\." before it\. Take that off: .*key\.slice\(7\)/,
    );
    const wider = new nn.Linear(3, 1);
    expect(() => wider.loadStateDict(loadBytes(saveBytes(model.stateDict())))).toThrow('weight has shape [1, 2], the model expects [1, 3]');
  });

  it('choose a part by its name, and tensors alone', () => {
    const bytes = saveBytes({ epoch: 3, net: { 'a.b': tensor([1]), c: { d: tensor([2]) } }, list: [tensor([3])] });
    expect(loadBytes<number>(bytes, { key: 'epoch' })).toBe(3);
    expect(loadBytes<Tensor>(bytes, { key: 'net.a.b' }).item()).toBe(1);
    expect(loadBytes(bytes, { key: 'net.c' })['d']!.item()).toBe(2);
    expect(Object.keys(loadBytes(bytes, { tensorsOnly: true }))).toEqual(['net.a.b', 'net.c.d', 'list.0']);
    expect(() => loadBytes(bytes, { key: 'model' })).toThrow(ArgumentError);
    expect(() => loadBytes(bytes, { key: 'model' })).toThrow('there is nothing under the key "model". There is: epoch, net, list.');
    expect(() => loadBytes(saveBytes({ epoch: 3 }), { tensorsOnly: true })).toThrow('it holds no tensors');
  });

  it('go by the ending of the path, and read whatever the bytes are', () => {
    const folder = mkdtempSync(join(tmpdir(), 'hone-torch-'));
    try {
      for (const name of ['a.pth', 'b.PT', 'c.ckpt', 'd.safetensors', 'e']) {
        save({ w: tensor([1, 2]) }, join(folder, name));
        expect(load(join(folder, name))['w']!.toArray()).toEqual([1, 2]);
        expect(readFileSync(join(folder, name))[0] === 0x50, name).toBe(/^[abc]/.test(name));
      }
      save({ w: tensor([1]) }, join(folder, 'f.weights'), { format: 'pth' });
      expect(readFileSync(join(folder, 'f.weights')).subarray(0, 2).toString()).toBe('PK');
      expect(() => save({ w: tensor([1]) }, join(folder, 'g.pth'), { metadata: { a: 'b' } })).toThrow(/metadata goes into safetensors/);
      expect(() => save({ w: tensor([1]) }, 'x', { format: 'onnx' as never })).toThrow('format is "onnx", expected pth or safetensors');
      expect(() => save({ epoch: 3 }, join(folder, 'h.safetensors'))).toThrow(/"epoch" is number, expected a Tensor.*\.pth/);
      writeFileSync(join(folder, 'page.pth'), '<!DOCTYPE html>');
      expect(() => load(join(folder, 'page.pth'))).toThrow(/page\.pth: it is a text, not a model/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('refuse what is no value, by name', () => {
    const model = new nn.Linear(2, 2);
    const gone = tensor([1]);
    gone.dispose();
    const cases: [unknown, string | RegExp][] = [
      [model, 'saveBytes: the value is of class Linear, expected tensors, numbers'],
      [{ model }, /"model" is of class Linear.*Save what its stateDict\(\) gives/],
      [{ a: { f: () => 1 } }, '"a.f" is a function'],
      [[undefined], '"0" is undefined'],
      [new Date(0), 'of class Date'],
      [new Map([[{}, 1]]), 'a key of the Map at "(…)" is an object'],
      [Symbol.iterator, 'a symbol'],
      [2n ** 3000n, 'more than 255 bytes'],
    ];
    for (const [value, message] of cases) {
      expect(() => saveBytes(value)).toThrow(ArgumentError);
      expect(() => saveBytes(value)).toThrow(message);
    }
    expect(() => saveBytes({ gone })).toThrow(UseAfterFreeError);
    let deep: unknown = 1;
    for (let i = 0; i < 2000; i++) deep = [deep];
    expect(() => saveBytes(deep)).toThrow('nests more than 1000 deep');
    expect(() => loadBytes('x' as never)).toThrow('loadBytes: expected a Uint8Array, got string');
  });

  it('leave out undefined, keep what holds itself, and the kinds of keys', () => {
    const self: { x: number; me?: unknown } = { x: 1 };
    self.me = self;
    const back = loadBytes<typeof self>(saveBytes(self));
    expect(back.me).toBe(back);
    expect(Object.keys(loadBytes<object>(saveBytes({ a: undefined, b: 1 })))).toEqual(['b']);
    const map = loadBytes<Map<unknown, unknown>>(
      saveBytes(
        new Map<unknown, unknown>([
          [1, 'int'],
          ['1', 'text'],
        ]),
      ),
    );
    expect([...map]).toEqual([
      [1, 'int'],
      ['1', 'text'],
    ]);
    expect(() => flattenState(self)).toThrow(/nests more than 1000 deep, or holds itself/);
  });

  it('round-trip whatever values there are', () => {
    const leaf = fc.oneof(fc.string({ unit: 'binary' }), fc.double(), fc.integer(), fc.bigInt(), fc.boolean(), fc.constant(null));
    const key = fc.string().filter((name) => name !== '__proto__');
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        leaf,
        fc.array(tie('value')),
        fc.dictionary(key, tie('value'), { noNullPrototype: true }),
      ),
    }));
    // Small bigints come back as numbers, and halves of characters as what TextEncoder makes of them.
    const plain = (item: unknown): unknown => {
      if (typeof item === 'bigint') return item >= Number.MIN_SAFE_INTEGER && item <= Number.MAX_SAFE_INTEGER ? Number(item) : item;
      if (Array.isArray(item)) return item.map(plain);
      if (typeof item === 'object' && item !== null) return Object.fromEntries(Object.entries(item).map(([k, v]) => [k, plain(v)]));
      return item;
    };
    fc.assert(
      fc.property(value, (item) => {
        expect(plain(loadBytes<unknown>(saveBytes([item]), {}))).toEqual(plain([item]));
      }),
      { numRuns: 60 },
    );
  });
});

describe('files that mean harm', () => {
  const refused: [string, readonly (string | number)[], string][] = [
    [
      'a program',
      [...PROTO, 'cposix\nsystem\n(', ...str('echo'), 'tR.'],
      'it asks for Python\'s "posix.system", which is not among the few',
    ],
    ['eval', [...PROTO, 'c__builtin__\neval\n(', ...str('1'), 'tR.'], 'it asks for Python\'s "builtins.eval"'],
    ['a class of a program', [...PROTO, 'c__main__\nNet\n)', 0x81, '.'], 'it holds a whole model'],
    ['NumPy', [...PROTO, 'cnumpy.core.multiarray\nscalar\n)R.'], 'holds numbers of NumPy'],
    ['a class as a function', [...PROTO, 'ctorch\nFloatStorage\n)R.'], 'calls "torch.FloatStorage", which Hone knows as a name only'],
    ['a call of a value', [...PROTO, ']', ')R.'], 'calls a list'],
    ['a dotted name', [...PROTO, 'ctorch\nserialization.os.system\n)R.'], 'torch.serialization.os.system'],
    ['attributes', [...PROTO, '}}b.'], 'sets attributes of a dict'],
    ['an unknown byte', [...PROTO, 0xfe, '.'], 'the byte 0xfe at 2'],
    ['protocol 0', ['I1\n.'], 'protocol 0 or 1 ("I")'],
    ['a later protocol', [0x80, 9, 'N.'], 'protocol 9'],
    ['an empty stack', [...PROTO, '.'], 'takes a value where there is none'],
    ['a mark as a value', [...PROTO, '(.'], 'takes a value where there is none'],
    ['a list without a mark', [...PROTO, ']e.'], 'ends a list that never began'],
    ['values left over', [...PROTO, 'NN.'], 'values left over'],
    ['no end', [...PROTO, 'N'], 'ends too early'],
    ['a note that was never made', [...PROTO, 'h', 7, '.'], 'repeats value 7'],
    ['a long text', [...PROTO, 'X', 255, 255, 255, 255, 'a.'], 'ends too early'],
    ['a text of 2^63 bytes', [...PROTO, 0x8d, 255, 255, 255, 255, 255, 255, 255, 127, 'a.'], 'ends too early'],
    ['a long whole number', [...PROTO, 0x8b, 255, 255, 255, 127, '.'], 'a whole number of 2147483647 bytes'],
    ['a negative length', [...PROTO, 0x8b, 255, 255, 255, 255, '.'], 'a whole number of -1 bytes'],
    ['appending to a dict', [...PROTO, '}Na.'], 'appends to a dict'],
    ['setting in a list', [...PROTO, ']NNs.'], 'sets entries of a list'],
    ['a list as a key', [...PROTO, '}]Ns.'], 'a list as a key'],
    ['half a pair', [...PROTO, '}(Nu.'], 'a key without a value'],
    ['__proto__', [...PROTO, '}', ...str('__proto__'), '}s.'], 'a key is called "__proto__"'],
    ['a text that is none', [...PROTO, 'X', 1, 0, 0, 0, 0xff, '.'], 'not UTF-8'],
    ['something outside', [...PROTO, ...str('x'), 'Q.'], 'refers to something outside'],
    ['a storage that is missing', tensorPickle({ key: '7' }), 'no entry "archive/data/7"'],
    ['a storage out of its folder', tensorPickle({ key: '../data.pkl' }), 'no entry "archive/data/../data.pkl"'],
    ['more than the storage has', tensorPickle({ count: 5 }), 'announces 5 elements of float32, but holds 4'],
    ['a tensor beyond its storage', tensorPickle({ size: [5] }), 'reaches beyond its storage, which has 4 elements'],
    ['strides beyond it', tensorPickle({ size: [2, 2], stride: [3, 1] }), 'reaches beyond its storage'],
    ['an offset beyond it', tensorPickle({ offset: 1 }), 'from element 1 on reaches beyond'],
    ['a negative stride', tensorPickle({ stride: [-1] }), 'strides of a tensor is -1'],
    ['a negative offset', tensorPickle({ offset: -1 }), 'offset of a tensor is -1'],
    ['a negative size', tensorPickle({ size: [-4] }), 'shape of a tensor is -4'],
    ['fewer strides', tensorPickle({ size: [2, 2] }), '2 sizes and 1 strides'],
    [
      'too many elements',
      tensorPickle({ size: Array(8).fill(2 ** 30) as number[], stride: Array(8).fill(0) as number[] }),
      'more elements than can be counted',
    ],
    ['too many dims', tensorPickle({ size: Array(65).fill(1) as number[], stride: Array(65).fill(1) as number[] }), '65 dims'],
    ['complex numbers', tensorPickle({ type: 'ComplexFloatStorage' }), 'complex numbers'],
    ['quantised numbers', tensorPickle({ type: 'QInt8Storage' }), 'quantised'],
  ];
  test.each(refused)('%s', (_, pickle, message) => {
    const bytes = torchFile(pickle, four);
    expect(() => loadBytes(bytes, { source: 'evil.pth' })).toThrow(FormatError);
    expect(() => loadBytes(bytes, { source: 'evil.pth' })).toThrow('evil.pth: ');
    expect(() => loadBytes(bytes)).toThrow(message);
  });

  it('nests deeply without an overflow', () => {
    for (const [open, close] of [
      [']', 'a'],
      ['', '\x85'],
    ] as const) {
      const deep = [...PROTO, ...Array<string>(100_000).fill(open), 'N', ...Array<string>(100_000).fill(close), '.'];
      expect(() => loadBytes(torchFile(deep))).toThrow(/nest more than 1000 deep/);
    }
    const marks = [...PROTO, ...Array<string>(100_000).fill('('), '.'];
    expect(() => loadBytes(torchFile(marks))).toThrow(FormatError);
  });

  it('does not fill the memory with what a byte each makes', () => {
    const many = (byte: number, count: number) => {
      const pickle = new Uint8Array(count + 3).fill(byte);
      pickle.set(PROTO);
      pickle[count + 2] = 0x2e;
      return pickle;
    };
    // The old container needs no copies.
    const magic = bytesOf([
      ...PROTO,
      0x8a,
      10,
      0x6c,
      0xfc,
      0x9c,
      0x46,
      0xf9,
      0x20,
      0x6a,
      0xa8,
      0x50,
      0x19,
      '.',
      ...PROTO,
      'M',
      0xe9,
      3,
      '.',
      ...PROTO,
      'N.',
    ]);
    const read = (pickle: Uint8Array) => {
      const bytes = new Uint8Array(magic.length + pickle.length);
      bytes.set(magic);
      bytes.set(pickle, magic.length);
      return () => loadBytes(bytes);
    };
    expect(read(many(0x7d, 2_100_000))).toThrow('more than 2000000 lists and dicts');
    expect(read(many(0x4e, 4_300_000))).toThrow('more than 4194304 values in one tuple or list');
    expect(read(many(0x94, 10))).toThrow('takes a value where there is none');
  });

  it('doubles lists forty times at no cost, and names are not made of them', () => {
    const pickle: (string | number)[] = [...PROTO, ']q', 0];
    for (let i = 0; i < 40; i++) pickle.push(']q', i + 1, '(h', i, 'h', i, 'e');
    const bytes = torchFile([...pickle, '.'].map((part) => part));
    expect(() => loadBytes(bytes)).toThrow(FormatError); // lists of the loop are left on the stack
    const popped: (string | number)[] = [...PROTO, ']q', 0, '0'];
    for (let i = 0; i < 40; i++) popped.push(']q', i + 1, '(h', i, 'h', i, 'e', '0');
    const value = loadBytes<unknown[]>(torchFile([...popped, 'h', 40, '.']));
    expect(value[0]).toBe(value[1]);
    expect(() => loadBytes(torchFile([...popped, 'h', 40, '.']), { tensorsOnly: true })).toThrow('more than 1000000 entries');
  });

  it('holds a tensor of strides 0 that is larger than its storage, as PyTorch does', () => {
    const { shape, strides, storage } = loadBytes<Tensor>(torchFile(tensorPickle({ size: [1000, 4], stride: [0, 1] }), four));
    expect([shape, strides, storage.bytes]).toEqual([[1000, 4], [0, 1], 16]);
  });

  it('reads dtypes as the next that holds them, and says which they were', () => {
    const half = loadBytes<Tensor>(torchFile(tensorPickle({ type: 'HalfStorage' }), { 0: Uint8Array.of(0, 0x3c, 0, 0xc0, 1, 0, 0, 0x7c) }));
    expect([half.dtype, fileDType(half), half.toArray()]).toEqual(['float32', 'float16', [1, -2, 2 ** -24, Infinity]]);
    expect(fileDType(half.view([2, 2]))).toBe('float16');
    expect(fileDType(half.clone())).toBe('float32');
    const flags = loadBytes<Tensor>(torchFile(tensorPickle({ type: 'BoolStorage' }), { 0: Uint8Array.of(0, 1, 2, 255) }));
    expect(flags.toArray()).toEqual([false, true, true, true]);
  });

  it('of the old container are checked as well', () => {
    const path = join(import.meta.dirname, '../../conformance/fixtures/files/state-dict-old.pth');
    const good = new Uint8Array(readFileSync(path));
    expect(() => loadBytes(good.subarray(0, good.length - 1))).toThrow(/announces \d+ bytes, but only \d+ follow: the file is cut short/);
    expect(() => loadBytes(bytesOf([...PROTO, '}.']))).toThrow('it is a pickle, but not one of torch.save');
    expect(() => loadBytes(good.subarray(0, 15))).toThrow('ends too early');
    const tar = new Uint8Array(1024);
    tar.set(text('ustar'), 257);
    expect(() => loadBytes(tar)).toThrow('it is a tar file, as PyTorch wrote them before 0.1.10');
  });

  it('give a HoneError or a value for any change of a good file', () => {
    const folder = join(import.meta.dirname, '../../conformance/fixtures/files');
    const seeds = ['views.pth', 'views-old.pth', 'deflated.pth', 'attribute.pth'].map(
      (name) => new Uint8Array(readFileSync(join(folder, name))),
    );
    const change = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), byte: fc.nat({ max: 255 }) });
    fc.assert(
      fc.property(
        fc.constantFrom(...seeds),
        fc.array(change, { minLength: 1, maxLength: 4 }),
        fc.option(fc.nat({ max: 5000 })),
        (seed, changes, cut) => {
          const bytes = seed.slice(0, cut ?? seed.length);
          for (const { at, byte } of changes) bytes[Math.floor(at * bytes.length)] = byte;
          try {
            const value = loadBytes<unknown>(bytes, { checksums: false });
            for (const x of Object.values(flattenState(value).tensors)) if (x.numel() < 1e4) x.data();
          } catch (error) {
            expect(error).toBeInstanceOf(HoneError);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
