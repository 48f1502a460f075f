/**
 * A process that runs workloads on request: Hone with one of its engines, or a peer. They speak in lines of JSON. The first line that it writes
 * says what it is: `{version, threads}`. Then it answers each request, always in order:
 *   {do: 'make', task}           makes what is to be run, in place of what it made before    {} or {none: 'why it has no such thing'}
 *   {do: 'time', rounds, calls}  runs it rounds × calls times                               {times: milliseconds a call, of each round}
 *   {do: 'peak'}                 the most memory that it has had resident, in MB            {peak}
 *   {do: 'collector', milliseconds}  Hone alone: the share of a loop spent on garbage       {share}
 *   {do: 'machine'}              Hone alone: what the machine can do at best                {machine}
 *   {do: 'profile', calls}       Hone alone: where its time goes                            {lines}
 * and {error} where it failed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import type { Machine } from '../measure/machine.js';
import type { OperationTask } from '../workloads/operations/operation.js';
import type { OverheadTask } from '../workloads/overhead.js';
import type { StepTask } from '../workloads/steps.js';

export type Task = StepTask | OperationTask | OverheadTask;

export type Request =
  | { do: 'make'; task: Task }
  | { do: 'time'; rounds: number; calls: number }
  | { do: 'peak' }
  | { do: 'collector'; milliseconds: number }
  | { do: 'machine' }
  | { do: 'profile'; calls: number };

interface Answer {
  none?: string;
  error?: string;
  times?: number[];
  peak?: number;
  share?: number;
  machine?: Machine;
  lines?: string[];
}

/** How to start one. */
export interface PeerCommand {
  /** As tables name it. */
  name: string;
  /** Whose it is. */
  family: 'hone' | 'torch' | 'tfjs' | 'jax';
  command: string;
  args: readonly string[];
  env?: Readonly<Record<string, string>>;
}

export class Peer {
  readonly name: string;
  readonly family: PeerCommand['family'];
  version = '';
  threads = 0;
  private readonly answers: AsyncIterator<string>;

  private constructor(
    command: PeerCommand,
    private readonly child: ChildProcess,
    private readonly lines: Interface,
  ) {
    this.name = command.name;
    this.family = command.family;
    this.answers = lines[Symbol.asyncIterator]();
  }

  /** Starts one and waits until it has said what it is. */
  static async start(command: PeerCommand): Promise<Peer> {
    const child = spawn(command.command, [...command.args], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...command.env },
    });
    const peer = new Peer(command, child, createInterface(child.stdout!));
    Object.assign(peer, await peer.answer());
    return peer;
  }

  /** Makes what `task` says. @returns why not, where the peer has no such thing or failed. */
  async make(task: Task): Promise<string | undefined> {
    const { none, error } = await this.ask({ do: 'make', task });
    return none ?? error;
  }

  /** Milliseconds a call, of each round. */
  time(rounds: number, calls: number): Promise<number[]> {
    return this.get('times', { do: 'time', rounds, calls });
  }

  peak(): Promise<number> {
    return this.get('peak', { do: 'peak' });
  }

  collectorShare(milliseconds: number): Promise<number> {
    return this.get('share', { do: 'collector', milliseconds });
  }

  machine(): Promise<Machine> {
    return this.get('machine', { do: 'machine' });
  }

  profile(calls: number): Promise<string[]> {
    return this.get('lines', { do: 'profile', calls });
  }

  /** Ends it; resolves when it has ended. */
  stop(): Promise<void> {
    const ended = new Promise<void>((resolve) => this.child.once('exit', () => resolve()));
    this.child.stdin!.end();
    this.lines.close();
    return ended;
  }

  /** Whatever a worker of another kind answers. */
  request(request: object): Promise<unknown> {
    this.child.stdin!.write(`${JSON.stringify(request)}\n`);
    return this.answer();
  }

  /** What the answer has under `key`. @throws {Error} with the peer's own message, where it has none. */
  private async get<K extends keyof Answer>(key: K, request: Request): Promise<NonNullable<Answer[K]>> {
    const answer = await this.ask(request);
    const value = answer[key];
    if (value === undefined) throw new Error(`${this.name}: ${answer.error}`);
    return value as NonNullable<Answer[K]>;
  }

  private async ask(request: Request): Promise<Answer> {
    return (await this.request(request)) as Answer;
  }

  private async answer(): Promise<Answer> {
    const { value, done } = await this.answers.next();
    if (done) throw new Error(`${this.name} ended before it answered; see its message above.`);
    return JSON.parse(value) as Answer;
  }
}
