/**
 * Every block of TypeScript in README and docs/ runs, and gives what it says: as the page's reader would run it, imports included. docs/README.md says
 * what the words behind `ts` mean. `HONE_DOCS=all` runs those that are `slow`, too.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { transformSync } from 'esbuild';
import * as hone from 'hone';
import * as data from 'hone/data';
import * as formats from 'hone/formats';
import * as report from 'hone/report';
import * as study from 'hone/study';
import * as tensorboard from 'hone/tensorboard';
import * as train from 'hone/train';
import * as vision from 'hone/vision';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Fence, fencesOf, importsOf, programsOf, runProgram } from '../../docs/.vitepress/run/program.js';
import { joinSource } from '../helpers/joined-source.js';
import { runExample, shows } from './examples.js';

const root = join(import.meta.dirname, '../..');
const docs = join(root, 'docs');
const home = process.cwd();

const modules: Record<string, object> = {
  hone,
  'hone/data': data,
  'hone/formats': formats,
  'hone/report': report,
  'hone/study': study,
  'hone/tensorboard': tensorboard,
  'hone/train': train,
  'hone/vision': vision,
};

/** The pages that are written by hand or by the tests, not what docs/ installs and makes. */
const pages = [
  'README.md',
  ...(readdirSync(docs, { recursive: true, encoding: 'utf8' }) as string[])
    .filter((file) => file.endsWith('.md') && !/^(node_modules|api|\.vitepress)[\\/]/.test(file) && file !== 'README.md')
    .map((file) => `docs/${file.replaceAll('\\', '/')}`)
    .sort(),
];

/**
 * A page's programs, each with its line; those whose blocks are `slow` only when they are asked for, as are the Korean ones, which are the English ones
 * in other words: test/docs/lessons.test.ts holds them side by side.
 */
const programs = (page: string) =>
  programsOf(fencesOf(readFileSync(join(root, page), 'utf8'))).filter(
    ([first]) => process.env['HONE_DOCS'] === 'all' || !(first!.words.includes('slow') || page.startsWith('docs/ko/')),
  );

const strip = (module: string) => transformSync(module, { loader: 'ts', target: 'es2022', tsconfigRaw: '{}' }).code;
const silent = {
  log() {},
  info() {},
  warn() {},
  error() {},
  assert(holds: unknown) {
    if (!holds) throw new Error('console.assert');
  },
};
/** Modules by name; what hone/… a page imports has to be there, and Node's own. */
async function module(name: string): Promise<object> {
  const found = modules[name] ?? (name.startsWith('node:') ? ((await import(name)) as object) : undefined);
  if (!found) throw new Error(`no reader has a module '${name}'`);
  return found;
}

async function runBlocks(blocks: readonly Fence[]): Promise<void> {
  if (blocks[0]!.words.includes('fragment')) return runExample({ where: '', code: blocks.map(({ code }) => code).join('\n') });
  if (blocks[0]!.words.includes('file')) {
    for (const { names, from } of blocks.flatMap(({ code }) => importsOf(code)))
      if (!from.startsWith('.')) for (const name of names) expect(await module(from)).toHaveProperty(name);
    return;
  }
  const run = runProgram(
    blocks.map(({ code }) => code),
    strip,
    {
      import: module,
      cell() {},
      show: shows,
      console: silent,
    },
  );
  // What readers are to mend fails by an error of Hone's.
  if (blocks[0]!.words.includes('throws')) await expect(run).rejects.toBeInstanceOf(hone.HoneError);
  else await run;
}

beforeAll(async () => {
  // Loaders with workers have the source in theirs.
  await joinSource([]);
});
beforeEach(() => {
  process.chdir(mkdtempSync(join(tmpdir(), 'hone-docs-')));
  cpSync(join(root, 'conformance/fixtures/datasets'), 'data', { recursive: true });
  cpSync(join(root, 'conformance/fixtures/images/photos'), 'photos', { recursive: true });
  // For workers whose program is a text.
  mkdirSync('node_modules');
  symlinkSync(root, 'node_modules/hone', 'junction');
  const rows = Array.from({ length: 12 }, (_, i) => `${5 + i / 10},${i === 4 ? '' : 3 - i / 20},${['setosa', 'virginica'][i % 2]}`);
  writeFileSync('flowers.csv', ['length,width,species', ...rows].join('\n'));
});
afterEach(() => {
  const folder = process.cwd();
  process.chdir(home);
  if (folder !== home) rmSync(folder, { recursive: true, force: true });
});

test('the pages are read', () => {
  expect(pages).toContain('docs/guide/training.md');
  expect(pages.reduce((count, page) => count + programs(page).length, 0)).toBeGreaterThan(30);
});

describe.each(pages.filter((page) => page !== 'docs/coming-from/pytorch.md' && programs(page).length > 0))('%s', (page) => {
  test.each(programs(page).map((blocks) => [blocks[0]!.line, blocks] as const))('line %i', async (_, blocks) => {
    await runBlocks(blocks);
  });
});

test('a wrong page is noticed', async () => {
  const run = (code: string) => runBlocks(fencesOf(`\`\`\`ts\n${code}\n\`\`\``));
  await expect(run(`import { tensor } from 'hone';\ntensor([1, 2]).add(1); // [2, 4]`)).rejects.toThrow('the example says [2, 4]');
  await expect(run(`import { tenser } from 'hone';\ntenser([1]);`)).rejects.toThrow("'hone' does not export 'tenser'");
  await expect(run('nothing.forward(x);')).rejects.toThrow('nothing is not defined');
  await expect(run(`import { x } from 'lodash';\nx();`)).rejects.toThrow("no reader has a module 'lodash'");
});

describe('links', () => {
  const slug = (heading: string) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(/\s/g, '-');
  const prose = (page: string) => readFileSync(join(root, page), 'utf8').replace(/^```[\s\S]*?^```/gm, '');
  const headings = (page: string) => [...prose(page).matchAll(/^#+ (.*)$/gm)].map(([, text]) => slug(text!));

  test.each(pages)('%s leads to what there is', (page) => {
    const broken: string[] = [];
    for (const [, target] of prose(page).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target!)) continue;
      const [path, anchor] = target!.split('#');
      const file = path === '' ? page : relative(root, path!.startsWith('/') ? join(docs, `${path!}.md`) : join(root, page, '..', path!));
      // The pages of the API are made of the source.
      if (file.startsWith(join('docs', 'api'))) continue;
      try {
        readFileSync(join(root, file));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EISDIR') broken.push(target!);
        continue;
      }
      if (anchor !== undefined && file.endsWith('.md') && !headings(file).includes(decodeURIComponent(anchor))) broken.push(target!);
    }
    expect(broken).toEqual([]);
  });
});
