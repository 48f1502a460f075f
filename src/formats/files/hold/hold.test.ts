import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { HOLD_FILE, holderOf, holdFolder } from './hold.js';

const root = mkdtempSync(join(tmpdir(), 'hone-hold-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const path = join(root, HOLD_FILE);
const note = () => JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
const write = (value: object) => writeFileSync(path, JSON.stringify(value));

test('a folder has one process at a time', () => {
  expect(holderOf(root)).toBe(undefined);
  const release = holdFolder(root, 'test');
  expect(holderOf(root)).toMatchObject({ pid: process.pid, host: hostname(), alive: true });
  expect(() => holdFolder(root, 'test')).toThrow(`test: process ${process.pid} works in the folder ${root}, since 2`);
  release();
  release();
  expect([holderOf(root), readdirSync(root)]).toEqual([undefined, []]);
});

test('one that was killed holds nothing; another that got its number later is not taken for it', async () => {
  const child = spawn(process.execPath, ['-e', '']);
  await new Promise((resolve) => child.on('exit', resolve));
  holdFolder(root, 'test');
  write({ ...note(), pid: child.pid });
  expect(holderOf(root)).toMatchObject({ pid: child.pid, alive: false });
  holdFolder(root, 'test')();
  holdFolder(root, 'test');
  if (note()['born'] !== '') {
    write({ ...note(), born: '1' });
    expect(holderOf(root)).toMatchObject({ pid: process.pid, alive: false });
  }
  holdFolder(root, 'test')();
});

test.runIf(process.platform === 'linux')('one that has ended, and whose parent does not ask how, holds nothing', async () => {
  const parent = spawn('sh', ['-c', 'sleep 0.05 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    const pid = await new Promise<number>((resolve) => parent.stdout.once('data', (text) => resolve(Number(text))));
    await expect.poll(() => readFileSync(`/proc/${pid}/stat`, 'latin1'), { timeout: 10_000 }).toMatch(/\) Z /);
    const release = holdFolder(root, 'test');
    const { born: _, ...mark } = note();
    write({ ...mark, pid });
    expect(holderOf(root)).toMatchObject({ pid, alive: false });
    release();
  } finally {
    parent.kill();
  }
});

test('of another machine, and of damaged notes, nothing is known', () => {
  holdFolder(root, 'test');
  write({ ...note(), here: 'elsewhere' });
  expect(holderOf(root)).toMatchObject({ pid: process.pid, alive: undefined });
  for (const text of ['', '{', '5', '{"pid":-1}', 'null', '{"pid":1e300}']) {
    writeFileSync(path, text);
    expect(holderOf(root)).toMatchObject({ pid: 0, alive: undefined });
  }
  rmSync(path);
});
