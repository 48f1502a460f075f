/** What the editor shows: a walk over the emitted declarations of all entry points fails on an exported thing without text. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Shown, shownBy } from './declarations.js';
import { takingOptions } from './options.js';

const root = join(import.meta.dirname, '../..');
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
const folder = mkdtempSync(join(tmpdir(), 'hone-declarations-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the declarations of the package', () => {
  let all: Shown[] = [];
  const exported = new Set<string>();
  beforeAll(() => {
    const args = ['-p', '.', '--emitDeclarationOnly', '--declaration', '--outDir', folder];
    // Its errors are those of the type check; what it has read it writes all the same.
    spawnSync(process.execPath, [tsc, ...args], { cwd: root });
    const entry = (path: string) => join(folder, path);
    const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      exports: Record<string, string | { types?: string }>;
    };
    const entries = Object.entries(exports).flatMap(([name, value]) =>
      // What has no types, such as the workers' program, nobody imports.
      typeof value === 'string' || value.types === undefined
        ? []
        : [[name === '.' ? '' : `${name.slice(2)}.`, entry(value.types.replace('./dist/', ''))] as const],
    );
    expect(entries.length).toBeGreaterThan(6);
    all = shownBy(
      {
        ...Object.fromEntries(entries),
        'Tensor.': entry('ops/methods/methods.d.ts'),
        'Tensor..': entry('ops/methods/method-types.gen.d.ts'),
      },
      exported,
    );
  }, 120_000);

  test('are found, members and all', () => {
    const names = all.map(({ name }) => name);
    expect(names.length).toBeGreaterThan(3000);
    for (const name of [
      'nn.Linear',
      'nn.Linear.constructor',
      'nn.Linear.weight',
      'nn.Linear.forward',
      'nn.LinearOptions.bias',
      'F.conv2d',
      'optim.lrScheduler.StepLR.gamma',
      'data.DataLoader.constructor',
      'Tensor.TensorMethods.reshape',
      'Tensor..DescribedMethods.sum',
    ])
      expect(names).toContain(name);
  });

  test('have text, each of them', () => {
    expect(all.filter(({ text }) => text === '').map(({ name, file }) => `${name} (${file.slice(folder.length + 1)})`)).toEqual([]);
  });

  // What somebody writes who passes options on: `function make(options: nn.Conv2dOptions)`.
  test('have the type of their options beside them, named after them', () => {
    const taking = takingOptions(all, exported);
    expect(taking.length).toBeGreaterThan(300);
    for (const one of ['F.DropoutOptions', 'nn.DropoutOptions', 'SumOptions', 'optim.AdamOptions', 'linalg.SvdOptions'])
      expect(taking.map(({ options }) => options)).toContain(one);
    expect(taking.filter(({ options }) => !exported.has(options)).map(({ name, options }) => `${name}: ${options}`)).toEqual([]);
  });

  // Line by line: a call that is wrong, and what the compiler says of it. An error speaks of the options where an object was given.
  test('word the errors of wrong calls', () => {
    const wrong: [string, string][] = [
      ['F.conv2d(x, x, { strides: 2 })', "'strides' does not exist in type"],
      ['F.conv2d(x, x, { strides: 2 })', "Did you mean to write 'stride'?"],
      ['new nn.Conv2d(1, 2, 3, 1, { stride: 2 })', "'stride' does not exist in type 'Omit<"],
      ['new nn.Conv2d(1, 2, 3, { stride: 1 }, { padding: 1 })', 'TS2345'],
      ['new nn.BatchNorm1d(10, 1e-5, 0.1, true, true, { affine: false })', "'affine' does not exist in type 'Omit<"],
      ["new nn.Dropout('0.5')", `Type '"0.5"' is not assignable to type 'number | `],
      ['new nn.LSTM(1, 2, { layers: 3 })', "'layers' does not exist in type 'LSTMOptions'"],
      ["new nn.Linear('a', 3)", "'string' is not assignable to parameter of type 'number'"],
      ['x.sum({ dims: 1 })', "Did you mean to write 'dim'?"],
      ['x.transpose(0)', "'number' is not assignable to type 'TransposeOptions'"],
      ["F.crossEntropy(x, x, { reduction: 'average' })", `Type '"average"' is not assignable to type 'Reduction`],
      ["const text: string = new nn.Sequential(new nn.Linear(1, 1)).forward('no')", "'Tensor' is not assignable to type 'string'"],
    ];
    const lines = ["import { F, nn, ones } from './index.js';", 'const x = ones([1]);', ...wrong.map(([call]) => `{ ${call}; }`)];
    writeFileSync(join(folder, 'wrong.ts'), `${lines.join('\n')}\n`);
    const options = {
      ...(JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8')) as { compilerOptions: object }).compilerOptions,
      ...{ rootDir: '.', noEmit: true, paths: {}, noUnusedLocals: false, types: [] },
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['wrong.ts'] }));
    const { stdout } = spawnSync(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], { encoding: 'utf8' });
    const said = stdout.split(/^(?=wrong\.ts|.*\/wrong\.ts)/m);
    wrong.forEach(([call, sentence], i) => {
      expect(said.filter((error) => new RegExp(`wrong\\.ts\\(${i + 3},`).test(error)).join(''), call).toContain(sentence);
    });
  }, 60_000);

  test('show a class’s own summary at its constructor', () => {
    const text = (name: string) => all.find((one) => one.name === name)?.text;
    expect(text('nn.Linear.constructor')).toMatch(/^y = x W\^T \+ b/);
    expect(text('nn.BatchNorm1d.constructor')).toBe(text('nn.BatchNorm1d'));
    expect(text('Tensor..DescribedMethods.exp_')).toBe('In place, returning this tensor: e to the x.');
  });
});

test('the methods’ text is that of their functions: npm run gen', () => {
  const { stdout } = spawnSync(process.execPath, [join(root, 'scripts/gen-method-types.mjs'), '--print'], { encoding: 'utf8' });
  expect(readFileSync(join(root, 'src/ops/methods/method-types.gen.ts'), 'utf8')).toBe(stdout);
});

test('the walk finds what has no text', () => {
  const small = join(folder, 'small');
  mkdirSync(small);
  writeFileSync(
    join(small, 'other.d.ts'),
    `/** Base. */
export declare abstract class Base<O extends {
    lr: number;
}> {
    /** Said here. */
    inherited(): void;
    /** @param x tags only. */
    constructor(x: number);
}
export interface Bare {
    /** With text. */
    one: number;
    two: {
        nested: number;
    };
    /** @internal */
    hidden: number;
}
export type Kind = 'a' | 'b';
`,
  );
  writeFileSync(
    join(small, 'index.d.ts'),
    `import { Base } from './other.js';
export type { Bare } from './other.js';
export * as inner from './other.js';
/** Extends. */
export declare class Thing extends Base<{
    lr: 1;
}> {
    inherited(): void;
    own: number;
    private secret;
    protected alsoSecret(): void;
}
/** Told. */
export declare function told(): void;
export declare function untold(): void;
export declare const value = 1;
`,
  );
  const all = shownBy({ '': join(small, 'index.d.ts') });
  expect(all.filter(({ text }) => text === '').map(({ name }) => name)).toEqual([
    'Bare',
    'Bare.two',
    'inner.Base.constructor',
    'inner.Kind',
    'Thing.own',
    'Thing.constructor',
    'untold',
    'value',
  ]);
  expect(all.find(({ name }) => name === 'Thing.inherited')?.text).toBe('Said here.');
});
