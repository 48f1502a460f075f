/** Checks of what fit and evaluate are given: models, losses, and outputs that a loss does not expect. */
import { noGrad } from '../../autograd/modes/mode.js';
import { ArgumentError } from '../../errors.js';
import { type LossTaken, madeForAnother, unexpected } from '../../nn/loss/taken.js';
import { Module } from '../../nn/module/module.js';
import { sub } from '../../ops/elementwise/binary.js';
import { ge, le, logicalAnd } from '../../ops/elementwise/comparison.js';
import { abs, exp } from '../../ops/elementwise/unary.js';
import { allNonzero, sum } from '../../ops/reduce/sum.js';
import { classNameOf, isClass } from '../../tensor/arguments/class-name.js';
import { show } from '../../tensor/arguments/show.js';
import { warnOnce } from '../../tensor/arguments/warn-once.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Loss, LossAverage } from '../types.js';

/** @throws {ArgumentError} for anything but a model. */
export function checkModel(op: string, model: unknown): asserts model is Module {
  if (model instanceof Module) {
    if (typeof (model as { forward?: unknown }).forward === 'function') return;
    throw new ArgumentError(`${op}: ${classNameOf(model)} has no forward. Give it one: forward(x) { return …; }`);
  }
  const advice = typeof model === 'function' ? ' Make one: new Net().' : model instanceof Promise ? ' Await it.' : '';
  throw new ArgumentError(`${op}: the model is ${show(model)}, expected an nn.Module.${advice}`);
}

/** Every {@link LossAverage}. */
export const LOSS_AVERAGES: readonly LossAverage[] = ['samples', 'batches'];

/** @throws {ArgumentError} for anything but a loss, with what to write. */
export function checkLoss(op: string, loss: unknown): asserts loss is Loss {
  const example = 'loss: new nn.CrossEntropyLoss(), or a function (output, target) => …';
  if (typeof loss === 'string') throw new ArgumentError(`${op}: the loss is ${show(loss)}; losses have no names here. Pass ${example}.`);
  if (typeof loss === 'function') {
    if (!isLossClass(loss)) return;
    throw new ArgumentError(`${op}: the loss is ${show(loss)}, expected an object of it. Write loss: new nn.${nameOf(loss)}().`);
  }
  if (typeof (loss as { forward?: unknown } | null | undefined)?.forward === 'function') return;
  throw new ArgumentError(`${op}: the loss is ${loss === undefined ? 'missing' : show(loss)}. Pass ${example}.`);
}

function isLossClass(value: object): boolean {
  return (value as { prototype?: object }).prototype instanceof Module || isClass(value);
}

function nameOf(value: object): string {
  return (value as { className?: string; name?: string }).className ?? (value as { name?: string }).name ?? 'MSELoss';
}

/**
 * Warns, once, of outputs that a loss does not expect: they train, and worse than need be. Looks at values, so call it for the first batch
 * only; where the operation that made them tells, the loss has warned already.
 */
export function warnOfOutputs(op: string, taken: readonly LossTaken[]): void {
  for (const { op: loss, input } of taken) {
    if (loss === undefined || input === undefined || madeForAnother(loss, input) !== undefined) continue;
    const found = noGrad(() => unexpectedValues(loss, input));
    if (found !== undefined) warnOnce(`${op}: ${loss}: ${found}`);
  }
}

function unexpectedValues(loss: string, input: Tensor): string | undefined {
  const dim = input.ndim > 1 ? 1 : 0;
  if ((loss !== 'crossEntropy' && loss !== 'nllLoss') || !(input.shape[dim]! > 1)) return undefined;
  const sumsToOne = (x: Tensor) => allNonzero(le(abs(sub(sum(x, dim), 1)), 1e-3));
  if (loss === 'nllLoss') return sumsToOne(exp(input)) ? undefined : unexpected.noLogs;
  return allNonzero(logicalAnd(ge(input, 0), le(input, 1))) && sumsToOne(input) ? unexpected.probabilities : undefined;
}

/** Why nothing can be learned from a loss: the text of an error. */
export function notConnected(parameters: readonly (readonly [string, Tensor])[]): string {
  const frozen = parameters.length > 0 && parameters.every(([, parameter]) => !parameter.requiresGrad);
  return frozen
    ? 'fit: every parameter is frozen (requiresGrad is false), so there is nothing to train. Unfreeze some: parameter.requiresGrad_().'
    : "fit: the loss does not depend on any parameter that requires a gradient. Was the output detached, computed inside noGrad(), or made new from numbers (item, toArray)? Keep tensors from the model's input to the loss.";
}
