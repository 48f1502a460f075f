/** The picture of a learning-rate schedule. */
import { ArgumentError } from '../../../errors.js';
import { LRScheduler } from '../../../optim/lr-scheduler/scheduler.js';
import { type Arguments, readArguments } from '../../../tensor/arguments/arguments.js';
import { above, countOf } from '../../../tensor/arguments/checks.js';
import { isOptions, show } from '../../../tensor/arguments/show.js';
import type { Chart } from '../base/chart.js';
import { PLOT, type PlotOptions } from '../base/plot-options.js';
import { type Numbers, numbersOf } from '../base/series.js';
import { type LineSeries, lineChartOf } from '../line-chart.js';
import { lrRates, type Schedule } from './lr-rates.js';

/** The options of {@link lrPlot}. */
export interface LrPlotOptions extends PlotOptions {
  /** How many epochs are drawn. Default: as many as the schedule has steps where it says so (`OneCycleLR`), else 100. */
  epochs?: number | null;
  /** For schedules that step after each batch: how many batches an epoch has. Default: 1, a step of the schedule for each epoch. */
  stepsPerEpoch?: number;
  /** The optimizer's learning rate where schedules are given as functions. Default: 0.1. */
  lr?: number;
  /** What a `ReduceLROnPlateau` is told after each epoch; the last value holds on. Default: null. */
  metrics?: Numbers | ((step: number) => number) | null;
  /** Whether a rate holds until the next, as stairs. Default: false. */
  step?: boolean;
}

const DEFAULTS = {
  ...PLOT,
  epochs: null as LrPlotOptions['epochs'],
  stepsPerEpoch: 1,
  lr: 0.1,
  metrics: null as LrPlotOptions['metrics'],
  step: false,
};

/** The schedules by name; '' where the class is the name. */
function named(op: string, given: unknown): [name: string, schedule: unknown][] {
  if (given instanceof LRScheduler || typeof given === 'function') return [['', given]];
  if (Array.isArray(given) && given.length > 0) return given.map((schedule) => ['', schedule]);
  if (isOptions(given) && Object.keys(given).length > 0) return Object.entries(given);
  throw new ArgumentError(
    `${op}: got ${show(given)}, expected a scheduler, a function that makes one, or several by name: { StepLR: (optimizer) => new StepLR(optimizer, 30) }.`,
  );
}

/** What a plateau is told, as a function of the step. */
function metricOf(op: string, metrics: unknown): ((step: number) => number) | undefined {
  if (metrics === null || metrics === undefined) return undefined;
  if (typeof metrics === 'function') return metrics as (step: number) => number;
  const values = numbersOf(op, 'metrics', metrics);
  if (values.length === 0) throw new ArgumentError(`${op}: metrics is empty, expected the score of each epoch.`);
  return (step) => values[Math.min(step, values.length - 1)]!;
}

/** @internal The curves of schedules, which `lrPlot` and the command draw. */
export function lrSeries(
  op: string,
  schedule: unknown,
  { epochs, stepsPerEpoch, lr, metrics }: Pick<typeof DEFAULTS, 'epochs' | 'stepsPerEpoch' | 'lr' | 'metrics'>,
): (LineSeries & { x: number[]; values: number[] })[] {
  if (epochs !== null && epochs !== undefined) countOf(op, 'epochs', epochs, 1);
  countOf(op, 'stepsPerEpoch', stepsPerEpoch, 1);
  above(op, 'lr', lr, 0);
  const metric = metricOf(op, metrics);
  const count = epochs == null ? null : epochs * stepsPerEpoch;
  return named(op, schedule).flatMap(([name, one]) => {
    const rates = lrRates(op, one, { count, lr, metric });
    const distinct = rates.groups.filter((values, g) => rates.groups.findIndex((other) => other.every((v, i) => v === values[i])) === g);
    return distinct.map((values, g) => ({
      name: `${name || rates.name}${distinct.length > 1 ? `, group ${g}` : ''}`,
      values,
      x: values.map((_, i) => (rates.from + i) / stepsPerEpoch),
    }));
  });
}

/**
 * The learning rates of a schedule, epoch by epoch from 0 as PyTorch counts, or step by step; several schedules in one picture. Nothing is trained, and a
 * scheduler that is given, its optimizer too, is afterwards what it was.
 * @param schedule a scheduler of `optim.lrScheduler`, composed ones too; a function that makes one for the optimizer it is given; a list of them, or several by name.
 * @throws {ArgumentError} for anything else, and for a `ReduceLROnPlateau` without `metrics`.
 * @example
 * const { CosineAnnealingWarmRestarts, StepLR } = optim.lrScheduler;
 * await lrPlot(new CosineAnnealingWarmRestarts(optimizer, 10, { tMult: 2 }), { epochs: 70 }).save('lr.svg');
 * lrPlot({ steps: (sgd) => new StepLR(sgd, 30), restarts: (sgd) => new CosineAnnealingWarmRestarts(sgd, 10) }, { lr: 0.01, yScale: 'log' });
 */
export function lrPlot(
  schedule: Schedule | readonly Schedule[] | Readonly<Record<string, Schedule>>,
  ...args: Arguments<LrPlotOptions, []>
): Chart {
  const { epochs, stepsPerEpoch, lr, metrics, step, ...look } = readArguments('lrPlot', DEFAULTS, args);
  const series = lrSeries('lrPlot', schedule, { epochs, stepsPerEpoch, lr, metrics });
  const [only] = series;
  return lineChartOf('lrPlot', {
    ...look,
    title: look.title || (series.length === 1 ? only!.name! : ''),
    xLabel: look.xLabel || 'epoch',
    yLabel: look.yLabel || 'learning rate',
    series: series.map((one) => ({ ...one, name: series.length === 1 ? '' : one.name, markers: false, step })),
  });
}
