/** Where the program of a loader's workers is, where that is not the package's own place. */
import { ArgumentError } from '../../errors.js';

let chosen: URL | undefined;

/**
 * Says where the program of the DataLoader's workers is, for pages whose bundler does not follow `new Worker(new URL(…))` into packages, and for
 * programs that bundlers have moved away from it: bundle `hone/loader-worker` by itself and give its address. Vite needs no call.
 *
 * A page that serves it says `setWorkerUrl('/assets/loader-worker.js')`; Vite gives the address of a file of yours that imports
 * `hone/loader-worker`, and what else should be there: `import url from './worker.js?worker&url'`.
 * @param url an address, in pages relative to the page; in Node a `file:` address.
 * @throws {ArgumentError} for anything else.
 */
export function setWorkerUrl(url: URL | string): void {
  const base = globalThis.document?.baseURI ?? globalThis.location?.href;
  try {
    if (url instanceof URL || (typeof url === 'string' && url !== '')) {
      chosen = new URL(url, base);
      return;
    }
  } catch {
    // Said below.
  }
  throw new ArgumentError(
    `setWorkerUrl: got ${typeof url === 'string' ? `"${url}"` : `a value of type ${typeof url}`}, expected an address: new URL('./loader-worker.js', import.meta.url).`,
  );
}

/** What was chosen, if anything was. */
export const workerUrl = (): URL | undefined => chosen;

let hooks: { readonly url: string; readonly data: object } | undefined;

/** Has workers read modules by these hooks of Node's loader, as this thread does: before Node 22 they do not inherit them. */
export function setWorkerHooks(url: string, data: object): void {
  hooks = { url, data };
}

/** The hooks of workers, if there are any. */
export const workerHooks = (): { readonly url: string; readonly data: object } | undefined => hooks;
