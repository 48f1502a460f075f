/** Errors of measured values: their mean square, its root, their mean size, and their share of what is true. */
import { ArgumentError, ShapeError, showShape } from '../../../errors.js';
import { reshape } from '../../../ops/view/movement.js';
import { readOptions } from '../../../tensor/arguments/arguments.js';
import { assertTensors } from '../../../tensor/arguments/checks.js';
import { numel, sameShape } from '../../../tensor/shape.js';
import type { Tensor } from '../../../tensor/tensor.js';
import type { Metric } from '../../types.js';
import { readList, readNumbers } from '../count-state.js';
import { numbersOf } from '../forms/answers.js';

/** The options of the metrics of measured values. */
export interface ErrorMetricOptions {
  /** The key in records. Default: the short name, such as `mse`. */
  name?: string;
}

/** Values in rows, one for each sample. */
export interface Rows {
  readonly columns: number;
  readonly outputs: Float64Array;
  readonly targets: Float64Array;
}

/**
 * Outputs and targets as numbers; [N, 1] against [N] is clear enough.
 * @throws {ShapeError} where they do not fit, rather than broadcasting.
 */
export function readRows(op: string, output: Tensor, target: Tensor): Rows {
  assertTensors(op, { output, target });
  if (!sameShape(output.shape, target.shape)) {
    const flat = (x: Tensor) => (x.shape.at(-1) === 1 ? x.shape.slice(0, -1) : x.shape);
    if (!sameShape(flat(output), flat(target)))
      throw new ShapeError(`${op}: outputs have shape ${showShape(output.shape)}, targets ${showShape(target.shape)}; they must agree.`);
    target = reshape(target, output.shape);
  }
  return { columns: output.ndim < 2 ? 1 : numel(output.shape.slice(1)), outputs: numbersOf(output), targets: numbersOf(target) };
}

/** @throws {ArgumentError} where a batch has another number of columns than those before. */
export function checkColumns(op: string, before: number, now: number): void {
  if (before !== 0 && before !== now)
    throw new ArgumentError(`${op}: the batches have ${before} values a sample, but one has ${now}. Start a new count for other outputs.`);
}

/** The mean over all values of a measure of one output and its target. */
function meanOf(op: string, short: string, options: ErrorMetricOptions, measure: (output: number, target: number) => number): Metric {
  const { name } = readOptions(op, { name: short }, options);
  return {
    name,
    start() {
      let [total, count] = [0, 0];
      return {
        update(output, target) {
          const { outputs, targets } = readRows(op, output, target);
          for (let i = 0; i < outputs.length; i++) total += measure(outputs[i]!, targets[i]!);
          count += outputs.length;
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
  return meanOf('meanSquaredError', 'mse', options, (output, target) => (output - target) ** 2);
}

/**
 * The mean size of differences, over all values. By name: `mae`.
 * @throws {ShapeError} for outputs and targets that do not fit; they are not broadcast.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.mean_absolute_error.html
 * @example
 * score(meanAbsoluteError(), tensor([2.5, 0, 2, 8]), tensor([3, -0.5, 2, 7])); // 0.5
 */
export function meanAbsoluteError(options: ErrorMetricOptions = {}): Metric {
  return meanOf('meanAbsoluteError', 'mae', options, (output, target) => Math.abs(output - target));
}

/**
 * The mean size of differences as a share of what is true: 0.1 is ten percent. A target of 0 counts as 2.2e-16, as in scikit-learn. By name: `mape`.
 * @throws {ShapeError} for outputs and targets that do not fit; they are not broadcast.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.mean_absolute_percentage_error.html
 * @example
 * score(meanAbsolutePercentageError(), tensor([2.5, 0, 2, 8]), tensor([3, -0.5, 2, 7])).toFixed(4); // '0.3274'
 */
export function meanAbsolutePercentageError(options: ErrorMetricOptions = {}): Metric {
  const measure = (output: number, target: number) => Math.abs(output - target) / Math.max(Math.abs(target), Number.EPSILON);
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
          const { columns, outputs, targets } = readRows(op, output, target);
          checkColumns(op, squares.length, columns);
          if (squares.length === 0) squares = new Float64Array(columns);
          for (let i = 0; i < outputs.length; i++) squares[i % columns]! += (outputs[i]! - targets[i]!) ** 2;
          samples += outputs.length / columns;
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
