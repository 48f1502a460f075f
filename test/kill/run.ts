/** Running test/kill/train.mjs in a process of its own. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

const program = join(import.meta.dirname, 'train.mjs');

export interface Ended {
  /** What the training came to; undefined where it was killed. */
  readonly result: unknown;
  readonly signal: NodeJS.Signals | null;
  readonly code: number | null;
  readonly steps: number;
  readonly stderr: string;
}

interface Kill {
  /** Steps of its own after which it is killed. */
  readonly steps: number;
  /** Milliseconds after the last of them. */
  readonly wait: number;
  /** Default: SIGKILL. */
  readonly signal?: NodeJS.Signals;
  /** Sends the signal again after so many milliseconds. */
  readonly again?: number;
}

/** Runs train.mjs, and sends it a signal. */
export function train(path: string, settings: object, kill?: Kill): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, path, JSON.stringify(settings)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, HONE_THREADS: '1', NODE_NO_WARNINGS: '1' },
    });
    let [stdout, stderr, sent] = ['', '', false];
    const send = () => {
      if (sent) return;
      sent = true;
      const signal = kill!.signal ?? 'SIGKILL';
      setTimeout(() => child.kill(signal), kill!.wait);
      if (kill!.again !== undefined) setTimeout(() => child.kill(signal), kill!.wait + kill!.again);
    };
    const steps = () => stdout.split('\n').filter((line) => line.startsWith('step ')).length;
    if (kill?.steps === 0) send();
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (kill && steps() >= kill.steps) send();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const line = /^result (.*)$/m.exec(stdout)?.[1];
      if (code !== 0 && signal === null && !kill) reject(new Error(stderr));
      else resolve({ result: line === undefined ? undefined : JSON.parse(line), signal, code, steps: steps(), stderr });
    });
  });
}
