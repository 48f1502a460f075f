/** Node's worker threads. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { EngineError } from '../../errors.js';
import { findHome } from '../locate-node.js';
import type { Thread, ThreadEvents } from './threads.js';
import { workerHooks, workerUrl } from './worker-url.js';

/** Whether this is the package's source, in its own tests: those join the worker's program themselves (test/helpers/joined-source.ts). */
const fromSource = (import.meta.url as string | undefined)?.endsWith('.ts') === true;

/** The worker's program in the package; where this code was bundled, the package must be installed beside it, or the user says where it is. */
function program(): URL {
  const chosen = workerUrl();
  if (chosen !== undefined) return chosen;
  const { folder } = findHome();
  const path = folder && join(folder, fromSource ? 'build/source/loader-worker.js' : 'dist/node/loader-worker.js');
  if (!path || !existsSync(path))
    throw new EngineError(
      `DataLoader: the program of its workers is not to be found (${path ?? 'this program was bundled, and the package hone is not to be found from it'}). Keep hone out of the bundle, name the program with setWorkerUrl, or leave numWorkers at 0.`,
    );
  return pathToFileURL(path);
}

/** Starts the program of a worker of a DataLoader. */
export function startLoaderWorker(name: string, events: ThreadEvents): Thread {
  // By way of a text: workers inherit Node's flags, and one that is about the program's own text (--input-type) admits no file.
  const hooks = workerHooks();
  const prepare = hooks ? `require('node:module').register(${JSON.stringify(hooks.url)}, { data: ${JSON.stringify(hooks.data)} });` : '';
  const worker = new Worker(`${prepare}import(${JSON.stringify(program().href)})`, { name, eval: true });
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
