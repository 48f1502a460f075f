/** Confusion matrices: which classes are taken for which. */
import { noGrad } from '../../../autograd/modes/mode.js';
import { ArgumentError } from '../../../errors.js';
import { to } from '../../../ops/view/copy.js';
import { readOptions, required } from '../../../tensor/arguments/arguments.js';
import { oneOf } from '../../../tensor/arguments/checks.js';
import { fromTypedArray } from '../../../tensor/create/create.js';
import type { Tensor } from '../../../tensor/tensor.js';
import type { Loss } from '../../types.js';
import { readList } from '../count-state.js';
import { type Answers, CLASS_OPTIONS, type ClassOptions, checkClassOptions, type Form, readAnswers, saysYesNo } from '../forms/answers.js';
import { ClassCounts } from './class-counts.js';
import { type ClassificationReport, REPORT_OPTIONS, type ReportOptions, reportOf } from './report.js';

/** What each entry of a matrix is divided by: the samples of its class (rows), its answers (columns), or all samples. */
export type Normalize = 'true' | 'pred' | 'all';

/** The options of {@link ConfusionMatrix}. */
export interface ConfusionMatrixCountOptions extends Omit<ClassOptions, 'name'> {
  /** The loss, which tells whether outputs are logits or probabilities. Default: none. */
  loss?: Loss;
}

/** The options of {@link confusionMatrix}. */
export interface ConfusionMatrixOptions extends ConfusionMatrixCountOptions {
  /** What entries are divided by, see {@link Normalize}; where that is 0 they are 0. Default: nothing, they are counts. */
  normalize?: Normalize | null;
}

/** @internal Counts of pairs of true and answered class, row by row; grows with the classes. */
export class PairCounts {
  classes = 0;
  counts: Float64Array = new Float64Array(0);

  /** @param op for errors. */
  constructor(private readonly op: string) {}

  add({ mode, classes, predicted, truth }: Answers): void {
    if (mode === 'multilabel')
      throw new ArgumentError(
        `${this.op}: there are several labels a sample, but its matrix is of one class each. Measure each label by itself, in binary mode.`,
      );
    if (classes > this.classes) this.grow(classes);
    const { classes: c, counts } = this;
    for (let i = 0; i < truth.length; i++) if (truth[i]! >= 0) counts[truth[i]! * c + predicted[i]!]!++;
  }

  private grow(classes: number): void {
    const grown = new Float64Array(classes ** 2);
    for (let row = 0; row < this.classes; row++)
      grown.set(this.counts.subarray(row * this.classes, (row + 1) * this.classes), row * classes);
    [this.counts, this.classes] = [grown, classes];
  }

  stateDict(): object {
    return { counts: this.counts.slice() };
  }

  loadStateDict(state: unknown): void {
    const counts = readList(this.op, state, 'counts');
    const classes = Math.round(Math.sqrt(counts.length));
    [this.counts, this.classes] = [readList(this.op, state, 'counts', classes ** 2), classes];
  }
}

const MATRIX_OPTIONS = { ...CLASS_OPTIONS, loss: required as Loss | undefined };

/**
 * Collects a confusion matrix over batches: row i, column j counts the samples of class i that were answered with class j.
 * @param options those by which {@link accuracy} reads outputs: mode, threshold, logits, ignoreIndex, numClasses, and the loss.
 * @example
 * const matrix = new ConfusionMatrix({ loss: criterion });
 * for (const [inputs, targets] of loader) matrix.update(model.forward(inputs), targets);
 * matrix.compute('true').shape; // [3, 3]
 */
export class ConfusionMatrix {
  /** The name that texts and errors show: minifiers rename classes, but leave this. */
  static readonly className: string = 'ConfusionMatrix';
  private readonly form: Form;
  private pairs: PairCounts;

  constructor(options: ConfusionMatrixCountOptions = {}) {
    const op = 'ConfusionMatrix';
    const read = readOptions(op, MATRIX_OPTIONS, options);
    checkClassOptions(op, read);
    this.form = { op, ...read, yesNo: saysYesNo(options) };
    this.pairs = new PairCounts(op);
  }

