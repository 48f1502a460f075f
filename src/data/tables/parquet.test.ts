/** readParquet: every type and packing (conformance/parquet.py), parts of files, and other files. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { FileError, FormatError } from 'hone';
import { type ReadParquetOptions, readParquet } from 'hone/data';
import { describe, expect, it, test, vi } from 'vitest';

const any = (value: unknown) => value as never;
const path = fileURLToPath(new URL('./types.parquet', import.meta.url));
const bytes = readFileSync(path);
const plain = [
  'bool',
  'int8',
  'uint8',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
  'float16',
  'float32',
  'float64',
  'required',
  'string',
];
const columns = [...plain, 'date', 'ms', 'us', 'ns', 'decimal', 'all missing'];

describe('readParquet', () => {
  it('reads every type', async () => {
    const table = await readParquet(path, { columns });
    expect(table.dtypes).toEqual({
      bool: 'bool',
      int8: 'int32',
      uint8: 'uint8',
      uint16: 'int32',
      int32: 'int32',
      uint32: 'int64',
      int64: 'int64',
      uint64: 'int64',
      float16: 'float32',
      float32: 'float32',
      float64: 'float64',
      required: 'float64',
      string: 'string',
      date: 'date',
      ms: 'date',
      us: 'date',
      ns: 'date',
      decimal: 'float64',
      'all missing': 'int64',
    });
    const when = new Date('2024-05-31T10:30:00.123Z');
    const expected: Record<string, unknown[]> = {
      bool: [true, null, false, true, true],
      int8: [-128, 127, null, 0, 1],
      uint8: [0, 255, null, 0, 1],
      uint16: [0, 65535, null, 0, 1],
      int32: [-(2 ** 31), 2 ** 31 - 1, null, 0, 1],
      uint32: [0, 2 ** 32 - 1, null, 0, 1],
      int64: [-(2n ** 63n), 2n ** 63n - 1n, null, 0, 1],
      uint64: [0, 2n ** 63n - 1n, null, 0, 1],
      float16: [0.5, -1.25, null, 0, 1],
      float32: [0.5, null, null, Infinity, Math.fround(0.1)],
      float64: [0.5, null, null, -Infinity, 0.1],
      required: [1.5, 2.5, 3.5, 4.5, 5.5],
      string: ['é', '', null, 'é', '𝒳'],
      date: [new Date('2024-05-31'), new Date('1969-12-31'), null, new Date(0), new Date(86_400_000)],
      ms: [when, null, null, when, when],
      us: [when, null, null, when, when],
      ns: [when, null, null, when, when],
      decimal: [1.25, -0.1, null, 0, 99.99],
      'all missing': [null, null, null, null, null],
    };
    for (const name of columns) expect(table.column(name).toArray(), name).toEqual(expected[name]);
  });

  test.each<[string, ReadParquetOptions, number[]]>([
    ['all rows', {}, [1.5, 2.5, 3.5, 4.5, 5.5]],
    ['within groups', { rowStart: 1, rowEnd: 4 }, [2.5, 3.5, 4.5]],
    ['one group', { rowStart: 2, rowEnd: 4 }, [3.5, 4.5]],
    ['to beyond the end', { rowStart: 3, rowEnd: 99 }, [4.5, 5.5]],
    ['nothing', { rowStart: 5 }, []],
  ])('%s, from bytes and blobs', async (_, options, expected) => {
    for (const source of [bytes, new Blob([bytes])]) {
      const table = await readParquet(source, { ...options, columns: ['string', 'required'] });
      expect(table.columns).toEqual(['string', 'required']);
      expect(table.column('required').toArray()).toEqual(expected);
    }
  });

  test.each<[() => Promise<unknown>, string]>([
    [
      () => readParquet(path),
      `readParquet: ${path}: column "list" holds lists or records, which a table cannot. Read the others: columns: [...].`,
    ],
    [() => readParquet(path, { columns: ['Bool'] }), 'there is no column "Bool". Did you mean "bool"?'],
    [() => readParquet(path, { columns: ['bool', 'bool'] }), 'columns holds one name twice'],
    [() => readParquet(path, any({ usecols: ['bool'] })), 'readParquet: there is no option "usecols".'],
    [() => readParquet(path, { rowStart: 3, rowEnd: 2 }), 'rowEnd is 2, expected a whole number of at least 3.'],
    [() => readParquet(`${path}.none`), 'readParquet: there is no file'],
    [() => readParquet(any(undefined)), 'the source is missing, expected a path, a Uint8Array or a Blob.'],
    [() => readParquet(new Uint8Array()), 'readParquet: this is not a whole Parquet file'],
    [() => readParquet(new TextEncoder().encode('a,b\n1,2\n3,4\n')), 'this is not a whole Parquet file'],
    [() => readParquet(bytes.subarray(0, bytes.length - 100)), 'this is not a whole Parquet file'],
    [() => readParquet(bytes.subarray(1000)), 'readParquet: '],
  ])('%s', async (call, message) => {
    await expect(call()).rejects.toThrow(message);
  });

  it('meets damage with an error of its own, or reads on', async () => {
    for (let at = 4; at < bytes.length; at += 97) {
      const damaged = new Uint8Array(bytes);
      damaged[at]! ^= 0xff;
      const error = await readParquet(damaged, { columns: plain }).then(
        () => null,
        (error: unknown) => error,
      );
      if (error !== null) expect(error).toMatchObject({ name: expect.stringMatching(/^(FormatError|ArgumentError)$/) });
    }
    await expect(readParquet(bytes.subarray(0, 50))).rejects.toBeInstanceOf(FormatError);
  });

  it('says what to install where the packages are missing', async () => {
    vi.doMock('hyparquet', () => {
      throw new Error("Cannot find package 'hyparquet'");
    });
    try {
      await expect(readParquet(path)).rejects.toThrow('Run npm install hyparquet hyparquet-compressors.');
      await expect(readParquet(path)).rejects.toBeInstanceOf(FileError);
    } finally {
      vi.doUnmock('hyparquet');
    }
  });
});
