/** r2Score: how much of the targets' variance is explained. */
import { div, sub } from '../../../ops/elementwise/binary.js';
import { square } from '../../../ops/elementwise/unary.js';
import { amax, amin } from '../../../ops/reduce/extrema.js';
import { sum } from '../../../ops/reduce/sum.js';
import { readOptions } from '../../../tensor/arguments/arguments.js';
import { oneOf } from '../../../tensor/arguments/checks.js';
import type { Metric } from '../../types.js';
import { readList, readNumbers } from '../count-state.js';
import { numbersOf } from '../forms/answers.js';
import { checkColumns, type Rows, readRows } from './rows.js';

/** The options of {@link r2Score}. */
export interface R2ScoreOptions {
  /** How several values a sample become one: their mean, or their mean by the targets' variance. Default: `uniform_average`. */
  multioutput?: 'uniform_average' | 'variance_weighted';
  /** The key in records. Default: `r2`. */
  name?: string;
}

/** Of each column: the mean of the targets, their squared differences from it, those of the outputs from them, and their least and largest. */
const PARTS = ['means', 'spreads', 'errors', 'least', 'most'] as const;
type Columns = Record<(typeof PARTS)[number], Float64Array>;

/**
 * R², the coefficient of determination: 1 minus the squared errors by the squared differences of the targets from their mean. 1 is perfect, 0 what the
 * mean would get. Targets that are all alike give 1 where they are met, else 0; fewer than two samples NaN.
 * @throws {ShapeError} for outputs and targets that do not fit; they are not broadcast.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.r2_score.html
 * @example
 * score(r2Score(), tensor([2.5, 0, 2, 8]), tensor([3, -0.5, 2, 7])).toFixed(4); // '0.9486'
 */
export function r2Score(options: R2ScoreOptions = {}): Metric {
  const op = 'r2Score';
  const defaults = { multioutput: 'uniform_average' as 'uniform_average' | 'variance_weighted', name: 'r2' };
  const { multioutput, name } = readOptions(op, defaults, options);
  oneOf(op, 'multioutput', multioutput, ['uniform_average', 'variance_weighted']);
  return {
    name,
    start() {
      let samples = 0;
      let kept = emptyColumns(0);
      return {
        update(output, target) {
          const batch = readRows(op, output, target);
          const { rows, columns } = batch;
          checkColumns(op, kept.means.length, columns);
          if (kept.means.length === 0) kept = emptyColumns(columns);
          if (rows === 0) return;
          addRows(kept, samples, batch);
          samples += rows;
        },
        value() {
          if (samples < 2) return Number.NaN;
          const { spreads, errors, least, most } = kept;
          const spreadOf = (c: number) => (least[c] === most[c] ? 0 : spreads[c]!);
          const all = spreads.reduce((sum, _, c) => sum + spreadOf(c), 0);
          let sum = 0;
          for (let c = 0; c < spreads.length; c++) {
            const spread = spreadOf(c);
            const one = spread === 0 ? (errors[c] === 0 ? 1 : 0) : 1 - errors[c]! / spread;
            sum += one * (multioutput === 'variance_weighted' && all !== 0 ? spread / all : 1 / spreads.length);
          }
          return sum;
        },
        stateDict: () => ({ samples, ...Object.fromEntries(PARTS.map((part) => [part, kept[part].slice()])) }),
        loadStateDict(state) {
          ({ samples } = readNumbers(op, state, ['samples']));
          const columns = readList(op, state, 'means').length;
          kept = Object.fromEntries(PARTS.map((part) => [part, readList(op, state, part, columns)])) as Columns;
        },
      };
    },
  };
}

function emptyColumns(columns: number): Columns {
  const filled = (value: number) => new Float64Array(columns).fill(value);
  return { means: filled(0), spreads: filled(0), errors: filled(0), least: filled(Infinity), most: filled(-Infinity) };
}

/** Merges a batch into what is kept of `before` samples: Chan's rule, which loses no digits to a large mean. */
function addRows({ means, spreads, errors, least, most }: Columns, before: number, { rows, target, off }: Rows): void {
  const mean = div(sum(target, 0), rows);
  const [batchMeans, batchSpreads] = [numbersOf(mean), numbersOf(sum(square(sub(target, mean)), 0))];
  const [batchErrors, low, high] = [numbersOf(sum(square(off), 0)), numbersOf(amin(target, 0)), numbersOf(amax(target, 0))];
  for (let c = 0; c < means.length; c++) {
    const apart = batchMeans[c]! - means[c]!;
    spreads[c]! += batchSpreads[c]! + (apart ** 2 * before * rows) / (before + rows);
    means[c]! += (apart * rows) / (before + rows);
    errors[c]! += batchErrors[c]!;
    least[c] = Math.min(least[c]!, low[c]!);
    most[c] = Math.max(most[c]!, high[c]!);
  }
}
