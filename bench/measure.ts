/** What the parts of the benchmark share: timing, and a PyTorch beside Hone, measured by turns so that both meet the same machine. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface, type Interface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { getNumThreads, scope } from '../dist/index.js';

/** What PyTorch is asked to run: a training step of an MLP, or one operation. */
export type Task = { sizes: readonly number[]; batch: number } | { op: string; shapes: readonly (readonly number[])[] };

/** Milliseconds a call: the middle one, and the least. */
export interface Timing {
  median: number;
  least: number;
}

export function summary(times: readonly number[]): Timing {
  const sorted = [...times].sort((a, b) => a - b);
  return { median: sorted[sorted.length >> 1]!, least: sorted[0]! };
}

/** Milliseconds a call, `rounds` times, of `calls` calls each. */
export function time(call: () => void, rounds: number, calls: number): number[] {
  const times: number[] = [];
  for (let r = 0; r < rounds; r++) {
    const start = performance.now();
    for (let i = 0; i < calls; i++) call();
    times.push((performance.now() - start) / calls);
  }
  return times;
}

/** {@link time} for an operation whose result is dropped. */
export function timeOperation(call: () => unknown, rounds: number, calls: number): number[] {
  const body = () => void scope(() => void call());
  return time(body, rounds, calls);
}

/** PyTorch in a process of its own. */
export class Torch {
  private readonly answers: AsyncIterator<string>;

  private constructor(
    private readonly child: ChildProcess,
    private readonly lines: Interface,
  ) {
    this.answers = lines[Symbol.asyncIterator]();
  }

  /** Starts the Python named by HONE_TORCH_PYTHON; undefined, with a line that says why, without one. */
  static async start(worker = 'torch_worker.py'): Promise<Torch | undefined> {
    const python = process.env['HONE_TORCH_PYTHON'];
    if (python === undefined || !existsSync(python)) {
      console.log(
        `PyTorch is left out: ${python === undefined ? 'HONE_TORCH_PYTHON does not name a Python that has it' : `${python} is not there`}.\n`,
      );
      return undefined;
    }
    const child = spawn(python, [fileURLToPath(new URL(worker, import.meta.url)), String(getNumThreads())], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const torch = new Torch(child, createInterface(child.stdout!));
    const { version, threads } = JSON.parse(await torch.answer()) as { version: string; threads: number };
    console.log(`${worker === 'torch_worker.py' ? 'PyTorch' : 'torchvision'} ${version}, ${threads} threads\n`);
    return torch;
  }

  async run(task: Task, rounds: number, calls: number): Promise<number[]> {
    const times = await this.ask({ ...task, rounds, calls });
    await sleep(30); // its idle threads spin for a while
    return times;
  }

  /** Whatever its worker answers to a task. */
  async ask(task: object): Promise<number[]> {
    this.child.stdin!.write(`${JSON.stringify(task)}\n`);
    return JSON.parse(await this.answer()) as number[];
  }

  stop(): void {
    this.child.stdin!.end();
    this.lines.close();
  }

  private async answer(): Promise<string> {
    const { value, done } = await this.answers.next();
    if (done) throw new Error('PyTorch ended before it answered; see its message above.');
    return value;
  }
}

/** Times `run` and PyTorch's counterpart by turns: `turns` times `rounds` rounds each, after a warm-up. */
export async function compare(
  run: (rounds: number) => number[],
  torch: Torch | undefined,
  task: Task,
  { turns = 8, rounds = 10, calls = 1 }: { turns?: number; rounds?: number; calls?: number } = {},
): Promise<{ hone: Timing; torch?: Timing }> {
  const ours: number[] = [];
  const theirs: number[] = [];
  run(rounds);
  await torch?.run(task, rounds, calls);
  for (let turn = 0; turn < turns; turn++) {
    ours.push(...run(rounds));
    if (torch) theirs.push(...(await torch.run(task, rounds, calls)));
  }
  return torch ? { hone: summary(ours), torch: summary(theirs) } : { hone: summary(ours) };
}

const show = (ms: number) => (ms < 1 ? `${(ms * 1e3).toFixed(1)} us` : `${ms.toFixed(2)} ms`);

/** One line: medians (and minima), and how long Hone takes where PyTorch takes 1. */
export function report(label: string, { hone, torch }: { hone: Timing; torch?: Timing }, note = ''): void {
  const pair = ({ median, least }: Timing) => `${show(median).padStart(10)} (${show(least)})`;
  const against = torch
    ? `  torch ${pair(torch).padEnd(24)}  ratio ${(hone.median / torch.median).toFixed(2)} (${(hone.least / torch.least).toFixed(2)})`
    : '';
  console.log(`${label.padEnd(40)} hone ${pair(hone).padEnd(24)}${against}${note && `  ${note}`}`);
}
