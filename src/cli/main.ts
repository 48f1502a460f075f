#!/usr/bin/env node
/** The command `hone`. */
import { HoneError } from '../errors.js';
import { createProgram } from './program.js';

// `hone … | head` closes the pipe before all is written: that ends the command, but no training, which hears of it itself.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  if (process.stdout.listenerCount('error') === 1) process.exit(0);
});

try {
  await (await createProgram(process.argv.slice(2))).parseAsync();
} catch (error) {
  if (!(error instanceof HoneError)) throw error;
  process.stderr.write(`hone: ${error.message.replace(/^hone[a-z -]*: /, '')}\n`);
  process.exitCode = 1;
}
