/** `hone lr`: a schedule of learning rates, drawn in the terminal and into a file. */
import type { Command } from 'commander';
import { ArgumentError } from '../../errors.js';
import { showNumber } from '../../report/charts/base/axis.js';
import { terminalChart } from '../../report/charts/terminal-chart.js';
import { lrPlot, lrSeries } from '../../report/charts/training/lr-plot.js';
import { width as columnsOf } from '../../report/progress/cells.js';
import { numberIn, oneOf, wholeNumber } from '../options.js';
import { makeSchedule, readComposition, schedulesHelp, showComposition } from '../schedules.js';

interface LrFlags {
  epochs: number;
  stepsPerEpoch: number;
  lr: number;
  metrics?: string;
  log?: boolean;
  out?: string;
  theme: 'light' | 'dark' | 'auto';
}

export function addLrCommand(command: Command): void {
  command
    .description(
      'Draws the learning rates of a schedule in the terminal, and with --out into a file. Schedules are those of optim.lrScheduler; "then" puts one after another (SequentialLR), "with" several together (ChainedScheduler).',
    )
    .argument('<schedule...>', 'the name of a schedule, and its options as flags')
    .allowUnknownOption()
    .option('--epochs <count>', 'how many epochs are drawn', wholeNumber(1), 100)
    .option('--steps-per-epoch <count>', 'steps of the schedule in each epoch, for those that step after each batch', wholeNumber(1), 1)
    .option('--lr <rate>', "the optimizer's learning rate", numberIn(0, Number.POSITIVE_INFINITY, true), 0.1)
    .option('--metrics <values>', 'what a ReduceLROnPlateau is told after each epoch, such as 1,0.8,0.8; the last value holds on')
    .option('--log', 'draw the rate on a logarithmic axis')
    .option('--out <file>', 'write the picture, too: .svg, .png or .html')
    .option('--theme <theme>', 'of the file: light, dark or auto', oneOf(['light', 'dark', 'auto'] as const), 'light' as const)
    .addHelpText(
      'after',
      `
Schedules, with their options (what stands in brackets can be left out):
${schedulesHelp()}
  Each takes --for <steps> before a "then": when the next one begins.

Examples:
  hone lr CosineAnnealingWarmRestarts --t0 10 --t-mult 2 --epochs 100
  hone lr LinearLR --total-iters 5 then CosineAnnealingLR --t-max 95 --out a.svg
  hone lr StepLR --step-size 30 with ExponentialLR --gamma 0.99
  hone lr OneCycleLR --max-lr 0.1 --epochs 10 --steps-per-epoch 100
  hone lr LambdaLR --lr-lambda "0.95 ** epoch"`,
    )
    .action((given: string[], flags: LrFlags) => lr(given, flags));
}

async function lr(given: readonly string[], { epochs, stepsPerEpoch, lr, metrics, log, out, theme }: LrFlags): Promise<void> {
  const composition = readComposition('lr', given);
  const schedule = makeSchedule('lr', composition, { epochs, stepsPerEpoch });
  const scores = metrics === undefined ? null : metrics.split(',').map(Number);
  if (scores?.some(Number.isNaN)) throw new ArgumentError(`lr: --metrics is "${metrics}", expected numbers such as 1,0.8,0.8.`);
  if (scores === null && composition.flat().some(({ name }) => name === 'ReduceLROnPlateau'))
    throw new ArgumentError('lr: what ReduceLROnPlateau does depends on the scores of the training. Give them: --metrics 0.9,0.7,0.7.');
  const settings = { epochs, stepsPerEpoch, lr, metrics: scores };
  const [{ values, x }] = lrSeries('lr', schedule, settings) as [{ values: number[]; x: number[] }];
  const title = showComposition(composition);
  const yScale = log ? ('log' as const) : ('linear' as const);
  const columns = Math.min(200, Math.max(40, process.stdout.columns || 80));
  const { isTTY } = process.stdout;
  const colors = Boolean(isTTY) && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb';
  const text = terminalChart({ series: [{ values, x }], xLabel: 'epoch', yLabel: 'learning rate', yScale, columns, colors, rows: 16 });
  const summary = facts(values, x);
  process.stdout.write(
    `${columnsOf(title) <= columns ? title : title.replaceAll(', then ', ',\n  then ')}\n\n${text}\n\n${summary.length <= columns ? summary : summary.replace('; ', ';\n')}\n`,
  );
  if (out === undefined) return;
  await lrPlot(schedule, { ...settings, title, yScale, theme }).save(out);
  process.stdout.write(`drawn: ${out}\n`);
}

/** `from 0.1 at epoch 0 to 0.001 at epoch 99; highest 0.1 (epoch 0), lowest 0.001 (epoch 99)`. */
function facts(values: readonly number[], x: readonly number[]): string {
  const rate = (value: number) => showNumber(Number(value.toPrecision(4)));
  const place = (i: number) => showNumber(Number(x[i]!.toPrecision(6)));
  const [low, high] = [Math.min, Math.max].map((of) => values.indexOf(values.reduce((a, b) => of(a, b)))) as [number, number];
  const last = values.length - 1;
  return `from ${rate(values[0]!)} to ${rate(values[last]!)} (epoch ${place(last)}); highest ${rate(values[high]!)} (epoch ${place(high)}), lowest ${rate(values[low]!)} (epoch ${place(low)})`;
}
