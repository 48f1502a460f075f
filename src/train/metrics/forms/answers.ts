/** What a model answered and what is true, as class numbers: read from outputs and targets by their form and the loss. */
import { ArgumentError, DTypeError, ShapeError, showShape } from '../../../errors.js';
import { sub } from '../../../ops/elementwise/binary.js';
import { ge, le, logicalAnd } from '../../../ops/elementwise/comparison.js';
import { abs } from '../../../ops/elementwise/unary.js';
import { argmax } from '../../../ops/reduce/extrema.js';
import { all, sum } from '../../../ops/reduce/sum.js';
import { to } from '../../../ops/view/copy.js';
import { reshape } from '../../../ops/view/movement.js';
import { assertBoolean, assertTensors, countOf, oneOf, wholeNumber } from '../../../tensor/arguments/checks.js';
import { fromTypedArray } from '../../../tensor/create/create.js';
import { numel, type Shape, sameShape } from '../../../tensor/shape.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { isFloating } from '../../../tensor/values/dtype.js';
import { item, toTypedArray } from '../../../tensor/values/transfer.js';
import type { Loss } from '../../types.js';
import { formOfLoss } from './loss-form.js';

/**
 * `multi`: one class of several for each sample, the largest score is the answer. `binary`: each output is a yes or no.
 * `multilabel`: so is it, and the labels of dim 1 are told apart.
 */
export type MetricMode = 'multi' | 'binary' | 'multilabel';

/** The options of every metric of classes. */
export interface ClassOptions {
  /**
   * `multi`: the largest of each sample's class scores is the answer. `binary`: each output is a yes or no. `multilabel`: so is each label
   * in dim 1. Default: by the shapes and the loss; where these leave it open, an error asks.
   */
  mode?: MetricMode;
  /** binary and multilabel: from which probability on the answer is 1. Default: 0.5. */
  threshold?: number;
  /**
   * Whether the model gives logits rather than probabilities. Default: as the loss says; without one, for binary answers false.
   */
  logits?: boolean;
  /** Labels that count for nothing. Default: those that the loss ignores, -100 as a rule. */
  ignoreIndex?: number;
  /** How many classes there are. Default: as many as the outputs have scores; for outputs that are class numbers, the largest. */
  numClasses?: number;
  /** The key in records. Default: the name of the function. */
  name?: string;
}

/** The options as they are used, with what the loss tells. */
export interface Form {
  readonly op: string;
  readonly mode: MetricMode | undefined;
  /** Whether, without a mode, outputs are answers of yes and no: as a threshold says. */
  readonly yesNo?: boolean;
  readonly threshold: number;
  readonly logits: boolean | undefined;
  readonly ignoreIndex: number | undefined;
  readonly numClasses: number | undefined;
  readonly loss: Loss | undefined;
}

/** The options of {@link ClassOptions} with their defaults; `name` is the caller's. */
export const CLASS_OPTIONS = {
  mode: undefined as MetricMode | undefined,
  threshold: 0.5,
  logits: undefined as boolean | undefined,
  ignoreIndex: undefined as number | undefined,
  numClasses: undefined as number | undefined,
};

/** @throws {ArgumentError} for values that cannot be meant. */
export function checkClassOptions(op: string, { mode, threshold, logits, ignoreIndex, numClasses }: typeof CLASS_OPTIONS): void {
  if (mode !== undefined) oneOf(op, 'mode', mode, ['multi', 'binary', 'multilabel']);
  if (!(threshold > 0 && threshold < 1))
    throw new ArgumentError(`${op}: threshold is ${threshold}, expected a probability between 0 and 1.`);
  if (logits !== undefined) assertBoolean(op, 'logits', logits);
  if (ignoreIndex !== undefined) wholeNumber(op, 'ignoreIndex', ignoreIndex);
  if (numClasses !== undefined) countOf(op, 'numClasses', numClasses, 2);
}

/** What belongs to answers of yes and no says that they are. */
export const saysYesNo = ({ threshold, logits }: ClassOptions): boolean => (threshold ?? logits) !== undefined;

/** Answers and truths, entry by entry. */
export interface Answers {
  readonly mode: MetricMode;
  /** How many classes there are, or labels; 2 in binary mode. */
  readonly classes: number;
  /** multilabel: entries of one label that follow each other; label of entry i is `floor(i / inner) % classes`. Otherwise 1. */
  readonly inner: number;
  /** Class numbers; 0 or 1 in binary and multilabel mode. */
  readonly predicted: ArrayLike<number>;
  /** Likewise; -1 for what counts for nothing. */
  readonly truth: ArrayLike<number>;
}

/** An output with its target and mode, shapes checked. */
export interface Formed {
  readonly mode: MetricMode;
  readonly output: Tensor;
  readonly target: Tensor;
  /** Whether outputs are class numbers already. */
  readonly hard: boolean;
}

const both = (output: Tensor, target: Tensor) => `outputs ${showShape(output.shape)}, targets ${showShape(target.shape)}`;
const holds = (condition: Tensor): boolean => item(all(condition)) !== 0;

