/** Connectionist temporal classification: sequences of labels whose alignment to the input's steps is unknown. The function and its layer. */
import { record } from '../../../autograd/node.js';
import { check, engine, kernels } from '../../../engine/engine.js';
import { E_INDEX } from '../../../engine/kernel-table.gen.js';
import { ArgumentError, DTypeError, IndexError, ShapeError, showShape } from '../../../errors.js';
import { div } from '../../../ops/elementwise/binary.js';
import { eq } from '../../../ops/elementwise/comparison.js';
import { where } from '../../../ops/elementwise/table.js';
import { squeeze, unsqueeze } from '../../../ops/view/movement.js';
import type { Arguments, Settings } from '../../../tensor/arguments/arguments.js';
import { assertFloating, assertTensor, wholeNumber, wholeNumbers } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { show } from '../../../tensor/arguments/show.js';
import { int64Of, tensor } from '../../../tensor/create/create.js';
import { castRaw, code, rowMajor } from '../../../tensor/raw.js';
import { numel } from '../../../tensor/shape.js';
import { emptyTensor, Tensor } from '../../../tensor/tensor.js';
import { isFloating } from '../../../tensor/values/dtype.js';
import { toTypedArray } from '../../../tensor/values/transfer.js';
import { Loss } from '../loss.js';
import { lossReader, type Reduction, reduced } from '../options.js';

/** The options of {@link ctcLoss} and of {@link CTCLoss}. */
export interface CTCLossOptions {
  /** The label that means "no label". Default: 0. */
  blank?: number;
  /** Default: 'mean', which divides each item's loss by its target's length first. */
  reduction?: Reduction;
  /** Infinite losses, of inputs too short for their targets, become 0, and so do their gradients. Default: false. */
  zeroInfinity?: boolean;
}

type CTCArguments = Arguments<CTCLossOptions, [blank: 'blank', reduction: 'reduction', zeroInfinity: 'zeroInfinity']>;
const readCtc = lossReader<CTCLossOptions>({ blank: 0, reduction: 'mean', zeroInfinity: false }, (op, { blank }) =>
  wholeNumber(op, 'blank', blank),
);

/** Whole numbers of at least 0, one for each item. */
type Lengths = Tensor | readonly number[];

/**
 * Minus the log-probability of the target sequences, over all their alignments to the steps of the input.
 * The gradient of `logProbs` is PyTorch's: that of the scores before a log-softmax, so that only what comes after logSoftmax gets a true one.
 * @param logProbs log-probabilities [T, N, C], or [T, C] for one item; the result of logSoftmax. C counts the blank.
 * @param targets labels [N, S], of which those past an item's length do not count; or all of them in a row [sum of the target lengths].
 * @param inputLengths how many steps each item has, up to T. @param targetLengths how many labels; both [N], as a tensor or as an array.
 * @returns one number, or with reduction 'none' [N]; infinite where an input is too short for its target (one step for each label, and one more
 * between equal neighbours).
 * @throws {ShapeError} for other shapes, and lengths that do not fit. @throws {IndexError} for a label outside 0 to C - 1. @throws {DTypeError} for integer
 * logProbs and floating lengths. @throws {GradError} where it is differentiated twice.
 * @see Graves et al. 2006, https://www.cs.toronto.edu/~graves/icml_2006.pdf; https://pytorch.org/docs/stable/generated/torch.nn.functional.ctc_loss.html
 * @example
 * const logProbs = F.logSoftmax(zeros([2, 1, 3]), 2); // two steps, one item, two labels and the blank
 * F.ctcLoss(logProbs, tensor([[1]], { dtype: 'int64' }), [2], [1]); // 1.0986
 */
export function ctcLoss(logProbs: Tensor, targets: Tensor, inputLengths: Lengths, targetLengths: Lengths, ...args: CTCArguments): Tensor {
  return ctcLossOf(logProbs, targets, inputLengths, targetLengths, readCtc('ctcLoss', args));
}

function ctcLossOf(
  logProbs: Tensor,
  targets: Tensor,
  inputLengths: Lengths,
  targetLengths: Lengths,
  { blank, reduction, zeroInfinity }: Settings<CTCLossOptions>,
): Tensor {
  const op = 'ctcLoss';
  assertFloating(op, 'logProbs', logProbs);
  assertTensor(op, 'targets', targets);
  const shape = showShape(logProbs.shape);
  if (logProbs.ndim !== 2 && logProbs.ndim !== 3)
    throw new ShapeError(`${op}: logProbs is ${shape}, expected [T, N, C], or [T, C] for one item.`);
  if (numel(logProbs.shape) === 0) throw new ShapeError(`${op}: logProbs is ${shape}, expected at least one step, item and class.`);
  const batched = logProbs.ndim === 3;
  const logp = batched ? logProbs : unsqueeze(logProbs, 1);
  const [steps, n, classes] = logp.shape as [number, number, number];
  if (!(blank >= 0 && blank < classes))
    throw new ArgumentError(`${op}: blank is ${blank}, expected one of the labels from 0 to ${classes - 1} (logProbs ${shape}).`);
  const inputs = lengthsOf(op, 'inputLengths', inputLengths, n);
  const labels = lengthsOf(op, 'targetLengths', targetLengths, n);
  inputs.forEach((length, i) => {
    if (length > steps) throw new ShapeError(`${op}: inputLengths[${i}] is ${length}, but logProbs ${shape} has ${steps} steps.`);
  });
  assertTargets(op, targets, labels, n);
  const each = fused(logp, targets, inputs, labels, blank, zeroInfinity);
  const loss = zeroInfinity ? where(eq(each, Number.POSITIVE_INFINITY), 0, each) : each;
  if (reduction === 'mean') {
    const divisors = tensor(
      labels.map((length) => Math.max(length, 1)),
      { dtype: loss.dtype },
    );
    return reduced(op, div(loss, divisors), 'mean');
  }
  return reduced(op, batched || reduction === 'sum' ? loss : squeeze(loss, 0), reduction);
}

