/** What a training gave, epoch by epoch, as curves. */
import { ArgumentError } from '../../../errors.js';
import { type Arguments, readArguments } from '../../../tensor/arguments/arguments.js';
import { assertBoolean, countOf } from '../../../tensor/arguments/checks.js';
import { isOptions, show } from '../../../tensor/arguments/show.js';
import { spread } from '../../spread.js';
import { type Chart, type ChartLook, checkLook } from '../base/chart.js';
import { PLOT } from '../base/plot-options.js';
import { type LineSeries, lineChartOf } from '../line-chart.js';
import { subplots } from '../subplots.js';

/** What curves need of an epoch's record, as `fit` keeps it. */
export interface RecordedEpoch {
  /** From 1. */
  readonly epoch: number;
  /** Loss and metrics of the training data. */
  readonly train: Readonly<Record<string, number>>;
  /** Those of the validation data, where there were any. */
  readonly validation?: Readonly<Record<string, number>>;
  /** The learning rate of each parameter group. */
  readonly lr?: readonly number[];
  /** What callbacks noted. */
  readonly logged?: Readonly<Record<string, number>>;
}

/** What curves need of a training: the history that `fit` returns, or its JSON. */
export interface RecordedHistory {
  /** What each epoch gave. */
  readonly epochs: readonly RecordedEpoch[];
  /** The best epoch, where one was kept. */
  readonly best?: { readonly epoch: number };
}

/** The options of {@link lossCurves}. */
export interface LossCurvesOptions extends ChartLook {
  /** Which scores, a chart for each: 'loss', a metric's name, 'lr', or what callbacks noted. Default: null, the loss and all metrics. */
  scores?: readonly string[] | null;
  /** Charts beside each other. Default: 2, or fewer where there are fewer. */
  columns?: number;
  /** Whether the best epoch is marked. Default: true. */
  best?: boolean;
  /** Whether the loss has a logarithmic axis. Default: false. */
  logLoss?: boolean;
}

const DEFAULTS = {
  title: '',
  width: 460,
  height: 340,
  theme: PLOT.theme,
  transparent: false,
  scores: null as LossCurvesOptions['scores'],
  columns: 2,
  best: true,
  logLoss: false,
};

const isHistory = (value: unknown): value is RecordedHistory =>
  Array.isArray((value as Partial<RecordedHistory> | null | undefined)?.epochs) &&
  (value as RecordedHistory).epochs.every(
    (epoch) => typeof (epoch as Partial<RecordedEpoch> | null)?.train === 'object' && epoch.train !== null,
  );

/** Trainings that are shown as one curve, under its name; '' for the only ones. */
function named(op: string, given: unknown): [name: string, runs: readonly RecordedHistory[]][] {
  const runsOf = (value: unknown): readonly RecordedHistory[] | undefined => {
    const list = Array.isArray(value) ? value : [value];
    return list.length > 0 && list.every(isHistory) ? list : undefined;
  };
  const only = runsOf(given);
  if (only !== undefined) return [['', only]];
  if (isOptions(given)) {
    const all = Object.entries(given).map(([name, value]) => [name, runsOf(value)] as const);
    if (all.length > 0 && all.every(([, runs]) => runs !== undefined)) return all.map(([name, runs]) => [name, runs!]);
  }
  throw new ArgumentError(
    `${op}: got ${show(given)}, expected the history that fit returns, a list of them for their mean and spread, or several by name.`,
  );
}

const SIDES = ['train', 'validation'] as const;

/** A score of an epoch; undefined where it was not measured. */
function scoreOf(record: RecordedEpoch, side: (typeof SIDES)[number] | 'other', score: string): number | undefined {
  if (side !== 'other') return record[side]?.[score];
  return score === 'lr' ? record.lr?.[0] : record.logged?.[score];
}

/** The mean of the runs and how far they spread, epoch by epoch; undefined where none measured it. */
function curveOf(
  runs: readonly RecordedHistory[],
  side: (typeof SIDES)[number] | 'other',
  score: string,
): Pick<LineSeries, 'values' | 'deviation' | 'x'> | undefined {
  const byEpoch = new Map<number, number[]>();
  for (const { epochs } of runs)
    epochs.forEach((record, i) => {
      const value = scoreOf(record, side, score);
      if (typeof value !== 'number') return;
      const epoch = record.epoch ?? i + 1;
      byEpoch.set(epoch, [...(byEpoch.get(epoch) ?? []), value]);
    });
  if (byEpoch.size === 0) return undefined;
  const places = [...byEpoch.keys()].sort((a, b) => a - b);
  const points = places.map((epoch) => spread(byEpoch.get(epoch)!));
  const deviation = points.some(({ deviation }) => deviation > 0) ? { deviation: points.map((p) => p.deviation) } : {};
  return { x: places, values: points.map(({ mean }) => mean), ...deviation };
}

