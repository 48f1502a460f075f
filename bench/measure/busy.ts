/** Two threads on a machine whose other core is taken: a process that spins, pinned to the last core. Threads that wait for each other would lose. */
import { spawn } from 'node:child_process';
import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { honeCommand } from '../peers/commands.js';
import { Peer, type Task } from '../peers/peer.js';
import { ratioOf, showRatio, showTiming } from '../report/format.js';
import { OPERATION_ROWS } from '../workloads/operations/index.js';
import { STEP_ROWS } from '../workloads/steps.js';
import { type Context, stop } from './context.js';
import { interleave } from './interleave.js';

function tasks(): [name: string, task: Task][] {
  const product = OPERATION_ROWS.find(({ name }) => name === 'matmul NN [512,512] [512,512]')!;
  const steps = STEP_ROWS.filter(({ name }) => /784-128-64-10, b100|big mlp|cnn of|lstm|transformer 2×128, 32/.test(name));
  return [
    [product.name, product],
    ...steps.map(({ name, model, data }): [string, Task] => [`${name}, train`, { kind: 'train', model, data }]),
  ];
}

export async function measureBusy({ settings, results }: Context): Promise<void> {
  const commands = [1, 2].map((threads) => {
    const command = honeCommand({ engine: 'native', threads, source: settings.source });
    return { ...command, name: `${threads} ${threads === 1 ? 'thread' : 'threads'}` };
  });
  const spinner = spawn('taskset', ['-c', String(cpus().length - 1), process.execPath, '-e', 'for (;;);'], { stdio: 'ignore' });
  const failed = new Promise<string>((resolve) => spinner.once('error', (error) => resolve(error.message)));
  const missing = await Promise.race([failed, sleep(100, undefined)]);
  if (missing !== undefined) {
    console.log(`The busy core is left out: ${missing}.`);
    return;
  }
  try {
    const peers = await Promise.all(commands.map((command) => Peer.start(command)));
    console.log('\nOne core busy with another process: how many times as long one thread takes as two');
    for (const [name, task] of tasks()) {
      const outcomes = await interleave(peers, task, settings.seconds);
      const [one, two] = peers.map((peer) => outcomes.get(peer.name));
      if (!one || !two || 'none' in one || 'none' in two) continue;
      const ratio = ratioOf(one.timing, two.timing);
      // Of equal threads half win by chance: what is within the noise counts as equal.
      const met = ratio.median >= 0.97;
      results.figures.push({
        part: 'busy',
        name,
        unit: 'ms',
        values: { '1 thread': one.timing.median, '2 threads': two.timing.median },
        mark: 'two not slower than one',
        met,
      });
      console.log(
        `${met ? '✓' : '✗'} ${showRatio(ratio).padEnd(14)} ${name.padEnd(44)} one ${showTiming(one.timing)}   two ${showTiming(two.timing)}`,
      );
    }
    await stop(peers);
  } finally {
    spinner.kill();
  }
}
