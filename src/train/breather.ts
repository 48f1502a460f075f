/** Pauses in long loops, so that servers and pages stay alive. */
import { loadedEngine } from '../engine/engine.js';

/** Milliseconds of work between two pauses: three frames of a page. */
const STRETCH = 50;

/** Ends the running task and goes on in a new one, after timers, sockets and input had their turn. */
function nextTask(): Promise<void> {
  const { setImmediate } = globalThis as { setImmediate?: (callback: () => void) => unknown };
  return new Promise((resolve) => {
    if (setImmediate) {
      setImmediate(resolve);
      return;
    }
    const channel = new MessageChannel(); // a timer would be clamped to 4 ms
    channel.port1.onmessage = () => {
      channel.port1.close();
      resolve();
    };
    channel.port2.postMessage(0);
  });
}

export class Breather {
  private last = performance.now();

  /** Call after each step: pauses when it is time, and where memory can only come back between tasks. */
  async breathe(): Promise<void> {
    const { memory } = loadedEngine();
    if (memory.underPressure) await memory.relieve();
    else if (performance.now() - this.last > STRETCH) await nextTask();
    else return;
    this.last = performance.now();
  }
}
