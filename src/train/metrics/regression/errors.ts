/** Errors of measured values: their mean square, its root, their mean size, and their share of what is true. */
import { div, maximum } from '../../../ops/elementwise/binary.js';
import { abs, square } from '../../../ops/elementwise/unary.js';
import { sum } from '../../../ops/reduce/sum.js';
import { readOptions } from '../../../tensor/arguments/arguments.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { item } from '../../../tensor/values/transfer.js';
import type { Metric } from '../../types.js';
import { readList, readNumbers } from '../count-state.js';
import { numbersOf } from '../forms/answers.js';
import { checkColumns, type Rows, readRows } from './rows.js';

/** The options of the metrics of measured values. */
export interface ErrorMetricOptions {
  /** The key in records. Default: the short name, such as `mse`. */
  name?: string;
}

/** The mean over all values of a measure, which gives one for each. */
function meanOf(op: string, short: string, options: ErrorMetricOptions, measure: (batch: Rows) => Tensor): Metric {
  const { name } = readOptions(op, { name: short }, options);
  return {
    name,
    start() {
      let [total, count] = [0, 0];
      return {
        update(output, target) {
          const batch = readRows(op, output, target);
          if (batch.rows === 0) return;
          total += item(sum(measure(batch)));
          count += batch.rows * batch.columns;
        },
        value: () => total / count,
        stateDict: () => ({ total, count }),
        loadStateDict(state) {
          ({ total, count } = readNumbers(op, state, ['total', 'count']));
        },
      };
    },
  };
}

/**
 * The mean of squared differences, over all values. By name: `mse`.
 * @throws {ShapeError} for outputs and targets that do not fit; they are not broadcast.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.mean_squared_error.html
 * @example
 * score(meanSquaredError(), tensor([2.5, 0, 2, 8]), tensor([3, -0.5, 2, 7])); // 0.375
 */
export function meanSquaredError(options: ErrorMetricOptions = {}): Metric {
  return meanOf('meanSquaredError', 'mse', options, ({ off }) => square(off));
}

/**
 * The mean size of differences, over all values. By name: `mae`.
 * @throws {ShapeError} for outputs and targets that do not fit; they are not broadcast.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.mean_absolute_error.html
 * @example
 * score(meanAbsoluteError(), tensor([2.5, 0, 2, 8]), tensor([3, -0.5, 2, 7])); // 0.5
 */
export function meanAbsoluteError(options: ErrorMetricOptions = {}): Metric {
  return meanOf('meanAbsoluteError', 'mae', options, ({ off }) => abs(off));
}

/**
 * The mean size of differences as a share of what is true: 0.1 is ten percent. A target of 0 counts as 2.2e-16, as in scikit-learn. By name: `mape`.
 * @throws {ShapeError} for outputs and targets that do not fit; they are not broadcast.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.mean_absolute_percentage_error.html
 * @example
 * score(meanAbsolutePercentageError(), tensor([2.5, 0, 2, 8]), tensor([3, -0.5, 2, 7])).toFixed(4); // '0.3274'
 */
export function meanAbsolutePercentageError(options: ErrorMetricOptions = {}): Metric {
  const measure = ({ off, target }: Rows) => div(abs(off), maximum(abs(target), Number.EPSILON));
  return meanOf('meanAbsolutePercentageError', 'mape', options, measure);
}

/**
 * The root of the mean of squared differences; of several values a sample the mean of their roots, as in scikit-learn. By name: `rmse`.
 * @throws {ShapeError} for outputs and targets that do not fit; they are not broadcast.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.root_mean_squared_error.html
 * @example
 * score(rootMeanSquaredError(), tensor([1, 5]), tensor([4, 1])).toFixed(4); // '3.5355'
 */
export function rootMeanSquaredError(options: ErrorMetricOptions = {}): Metric {
  const op = 'rootMeanSquaredError';
  const { name } = readOptions(op, { name: 'rmse' }, options);
  return {
    name,
    start() {
      let [squares, samples] = [new Float64Array(0) as Float64Array, 0];
      return {
        update(output, target) {
          const { rows, columns, off } = readRows(op, output, target);
          checkColumns(op, squares.length, columns);
          if (squares.length === 0) squares = new Float64Array(columns);
          if (rows === 0) return;
          numbersOf(sum(square(off), 0)).forEach((value, c) => void (squares[c]! += value));
          samples += rows;
        },
        value: () => squares.reduce((sum, square) => sum + Math.sqrt(square / samples), 0) / squares.length,
        stateDict: () => ({ squares: squares.slice(), samples }),
        loadStateDict(state) {
          ({ samples } = readNumbers(op, state, ['samples']));
          squares = readList(op, state, 'squares');
        },
      };
    },
  };
}
