#!/usr/bin/env node
/** The command `hone`. */
import '../ops/methods/methods.js';
import '#host';
import { HoneError } from '../errors.js';
import { createProgram } from './program.js';

try {
  await createProgram().parseAsync();
} catch (error) {
  if (!(error instanceof HoneError)) throw error;
  process.stderr.write(`hone: ${error.message}\n`);
  process.exitCode = 1;
}
