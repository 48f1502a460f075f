/** The command `hone`: as the shell runs it, in a process of its own from dist, and in this process, from the source. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Command, CommanderError } from 'commander';
import { HoneError } from 'hone';
import { vi } from 'vitest';
import { createProgram } from '../../src/cli/program.js';

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

/** Runs the command in this process, in a folder: many times as fast, for what needs no process of its own. One at a time. */
export function honeHere(folder: string): (args: string[]) => Promise<Result> {
  return async (args) => {
    const home = process.cwd();
    let [stdout, stderr] = ['', ''];
    const spies = [
      vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
        stdout += text;
        return true;
      }),
      vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
        stderr += text;
        return true;
      }),
      vi.spyOn(console, 'warn').mockImplementation((text) => {
        stderr += `${text}\n`;
      }),
    ];
    const program = await createProgram();
    const everyCommand = (command: Command, use: (command: Command) => void) => {
      use(command);
      for (const sub of command.commands) everyCommand(sub, use);
    };
    everyCommand(program, (command) => command.exitOverride());
    try {
      process.chdir(folder);
      await program.parseAsync(args, { from: 'user' });
      return { status: Number(process.exitCode ?? 0), stdout, stderr };
    } catch (error) {
      if (error instanceof CommanderError) return { status: error.exitCode, stdout, stderr };
      if (error instanceof HoneError) return { status: 1, stdout, stderr: `${stderr}hone: ${error.message}\n` };
      throw error;
    } finally {
      process.exitCode = undefined;
      process.chdir(home);
      for (const spy of spies) spy.mockRestore();
    }
  };
}
