// Serves the demo pages: `npm run demo`, then open the address that it prints, or /photos.html there. PORT chooses the port; the default is 8000.
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
if (!existsSync(join(root, 'dist/index.js'))) {
  console.error('demo: the package is not built. Run npm run build first.');
  process.exit(1);
}

/** Bundled anew for every visit, so that changes show when the page is loaded again. */
async function program(name) {
  const { outputFiles } = await build({
    entryPoints: [join(here, name)],
    bundle: true,
    tsconfigRaw: '{}', // the package as it is built, not this repository's sources
    format: 'esm',
    target: 'es2022',
    sourcemap: 'inline',
    write: false,
    logLevel: 'warning',
  });
  return outputFiles[0].contents;
}

/** What is served: type, and a function that makes the bytes. The engine's files stand where the code looks for them: ../wasm. */
const pages = {
  '/': ['text/html; charset=utf-8', () => readFileSync(join(here, 'index.html'))],
  '/photos.html': ['text/html; charset=utf-8', () => readFileSync(join(here, 'photos.html'))],
  '/app/main.js': ['text/javascript; charset=utf-8', () => program('main.ts')],
  '/app/photos.js': ['text/javascript; charset=utf-8', () => program('photos.ts')],
  '/digits.gz': ['application/octet-stream', () => readFileSync(join(root, 'dist/digits.gz'))],
  ...Object.fromEntries(
    ['hone-simd', 'hone-relaxed'].map((name) => [
      `/wasm/${name}.wasm`,
      ['application/wasm', () => readFileSync(join(root, `dist/wasm/${name}.wasm`))],
    ]),
  ),
};

/** With these a page is isolated from other origins, and the engine may have threads. */
const isolation = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };

const server = createServer(async (request, response) => {
  const page = pages[new URL(request.url, 'http://localhost').pathname];
  try {
    if (!page) throw Object.assign(new Error('not found'), { code: 'ENOENT' });
    const body = await page[1]();
    response.writeHead(200, { 'content-type': page[0], 'cache-control': 'no-store', ...isolation }).end(body);
  } catch (error) {
    response.writeHead(error.code === 'ENOENT' ? 404 : 500, { 'content-type': 'text/plain; charset=utf-8' }).end(error.message);
  }
});
const port = Number(process.env.PORT ?? 8000);
server.on('error', (error) => {
  console.error(
    error.code === 'EADDRINUSE' ? `demo: port ${port} is taken. Choose another: PORT=8001 npm run demo` : `demo: ${error.message}`,
  );
  process.exit(1);
});
server.listen(port, '127.0.0.1', () =>
  console.log(`demo: open http://127.0.0.1:${server.address().port}, or /photos.html there (Ctrl+C ends it)`),
);
