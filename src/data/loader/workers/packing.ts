/** Batches on their way from a worker: their numbers move without being copied once more. */
import { ArgumentError } from '../../../errors.js';
import { Tensor } from '../../../tensor/tensor.js';
import type { TypedArray } from '../../../tensor/values/dtype.js';
import { toTypedArray } from '../../../tensor/values/transfer.js';
import type { NumberDType, NumberRule } from '../../number-rule.js';
import { type Crossing, Maker, Packer, tensorOf } from './crossing.js';

/** How errors call a batch. */
const BATCH = 'the batch';

/**
 * A batch, packed.
 * @param moved takes the buffers that may be handed over. @param rule tells which tensors of the batch were made of numbers.
 * @throws {ArgumentError} for what cannot leave a worker: functions, tensors that gradients flow through, objects of the user's classes.
 */
export function packBatch(batch: unknown, moved: ArrayBuffer[], rule: NumberRule): Crossing {
  const packer = new Packer({
    numbers(x) {
      const values = toTypedArray(x) as TypedArray;
      moved.push(values.buffer as ArrayBuffer);
      return values;
    },
    about(_, place) {
      // As collating writes places: [0].label, label.
      const numbersAt = place.slice(BATCH.length).replace(/^\./, '');
      return rule.decision(numbersAt) ? { numbersAt } : {};
    },
    refuse: (place, what, why) =>
      new ArgumentError(`DataLoader: ${place} is ${what}, which cannot leave its worker${why === undefined ? '' : `: ${why}`}.`),
    plain: true,
  });
  return packer.pack(batch, BATCH);
}

/** What {@link packBatch} packed. @param rule decides the dtype of what was made of numbers, for all workers alike. */
export function unpackBatch(packed: Crossing, rule: NumberRule): unknown {
  const maker = new Maker((node) => {
    const x = tensorOf(node);
    const { dtype, numbersAt, values } = node;
    if (numbersAt === undefined) return x;
    const odd = dtype === 'float32' ? (values as Float32Array).find((n) => !Number.isSafeInteger(n)) : undefined;
    const settled = rule.settle(numbersAt, dtype as NumberDType, odd);
    return settled === dtype ? x : x.to(settled);
  });
  return maker.make(packed);
}

/** Frees the tensors of a batch that has been packed. */
export function disposeAll(value: unknown): void {
  if (value instanceof Tensor) value.dispose();
  else if (Array.isArray(value)) for (const item of value) disposeAll(item);
  else if (typeof value === 'object' && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value)))
    for (const part of Object.values(value)) disposeAll(part);
}
