/** What an operation costs apart from its arithmetic. */
import { digits, ratioOf, showRatio } from '../report/format.js';
import { OVERHEADS } from '../workloads/overhead.js';
import { type Context, startPeers, stop } from './context.js';
import { interleave } from './interleave.js';

/** Microseconds, at most. */
const MARKS = { forward: 0.7, backward: 1.5 };

export async function measureOverhead(context: Context): Promise<void> {
  const { settings, results } = context;
  const peers = await startPeers(context, 1);
  const [ours] = peers;
  console.log('\nAn operation on a tensor of 4 × 4, recorded for its gradient: microseconds (of least times)');
  for (const task of OVERHEADS) {
    const outcomes = await interleave(peers, task, settings.seconds / 4);
    const own = outcomes.get(ours!.name);
    if (!own || 'none' in own) continue;
    const each = (ms: number) => (ms * 1e3) / task.length;
    const mark = task.backward ? MARKS.backward : MARKS.forward;
    const values: Record<string, number> = {};
    const parts: string[] = [];
    for (const [name, outcome] of outcomes) {
      if ('none' in outcome) continue;
      values[name] = each(outcome.timing.least);
      const ratio = name === ours!.name ? '' : ` ×${showRatio(ratioOf(outcome.timing, own.timing))}`;
      parts.push(`${name} ${digits(each(outcome.timing.median))} (${digits(each(outcome.timing.least))})${ratio}`);
    }
    const name = `${task.op}${task.backward ? ', with backward' : ''}`;
    const met = values[ours!.name]! < mark;
    results.figures.push({ part: 'overhead', name, unit: 'us', values, mark: `below ${mark}`, met });
    console.log(`${(met ? '✓' : `> ${mark}`).padEnd(6)} ${name.padEnd(24)} ${parts.join('   ')}`);
  }
  await stop(peers);
}
