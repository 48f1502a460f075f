/** Photos in a real browser: files decoded as Node decodes them, folders of them, and the page that trains on dropped-in photos. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeImage, Image } from 'hone/vision';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wasmFiles } from '../../src/engine/wasm/wasm-file.js';
import { launch } from './chromium.js';
import { type Served, type Server, serve } from './serve.js';
import { bundle, root, type Stage, stagePackage } from './stage.js';

const FIXTURES = join(root, 'conformance/fixtures/images');

interface Expected {
  readonly size: readonly number[];
  readonly rgb: string;
  readonly turnedSize?: readonly number[];
  readonly turned?: string;
}
const { files: expected } = JSON.parse(readFileSync(join(FIXTURES, 'expected.json'), 'utf8')) as { files: Record<string, Expected> };

/** What a page says of an image. */
interface Seen {
  readonly mode?: string;
  readonly size?: readonly number[];
  readonly sha?: string;
  readonly error?: string;
}

const PROGRAM = `
  import { manualSeed } from 'hone';
  import { DataLoader, setWorkerUrl } from 'hone/data';
  import { readImage, encodeImage, Image, datasets, transforms } from 'hone/vision';
  setWorkerUrl('/work.js');
  const sha = async (bytes) => Array.from(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)), (b) => b.toString(16).padStart(2, '0')).join('');
  globalThis.program = {
    async read(name, options, most) {
      let bytes = new Uint8Array(await (await fetch('/images/' + name)).arrayBuffer());
      if (most !== undefined) bytes = bytes.subarray(0, most * bytes.length);
      try {
        const image = await readImage(bytes, options);
        return { mode: image.mode, size: image.size, sha: await sha(image.data) };
      } catch (error) {
        return { error: error.name + ': ' + error.message };
      }
    },
    async roundTrip(mode, channels) {
      const data = Uint8Array.from({ length: 6 * channels }, (_, i) => (channels % 2 === 0 && i % channels === channels - 1 ? 255 : 40 * i));
      const back = await readImage(await encodeImage(new Image(mode, [3, 2], data)), { mode });
      return [...back.data].join() === [...data].join();
    },
    /** Batches of files, one of them broken, by so many workers. */
    async batches(numWorkers) {
      const files = [{ path: 'b/broken.png', file: new Blob(['no photo']) }];
      for (const name of ['rgb.png', 'grey.png', 'rgba.png', 'la.png', 'subsampled-0.jpg', 'progressive.jpg'])
        files.push({ path: (files.length < 4 ? 'a/' : 'b/') + name, file: await (await fetch('/images/' + name)).blob() });
      const transform = new transforms.Compose([new transforms.RandomCrop(9), new transforms.ToTensor()]);
      const data = new datasets.ImageFolder(files, { transform, onError: 'skip' });
      manualSeed(5);
      const found = [];
      for await (const [x, y] of new DataLoader(data, { batchSize: 3, numWorkers })) found.push([x.shape, y.toArray(), x.sum().item() > 0]);
      return [found, data.skipped.map(({ path }) => path)];
    },
    async missing() {
      try { await readImage('/images/nothing.png'); } catch (error) { return error.name + ': ' + error.message; }
    },
    folder: () => { try { new datasets.ImageFolder('./photos'); } catch (error) { return error.name + ': ' + error.message; } },
  };`;

declare const program: {
  read(name: string, options?: object, most?: number): Promise<Seen>;
  roundTrip(mode: string, channels: number): Promise<boolean>;
  batches(numWorkers: number): Promise<unknown>;
  missing(): Promise<string>;
  folder(): string;
};

