/** Node's worker threads. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parentPort, Worker } from 'node:worker_threads';
import { EngineError } from '../../errors.js';
import { findHome } from '../locate-node.js';
import type { ParentThread, Thread, ThreadEvents, Threads } from './threads.js';

/** Whether this is the package's source, in its own tests: those join the worker's program themselves (test/helpers/joined-source.ts). */
const fromSource = (import.meta.url as string | undefined)?.endsWith('.ts') === true;

/** The worker's program in the package; where this code was bundled, the package must be installed beside it. */
function program(): URL {
  const { folder } = findHome();
  const path = folder && join(folder, fromSource ? 'build/source/loader-worker.js' : 'dist/node/loader-worker.js');
  if (!path || !existsSync(path))
    throw new EngineError(
      `DataLoader: the program of its workers is not to be found (${path ?? 'this program was bundled, and the package hone is not to be found from it'}). Keep hone out of the bundle, or leave numWorkers at 0.`,
    );
  return pathToFileURL(path);
}

function startLoaderWorker(name: string, events: ThreadEvents): Thread {
  // By way of a text: workers inherit Node's flags, and one that is about the program's own text (--input-type) admits no file.
  const worker = new Worker(`import(${JSON.stringify(program().href)})`, { name, eval: true });
  let failure: unknown;
  worker.on('message', (message) => events.message(message));
  worker.on('messageerror', (error) => events.end(error, 1));
  worker.on('error', (error) => {
    failure = error;
  });
  worker.on('exit', (code) => events.end(failure, code));
  worker.unref();
  return {
    post: (message, moved = []) => worker.postMessage(message, moved),
    hold: () => worker.ref(),
    release: () => worker.unref(),
    stop: async () => {
      await worker.terminate();
    },
  };
}

function parent(): ParentThread {
  const port = parentPort;
  if (!port) throw new EngineError("DataLoader: this is the program of a loader's worker; it is no program of its own.");
  return {
    post: (message, moved = []) => port.postMessage(message, moved),
    receive: (take) => {
      port.on('message', take);
    },
  };
}

export const nodeThreads: Threads = { startLoaderWorker, parent };
