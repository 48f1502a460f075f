/** Loaders with web workers in a real browser: the same batches as in Node. */
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { manualSeed, type Tensor } from 'hone';
import { DataLoader } from 'hone/data';
import { datasets, type Image, transforms } from 'hone/vision';
import type { Browser } from 'playwright-core';
import { build as buildWithVite } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wasmFiles } from '../../src/engine/wasm/wasm-file.js';
import { joinSource } from '../helpers/joined-source.js';
import { launch } from './chromium.js';
import { type Served, type Server, serve } from './serve.js';
import { bundle, root, type Stage, stagePackage } from './stage.js';

const html: Served = {
  type: 'text/html',
  body: '<!doctype html><link rel="icon" href="data:,"><script type="module" src="app/main.js"></script>',
};
const js = (body: string): Served => ({ type: 'text/javascript', body });

/** Twelve fake images through random transforms, by two workers; a function and a class of Hone's cross to them. */
const program = (more = '') => `
  import { manualSeed } from 'hone';
  import { DataLoader, setWorkerUrl } from 'hone/data';
  import { datasets, transforms } from 'hone/vision';
  ${more}
  const { Compose, RandomCrop, RandomHorizontalFlip, Lambda, ToTensor } = transforms;
  const transform = new Compose([new RandomCrop(5), new RandomHorizontalFlip(), new Lambda((x) => x.rotate(90)), new ToTensor()]);
  manualSeed(3);
  const loader = new DataLoader(new datasets.FakeData(12, [3, 6, 7], 10, { transform }), { batchSize: 4, shuffle: true, numWorkers: 2, timeout: 40 });
  try {
    const found = [];
    for await (const [x, y] of loader) found.push([x.flatten().toArray(), y.toArray()]);
    globalThis.result = found;
  } catch (error) {
    globalThis.result = error.name + ': ' + error.message;
  }`;

async function here(): Promise<unknown> {
  const { Compose, RandomCrop, RandomHorizontalFlip, Lambda, ToTensor } = transforms;
  const turned = new Lambda((x: Image) => x.rotate(90));
  const transform = new Compose([new RandomCrop(5), new RandomHorizontalFlip(), turned, new ToTensor()]);
  manualSeed(3);
  const dataset = new datasets.FakeData(12, [3, 6, 7], 10, { transform: transform as never });
  const loader = new DataLoader<never, [Tensor, Tensor]>(dataset as never, { batchSize: 4, shuffle: true, numWorkers: 2 });
  const found: unknown[] = [];
  for await (const [x, y] of loader) found.push([x.flatten().toArray(), y.toArray()]);
  return found;
}

describe.skipIf(process.env['HONE_SKIP_BROWSER'] === '1')('loaders in Chromium', { timeout: 120_000 }, () => {
  const files = new Map<string, Served>();
  let stage: Stage;
  let server: Server;
  let browser: Browser;
  let worker: string;

  beforeAll(async () => {
    await joinSource([]);
    stage = await stagePackage();
    worker = (await bundle(stage, { text: "import 'hone/loader-worker';" })).outputFiles.find(({ path }) => path.endsWith('.js'))!.text;
    server = await serve(files);
    browser = await launch();
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    stage?.remove();
  });

  async function result(path: string): Promise<unknown> {
    const page = await browser.newPage();
    const failed = new Promise<never>((_, reject) => page.once('pageerror', reject));
    const found = (async () => {
      await page.goto(server.origin + path);
      return (await page.waitForFunction('globalThis.result', undefined, { timeout: 60_000 })).jsonValue();
    })();
    try {
      return await Promise.race([found, failed]);
    } finally {
      await page.close();
    }
  }

  async function page(name: string, text: string): Promise<unknown> {
    const { outputFiles } = await bundle(stage, { text });
    files.set(`/a/${name}/`, html);
    files.set(`/a/${name}/app/main.js`, js(outputFiles.find(({ path }) => path.endsWith('.js'))!.text));
    const wasm = wasmFiles()[0]!;
    files.set(`/a/${name}/wasm/${wasm}`, { type: 'application/wasm', body: readFileSync(join(root, 'dist/wasm', wasm)) });
    return result(`/a/${name}/`);
  }

  it('give what workers give in Node, their program being named or beside the code', async () => {
    const expected = await here();
    files.set('/elsewhere/work.js', js(worker));
    expect(await page('named', program("setWorkerUrl('/elsewhere/work.js');"))).toEqual(expected);
    files.set('/a/vision/worker-index.js', js(worker));
    expect(await page('beside', program())).toEqual(expected);
  });

  it('say where their program is missing, and what went wrong in it', async () => {
    files.delete('/a/vision/worker-index.js');
    expect(await page('missing', program())).toMatch(
      /^WorkerError: DataLoader: worker [01] ended while it loaded samples \[.*EngineError: .*its program cannot be loaded\. Bundle hone\/loader-worker .*setWorkerUrl/,
    );
    files.set('/elsewhere/work.js', js(worker));
    const failing = program("setWorkerUrl('/elsewhere/work.js');").replace('x.rotate(90)', 'x.rotate(angle)');
    expect(await page('failing', failing)).toMatch(
      /^WorkerError: DataLoader: worker 0 could not load sample \d+: ReferenceError: angle is not defined\. Functions cross/,
    );
  });

  it('find their program in what Vite bundles', async () => {
    cpSync(join(root, 'dist/wasm'), join(stage.folder, 'node_modules/hone/dist/wasm'), { recursive: true });
    const app = join(stage.folder, 'vite');
    mkdirSync(app);
    writeFileSync(join(app, 'index.html'), '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/main.js"></script>');
    writeFileSync(join(app, 'main.js'), program());
    await buildWithVite({ root: app, base: '/vite/', configFile: false, logLevel: 'silent', build: { target: 'es2022' } });
    const out = join(app, 'dist');
    const types: Record<string, string> = { html: 'text/html', js: 'text/javascript', wasm: 'application/wasm' };
    for (const name of readdirSync(out, { recursive: true, encoding: 'utf8' })) {
      const type = types[name.split('.').pop()!];
      if (type) files.set(`/vite/${name}`, { type, body: readFileSync(join(out, name)) });
    }
    files.set('/vite/', files.get('/vite/index.html')!);
    expect(await result('/vite/')).toEqual(await here());
  });
});
