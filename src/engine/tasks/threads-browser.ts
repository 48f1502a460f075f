/** Web workers. */
import { EngineError } from '../../errors.js';
import type { Thread, ThreadEvents } from './threads.js';
import { workerUrl } from './worker-url.js';

/** The program of a worker. Written out, so that bundlers find it, bundle it by itself, and put in the new address. */
function start(): Worker {
  const chosen = workerUrl();
  if (chosen !== undefined) return new Worker(chosen, { type: 'module' });
  return new Worker(new URL('../../vision/worker-index.js', import.meta.url), { type: 'module' });
}

const WHERE = "Bundle hone/loader-worker by itself and name its address with setWorkerUrl('…'), or leave numWorkers at 0.";

/** Starts the program of a worker of a DataLoader. */
export function startLoaderWorker(name: string, events: ThreadEvents): Thread {
  if (typeof Worker === 'undefined') throw new EngineError('DataLoader: there are no web workers here. Leave numWorkers at 0.');
  let worker: Worker;
  try {
    worker = start();
  } catch (error) {
    throw new EngineError(`DataLoader: its workers cannot be started: ${(error as Error).message}. ${WHERE}`, { cause: error });
  }
  let heard = false;
  worker.onmessage = ({ data }) => {
    heard = true;
    events.message(data);
  };
  worker.onmessageerror = () => events.end(new EngineError(`${name}: an answer cannot be read in this thread.`), 1);
  worker.onerror = (event) => {
    event.preventDefault();
    // Where the program itself is not to be had, nothing more is said.
    const { message } = event as Partial<ErrorEvent>;
    const error = message
      ? new Error(message.replace(/^Uncaught /, ''))
      : new EngineError(`${name}: ${heard ? 'it ended' : `its program cannot be loaded. ${WHERE}`}`);
    events.end((event as Partial<ErrorEvent>).error ?? error, 1);
  };
  return {
    post: (message, moved = []) => worker.postMessage(message, [...moved]),
    hold() {},
    release() {},
    async stop() {
      worker.terminate();
    },
  };
}
