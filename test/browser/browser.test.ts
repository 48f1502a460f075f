/** Hone in a real browser: the same results as Node's WebAssembly engine, training, memory, and how errors read there. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { engineInfo, setEngine } from 'hone';
import { digitsBytes } from 'hone/vision';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type WasmFile, wasmFiles } from '../../src/engine/wasm/wasm-file.js';
import { launch } from './chromium.js';
import { essentials } from './page/essentials.js';
import type { Program } from './page/main.js';
import { smallStudy } from './page/study.js';
import { trainByFit } from './page/training.js';
import { type Served, type Server, serve } from './serve.js';
import { bundle, root, type Stage, stagePackage } from './stage.js';

declare const program: Program;

const html: Served = {
  type: 'text/html',
  body: '<!doctype html><title>Hone</title><link rel="icon" href="data:,"><script type="module" src="app/main.js"></script>',
};

/** What isolates a page from other origins. */
const ISOLATION = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };

/** The build that Node runs, without threads. */
const wasmFile = (): WasmFile => wasmFiles()[0]!;

function wasm(name: string, type = 'application/wasm'): Served {
  const file = join(root, 'dist/wasm', name);
  if (!existsSync(file)) throw new Error(`${file} is missing: npm run build makes it`);
  return { type, body: readFileSync(file) };
}

