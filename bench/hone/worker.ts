/** Hone in a process of its own, as its peers are: one for each engine. `peers/peer.ts` says what the lines mean. */
import { createInterface } from 'node:readline';
import type { Request, Task } from '../peers/peer.js';
import { collectorShare } from './collector.js';
import { hone } from './hone.js';
import { measureMachine } from './machine.js';
import { stepOf } from './models.js';
import { operationOf } from './operations.js';
import { chainOf } from './overhead.js';
import { peakMemory } from './peak.js';
import { profileOf } from './profile.js';

function make(task: Task): () => void {
  if (task.kind === 'overhead') return chainOf(task);
  return task.kind === 'operation' ? operationOf(task) : stepOf(task);
}

function measure(call: () => void, rounds: number, calls: number): number[] {
  const times: number[] = [];
  for (let r = 0; r < rounds; r++) {
    const start = performance.now();
    for (let i = 0; i < calls; i++) call();
    times.push((performance.now() - start) / calls);
  }
  return times;
}

let made: (() => void) | undefined;

async function answer(request: Request): Promise<object> {
  switch (request.do) {
    case 'make':
      made = make(request.task);
      return {};
    case 'time':
      return { times: measure(made!, request.rounds, request.calls) };
    case 'machine':
      return { machine: measureMachine() };
    case 'peak':
      return { peak: peakMemory() };
    case 'collector':
      return { share: await collectorShare(made!, request.milliseconds) };
    case 'profile':
      return { lines: profileOf(made!, request.calls) };
  }
}

const say = (message: object) => process.stdout.write(`${JSON.stringify(message)}\n`);

const { name, isa, threads } = hone.engineInfo();
say({ version: `${name} (${isa})`, threads });
for await (const line of createInterface(process.stdin)) {
  try {
    say(await answer(JSON.parse(line) as Request));
  } catch (error) {
    console.error(error);
    say({ error: (error as Error).message });
  }
}
