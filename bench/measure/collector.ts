/** The collector's share in plain loops, with gradients and without, on each engine. */
import { honeCommand } from '../peers/commands.js';
import { STEP_ROWS } from '../workloads/steps.js';
import { type Context, start, stop, wanted } from './context.js';

const MARK = 0.03;

export async function measureCollector({ settings, results }: Context): Promise<void> {
  const peers = await start(
    results,
    settings.engines.map((engine) => honeCommand({ engine, threads: 1, source: settings.source })),
  );
  console.log('\nShare of a plain loop that goes to collecting garbage');
  for (const kind of settings.kinds)
    for (const row of STEP_ROWS) {
      if (row.without === kind || !wanted(settings, row.name)) continue;
      const values: Record<string, number> = {};
      for (const peer of peers) {
        const none = await peer.make({ kind, model: row.model, data: row.data });
        if (none === undefined) values[peer.name] = 100 * (await peer.collectorShare(settings.quick ? 300 : 500));
      }
      const met = Object.values(values).every((share) => share < 100 * MARK);
      results.figures.push({ part: 'collector', name: `${row.name}, ${kind}`, unit: '%', values, mark: 'below 3', met });
      const shown = Object.entries(values).map(([name, share]) => `${name} ${share.toFixed(1)} %`);
      console.log(`${met ? '✓' : '✗'} ${kind.padEnd(8)} ${row.name.padEnd(38)} ${shown.join('   ')}`);
    }
  await stop(peers);
}
