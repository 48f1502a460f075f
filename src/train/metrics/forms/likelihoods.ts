/** What a model holds for likely: probabilities and scores, read from outputs by their form and the loss. */
import { ArgumentError, DTypeError, showShape } from '../../../errors.js';
import { exp, sigmoid } from '../../../ops/elementwise/unary.js';
import { softmax } from '../../../ops/reduce/softmax.js';
import { numel } from '../../../tensor/shape.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { isFloating } from '../../../tensor/values/dtype.js';
import { binaryLabels, checkClasses, classLabels, type Form, formed, type MetricMode, numbersOf } from './answers.js';
import { formOfLoss, type Scale } from './loss-form.js';

/** Probabilities, and the labels that are true. */
export interface Likelihoods {
  readonly mode: MetricMode;
  /** How many classes, or labels; 1 in binary mode. */
  readonly classes: number;
  /** Entries of one class that follow each other. */
  readonly inner: number;
  /** The probabilities, of the outputs' shape. */
  readonly scores: Tensor;
  /** The same as numbers, as the outputs lie: [N, classes, inner]; in binary mode one for each entry. */
  readonly values: Float64Array;
  /** multi: class numbers [N, inner], -1 for what counts for nothing. Otherwise 0, 1 or -1 for each value. */
  readonly truth: Float64Array;
}

/** Reads probabilities, batch after batch: once it is known how outputs say them, it holds for the batches that follow. */
export class LikelihoodReader {
  private known: Scale | undefined;

  /** @param raw whether scores are wanted as they are where each output is a question of its own: their order is all that counts. */
  constructor(
    private readonly form: Form,
    private readonly raw = false,
  ) {
    const { logits, loss } = form;
    this.known = logits === undefined ? formOfLoss(loss)?.scale : logits ? 'logits' : 'probabilities';
  }

  read(output: Tensor, target: Tensor): Likelihoods {
    const { form } = this;
    const read = formed(form, output, target);
    if (read.hard || !isFloating(read.output.dtype))
      throw new DTypeError(`${form.op}: outputs are ${read.output.dtype}, expected scores: probabilities or logits.`);
    const { mode } = read;
    if (mode === 'multi') {
      const truth = numbersOf(classLabels(form.op, read));
      const [classes, inner] = [read.output.shape[1]!, numel(read.output.shape.slice(2))];
      if (form.numClasses !== undefined && form.numClasses !== classes)
        throw new ArgumentError(
          `${form.op}: numClasses is ${form.numClasses}, but outputs ${showShape(read.output.shape)} have ${classes} scores.`,
        );
      checkClasses(form, read.output, truth, classes);
      return new Read(mode, classes, inner, this.probabilities(read.output, { classes, inner }), truth);
    }
    const labels = mode === 'multilabel';
    const [classes, inner] = labels ? [read.output.shape[1]!, numel(read.output.shape.slice(2))] : [1, 1];
    const truth = binaryLabels(form, read);
    return new Read(mode, classes, inner, this.raw ? read.output : this.probabilities(read.output, undefined), truth);
  }

  /** @param rows where the values of a row are of one sample, and sum to 1. */
  private probabilities(output: Tensor, rows: { classes: number; inner: number } | undefined): Tensor {
    if (this.known !== 'logits' && this.known !== 'logs' && this.form.logits === undefined && numel(output.shape) > 0) {
      const are = areProbabilities(numbersOf(output), rows);
      if (!are && this.known === 'probabilities')
        throw new ArgumentError(
          `${this.form.op}: the outputs of this batch are not probabilities, as those before were or the loss says. Say what they are: logits: true, or false for probabilities.`,
        );
      this.known = are ? 'probabilities' : 'logits';
    }
    if (this.known === 'logs') return exp(output);
    if (this.known !== 'logits') return output;
    return rows === undefined ? sigmoid(output) : softmax(output, 1);
  }
}

/** Likelihoods that become numbers once somebody asks for them. */
class Read implements Likelihoods {
  private numbers: Float64Array | undefined;

  constructor(
    readonly mode: MetricMode,
    readonly classes: number,
    readonly inner: number,
    readonly scores: Tensor,
    readonly truth: Float64Array,
  ) {}

  get values(): Float64Array {
    this.numbers ??= numbersOf(this.scores);
    return this.numbers;
  }
}

function areProbabilities(values: Float64Array, rows: { classes: number; inner: number } | undefined): boolean {
  for (const value of values) if (value < -1e-6 || value > 1 + 1e-6) return false;
  if (rows === undefined) return true;
  const { classes, inner } = rows;
  for (let start = 0; start < values.length; start += classes * inner)
    for (let place = start; place < start + inner; place++) {
      let sum = 0;
      for (let c = 0; c < classes; c++) sum += values[place + c * inner]!;
      if (Math.abs(sum - 1) > 1e-3) return false;
    }
  return true;
}
