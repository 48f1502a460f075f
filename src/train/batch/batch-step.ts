/** Running a model over one batch: forward, loss, and what of its memory outlives the step. */
import { eachTensor, releaseTensor } from '../../autograd/modes/scope.js';
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { type LossTaken, watchLosses } from '../../nn/loss/taken.js';
import { Module } from '../../nn/module/module.js';
import { mean } from '../../ops/reduce/sum.js';
import { show } from '../../tensor/arguments/show.js';
import { closeScope, openScope, type Scope } from '../../tensor/storage.js';
import { Tensor } from '../../tensor/tensor.js';
import { item } from '../../tensor/values/transfer.js';
import type { ForwardBatch, Loss } from '../types.js';
import { type Weighing, weighedLoss } from './weights.js';

/** What turns a batch into a loss. */
export interface BatchStep<B> {
  readonly op: string;
  readonly model: Module;
  readonly loss: Loss;
  readonly forward: ForwardBatch<B> | undefined;
  readonly weighing?: Weighing<B> | undefined;
  /** Called between the model and the loss. */
  readonly beforeLoss?: () => void;
}

/** A batch's loss, and what it was computed from. */
export interface BatchLoss {
  /** To go backward from. */
  readonly loss: Tensor;
  readonly value: number;
  /** The loss of all that counts in the batch, and how much counts: samples, or labels with their weights. Their ratio is the mean. */
  readonly total: number;
  readonly count: number;
  /** Whether the loss is the sum over the batch, not a mean. */
  readonly sums: boolean;
  readonly output: Tensor;
  readonly target: Tensor;
  /** The losses that were reduced on the way. */
  readonly taken: readonly LossTaken[];
}

/** How batches are read where the caller does not say: `[...inputs, target]`, and the weights of the samples where they are among them. */
function forwardBatch(op: string, model: Module, whole: unknown, weights: Tensor | undefined): readonly [Tensor, Tensor] {
  const batch = weights !== undefined && Array.isArray(whole) ? whole.filter((part) => part !== weights) : whole;
  const tensors = batch as readonly unknown[];
  if (!Array.isArray(batch) || batch.length < 2 || !tensors.every((x) => x instanceof Tensor)) {
    throw new ArgumentError(
      `${op}: a batch must be [inputs, targets], both tensors, got ${Array.isArray(batch) ? `a list of ${tensors.map(show).join(' and ') || 'nothing'}` : show(batch)}. For other batches pass forward: (model, batch) => [output, target].`,
    );
  }
  const target = tensors[tensors.length - 1] as Tensor;
  return [checkedOutput(op, model.forward(...tensors.slice(0, -1))), target];
}

/** @throws {ArgumentError} that says what a model gave instead of a tensor. */
export function checkedOutput(op: string, output: unknown): Tensor {
  if (output instanceof Tensor) return output;
  if (output === undefined)
    throw new ArgumentError(`${op}: the model's forward gives nothing (undefined), expected a Tensor. Does it end without return?`);
  const advice =
    output instanceof Promise
      ? 'Make forward a plain function, without async.'
      : 'For other models pass forward: (model, batch) => [output, target].';
  throw new ArgumentError(
    `${op}: the model's forward gives ${Array.isArray(output) ? 'a list' : show(output)}, expected a Tensor. ${advice}`,
  );
}

/** Runs the model on a batch: what it gives, what that should have been, and the weights of the samples where a forward of the user's gives some. */
export function outputAndTarget<B>(
  { op, model, forward }: Pick<BatchStep<B>, 'op' | 'model' | 'forward'>,
  batch: B,
  given?: Tensor,
): readonly [output: Tensor, target: Tensor, weights?: Tensor] {
  const pair: unknown = forward ? forward(model, batch) : forwardBatch(op, model, batch, given);
  const [output, target, own] = Array.isArray(pair) ? (pair as unknown[]) : [];
  if (!(output instanceof Tensor && target instanceof Tensor && (own === undefined || own instanceof Tensor)))
    throw new ArgumentError(
      `${op}: forward gives ${Array.isArray(pair) ? `a list of ${pair.map(show).join(' and ')}` : show(pair)}, expected [output, target] or [output, target, weights], all tensors.`,
    );
  return own === undefined ? [output, target] : [output, target, own];
}

