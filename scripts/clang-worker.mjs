// A worker thread with clang in it: takes { id, command, files }, answers { id, files } or { id, error }, and warnings as text.
import { parentPort } from 'node:worker_threads';
import { runClang } from '@yowasp/clang';

console.log = () => {}; // clang's own progress lines

parentPort.on('message', async ({ id, command, files }) => {
  const chunks = [];
  const collect = (bytes) => {
    if (bytes) chunks.push(bytes);
  };
  const text = () => new TextDecoder().decode(Buffer.concat(chunks));
  try {
    const result = await runClang(command, files, { stdout: collect, stderr: collect });
    const output = command[command.indexOf('-o') + 1];
    parentPort.postMessage({ id, output: result[output], text: text() });
  } catch (error) {
    parentPort.postMessage({ id, error: `${command.at(-1)}: ${error.message}\n${text()}` });
  }
});
