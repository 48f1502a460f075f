/** What lrFind found: curves, suggestions, and their text and picture. */
import { ArgumentError } from '../../errors.js';
import type { Chart } from '../../report/charts/base/chart.js';
import type { NoValley, Valley } from './valley.js';

/** The curve of one seed. */
export interface LrCurve {
  /** What its random numbers started from. */
  readonly seed: number;
  /** The rates, ascending: those of the group whose rate is highest. */
  readonly lr: readonly number[];
  /** The loss of a batch at each of them. */
  readonly loss: readonly number[];
  /** The means over neighbouring losses. */
  readonly smoothed: readonly number[];
  /** Whether it ended early, as the loss was NaN, infinite, or far above the lowest. */
  readonly diverged: boolean;
  /** Where its loss falls; undefined without a clear valley. */
  readonly valley: Valley | undefined;
  /** Why it has none. */
  readonly noValley: NoValley | undefined;
}

/** A number over all seeds: the geometric mean, and the lowest and highest. */
export interface OverSeeds {
  /** The geometric mean. */
  readonly value: number;
  /** The lowest of any seed. */
  readonly min: number;
  /** The highest of any seed. */
  readonly max: number;
}

const WHY: Readonly<Record<NoValley, string>> = {
  short: 'there are too few steps. Take more: steps: 100.',
  flat: 'the loss neither falls nor rises. Raise maxLr, take more steps, or see whether the model learns at all.',
  rising: 'the loss only rises. Lower minLr, or see whether the model is trained already.',
  falling: 'the loss still falls at the highest rate. Raise maxLr.',
};

/** Which rates are tried. */
export interface Trial {
  readonly minLr: number;
  readonly maxLr: number;
  readonly steps: number;
  readonly mode: 'exponential' | 'linear';
}

/** The names that {@link LrFound.suggestions} has, and that of the valley's ends. */
type Place = keyof Valley;

/** What {@link lrFind} found. Print it: `console.log(String(found))`. */
export class LrFound {
  /** The name that texts and errors show: minifiers rename classes, but leave this. */
  static readonly className: string = 'LrFound';
  /** A curve for each seed. */
  readonly curves: readonly LrCurve[];
  /** Which rates were tried. */
  private readonly trial: Trial;
  /** The rate to train with: the middle of the descent, the geometric mean over the seeds. Undefined where most seeds have no clear valley. */
  readonly suggestion: number | undefined;
  /** The rates that rules suggest: fastai's `valley`, the steepest descent, and a tenth of the rate of the lowest loss. */
  readonly suggestions: Readonly<Record<'valley' | 'steepest' | 'minimum', OverSeeds>> | undefined;
  /** Between which rates the loss falls, and how that differs from seed to seed. */
  readonly range: { readonly from: OverSeeds; readonly to: OverSeeds } | undefined;

  /** @internal */
  constructor(curves: readonly LrCurve[], { minLr, maxLr, steps, mode }: Trial) {
    this.curves = curves;
    this.trial = { minLr, maxLr, steps, mode };
    const valleys = curves.flatMap(({ valley }) => (valley ? [valley] : []));
    if (2 * valleys.length <= curves.length) return;
    const over = (place: Place): OverSeeds => {
      const values = valleys.map((valley) => valley[place]);
      const logs = values.reduce((sum, value) => sum + Math.log(value), 0);
      return { value: Math.exp(logs / values.length), min: Math.min(...values), max: Math.max(...values) };
    };
    this.suggestions = { valley: over('valley'), steepest: over('steepest'), minimum: over('minimum') };
    this.range = { from: over('from'), to: over('to') };
    this.suggestion = this.suggestions.valley.value;
  }

  /** In words: suggestion and range with their spread over the seeds, or that there is no clear valley, and why. */
  toString(): string {
    const { curves, suggestions, range } = this;
    const { minLr, maxLr, steps, mode } = this.trial;
    const count = curves.length;
    const head = `lrFind: ${count} ${count === 1 ? 'seed' : 'seeds'}, ${steps} steps from ${text(minLr)} to ${text(maxLr)} (${mode})`;
    if (!suggestions || !range) {
      const reasons = [...new Set(curves.flatMap(({ noValley }) => noValley ?? []))];
      const seeds = (why: NoValley) => curves.filter(({ noValley }) => noValley === why).length;
      const lines = reasons.map(
        (why) => `${reasons.length > 1 || seeds(why) < count ? `${seeds(why)} of ${count} seeds: ` : ''}${WHY[why]}`,
      );
      return `${head}\nno clear valley: ${lines.join('\n                 ')}`;
    }
    const found = curves.filter(({ valley }) => valley).length;
    const rows: [string, string][] = [
      ['suggestion', withSpread(suggestions.valley)],
      ['range', `${withSpread(range.from)} to ${withSpread(range.to)}`],
      ['steepest', withSpread(suggestions.steepest)],
      ['minimum / 10', withSpread(suggestions.minimum)],
    ];
    if (found < count) rows.push(['seeds', `${found} of ${count} have a clear valley`]);
    return [head, ...rows.map(([name, value]) => `${name.padEnd(12)}  ${value}`)].join('\n');
  }

  /** The smoothed curves of all seeds, with the suggestion and the range: `await (await found.toChart()).toPng()`. */
  async toChart(): Promise<Chart> {
    const { lineChart } = await import('../../report/charts/line-chart.js');
    const { curves, suggestion, range } = this;
    const drawn = curves.filter(({ lr }) => lr.length > 0);
    if (drawn.length === 0)
      throw new ArgumentError('toChart: the loss is NaN or infinite from the first step on: there is nothing to draw.');
    const marks = suggestion === undefined ? [] : [{ x: suggestion }, { x: range!.from.value }, { x: range!.to.value }];
    const found =
      suggestion === undefined ? 'no clear valley' : `${text(suggestion)}, between ${text(range!.from.value)} and ${text(range!.to.value)}`;
    return lineChart({
      title: `Learning rate: ${found}`,
      xLabel: 'learning rate',
      yLabel: 'loss, smoothed',
      xScale: this.trial.mode === 'exponential' ? 'log' : 'linear',
      yRange: heightOf(drawn),
      series: drawn.map(({ seed, lr, smoothed }) => ({ name: `seed ${seed}`, x: lr, values: smoothed, markers: false })),
      marks,
    });
  }

  /** {@link toChart} as an <svg> element. */
  async toSvg(): Promise<string> {
    return (await this.toChart()).toSvg();
  }

  /** Writes {@link toChart} into a file: `.svg`, `.png` or `.html`, as its ending says. */
  async plot(path: string): Promise<void> {
    await (await this.toChart()).save(path);
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/** From the lowest loss to somewhat above those of the start: where the loss goes when it diverges, nobody wants to see. */
function heightOf(curves: readonly LrCurve[]): [number, number] {
  const low = Math.min(...curves.flatMap(({ smoothed }) => smoothed));
  const start = Math.max(...curves.map(({ smoothed }) => smoothed[0]!));
  const fall = Math.max(start - low, 0.05 * Math.abs(start), Number.MIN_VALUE);
  return [low - 0.05 * fall, start + 0.5 * fall];
}

const text = (lr: number): string => String(Number(lr.toPrecision(2)));

/** `0.0032 (0.0028 to 0.0039)`. */
const withSpread = ({ value, min, max }: OverSeeds): string =>
  text(min) === text(max) ? text(value) : `${text(value)} (${text(min)} to ${text(max)})`;