/** Runs the model on a batch and takes the loss. */
export function computeLoss<B>(step: BatchStep<B>, batch: B): BatchLoss {
  const { op, loss: criterion, weighing, beforeLoss } = step;
  const given = weighing?.samples?.(batch);
  const [output, target, own] = outputAndTarget(step, batch, given);
  beforeLoss?.();
  const weights = own ?? given;
  if (weights !== undefined || weighing?.classes) {
    const { result, taken } = watchLosses(() => weighedLoss(op, criterion, output, target, weights, weighing?.classes));
    const { loss, share } = result;
    const value = item(loss);
    if (share) return { loss, value, total: share.sums ? value : value * share.count, ...share, output, target, taken };
    return { loss, value, ...counted(loss, value, target.shape[0] ?? 1, taken), output, target, taken };
  }
  const { result, taken } = watchLosses(() =>
    typeof criterion === 'function' ? criterion(output, target) : criterion.forward(output, target),
  );
  const samples = target.shape[0] ?? 1;
  const loss = typeof criterion === 'function' ? meanOfSamples(result, samples) : result;
  if (!(loss instanceof Tensor) || loss.numel() !== 1) throw new ShapeError(badLoss(op, criterion, result, target));
  const value = item(loss);
  return { loss, value, ...counted(result, value, samples, taken), output, target, taken };
}

/** The mean of a loss that a function gives for each sample, as [N] or [N, 1]; anything else as it is. */
function meanOfSamples(loss: unknown, samples: number): unknown {
  if (!(loss instanceof Tensor) || loss.numel() !== samples || loss.ndim === 0 || loss.ndim > 2 || loss.shape[0] !== samples) return loss;
  return mean(loss);
}

function badLoss(op: string, criterion: Loss, loss: unknown, target: Tensor): string {
  const found = loss instanceof Tensor ? `of shape ${showShape(loss.shape)}` : show(loss);
  const perSample = typeof criterion === 'function' ? `, or one value for each of the ${target.shape[0] ?? 1} samples of the batch` : '';
  const advice =
    loss instanceof Tensor
      ? "Use a reduction: mean or sum (reduction: 'none' gives a loss for each item)."
      : loss instanceof Promise
        ? 'Make it a plain function, without async.'
        : 'Give back the tensor that a loss function gives, without item().';
  return `${op}: the loss is ${found}, expected a tensor of one element${perSample}. ${advice}`;
}

/** What a batch adds to the mean over all: a mean stands for as much as it was divided by, a sum for itself. */
function counted(loss: unknown, value: number, samples: number, taken: readonly LossTaken[]): Pick<BatchLoss, 'total' | 'count' | 'sums'> {
  const own = taken.findLast(({ value: made }) => made === loss);
  if (own) {
    const count = taken.findLast(({ value: made, divisor }) => made === loss && divisor !== undefined)?.divisor?.() ?? samples;
    const sums = own.reduction === 'sum';
    return { total: sums ? value : value * count, count, sums };
  }
  // With terms added to it, the loss counts as the one mean in it that was taken over labels does.
  const means = taken.filter(({ reduction, divisor }) => reduction === 'mean' && divisor !== undefined);
  const counts = new Set(means.map(({ divisor }) => divisor!()));
  const count = counts.size === 1 ? [...counts][0]! : samples;
  return { total: value * count, count, sums: false };
}

/**
 * Runs `body`, synchronously, and frees every tensor that was made in it. What belongs to the model outlives it: gradients pass to their
 * parameters by themselves; what the model's fields hold afterwards, a state for the next batch or a replaced buffer, is let go here.
 * @param owned whether the batch's tensors are nobody else's and end with the step too.
 */
export function runStep<R>(model: Module, batch: unknown, owned: boolean, body: () => R): R {
  const scope = openScope({ clonesLeave: true });
  try {
    if (owned) takeIntoScope(batch, scope);
    return body();
  } finally {
    for (const module of model.modules()) releaseFields(module, scope);
    closeScope(scope);
  }
}

/** Lets out of a scope what a module's fields hold, also in lists, maps and objects. */
function releaseFields(module: Module, scope: Scope): void {
  for (const value of Object.values(module)) {
    if (value instanceof Tensor) {
      if (value.storage.scope === scope) releaseTensor(value, scope, scope.parent);
    } else if (typeof value === 'object' && value !== null && !(value instanceof Module) && mayHoldTensors(value)) {
      eachTensor(value, (x) => {
        if (x.storage.scope === scope) releaseTensor(x, scope, scope.parent);
      });
    }
  }
}

/** A long list of words is not gone through in every step. */
function mayHoldTensors(value: object): boolean {
  if (Array.isArray(value)) return value.some((part, i) => i < 8 && typeof part === 'object' && part !== null);
  if (value instanceof Map || value instanceof Set) {
    let seen = 0;
    for (const part of value.values()) {
      if (typeof part === 'object' && part !== null) return true;
      if (++seen === 8) return false;
    }
    return false;
  }
  return !ArrayBuffer.isView(value);
}

/** Gives a batch's tensors to the scope. */
function takeIntoScope(value: unknown, scope: Scope): void {
  if (value instanceof Tensor) {
    if (value.storage.scope !== null) return;
    value.storage.scope = scope;
    scope.storages.push(value.storage);
  } else if (Array.isArray(value)) {
    for (const part of value) takeIntoScope(part, scope);
  } else if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    for (const part of Object.values(value)) takeIntoScope(part, scope);
  }
}
