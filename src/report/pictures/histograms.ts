/** How the numbers of a model are spread: its weights, their gradients, what its layers give. */
import { ArgumentError } from '../../errors.js';
import { isModule } from '../../nn/module/is-module.js';
import type { Module } from '../../nn/module/module.js';
import { type Arguments, readArguments } from '../../tensor/arguments/arguments.js';
import { assertBoolean, countOf, oneOf } from '../../tensor/arguments/checks.js';
import { isOptions, show } from '../../tensor/arguments/show.js';
import { Tensor } from '../../tensor/tensor.js';
import { toTypedArray } from '../../tensor/values/transfer.js';
import { showNumber } from '../charts/base/axis.js';
import { type Chart, type ChartLook, checkLook } from '../charts/base/chart.js';
import type { Point } from '../charts/base/downsample.js';
import type { Plot } from '../charts/base/plot.js';
import { chartOf, PLOT, readPlot } from '../charts/base/plot-options.js';
import { subplots } from '../charts/subplots.js';
import { showCount } from '../text.js';
import { activationsOf } from './activations.js';

/** The options of {@link histograms}. */
export interface HistogramsOptions extends ChartLook {
  /** Of a model: its weights, the gradients of the last `backward`, or what its layers give for `input`. Default: 'weights'. */
  of?: 'weights' | 'gradients' | 'activations';
  /** What goes through the model, for activations: one tensor, or a list of forward's arguments. Model and random numbers are afterwards what they were. */
  input?: Tensor | readonly Tensor[] | null;
  /** Only what has such a path: a text that it holds, or a pattern. Default: null, all. */
  layers?: string | RegExp | null;
  /** How many bars. Default: 40. */
  bins?: number;
  /** Charts beside each other. Default: 3, or fewer where there are fewer. */
  columns?: number;
  /** Whether counts have a logarithmic axis. Default: false. */
  logCounts?: boolean;
}

const DEFAULTS = {
  of: 'weights' as NonNullable<HistogramsOptions['of']>,
  input: null as HistogramsOptions['input'],
  layers: null as HistogramsOptions['layers'],
  bins: 40,
  columns: 3,
  logCounts: false,
  title: '',
  width: 320,
  height: 230,
  theme: PLOT.theme,
  transparent: false,
};

const OP = 'histograms';
const MOST_CHARTS = 200;

/** The tensors by name. */
function tensorsOf(given: unknown, { of, input, layers }: Pick<typeof DEFAULTS, 'of' | 'input' | 'layers'>): [name: string, x: Tensor][] {
  const wanted = ([name]: readonly [string, unknown]) =>
    layers == null || (typeof layers === 'string' ? name.includes(layers) : layers.test(name));
  if (isModule(given)) {
    const model: Module = given;
    if (of === 'activations') {
      if (input == null) throw new ArgumentError(`${OP}: activations need something to go through the model. Give input: a batch.`);
      return activationsOf(OP, model, input).filter(wanted);
    }
    const parameters = model.namedParameters().filter(wanted);
    if (of === 'weights') return parameters;
    const found = parameters.flatMap(([name, { grad }]): [string, Tensor][] => (grad === null ? [] : [[name, grad]]));
    if (found.length === 0)
      throw new ArgumentError(`${OP}: no parameter has a gradient. Call loss.backward() before, and zeroGrad() after.`);
    return found;
  }
  if (given instanceof Tensor) return [['', given]];
  const list = Array.isArray(given) ? given.map((x, i) => [String(i), x] as const) : isOptions(given) ? Object.entries(given) : undefined;
  const wrong = list?.find(([, x]) => !(x instanceof Tensor));
  if (list === undefined || wrong !== undefined)
    throw new ArgumentError(
      `${OP}: got ${show(wrong === undefined ? given : wrong[1])}, expected a model, a tensor, or tensors by name: { weight: x }.`,
    );
  return (list as [string, Tensor][]).filter(wanted);
}

interface Counts {
  readonly edges: readonly number[];
  readonly counts: readonly number[];
  readonly mean: number;
  readonly std: number;
  readonly total: number;
  /** How many are no finite numbers. */
  readonly others: number;
}

