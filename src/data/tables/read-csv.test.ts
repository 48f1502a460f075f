/** Tables out of CSV. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { FileError, FormatError } from 'hone';
import { type ReadCsvOptions, readCsv } from 'hone/data';
import { afterAll, describe, expect, it, test } from 'vitest';

const any = (value: unknown) => value as never;
const folder = mkdtempSync(join(tmpdir(), 'hone-tables-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string, content: string | Uint8Array) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const rows = (text: string | Uint8Array, options?: ReadCsvOptions) => {
  const table = readCsv(text, options);
  return [table.columns, ...table.toRows()];
};

describe('readCsv', () => {
  it('finds the type of each column', () => {
    const table = readCsv(
      'id,price,ok,name,when,none,big,mixed\n1,2.5,true,Ada,2024-05-31,,9007199254740993,1\n-2,1e3,False,"Bob, jr.",2024-06-01,NA,3,x\n,.5,,NaN,,,,2\n',
    );
    expect(table.dtypes).toEqual({
      id: 'int64',
      price: 'float64',
      ok: 'bool',
      name: 'string',
      when: 'string',
      none: 'float64',
      big: 'int64',
      mixed: 'string',
    });
    expect([...table]).toEqual([
      { id: 1, price: 2.5, ok: true, name: 'Ada', when: '2024-05-31', none: null, big: 9007199254740993n, mixed: '1' },
      { id: -2, price: 1000, ok: false, name: 'Bob, jr.', when: '2024-06-01', none: null, big: 3, mixed: 'x' },
      { id: null, price: 0.5, ok: null, name: null, when: null, none: null, big: null, mixed: '2' },
    ]);
    expect(table.countMissing()).toEqual({ id: 1, price: 0, ok: 1, name: 1, when: 1, none: 3, big: 1, mixed: 0 });
  });

  it('takes the types that are asked for', () => {
    const table = readCsv(
      'a,b,c,d,e\n1,007,2024-05-31,2024-05-31T10:30:00+02:00,1\n2.5,12,2024-05-31 10:30,2024-05-31T10:30:00.1234Z,0\n',
      {
        dtype: { a: 'float32', b: 'string', c: 'date', d: 'date', e: 'bool' },
      },
    );
    expect(table.dtypes).toEqual({ a: 'float32', b: 'string', c: 'date', d: 'date', e: 'bool' });
    expect(table.column('b').toArray()).toEqual(['007', '12']);
    const dates = [...table.column('c'), ...table.column('d')].map((date) => (date as Date).toISOString());
    expect(dates).toEqual(['2024-05-31T00:00:00.000Z', '2024-05-31T10:30:00.000Z', '2024-05-31T08:30:00.000Z', '2024-05-31T10:30:00.123Z']);
    expect(table.column('e').toArray()).toEqual([true, false]);
  });

  test.each<[string, string, ReadCsvOptions, unknown]>([
    [
      'line breaks of all systems, and empty lines',
      'a,b\r\n1,2\r\r\n\n3,4\n\n5,6',
      {},
      [
        ['a', 'b'],
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    ],
    [
      'quotes',
      'a,"b ""x"""\n"1,\n2","y"""\n"",z',
      {},
      [
        ['a', 'b "x"'],
        ['1,\n2', 'y"'],
        [null, 'z'],
      ],
    ],
    [
      'quotes within a cell',
      'a,b\n5" disk,x"y\n',
      {},
      [
        ['a', 'b'],
        ['5" disk', 'x"y'],
      ],
    ],
    ['no quotes', 'a\n"x\n', { quotechar: null }, [['a'], ['"x']]],
    ['other marks', "a;b\n1,5;'x;y' # note\n# a line\n2;z", { sep: ';', decimal: ',', quotechar: "'", comment: '#' }, 'misplaced'],
    [
      'comments',
      'a,b # c\n# x\n1,2#\n3,"#"\n',
      { comment: '#' },
      [
        ['a', 'b '],
        [1, '2'],
        [3, '#'],
      ],
    ],
    [
      'decimal commas',
      'a;b\n1,5;x\n-2;y',
      { sep: ';', decimal: ',' },
      [
        ['a', 'b'],
        [1.5, 'x'],
        [-2, 'y'],
      ],
    ],
    [
      'no header',
      '1,x\n2,y',
      { header: false },
      [
        ['0', '1'],
        [1, 'x'],
        [2, 'y'],
      ],
    ],
    [
      'names',
      'a,b\n1,2',
      { names: ['x', 'y'] },
      [
        ['x', 'y'],
        [1, 2],
      ],
    ],
    [
      'names without a header',
      '1,2\n3,4',
      { header: false, names: ['x', 'y'] },
      [
        ['x', 'y'],
        [1, 2],
        [3, 4],
      ],
    ],
    [
      'columns',
      'a,b,c\n1,x,3',
      { usecols: ['c', 'a'] },
      [
        ['a', 'c'],
        [1, 3],
      ],
    ],
    [
      'skipped lines',
      'a title, of "three\r\nparts\na,b\n1,2',
      { skiprows: 2 },
      [
        ['a', 'b'],
        [1, 2],
      ],
    ],
    ['some rows', 'a\n1\n2\nx', { nrows: 2 }, [['a'], [1], [2]]],
    ['no rows', 'a,b\n', {}, [['a', 'b']]],
    [
      'other words for missing values',
      'a,b\n-,NA\n1,x',
      { naValues: ['-'], keepDefaultNa: false },
      [
        ['a', 'b'],
        [null, 'NA'],
        [1, 'x'],
      ],
    ],
    [
      'a column without a name',
      ',a\n0,x',
      {},
      [
        ['Unnamed: 0', 'a'],
        [0, 'x'],
      ],
    ],
    [
      'blanks around numbers',
      'a\tb\n 1 \t x \n\t y',
      { sep: '\t' },
      [
        ['a', 'b'],
        [1, ' x '],
        [null, ' y'],
      ],
    ],
    ['infinities', 'a\ninf\n-Infinity\n1', {}, [['a'], [Infinity], [-Infinity], [1]]],
  ])('%s', (_, text, options, expected) => {
    if (expected === 'misplaced') expect(() => readCsv(text, options)).toThrow('line 2 has " " after the quote that closes a cell');
    else expect(rows(text, options)).toEqual(expected);
  });

  it('reads the same in pieces of any size', () => {
    const line = (i: number) => `${i},"é ""${'x'.repeat(i % 37)}""\r\n, ${i}",${i % 3 === 0 ? '' : i / 7}\r\n`;
    const text = `n,t,v\r\n${Array.from({ length: 60_000 }, (_, i) => line(i)).join('')}`;
    expect(text.length).toBeGreaterThan(2 ** 21);
    const [fromText, fromBytes] = [readCsv(text), readCsv(new TextEncoder().encode(text))];
    const fromFile = readCsv(file('large.csv', text));
    for (const table of [fromText, fromBytes, fromFile]) {
      expect(table.shape).toEqual([60_000, 3]);
      for (const i of [0, 1, 36, 31_234, 59_999])
        expect(table.row(i)).toEqual({ n: i, t: `é "${'x'.repeat(i % 37)}"\r\n, ${i}`, v: i % 3 === 0 ? null : i / 7 });
    }
    expect(fromFile.column('n').toArray()).toEqual(fromText.column('n').toArray());
    expect(fromBytes.column('t').words).toEqual(fromText.column('t').words);
  });

  it('reads what RFC 4180 writes, whatever it is', () => {
    const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string(), fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', 'a', '') })), { minLength: 1 }),
        fc.constantFrom('\n', '\r\n', '\r'),
        (rows, end) => {
          const text = `a,b${end}${rows.map((row) => row.map(quoted).join(',')).join(end)}`;
          const table = readCsv(text, { dtype: { a: 'string', b: 'string' }, keepDefaultNa: false });
          expect(table.toRows()).toEqual(rows.map((row) => [...row]));
        },
      ),
    );
  });

  it('meets any text with a table or an error of its own', () => {
    const hostile = fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', '1', '.', 'e', '-', 'x', ' ', '\u{1f600}', '\0') });
    fc.assert(
      fc.property(hostile, (text) => {
        try {
          expect(readCsv(`${text}\n`).length).toBeGreaterThanOrEqual(0);
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('knows encodings', () => {
    expect(rows(new Uint8Array([0xef, 0xbb, 0xbf, 0x61, 10, 0xc3, 0xa9]))).toEqual([['a'], ['é']]);
    expect(rows(new Uint8Array([0x61, 10, 0xe9]), { encoding: 'latin1' })).toEqual([['a'], ['é']]);
    expect(rows(new Uint8Array([0xff, 0xfe, 0x61, 0, 10, 0, 0xe9, 0]), { encoding: 'utf-16le' })).toEqual([['a'], ['é']]);
    expect(() => readCsv(new Uint8Array([0x61, 10, 0xe9]))).toThrow(
      "readCsv: the bytes are not utf-8. Pass the encoding of the file, such as encoding: 'latin1'",
    );
  });

  test.each<[() => unknown, string]>([
    [() => readCsv('a,b\n1,2\n3\n'), 'readCsv: row 1 (line 3) has 1 cells, but there are 2 columns: 3.'],
    [() => readCsv('a,b\n1,2,3\n'), 'row 0 (line 2) has 3 cells, but there are 2 columns: 1,2,3. A cell that holds "," must be quoted.'],
    [
      () => readCsv('a,b\n"1\n2",3\n"x\n'),
      'the quote that opens on line 4 is never closed. If quotes mean nothing in this file, pass quotechar: null.',
    ],
    [() => readCsv('a,b\n"1"2,3\n'), 'line 2 has "2" after the quote that closes a cell'],
    [
      () => readCsv('a,b\n1,2\n7,abc', { dtype: { b: 'float32' } }),
      'readCsv: row 1 (line 3), column "b": "abc" is not a number, as the type float32 asks for.',
    ],
    [() => readCsv('a\n1.5', { dtype: { a: 'int64' } }), 'row 0 (line 2), column "a": "1.5" does not fit into int64.'],
    [() => readCsv('a\n300', { dtype: { a: 'uint8' } }), '"300" does not fit into uint8'],
    [() => readCsv('a\n31.5.2024', { dtype: { a: 'date' } }), '"31.5.2024" is not a date such as 2024-05-31'],
    [() => readCsv('a\n2024-13-01', { dtype: { a: 'date' } }), '"2024-13-01" is not a date'],
    [() => readCsv('a\nyes', { dtype: { a: 'bool' } }), '"yes" is not true or false'],
    [() => readCsv('a,a\n1,2'), 'the header (line 1) has "a" twice. Name the columns yourself'],
    [() => readCsv('age\n1', { dtype: { Age: 'int64' } }), 'there is no column "Age". Did you mean "age"? It has "age".'],
    [() => readCsv('age\n1', { usecols: ['b'] }), 'there is no column "b".'],
    [() => readCsv('a,b\n1,2', { names: ['x'] }), 'names has 1 names, but line 1 has 2 cells'],
    [() => readCsv('\n\n'), 'readCsv: there is nothing in it, expected at least a header.'],
    [() => readCsv(new Uint8Array()), 'there is nothing in it'],
    [() => readCsv(new TextEncoder().encode('PAR1....')), 'this is a Parquet file. Use readParquet.'],
    [() => readCsv(new Uint8Array([0x1f, 0x8b, 8])), 'this is packed by gzip'],
    [() => readCsv(join(folder, 'none.csv')), 'readCsv: there is no file'],
    [() => readCsv(folder), 'is a directory, expected a file'],
    [() => readCsv(any(undefined)), 'readCsv: the source is missing, expected a path, a text of several lines, or a Uint8Array.'],
    [() => readCsv(any(new ArrayBuffer(2))), 'Wrap it: new Uint8Array(buffer).'],
    [() => readCsv('a\n1', any({ delimiter: ';' })), 'readCsv: there is no option "delimiter".'],
    [() => readCsv('a\n1', { sep: '||' }), 'readCsv: sep is "||", expected one character.'],
    [() => readCsv('a\n1', { decimal: ',' }), 'one character has two meanings'],
    [() => readCsv('a\n1', { dtype: { a: any('number') } }), 'readCsv: dtype.a is "number", expected one of'],
    [() => readCsv('a\n1', { nrows: -1 }), 'nrows is -1'],
    [() => readCsv(new Uint8Array(1), { encoding: 'klingon' }), 'encoding is "klingon", expected an encoding that TextDecoder knows'],
  ])('%s', (call, message) => {
    expect(call).toThrow(message);
  });

  it('names the file', () => {
    const path = file('bad.csv', 'a,b\n1\n');
    expect(() => readCsv(path)).toThrow(FormatError);
    expect(() => readCsv(path)).toThrow(`readCsv: ${path}: row 0 (line 2) has 1 cells`);
    expect(() => readCsv(join(folder, 'none.csv'))).toThrow(FileError);
  });
});