/** Finds out how outputs are meant. @throws {ArgumentError}, {@link ShapeError} where they cannot be. */
export function formed(form: Form, output: Tensor, target: Tensor): Formed {
  const { op } = form;
  assertTensors(op, { output, target });
  if (output.ndim === 0 && target.ndim === 0) [output, target] = [reshape(output, [1]), reshape(target, [1])];
  const same = sameShape(output.shape, target.shape);
  const whole = (x: Tensor) => !isFloating(x.dtype) && x.dtype !== 'bool';
  const numbers =
    form.mode === 'multi' ? output.ndim === 1 || whole(output) : form.mode === undefined && output.ndim === 1 && whole(output);
  if (same && numbers && !form.yesNo) return { mode: 'multi', output, target, hard: true };
  const byLoss = form.mode === undefined && formOfLoss(form.loss)?.binary === true;
  const several = output.ndim !== 1 && output.ndim !== 3 && output.shape[1]! > 1;
  const mode = form.mode ?? (byLoss || form.yesNo ? (several ? 'multilabel' : 'binary') : 'multi');
  if (mode === 'multi') return { mode, output, target: multiTarget(op, output, target), hard: false };
  if (mode === 'multilabel' && output.ndim < 2)
    throw new ShapeError(`${op}: there is one output per sample (${both(output, target)}), expected [N, labels]. Use mode: 'binary'.`);
  return {
    mode,
    output,
    target: binaryTarget(op, output, target, (form.mode ?? form.yesNo ?? false) !== false),
    hard: !isFloating(output.dtype),
  };
}

/** Reads answers and truths. @throws {ArgumentError} for targets that are not classes. */
export function readAnswers(form: Form, output: Tensor, target: Tensor): Answers {
  const read = formed(form, output, target);
  if (read.mode !== 'multi') return binaryAnswers(form, read);
  const predicted = numbersOf(read.hard ? read.output : argmax(read.output, 1));
  const truth = numbersOf(classLabels(form.op, read));
  const classes = classesOf(form, read, predicted, truth);
  checkClasses(form, read.output, truth, classes);
  return { mode: 'multi', classes, inner: 1, predicted, truth };
}

/** Numbers as doubles, in order, in an array of one's own. */
export function numbersOf(x: Tensor): Float64Array {
  return toTypedArray(to(x, 'float64') as Tensor & { dtype: 'float64' });
}

function classesOf({ op, numClasses }: Form, { output, hard }: Formed, predicted: Float64Array, truth: Float64Array): number {
  if (!hard) {
    if (numClasses !== undefined && numClasses !== output.shape[1])
      throw new ArgumentError(`${op}: numClasses is ${numClasses}, but outputs ${showShape(output.shape)} have ${output.shape[1]} scores.`);
    return output.shape[1]!;
  }
  let most = 1;
  for (const value of predicted) {
    if (!(value >= 0 && Math.floor(value) === value))
      throw new ArgumentError(`${op}: the outputs are class numbers, one for each sample, but ${value} is none.`);
    if (value > most) most = value;
  }
  if (numClasses !== undefined && most >= numClasses)
    throw new ArgumentError(`${op}: an output is class ${most}, but numClasses is ${numClasses}.`);
  for (const value of truth) if (value > most) most = value;
  return numClasses ?? most + 1;
}

/** What {@link checkClasses} and {@link binaryLabels} know of the form. */
export type Ignoring = Pick<Form, 'op' | 'ignoreIndex' | 'loss'>;

/** The label that counts for nothing. */
const ignoredBy = ({ ignoreIndex, loss }: Ignoring): number => ignoreIndex ?? formOfLoss(loss)?.ignoreIndex ?? -100;

/** Sets ignored labels to -1. @throws {ArgumentError} for labels that are not a class. */
export function checkClasses(form: Ignoring, output: Tensor, truth: Float64Array, classes: number): void {
  const { op } = form;
  const ignoreIndex = ignoredBy(form);
  for (let i = 0; i < truth.length; i++) {
    const label = truth[i]!;
    if (label === ignoreIndex) truth[i] = -1;
    else if (!(label >= 0 && label < classes && Math.floor(label) === label))
      throw new ArgumentError(
        `${op}: some targets are not class numbers from 0 to ${classes - 1} (nor ${ignoreIndex}, which is ignored). Outputs ${showShape(output.shape)} have ${classes} classes; for measured values use metric('mae', …) instead.`,
      );
  }
}

/** Class numbers, those of one-hot targets and probabilities included. */
export function classLabels(op: string, { output, target, hard }: Formed): Tensor {
  return !hard && sameShape(target.shape, output.shape) ? oneHotLabels(op, output, target) : target;
}

/** Class numbers as an index [N, 1, ...] into outputs [N, C, ...]; those that count for nothing, below 0, stand as class 0. */
export function labelIndex(output: Tensor, labels: readonly number[] | Float64Array): Tensor {
  const places = [output.shape[0]!, 1, ...output.shape.slice(2)];
  return to(
    fromTypedArray(
      Float64Array.from(labels, (label) => Math.max(0, label)),
      places,
    ),
    'int64',
  );
}

