/** What all losses share: their options and how these are read, the checks of their tensors, and the reduction. */
import { ArgumentError, DTypeError, showShape } from '../../errors.js';
import { mean, sum } from '../../ops/reduce/sum.js';
import { readArguments, type Settings } from '../../tensor/arguments/arguments.js';
import { assertTensorOrNull, assertTensors, oneOf } from '../../tensor/arguments/checks.js';
import { isOptions } from '../../tensor/arguments/show.js';
import { warnOnce } from '../../tensor/arguments/warn-once.js';
import { broadcastShapes, type Shape, sameShape } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { isFloating } from '../../tensor/values/dtype.js';
import { noteLoss } from './taken.js';

/** What becomes of the loss of each item: their mean, their sum, or nothing. */
export type Reduction = 'mean' | 'sum' | 'none';

/** The options that every loss has. */
export interface LossOptions {
  /** Default: 'mean'. */
  reduction?: Reduction;
}

/** Options that are tensors. */
const WEIGHTS = ['weight', 'posWeight', 'linearBias'];

/** @internal Every {@link Reduction}. */
export const REDUCTIONS: readonly Reduction[] = ['mean', 'sum', 'none'];

/** What PyTorch's old flags are called today, as torch.nn._reduction has it. */
function refuseOldNames(op: string, options: Record<string, unknown>): void {
  if (!(Object.hasOwn(options, 'sizeAverage') || Object.hasOwn(options, 'reduce'))) return;
  const { sizeAverage, reduce } = options;
  const today = reduce === false ? 'none' : sizeAverage === false ? 'sum' : 'mean';
  throw new ArgumentError(
    `${op}: sizeAverage and reduce are old names that PyTorch is about to drop. Write reduction: '${today}' instead.`,
  );
}

/** Reads the options of a loss: what came after the tensors, by position or as an object at the end, in the name of what the user called. */
export type LossReader<O> = (op: string, given: readonly unknown[]) => Settings<O>;

/**
 * How the options of a loss are read, by its function and by its layer.
 * @param defaults in PyTorch's order. @param check what there is to check beyond types, weights and the reduction, which all losses have.
 * The reader throws an ArgumentError for unknown options, those of a wrong type, and those that PyTorch has given up.
 */
export function lossReader<O extends { reduction?: string }>(
  defaults: Settings<O>,
  check?: (op: string, options: Settings<O>) => void,
  reductions: readonly string[] = REDUCTIONS,
): LossReader<O> {
  const weights = WEIGHTS.filter((name) => name in defaults);
  return (op, given) => {
    const last = given.at(-1);
    if (isOptions(last)) refuseOldNames(op, last);
    const options = readArguments(op, defaults, given);
    oneOf(op, 'reduction', (options as { reduction: string }).reduction, reductions);
    for (const name of weights) assertTensorOrNull(op, name, (options as Record<string, unknown>)[name]);
    check?.(op, options);
    return options;
  };
}

/** Reads the options of a loss that has none but the reduction. */
export const readReduction: LossReader<LossOptions> = lossReader<LossOptions>({ reduction: 'mean' });

/**
 * Each item's loss, or their mean or sum.
 * @throws {ArgumentError} for another reduction: a layer's is a field that anybody may set.
 */
export function reduced(op: string, loss: Tensor, reduction: Reduction): Tensor {
  oneOf(op, 'reduction', reduction, REDUCTIONS);
  const value = reduction === 'none' ? loss : reduction === 'sum' ? sum(loss) : mean(loss);
  noteLoss({ value, reduction });
  return value;
}

/** The shape that all broadcast to. @throws {ShapeError} in the name of `op`. */
export function commonShape(op: string, ...tensors: readonly Tensor[]): Shape {
  return tensors.map((x) => x.shape).reduce((a, b) => broadcastShapes(a, b, op));
}

/** Warns, as PyTorch does, where shapes that differ would broadcast: [8, 1] against [8] makes [8, 8] and a wrong loss. */
export function warnOfBroadcast(op: string, input: Tensor, target: Tensor): void {
  assertTensors(op, { input, target });
  if (sameShape(input.shape, target.shape)) return;
  commonShape(op, input, target);
  warnOnce(
    `${op}: input ${showShape(input.shape)} and target ${showShape(target.shape)} have different shapes and are broadcast, which is seldom intended. Give both the same shape.`,
  );
}

/** Throws unless one of the two is floating, as the loss then is. */
export function assertOneFloating(op: string, input: Tensor, target: Tensor): void {
  assertTensors(op, { input, target });
  if (!isFloating(input.dtype) && !isFloating(target.dtype)) {
    throw new DTypeError(`${op}: input is ${input.dtype} and target ${target.dtype}, expected a floating dtype. Use input.to('float32').`);
  }
}
