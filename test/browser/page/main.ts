/** The page of browser.test.ts: hands the programs to whoever drives it. */
import * as hone from 'hone';
import { browserRefusals, essentials } from './essentials.js';
import { smallStudy } from './study.js';
import { trainByFit, trainByHand, trainLong, trainWith } from './training.js';

/** Runs `work` while a timer counts: how often it rang, and the longest time between two rings. */
async function whileCounting<R>(work: () => Promise<R>): Promise<{ result: R; rings: number; longestGap: number; milliseconds: number }> {
  const start = performance.now();
  let [rings, longestGap, last] = [0, 0, start];
  const ring = () => {
    const now = performance.now();
    longestGap = Math.max(longestGap, now - last);
    last = now;
    rings++;
  };
  const timer = setInterval(ring, 10);
  const result = await work();
  ring();
  clearInterval(timer);
  return { result, rings: rings - 1, longestGap, milliseconds: last - start };
}

async function digits(): Promise<Uint8Array> {
  return new Uint8Array(await (await fetch('/digits.bin')).arrayBuffer());
}

const program = {
  engine: () => hone.engineInfo(),
  ready: () => hone.ready(),
  essentials,
  browserRefusals,
  smallStudy,
  trainByFit: async () => {
    const bytes = await digits();
    return whileCounting(() => trainByFit(bytes));
  },
  trainWith,
  trainByHand: async () => trainByHand(await digits()),
  trainLong: (steps: number) =>
    trainLong(steps, () => (globalThis as unknown as { wasmMemory: WebAssembly.Memory }).wasmMemory.buffer.byteLength),
  /** What the first tensor, and ready(), say where no engine is. */
  engineFailures: async () => {
    const text = (error: unknown) => `${(error as Error).name}: ${(error as Error).message}`;
    const later = hone.ready().then(() => 'ready', text);
    let now = 'a tensor';
    try {
      hone.ones([1]);
    } catch (error) {
      now = text(error);
    }
    return { now, later: await later };
  },
  /** Fails as a page's own code would: nobody catches it. */
  fail: () => void setTimeout(() => hone.tensor([1, 2]).add(hone.tensor([1, 2, 3]))),
};
export type Program = typeof program;

Object.assign(globalThis, { program });