function multiTarget(op: string, output: Tensor, target: Tensor): Tensor {
  if (output.ndim < 2 || output.shape[1] === 1) throw new ShapeError(oneOutput(op, output, target));
  const answer = [output.shape[0]!, ...output.shape.slice(2)];
  if (!sameShape(target.shape, output.shape) && !sameShape(target.shape, answer))
    throw new ShapeError(wrongLabels(op, output, target, answer));
  return target;
}

/** The classes of one-hot or probable targets. @throws {ArgumentError} where they are several labels a sample. */
function oneHotLabels(op: string, output: Tensor, target: Tensor): Tensor {
  const shares = to(target, 'float64');
  const sums = sum(shares, 1);
  if (!holds(logicalAnd(le(abs(sub(sums, 1)), 1e-3), all(ge(shares, 0), 1))))
    throw new ArgumentError(
      `${op}: targets ${showShape(target.shape)} have the outputs' shape, but do not sum to 1 over the classes as one-hot targets and probabilities do. ${isFloating(output.dtype) ? '' : `For outputs that are class numbers use ${op}({ mode: 'multi' }). `}For several labels a sample use ${op}({ mode: '${op === 'accuracy' ? 'binary' : 'multilabel'}' }), with logits: true or a threshold as the model needs it (${both(output, target)}).`,
    );
  return argmax(shares, 1);
}

function oneOutput(op: string, output: Tensor, target: Tensor): string {
  return (
    `${op}: there is one output per sample (${both(output, target)}), expected [N, C]: one score per class. ` +
    `For one output per sample use ${op}({ mode: 'binary' }), with threshold (default 0.5) for probabilities or logits: true for logits.`
  );
}

function wrongLabels(op: string, output: Tensor, target: Tensor, answer: readonly number[]): string {
  const column = target.ndim === answer.length + 1 && target.shape.at(-1) === 1 && sameShape(target.shape.slice(0, -1), answer);
  const last = output.ndim > 2 && sameShape(output.shape.slice(0, -1), target.shape);
  const advice = column
    ? `Drop the last dim of the targets: target.squeeze(-1).`
    : last
      ? `Classes stand in dim 1, not last: move them there in forward, output.transpose(1, ${output.ndim - 1}).`
      : `Class numbers are [N]; for one output per sample use ${op}({ mode: 'binary' }).`;
  return `${op}: outputs ${showShape(output.shape)} give answers of shape ${showShape(answer)}, but targets have ${showShape(target.shape)}. ${advice}`;
}

/** Whether two shapes are the same but for a last dim of one that only one of them has: [N, 1] and [N], also of a batch of one. */
export function sameButColumn(a: Shape, b: Shape): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return sameShape(short, long) || sameShape([...short, 1], long);
}

/** @param strict whether shapes must be equal, as when the caller chose the mode; otherwise [N, 1] against [N] is clear enough. */
function binaryTarget(op: string, output: Tensor, target: Tensor, strict: boolean): Tensor {
  // PyTorch would broadcast [N, 1] against [N] to [N, N] and count that.
  if (sameShape(output.shape, target.shape)) return target;
  if (strict || !sameButColumn(output.shape, target.shape))
    throw new ShapeError(
      `${op}: outputs have shape ${showShape(output.shape)}, targets ${showShape(target.shape)}; in binary mode they must agree. Use targets.unsqueeze(1) or outputs.squeeze(1).`,
    );
  return reshape(target, output.shape);
}

/** Labels of 0 and 1, ignored ones as -1. @throws {ArgumentError} for others. */
export function binaryLabels(form: Ignoring, { output, target }: Formed): Float64Array {
  const { op } = form;
  const ignoreIndex = ignoredBy(form);
  const truth = numbersOf(target);
  for (let i = 0; i < truth.length; i++) {
    const label = truth[i]!;
    if (label === ignoreIndex) truth[i] = -1;
    else if (label !== 0 && label !== 1)
      throw new ArgumentError(
        `${op}: some targets are neither 0 nor 1, as in binary mode they must be (${both(output, target)}). Round soft targets; for measured values use metric('mae', …) instead.`,
      );
  }
  return truth;
}

function binaryAnswers(form: Form, read: Formed): Answers {
  const { op, threshold, logits, loss } = form;
  const { mode, output, hard } = read;
  const asLogits = logits ?? formOfLoss(loss)?.scale === 'logits';
  // sigmoid(z) >= t where z >= log(t / (1 - t)), which is 0 for t = 0.5.
  const bound = asLogits ? Math.log(threshold / (1 - threshold)) : threshold;
  const truth = binaryLabels(form, read);
  const predicted = hard ? numbersOf(output) : toTypedArray(to(ge(output, bound), 'uint8') as Tensor & { dtype: 'uint8' });
  if (hard)
    for (const value of predicted)
      if (value !== 0 && value !== 1)
        throw new DTypeError(`${op}: outputs are ${output.dtype}, expected probabilities or logits, or answers of 0 and 1.`);
  const labels = mode === 'multilabel';
  return { mode, classes: labels ? output.shape[1]! : 2, inner: labels ? numel(output.shape.slice(2)) : 1, predicted, truth };
}
