/** NaN and infinity: in the loss, in gradients, in weights; noticed before a step ruins the model. */
import { check, kernels } from '../../engine/engine.js';
import { ReduceOp } from '../../engine/kernel-table.gen.js';
import { HoneError } from '../../errors.js';
import { isfinite } from '../../ops/elementwise/comparison.js';
import { allNonzero, reduceRaw } from '../../ops/reduce/sum.js';
import { code } from '../../tensor/raw.js';
import { numel } from '../../tensor/shape.js';
import { closeScope, openScope } from '../../tensor/storage.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import type { DType } from '../../tensor/values/dtype.js';
import { item } from '../../tensor/values/transfer.js';
import type { NonFiniteOrigin } from '../batch/trace-non-finite.js';
import type { History } from '../history/history.js';

/** Where a training was. */
export interface Place {
  readonly epoch: number;
  readonly step: number;
  readonly lr: readonly number[];
}

/** Numbers that are NaN or infinite, which would ruin every weight, or have. */
export abstract class NonFiniteError extends HoneError {
  /** The epoch, from 1. */
  readonly epoch: number;
  /** The step in the epoch, from 1. */
  readonly step: number;
  /** Where the first such number appeared, where `nanGuard` looked for it. */
  readonly origin: NonFiniteOrigin | undefined;
  /** What the training did until then. */
  declare history?: History;
  override get name(): string {
    return 'NonFiniteError';
  }

  constructor(message: string, { epoch, step }: Place, origin?: NonFiniteOrigin) {
    super(message);
    this.epoch = epoch;
    this.step = step;
    this.origin = origin;
  }
}

/** What finds the cause. */
const GUARD = 'callbacks: [nanGuard()] names the layer and the operation where it first appears.';

/** A loss that is NaN or infinite: the step was not taken. */
export class NonFiniteLossError extends NonFiniteError {
  override readonly code = 'NON_FINITE_LOSS';
  override get name(): string {
    return 'NonFiniteLossError';
  }
  constructor(
    /** The loss that was not finite. */
    readonly loss: number,
    place: Place,
    origin?: NonFiniteOrigin,
  ) {
    super(
      `fit: the loss is ${loss} at epoch ${place.epoch}, step ${place.step}; the step was not taken. ${
        origin?.text ??
        `Try a lower learning rate (it is ${place.lr.join(', ')}), look for NaN in the data, for logarithms and divisions of 0 in the model, give losses what they expect (logits or probabilities), or pass nonFinite: 'ignore'. ${GUARD}`
      }`,
      place,
      origin,
    );
  }
}

/** Gradients or weights that are NaN or infinite under a finite loss. */
export class NonFiniteGradientError extends NonFiniteError {
  override readonly code = 'NON_FINITE_GRADIENT';
  override get name(): string {
    return 'NonFiniteGradientError';
  }
  constructor(
    /** Their paths in the model. */
    readonly parameters: readonly string[],
    what: 'gradient' | 'weights',
    place: Place,
    origin?: NonFiniteOrigin,
  ) {
    const list = parameters.length > 6 ? `${parameters.slice(0, 6).join(', ')} and ${parameters.length - 6} more` : parameters.join(', ');
    super(
      what === 'gradient'
        ? `fit: the loss is finite, but the gradient of ${list} is NaN or infinite at epoch ${place.epoch}, step ${place.step}; the step was not taken, the weights are as before. ${origin?.text ?? `Look for square roots, logarithms, norms and divisions at 0 in the model (add a small eps inside), or pass nonFinite: 'ignore'. ${GUARD}`}`
        : `fit: after epoch ${place.epoch} ${list} holds NaN or infinity; the steps up to step ${place.step} were taken. Try a lower learning rate (it is ${place.lr.join(', ')}), or pass nonFinite: 'ignore'.`,
      place,
      origin,
    );
  }
}

/** The names of those whose tensor holds NaN or infinity. One sum each, and a closer look only where that is not finite. */
export function nonFinite(parameters: readonly (readonly [string, Tensor])[], of: (parameter: Tensor) => Tensor | null): string[] {
  const out: string[] = [];
  const scope = openScope();
  try {
    const sums = new Map<DType, Tensor>();
    for (const [name, parameter] of parameters) {
      const values = of(parameter);
      if (values === null || Number.isFinite(sumOf(values, sums)) || allNonzero(isfinite(values))) continue;
      out.push(name);
    }
  } finally {
    closeScope(scope);
  }
  return out;
}

/** The sum of a tensor's elements, through one tensor of `sums` for all of a dtype: every step asks it of every parameter. */
function sumOf(x: Tensor, sums: Map<DType, Tensor>): number {
  const { dtype, shape } = x;
  if (!x.isContiguous())
    return item(
      reduceRaw(
        'sum',
        x,
        shape.map((_, d) => d),
        'fit',
      ),
    );
  let sum = sums.get(dtype);
  if (sum === undefined) {
    sum = emptyTensor([], dtype);
    sums.set(dtype, sum);
  }
  check(kernels.reduce(ReduceOp.sum, code(dtype), sum.ptr, x.ptr, 1, numel(shape), 1), 'fit');
  return item(sum);
}