/** Lengths as numbers, one for each of n items. */
function lengthsOf(op: string, name: string, lengths: Lengths, n: number): number[] {
  if (lengths instanceof Tensor && (isFloating(lengths.dtype) || lengths.dtype === 'bool'))
    throw new DTypeError(`${op}: ${name} is ${lengths.dtype}, expected whole numbers. Use ${name}.long().`);
  const list = lengths instanceof Tensor ? Array.from(toTypedArray(lengths), Number) : lengths;
  if (!Array.isArray(list)) throw new ArgumentError(`${op}: ${name} is ${show(list)}, expected a tensor or an array of whole numbers.`);
  if (list.length !== n)
    throw new ShapeError(`${op}: ${name} has ${list.length} numbers, expected one for each of the ${n} items of logProbs.`);
  return wholeNumbers(op, name, list, { min: 0 });
}

function assertTargets(op: string, targets: Tensor, lengths: readonly number[], n: number): void {
  const given = showShape(targets.shape);
  if (isFloating(targets.dtype) || targets.dtype === 'bool')
    throw new DTypeError(`${op}: targets is ${targets.dtype}, expected int64 or int32 labels. Convert them with targets.long().`);
  if (targets.ndim === 1) {
    const total = lengths.reduce((a, b) => a + b, 0);
    if (targets.shape[0] !== total)
      throw new ShapeError(
        `${op}: targets is ${given}, expected [${total}], the sum of targetLengths, or [N, S] with a row for each item.`,
      );
    return;
  }
  const most = Math.max(0, ...lengths);
  if (targets.ndim !== 2 || targets.shape[0] !== n || targets.shape[1]! < most)
    throw new ShapeError(
      `${op}: targets is ${given}, expected [${n}, ${most}] (items, at least the largest of targetLengths), or all labels in a row.`,
    );
}

/** The loss of each item [N] from logp [T, N, C]. */
function fused(
  logp: Tensor,
  targets: Tensor,
  inputLengths: readonly number[],
  targetLengths: readonly number[],
  blank: number,
  zeroInfinity: boolean,
): Tensor {
  const op = 'ctcLoss';
  const [steps, n, classes] = logp.shape as [number, number, number];
  const width = 2 * Math.max(...targetLengths) + 1;
  const stride = targets.ndim === 2 ? targets.shape[1]! : 0;
  const { dtype } = logp;
  const x = rowMajor(logp, op);
  const labels = rowMajor(castRaw(targets, 'int64', op), op);
  const [inputs, lengths] = [int64Of(inputLengths), int64Of(targetLengths)];
  const loss = emptyTensor([n], dtype);
  const alpha = emptyTensor([n, steps, width], dtype);
  const args = [x.ptr, labels.ptr, stride, inputs.ptr, lengths.ptr, steps, n, classes, width, blank] as const;
  const status = kernels.ctcLoss(code(dtype), loss.ptr, alpha.ptr, ...args);
  if (status === E_INDEX) throw new IndexError(`${op}: ${engine.host.lastError()}. Labels run from 0 to ${classes - 1}.`);
  check(status, op);
  return record(op, loss, {
    inputs: { logp },
    saved: { x, labels, inputs, lengths, loss, alpha },
    own: ['alpha'],
    fused: (g, { x, labels, inputs, lengths, loss, alpha }) => {
      const grad = emptyTensor(x.shape, dtype);
      const [beta, dloss] = [emptyTensor([n, 2, width], dtype), rowMajor(g, op)];
      const args = [x.ptr, labels.ptr, stride, inputs.ptr, lengths.ptr, steps, n, classes, width, blank, zeroInfinity ? 1 : 0] as const;
      check(kernels.ctcLossBackward(code(dtype), grad.ptr, beta.ptr, dloss.ptr, loss.ptr, alpha.ptr, ...args), op);
      return { logp: grad };
    },
  });
}

/**
 * Connectionist temporal classification: sequences of labels without their alignment to the input's steps.
 * @param args blank (the label that means "no label", default 0), reduction and zeroInfinity, in this order or by name. @throws as {@link ctcLoss}.
 * @see Graves et al. 2006, https://www.cs.toronto.edu/~graves/icml_2006.pdf; https://pytorch.org/docs/stable/generated/torch.nn.CTCLoss.html
 * @example
 * const criterion = new nn.CTCLoss({ blank: 0, zeroInfinity: true });
 * const logProbs = F.logSoftmax(randn([50, 16, 20]), 2); // [T, N, C]
 * const targets = randint(1, 20, [16, 30]);
 * const loss = criterion.forward(logProbs, targets, Array(16).fill(50), Array(16).fill(30));
 */
export class CTCLoss extends Loss {
  static override readonly className: string = 'CTCLoss';
  /** The label that means "no label". */
  blank: number;
  /** Whether infinite losses become 0. */
  zeroInfinity: boolean;

  constructor(...args: CTCArguments) {
    const settings = readCtc(classNameOf(new.target), args);
    super(settings);
    this.blank = settings.blank;
    this.zeroInfinity = settings.zeroInfinity;
  }

  forward(logProbs: Tensor, targets: Tensor, inputLengths: Tensor | readonly number[], targetLengths: Tensor | readonly number[]): Tensor {
    return ctcLossOf(logProbs, targets, inputLengths, targetLengths, this);
  }
}
