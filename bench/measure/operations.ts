/** Single operations beside PyTorch and beside what the machine allows. */
import { operationLine } from '../report/format.js';
import type { OperationResult } from '../report/results.js';
import { OPERATION_ROWS } from '../workloads/operations/index.js';
import { THEMES } from '../workloads/operations/operation.js';
import { type Context, machineOf, plural, startPeers, stop, wanted } from './context.js';
import { interleave } from './interleave.js';
import { limitOf } from './machine.js';
import { showKernels } from './steps.js';

export async function measureOperations(context: Context, threads: number): Promise<void> {
  const { settings, results } = context;
  const chosen = OPERATION_ROWS.filter((row) => wanted(settings, `${row.theme}: ${row.name}`));
  if (chosen.length === 0) return;
  // Of one engine: a row is held against one machine's limits.
  const peers = await startPeers({ ...context, settings: { ...settings, engines: settings.engines.slice(0, 1) } }, threads);
  const ours = peers[0]!.name;
  const machine = await machineOf(peers[0]!, results);
  for (const theme of THEMES) {
    const rows = chosen.filter((row) => row.theme === theme);
    if (rows.length === 0) continue;
    console.log(
      `\n${theme}, ${plural(threads, 'thread')}: how many times as long the peer takes, by medians (and least times); the share of the limit`,
    );
    for (const { theme: _, name, flops, bytes, memory, mark, ...task } of rows) {
      const outcomes = await interleave(peers, task, settings.seconds / 4, 4);
      const own = outcomes.get(ours);
      const limit = limitOf(machine, { flops, bytes, memory, dtype: task.dtype });
      const share = own && 'timing' in own ? limit.ms / own.timing.least : 0;
      const result: OperationResult = {
        theme,
        name,
        threads,
        ours,
        outcomes: Object.fromEntries(outcomes),
        flops,
        bytes,
        limit,
        share,
        mark,
      };
      results.operations.push(result);
      console.log(operationLine(result));
      if (settings.kernels) await showKernels(peers, outcomes);
    }
  }
  await stop(peers);
}
