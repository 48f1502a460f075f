import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  ArgumentError,
  type DType,
  FileError,
  FormatError,
  fromTypedArray,
  HoneError,
  load,
  loadBytes,
  ones,
  save,
  type Tensor,
  tensor,
  zeros,
} from 'hone';
import { decodeSafetensors, encodeSafetensors, fileDType } from 'hone/formats';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** A file from its header (an object or a JSON text) and its data. */
function file(header: unknown, data: ArrayLike<number> = [], announced?: number): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const out = new Uint8Array(8 + text.length + data.length);
  new DataView(out.buffer).setBigUint64(0, BigInt(announced ?? text.length), true);
  out.set(text, 8);
  out.set(data, 8 + text.length);
  return out;
}

const entry = (over: object = {}) => ({ dtype: 'U8', shape: [2], data_offsets: [0, 2], ...over });

describe('encodeSafetensors and decodeSafetensors', () => {
  it('bring every dtype and shape back, bit for bit', () => {
    const state: Record<string, Tensor> = {
      'fc1.weight': tensor([
        [1, -2, 3.5],
        [Number.NaN, Number.POSITIVE_INFINITY, -0],
      ]),
      '0.running_var': fromTypedArray(Float64Array.of(Math.PI, 1e-310)),
      steps: fromTypedArray(BigInt64Array.of(2n ** 62n, -1n)),
      i: fromTypedArray(Int32Array.of(-7)),
      pixels: fromTypedArray(Uint8Array.of(0, 255, 128)),
      mask: tensor([[true], [false]]),
      scalar: tensor(4),
      none: zeros([3, 0, 2]),
      '축.가중치 "q"\n': ones([1, 1, 1]),
    };
    const { tensors, metadata } = decodeSafetensors(encodeSafetensors(state, { epoch: '3' }));
    expect(Object.keys(tensors).sort()).toEqual(Object.keys(state).sort());
    for (const [name, value] of Object.entries(state)) {
      expect(tensors[name]!.dtype).toBe(value.dtype);
      expect(tensors[name]!.shape).toEqual(value.shape);
      expect(tensors[name]!.toTypedArray()).toEqual(value.toTypedArray());
    }
    expect({ ...metadata }).toEqual({ epoch: '3' });
  });

  it('write views by their values, and take a Map', () => {
    const x = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const { tensors } = decodeSafetensors(
      encodeSafetensors(
        new Map([
          ['t', x.t()],
          ['row', x.select(0, 1)],
        ]),
      ),
    );
    expect(tensors['t']!.toArray()).toEqual([
      [1, 4],
      [2, 5],
      [3, 6],
    ]);
    expect(tensors['row']!.toArray()).toEqual([4, 5, 6]);
  });

  it('write the bytes that the reference implementation writes', () => {
    // The layout rule of the Rust crate's serialize(): widest dtype first, then by name; header padded with spaces to 8 bytes.
    const bytes = encodeSafetensors({ b: tensor([1]), a: tensor([2]), n: fromTypedArray(BigInt64Array.of(5n)) });
    const header =
      '{"n":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[1],"data_offsets":[8,12]},"b":{"dtype":"F32","shape":[1],"data_offsets":[12,16]}}';
    const padded = header.padEnd(Math.ceil(header.length / 8) * 8);
    expect(new TextDecoder().decode(bytes.subarray(8, -16))).toBe(padded);
    expect(bytes[0]! + 256 * bytes[1]!).toBe(padded.length);
    expect([...bytes.subarray(-16)]).toEqual([5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 64, 0, 0, 128, 63]);
  });

  it('round-trip whatever names, shapes and values there are', () => {
    const one = fc.record({
      dtype: fc.constantFrom<DType>('float32', 'float64', 'int32', 'int64', 'uint8', 'bool'),
      shape: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 4 }),
      seed: fc.integer({ min: 0, max: 1000 }),
    });
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string({ unit: 'grapheme' }).filter((s) => s !== '__proto__' && s !== '__metadata__' && !/[\ud800-\udfff]/u.test(s)),
          one,
          { maxKeys: 6 },
        ),
        (specs) => {
          const state = new Map(
            Object.entries(specs).map(([name, { dtype, shape, seed }]) => {
              const count = shape.reduce((a, b) => a * b, 1);
              const values = Array.from({ length: count }, (_, i) => (seed + i * 7) % 256);
              return [name, tensor(values, { dtype }).reshape(shape)] as const;
            }),
          );
          const { tensors } = decodeSafetensors(encodeSafetensors(state));
          expect(Object.keys(tensors)).toHaveLength(state.size);
          for (const [name, value] of state) {
            expect(tensors[name]!.shape).toEqual(value.shape);
            expect(tensors[name]!.toTypedArray()).toEqual(value.toTypedArray());
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it('refuse names that the format or JavaScript keeps for itself', () => {
    expect(() => encodeSafetensors(new Map([['__proto__', ones([1])]]))).toThrow(FormatError);
    expect(() => encodeSafetensors({ __metadata__: ones([1]) })).toThrow(/keeps its notes/);
    expect(() => encodeSafetensors({ a: 3 as unknown as Tensor })).toThrow(ArgumentError);
    expect(() => encodeSafetensors({ a: ones([1]) }, { k: 1 as unknown as string })).toThrow(/metadata "k" is 1/);
  });
});

describe('decodeSafetensors on damaged and hostile bytes', () => {
  const cases: [string, Uint8Array, RegExp][] = [
    ['nothing', new Uint8Array(0), /too few/],
    ['five bytes', new Uint8Array(5), /too few/],
    ['a header longer than the file', file('{}', [], 1000), /only 2 follow/],
    ['a header of 2^63 bytes', file('{}', [], 2 ** 63), /at most 100000000/],
    ['no JSON', file('{"a"'), /not JSON/],
    ['broken UTF-8', file('').length ? Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xfe) : new Uint8Array(), /not JSON/],
    ['an array', file('[]'), /not a JSON object/],
    ['null', file('null'), /not a JSON object/],
    ['deep nesting', file(`{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`), /nests more than three deep/],
    [
      'a repeated name',
      file('{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"\\u0061":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', [7]),
      /"a" appears twice/,
    ],
    ['a repeated field', file('{"a":{"dtype":"U8","dtype":"BOOL","shape":[1],"data_offsets":[0,1]}}', [7]), /"dtype" appears twice/],
    ['the name __proto__', file('{"__proto__":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}', [1, 2]), /"__proto__"/],
    ['__proto__ among the notes', file('{"__metadata__":{"__proto__":"x"}}'), /"__proto__"/],
    ['notes that are no strings', file({ __metadata__: { a: 1 } }), /expected strings/],
    ['notes in a list', file({ __metadata__: [] }), /not an object of strings/],
    ['a number for an entry', file({ a: 5 }), /"a" is described by 5/],
    ['an unknown dtype', file({ a: entry({ dtype: 'C64', shape: [1] }) }, [0, 0]), /"C64".*tensor\.float\(\)/],
    [
      'a whole number beyond int64',
      file({ a: entry({ dtype: 'U64', shape: [1], data_offsets: [0, 8] }) }, [0, 0, 0, 0, 0, 0, 0, 128]),
      /U64 and holds a number of 2\^63 or more/,
    ],
    ['a dtype from the prototype', file({ a: entry({ dtype: 'toString' }) }, [0, 0]), /dtype "toString"/],
    ['a negative size', file({ a: entry({ shape: [-2] }) }, [0, 0]), /has shape \[-2\]/],
    ['a fractional size', file({ a: entry({ shape: [1.5] }) }, [0, 0]), /has shape/],
    ['too many dims', file({ a: entry({ shape: new Array(65).fill(1) }) }, [0, 0]), /at most 64/],
    ['a shape that overflows', file({ a: entry({ shape: [2 ** 31, 2 ** 31, 2 ** 31] }) }, [0, 0]), /needs/],
    ['offsets the wrong way round', file({ a: entry({ data_offsets: [2, 0] }) }, [0, 0]), /data_offsets \[2,0\]/],
    ['three offsets', file({ a: entry({ data_offsets: [0, 1, 2] }) }, [0, 0]), /data_offsets/],
    ['a size that does not fit the offsets', file({ a: entry({ shape: [3] }) }, [0, 0]), /needs 3 bytes.*hold 2/],
    ['more data announced than there is', file({ a: entry({ shape: [2 ** 40], data_offsets: [0, 2 ** 40] }) }, [0, 0]), /cut short/],
    ['an overlap', file({ a: entry(), b: entry({ data_offsets: [1, 3] }) }, [0, 0, 0]), /"b" starts at byte 1 .* inside "a"/],
    ['two tensors on the same bytes', file({ a: entry(), b: entry() }, [0, 0]), /inside/],
    ['a gap', file({ a: entry(), b: entry({ data_offsets: [3, 5] }) }, [0, 0, 0, 0, 0]), /bytes 2 to 3 .* belong to no tensor/],
    ['bytes left over', file({ a: entry() }, [0, 0, 9]), /last 1 bytes/],
    ['a bool of 2', file({ a: entry({ dtype: 'BOOL' }) }, [1, 2]), /byte 2 at position 1/],
  ];
  it.each(cases)('says what is wrong: %s', (_, bytes, message) => {
    expect(() => decodeSafetensors(bytes)).toThrow(FormatError);
    expect(() => decodeSafetensors(bytes)).toThrow(message);
    expect(({} as Record<string, unknown>)['dtype']).toBeUndefined();
  });

  it('takes an empty file of no tensors, trailing spaces, and zero-sized tensors anywhere', () => {
    expect(Object.keys(decodeSafetensors(file('{}')).tensors)).toEqual([]);
    expect(
      decodeSafetensors(file(`${JSON.stringify({ a: entry(), z: entry({ shape: [0, 2 ** 40], data_offsets: [2, 2] }) })}   `, [4, 5]))
        .tensors['z']!.shape,
    ).toEqual([0, 2 ** 40]);
  });

  it('is told from other formats whatever its header is long: 0x80 begins a pickle, 0x8b1f a gzip file', () => {
    for (const length of [0x80, 0x280, 0x8b1f]) {
      const text = JSON.stringify({ a: entry() }).padEnd(length);
      expect(Object.keys(loadBytes(file(text, [4, 5])) as object)).toEqual(['a']);
    }
  });

  it('reads dtypes that Hone does not have as the next that holds them', () => {
    const { tensors } = decodeSafetensors(
      file(
        {
          half: entry({ dtype: 'F16', shape: [1], data_offsets: [0, 2] }),
          brain: entry({ dtype: 'BF16', shape: [2], data_offsets: [2, 6] }),
          short: entry({ dtype: 'I16', shape: [1], data_offsets: [6, 8] }),
          tiny: entry({ dtype: 'I8', shape: [2], data_offsets: [8, 10] }),
        },
        [0, 0x3e, 0x80, 0x3f, 0x80, 0xff, 0xfe, 0xff, 1, 0xff],
      ),
    );
    expect(Object.values(tensors).map((x) => [x.dtype, fileDType(x), x.toArray()])).toEqual([
      ['float32', 'float16', [1.5]],
      ['float32', 'bfloat16', [1, -Infinity]],
      ['int32', 'int16', [-2]],
      ['int32', 'int8', [1, -1]],
    ]);
  });

  it('holds names such as constructor and toString as plain entries', () => {
    const { tensors } = decodeSafetensors(file({ constructor: entry() }, [4, 5]));
    expect(tensors['constructor']!.toArray()).toEqual([4, 5]);
    expect(tensors['toString']).toBeUndefined();
  });

  it('gives a FormatError or a result, and nothing else, for any change of a good file', () => {
    const good = encodeSafetensors(
      {
        w: tensor([
          [1, 2],
          [3, 4],
        ]),
        n: fromTypedArray(BigInt64Array.of(1n)),
        m: tensor([true]),
      },
      { a: 'b' },
    );
    const change = fc.record({ at: fc.nat({ max: good.length - 1 }), byte: fc.nat({ max: 255 }) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), fc.option(fc.nat({ max: good.length })), (changes, cut) => {
        const bytes = good.slice(0, cut ?? good.length);
        for (const { at, byte } of changes) if (at < bytes.length) bytes[at] = byte;
        try {
          for (const value of Object.values(decodeSafetensors(bytes).tensors)) value.toTypedArray();
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('save and load', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'hone-files-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('bring a state dict back, and leave nothing else behind', () => {
    const path = join(folder, 'm.safetensors');
    save({ w: tensor([1, 2]) }, path, { metadata: { epoch: '7' } });
    save({ w: tensor([3, 4]) }, path);
    expect(load(path)['w']!.toArray()).toEqual([3, 4]);
    expect(readdirSync(folder)).toEqual(['m.safetensors']);
    expect(decodeSafetensors(new Uint8Array(readFileSync(path))).metadata).toEqual({});
  });

  it('leave the old file as it was when saving fails', () => {
    const path = join(folder, 'm.safetensors');
    save({ w: tensor([1, 2]) }, path);
    const gone = tensor([1]);
    gone.dispose();
    expect(() => save({ a: tensor([1]), w: gone }, path)).toThrow(/freed/);
    expect(load(path)['w']!.toArray()).toEqual([1, 2]);
    expect(readdirSync(folder)).toEqual(['m.safetensors']);
  });

  it('write through a symbolic link', () => {
    save({ w: tensor([1]) }, join(folder, 'a'));
    symlinkSync(join(folder, 'a'), join(folder, 'link'));
    save({ w: tensor([2]) }, join(folder, 'link'));
    expect(load(join(folder, 'a'))['w']!.toArray()).toEqual([2]);
  });

  it('name the path and the way out', () => {
    const state = { w: tensor([1]) };
    writeFileSync(join(folder, 'plain'), 'x');
    expect(() => load(join(folder, 'gone'))).toThrow(FileError);
    expect(() => load(join(folder, 'gone'))).toThrow(`there is no file ${join(folder, 'gone')}. Its directory holds plain.`);
    expect(() => load(folder)).toThrow(`${folder} is a directory`);
    expect(() => save(state, folder)).toThrow(`${folder} is a directory`);
    expect(() => load(join(folder, 'no/where'))).toThrow(`the directory ${join(folder, 'no')} does not exist`);
    expect(() => save(state, join(folder, 'no/where'))).toThrow(`mkdir -p ${join(folder, 'no')}`);
    expect(() => save(state, join(folder, 'plain/below'))).toThrow(/not a directory/);
    expect(() => save(state, '/dev/null')).toThrow(/device or a pipe/);
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
    expect(() => load(join(folder, 'plain'))).toThrow(FormatError);
    expect(() => load(join(folder, 'plain'))).toThrow(join(folder, 'plain'));
    writeFileSync(join(folder, 'torch.pth'), 'PK\u0003\u0004');
    expect(() => load(join(folder, 'torch.pth'))).toThrow(/torch\.pth: it starts as a zip file, .* but is cut short/);
    save(state, join(folder, 'new/deep/m'), { makeDirectories: true });
    expect(load(join(folder, 'new/deep/m'))['w']!.toArray()).toEqual([1]);
    expect(() => load('gone')).toThrow(HoneError);
  });

  it.skipIf(process.getuid?.() === 0)('say when permission is missing', () => {
    mkdirSync(join(folder, 'locked'), { mode: 0o500 });
    expect(() => save({ w: tensor([1]) }, join(folder, 'locked/m'))).toThrow(/no permission to write/);
  });
});
