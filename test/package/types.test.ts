/** The package's types, as projects of different settings find them. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { root } from '../browser/stage.js';

const run = promisify(execFile);
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
const folder = mkdtempSync(join(tmpdir(), 'hone-types-'));
mkdirSync(join(folder, 'node_modules'));
symlinkSync(root, join(folder, 'node_modules/hone'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const program = `
import { nn, ones, optim, setWasmUrl, type Tensor } from 'hone';
import { ConcatDataset, DataLoader, randomSplit, StackDataset, TensorDataset } from 'hone/data';
import { loadBytes } from 'hone/formats';
import { lineChart } from 'hone/report';
import { SmallModel } from 'hone/study';
import { SummaryWriter } from 'hone/tensorboard';
import { fit } from 'hone/train';
import { datasets, transforms, type Image } from 'hone/vision';

export const x: Tensor = ones([2]).add(1);
export const model: nn.Module = new nn.Linear(2, 3);
export const all = [new optim.SGD(model.parameters(), { lr: 0.1 }), DataLoader, TensorDataset, loadBytes, lineChart, SmallModel, SummaryWriter, fit, datasets, setWasmUrl];
// @ts-expect-error: a text is no tensor, so these are types and not any
export const wrong: string = ones([2]);

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const is = <T extends true>(): T | void => undefined;
const fashion = new datasets.FashionMNIST('data', { transform: new transforms.ToTensor() });
for (const [x, y] of new DataLoader(fashion, { batchSize: 2 })) is<Same<[typeof x, typeof y], [Tensor, Tensor]>>();
const [part] = randomSplit(fashion, [0.5, 0.5]);
export const sample = part!.get(0);
is<Same<typeof sample, [Tensor, number]>>();
for (const [i, [x, y]] of new DataLoader(part!, 2).entries()) is<Same<[typeof i, typeof x, typeof y], [number, Tensor, Tensor]>>();
for (const [x, y] of new DataLoader(new ConcatDataset([fashion, fashion]), 2)) is<Same<[typeof x, typeof y], [Tensor, Tensor]>>();
for (const [[x], [y]] of new DataLoader(new StackDataset(fashion, fashion), 2)) is<Same<[typeof x, typeof y], [Tensor, Tensor]>>();
const flips = [new transforms.RandomCrop(28, { padding: 2 }), new transforms.RandomHorizontalFlip()];
const spread = new transforms.Compose([...flips, new transforms.ToTensor(), new transforms.Normalize([0.5], [0.25])]);
export const cropped = new datasets.FashionMNIST('data', { transform: spread }).get(0);
is<Same<typeof cropped, [Tensor, number]>>();
const named = new datasets.FashionMNIST('data', { transform: (image) => image.rotate(90), targetTransform: String });
export const turned = named.get(0);
is<Same<typeof turned, [Image, string]>>();
for (const [images] of new DataLoader(named, 2)) {
  // @ts-expect-error: of Images no batch is made
  new nn.Linear(2, 3).forward(images);
}
`;

describe('the types of every entry', () => {
  it.each([
    ['module', 'node16', 'node16'],
    ['module', 'nodenext', 'nodenext'],
    ['commonjs', 'nodenext', 'nodenext'],
    ['module', 'esnext', 'bundler'],
    ['commonjs', 'preserve', 'bundler'],
  ])(
    'are found in a project of type %s with module %s and moduleResolution %s',
    { timeout: 60_000 },
    async (type, module, moduleResolution) => {
      writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'types', type }));
      writeFileSync(join(folder, 'program.ts'), program);
      const compilerOptions = {
        module,
        moduleResolution,
        target: 'es2022',
        strict: true,
        exactOptionalPropertyTypes: true,
        noUncheckedIndexedAccess: true,
        noEmit: true,
        skipLibCheck: true,
        types: [],
      };
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.ts'] }));
      const said = await run(process.execPath, [tsc, '-p', folder]).then(
        ({ stdout }) => stdout,
        ({ stdout }: { stdout: string }) => stdout,
      );
      expect(said).toBe('');
    },
  );
});
