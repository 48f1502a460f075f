/** The package in Node processes of its own: which engine they choose, its entries one by one, and worker threads. */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root, type Stage, stagePackage } from '../browser/stage.js';

const run = promisify(execFile);
const platform = `${process.platform}-${process.arch}`;
const hasNative = existsSync(join(root, 'dist/native', platform, 'hone-cpu.node'));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
const engines = hasNative ? ['native', 'wasm'] : ['wasm'];

let stage: Stage;
let home: string;

beforeAll(async () => {
  stage = await stagePackage({ forNode: true });
  home = join(stage.folder, 'node_modules/hone');
  for (const part of ['dist/wasm', ...(hasNative ? ['dist/native'] : [])]) cpSync(join(root, part), join(home, part), { recursive: true });
  cpSync(join(root, 'dist/digits.gz'), join(home, 'dist/digits.gz'));
  for (const name of ['commander', 'echarts']) symlinkSync(join(root, 'node_modules', name), join(stage.folder, 'node_modules', name));
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

  describe('without an addon of its own', () => {
    const packageName = `hone-${platform}${process.platform === 'linux' ? '-gnu' : ''}`;
    beforeAll(() => rmSync(join(home, 'dist/native'), { recursive: true, force: true }));
    afterAll(() => {
      for (const part of ['dist/wasm', ...(hasNative ? ['dist/native'] : [])])
        cpSync(join(root, part), join(home, part), { recursive: true });
    });

    it('is WebAssembly, and one line says what to install; for HONE_ENGINE=wasm and in workers none does', async () => {
      const missing = new RegExp(`its package ${packageName} is not installed .*: npm install ${packageName}@\\d+\\.\\d+\\.\\d+`);
      const inWorker = `new (await import('node:worker_threads')).Worker("import('hone').then(({ ones }) => ones([1]))", { eval: true });`;
      const { out, errors } = await node(`${sayEngine} ${inWorker}`);
      expect(JSON.parse(out)).toMatchObject({ name: 'wasm', reason: expect.stringMatching(missing) });
      expect(errors).toMatch(/^hone: WebAssembly runs here, .*\n$/);
      expect(errors).toMatch(missing);
      expect((await node(sayEngine, { HONE_ENGINE: 'wasm' })).errors).toBe('');
      const forced = await node(sayEngine, { HONE_ENGINE: 'native' });
      expect(forced.code).toBe(1);
      expect(forced.errors).toMatch(/EngineError: native engine: its package/);
    });

    it.skipIf(!hasNative)("takes that of the platform's package, unless it is of another version or does not load", async () => {
      const folder = join(stage.folder, 'node_modules', packageName);
      cpSync(join(root, 'dist/native', platform), folder, { recursive: true });
      writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: packageName, version: '0.0.0' }));
      expect(await node(sayEngine)).toMatchObject({ errors: '', out: expect.stringContaining('"name":"native"') });

      const addons = readdirSync(folder).filter((name) => /^hone-(?!cpu)/.test(name));
      for (const name of addons) {
        const bytes = readFileSync(join(folder, name));
        // The text stands there with a zero byte after it.
        const at = bytes.indexOf(`${version}\0`);
        bytes.write('9', at);
        rmSync(join(folder, name));
        writeFileSync(join(folder, name), bytes);
      }
      const other = await node(sayEngine);
      expect(other.errors).toMatch(
        /does not load: it is of Hone 9\.\d+\.\d+, and this is Hone \d.*; npm install .* installs the one of this version/,
      );
      expect(JSON.parse(other.out)).toMatchObject({ name: 'wasm' });

      for (const name of addons) writeFileSync(join(folder, name), 'not a library');
      expect((await node(sayEngine)).errors).toMatch(/does not load: its file is damaged/);
      for (const name of addons) rmSync(join(folder, name));
      expect((await node(sayEngine)).errors).toMatch(/none of its addons suits this processor \(which runs .*base\)/);
      rmSync(folder, { recursive: true });
    });

    it('without either engine says what to do', async () => {
      rmSync(join(home, 'dist/wasm'), { recursive: true });
      const neither = await node(sayEngine);
      expect(neither.code).toBe(1);
      expect(neither.errors).toMatch(/EngineError: wasm engine: it is not at .*hone-simd\.wasm.* Run npm run build/);
    });
  });
});