describe.skipIf(process.env['HONE_SKIP_BROWSER'] === '1')('in Chromium', { timeout: 60_000 }, () => {
  const files = new Map<string, Served>();
  let stage: Stage;
  let server: Server;
  let browser: Browser;

  const { name: engine } = engineInfo();
  beforeAll(async () => {
    setEngine('wasm');
    stage = await stagePackage();
    const { outputFiles } = await bundle(stage, { file: join(root, 'test/browser/page/main.ts') });
    const code: Served = { type: 'text/javascript', body: outputFiles.find(({ path }) => path.endsWith('.js'))!.text };
    for (const place of ['', '/isolated', '/plain-type', '/front-page', '/nothing', '/broken']) {
      files.set(`${place}/`, html);
      files.set(`${place}/app/main.js`, code);
    }
    files.set('/isolated/', { ...html, headers: ISOLATION });
    files.set('/isolated/wasm/hone-relaxed.wasm', wasm('hone-relaxed.wasm'));
    // The build that Node runs too, and no other: results must agree to the bit.
    files.set(`/wasm/${wasmFile()}`, wasm(wasmFile()));
    const demo = await bundle(stage, { file: join(root, 'examples/browser/main.ts') });
    files.set('/demo/', { type: 'text/html', body: readFileSync(join(root, 'examples/browser/index.html')) });
    files.set('/demo/app/main.js', { type: 'text/javascript', body: demo.outputFiles[0]!.text });
    files.set('/demo/digits.gz', { type: 'application/octet-stream', body: readFileSync(join(root, 'dist/digits.gz')) });
    files.set(`/demo/wasm/${wasmFile()}`, wasm(wasmFile()));
    files.set('/digits.bin', { type: 'application/octet-stream', body: digitsBytes() });
    files.set('/plain-type/wasm/hone-simd.wasm', wasm('hone-simd.wasm', 'application/octet-stream'));
    files.set('/front-page/wasm/hone-simd.wasm', html);
    files.set('/broken/wasm/hone-simd.wasm', { type: 'application/wasm', body: wasm('hone-simd.wasm').body.slice(0, 2000) });
    server = await serve(files);
    browser = await launch();
  }, 60_000);

  afterAll(async () => {
    setEngine(engine);
    await browser?.close();
    await server?.close();
    stage?.remove();
  });

  /** A page whose program has started. */
  async function open(place = '/'): Promise<Page> {
    const page = await browser.newPage();
    await page.addInitScript(() => {
      const { Instance } = WebAssembly;
      WebAssembly.Instance = class extends Instance {
        constructor(module: WebAssembly.Module, imports?: WebAssembly.Imports) {
          super(module, imports);
          Object.assign(globalThis, { wasmMemory: imports?.['env']?.['memory'] ?? this.exports['memory'] });
        }
      };
    });
    await page.goto(server.origin + place);
    await page.waitForFunction(() => 'program' in globalThis);
    return page;
  }

  /** What a page is told that makes a tensor where no engine is. */
  async function failure(place: string): Promise<{ now: string; later: string }> {
    const page = await open(place);
    const failures = await page.evaluate(() => program.engineFailures());
    await page.close();
    return failures;
  }

  /** A page of one program that leaves its result in `globalThis.result`: bundled as `format`, the engine served from `folder`. */
  async function show(name: string, text: string, format: 'esm' | 'iife' = 'esm', engine = false): Promise<Page> {
    const { outputFiles } = await bundle(stage, { text }, { format, engine });
    files.set(`/${name}/`, html);
    files.set(`/${name}/app/main.js`, { type: 'text/javascript', body: outputFiles[0]!.text });
    const page = await browser.newPage();
    await page.goto(`${server.origin}/${name}/`);
    return page;
  }

  it('computes what Node computes, to the bit', async () => {
    const page = await open();
    const isa = wasmFile() === 'hone-simd.wasm' ? 'simd128' : 'relaxed-simd';
    expect(await page.evaluate(() => program.engine())).toMatchObject({ name: 'wasm', isa, threads: 1 });
    const there = await page.evaluate(() => program.essentials());
    const here = essentials();
    expect(Object.keys(there)).toEqual(Object.keys(here));
    expect(there).toEqual(here);
    expect(there).toMatchObject({ gradcheck: 'true', gradgradcheck: 'true', roundTrip: 'true' });
    expect(there['promotion']).toBe(`float32 [2, 3] ${['0000d040', '0000c03f', '0000b040', '00006040', '00001841', '0000c0bf'].join('')}`);
    expect(there['floats']).toBe('tensor([[ 1.0000e+00, -5.0000e-01],\n        [ 1.0000e-03,  2.2000e+01]])');
    expect(there['shape']).toMatch(/^ShapeError SHAPE: add: .*\[2, 3\].*\[2, 4\]/);
    await page.close();
  });

  it('runs a study, to the figures that Node comes to', async () => {
    const page = await open();
    const there = (await page.evaluate(() => program.smallStudy())) as {
      variants: { runs: { failed?: string }[] }[];
      verdict: { words: string[] };
    };
    expect(there.verdict.words[0]).toContain('with 2 seeds no test can decide this: at least 6 are needed');
    expect(there.variants.map(({ runs }) => runs.map(({ failed }) => failed))).toEqual([
      [undefined, undefined],
      [undefined, undefined],
    ]);
    expect(there).toEqual(await smallStudy());
    await page.close();
  });

  it('has threads in a page that is isolated from other origins, and comes to the same bits with two as with one', async () => {
    const page = await open('/isolated/');
    const cores = await page.evaluate(() => navigator.hardwareConcurrency);
    expect(await page.evaluate(() => program.ready())).toMatchObject({ isa: 'relaxed-simd', threads: cores });
    const [one, none] = [await page.evaluate(() => program.trainWith(1)), page.workers().length];
    const [two, some] = [await page.evaluate(() => program.trainWith(2)), page.workers().length];
    expect([one.threads, none, two.threads, some]).toEqual([1, 0, 2, 1]);
    expect(two.losses).toEqual(one.losses);
    expect(two.weights).toEqual(one.weights);
    await page.close();
  });

  it('says what to do where browsers differ: files, and memory', async () => {
    const page = await open();
    const { save, load, memory } = await page.evaluate(() => program.browserRefusals());
    expect(save).toMatch(/^FileError FILE: save: browsers cannot write model\.safetensors\. .*saveBytes.*Blob/);
    expect(load).toMatch(/^FileError FILE: load: browsers cannot open model\.safetensors\. Fetch the bytes, then .*loadBytes/);
    expect(memory).toMatch(
      /^OutOfMemoryError OUT_OF_MEMORY: cannot allocate 3\.6 TB: .* In a browser .* for await \(const batch of loader\)/,
    );
    await page.close();
  });

  it('trains on real digits by fit and by hand, with the losses of Node, and the page stays alive', async () => {
    const page = await open();
    const byFit = await page.evaluate(() => program.trainByFit());
    const byHand = await page.evaluate(() => program.trainByHand());
    expect(byFit.result.accuracy).toBeGreaterThan(0.85);
    expect(byFit.result.losses).toHaveLength(250);
    expect(byHand).toEqual(byFit.result);
    expect(byFit.result).toEqual(await trainByFit(digitsBytes()));
    // fit pauses every 50 ms; four times as much leaves room for a busy machine.
    expect(byFit.rings).toBeGreaterThan(byFit.milliseconds / 200);
    expect(byFit.longestGap).toBeLessThan(500);
    await page.close();
  });

  it('keeps memory flat in a long loop that frees nothing by hand', async () => {
    const page = await open();
    const memory = await page.evaluate(() => program.trainLong(2000));
    expect(memory.handedOut).toBeGreaterThan(2e9);
    expect(memory.peakAtEnd).toBeLessThanOrEqual(1.1 * memory.peakAtTenth);
    expect(memory.sizeAtEnd).toBeLessThanOrEqual(1.1 * memory.sizeAtTenth);
    expect(memory.sizeAtEnd).toBeLessThan(300e6);
    await page.close();
  });

  it('shows errors by name in the console', async () => {
    const page = await open();
    const thrown = page.waitForEvent('pageerror');
    await page.evaluate(() => program.fail());
    const { name, message } = await thrown;
    expect(name).toBe('ShapeError');
    expect(message).toMatch(/^add: .*\[2\].*\[3\]/);
    await page.close();
  });

  it('runs the plain SIMD build where the relaxed one is missing, whatever type the server says', async () => {
    const before = server.requests.length;
    const page = await open('/plain-type/');
    expect(await page.evaluate(() => program.ready())).toMatchObject({ isa: 'simd128' });
    expect(await page.evaluate(() => program.essentials())).toMatchObject({ gradcheck: 'true', gradgradcheck: 'true', roundTrip: 'true' });
    expect(server.requests.slice(before).filter((path) => path.endsWith('.wasm'))).toEqual([
      '/plain-type/wasm/hone-relaxed.wasm',
      '/plain-type/wasm/hone-simd.wasm',
    ]);
    await page.close();
  });

  it('says why there is no engine', async () => {
    const missing = await failure('/nothing/');
    for (const message of [missing.now, missing.later])
      expect(message).toMatch(
        /^EngineError: wasm engine: .*\/nothing\/wasm\/hone-simd\.wasm answered 404 Not Found.*dist\/wasm.*setWasmUrl/,
      );
    const frontPage = await failure('/front-page/');
    for (const message of [frontPage.now, frontPage.later])
      expect(message).toMatch(/hone-simd\.wasm is not WebAssembly \(\d+ bytes, text\/html\)/);
    const broken = await failure('/broken/');
    expect(broken.now).toMatch(/hone-simd\.wasm does not load: WebAssembly\.Module\(\)/);
    expect(broken.later).toMatch(/hone-simd\.wasm does not load: WebAssembly\.compile/);
  });

  it.each(['esm', 'iife'] as const)('runs the copy within a program (%s) whose bundler left the files behind', async (format) => {
    const program = `import { engineInfo, ones, ready } from 'hone';
      const said = [];
      console.warn = (text) => said.push(text);
      ready().then(() => { globalThis.result = [engineInfo().isa, ones([3]).add(1).sum().item(), ...said]; });`;
    const page = await show(`copy-${format}`, program, format, true);
    const [isa, sum, ...said] = await page.waitForFunction('globalThis.result').then((result) => result.jsonValue() as Promise<unknown[]>);
    expect([isa, sum]).toEqual(['simd128', 6]);
    expect(said).toHaveLength(wasmFile() === 'hone-simd.wasm' ? 0 : 1);
    for (const text of said)
      expect(text).toMatch(/^hone: .*not found \(.*\), so the copy within the program runs, which is slower.*dist\/wasm.*setWasmUrl\.$/);
    await page.close();
  });

  it('computes in the first lines of a page, before the engine could arrive', async () => {
    const page = await show('at-once', "import { ones } from 'hone'; globalThis.result = ones([3]).add(1).sum().item();");
    files.set(`/at-once/wasm/${wasmFile()}`, wasm(wasmFile()));
    await page.reload();
    expect(await page.waitForFunction('globalThis.result').then((result) => result.jsonValue())).toBe(6);
    await page.close();
  });

  it('takes the engine from where setWasmUrl says: a file, a folder, bytes; only before it is loaded', async () => {
    files.set('/elsewhere/engine-4711.wasm', wasm('hone-simd.wasm'));
    files.set('/elsewhere/both/hone-simd.wasm', wasm('hone-simd.wasm'));
    files.set('/elsewhere/both/hone-relaxed.wasm', wasm('hone-relaxed.wasm'));
    const program = (source: string) => `
      import { ones, ready, setWasmUrl } from 'hone';
      setWasmUrl(${source});
      const { isa } = await ready();
      let late;
      try { setWasmUrl('/x.wasm'); } catch (error) { late = error.name + ': ' + error.message; }
      globalThis.result = [isa, ones([2]).sum().item(), late];`;
    const sources = {
      file: ["'/elsewhere/engine-4711.wasm'", 'simd128'],
      folder: ["'../elsewhere/both/'", 'relaxed-simd'],
      url: ["new URL('/elsewhere/engine-4711.wasm', location.href)", 'simd128'],
      bytes: ["await (await fetch('/elsewhere/engine-4711.wasm')).arrayBuffer()", 'simd128'],
    };
    for (const [name, [source, isa]] of Object.entries(sources)) {
      const before = server.requests.length;
      const page = await show(`set-${name}`, program(source!));
      expect(await page.waitForFunction('globalThis.result').then((result) => result.jsonValue())).toEqual([
        isa,
        2,
        expect.stringMatching(/^EngineError: setWasmUrl: the WebAssembly engine is loaded already/),
      ]);
      // Only the bytes that the program itself awaits leave time for the usual address to be asked.
      if (name !== 'bytes')
        expect(server.requests.slice(before).filter((path) => path.endsWith('.wasm') && !path.startsWith('/elsewhere/'))).toEqual([]);
      await page.close();
    }
  });

  it.each(['module', 'classic'] as const)('runs in a %s worker, bundled for it, at once and after ready()', async (type) => {
    const worker = await bundle(
      stage,
      {
        text: `
        import { engineInfo, nn, ready, setWasmUrl } from 'hone';
        setWasmUrl('/elsewhere/both/');
        onmessage = ({ data }) => {
          const here = () => postMessage([nn.functional.relu(new nn.Linear(4, 2).forward(hone.ones([data, 4]))).shape, engineInfo().name]);
          if (data === 1) here();
          else ready().then(here);
        };
        import * as hone from 'hone';`,
      },
      { format: type === 'classic' ? 'iife' : 'esm' },
    );
    files.set('/elsewhere/both/hone-simd.wasm', wasm('hone-simd.wasm'));
    files.set('/elsewhere/both/hone-relaxed.wasm', wasm('hone-relaxed.wasm'));
    files.set(`/worker-${type}/worker.js`, { type: 'text/javascript', body: worker.outputFiles[0]!.text });
    const page = await show(
      `worker-${type}`,
      `
      for (const size of [1, 2]) {
        const worker = new Worker('worker.js', { type: '${type}' });
        worker.onmessage = ({ data }) => { (globalThis.results ??= []).push(data); };
        worker.onerror = ({ message }) => { (globalThis.results ??= []).push(message); };
        worker.postMessage(size);
      }`,
    );
    const results = await page
      .waitForFunction('globalThis.results?.length === 2 && globalThis.results')
      .then((result) => result.jsonValue());
    expect((results as unknown[]).sort()).toEqual([
      [[1, 2], 'wasm'],
      [[2, 2], 'wasm'],
    ]);
    await page.close();
  });

  it('runs the demo page: trains, and reads a digit that is drawn', async () => {
    const page = await browser.newPage();
    const problems: string[] = [];
    page.on('pageerror', ({ message }) => problems.push(message));
    await page.goto(`${server.origin}/demo/`);
    await page.click('#train');
    await page.waitForFunction(() => document.getElementById('epoch')!.textContent === '5 / 5');
    await page.waitForSelector('#train:enabled');
    expect(Number.parseFloat((await page.textContent('#accuracy'))!)).toBeGreaterThan(85);
    // A seven.
    const { x, y, width } = (await page.locator('#pad').boundingBox())!;
    const corners = [
      [0.3, 0.25],
      [0.7, 0.25],
      [0.45, 0.8],
    ].map(([right, down]) => [x + width * right!, y + width * down!] as const);
    await page.mouse.move(...corners[0]!);
    await page.mouse.down();
    for (const corner of corners.slice(1)) await page.mouse.move(...corner, { steps: 5 });
    await page.mouse.up();
    expect(await page.textContent('#verdict')).toMatch(/^A 7: \d+\.\d % sure\.$/);
    await page.click('#clear');
    expect(await page.textContent('#verdict')).toBe('Draw with the mouse or a finger.');
    await page.click('#sample');
    expect(await page.textContent('#verdict')).toMatch(/^A \d: \d+\.\d % sure\.$/);
    expect(problems).toEqual([]);
    expect(await page.isHidden('#problem')).toBe(true);
    await page.close();
  });
});
