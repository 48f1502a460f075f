/** What tables hold, and their way into tensors. */
import { inspect } from 'node:util';
import { LabelEncoder, OneHotEncoder, readCsv, StandardScaler, Table, trainTestSplit } from 'hone/data';
import { describe, expect, it, test } from 'vitest';

const any = (value: unknown) => value as never;

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
