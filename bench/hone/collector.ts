/** How much of a loop's time goes to collecting garbage: in V8's collections, and in what Hone does about them. */
import { PerformanceObserver } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadedEngine } from './hone.js';

/** The share, 0 to 1, of `milliseconds` and more of a plain loop, after as long a warm-up. */
export async function collectorShare(call: () => void, milliseconds: number): Promise<number> {
  const spin = () => {
    const end = performance.now() + milliseconds;
    do call();
    while (performance.now() < end);
  };
  spin();
  const { memory } = loadedEngine();
  const ours: { start: number; end: number }[] = [];
  const collect = memory.collect;
  memory.collect = function (this: typeof memory) {
    const start = performance.now();
    collect.call(this);
    ours.push({ start, end: performance.now() });
  };
  const theirs: { start: number; end: number }[] = [];
  const observer = new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) theirs.push({ start: startTime, end: startTime + duration });
  });
  observer.observe({ entryTypes: ['gc'] });
  const start = performance.now();
  spin();
  const end = performance.now();
  memory.collect = collect;
  await sleep(20); // entries come between tasks
  observer.disconnect();
  // V8's within Hone's are counted once.
  const apart = theirs.filter(
    (gc) => gc.start >= start && gc.start < end && !ours.some((own) => gc.start >= own.start && gc.start < own.end),
  );
  return [...ours, ...apart].reduce((sum, each) => sum + each.end - each.start, 0) / (end - start);
}