describe.skipIf(process.env['HONE_SKIP_BROWSER'] === '1')('photos in Chromium', { timeout: 60_000 }, () => {
  const files = new Map<string, Served>();
  let stage: Stage;
  let server: Server;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    stage = await stagePackage();
    const served = (body: string | Uint8Array, type: string): Served => ({ body, type });
    const { outputFiles } = await bundle(stage, { text: PROGRAM });
    const worker = await bundle(stage, { text: "import 'hone/loader-worker';" });
    files.set('/work.js', served(worker.outputFiles[0]!.text, 'text/javascript'));
    files.set('/', served('<!doctype html><link rel="icon" href="data:,"><script type="module" src="app/main.js"></script>', 'text/html'));
    files.set('/app/main.js', served(outputFiles[0]!.text, 'text/javascript'));
    for (const name of wasmFiles()) files.set(`/wasm/${name}`, served(readFileSync(join(root, 'dist/wasm', name)), 'application/wasm'));
    for (const name of Object.keys(expected))
      files.set(`/images/${name}`, served(readFileSync(join(FIXTURES, name)), 'application/octet-stream'));
    const demo = await bundle(stage, { file: join(root, 'examples/browser/photos.ts') });
    files.set('/demo/', served(readFileSync(join(root, 'examples/browser/photos.html')), 'text/html'));
    files.set('/demo/app/photos.js', served(demo.outputFiles[0]!.text, 'text/javascript'));
    for (const name of wasmFiles()) files.set(`/demo/wasm/${name}`, files.get(`/wasm/${name}`)!);
    server = await serve(files);
    browser = await launch();
    page = await browser.newPage();
    await page.goto(`${server.origin}/`);
    await page.waitForFunction(() => 'program' in globalThis);
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    stage?.remove();
  });

  /** What this browser cannot read, and grey of 16 bits, of which it keeps the upper half. */
  const differs = (name: string) => name.endsWith('.tif') || name === 'grey16.png';

  it('files are read to the pixels of PIL, upright too', async () => {
    for (const [name, { size, rgb, turned, turnedSize }] of Object.entries(expected)) {
      if (differs(name)) continue;
      const plain = await page.evaluate((name) => program.read(name, { mode: 'RGB' }), name);
      expect(plain, name).toEqual({ mode: 'RGB', size, sha: rgb });
      const upright = await page.evaluate((name) => program.read(name, { mode: 'RGB', exifOrientation: true }), name);
      expect(upright, name).toEqual({ mode: 'RGB', size: turnedSize ?? size, sha: turned ?? rgb });
    }
    const modes = ['grey.png', 'la.png', 'rgba.png', 'rgb.png', 'palette-clear.png', 'grey.jpg'];
    const seen = await page.evaluate((names) => Promise.all(names.map((name) => program.read(name))), modes);
    expect(seen.map(({ mode }) => mode)).toEqual(['L', 'LA', 'RGBA', 'RGB', 'RGBA', 'L']);
  });

  it('files that are cut short, and formats that it does not have, are errors', async () => {
    for (const name of [
      'subsampled-2.jpg',
      'progressive.jpg',
      'rgb.png',
      'lossy.webp',
      'lossless.webp',
      'colours.gif',
      'colours.avif',
      'rgb.bmp',
    ])
      for (const part of [0, 0.05, 0.3, 0.5, 0.9, 0.97]) {
        const { error } = await page.evaluate(([name, part]) => program.read(name, {}, part), [name, part] as const);
        expect(error, `${name}, ${part}`).toMatch(/^FormatError: readImage: .* cannot be read as an image/);
      }
    const { error } = await page.evaluate(() => program.read('plain.tif'));
    expect(error).toContain('this browser does not read TIFF files. Convert them to PNG.');
    expect((await page.evaluate(() => program.read('rgb.png', { maxPixels: 50 }))).error).toContain('17×13 pixels, more than the 50');
  });

  it('files that are not there, folders of a disk', async () => {
    expect(await page.evaluate(() => program.missing())).toMatch(
      /^FileError: readImage: \/images\/nothing\.png cannot be fetched: the server answers 404/,
    );
    expect(await page.evaluate(() => program.folder())).toMatch(
      /^FileError: ImageFolder: browsers cannot open the folder .*webkitdirectory.*fromDirectory/,
    );
  });

  it('images are written and read again', async () => {
    for (const [mode, channels] of [
      ['L', 1],
      ['LA', 2],
      ['RGB', 3],
      ['RGBA', 4],
    ] as const)
      expect(await page.evaluate(([mode, channels]) => program.roundTrip(mode, channels), [mode, channels] as const)).toBe(true);
  });

  it.each([0, 2])('%i workers load the files of a folder', async (numWorkers) => {
    expect(await page.evaluate((n) => program.batches(n), numWorkers)).toEqual([
      [
        [[3, 3, 9, 9], [0, 0, 0], true],
        [[2, 3, 9, 9], [1, 1], true],
        [[1, 3, 9, 9], [1], true],
      ],
      ['b/broken.png'],
    ]);
  });

  /** Folders of photos, red ones and blue ones, and among them a file that is none. */
  async function folders(): Promise<string> {
    const folder = mkdtempSync(join(tmpdir(), 'hone-photos-'));
    for (const [k, name] of ['blue', 'red'].entries()) {
      mkdirSync(join(folder, name));
      for (let i = 0; i < 16; i++) {
        const data = new Uint8Array(3 * 80 * 90);
        for (let at = 0; at < data.length; at++) data[at] = ((at % 3 === 0) === (k === 1) ? 150 : 20) + ((at * (i + 7)) % 60);
        writeFileSync(join(folder, name, `${i}.png`), await encodeImage(new Image('RGB', [80, 90], data)));
      }
    }
    writeFileSync(join(folder, 'red/broken.jpg'), 'no photo');
    writeFileSync(join(folder, 'red/notes.txt'), 'no photo either');
    return folder;
  }

  /** Drops files or folders of the disk onto the page, as a person does. */
  async function dropOnto(page: Page, paths: readonly string[]): Promise<void> {
    const { x, y } = (await page.locator('#drop').boundingBox())!;
    const session = await page.context().newCDPSession(page);
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
      await session.send('Input.dispatchDragEvent', {
        type,
        x: x + 20,
        y: y + 20,
        data: { items: [], files: [...paths], dragOperationsMask: 1 },
      });
  }

  it('the page trains on folders that are dropped into it', async () => {
    const folder = await folders();
    const page = await browser.newPage();
    const problems: string[] = [];
    page.on('pageerror', ({ message }) => problems.push(message));
    await page.goto(`${server.origin}/demo/`);
    await page.waitForFunction(() => document.getElementById('lead')!.textContent!.includes('wasm engine'));
    const found = () => page.textContent('#found');

    await dropOnto(page, [join(folder, 'red')]);
    await page.waitForSelector('#problem:not([hidden])');
    expect(await page.textContent('#problem')).toContain('One class alone teaches nothing');

    await dropOnto(page, [join(folder, 'blue'), join(folder, 'red')]);
    await page.waitForSelector('#train:enabled');
    expect(await found()).toBe('32 photos of 2 classes. 1 cannot be read: red/broken.jpg.');
    expect(await page.locator('.class span').allTextContents()).toEqual(['blue 16', 'red 16']);
    // The folder that holds them says the same.
    await dropOnto(page, [folder]);
    await page.waitForSelector('#train:enabled');
    expect(await found()).toBe('32 photos of 2 classes. 1 cannot be read: red/broken.jpg.');

    await page.click('#train');
    await page.waitForFunction(() => document.getElementById('epoch')!.textContent === '20 / 20');
    await page.waitForSelector('#train:enabled');
    expect(await page.textContent('#accuracy')).toBe('100 %');
    expect(await page.locator('figure').count()).toBe(8);
    expect(await page.locator('figure.wrong').count()).toBe(0);
    await page.setInputFiles('#one', join(folder, 'red/3.png'));
    await page.waitForFunction(() => document.querySelectorAll('figure').length === 9);
    expect(await page.locator('figure b').first().textContent()).toBe('red');
    await page.setInputFiles('#one', join(folder, 'red/broken.jpg'));
    await page.waitForSelector('#problem:not([hidden])');
    expect(await page.textContent('#problem')).toContain('broken.jpg cannot be read as an image');
    expect(problems).toEqual([]);
    await page.close();
    rmSync(folder, { recursive: true });
  });

  it('the page draws patterns for those who have no photos at hand', async () => {
    const page = await browser.newPage();
    await page.goto(`${server.origin}/demo/`);
    await page.click('#shapes');
    await page.waitForSelector('#train:enabled');
    expect(await page.textContent('#found')).toBe('120 photos of 3 classes.');
    await page.click('#train');
    await page.waitForFunction(() => document.getElementById('epoch')!.textContent!.startsWith('2 /'));
    await page.click('#stop');
    await page.waitForSelector('#train:enabled');
    await page.close();
  });
});