/** Counts values in bins of equal width, as numpy's histogram: the last bin has both of its ends. */
export function countBins(values: ArrayLike<number | bigint>, bins: number): Counts {
  let [low, high, sum, finite] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const v = Number(values[i]!);
    if (!Number.isFinite(v)) continue;
    if (v < low) low = v;
    if (v > high) high = v;
    sum += v;
    finite++;
  }
  const mean = sum / finite;
  const counts = Array<number>(bins).fill(0);
  if (finite === 0) [low, high] = [0, 1];
  else if (low === high) [low, high] = [low - 0.5, high + 0.5];
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    const v = Number(values[i]!);
    if (!Number.isFinite(v)) continue;
    squares += (v - mean) ** 2;
    counts[Math.min(bins - 1, Math.floor(((v - low) / (high - low)) * bins))]!++;
  }
  const edges = Array.from({ length: bins + 1 }, (_, k) => low + ((high - low) * k) / bins);
  return {
    edges,
    counts,
    mean,
    std: finite > 1 ? Math.sqrt(squares / (finite - 1)) : 0,
    total: values.length,
    others: values.length - finite,
  };
}

const rounded = (value: number) => showNumber(Number(value.toPrecision(3)));

/**
 * Histograms of a model, a chart for each layer, or of tensors. Each says mean, deviation and number of its values below; what is NaN or infinite is counted
 * there, too.
 * @param model a model, a tensor, or several by name.
 * @throws {ArgumentError} for activations without `input`, and gradients where there are none.
 * @example
 * await histograms(model, { title: 'Weights' }).save('weights.svg');
 * histograms(model, { of: 'activations', input: x, layers: '0' });
 * histograms({ before: x, after: x.mul(2) }, { bins: 20 });
 */
export function histograms(
  model: Module | Tensor | readonly Tensor[] | Readonly<Record<string, Tensor>>,
  ...args: Arguments<HistogramsOptions, []>
): Chart {
  const options = readArguments(OP, DEFAULTS, args);
  const { bins, columns, logCounts, title, of, layers, ...look } = options;
  checkLook(OP, look);
  oneOf(OP, 'of', of, ['weights', 'gradients', 'activations']);
  if (layers !== null && typeof layers !== 'string' && !(layers instanceof RegExp))
    throw new ArgumentError(`${OP}: layers is ${show(layers)}, expected a text or a pattern.`);
  countOf(OP, 'bins', bins, 1);
  if (bins > 1000) throw new ArgumentError(`${OP}: bins is ${bins}, expected a whole number from 1 to 1000.`);
  countOf(OP, 'columns', columns, 1);
  assertBoolean(OP, 'logCounts', logCounts);
  const all = tensorsOf(model, options);
  if (all.length === 0)
    throw new ArgumentError(`${OP}: there is nothing to draw${layers === null ? '' : ` with ${show(String(layers))} in its path`}.`);
  if (all.length > MOST_CHARTS)
    throw new ArgumentError(`${OP}: ${all.length} histograms are too many for one picture. Choose some: layers: 'layer4'.`);
  const charts = all.map(([name, x]) => {
    const { edges, counts, mean, std, total, others } = countBins(
      toTypedArray(x as Tensor & { dtype: 'float32' }) as ArrayLike<number | bigint>,
      bins,
    );
    const width = edges[1]! - edges[0]!;
    const points = counts.map((count, k): Point => [edges[k]! + width / 2, logCounts && count === 0 ? Number.NaN : count]);
    const facts = total === others ? 'no finite value' : `mean ${rounded(mean)}, std ${rounded(std)}`;
    const base = readPlot(
      OP,
      {
        ...PLOT,
        ...look,
        title: all.length === 1 && title !== '' ? title : name,
        xLabel: `${facts}, ${showCount(total)} ${total === 1 ? 'value' : 'values'}${others > 0 ? `, ${showCount(others)} not finite` : ''}`,
        yScale: logCounts ? 'log' : 'linear',
      },
      0,
      { x: [], y: logCounts ? [0.5, ...counts] : counts, fromZero: !logCounts, xEnds: [edges[0]!, edges.at(-1)!] },
    );
    const floor = logCounts ? 0.5 : 0;
    const plot: Plot = {
      ...base,
      legend: [],
      layers: [
        {
          kind: 'bars',
          points,
          lower: points.map(([px]): Point => [px, floor]),
          colour: of === 'gradients' ? 1 : of === 'activations' ? 2 : 0,
          size: width * 0.98,
        },
      ],
    };
    return chartOf(OP, { ...look, title: base.title }, plot, '1 histogram');
  });
  if (charts.length === 1) return charts[0]!;
  const across = Math.min(columns, charts.length);
  return subplots(Math.ceil(charts.length / across), across, charts, { title });
}
