/** Bundled for the browser: no module of Node's, no more code than is used, and a size that does not creep up. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle, root, type Stage, stagePackage } from '../browser/stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await stagePackage();
}, 60_000);
afterAll(() => stage?.remove());

interface Bundled {
  code: string;
  /** Bytes when compressed, as servers send them. */
  gzip: number;
  /** The package's files that have code in it: `engine/wasm/wasm.js`. */
  files: string[];
  /** What it imports from outside, and does not contain. */
  imports: string[];
}

async function bundled(text: string, platform: 'browser' | 'neutral' = 'browser'): Promise<Bundled> {
  const { outputFiles, metafile, warnings } = await bundle(stage, { text }, { minify: true, platform });
  expect(warnings).toEqual([]);
  const output = Object.values(metafile.outputs)[0]!;
  const files = Object.entries(output.inputs)
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([path]) => path.replace(/^.*\/hone\/dist\//, ''));
  return {
    code: outputFiles[0]!.text,
    gzip: gzipSync(outputFiles[0]!.contents).length,
    files,
    imports: output.imports.filter(({ external }) => external).map(({ path }) => path),
  };
}

/** Every entry of the package that pages may use. */
const everything = `
  import * as hone from 'hone';
  import * as data from 'hone/data';
  import * as formats from 'hone/formats';
  import * as train from 'hone/train';
  import * as vision from 'hone/vision';
  Object.assign(globalThis, { hone, data, formats, train, vision });`;

const trainer = `
  import { nn, optim } from 'hone';
  import { DataLoader } from 'hone/data';
  import { fit } from 'hone/train';
  import { datasets } from 'hone/vision';
  const model = new nn.Sequential(new nn.Flatten(), new nn.Linear(784, 10));
  const train = new DataLoader(datasets.Digits.fromBytes(new Uint8Array(785)), { batchSize: 64 });
  fit(model, { train, loss: new nn.CrossEntropyLoss(), optimizer: new optim.Adam(model.parameters()), epochs: 1 });`;

/** What a program loads only where it is installed, and bundlers leave outside where it is not; what draws charts; the engine's copy. */
const optional = [
  ...Object.keys((JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { peerDependenciesMeta: object }).peerDependenciesMeta),
  './echarts.js',
  '../wasm/hone-simd.js',
];

describe('bundled for the browser', () => {
  it.each(['browser', 'neutral'] as const)('the whole core needs nothing from Node (platform %s)', async (platform) => {
    const { code, files, imports } = await bundled(everything, platform);
    expect(imports.filter((path) => !optional.includes(path))).toEqual([]);
    expect(code).not.toMatch(/["'`]node:/);
    expect(code).not.toMatch(/\brequire\(/);
    expect(files).toContain('engine/host-browser.js');
    expect(files).toContain('formats/files/files-browser.js');
    expect(files.filter((file) => /-node\.js$|native\.js$/.test(file))).toEqual([]);
  });

  it('reads files of events in pages; writing them says where that can be done', async () => {
    const { code, imports } = await bundled(
      "import { readEvents, SummaryWriter } from 'hone/tensorboard'; console.log(readEvents, SummaryWriter);",
    );
    expect(imports.filter((path) => !optional.includes(path))).toEqual([]);
    expect(code).not.toMatch(/["'`]node:/);
    expect(code).toContain('browsers cannot write');
  });

  it('keeps every module that is imported for what it does: sideEffects names it', () => {
    const { sideEffects } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { sideEffects: string[] };
    const listed = sideEffects.map((glob) => new RegExp(`^${glob.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`));
    const bare = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((file) => /^(?!.*test).*\.ts$/.test(file))
      .flatMap((file) =>
        [...readFileSync(join(root, 'src', file), 'utf8').matchAll(/^import '(\.[^']+)'/gm)].map(
          ([, path]) => `./${join('dist', dirname(file), path!).replaceAll('\\', '/')}`,
        ),
      );
    expect(bare.length).toBeGreaterThan(5);
    expect(bare.filter((file) => !listed.some((glob) => glob.test(file)))).toEqual([]);
  });

  it('keeps the engine and the methods of Tensor where only a function is imported', async () => {
    const { files } = await bundled("import { tensor } from 'hone'; console.log(tensor([1]));");
    expect(files).toContain('engine/host-browser.js');
    expect(files).toContain('ops/methods/methods.js');
  });

  it('leaves out what a program does not use', async () => {
    const small = await bundled("import { tensor } from 'hone'; console.log(String(tensor([1, 2]).add(1)));");
    expect(small.files.filter((file) => /^(nn|optim|train|data|vision|formats|study|report|cli)\//.test(file))).toEqual([]);
    const dataset = await bundled("import { TensorDataset } from 'hone/data'; console.log(TensorDataset);");
    expect(dataset.files).not.toContain('data/loader/data-loader.js');
    const training = await bundled(trainer);
    // fit shows its progress, where there is a terminal or it is asked to; bundlers that split leave that for later.
    expect(training.files.filter((file) => /^(study|report(?!\/(progress\/|text))|cli)\//.test(file))).toEqual([]);
    // Namespaces as nn and optim come whole with esbuild; the rest does not.
    expect(training.files).not.toContain('data/tables/read-csv.js');
    expect(training.files).not.toContain('data/datasets/random-split.js');
    expect(training.files.filter((file) => file.startsWith('vision/models/'))).toEqual([]);
    // Data sets make batches with whichever transforms they are given, and bring only those along that one kernel call does.
    expect(training.files.filter((file) => /^vision\/transforms\/(color|containers|mix|policies|warp)\//.test(file))).toEqual([]);
    expect(
      training.files.filter((file) =>
        /^vision\/transforms\/(geometry|v2)\/(color|erase|policies|random-resized-crop|resize|warp)\.js$/.test(file),
      ),
    ).toEqual([]);
    expect(training.code.length).toBeLessThan((await bundled(everything)).code.length * 0.95);
  });

  // Measured, and 15 % more. A program that grows past it should have a reason: then measure again.
  it.each([
    ['tensors', "import { tensor } from 'hone'; console.log(String(tensor([1, 2]).add(1)));", 80],
    ['a training program', trainer, 327],
    ['everything', everything, 510],
  ])('%s: stays below its ceiling', async (_name, program, ceiling) => {
    const { gzip } = await bundled(program);
    expect(gzip / 1000).toBeLessThan(ceiling);
    expect(gzip / 1000).toBeGreaterThan(ceiling / 2); // a ceiling far above says nothing
  });
});
