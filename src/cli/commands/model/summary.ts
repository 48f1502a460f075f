/** `hone summary`: what a model consists of. */
import { type Command, InvalidArgumentError } from 'commander';
import { isFile, isFolder } from '#files';
import { ArgumentError } from '../../../errors.js';
import type { ModuleWithOutput } from '../../../nn/module/module.js';
import { summary } from '../../../report/summary/summary.js';
import { getModel } from '../../../vision/models/get-model.js';
import { tableWidth } from '../../data/table.js';
import { wholeNumber } from '../../options.js';
import { loadModelFile, type ModelNotes } from '../../training/model-file.js';
import { modelName, modelNames } from '../../training/models.js';

interface SummaryFlags {
  input?: number[];
  batchSize: number;
  depth: number;
  classes?: number;
}

export function addSummaryCommand(command: Command): void {
  command
    .description(
      'Shows the tree of layers with the sizes of their outputs, parameters, multiplications and memory, as torchinfo does: of a model that hone train has written, or of one by name.',
    )
    .argument('<model>', `the folder of a run, a model file, or one of ${modelNames.join(', ')}`)
    .option('--input <size>', 'of one sample, such as 3x224x224 (default: that of the model)', size)
    .option('--batch-size <count>', 'samples at once', wholeNumber(1), 1)
    .option('--classes <count>', 'of a model by name: how many classes it tells apart', wholeNumber(1))
    .option('--depth <count>', 'how deep the tree is shown', wholeNumber(0), 3)
    .addHelpText(
      'after',
      `
Examples:
  hone summary resnet18 --input 3x224x224
  hone summary runs/train-digits`,
    )
    .action((model: string, flags: SummaryFlags) => summaryCommand(model, flags));
}

function size(text: string): number[] {
  const parts = text.split(/[x×,]/).map(Number);
  if (parts.length > 4 || !parts.every((part) => Number.isSafeInteger(part) && part > 0))
    throw new InvalidArgumentError('Expected the size of one sample, such as 3x224x224.');
  return parts;
}

/** What the models by name take, where that is not 3 x 224 x 224. */
const SIZES: Readonly<Record<string, readonly number[]>> = { mlp: [784], lenet: [1, 28, 28] };

function summaryCommand(given: string, { input, batchSize, depth, classes }: SummaryFlags): void {
  const { model, shape, title } = isFile(given) || isFolder(given) ? ofFile(given, classes) : ofName(given, classes);
  const table = summary(model, {
    inputSize: [batchSize, ...(input ?? shape)],
    depth,
    verbose: 0,
    colNames: ['output_size', 'num_params', 'mult_adds'],
  });
  process.stdout.write(`${title}\n${table}\n`);
}

interface Shown {
  readonly model: ModuleWithOutput;
  readonly shape: readonly number[];
  readonly title: string;
}

function ofFile(path: string, classes: number | undefined): Shown {
  if (classes !== undefined) throw new ArgumentError('--classes is for models by name: a trained one has its own. Leave it out.');
  const { model, notes } = loadModelFile(path);
  return { model, shape: shapeOf(notes), title: titleOf(notes) };
}

const shapeOf = ({ input }: ModelNotes) => (input.kind === 'image' ? [input.channels, input.height, input.width] : [tableWidth(input)]);

function titleOf({ model, classes, data, epoch, scores, made }: ModelNotes): string {
  const shown = Object.entries(scores).map(([name, value]) => `${name} ${value === null ? '-' : value.toFixed(4)}`);
  const what =
    classes === undefined ? 'a number' : `${classes.length} classes: ${classes.slice(0, 10).join(', ')}${classes.length > 10 ? ', …' : ''}`;
  return `${model.name}, trained on ${data} by ${made}; epoch ${epoch}, ${shown.join(', ')}\npredicts ${what}`;
}

function ofName(given: string, numClasses: number | undefined): Shown {
  const name = modelName(given, 'summary:');
  const model = getModel(name, numClasses === undefined ? {} : { numClasses }) as ModuleWithOutput;
  return { model, shape: SIZES[name] ?? [3, 224, 224], title: name };
}
