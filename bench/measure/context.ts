/** What every part of the run is given. */
import { honeCommand, torchCommand } from '../peers/commands.js';
import { Peer, type PeerCommand } from '../peers/peer.js';
import type { Results } from '../report/results.js';
import type { Machine } from './machine.js';

export interface Settings {
  threads: readonly number[];
  engines: readonly ('native' | 'wasm')[];
  /** Rows whose name contains one of these. */
  only: readonly string[];
  kinds: readonly ('train' | 'forward')[];
  /** Seconds for a row of steps; operations take a quarter of it. */
  seconds: number;
  quick: boolean;
  source: boolean;
  kernels: boolean;
  compile: boolean;
}

export interface Context {
  settings: Settings;
  results: Results;
}

export const wanted = ({ only }: Settings, name: string): boolean => only.some((part) => name.includes(part));

export const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** Starts Hone's engines, then PyTorch where it is installed, and says which. */
export async function startPeers({ settings, results }: Context, threads: number): Promise<Peer[]> {
  const { engines, source, compile } = settings;
  const commands: PeerCommand[] = engines.map((engine) => honeCommand({ engine, threads, source }));
  for (const command of [torchCommand(threads, false), ...(compile ? [torchCommand(threads, true)] : [])])
    if (typeof command === 'string') console.log(command);
    else commands.push(command);
  return start(results, commands);
}

export async function start(results: Results, commands: readonly PeerCommand[]): Promise<Peer[]> {
  const peers = await Promise.all(commands.map((command) => Peer.start(command)));
  for (const { name, version } of peers) results.versions[name] = version;
  console.log(`\n${peers.map(({ name, version, threads }) => `${name}: ${version}, ${plural(threads, 'thread')}`).join('; ')}`);
  return peers;
}

/** What the machine can do with an engine and its threads: measured, noted and printed. */
export async function machineOf(peer: Peer, results: Results): Promise<Machine> {
  const machine = await peer.machine();
  results.machines.push({ engine: peer.name, threads: peer.threads, machine });
  const rates = (all: Machine['triad']) => all.map(([bytes, rate]) => `${rate.toFixed(0)} (${(bytes / 2 ** 20).toFixed(1)} MB)`).join(', ');
  console.log(`${peer.name}: peak ${machine.float32.toFixed(1)} GFLOP/s float32, ${machine.float64.toFixed(1)} float64`);
  console.log(`triad ${rates(machine.triad)} GB/s; in place ${rates(machine.update)} GB/s`);
  return machine;
}

export async function stop(peers: readonly Peer[]): Promise<void> {
  await Promise.all(peers.map((peer) => peer.stop()));
}