describe('loading', () => {
  it.each(['index', 'data', 'formats', 'vision', 'train', 'tensorboard', 'report', 'study', 'loader-worker'])(
    'opens a few files for %s, not one for each of the sources; what is imported later comes later',
    (entry) => {
      const folder = join(home, 'dist/node');
      const opened = new Set<string>();
      const open = (file: string): void => {
        if (opened.has(file)) return;
        opened.add(file);
        const text = readFileSync(join(folder, file), 'utf8');
        for (const [, next] of text.matchAll(/(?:\bfrom|\bimport) ?["']\.\/([^'"]+\.js)["']/g)) open(next!);
      };
      open(`${entry}.js`);
      // A study stands on all the others.
      expect(opened.size).toBeLessThan(entry === 'study' ? 50 : 40);
      if (entry !== 'loader-worker') expect(opened.size).toBeGreaterThan(1);
    },
  );

  it.skipIf(!(process.features as { require_module?: boolean }).require_module)(
    'works by require, and gives what import gives',
    async () => {
      writeFileSync(
        join(stage.folder, 'required.cjs'),
        "const { ones, Tensor } = require('hone'); import('hone').then((hone) => console.log(ones([2]).sum().item(), hone.Tensor === Tensor));",
      );
      const { out, errors } = await node("import './required.cjs';");
      expect(errors).toBe('');
      expect(out).toBe('2 true\n');
    },
  );
});

describe('memory', () => {
  it.each(engines)("is limited by the container's limit, less what Node takes: %s", async (HONE_ENGINE) => {
    const { out, errors } = await node(
      `
      process.constrainedMemory = () => 512 * 2 ** 20;
      const { engineInfo, zeros } = await import('hone');
      const { memoryLimit } = engineInfo();
      const kept = [];
      try {
        for (;;) kept.push(zeros([2 ** 22]));
      } catch (error) {
        console.log(JSON.stringify([memoryLimit, 16 * kept.length, error.name]));
      }`,
      { HONE_ENGINE },
    );
    expect(errors).toBe('');
    const [limit, kept, error] = JSON.parse(out) as [number, number, string];
    expect(limit).toBeLessThan(0.9 * 512 * 2 ** 20 - 20e6);
    expect(limit).toBeGreaterThan(128 * 2 ** 20);
    expect(kept * 2 ** 20).toBeLessThanOrEqual(limit);
    expect(error).toBe('OutOfMemoryError');
  });

  it.skipIf(!hasNative)(
    'of a worker thread that ends goes back, however it ends; the limit is that of all threads together',
    { timeout: 60_000 },
    async () => {
      const { out, errors } = await node(
        `
      import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
      if (isMainThread) {
        process.constrainedMemory = () => 1200 * 2 ** 20;
        const { engineInfo, ones } = await import('hone');
        const rss = () => Math.round(process.memoryUsage.rss() / 2 ** 20);
        const run = (how) => new Promise((resolve) => {
          const worker = new Worker(new URL(import.meta.url), { workerData: how });
          let heard;
          worker.on('message', (message) => { heard = message; if (how === 'terminate') worker.terminate(); });
          worker.on('error', () => {});
          worker.on('exit', () => resolve(heard));
        });
        ones([2]).sum().item();
        await run('end');
        const before = rss();
        const heard = [];
        // Each holds 100 MB: what eight leave behind would be seen.
        for (let round = 0; round < 2; round++) for (const how of ['end', 'exit', 'throw', 'terminate']) heard.push(await run(how));
        const after = rss();
        const kept = [];
        let limited;
        try { for (;;) kept.push(ones([2 ** 24])); } catch (error) { kept.pop(); limited = error.name; }
        const crowded = await run('end'); // this thread holds nearly all there is
        console.log(JSON.stringify({ heard, grown: after - before, limited, crowded }));
      } else {
        const { ones } = await import('hone');
        try {
          globalThis.keep = ones([100, 2 ** 18]);
          globalThis.keep.add_(1);
          parentPort.postMessage(globalThis.keep.at(0, 0).item());
        } catch (error) {
          parentPort.postMessage(error.message);
        }
        if (workerData === 'exit') process.exit(3);
        if (workerData === 'throw') throw new Error('on purpose');
        if (workerData === 'terminate') setInterval(() => {}, 1000);
      }`,
        { HONE_ENGINE: 'native' },
      );
      expect(errors).toBe('');
      const { heard, grown, limited, crowded } = JSON.parse(out) as { heard: number[]; grown: number; limited: string; crowded: string };
      expect(heard).toEqual(new Array(8).fill(2));
      expect(grown).toBeLessThan(250);
      expect(limited).toBe('OutOfMemoryError');
      expect(crowded).toMatch(
        /^ones: .*in use here, .* in other threads, and the native engine may take|^cannot allocate 100 MB: .* in other threads,/,
      );
    },
  );

  it.skipIf(!hasNative)('setNumThreads holds for the thread that calls it', async () => {
    const { out } = await node(
      `
      import { isMainThread, parentPort, Worker } from 'node:worker_threads';
      import { getNumThreads, setNumThreads } from 'hone';
      if (isMainThread) {
        setNumThreads(3);
        const worker = new Worker(new URL(import.meta.url));
        worker.on('message', (seen) => console.log(JSON.stringify([...seen, getNumThreads()])));
      } else {
        const first = getNumThreads();
        setNumThreads(1);
        parentPort.postMessage([first, getNumThreads()]);
      }`,
      { HONE_ENGINE: 'native', HONE_THREADS: '2' },
    );
    expect(JSON.parse(out)).toEqual([2, 1, 3]);
  });
});

describe('the WebAssembly engine', () => {
  const isaOf = async (prepare: string) => {
    const { out, errors } = await node(
      `import { engineInfo, ones, setWasmUrl } from 'hone'; ${prepare} console.log(engineInfo().isa, ones([2]).sum().item());`,
      { HONE_ENGINE: 'wasm', HONE_THREADS: '2' },
    );
    return errors === '' ? out.trim() : /\w*Error: .*/.exec(errors)![0];
  };
  it('takes the better build that the host runs, and another where one is missing or broken', async () => {
    const file = (name: string) => join(home, 'dist/wasm', name);
    const restore = (name: string) => cpSync(join(root, 'dist/wasm', name), file(name));
    const info = (threads: number) => isaOf(`if (engineInfo().threads !== ${threads}) console.log(engineInfo());`);
    expect(await info(2)).toBe('relaxed-simd 2');
    writeFileSync(file('hone-relaxed.wasm'), gzipSync(readFileSync(join(root, 'dist/wasm/hone-relaxed.wasm'))));
    expect(await info(2)).toBe('relaxed-simd 2');
    writeFileSync(file('hone-relaxed.wasm'), 'no such thing');
    expect(await info(1)).toBe('simd128 2');
    rmSync(file('hone-simd.wasm'));
    restore('hone-relaxed.wasm');
    expect(await info(2)).toBe('relaxed-simd 2');
    restore('hone-simd.wasm');
  });

  it('has threads that the program does not wait for, however it ends', async () => {
    const program =
      "import { getNumThreads, ones } from 'hone'; const a = ones([256, 256]); for (let i = 0; i < 20; i++) a.matmul(a).dispose();";
    const ended = { code: 0, out: '2\n', errors: '' };
    for (const end of ['', 'process.exit();', 'setTimeout(() => process.exit(), 100);'])
      expect(await node(`${program} console.log(getNumThreads()); ${end}`, { HONE_ENGINE: 'wasm', HONE_THREADS: '2' })).toEqual(ended);
  });

  it('comes from where setWasmUrl says', async () => {
    const folder = join(stage.folder, 'moved');
    cpSync(join(root, 'dist/wasm'), folder, { recursive: true });
    const path = JSON.stringify(join(folder, 'hone-simd.wasm'));
    expect(await isaOf(`setWasmUrl(${path});`)).toBe('simd128 2');
    expect(await isaOf(`setWasmUrl(new URL('./moved/hone-simd.wasm', import.meta.url));`)).toBe('simd128 2');
    expect(await isaOf(`setWasmUrl(new URL('./moved/', import.meta.url));`)).toBe('relaxed-simd 2');
    expect(await isaOf(`import { readFileSync } from 'node:fs'; setWasmUrl(new Uint8Array(readFileSync(${path})));`)).toBe('simd128 2');
    expect(await isaOf(`import { readFileSync } from 'node:fs'; setWasmUrl(new WebAssembly.Module(readFileSync(${path})));`)).toBe(
      'simd128 2',
    );
    expect(await isaOf("setWasmUrl('nowhere.wasm');")).toMatch(
      /^EngineError: wasm engine: it is not at nowhere\.wasm\. .*setWasmUrl: check the path/,
    );
    expect(await isaOf("setWasmUrl('https://example.org/hone-simd.wasm');")).toMatch(/^EngineError: .*Node loads its engine from a file/);
    expect(await isaOf('setWasmUrl(5);')).toMatch(/^ArgumentError: setWasmUrl: got a value of type number/);
    expect(await isaOf("engineInfo(); setWasmUrl('late.wasm');")).toMatch(
      /^EngineError: setWasmUrl: the WebAssembly engine is loaded already/,
    );
  });
});

describe('each entry of the package', () => {
  it.each([
    ['hone', 'zeros([2]).add(1).toArray()', 'zeros'],
    ['hone/data', 'defaultCollate([1, 2]).add(0).toArray()', 'defaultCollate'],
    [
      'hone/formats',
      'loadBytes(saveBytes({ x: decodeIdx(new Uint8Array([0, 0, 8, 1, 0, 0, 0, 1, 7])) })).x.mul(2).unsqueeze(1).toArray()',
      'decodeIdx, loadBytes, saveBytes',
    ],
    ['hone/report', 'lineChart({ title: "a", xName: "epoch", series: [{ name: "loss", values: [1, 2, 3] }] }).width', 'lineChart'],
    ['hone/vision', 'new datasets.Digits({}, new Uint8Array(785 * 10)).get(0)[0].shape', 'datasets'],
    ['hone/vision', 'digits({ train: false }).length', 'digits'],
    ['hone/train', 'accuracy().name', 'accuracy'],
    ['hone/tensorboard', 'SummaryWriter.className', 'SummaryWriter'],
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

  it('a loader has workers, whose data set a module makes', async () => {
    writeFileSync(
      join(stage.folder, 'draws.mjs'),
      `
      import { rand } from 'hone';
      import { getWorkerInfo } from 'hone/data';
      export default (length) => ({ length, get: (i) => [i, rand([1]), getWorkerInfo()?.id ?? -1, getWorkerInfo()?.dataset.length ?? 0] });`,
    );
    const { code, out, errors } = await node(
      `
      import { manualSeed } from 'hone';
      import { DataLoader, ModuleDataset } from 'hone/data';
      const data = await ModuleDataset.load(new URL('./draws.mjs', import.meta.url), 10);
      manualSeed(7);
      const batches = [];
      for await (const batch of new DataLoader(data, { batchSize: 2, shuffle: true, numWorkers: 2 }))
        batches.push(batch.map((x) => x.flatten().toArray().map((n) => Number(n.toFixed(6)))));
      console.log(JSON.stringify(batches.slice(0, 3)));`,
      { HONE_ENGINE },
    );
    expect(errors).toBe('');
    expect(code).toBe(0);
    // torch.manual_seed(7); DataLoader(…, batch_size=2, shuffle=True, num_workers=2) over ten samples (i, torch.rand(1), worker id, 10).
    expect(JSON.parse(out)).toEqual([
      [
        [3, 2],
        [0.116625, 0.134144],
        [0, 0],
        [10, 10],
      ],
      [
        [7, 8],
        [0.31484, 0.280845],
        [1, 1],
        [10, 10],
      ],
      [
        [6, 1],
        [0.806562, 0.837458],
        [0, 0],
        [10, 10],
      ],
    ]);
  });

  it('image files need sharp, and say so, also where broken ones are to be left out', async () => {
    const fixtures = JSON.stringify(join(root, 'conformance/fixtures/images'));
    const { out } = await node(`
      import { DataLoader } from 'hone/data';
      import { datasets, readImage, transforms } from 'hone/vision';
      const say = ({ name, message }) => console.log(name + ': ' + message);
      await readImage(${fixtures} + '/rgb.png').catch(say);
      console.log(String(await readImage(${fixtures} + '/rgb.bmp')));
      const photos = new datasets.ImageFolder(${fixtures} + '/photos', { transform: new transforms.ToTensor(), onError: 'skip' });
      for (const numWorkers of [0, 1])
        try {
          for await (const batch of new DataLoader(photos, { numWorkers })) console.log(batch);
        } catch (error) {
          say(error);
        }
    `);
    const first = join(root, 'conformance/fixtures/images/photos/a/0.jpg');
    const missing = 'the package sharp, which decodes images, is not installed, or does not run here. Run npm install sharp.';
    expect(out.split('\n')).toEqual([
      `FileError: readImage: ${missing}`,
      '<Image mode=RGB size=17x13>',
      `FileError: ImageFolder: ${missing} (${first})`,
      `WorkerError: DataLoader: worker 0 could not load sample 0 (${first}): FileError: ImageFolder: ${missing}`,
      '',
    ]);
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
