// Pages and servers that bundlers make of a program with Hone, without any configuration: each is opened in Chromium, and trains there.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { delimiter, extname, join } from 'node:path';
import { filesBeneath } from '../bundle.mjs';

const PAGE = `import { engineInfo, manualSeed, nn, optim, ready, tensor } from 'hone';
import { DataLoader, TensorDataset } from 'hone/data';
import { fit } from 'hone/train';

export async function train() {
  await ready();
  manualSeed(0);
  const model = new nn.Sequential(new nn.Linear(2, 8), new nn.Tanh(), new nn.Linear(8, 1));
  const xor = new TensorDataset(tensor([[0, 0], [0, 1], [1, 0], [1, 1]]), tensor([[0], [1], [1], [0]]));
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.1 });
  await fit(model, { train: new DataLoader(xor, { batchSize: 4 }), loss: new nn.MSELoss(), optimizer, epochs: 60, progress: false });
  const { name, isa } = engineInfo();
  return { engine: name, isa, learned: model.forward(tensor([[0, 1]])).item() > 0.8 };
}
`;
const MAIN = `import { train } from './train.js';
train().then((result) => { globalThis.result = result; }, (error) => { globalThis.result = { error: String(error) }; });
`;
const html = (script) => `<!doctype html><meta charset="utf-8"><title>Hone</title><script type="module" src="${script}"></script>`;

const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
  '.gz': 'application/gzip',
};

/** Serves the files of a folder. */
async function serve(folder) {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, 'http://localhost').pathname);
    const file = join(folder, path.endsWith('/') ? `${path}index.html` : path);
    if (!existsSync(file) || !statSync(file).isFile()) return response.writeHead(404).end();
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' }).end(readFileSync(file));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { address: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}

function findChromium() {
  const folders = ['/usr/bin', ...(process.env.PATH ?? '').split(delimiter)];
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  return process.env.CHROMIUM_PATH || names.flatMap((name) => folders.map((folder) => join(folder, name))).find((file) => existsSync(file));
}

/** What a page's training came to. */
async function open(address) {
  const executablePath = findChromium();
  if (executablePath === undefined) return undefined;
  const { chromium } = await import('playwright-core');
  const browser = await chromium.launch({ executablePath, headless: true, args: ['--no-sandbox', '--disable-gpu', '--no-first-run'] });
  try {
    const page = await browser.newPage();
    const said = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(String(error)));
    await page.goto(address);
    const result = await page
      .waitForFunction(() => globalThis.result, undefined, { timeout: 90_000 })
      .then((handle) => handle.jsonValue())
      .catch((error) => ({ error: `${error.message} ${said.join('\n')}` }));
    if (result.error || result.engine !== 'wasm' || !result.learned)
      throw new Error(`the page: ${JSON.stringify(result)} ${said.join('\n')}`);
    return result;
  } finally {
    await browser.close();
  }
}

async function opened(folder) {
  const server = await serve(folder);
  try {
    const result = await open(server.address);
    return result === undefined ? 'built; no Chromium to open it' : `trains in the page (${result.isa})`;
  } finally {
    server.close();
  }
}

const freePort = () => 20_000 + Math.floor(Math.random() * 20_000);

