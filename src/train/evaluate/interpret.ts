/** interpret: where a classifier is right and wrong, class by class, and the samples it is most wrong about. */

import type { DatasetLike } from '../../data/datasets/dataset.js';
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { BCELoss } from '../../nn/loss/classification/binary.js';
import { Module, type ModuleWithOutput } from '../../nn/module/module.js';
import { sigmoid } from '../../ops/elementwise/unary.js';
import { softmax } from '../../ops/reduce/softmax.js';
import { clone } from '../../ops/view/copy.js';
import { reshape } from '../../ops/view/movement.js';
import { select } from '../../ops/view/select.js';
import { readOptions, required } from '../../tensor/arguments/arguments.js';
import { assertFunction, wholeNumber } from '../../tensor/arguments/checks.js';
import { show } from '../../tensor/arguments/show.js';
import { escapeScope } from '../../tensor/storage.js';
import { Tensor } from '../../tensor/tensor.js';
import { isFloating } from '../../tensor/values/dtype.js';
import { toTypedArray } from '../../tensor/values/transfer.js';
import { outputAndTarget } from '../batch/batch-step.js';
import { checkModel } from '../batch/checks.js';
import { readBatches } from '../batch/loaders.js';
import { assertIdle } from '../guards/busy.js';
import { pending } from '../guards/pending.js';
import type { ForwardBatch, Loader, Loss } from '../types.js';
import { eachInEvaluation } from './evaluation-loop.js';

/** The options of {@link interpret}. */
export interface InterpretOptions<B> {
  /** The names of the classes, by number. Default: the numbers. */
  classes?: readonly string[];
  /** How many of the samples with the highest loss are kept, with their inputs. Default: 12. */
  worst?: number;
  /** How a batch becomes output and target. Default: `[...inputs, target]`. */
  forward?: ForwardBatch<B>;
  /** Tells whether single outputs are probabilities (BCELoss) rather than logits, as scores [N, C] are. Default: logits. */
  loss?: Loss;
  /** Ends it with the signal's reason as the error. */
  signal?: AbortSignal;
}

/** What is right and wrong of one class. */
export interface ClassScores {
  /** The class. */
  readonly name: string;
  /** Of the samples that were taken for this class, the share that is of it; NaN where there is none. */
  readonly precision: number;
  /** Of the samples of this class, the share that was found; NaN where there is none. */
  readonly recall: number;
  /** Twice precision times recall over their sum; NaN where the class is neither there nor predicted. */
  readonly f1: number;
  /** Samples of this class. */
  readonly support: number;
}

/** A sample that the model is wrong about, or not sure of. */
export interface WorstSample {
  /** Its number, in the order of the loader. */
  readonly index: number;
  /** Its class. */
  readonly label: number;
  /** The class that it was taken for. */
  readonly prediction: number;
  /** How likely that is, to the model. */
  readonly probability: number;
  /** Minus the logarithm of the probability of its own class. */
  readonly loss: number;
  /** A copy of its input, without the batch; null where a batch is not a list that begins with the inputs. */
  readonly input: Tensor | null;
}

/** What {@link interpret} finds. */
export interface Interpretation {
  /** The names of the classes. */
  readonly classes: readonly string[];
  /** How many samples were counted. */
  readonly samples: number;
  /** The share of them that is right. */
  readonly accuracy: number;
  /** How many samples of class i (a row) were taken for class j (a column). */
  readonly confusion: readonly (readonly number[])[];
  /** What is right and wrong of each class. */
  readonly perClass: readonly ClassScores[];
  /** The samples with the highest loss, the highest first. */
  readonly worst: readonly WorstSample[];
}

const FIELDS = ['classes', 'samples', 'accuracy', 'confusion', 'perClass', 'worst'] satisfies (keyof Interpretation)[];

/**
 * Where a classifier is right and wrong: the confusion matrix, precision and recall of each class, and the samples it is most wrong about,
 * as fastai's ClassificationInterpretation has them.
 * @param loader batches, or a data set, which is read in batches of 64. Outputs are scores [N, C] with class numbers [N] (or class
 * probabilities [N, C], of which the largest counts), or one logit for each sample, [N] or [N, 1], with targets 0 and 1.
 * @throws {ShapeError} for outputs and targets of other forms. @throws {ArgumentError} for labels that are no classes, and no batches.
 * @example
 * const { confusion, worst } = await interpret(model, testLoader, { classes: ['cat', 'cow', 'dog'] });
 */
export function interpret<B = readonly Tensor[]>(
  model: ModuleWithOutput,
  loader: Loader<B> | DatasetLike<unknown>,
  options: InterpretOptions<B> = {},
): Promise<Interpretation> {
  return pending('interpret', FIELDS, interpretationOf(model, loader, options));
}

async function interpretationOf<B>(
  model: ModuleWithOutput,
  loader: Loader<B> | DatasetLike<unknown>,
  options: InterpretOptions<B>,
): Promise<Interpretation> {
  const op = 'interpret';
  checkModel(op, model);
  const defaults = { classes: required, worst: 12, forward: required, loss: required, signal: required };
  const read = readOptions(op, defaults as unknown as Required<InterpretOptions<B>>, options);
  const { classes, forward, loss, signal } = read as InterpretOptions<B>;
  if (forward !== undefined) assertFunction(op, 'forward', forward);
  if (classes !== undefined && !(Array.isArray(classes) && classes.every((name) => typeof name === 'string')))
    throw new ArgumentError(`${op}: classes is ${show(classes)}, expected a list of names.`);
  const worst = wholeNumber(op, 'worst', read.worst, { min: 0 });
  const batches = readBatches<B>(op, loader);
  assertIdle(model, op);
  const counts = new Counts(classes, worst);
  await eachInEvaluation(model, batches, false, {
    run: (batch) => {
      const [output, target] = outputAndTarget({ op, model, forward }, batch);
      const first: unknown = Array.isArray(batch) ? batch[0] : undefined;
      counts.add(output, target, first instanceof Tensor ? first : undefined, lossIsOfProbabilities(loss));
    },
    after: () => {
      signal?.throwIfAborted();
      assertIdle(model, op);
      return true;
    },
  });
  return counts.result();
}

