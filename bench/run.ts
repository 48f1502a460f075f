/**
 * `npm run bench`: Hone beside its peers, in one run. bench/README.md says what may be asked.
 *   npm run bench -- steps --threads 1 --only lstm --seconds 4
 */
import { parseArgs } from 'node:util';
import { benchImages } from './images.js';
import { interleave } from './measure/interleave.js';
import { Torch } from './measure.js';
import { benchOperations } from './operations.js';
import { honeCommand, torchCommand } from './peers/commands.js';
import { Peer, type PeerCommand } from './peers/peer.js';
import { stepLine } from './report/format.js';
import { STEP_ROWS } from './workloads/steps.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    threads: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    seconds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    kernels: { type: 'boolean', default: false },
    compile: { type: 'boolean', default: false },
    source: { type: 'boolean', default: false },
    engines: { type: 'string', default: 'native' },
    train: { type: 'boolean', default: false },
    forward: { type: 'boolean', default: false },
  },
});

const PARTS = ['steps', 'operations', 'images'] as const;
const parts = positionals.length > 0 ? positionals : PARTS;
const unknown = parts.filter((part) => !(PARTS as readonly string[]).includes(part));
if (unknown.length > 0) throw new Error(`bench: there is no part called ${unknown.join(', ')}; there are ${PARTS.join(', ')}.`);
const seconds = Number(values.seconds ?? (values.quick ? 1.5 : 4));
const wanted = (name: string) => values.only.split(',').some((part) => name.includes(part));

async function startPeers(threads: number): Promise<Peer[]> {
  const commands: PeerCommand[] = values.engines
    .split(',')
    .map((engine) => honeCommand({ engine: engine as 'native' | 'wasm', threads, source: values.source }));
  for (const command of [torchCommand(threads, false), ...(values.compile ? [torchCommand(threads, true)] : [])])
    if (typeof command === 'string') console.log(command);
    else commands.push(command);
  const peers = await Promise.all(commands.map((command) => Peer.start(command)));
  for (const { name, version, threads: count } of peers) console.log(`${name}: ${version}, ${count} thread${count === 1 ? '' : 's'}`);
  return peers;
}

async function steps(threads: number): Promise<void> {
  const peers = await startPeers(threads);
  const kinds = (['train', 'forward'] as const).filter((kind) => (!values.train && !values.forward) || values[kind]);
  for (const kind of kinds) {
    const rows = STEP_ROWS.filter((row) => row.without !== kind && wanted(row.name));
    if (rows.length === 0) continue;
    console.log(
      `\n${kind === 'train' ? 'Training steps: forward, backward, Adam' : 'Forward, in evaluation, under noGrad'}; ${threads} thread${threads === 1 ? '' : 's'}. How many times as long the peer takes: medians (least times)`,
    );
    for (const row of rows) {
      const outcomes = await interleave(peers, { kind, model: row.model, data: row.data }, seconds);
      console.log(stepLine(row.name, peers[0]!.name, outcomes, row.marks[kind]));
      if (values.kernels)
        for (const peer of peers) {
          const own = outcomes.get(peer.name);
          if (peer.family !== 'hone' || !own || !('timing' in own)) continue;
          const calls = Math.max(3, Math.min(500, Math.round(1000 / own.timing.median)));
          console.log((await peer.profile(calls)).join('\n'));
        }
    }
  }
  await Promise.all(peers.map((peer) => peer.stop()));
}

for (const threads of values.threads.split(',').map(Number)) {
  if (parts.includes('steps')) await steps(threads);
}
if (parts.includes('operations')) {
  const torch = await Torch.start();
  await benchOperations(torch);
  torch?.stop();
}
if (parts.includes('images')) {
  const torchvision = await Torch.start('torchvision_worker.py');
  await benchImages(torchvision);
  torchvision?.stop();
}
