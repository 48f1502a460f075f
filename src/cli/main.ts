#!/usr/bin/env node
/** The command `hone`. */
import '../ops/methods.js';
import '#host';
import { readFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { HoneError } from '../errors.js';
import { setEngine } from '../engine/select.js';
import { doctor } from './doctor.js';
import { addStudyCommand } from './study.js';
import { addTrainCommand } from './train.js';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };

const program = new Command('hone')
  .description('Deep learning for TypeScript: compare training techniques, train models, look at the engine.')
  .version(version)
  .addOption(new Option('--engine <name>', 'the engine that runs the arithmetic; default: native where it loads').choices(['native', 'wasm']))
  .option('--threads <count>', 'threads of the native engine; default: all cores')
  .showHelpAfterError('(hone --help shows what there is)')
  .configureHelp({ sortSubcommands: false, showGlobalOptions: true })
  .addHelpText(
    'after',
    `
Examples:
  hone study digits --quick          four models on real digits: a table, and a page with curves
  hone train digits --hidden 256,128 --batch-norm --epochs 5
  hone doctor                        which engine runs, and why`,
  );

program.hook('preAction', (command) => {
  const { engine, threads } = command.opts<{ engine?: 'native' | 'wasm'; threads?: string }>();
  if (threads !== undefined) process.env['HONE_THREADS'] = threads;
  if (engine !== undefined) setEngine(engine);
});

addStudyCommand(program);
addTrainCommand(program);
program
  .command('doctor')
  .description('tell which engine runs, its instruction set and threads, and why it is that one')
  .action(() => {
    process.stdout.write(`${doctor(version)}\n`);
  });

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof HoneError)) throw error;
  process.stderr.write(`\nhone: ${error.message}\n`);
  process.exitCode = 1;
}
