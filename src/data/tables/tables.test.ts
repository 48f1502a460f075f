/** Tables out of CSV, what they hold, and their way into tensors. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { FileError, FormatError } from 'hone';
import { LabelEncoder, OneHotEncoder, type ReadCsvOptions, readCsv, StandardScaler, Table, trainTestSplit } from 'hone/data';
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
    [() => readCsv('\n\n'), 'readCsv: there is nothing in it, expected a header at least.'],
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

describe('Table', () => {
  const iris = () => readCsv('length,width,kind\n5.1,3.5,setosa\n6.7,,virginica\n5.9,3.2,versicolor\n4.9,3,setosa\n');

  it('selects, filters and fills', () => {
    const table = iris();
    expect(table.shape).toEqual([4, 3]);
    expect(table.select(['kind', 'length']).columns).toEqual(['kind', 'length']);
    expect(table.drop('kind').columns).toEqual(['length', 'width']);
    expect(
      table
        .filter(({ kind }) => kind === 'setosa')
        .column('length')
        .toArray(),
    ).toEqual([5.1, 4.9]);
    expect(table.filter((_, i) => i > 1).length).toBe(2);
    expect(table.slice(1, 3).column('length').toArray()).toEqual([6.7, 5.9]);
    expect(table.slice(-1).row(0)).toEqual({ length: 4.9, width: 3, kind: 'setosa' });
    expect(table.take([3, 0, 3]).column('kind').toArray()).toEqual(['setosa', 'setosa', 'setosa']);
    expect(table.dropMissing().length).toBe(3);
    expect(table.dropMissing(['length']).length).toBe(4);
    expect(table.fillMissing({ width: 0 }).column('width').toArray()).toEqual([3.5, 0, 3.2, 3]);
    expect(table.column('width').toArray()).toEqual([3.5, null, 3.2, 3]);
  });

  it('is made of lists', () => {
    const table = new Table({
      a: [1, null, 3],
      b: [1, 0.5, 2n],
      c: ['x', null, 'y'],
      d: [true, false, null],
      e: [new Date(0), null, null],
    });
    expect(table.dtypes).toEqual({ a: 'int64', b: 'float64', c: 'string', d: 'bool', e: 'date' });
    expect(table.row(0)).toEqual({ a: 1, b: 1, c: 'x', d: true, e: new Date(0) });
    expect(table.take([2, 1]).toRows()).toEqual([
      [3, 2, 'y', null, null],
      [null, 0.5, null, false, null],
    ]);
    expect(table.fillMissing({ a: 7, c: 'z', d: true, e: new Date(5) }).row(1)).toEqual({ a: 7, b: 0.5, c: 'z', d: false, e: new Date(5) });
  });

  it('becomes tensors', () => {
    const { features, target, featureNames, classes } = iris().fillMissing({ width: 1 }).toTensors({ target: 'kind' });
    expect([features.dtype, features.shape, featureNames]).toEqual(['float32', [4, 2], ['length', 'width']]);
    expect([target.dtype, target.toArray(), classes]).toEqual(['int64', [0, 2, 1, 0], ['setosa', 'versicolor', 'virginica']]);
    const table = readCsv('a,b,y,z\n1,true,0.5,3\n2,false,1.5,4\n');
    const all = table.toTensors();
    expect([all.features.shape, all.target]).toEqual([[2, 4], null]);
    expect(table.toTensors({ features: ['b', 'a'], dtype: 'float64' }).features.toArray()).toEqual([
      [1, 1],
      [0, 2],
    ]);
    expect(table.toTensors({ features: 'a', target: 'y' }).target.dtype).toBe('float32');
    expect(table.toTensors({ features: 'a', target: 'b' }).target.toArray()).toEqual([1, 0]);
    expect(table.toTensors({ features: 'a', target: 'b', targetDtype: 'float32' }).target.dtype).toBe('float32');
    expect(table.toTensors({ features: 'a', target: ['y', 'z'] }).target.toArray()).toEqual([
      [0.5, 3],
      [1.5, 4],
    ]);
    expect(table.toTensors({ features: ['a', 'b'], dtype: 'int64' }).features.toArray()).toEqual([
      [1, 1],
      [2, 0],
    ]);
    expect(
      iris()
        .toTensors({ features: ['width'], missing: 'nan' })
        .features.toArray(),
    ).toEqual([[3.5], [Number.NaN], [expect.closeTo(3.2)], [3]]);
  });

  it('numbers only the strings that are there', () => {
    const { target, classes } = iris()
      .filter(({ kind }) => kind !== 'setosa')
      .toTensors({ features: 'length', target: 'kind' });
    expect([target.toArray(), classes]).toEqual([
      [1, 0],
      ['versicolor', 'virginica'],
    ]);
  });

  it('goes with encoders, scalers and splits', () => {
    const table = iris();
    expect(new OneHotEncoder().fitTransform(table.toRows('kind')).shape).toEqual([4, 3]);
    expect(new LabelEncoder().fitTransform(table.column('kind').toArray() as string[]).toArray()).toEqual([0, 2, 1, 0]);
    expect(new StandardScaler().fitTransform(table.toTensors({ features: ['width'], missing: 'nan' }).features).shape).toEqual([4, 1]);
    const [train, rest] = trainTestSplit(table, { randomState: 0, testSize: 1 });
    expect([train.length, rest.row(0)]).toEqual([3, table.row(2)]);
  });

  it('prints', () => {
    expect(inspect(iris())).toBe(
      [
        '    length    width        kind',
        '   float64  float64      string',
        '0      5.1      3.5      setosa',
        '1      6.7  missing   virginica',
        '2      5.9      3.2  versicolor',
        '3      4.9        3      setosa',
        '[4 rows × 3 columns]',
      ].join('\n'),
    );
    expect(String(new Table({ n: Array.from({ length: 40 }, (_, i) => i) })).split('\n')).toHaveLength(14);
    expect(String(iris().column('width'))).toBe('Column "width" (float64, 4 rows, 1 missing)');
    expect(String(new Table({}))).toContain('[0 rows × 0 columns]');
  });

  test.each<[() => unknown, string]>([
    [
      () => iris().column('lenght'),
      'Table.column: there is no column "lenght". Did you mean "length"? The table has "length", "width", "kind".',
    ],
    [() => iris().select(any([3])), 'Table.select: there is no column 3.'],
    [() => iris().select(any(3)), 'Table.select: names is 3'],
    [() => iris().toTensors(), 'Table.toTensors: row 1, column "width" is missing. Fill it in'],
    [() => iris().toTensors({ features: ['length', 'kind'] }), 'row 0, column "kind" is "setosa", expected a number.'],
    [
      () => readCsv('age\n31\n27\nabc\n').toTensors(),
      'Table.toTensors: row 2, column "age" is "abc", expected a number. Mend that value, or encode',
    ],
    [() => readCsv('a\n1\n2', { dtype: { a: 'string' } }).toTensors(), "Read it as such: dtype: { a: 'float64' }."],
    [() => new Table({ t: [new Date(0)] }).toTensors(), 'column "t" holds dates'],
    [() => iris().toTensors({ features: 'length', target: 'length' }), 'column "length" is among the features and the target'],
    [() => iris().toTensors({ features: 'length', dtype: 'int64' }), 'row 0, column "length" is 5.1, which int64 does not hold.'],
    [() => iris().toTensors({ features: 'width', dtype: 'int64', missing: 'nan' }), 'row 0, column "width" is 3.5'],
    [() => iris().toTensors({ features: [] }), 'there are no columns for the inputs'],
    [() => iris().toTensors(any({ x: ['length'] })), 'Table.toTensors: there is no option "x".'],
    [() => new Table({ a: ['x', null] }).toTensors({ features: [], target: 'a' }), 'there are no columns for the inputs'],
    [() => new Table({ a: [1, 2], b: ['x', null] }).toTensors({ target: 'b' }), 'row 1, column "b" is missing'],
    [() => iris().row(4), 'Table.row: there is no row 4: the table has 4.'],
    [() => iris().take([-1]), 'Table.take: there is no row -1'],
    [() => iris().column('kind').get(9), 'Column.get: there is no row 9'],
    [() => iris().filter(any(3)), 'Table.filter: keep is 3, expected a function.'],
    [() => iris().fillMissing({ width: 'x' }), 'Table.fillMissing: width is "x", which a column of float64 does not hold.'],
    [() => iris().fillMissing({ with: 1 }), 'Did you mean "width"?'],
    [() => new Table({ a: [1], b: [1, 2] }), 'Table: column "b" has 2 rows, "a" has 1. They must agree.'],
    [() => new Table({ a: [1, 'x'] }), 'Table: row 1, column "a" is "x", but the column holds int64 before it.'],
    [() => new Table(any({ a: [{}] })), 'row 0, column "a" is an object'],
    [() => new Table(any(null)), 'Table: columns is null'],
    [() => new Table(any([1])), 'Table: a column is 1, expected a Column.'],
  ])('%s', (call, message) => {
    expect(call).toThrow(message);
  });
});
