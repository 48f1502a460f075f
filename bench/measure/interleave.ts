/** One workload on Hone and its peers by turns, so that all meet the same machine. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Peer, Task } from '../peers/peer.js';
import { type Timing, timingOf } from './statistics.js';

/** What one of them took; or why it was not measured. */
export type Outcome = { timing: Timing } | { none: string };

interface Entrant {
  peer: Peer;
  /** Calls between two looks at the clock. */
  calls: number;
  /** Rounds of a turn. */
  rounds: number;
  times: number[];
}

/** The clock is looked at this often at most, in milliseconds. */
const ROUND = 2;

/** Threads of a pool that wait for more work by spinning would be in the next one's way. */
const PAUSE = 20;

/** Calls that come before any is timed: while memory grows and code is compiled, the first take up to twice as long. */
const COLD = 4;

/** Times that a row is made of at least. */
const FEW = 3;

/** What takes longer, in milliseconds, is called once before and timed once. */
const SLOW = 1000;

/** As many calls as fill a round, and rounds as fill a turn; the first calls are not counted. */
async function entrant(peer: Peer, turn: number): Promise<Entrant> {
  const start = performance.now();
  let each = Math.min(...(await peer.time(1, 1)));
  for (let made = 1; performance.now() - start < turn || (made < COLD && each < SLOW); ) {
    const calls = Math.max(1, Math.min(1000, Math.floor(Math.min(turn / 4, 50) / each)));
    each = Math.min(each, ...(await peer.time(1, calls)));
    made += calls;
  }
  const calls = Math.max(1, Math.round(ROUND / each));
  return { peer, calls, rounds: Math.max(1, Math.min(200, Math.floor(turn / (each * calls)))), times: [] };
}

/**
 * Runs `task` on each of `peers` for about `seconds` in all, in several turns.
 * @returns what each took, by name.
 */
export async function interleave(peers: readonly Peer[], task: Task, seconds: number, turns = 6): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  const entrants: Entrant[] = [];
  const turn = (seconds * 1e3) / peers.length / (turns + 1);
  const pause = peers.some(({ threads }) => threads > 1) ? PAUSE : 0;
  for (const peer of peers) {
    try {
      const none = await peer.make(task);
      if (none === undefined) entrants.push(await entrant(peer, turn));
      else outcomes.set(peer.name, { none });
    } catch (error) {
      outcomes.set(peer.name, { none: (error as Error).message });
    }
    await sleep(pause);
  }
  for (let i = 0; i < turns; i++) {
    for (const one of entrants) {
      // One that is slow beyond its share is asked at every other turn, or at a few.
      const enough = one.times.length >= FEW || one.times[0]! > SLOW;
      if (enough && one.rounds === 1 && i * turn < 0.7 * sum(one.times) * one.calls) continue;
      one.times.push(...(await one.peer.time(one.rounds, one.calls)));
      await sleep(pause);
    }
  }
  for (const { peer, times } of entrants) outcomes.set(peer.name, { timing: timingOf(times) });
  return outcomes;
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
