/** Training steps and forwards beside PyTorch. */
import type { Peer } from '../peers/peer.js';
import { stepLine } from '../report/format.js';
import { STEP_ROWS, type StepRow } from '../workloads/steps.js';
import { type Context, plural, startPeers, stop, wanted } from './context.js';
import { interleave, type Outcome } from './interleave.js';

const TITLES = { train: 'Training steps (forward, backward, Adam)', forward: 'Forwards (evaluation, noGrad)' };

export async function measureSteps(context: Context, threads: number): Promise<void> {
  const { settings } = context;
  const peers = await startPeers(context, threads);
  for (const kind of settings.kinds) {
    const rows = STEP_ROWS.filter((row) => row.without !== kind && wanted(settings, row.name));
    if (rows.length === 0) continue;
    console.log(`\n${TITLES[kind]}, ${plural(threads, 'thread')}: how many times as long the peer takes, by medians (and least times)`);
    for (const row of rows) await measureRow(context, peers, row, kind, threads, row.marks[kind]);
  }
  await stop(peers);
}

/** Times one row and notes it. */
export async function measureRow(
  { settings, results }: Context,
  peers: readonly Peer[],
  row: StepRow,
  kind: 'train' | 'forward',
  threads: number,
  mark?: number,
): Promise<void> {
  const outcomes = await interleave(peers, { kind, model: row.model, data: row.data }, settings.seconds);
  const ours = peers[0]!.name;
  results.steps.push({
    kind,
    name: row.name,
    threads,
    ours,
    outcomes: Object.fromEntries(outcomes),
    ...(mark === undefined ? {} : { mark }),
  });
  console.log(stepLine(row.name, ours, outcomes, mark));
  if (settings.kernels) await showKernels(peers, outcomes);
}

/** Where each engine's time goes: enough calls for a second, at most. */
export async function showKernels(peers: readonly Peer[], outcomes: ReadonlyMap<string, Outcome>): Promise<void> {
  for (const peer of peers) {
    const own = outcomes.get(peer.name);
    if (peer.family !== 'hone' || !own || 'none' in own) continue;
    const calls = Math.max(3, Math.min(500, Math.round(1000 / own.timing.median)));
    console.log((await peer.profile(calls)).join('\n'));
  }
}
