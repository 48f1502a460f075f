/** Pauses in long loops, so that servers and pages stay alive. */
import { loadedEngine } from '../engine.js';
import { nextTask } from './next-task.js';

/** Milliseconds of work between two pauses: three frames of a page. */
const STRETCH = 50;

export class Pacer {
  private last = performance.now();

  /** Call after each step: pauses when it is time, and where memory can only come back between tasks. */
  async pause(): Promise<void> {
    const { memory } = loadedEngine();
    if (memory.underPressure) await memory.drain();
    else if (performance.now() - this.last > STRETCH) await nextTask();
    else return;
    this.last = performance.now();
  }
}