const lossIsOfProbabilities = (loss: Loss | undefined) => loss instanceof Module && loss instanceof BCELoss;

class Counts {
  private samples = 0;
  private matrix: number[][] = [];
  private readonly worst: WorstSample[] = [];

  constructor(
    private readonly names: readonly string[] | undefined,
    private readonly kept: number,
  ) {}

  add(output: Tensor, target: Tensor, input: Tensor | undefined, ofProbabilities: boolean): void {
    const { probabilities, width, labels } = read(output, target, ofProbabilities);
    this.grow(width);
    for (let i = 0; i < labels.length; i++) {
      const label = labels[i]!;
      if (!Number.isInteger(label) || label < 0 || label >= width)
        throw new ArgumentError(`interpret: the label of sample ${this.samples + i} is ${label}, expected a class from 0 to ${width - 1}.`);
      const row = probabilities.subarray(i * width, (i + 1) * width);
      let prediction = 0;
      for (let c = 1; c < width; c++) if (row[c]! > row[prediction]!) prediction = c;
      this.matrix[label]![prediction]!++;
      // NaN outputs are the worst there can be.
      const loss = Number.isNaN(row[label]!) ? Number.POSITIVE_INFINITY : -Math.log(row[label]!);
      this.keep({ index: this.samples + i, label, prediction, probability: row[prediction]!, loss }, input, i);
    }
    this.samples += labels.length;
  }

  private grow(width: number): void {
    if (this.names !== undefined && this.names.length !== width)
      throw new ArgumentError(`interpret: the model tells ${width} classes apart, and ${this.names.length} names are given.`);
    while (this.matrix.length < width) this.matrix.push([]);
    for (const row of this.matrix) while (row.length < width) row.push(0);
  }

  private keep(sample: Omit<WorstSample, 'input'>, input: Tensor | undefined, at: number): void {
    const { worst, kept } = this;
    if (kept === 0 || (worst.length === kept && !(sample.loss > worst.at(-1)!.loss))) return;
    let copy: Tensor | null = null;
    if (input !== undefined && input.ndim > 0) {
      copy = clone(select(input, 0, at));
      escapeScope(copy.storage, null);
    }
    const place = worst.findIndex((other) => sample.loss > other.loss);
    worst.splice(place < 0 ? worst.length : place, 0, { ...sample, input: copy });
    if (worst.length > kept) worst.pop()!.input?.dispose();
  }

  result(): Interpretation {
    const { matrix, samples, worst } = this;
    if (samples === 0) throw new ArgumentError('interpret: the loader gave no batches. Is the data set empty?');
    const classes = this.names ?? matrix.map((_, i) => String(i));
    const total = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
    const perClass = classes.map((name, c): ClassScores => {
      const [right, support, predicted] = [matrix[c]![c]!, total(matrix[c]!), total(matrix.map((row) => row[c]!))];
      return { name, precision: right / predicted, recall: right / support, f1: (2 * right) / (support + predicted), support };
    });
    return { classes, samples, accuracy: total(matrix.map((row, c) => row[c]!)) / samples, confusion: matrix, perClass, worst };
  }
}

/** Probabilities [N, C] row by row, and the numbers of the classes. */
function read(output: Tensor, target: Tensor, ofProbabilities: boolean): { probabilities: Float64Array; width: number; labels: number[] } {
  const numbers = (x: Tensor) => Float64Array.from(toTypedArray(x) as ArrayLike<number>, Number);
  const [samples = 0, width = 1] = output.shape;
  const misfit = () =>
    new ShapeError(
      `interpret: outputs are ${showShape(output.shape)} and targets ${showShape(target.shape)}, expected scores [N, C] with class numbers [N], or one output for each sample.`,
    );
  if (output.ndim === 1 || (output.ndim === 2 && width === 1)) {
    if (target.numel() !== output.numel()) throw misfit();
    const flat = reshape(output, [samples]);
    const positive = numbers(ofProbabilities ? flat : sigmoid(flat));
    const probabilities = new Float64Array(2 * samples);
    for (let i = 0; i < samples; i++) probabilities.set([1 - positive[i]!, positive[i]!], 2 * i);
    return { probabilities, width: 2, labels: [...numbers(target)] };
  }
  if (output.ndim !== 2) throw misfit();
  const soft = target.ndim === 2 && target.shape[0] === samples && target.shape[1] === width && isFloating(target.dtype);
  if (!soft && !(target.ndim === 1 && target.shape[0] === samples)) throw misfit();
  const probabilities = numbers(softmax(output, 1));
  if (!soft) return { probabilities, width, labels: [...numbers(target)] };
  const values = numbers(target);
  const labels = Array.from({ length: samples }, (_, i) => {
    const row = values.subarray(i * width, (i + 1) * width);
    return row.indexOf(Math.max(...row));
  });
  return { probabilities, width, labels };
}