/** A server that a project brings along. */
function start(cwd, command) {
  const server = spawn(process.execPath, command, { cwd, env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' }, stdio: 'pipe' });
  let said = '';
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (text) => (said += text));
  return {
    said: () => said,
    kill: () => server.kill(),
    /** What it answers, once it does; undefined if it has not within half a minute. */
    async answer(address) {
      for (let left = 60; left > 0; left--) {
        const answer = await fetch(address).catch(() => undefined);
        if (answer !== undefined) return answer;
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
      return undefined;
    },
  };
}

/** The engine's files among what a bundler wrote, whatever it calls them. */
const assets = (folder) => filesBeneath(folder).filter((file) => file.endsWith('.gz') && !file.includes('digits'));

/** The cases, by their names. */
export function bundlers({ project, sh }) {
  const install = (place, ...names) => sh(place, ['npm', 'install', '--loglevel=error', 'hone', ...names]);
  const page = (name) => {
    const place = project(name, { type: 'module' });
    writeFileSync(join(place, 'train.js'), PAGE);
    writeFileSync(join(place, 'main.js'), MAIN);
    return place;
  };

  return {
    async Vite() {
      const place = page('vite');
      await install(place, 'vite');
      writeFileSync(join(place, 'index.html'), html('/main.js'));
      await sh(place, ['npx', 'vite', 'build', '--logLevel', 'error']);
      if (assets(join(place, 'dist')).length !== 2)
        throw new Error(`the engine is not among the assets: ${filesBeneath(join(place, 'dist'))}`);
      return opened(join(place, 'dist'));
    },
    async 'webpack 5'() {
      const place = page('webpack');
      await install(place, 'webpack@5', 'webpack-cli');
      await sh(place, ['npx', 'webpack', '--mode', 'production', '--entry', './main.js']);
      writeFileSync(join(place, 'dist/index.html'), html('/main.js').replace('type="module" ', 'defer '));
      if (assets(join(place, 'dist')).length !== 2)
        throw new Error(`the engine is not among the assets: ${filesBeneath(join(place, 'dist'))}`);
      return opened(join(place, 'dist'));
    },
    async 'Vite, while developing'() {
      const place = page('vite-dev');
      await install(place, 'vite');
      writeFileSync(join(place, 'index.html'), html('/main.js'));
      const port = freePort();
      const server = start(place, [
        join(place, 'node_modules/vite/bin/vite.js'),
        '--host',
        '127.0.0.1',
        '--port',
        String(port),
        '--strictPort',
      ]);
      try {
        await server.answer(`http://127.0.0.1:${port}/`);
        const result = await open(`http://127.0.0.1:${port}/`);
        return result === undefined ? 'starts; no Chromium to open it' : `trains in the page (${result.isa})`;
      } finally {
        server.kill();
      }
    },
    // These take no files along but modules, in which the engine is, too: what they write works as it is.
    async esbuild() {
      const place = page('esbuild');
      await install(place, 'esbuild');
      const said = [];
      for (const [folder, ...flags] of [['one-file'], ['module', '--format=esm'], ['split', '--format=esm', '--splitting']]) {
        const site = join(place, folder);
        await sh(place, ['npx', 'esbuild', 'main.js', '--bundle', '--minify', ...flags, `--outdir=${folder}`, '--log-level=warning']);
        writeFileSync(join(site, 'index.html'), html('/main.js'));
        said.push(`${folder}: ${await opened(site)}`);
      }
      return said.join('; ');
    },
    async Rollup() {
      const place = page('rollup');
      await install(place, 'rollup', '@rollup/plugin-node-resolve');
      await sh(place, ['npx', 'rollup', 'main.js', '--plugin', 'node-resolve', '--format', 'es', '--dir', 'site', '--silent']);
      writeFileSync(join(place, 'site/index.html'), html('/main.js'));
      return opened(join(place, 'site'));
    },
    async Next() {
      const place = project('next');
      await install(place, 'next', 'react', 'react-dom');
      mkdirSync(join(place, 'app/api/train'), { recursive: true });
      writeFileSync(join(place, 'app/train.js'), PAGE);
      writeFileSync(
        join(place, 'app/layout.js'),
        'export default function Layout({ children }) { return <html lang="en"><body>{children}</body></html>; }\n',
      );
      writeFileSync(
        join(place, 'app/page.js'),
        `'use client';
import { useEffect } from 'react';
import { train } from './train.js';
export default function Page() {
  useEffect(() => { train().then((result) => { globalThis.result = result; }, (error) => { globalThis.result = { error: String(error) }; }); }, []);
  return <p>Hone</p>;
}
`,
      );
      writeFileSync(
        join(place, 'app/api/train/route.js'),
        "import { train } from '../../train.js';\nexport const dynamic = 'force-dynamic';\nexport async function GET() { return Response.json(await train()); }\n",
      );
      await sh(place, ['npx', 'next', 'build'], { NEXT_TELEMETRY_DISABLED: '1' });
      const port = freePort();
      const server = start(place, [join(place, 'node_modules/next/dist/bin/next'), 'start', '-p', String(port), '-H', '127.0.0.1']);
      try {
        const address = `http://127.0.0.1:${port}/`;
        const answer = await server.answer(`${address}api/train`);
        const text = (await answer?.text()) ?? '';
        const served = answer?.ok ? JSON.parse(text) : undefined;
        if (!served?.learned) throw new Error(`the server: ${answer?.status} ${text.slice(0, 500)}\n${server.said()}`);
        const result = await open(address);
        return `the server trains (${served.engine}), ${result === undefined ? 'no Chromium to open the page' : `so does the page (${result.isa})`}`;
      } finally {
        server.kill();
      }
    },
  };
}
