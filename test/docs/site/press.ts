/**
 * Opens every page of the built site in Chromium and presses every button that runs a program, as a reader would: none may end with an error, and no
 * page may fail to load what it names. `npm run docs:test` runs it; `--only guide/training` some pages.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { launch } from '../../browser/chromium.js';
import { serve } from '../../browser/serve.js';

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

/** Every file of the site by its path. */
const files = (readdirSync(site, { recursive: true, encoding: 'utf8' }) as string[])
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => statSync(join(site, file)).isFile());

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const pages = files
  .filter(
    (file) => file.endsWith('.html') && file !== '404.html' && (values.only ? file.startsWith(values.only) : !file.startsWith('api/')),
  )
  .sort();
if (pages.length === 0)
  throw new Error(`${site} has no pages${values.only ? ` that begin with ${values.only}` : ': npm run docs builds them'}.`);

const { origin, close } = await serve(
  new Map(
    files.map((file) => [`/${file}`, { type: types[extname(file)] ?? 'application/octet-stream', body: readFileSync(join(site, file)) }]),
  ),
);
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
    for (const end = Date.now() + 180_000; ; ) {
      const state = await program.getAttribute('data-state');
      if (state === 'done') break;
      // Some show what an error says.
      if (state === 'failed' && (await program.getAttribute('data-throws')) !== null) break;
      if (state === 'failed' || Date.now() > end) {
        const said = await program
          .locator('.program-out')
          .textContent({ timeout: 1000 })
          .catch(() => '');
        faults.push(`${file}, program ${i + 1}: ${said || state}`);
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
  if (/^(ko\/)?index\.html$/.test(file)) {
    await page.waitForFunction(() => Number(document.querySelector('.front-figures b')?.textContent) > 50, undefined, { timeout: 120_000 });
    const accuracy = await page.locator('.front-figures b').nth(1).textContent();
    console.log(`${file} trains: accuracy ${accuracy}`);
  }
  await press(page, file).catch((error: Error) => faults.push(`${file}: ${error.message}`));
  await page.close();
}
await browser.close();
await close();
console.log(`${pages.length} pages, ${pressed} programs${faults.length > 0 ? `; ${faults.length} faults:` : ': none failed'}`);
for (const fault of faults) console.log(`  ${fault}`);
process.exitCode = faults.length > 0 ? 1 : 0;
