/** What all losses share: their options and how these are read, the checks of their tensors, and the reduction. */
import { ArgumentError, DTypeError, showShape } from '../../errors.js';
import { mean, sum } from '../../ops/reduce/sum.js';
import { readArguments } from '../../tensor/arguments.js';
import { assertTensorOrNull, assertTensors } from '../../tensor/checks.js';
import { isFloating } from '../../tensor/dtype.js';
import { broadcastShapes, type Shape, sameShape } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { warnOnce } from '../../tensor/warn-once.js';
import { noteLoss } from './taken.js';

/** What becomes of the loss of each item: their mean, their sum, or nothing. */
export type Reduction = 'mean' | 'sum' | 'none';

/** The options that every loss has. */
export interface LossOptions {
  /** Default: 'mean'. */
  reduction?: Reduction;
}

/** A loss's options with the values that count: null only where null means something. */
export type Settled<O> = { [K in keyof O]-?: Exclude<O[K], undefined> };

/** Options that are tensors. */
const WEIGHTS = ['weight', 'posWeight', 'linearBias'];

const REDUCTIONS: readonly string[] = ['mean', 'sum', 'none'];

/** Throws for a reduction that there is not; for untyped code. */
export function checkReduction(reduction: string, op: string, known = REDUCTIONS): void {
  if (known.includes(reduction)) return;
  const names = known.map((name) => `'${name}'`);
  throw new ArgumentError(`${op}: reduction is "${reduction}", expected ${names.slice(0, -1).join(', ')} or ${names.at(-1)}.`);
}

/** What PyTorch's old flags are called today, as torch.nn._reduction has it. */
function refuseOldNames(op: string, options: Record<string, unknown>): void {
  if (!(Object.hasOwn(options, 'sizeAverage') || Object.hasOwn(options, 'reduce'))) return;
  const { sizeAverage, reduce } = options;
  const today = reduce === false ? 'none' : sizeAverage === false ? 'sum' : 'mean';
  throw new ArgumentError(
    `${op}: sizeAverage and reduce are old names that PyTorch is about to drop. Write reduction: '${today}' instead.`,
  );
}

/**
 * The options of a loss: `given` is what came after the tensors, by position or as an object at the end.
 * @param defaults in PyTorch's order. @throws {ArgumentError} for options that there are not, of a wrong type, or that PyTorch has given up.
 */
export function lossOptions<O extends { reduction?: string }>(op: string, defaults: O, given: readonly unknown[], known = REDUCTIONS): O {
  const last = given.at(-1);
  if (typeof last === 'object' && last !== null) refuseOldNames(op, last as Record<string, unknown>);
  const options = readArguments(op, defaults, given);
  checkReduction(options.reduction ?? 'mean', op, known);
  for (const name of WEIGHTS) if (name in options) assertTensorOrNull(op, name, options[name as keyof O]);
  return options;
}

/** Throws unless an option is a number that fulfils `rule`, which `expected` says in words. */
export function checkNumber(op: string, name: string, value: number, expected = 'a number', rule = (_: number) => true): void {
  if (typeof value !== 'number' || Number.isNaN(value) || !rule(value))
    throw new ArgumentError(`${op}: ${name} is ${value}, expected ${expected}.`);
}

/** Each item's loss, or their mean or sum. */
export function reduced(loss: Tensor, reduction: Reduction): Tensor {
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
    `${op}: input ${showShape(input.shape)} and target ${showShape(target.shape)} have different shapes and are broadcast, which is seldom meant. Give both one shape.`,
  );
}

/** Throws unless one of the two is floating, as the loss then is. */
export function needsOneFloat(op: string, input: Tensor, target: Tensor): void {
  assertTensors(op, { input, target });
  if (!isFloating(input.dtype) && !isFloating(target.dtype)) {
    throw new DTypeError(`${op}: input is ${input.dtype} and target ${target.dtype}, expected a floating dtype. Use input.to('float32').`);
  }
}
