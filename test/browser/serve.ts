/** A static server on this machine, for as long as a test runs. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Served {
  readonly type: string;
  readonly body: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Server {
  /** `http://127.0.0.1:<port>`. */
  readonly origin: string;
  /** The paths that were asked for, in order. */
  readonly requests: string[];
  close(): Promise<void>;
}

/** Serves `files` by their paths, and 404 for the rest. `files` may change meanwhile. */
export async function serve(files: ReadonlyMap<string, Served>): Promise<Server> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    requests.push(path);
    const file = files.get(path);
    response.writeHead(file ? 200 : 404, { 'content-type': file?.type ?? 'text/plain', 'cache-control': 'no-store', ...file?.headers });
    response.end(file?.body ?? 'not found');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { origin: `http://127.0.0.1:${port}`, requests, close };
}
