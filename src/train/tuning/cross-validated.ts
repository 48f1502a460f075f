/** What crossValidate found. */
import { noGrad } from '../../autograd/modes/mode.js';
import { ShapeError, showShape } from '../../errors.js';
import type { Module } from '../../nn/module/module.js';
import { cat } from '../../ops/join/join.js';
import { type Spread, showSpread, spread } from '../../report/spread.js';
import { fromTypedArray } from '../../tensor/create/create.js';
import { numel, sameShape } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { toTypedArray } from '../../tensor/values/transfer.js';
import type { Scores } from '../history/epoch-record.js';
import type { History } from '../history/history.js';

/** What came of one fold. */
export interface FoldResult {
  /** The samples that it was trained on. */
  readonly train: readonly number[];
  /** The samples that it was measured on. */
  readonly test: readonly number[];
  /** The model as it is at the end: that of its best epoch, where `restoreBest` asked for it. */
  readonly model: Module;
  /** How its training went. */
  readonly history: History;
  /** Loss and metrics of that model on the samples that it had not seen. */
  readonly scores: Scores;
}

/** What {@link crossValidate} gives. Print it: `console.log(String(result))`. */
export class CrossValidated {
  /** The name that texts and errors show: minifiers rename classes, but leave this. */
  static readonly className: string = 'CrossValidated';
  /** Each fold, in order. */
  readonly folds: readonly FoldResult[];
  /** Mean and sample standard deviation of each score over the folds: `scores.accuracy.mean`. */
  readonly scores: Readonly<Record<string, Spread>>;
  /**
   * For each sample the output of the model that had not seen it, [N, ...] in float64: the mean, where it was left out several times; NaN where it
   * never was. Undefined where outputs of samples differ in shape.
   */
  readonly predictions: Tensor | undefined;

  /** @internal */
  constructor(folds: readonly FoldResult[], outputs: readonly Tensor[], count: number) {
    this.folds = folds;
    const names = Object.keys(folds[0]!.scores);
    this.scores = Object.fromEntries(names.map((name) => [name, spread(folds.map(({ scores }) => scores[name]!))]));
    this.predictions = gathered(folds, outputs, count);
  }

  /** A line for each score: `accuracy  0.9512 ± 0.0031  (5 folds: 0.9480 to 0.9550)`. */
  toString(): string {
    const { folds, scores } = this;
    const width = Math.max(...Object.keys(scores).map(({ length }) => length));
    return Object.entries(scores)
      .map(([name, of]) => {
        const all = folds.map((fold) => fold.scores[name]!);
        const range = `${Math.min(...all).toFixed(4)} to ${Math.max(...all).toFixed(4)}`;
        return `${name.padEnd(width)}  ${showSpread(of)}  (${folds.length} ${folds.length === 1 ? 'fold' : 'folds'}: ${range})`;
      })
      .join('\n');
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/** Outputs in the order of the samples. @throws {ShapeError} where a model gives another number of outputs than samples. */
function gathered(folds: readonly FoldResult[], outputs: readonly Tensor[], count: number): Tensor | undefined {
  const shape = outputs[0]!.shape.slice(1);
  outputs.forEach((output, i) => {
    if (output.shape[0] !== folds[i]!.test.length)
      throw new ShapeError(
        `crossValidate: the model gives outputs ${showShape(output.shape)} for ${folds[i]!.test.length} samples, expected one for each.`,
      );
  });
  if (outputs.some((output) => !sameShape(output.shape.slice(1), shape))) return undefined;
  const width = numel(shape);
  const sums = new Float64Array(count * width);
  const times = new Uint32Array(count);
  const values = toTypedArray(noGrad(() => cat(outputs)));
  let from = 0;
  for (const { test } of folds)
    for (const sample of test) {
      times[sample]!++;
      for (let k = 0; k < width; k++) sums[sample * width + k]! += Number(values[from++]);
    }
  return fromTypedArray(
    sums.map((sum, i) => sum / times[Math.floor(i / width)]!),
    [count, ...shape],
  );
}
