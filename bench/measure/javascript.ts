/** Training steps and forwards beside what else JavaScript has: TensorFlow.js and jax-js, against Hone's own two engines. */
import { honeCommand, javascriptCommands } from '../peers/commands.js';
import { STEP_ROWS, type StepRow } from '../workloads/steps.js';
import { type Context, plural, start, stop, wanted } from './context.js';
import { measureRow } from './steps.js';

/** The models that they have layers for. */
const has = ({ model }: StepRow) => model.type === 'sequential' || model.type === 'lstm' || model.type === 'gru';

/** Those of which plain JavaScript would take minutes a step. */
const slow = ({ name }: StepRow) => /big|cnn|lstm|gru/.test(name);

export async function measureJavaScript(context: Context, threads: number): Promise<void> {
  const { settings, results } = context;
  const commands = javascriptCommands(threads);
  if (typeof commands === 'string') {
    console.log(commands);
    return;
  }
  const rows = STEP_ROWS.filter((row) => has(row) && wanted(settings, row.name));
  if (rows.length === 0) return;
  const engines = (['wasm', 'native'] as const).map((engine) => honeCommand({ engine, threads, source: settings.source }));
  const peers = await start(results, [...engines, ...commands]);
  const fast = peers.filter(({ name }) => name !== 'tfjs-cpu');
  for (const kind of settings.kinds) {
    console.log(
      `\n${kind === 'train' ? 'Training steps (jax-js by SGD, the others by Adam)' : 'Forwards'}, ${plural(threads, 'thread')}: times of Hone on WebAssembly's`,
    );
    for (const row of rows) {
      // TensorFlow.js has no threads in Node: what takes it seconds is not done again with more of Hone's.
      const asked = !slow(row) ? peers : threads === 1 ? fast : fast.filter(({ family }) => family !== 'tfjs');
      await measureRow(context, asked, row, kind, threads);
    }
  }
  await stop(peers);
}
