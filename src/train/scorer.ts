/** Running a model over a batch and counting what came out: what training and evaluation share. */
import { noGrad } from '../autograd/mode.js';
import { ArgumentError, ShapeError, showShape } from '../errors.js';
import type { Module } from '../nn/module.js';
import { closeScope, escapeScope, openScope, type Scope } from '../tensor/storage.js';
import { Tensor } from '../tensor/tensor.js';
import { item } from '../tensor/transfer.js';
import type { ForwardBatch, Loader, Loss, Metric, MetricCount, Scores } from './types.js';

/** The loss and the metrics over the batches so far. */
export class Scorer {
  samples = 0;
  steps = 0;
  private total = 0;
  private readonly counts: readonly (readonly [string, MetricCount])[];

  constructor(metrics: readonly Metric[]) {
    this.counts = metrics.map((metric) => [metric.name, metric.start()]);
  }

  /** Counts a batch; nothing of it is recorded. */
  add(loss: number, output: Tensor, target: Tensor): void {
    this.total += loss;
    this.steps++;
    this.samples += target.shape[0] ?? 1;
    if (this.counts.length > 0) noGrad(() => this.counts.forEach(([, count]) => count.update(output, target)));
  }

  /** The mean of the batches' losses, whatever their sizes, as PyTorch users compute it; and the metrics. */
  scores(): Scores {
    return { loss: this.total / this.steps, ...Object.fromEntries(this.counts.map(([name, count]) => [name, count.value()])) };
  }
}

/** How batches are read where the caller does not say: `[...inputs, target]`. */
export function forwardBatch(model: Module, batch: unknown): readonly [Tensor, Tensor] {
  const tensors = batch as readonly unknown[];
  if (!Array.isArray(batch) || batch.length < 2 || !tensors.every((x) => x instanceof Tensor)) {
    throw new ArgumentError(
      'fit: a batch must be [inputs, targets], both tensors. For other batches pass forward: (model, batch) => [output, target].',
    );
  }
  const target = tensors[tensors.length - 1] as Tensor;
  const output: unknown = model.forward(...tensors.slice(0, -1));
  if (!(output instanceof Tensor))
    throw new ArgumentError(
      `fit: the model's forward gives ${Array.isArray(output) ? 'a list' : typeof output}, expected a Tensor. For other models pass forward: (model, batch) => [output, target].`,
    );
  return [output, target];
}

/** What turns a batch into a loss. */
export interface Recipe<B> {
  readonly model: Module;
  readonly loss: Loss;
  readonly forward: ForwardBatch<B>;
}

/** A batch's loss, as a tensor to go backward from and as a number, and what it was computed from. */
export function computeLoss<B>(
  { model, loss: criterion, forward }: Recipe<B>,
  batch: B,
): { loss: Tensor; value: number; output: Tensor; target: Tensor } {
  const [output, target] = forward(model, batch);
  const loss = typeof criterion === 'function' ? criterion(output, target) : criterion.forward(output, target);
  if (!(loss instanceof Tensor) || loss.numel() !== 1) {
    throw new ShapeError(
      `fit: the loss is ${loss instanceof Tensor ? `of shape ${showShape(loss.shape)}` : typeof loss}, expected a tensor of one element. Use a reduction: mean or sum.`,
    );
  }
  return { loss, value: item(loss), output, target };
}

/**
 * Runs `body`, synchronously, and frees every tensor that was made in it. What belongs to the model outlives it: gradients pass to their
 * parameters by themselves, buffers that were replaced are let go here.
 * @param owned whether the batch's tensors are nobody else's and end with the step too.
 */
export function inStep<R>(model: Module, batch: unknown, owned: boolean, body: () => R): R {
  const scope = openScope();
  try {
    if (owned) adopt(batch, scope);
    return body();
  } finally {
    for (const { storage } of model.buffers()) if (storage.scope === scope) escapeScope(storage, scope.parent);
    closeScope(scope);
  }
}

/** Gives a batch's tensors to the scope. */
function adopt(value: unknown, scope: Scope): void {
  if (value instanceof Tensor) {
    if (value.storage.scope !== null) return;
    value.storage.scope = scope;
    scope.storages.push(value.storage);
  } else if (Array.isArray(value)) {
    for (const part of value) adopt(part, scope);
  } else if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    for (const part of Object.values(value)) adopt(part, scope);
  }
}

/** Whether a loader's batches may be freed after use: those that a DataLoader makes itself. */
export function ownsBatches(loader: unknown): boolean {
  return (loader as { makesBatches?: boolean }).makesBatches === true;
}

/** A loader's batches, sync or async. */
export function batchesOf<B>(loader: Loader<B>): AsyncIterator<B> | Iterator<B> {
  const both = loader as Partial<AsyncIterable<B>> & Partial<Iterable<B>>;
  const iterator = both[Symbol.asyncIterator]?.() ?? both[Symbol.iterator]?.();
  if (!iterator)
    throw new ArgumentError('fit: a loader must give batches in a for or for await loop. Pass a DataLoader or an array of batches.');
  return iterator;
}

/** How many batches a loader gives, where it knows. */
export function lengthOf(loader: { readonly length?: number }): number | undefined {
  try {
    return loader.length;
  } catch {
    return undefined; // a DataLoader over a stream: its length getter throws
  }
}
