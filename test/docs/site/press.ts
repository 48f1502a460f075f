/**
 * Opens every page of the built site in Chromium and presses every button that runs a program, as a reader would: none may end with an error, and no
 * page may fail to load what it names. `npm run docs:test` runs it; `--only guide/training` some pages.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { launch } from '../../browser/chromium.js';

const site = join(import.meta.dirname, '../../../docs/.vitepress/dist');
const types: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
};

/** Serves the folder as any host of files does. */
async function serveSite(): Promise<{ origin: string; close(): void }> {
  const server = createServer((request, response) => {
    const file = join(site, decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname));
    const found = [file, join(file, 'index.html')].find((path) => existsSync(path) && statSync(path).isFile());
    if (!found) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': types[extname(found)] ?? 'application/octet-stream' }).end(readFileSync(found));
  });
  await new Promise<void>((then) => server.listen(0, '127.0.0.1', then));
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const pages = (readdirSync(site, { recursive: true, encoding: 'utf8' }) as string[])
  .map((file) => file.replaceAll('\\', '/'))
  .filter(
    (file) => file.endsWith('.html') && file !== '404.html' && (values.only ? file.startsWith(values.only) : !file.startsWith('api/')),
  )
  .sort();
if (pages.length === 0)
  throw new Error(`${site} has no pages${values.only ? ` that begin with ${values.only}` : ': npm run docs builds them'}.`);

const { origin, close } = await serveSite();
const browser = await launch();
const faults: string[] = [];
let pressed = 0;

async function press(page: Page, file: string): Promise<void> {
  // What is folded away has buttons, too.
  await page.evaluate(() => {
    for (const details of document.querySelectorAll('details')) details.open = true;
  });
  const programs = page.locator('.program');
  const count = await programs.count();
  for (let i = 0; i < count; i++) {
    const program = programs.nth(i);
    await program.locator('.program-run').click();
    const state = program.locator('.program-state');
    for (const end = Date.now() + 180_000; ; ) {
      const text = (await state.textContent())!.trim();
      if (/ s$|printed nothing$/.test(text)) break;
      // Some show what an error says.
      if (text === 'stopped by an error' && (await program.getAttribute('data-throws')) !== null) break;
      if (text === 'stopped by an error' || Date.now() > end) {
        faults.push(
          `${file}, program ${i + 1}: ${
            (await program
              .locator('.program-out')
              .textContent({ timeout: 1000 })
              .catch(() => '')) || text
          }`,
        );
        break;
      }
      await page.waitForTimeout(50);
    }
    for (const picture of await program.locator('.program-out img').all())
      if ((await picture.evaluate((image: HTMLImageElement) => image.decode().then(() => image.naturalWidth))) === 0)
        faults.push(`${file}, program ${i + 1}: an empty picture`);
    pressed++;
  }
}

for (const file of pages) {
  const page = await browser.newPage();
  page.on('pageerror', (error) => faults.push(`${file}: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`${file}: ${message.text()}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) faults.push(`${file}: ${response.url()} answered ${response.status()}`);
  });
  await page.goto(`${origin}/${file}`, { waitUntil: 'networkidle' });
  if (file === 'index.html') {
    await page.waitForFunction(() => Number(document.querySelector('.front-figures b')?.textContent) > 50, undefined, { timeout: 120_000 });
    const accuracy = await page.locator('.front-figures b').nth(1).textContent();
    console.log(`the first page trains: accuracy ${accuracy}`);
  }
  await press(page, file).catch((error: Error) => faults.push(`${file}: ${error.message}`));
  await page.close();
}
await browser.close();
close();
console.log(`${pages.length} pages, ${pressed} programs${faults.length > 0 ? `; ${faults.length} faults:` : ': none failed'}`);
for (const fault of faults) console.log(`  ${fault}`);
process.exitCode = faults.length > 0 ? 1 : 0;