  /** Counts a batch. @throws {ArgumentError} for targets that are not classes, and where the form does not tell what is meant. */
  update(output: Tensor, target: Tensor): void {
    noGrad(() => this.pairs.add(readAnswers(this.form, output, target)));
  }

  /** The matrix [classes, classes]: int64 counts, or shares in float64. @param normalize what entries are divided by. Default: nothing. */
  compute(normalize?: Normalize | null): Tensor {
    if (normalize !== undefined && normalize !== null) oneOf('ConfusionMatrix', 'normalize', normalize, ['true', 'pred', 'all']);
    return matrixOf(this.pairs, normalize);
  }

  /**
   * Precision, recall and F1 of each class, see {@link classificationReport}.
   * @param options classes (their names), digits, zeroDivision.
   */
  report(options: ReportOptions = {}): ClassificationReport {
    const op = 'ConfusionMatrix.report';
    const counts = new ClassCounts(op);
    const { classes } = this.pairs;
    counts.add({ mode: 'multi', classes, inner: 1, predicted: [], truth: [] });
    this.pairs.counts.forEach((count, i) => {
      const [label, answer] = [Math.floor(i / classes), i % classes];
      counts.samples += count;
      counts.truth[label]! += count;
      counts.predicted[answer]! += count;
      if (label === answer) counts.hits[label]! += count;
    });
    return reportOf(op, counts, readOptions(op, REPORT_OPTIONS, options));
  }

  /** Forgets everything. */
  reset(): void {
    this.pairs = new PairCounts(this.form.op);
  }

  /** What it has counted so far, as `save` takes it. */
  stateDict(): object {
    return this.pairs.stateDict();
  }

  /** Goes on from what {@link stateDict} gave. @throws {StateDictError} for anything else. */
  loadStateDict(state: unknown): void {
    this.pairs.loadStateDict(state);
  }
}

/**
 * The confusion matrix of one batch, or of everything at once: row i, column j counts the samples of class i that were answered with class j.
 * @param output [N, C] scores, class numbers [N], or with `mode: 'binary'` yes or no. @param target class numbers [N], or one-hot.
 * @param options normalize (`true`, `pred`, `all`), and those of {@link ConfusionMatrix}.
 * @returns [C, C], int64, or float64 where it is normalised.
 * @throws {ArgumentError} for targets that are not classes, and where the form does not tell what is meant.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.confusion_matrix.html
 * @example
 * confusionMatrix(tensor([0, 1, 1, 2], { dtype: 'int64' }), tensor([0, 1, 2, 2])); // [[1, 0, 0], [0, 1, 0], [0, 1, 1]]
 */
export function confusionMatrix(output: Tensor, target: Tensor, options: ConfusionMatrixOptions = {}): Tensor {
  const op = 'confusionMatrix';
  const { normalize, ...read } = readOptions(op, { ...MATRIX_OPTIONS, normalize: required as Normalize | null | undefined }, options);
  checkClassOptions(op, read);
  if (normalize !== undefined && normalize !== null) oneOf(op, 'normalize', normalize, ['true', 'pred', 'all']);
  const pairs = new PairCounts(op);
  noGrad(() => pairs.add(readAnswers({ op, ...read, yesNo: saysYesNo(options) }, output, target)));
  return matrixOf(pairs, normalize);
}

function matrixOf({ counts, classes }: PairCounts, normalize: Normalize | null | undefined): Tensor {
  if (normalize === undefined || normalize === null) return to(fromTypedArray(counts.slice(), [classes, classes]), 'int64');
  const shares = new Float64Array(counts.length);
  const sums = new Float64Array(classes);
  const group = (i: number) => (normalize === 'all' ? 0 : normalize === 'true' ? Math.floor(i / classes) : i % classes);
  counts.forEach((count, i) => void (sums[group(i)]! += count));
  counts.forEach((count, i) => void (shares[i] = count === 0 ? 0 : count / sums[group(i)]!));
  return fromTypedArray(shares, [classes, classes]);
}
