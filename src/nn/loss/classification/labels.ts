/** Class labels, and the weights of classes, as losses take them: their checks, and cross entropy's in its kernels' terms. */
import { willRecord } from '../../../autograd/node.js';
import { DTypeError, GradError, ShapeError, showShape } from '../../../errors.js';
import { reshape } from '../../../ops/view/movement.js';
import { assertFloating, assertTensor, oneOf } from '../../../tensor/arguments/checks.js';
import { castRaw, rowMajor } from '../../../tensor/raw.js';
import { type Shape, sameShape } from '../../../tensor/shape.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { isFloating } from '../../../tensor/values/dtype.js';
import { REDUCTIONS, type Reduction } from '../options.js';

/** Throws unless the target holds whole numbers. */
export function assertLabels(op: string, target: Tensor): void {
  assertTensor(op, 'target', target);
  if (isFloating(target.dtype) || target.dtype === 'bool')
    throw new DTypeError(`${op}: target is ${target.dtype}, expected int64 or int32 class labels. Convert them with target.long().`);
}

/** Throws unless there is one weight for each class. */
export function assertClassWeight(op: string, input: Tensor, weight: Tensor | null, c: number): void {
  if (weight && (weight.ndim !== 1 || weight.shape[0] !== c))
    throw new ShapeError(
      `${op}: weight is ${showShape(weight.shape)}, expected one value per class: [${c}] (input ${showShape(input.shape)}).`,
    );
}

/** Throws unless the weights are of the input's dtype. */
export function assertWeightDType(op: string, input: Tensor, weight: Tensor | null): void {
  if (weight && weight.dtype !== input.dtype)
    throw new DTypeError(`${op}: weight is ${weight.dtype}, expected the input's ${input.dtype}. Use weight.to('${input.dtype}').`);
}

/** One problem in the kernels' terms: scores [n, c, inner]. */
export interface Problem {
  readonly n: number;
  readonly c: number;
  readonly inner: number;
  readonly ignoreIndex: number;
  readonly smoothing: number;
  readonly reduction: Reduction;
}

/** Checks labels against scores, and gives both in the kernels' terms. */
export function labelled(
  op: string,
  input: Tensor,
  given: Tensor,
  options: Pick<Problem, 'ignoreIndex' | 'reduction'> & { readonly weight: Tensor | null },
  smoothing: number,
): [labels: Tensor, problem: Problem] {
  oneOf(op, 'reduction', options.reduction, REDUCTIONS);
  // As in PyTorch, the label of a single item may be a list of one.
  const target = input.ndim === 1 && given.ndim === 1 && given.shape[0] === 1 ? reshape(given, []) : given;
  if (isFloating(target.dtype) && !isFloating(input.dtype))
    throw new DTypeError(
      `${op}: input is ${input.dtype} and target ${target.dtype} (input ${showShape(input.shape)}, target ${showShape(target.shape)}). The arguments look swapped: scores come first, labels second.`,
    );
  assertFloating(op, 'input', input);
  if (input.ndim === 0) throw new ShapeError(`${op}: input has no dims, expected [C], [N, C] or [N, C, ...].`);
  if (isFloating(target.dtype)) {
    const probabilities = op === 'crossEntropy' ? ` Class probabilities must have the input's shape ${showShape(input.shape)}.` : '';
    throw new DTypeError(
      `${op}: target is ${target.dtype} ${showShape(target.shape)}, expected int64 or int32 class labels. Convert them with target.long().${probabilities}`,
    );
  }
  assertLabels(op, target);

  const [n, c] = input.ndim === 1 ? [1, input.shape[0]!] : [input.shape[0]!, input.shape[1]!];
  let inner = 1;
  for (let i = 2; i < input.shape.length; i++) inner *= input.shape[i]!;
  if (!targetFits(input.shape, target.shape)) {
    const expected = input.ndim === 1 ? [] : [n, ...input.shape.slice(2)];
    throw new ShapeError(wrongTarget(op, input, target.shape, expected));
  }
  assertClassWeight(op, input, options.weight, c);
  assertWeightDType(op, input, options.weight);
  if (willRecord([options.weight]))
    throw new GradError(`${op}: there is no gradient for weight with labels, but it requires one. Use weight.detach().`);
  const labels = target.dtype === 'uint8' ? castRaw(target, 'int64', op) : target;
  return [rowMajor(labels, op), { n, c, inner, ignoreIndex: options.ignoreIndex, smoothing, reduction: options.reduction }];
}

/** Whether labels of shape `target` have the shape of the scores without the dim of classes. */
function targetFits(input: Shape, target: Shape): boolean {
  if (input.length === 1) return target.length === 0;
  if (target.length !== input.length - 1 || target[0] !== input[0]) return false;
  for (let i = 1; i < target.length; i++) if (target[i] !== input[i + 1]) return false;
  return true;
}

function wrongTarget(op: string, input: Tensor, given: Shape, expected: Shape): string {
  const squeezed = given.findIndex(
    (size, i) =>
      size === 1 &&
      sameShape(
        given.filter((_, d) => d !== i),
        expected,
      ),
  );
  let hint = '';
  if (squeezed >= 0) hint = ` Drop the dim of size 1: target.squeeze(${squeezed}).`;
  else if (sameShape(given, input.shape))
    hint =
      op === 'crossEntropy'
        ? " For one-hot or soft targets use target.to('float32'); for labels, their index: target.argmax(1)."
        : ' For one-hot targets, give their index: target.argmax(1).';
  else if (given.length === expected.length && given[0] !== expected[0])
    hint = ` The batch sizes differ: ${expected[0]} against ${given[0]}.`;
  return `${op}: target is ${showShape(given)}, expected ${showShape(expected)}: the input's shape ${showShape(input.shape)} without its class dim.${hint}`;
}
