/** The floors of the house, read from the imports themselves: nothing imports upwards, and no file stands in a circle. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../src');

/** From the top down; folders of one row do not import each other. */
const floors = [
  ['cli'],
  ['study'],
  ['train'],
  ['tensorboard'],
  ['report'],
  ['vision'],
  ['data'],
  ['nn', 'formats'],
  ['optim'],
  ['ops'],
  ['autograd'],
  ['tensor'],
  ['engine'],
  ['errors.ts'],
];

/** The families of the largest floors, from the bottom up: each imports only those to its left, and its own subfolders. */
const families: Record<string, readonly string[]> = {
  ops: 'view elementwise gather join reduce sort random index statistics products special linalg methods'.split(' '),
  nn: [
    ...'module init linear conv activation dropout pool norm containers attention distance loss embedding resize'.split(' '),
    ...'padding recurrent lazy utils'.split(' '),
    // What gathers them all.
    'functional.ts',
    'index.ts',
  ],
  optim: 'optimizer sgd adam adagrad lbfgs lr-scheduler index.ts'.split(' '),
  train: 'types.ts history guards metrics batch evaluate checkpoint callbacks fit tuning index.ts'.split(' '),
  study: 'define load statistics verdict run presets processes schedule index.ts'.split(' '),
};

const hosts: Record<string, string> = {
  '#host': 'engine/host-node.ts',
  '#threads': 'engine/tasks/threads-node.ts',
  '#files': 'formats/files/files-node.ts',
  '#download': 'formats/files/download-node.ts',
  '#processes': 'study/processes/host/processes-node.ts',
  '#images': 'vision/io/decode-node.ts',
};

const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.ts') && !/\.(test|gen)\.ts$/.test(f));

interface Import {
  readonly to: string;
  readonly typeOnly: boolean;
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
  return [...text.matchAll(/^(import|export)( type)?\b[^;'"]*?['"]([.#][^'"]+)['"]/gms)].map(([, , type, path]) => ({
    to: hosts[path!] ?? relative(root, normalize(join(root, dirname(file), path!))).replace(/\.js$/, '.ts'),
    typeOnly: type !== undefined,
  }));
}

const floorOf = (file: string) => floors.findIndex((row) => row.includes(file.split('/')[0]!));
const inHouse = files.filter((file) => floorOf(file) >= 0);

describe('floors', () => {
  test('every source file stands on one', () => {
    expect(files.filter((file) => floorOf(file) < 0)).toEqual(['index.ts']);
  });

  test('the imports are found', () => {
    expect(inHouse.flatMap(importsOf).length).toBeGreaterThan(inHouse.length);
    expect(importsOf('train/fit/fit.ts').map((i) => i.to)).toContain('errors.ts');
  });

  test('nothing imports upwards or sideways', () => {
    const wrong = inHouse.flatMap((file) =>
      importsOf(file)
        .filter(({ to }) => {
          const [from, target] = [file.split('/')[0]!, to.split('/')[0]!];
          if (from === target) return false;
          return floorOf(to) <= floorOf(file);
        })
        .map(({ to, typeOnly }) => `${file} imports ${to}${typeOnly ? ' (types)' : ''}`),
    );
    expect(wrong).toEqual([]);
  });

  test.each(Object.keys(families))('the families of %s import downwards', (floor) => {
    const order = families[floor]!;
    const familyOf = (file: string) => file.split('/')[1]!;
    const own = files.filter((file) => file.startsWith(`${floor}/`));
    expect(order.toSorted()).toEqual([...new Set(own.map(familyOf))].sort());
    const wrong = own.flatMap((file) =>
      importsOf(file)
        .filter(({ to, typeOnly }) => !typeOnly && to.startsWith(`${floor}/`))
        .filter(({ to }) => order.indexOf(familyOf(to)) > order.indexOf(familyOf(file)))
        .map(({ to }) => `${file} imports ${to}`),
    );
    expect(wrong).toEqual([]);
  });

  test('no room is a drawer: a dozen files lie in a folder at most, tests among them, and none is longer than 600 lines', () => {
    const all = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.ts'));
    const counts = new Map<string, number>();
    for (const file of all) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
    expect([...counts].filter(([, count]) => count > 12)).toEqual([]);
    const lines = (file: string) => readFileSync(join(root, file), 'utf8').split('\n').length;
    expect(all.filter((file) => !file.endsWith('.gen.ts') && lines(file) > 600)).toEqual([]);
  });

  test('no file imports an index file of the house', () => {
    const wrong = inHouse
      .filter((file) => !file.endsWith('index.ts'))
      .flatMap((file) =>
        importsOf(file)
          .filter(({ to }) => /(^|\/)index\.ts$/.test(to))
          .map(({ to }) => `${file} imports ${to}`),
      );
    expect(wrong).toEqual([]);
  });

  test('no circles at run time', () => {
    const graph = new Map(
      files.map((file) => [
        file,
        importsOf(file)
          .filter((i) => !i.typeOnly)
          .map((i) => i.to),
      ]),
    );
    const state = new Map<string, 'open' | 'done'>();
    const circles: string[] = [];
    const visit = (file: string, path: string[]): void => {
      if (state.get(file) === 'done') return;
      if (state.get(file) === 'open') {
        circles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
        return;
      }
      state.set(file, 'open');
      for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
      state.set(file, 'done');
    };
    for (const file of files) visit(file, []);
    expect(circles).toEqual([]);
  });

  test('only what stands behind a condition imports from node:', () => {
    const node = files.filter((file) => /from 'node:/.test(readFileSync(join(root, file), 'utf8')) && !file.startsWith('cli/'));
    expect(node.sort()).toEqual([
      'engine/addon-node.ts',
      'engine/host-node.ts',
      'engine/locate-node.ts',
      'engine/tasks/threads-node.ts',
      'formats/files/download-node.ts',
      'formats/files/files-node.ts',
      // What the command and the processes of a study load files by; hone/study does not.
      'study/load/import-file.ts',
      'study/load/typescript-hooks.ts',
      'study/processes/host/processes-node.ts',
      'study/processes/host/watch-parent.ts',
      'vision/io/decode-node.ts',
    ]);
  });
});
