/** Small files that would take hours or gigabytes: each is refused soon, since reading has a budget in proportion to the file. */
import { zipSync } from 'fflate';
import { FormatError, loadBytes, saveBytes, type Tensor, tensor } from 'hone';
import { decodeSafetensors, flattenState } from 'hone/formats';
import { describe, expect, it, test } from 'vitest';
import { bytesOf, PROTO, str, tensorPickle, text } from '../../../test/helpers/torch-bytes.js';

/** A file of torch.save, deflated, around a pickle that repeats itself. */
function deflated(parts: readonly (string | number | Uint8Array)[], storages: Record<string, Uint8Array> = {}): Uint8Array {
  const chunks = parts.map((part) => (part instanceof Uint8Array ? part : bytesOf([part])));
  const pickle = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    pickle.set(chunk, at);
    at += chunk.length;
  }
  const data = Object.fromEntries(Object.entries(storages).map(([key, bytes]) => [`archive/data/${key}`, bytes]));
  return zipSync({ 'archive/data.pkl': pickle, 'archive/version': text('3\n'), ...data }, { level: 9 });
}

/** The same bytes again and again. */
function repeated(parts: readonly (string | number)[], count: number): Uint8Array {
  const one = bytesOf(parts);
  const out = new Uint8Array(one.length * count);
  for (let i = 0; i < count; i++) out.set(one, i * one.length);
  return out;
}

const bytes4 = (n: number) => [n & 255, (n >>> 8) & 255, (n >>> 16) & 255, (n >>> 24) & 255];
const list = (items: number) => [']q', 1, '(', repeated(['N'], items), 'e'];
/** What makes a tensor, without the pickle's beginning and end. */
const tensorOf = (pickle: readonly (string | number)[]) => [...pickle.slice(PROTO.length, -1), 'tR'];

const small: [what: string, file: () => Uint8Array][] = [
  [
    'sets of one list, dropped',
    () => deflated([...PROTO, ...list(1e6), '0', repeated(['c__builtin__\nset\nh', 1, 0x85, 'R0'], 1e4), 'N.']),
  ],
  ['sets of one list, kept', () => deflated([...PROTO, ...list(1e5), '0](', repeated(['c__builtin__\nset\nh', 1, 0x85, 'R'], 1e4), 'e.'])],
  [
    'copies of a dict',
    () =>
      deflated([
        ...PROTO,
        '}q',
        1,
        '(',
        repeated([...str('k'), 'N'], 1e5),
        ...Array.from({ length: 2e4 }, (_, i) => bytesOf(['J', ...bytes4(i), 'N'])),
        'u0](',
        repeated(['ccollections\nOrderedDict\nh', 1, 0x85, 'R'], 1e4),
        'e.',
      ]),
  ],
  [
    'bytes of one text',
    () =>
      deflated([
        ...PROTO,
        'X',
        ...bytes4(8e6),
        repeated(['a'], 8e6),
        'q',
        1,
        '0',
        repeated(['c_codecs\nencode\nh', 1, ...str('latin1'), 0x86, 'R0'], 1000),
        'N.',
      ]),
  ],
  [
    'tensors with one large dict of notes',
    () => {
      const dict = ['}q', 9, '(', ...Array.from({ length: 3e4 }, (_, i) => bytesOf(['J', ...bytes4(i), 'N'])), 'u0'];
      const one = tensorOf(tensorPickle({ extra: ['h', 9] }));
      return deflated([...PROTO, ...dict, repeated([...one, '0'], 2000), 'N.'], { 0: new Uint8Array(16) });
    },
  ],
  ['a list of many numbers', () => deflated([...PROTO, '](', repeated(['K', 7], 8e6), 'e.'])],
  ['many tensors', () => deflated([...PROTO, '](', repeated(tensorOf(tensorPickle({})), 4e5), 'e.'], { 0: new Uint8Array(16) })],
];

describe('small files that mean harm', () => {
  test.each(small)('%s', (_, file) => {
    const bytes = file();
    expect(bytes.length).toBeLessThan(400_000);
    expect(() => loadBytes(bytes)).toThrow(FormatError);
    expect(() => loadBytes(bytes)).toThrow(/more values than a file of its size|more than \d+ (values|lists)/);
  });

  it('a storage has one dtype', () => {
    const pickle = (type: string) => tensorOf(tensorPickle({ type, count: 2, size: [2] }));
    const file = (second: string) => deflated([...PROTO, '](', ...pickle('IntStorage'), ...pickle(second), 'e.'], { 0: new Uint8Array(8) });
    expect(loadBytes<Tensor[]>(file('IntStorage')).map((x) => x.dtype)).toEqual(['int32', 'int32']);
    expect(() => loadBytes(file('FloatStorage'))).toThrow('storage "0" is used with elements of two dtypes, int32 and float32');
  });

  it('what repeats a lot, but is as large as it says, is read', () => {
    const zeros = { w: tensor(Array<number>(1e5).fill(0)), list: Array<number>(2e5).fill(7) };
    const back = loadBytes<typeof zeros>(saveBytes(zeros));
    expect([back.w.numel(), back.list.length]).toEqual([1e5, 2e5]);
    expect(flattenState(back).others.map(([name]) => name)).toEqual(['list']);
    const data = loadBytes<Uint8Array>(
      deflated([...PROTO, 'c_codecs\nencode\nX', ...bytes4(1e6), repeated(['a'], 1e6), ...str('latin1'), 0x86, 'R.']),
    );
    expect(data.length).toBe(1e6);
  });

  it('empty bytes of protocol 2 are bytes', () => {
    expect(loadBytes(deflated([...PROTO, 'c__builtin__\nbytes\n)R.']))).toEqual(new Uint8Array(0));
  });
});

describe('headers of safetensors that mean harm', () => {
  const file = (header: string) => {
    const bytes = text(header);
    const out = new Uint8Array(8 + bytes.length);
    new DataView(out.buffer).setBigUint64(0, BigInt(bytes.length), true);
    out.set(bytes, 8);
    return out;
  };
  test.each([
    ['nested objects', `${'{"a":'.repeat(1e6)}1${'}'.repeat(1e6)}`, 'nests more than three deep'],
    ['nested lists', `{"a":${'['.repeat(1e6)}${']'.repeat(1e6)}}`, 'nests more than three deep'],
    ['many empty objects', `{"a":[${'{},'.repeat(1e6)}{}]}`, /more than \d+ entries, longer than any/],
    ['a list of many numbers', `{"a":{"shape":[${'1,'.repeat(1e6)}1]}}`, /more than \d+ entries, longer than any/],
    [
      'many notes',
      `{"__metadata__":{${Array.from({ length: 250_000 }, (_, i) => `"${i}":""`).join()}}}`,
      /more than \d+ entries, longer than any/,
    ],
    [
      'many names',
      `{${Array.from({ length: 250_000 }, (_, i) => `"${i}":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}`).join()}}`,
      /more than \d+ entries, longer than any/,
    ],
    ['a long name', `{"${'x'.repeat(1e6)}":3}`, /"x{200}…" is described by 3/],
  ])('%s', (_, header, message) => {
    expect(() => decodeSafetensors(file(header))).toThrow(FormatError);
    expect(() => decodeSafetensors(file(header))).toThrow(message);
  });

  it('text in names does not count', () => {
    const name = '{[,{[,'.repeat(1000);
    const bytes = saveBytes({ [name]: tensor([1]) }, { format: 'safetensors', metadata: { [name]: name } });
    expect(Object.keys(decodeSafetensors(bytes).tensors)).toEqual([name]);
  });
});
