/** The commands of `hone`, and what they share. */
import { Command } from 'commander';
import { setEngine } from '../engine/select.js';
import { addConvertCommand } from './commands/convert.js';
import { doctor } from './commands/doctor.js';
import { addLrCommand } from './commands/lr.js';
import { addLrFindCommand } from './commands/lr-find.js';
import { addEvalCommand } from './commands/model/eval.js';
import { addPredictCommand } from './commands/model/predict.js';
import { addSummaryCommand } from './commands/model/summary.js';
import { addRunsCommand } from './commands/runs.js';
import { addStudyCommand } from './commands/study.js';
import { addTensorBoardCommand } from './commands/tensorboard.js';
import { addTrainCommand } from './commands/train.js';
import { oneOf, wholeNumber } from './options.js';
import { version } from './version.js';

const bold = (text: string) => `\x1b[1m${text}\x1b[22m`; // commander removes it where colours are off

/** All commands, ready to parse. */
export function createProgram(): Command {
  const program: Command = new Command('hone')
    .description(
      'Deep learning for TypeScript: train models on pictures and tables, measure them, predict with them, compare techniques, convert model files.',
    )
    .version(version, '-V, --version', 'print the version')
    .option('--engine <name>', 'native or wasm, which runs the arithmetic; default: native where it loads', oneOf(['native', 'wasm']))
    .option('--threads <count>', 'threads of the native engine; default: all cores', wholeNumber(1))
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .configureHelp({
      showGlobalOptions: true,
      styleTitle: bold,
      visibleGlobalOptions: (command) => (command === program ? [] : program.options.filter(({ long }) => long !== '--version')),
    })
    .addHelpText(
      'after',
      `
Examples:
  hone study digits --quick     four models on real digits: which is better
  hone train digits --hidden 256,128 --batch-norm --epochs 5
  hone train photos/ --model resnet18 --augment --epochs 20
  hone predict cat.jpg --model runs/train-photos
  hone study my-study.ts        your own study; hone study --help shows more`,
    );

  program.hook('preAction', () => {
    const { engine, threads } = program.opts<{ engine?: 'native' | 'wasm'; threads?: number }>();
    if (threads !== undefined) process.env['HONE_THREADS'] = String(threads);
    if (engine !== undefined) setEngine(engine);
  });

  addStudyCommand(program);
  addTrainCommand(program);
  addRunsCommand(program);
  addEvalCommand(program);
  addPredictCommand(program);
  addSummaryCommand(program);
  addLrFindCommand(program);
  addConvertCommand(program);
  addTensorBoardCommand(program);
  addLrCommand(program);
  program
    .command('doctor')
    .description('show which engine runs here, and why')
    .action(() => {
      const { text, healthy } = doctor();
      process.stdout.write(`${text}\n`);
      if (!healthy) process.exitCode = 1;
    });
  pointToHelp(program, 'hone');
  return program;
}

/** Errors name the help that helps: `hone study --help`. */
function pointToHelp(command: Command, path: string): void {
  command.showHelpAfterError(`(${path} --help shows what there is)`);
  for (const sub of command.commands) pointToHelp(sub, `${path} ${sub.name()}`);
}
