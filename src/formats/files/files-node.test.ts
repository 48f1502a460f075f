/** Writing: whole files whatever happens, and nothing left behind. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FileError, load, save, tensor } from 'hone';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hone-save-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const state = { w: tensor([1, 2]) };
const temporaries = () => readdirSync(folder).filter((name) => name.endsWith('.tmp'));

describe('save', () => {
  it('creates directories where it is asked to, and only there', () => {
    expect(() => save(state, join(folder, 'a/b/c.pth'))).toThrow(/mkdir -p/);
    save(state, join(folder, 'a/b/c.pth'), { makeDirectories: true });
    expect(Object.keys(load(join(folder, 'a/b/c.pth')))).toEqual(['w']);
    writeFileSync(join(folder, 'file'), '');
    expect(() => save(state, join(folder, 'file/b/c.pth'), { makeDirectories: true })).toThrow(FileError);
  });

  it.runIf(existsSync('/proc/self'))('ends with an error where the system lets nobody create directories', () => {
    expect(() => save(state, '/proc/hone/a/b.pth', { makeDirectories: true })).toThrow(/the directory \/proc\/hone cannot be created/);
  });

  it('removes what killed saves of the same file left, and nothing else', async () => {
    // The writer of a file that never ends: killed in the middle, as by a lack of memory.
    const program = join(folder, 'writer.mjs');
    writeFileSync(
      program,
      `const { writeBytes } = await import(${JSON.stringify(pathToFileURL(join(import.meta.dirname, 'files-node.ts')).href)});
       function* endless() { for (;;) { yield new Uint8Array(1000); if (!globalThis.told) { globalThis.told = true; process.stdout.write('writing\\n'); } } }
       writeBytes(process.argv[2], endless(), 'save');`,
    );
    const target = join(folder, 'model.pth');
    save(state, target);
    for (let i = 0; i < 2; i++) {
      const child = spawn(process.execPath, ['--import', 'tsx', program, target], {
        cwd: import.meta.dirname,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await new Promise((resolve, reject) => child.stdout.once('data', resolve).once('end', () => reject(new Error('ended'))));
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('exit', resolve));
    }
    expect(temporaries()).toHaveLength(2);
    expect(load<typeof state>(target).w.toArray()).toEqual([1, 2]);
    const [one] = temporaries();
    const others = [`.other.pth${one!.slice('.model.pth'.length)}`, one!.replace(/-\d+-/, `-${process.pid}-`), '.model.pth.notes.tmp'];
    for (const name of others) writeFileSync(join(folder, name), '');
    save({ w: tensor([3]) }, target);
    expect(temporaries().sort()).toEqual([...others].sort());
    expect(readFileSync(target).length).toBeGreaterThan(100);
  });
});
