/**
 * Runs toy-study.mjs, so that it may be killed at any moment and started again: node study.mjs FOLDER OPTIONS. Options are those of runStudy, as
 * JSON. It prints a line for each epoch, and at its end the figures, as JSON. Ctrl-C ends it after the running steps, again at once.
 */
import { writeSync } from 'node:fs';
import { runStudy } from '../../dist/node/study.js';
import study from './toy-study.mjs';

const [folder, json = '{}'] = process.argv.slice(2);
const controller = new AbortController();
process.on('SIGINT', () => {
  if (controller.signal.aborted) process.exit(0);
  controller.abort();
});

const figures = await runStudy(study, {
  ...(folder !== '' && { folder, resume: true }),
  source: { file: new URL('./toy-study.mjs', import.meta.url).href },
  signal: controller.signal,
  on: {
    runStart: ({ variant, repeat }) => writeSync(1, `run ${variant} ${repeat}\n`),
    epoch: ({ epoch }, { variant, repeat }) => writeSync(1, `epoch ${variant} ${repeat} ${epoch}\n`),
  },
  ...JSON.parse(json),
});
writeSync(1, `result ${JSON.stringify(figures, (name, value) => (name === 'seconds' ? undefined : value))}\n`);
