/** The command `hone` as the shell runs it: a process of its own, from dist. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../dist/node/cli.js', import.meta.url));

export interface Result {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** What runs the command in a folder. `onLine` is called once, when stderr matches. */
export type Hone = (args: string[], env?: NodeJS.ProcessEnv, line?: RegExp, onLine?: (child: ChildProcess) => void) => Promise<Result>;

export function honeIn(folder: string): Hone {
  return (args, env = {}, line, onLine) =>
    new Promise((resolve, reject) => {
      const environment = { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, HONE_THREADS: '1', ...env };
      const child = spawn(process.execPath, [main, ...args], { cwd: folder, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
      let [stdout, stderr, seen] = ['', '', false];
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        stdout += text;
      });
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        stderr += text;
        if (seen || !line?.test(stderr)) return;
        seen = true;
        onLine?.(child);
      });
      child.on('error', reject);
      child.on('close', (status) => resolve({ status, stdout, stderr }));
    });
}
