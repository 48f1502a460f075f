import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { FormatError, HoneError, loadBytes, type Tensor } from 'hone';
import { fileDType, flattenState } from 'hone/formats';
import { describe, expect, it, test } from 'vitest';
import { bytesOf, four, PROTO, str, tensorPickle, text, torchFile } from '../../../test/helpers/torch-bytes.js';

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
    ['a long whole number', [...PROTO, 0x8b, 255, 255, 255, 127, '.'], 'an integer of 2147483647 bytes'],
    ['a negative length', [...PROTO, 0x8b, 255, 255, 255, 255, '.'], 'an integer of -1 bytes'],
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
    const list = many(0x7d, 400_100);
    list.set([0x5d, 0x28], 2);
    list[list.length - 2] = 0x65;
    expect(() => loadBytes(torchFile(list))).toThrow('it holds more than 400000 lists and dicts');
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
    const path = join(import.meta.dirname, '../../../conformance/fixtures/files/state-dict-old.pth');
    const good = new Uint8Array(readFileSync(path));
    expect(() => loadBytes(good.subarray(0, good.length - 1))).toThrow(/announces \d+ bytes, but only \d+ follow: the file is cut short/);
    expect(() => loadBytes(bytesOf([...PROTO, '}.']))).toThrow('it is a pickle, but not one of torch.save');
    expect(() => loadBytes(good.subarray(0, 15))).toThrow('ends too early');
    const tar = new Uint8Array(1024);
    tar.set(text('ustar'), 257);
    expect(() => loadBytes(tar)).toThrow('it is a tar file, as PyTorch wrote them before 0.1.10');
  });

  it('give a HoneError or a value for any change of a good file', () => {
    const folder = join(import.meta.dirname, '../../../conformance/fixtures/files');
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
            for (const x of Object.values(flattenState(value).tensors)) if (x.numel() < 1e4) x.toTypedArray();
          } catch (error) {
            expect(error).toBeInstanceOf(HoneError);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
