/** A thread that ends this process when its parent has gone: the program itself may be in a loop that hears of nothing. */
import { Worker } from 'node:worker_threads';

/** Milliseconds between two looks. */
const EVERY = 1000;

/** A parent that ends is replaced by another one; where systems do not do so, its number is no process's any more. */
const PROGRAM = `
const { workerData: { parent, every, grace } } = require('node:worker_threads');
const there = () => {
  if (process.ppid !== parent) return false;
  try {
    process.kill(parent, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
};
let left = grace;
setInterval(() => {
  if (there()) return;
  if (left <= 0) process.kill(process.pid, 'SIGKILL');
  left -= every;
}, every);
`;

/** @param grace milliseconds that the process has to end by itself. */
export function watchParent(grace: number): void {
  const worker = new Worker(PROGRAM, {
    name: 'parent of a study process',
    eval: true,
    execArgv: [],
    workerData: { parent: process.ppid, every: EVERY, grace },
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
  });
  worker.on('error', () => {}); // where no thread can be had, the program hears of its parent's end by itself as before
  worker.unref();
}