/** The scores of all runs: the loss first. */
function scoresOf(runs: readonly RecordedHistory[]): string[] {
  const names = runs.flatMap(({ epochs }) => epochs.flatMap((e) => [...Object.keys(e.train), ...Object.keys(e.validation ?? {})]));
  return [...new Set(['loss', ...names])].filter((name) => name !== 'loss' || names.includes('loss'));
}

/**
 * The curves of a training: a chart for each score, with training and validation in it and the best epoch marked. Of a list of trainings the mean is drawn, with
 * a band of one standard deviation; of several by name validation is whole and training dashed.
 * @param history what `fit` returns; its JSON will do.
 * @returns one chart; for several scores, with the width and height of each.
 * @throws {ArgumentError} for anything else, and a score that was not measured.
 * @example
 * const history = await fit(model, { train, validation, loss: criterion, optimizer, epochs: 2, metrics: ['accuracy'] });
 * await lossCurves(history, { title: 'A first training' }).save('training.svg');
 */
export function lossCurves(
  history: RecordedHistory | readonly RecordedHistory[] | Readonly<Record<string, RecordedHistory | readonly RecordedHistory[]>>,
  ...args: Arguments<LossCurvesOptions, []>
): Chart {
  const { scores, columns, best, logLoss, title, ...look } = readArguments('lossCurves', DEFAULTS, args);
  checkLook('lossCurves', look);
  countOf('lossCurves', 'columns', columns, 1);
  assertBoolean('lossCurves', 'best', best);
  const groups = named('lossCurves', history);
  const all = groups.flatMap(([, runs]) => runs);
  if (scores != null && (!Array.isArray(scores) || scores.length === 0 || !scores.every((score) => typeof score === 'string')))
    throw new ArgumentError(`lossCurves: scores is ${show(scores)}, expected names such as ['loss', 'accuracy'].`);
  const wanted = scores ?? scoresOf(all);
  if (wanted.length === 0) throw new ArgumentError('lossCurves: no epoch has ended: there is nothing to draw.');
  const mark = best ? bestEpoch(all) : undefined;
  const charts = wanted.map((score) => {
    const series = groups.flatMap(([name, runs], place): LineSeries[] => {
      const measured = (side: 'train' | 'validation' | 'other') => {
        const curve = curveOf(runs, side, score);
        return curve === undefined ? [] : [{ side, curve }];
      };
      const both = SIDES.flatMap(measured);
      const sides = both.length > 0 ? both : measured('other');
      return sides.map(({ side, curve }) =>
        name === ''
          ? { name: side === 'other' ? '' : side, ...curve }
          : { name: side === 'train' ? `${name}, train` : name, ...curve, ...paint(place, side === 'train' && sides.length > 1) },
      );
    });
    if (series.length === 0)
      throw new ArgumentError(`lossCurves: there is no score ${show(score)}; there are ${[...scoresOf(all), 'lr'].join(', ')}.`);
    return lineChartOf('lossCurves', {
      ...look,
      title: wanted.length === 1 && title !== '' ? title : score,
      xLabel: 'epoch',
      yScale: score === 'loss' && logLoss ? 'log' : 'linear',
      series,
      marks: mark === undefined ? [] : [{ x: mark, text: `best: epoch ${mark}` }],
    });
  });
  if (charts.length === 1) return charts[0]!;
  const across = Math.min(columns, charts.length);
  return subplots(Math.ceil(charts.length / across), across, charts, { title });
}

/** One colour for both curves of a training. */
const paint = (place: number, dashed: boolean) => ({ color: place, dash: dashed ? ('dashed' as const) : ('solid' as const) });

/** The best epoch of a single training: the one that was kept, else that with the lowest loss on validation data. */
function bestEpoch(runs: readonly RecordedHistory[]): number | undefined {
  if (runs.length !== 1) return undefined;
  const [{ best, epochs }] = runs as [RecordedHistory];
  if (typeof best?.epoch === 'number') return best.epoch;
  const measured = epochs.filter(({ validation }) => Number.isFinite(validation?.['loss']));
  if (measured.length === 0) return undefined;
  return measured.reduce((a, b) => (b.validation!['loss']! < a.validation!['loss']! ? b : a)).epoch;
}
