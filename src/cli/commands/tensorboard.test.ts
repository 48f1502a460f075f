/** `hone tensorboard`, with a program of that name that says how it was called. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createProgram } from '../program.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hone-tensorboard-'));
  mkdirSync(join(folder, 'bin'));
  mkdirSync(join(folder, 'runs'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  process.exitCode = undefined;
  rmSync(folder, { recursive: true });
});

/** A program that notes its arguments, one a line. */
function install(name: string, then: string): void {
  const path = join(folder, 'bin', name);
  writeFileSync(
    path,
    `#!${process.execPath}\nrequire('fs').writeFileSync(${JSON.stringify(join(folder, 'called'))}, process.argv.slice(2).join('\\n'));\n${then}\n`,
  );
  chmodSync(path, 0o755);
}
const run = async (...args: string[]) => (await createProgram()).parseAsync(['tensorboard', ...args], { from: 'user' });
const called = () => readFileSync(join(folder, 'called'), 'utf8').split('\n');

test('starts the program, with the folder and the port, and ends as it does', async () => {
  install('tensorboard', 'process.exit(3)');
  vi.stubEnv('PATH', `${join(folder, 'bin')}${delimiter}${dirname(process.execPath)}`);
  await run(join(folder, 'runs'), '--port', '7007', '--host', '0.0.0.0');
  expect(called()).toEqual(['--logdir', join(folder, 'runs'), '--port', '7007', '--host', '0.0.0.0']);
  expect(process.exitCode).toBe(3);
});

test('or that of a Python which has it', async () => {
  install('python3', '');
  vi.stubEnv('PATH', join(folder, 'bin'));
  await run(join(folder, 'runs'), '--bind-all');
  expect(called()).toEqual(['-m', 'tensorboard.main', '--logdir', join(folder, 'runs'), '--bind_all']);
  expect(process.exitCode).toBe(0);
});

test('says how to get it where it is not installed', async () => {
  install('python3', 'process.exit(1)');
  vi.stubEnv('PATH', join(folder, 'bin'));
  await expect(run(join(folder, 'runs'))).rejects.toThrow(
    /tensorboard: TensorBoard, .* is not installed here\. Get it with: pip install tensorboard/,
  );
});

test('a folder that is not there is named', async () => {
  await expect(run(join(folder, 'none'))).rejects.toThrow(/tensorboard: there is no folder .*none\. Give the one/);
});
