/** A server of files in a thread of its own: it answers while a program waits in a constructor. */
import { createHash } from 'node:crypto';
import { Worker } from 'node:worker_threads';

const program = `
const { parentPort, workerData } = require('node:worker_threads');
require('node:http').createServer(({ url }, response) => {
  const bytes = workerData[url.slice(1)];
  if (bytes) response.end(bytes);
  else response.writeHead(404).end();
}).listen(0, '127.0.0.1', function () { parentPort.postMessage(this.address().port); });
`;

/** @param files by their names below the address. */
export async function serveFiles(files: Readonly<Record<string, Uint8Array>>): Promise<{ url: string; close(): Promise<unknown> }> {
  const worker = new Worker(program, { eval: true, workerData: files });
  const port = await new Promise<number>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  return { url: `http://127.0.0.1:${port}/`, close: () => worker.terminate() };
}

export const md5 = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('hex');
