/** The package in Node processes of its own: which engine they choose, and several worker threads in one. */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root, type Stage, stagePackage } from '../browser/stage.js';

const run = promisify(execFile);
const platform = `${process.platform}-${process.arch}`;
const hasNative = existsSync(join(root, 'dist/native', platform, 'hone-cpu.node'));
const engines = hasNative ? ['native', 'wasm'] : ['wasm'];

let stage: Stage;
let home: string;

beforeAll(async () => {
  stage = await stagePackage();
  home = join(stage.folder, 'node_modules/hone');
  for (const part of ['dist/wasm', ...(hasNative ? ['dist/native'] : [])]) cpSync(join(root, part), join(home, part), { recursive: true });
}, 60_000);
afterAll(() => stage?.remove());

interface Ended {
  /** 0, or how it failed. */
  code: number | string;
  out: string;
  errors: string;
}

/** Runs a module in the folder that has the package. */
async function node(program: string, env: Record<string, string> = {}): Promise<Ended> {
  const file = join(stage.folder, 'program.mjs');
  writeFileSync(file, program);
  const settings = { ...process.env, HONE_ENGINE: '', HONE_THREADS: '', ...env };
  try {
    const { stdout, stderr } = await run(process.execPath, [file], { env: settings, cwd: stage.folder, timeout: 60_000 });
    return { code: 0, out: stdout, errors: stderr };
  } catch (error) {
    const { code, signal, stdout, stderr } = error as { code: number; signal?: string; stdout: string; stderr: string };
    return { code: signal ?? code, out: stdout, errors: stderr };
  }
}

const sayEngine = "import { engineInfo } from 'hone'; console.log(JSON.stringify(engineInfo()));";

describe('the engine of a process', () => {
  it('is native where there is an addon, else WebAssembly', async () => {
    const { out, errors } = await node(sayEngine);
    expect(errors).toBe('');
    expect(JSON.parse(out)).toMatchObject({ name: engines[0] });
  });

  it.each(engines)('is what HONE_ENGINE says: %s', async (name) => {
    expect(JSON.parse((await node(sayEngine, { HONE_ENGINE: name })).out)).toMatchObject({ name });
  });

  it('is an error for a name that no engine has', async () => {
    const { code, errors } = await node(sayEngine, { HONE_ENGINE: 'cuda' });
    expect(code).toBe(1);
    expect(errors).toMatch(/EngineError: HONE_ENGINE is "cuda", expected native or wasm/);
  });

  it.skipIf(!hasNative)('is an error for a number of threads that is none', async () => {
    const { code, errors } = await node(sayEngine, { HONE_THREADS: 'many' });
    expect(code).toBe(1);
    expect(errors).toMatch(/ArgumentError: HONE_THREADS is "many", expected a whole number of at least 1/);
  });

  it('is WebAssembly without an addon, and says why; without either it says what to do', async () => {
    const moved = join(home, 'dist/native');
    rmSync(moved, { recursive: true, force: true });
    const { out } = await node(sayEngine);
    expect(JSON.parse(out)).toMatchObject({ name: 'wasm', reason: expect.stringMatching(/addon was not built/) });
    const forced = await node(sayEngine, { HONE_ENGINE: 'native' });
    expect(forced.code).toBe(1);
    expect(forced.errors).toMatch(/EngineError: native engine: the native addon was not built .*npm run build/);
    rmSync(join(home, 'dist/wasm'), { recursive: true });
    const neither = await node(sayEngine);
    expect(neither.code).toBe(1);
    expect(neither.errors).toMatch(/EngineError: wasm engine: cannot read .*hone-\w+\.wasm: .*Run npm run build/);
    for (const part of ['dist/wasm', ...(hasNative ? ['dist/native'] : [])])
      cpSync(join(root, part), join(home, part), { recursive: true });
  });
});

describe('each entry of the package', () => {
  it.each([
    ['hone', 'zeros([2]).add(1).toArray()', 'zeros'],
    ['hone/data', 'defaultCollate([1, 2]).add(0).toArray()', 'defaultCollate'],
    [
      'hone/formats',
      'Object.keys(decodeSafetensors(encodeSafetensors({ x: decodeIdx(new Uint8Array([0, 0, 8, 1, 0, 0, 0, 1, 7])) })).tensors)',
      'decodeIdx, decodeSafetensors, encodeSafetensors',
    ],
    ['hone/vision', 'new datasets.Digits({}, new Uint8Array(785 * 10)).getBatch([0])[0].sum().shape', 'datasets'],
    ['hone/train', 'accuracy().name', 'accuracy'],
    ['hone/study', 'new SmallModel().output.weight.add(1).shape', 'SmallModel'],
  ])('%s works on its own', async (entry, expression, names) => {
    const { code, errors } = await node(`import { ${names} } from '${entry}'; console.log(${expression});`);
    expect(errors).toBe('');
    expect(code).toBe(0);
  });
});

describe.each(engines)('on the %s engine', (HONE_ENGINE) => {
  it('two workers of one process train at once, each with the numbers that one alone gets', { timeout: 60_000 }, async () => {
    const { code, out, errors } = await node(
      `
      import { isMainThread, parentPort, Worker } from 'node:worker_threads';
      import { manualSeed, nn, optim, randn } from 'hone';

      function train() {
        manualSeed(1);
        const model = new nn.Sequential(new nn.Linear(32, 256), new nn.ReLU(), new nn.Linear(256, 8));
        const optimizer = new optim.Adam(model.parameters());
        const [x, y] = [randn([256, 32]), randn([256, 8])];
        const losses = [];
        for (let step = 0; step < 150; step++) {
          optimizer.zeroGrad();
          const loss = nn.functional.mseLoss(model.forward(x), y);
          loss.backward();
          optimizer.step();
          losses.push(loss.item());
        }
        return losses;
      }

      if (isMainThread) {
        const workers = [0, 1].map(() => new Worker(new URL(import.meta.url)));
        const results = workers.map((worker) => new Promise((resolve, reject) => worker.on('message', resolve).on('error', reject)));
        const ends = workers.map((worker) => new Promise((resolve) => worker.on('exit', resolve)));
        const own = train();
        const others = await Promise.all(results);
        const codes = await Promise.all(ends);
        const again = train(); // after the workers' environments are gone
        console.log(JSON.stringify({ own, others, codes, again }));
      } else {
        parentPort.postMessage(train());
      }`,
      { HONE_ENGINE, HONE_THREADS: '2' },
    );
    expect(errors).toBe('');
    expect(code).toBe(0);
    const { own, others, codes, again } = JSON.parse(out) as { own: number[]; others: number[][]; codes: number[]; again: number[] };
    expect(own).toHaveLength(150);
    expect(own.at(-1)).toBeLessThan(own[0]!);
    expect(others).toEqual([own, own]);
    expect(again).toEqual(own);
    expect(codes).toEqual([0, 0]);
  });

  it('a request for more memory than there is ends in an error, not in the end of the process', async () => {
    const { code, out, errors } = await node(
      `
      import { zeros } from 'hone';
      try {
        zeros([1e12]);
      } catch (error) {
        console.log(error.name, error.code, zeros([2]).add(1).toArray());
      }`,
      { HONE_ENGINE },
    );
    expect(errors).toBe('');
    expect(code).toBe(0);
    expect(out).toBe('OutOfMemoryError OUT_OF_MEMORY [ 1, 1 ]\n');
  });
});
