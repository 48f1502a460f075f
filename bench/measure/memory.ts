/** Peak memory of each training step: of a process that does nothing else, less what it had when it had loaded its library. */
import { honeCommand, torchCommand } from '../peers/commands.js';
import { Peer, type PeerCommand } from '../peers/peer.js';
import { STEP_ROWS, type StepRow } from '../workloads/steps.js';
import { type Context, wanted } from './context.js';

/** Steps enough for a collector to have been at work: ten, and a second of them. */
async function peakOf(command: PeerCommand, { model, data }: StepRow, kind: 'train' | 'forward'): Promise<number> {
  const peer = await Peer.start(command);
  try {
    const before = await peer.peak();
    const none = await peer.make({ kind, model, data });
    if (none !== undefined) throw new Error(none);
    const start = performance.now();
    for (let steps = 0; steps < 2000 && (steps < 10 || performance.now() - start < 1000); steps += 5) await peer.time(1, 5);
    return (await peer.peak()) - before;
  } finally {
    await peer.stop();
  }
}

export async function measureMemory({ settings, results }: Context): Promise<void> {
  const commands = settings.engines.slice(0, 1).map((engine) => honeCommand({ engine, threads: 1, source: settings.source }));
  const torch = torchCommand(1, false);
  if (typeof torch === 'string') console.log(torch);
  else commands.push(torch);
  console.log('\nPeak memory of training steps, in MB beyond what the process had after loading');
  for (const row of STEP_ROWS) {
    if (row.without === 'train' || !wanted(settings, row.name)) continue;
    const values: Record<string, number> = {};
    for (const command of commands) values[command.name] = await peakOf(command, row, 'train');
    const theirs = values['torch'];
    const met = theirs === undefined ? undefined : values[commands[0]!.name]! < theirs;
    results.figures.push({
      part: 'memory',
      name: row.name,
      unit: 'MB',
      values,
      mark: "below PyTorch's",
      ...(met === undefined ? {} : { met }),
    });
    const shown = Object.entries(values).map(([name, value]) => `${name} ${value.toFixed(0)} MB`);
    console.log(`${met === undefined ? '' : met ? '✓' : '✗'} ${row.name.padEnd(38)} ${shown.join('   ')}`);
  }
}
