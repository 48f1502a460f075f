/** The commands of `hone`, and what they share. */
import { Command, Help } from 'commander';
import { oneOf, wholeNumber } from './options.js';
import { version } from './version.js';

const bold = (text: string) => `\x1b[1m${text}\x1b[22m`; // commander removes it where colours are off

/** How a command stands in the list, and the module that says the rest. */
interface Entry {
  /** What follows the name in the list. */
  words?: string;
  summary: string;
  define: () => Promise<(command: Command) => unknown>;
}

const commands: Record<string, Entry> = {
  study: {
    words: '[options] [study]',
    summary: 'compare techniques over several seeds, with a verdict: a preset, or a file of your own',
    define: async () => (await import('./commands/study.js')).addStudyCommand,
  },
  train: {
    words: '[options] [data]',
    summary: 'train a model on a data set, an image folder or a CSV file',
    define: async () => (await import('./commands/train.js')).addTrainCommand,
  },
  runs: {
    summary: 'list, show, compare and delete runs of hone train and hone study',
    define: async () => (await import('./commands/runs.js')).addRunsCommand,
  },
  eval: {
    words: '[options] <model> <data>',
    summary: 'measure a trained model on a data set, an image folder or a CSV file',
    define: async () => (await import('./commands/model/eval.js')).addEvalCommand,
  },
  predict: {
    words: '[options] <photo...>',
    summary: 'predict pictures or rows of a CSV file with a trained model',
    define: async () => (await import('./commands/model/predict.js')).addPredictCommand,
  },
  summary: {
    words: '[options] <model>',
    summary: 'show the layers of a model, with sizes and parameters',
    define: async () => (await import('./commands/model/summary.js')).addSummaryCommand,
  },
  'lr-find': {
    words: '[options] [data]',
    summary: 'try learning rates for a model and its data, with several seeds',
    define: async () => (await import('./commands/lr-find.js')).addLrFindCommand,
  },
  convert: {
    words: '[options] <input> [output]',
    summary: 'list or convert model files: .safetensors, .pth',
    define: async () => (await import('./commands/convert.js')).addConvertCommand,
  },
  tensorboard: {
    words: '[options] [runs]',
    summary: 'start TensorBoard on folders of runs, and say where it is',
    define: async () => (await import('./commands/tensorboard.js')).addTensorBoardCommand,
  },
  lr: {
    words: '[options] <schedule...>',
    summary: 'draw a schedule of learning rates',
    define: async () => (await import('./commands/lr.js')).addLrCommand,
  },
  doctor: {
    summary: 'show which engine runs here, and why',
    define: async () => (await import('./commands/doctor.js')).addDoctorCommand,
  },
};

/**
 * The program, ready to parse.
 * @param named the words of the command line: of commands that are not among them only names and summaries are there, so that `hone --help` need not
 *   load them all. Default: all commands, whole.
 */
export async function createProgram(named?: readonly string[]): Promise<Command> {
  const program: Command = new Command('hone')
    .description(
      'Deep learning for TypeScript: train models on pictures and tables, measure them, predict with them, compare techniques, convert model files.',
    )
    .version(version, '-V, --version', 'print the version')
    .option('--engine <name>', 'native or wasm, which runs the arithmetic; default: native where it loads', oneOf(['native', 'wasm']))
    .option('--threads <count>', 'threads that kernels use; default: all cores', wholeNumber(1))
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .configureHelp({
      showGlobalOptions: true,
      styleTitle: bold,
      subcommandTerm: (command) =>
        command.parent === program && commands[command.name()]
          ? [command.name(), commands[command.name()]?.words].filter(Boolean).join(' ')
          : Help.prototype.subcommandTerm(command),
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

  program.hook('preAction', async () => {
    const { engine, threads } = program.opts<{ engine?: 'native' | 'wasm'; threads?: number }>();
    if (threads !== undefined) process.env['HONE_THREADS'] = String(threads);
    if (engine !== undefined) (await import('../engine/select.js')).setEngine(engine);
  });

  for (const [name, { summary, define }] of Object.entries(commands)) {
    const command = program.command(name).summary(summary);
    if (named && !named.includes(name)) continue;
    await Promise.all([import('../ops/methods/methods.js'), import('#host')]);
    (await define())(command);
  }
  pointToHelp(program, 'hone');
  return program;
}

/** Errors name the help that helps: `hone study --help`. */
function pointToHelp(command: Command, path: string): void {
  command.showHelpAfterError(`(${path} --help shows what there is)`);
  for (const sub of command.commands) pointToHelp(sub, `${path} ${sub.name()}`);
}
