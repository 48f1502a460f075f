/**
 * Batches on their way from a worker. Threads of the native engine share their memory: large tensors are handed over where they lie, and nothing
 * is copied. WebAssembly has a memory for each thread; there the numbers are copied out of one, moved, and copied into the other.
 */
import { ArgumentError } from '../../../errors.js';
import { type Handed, Storage } from '../../../tensor/storage.js';
import { Tensor } from '../../../tensor/tensor.js';
import { dtypes, type TypedArray } from '../../../tensor/values/dtype.js';
import { toTypedArray } from '../../../tensor/values/transfer.js';
import type { NumberDType, NumberRule } from '../../number-rule.js';
import { type Crossing, Maker, Packer, tensorOf } from './crossing.js';

/** How errors call a batch. */
const BATCH = 'the batch';

/**
 * A batch, packed.
 * @param moved takes the buffers that may be handed over. @param rule tells which tensors of the batch were made of numbers.
 * @param fresh whether nobody else holds its tensors, so that their memory may go with them; they are freed here.
 * @throws {ArgumentError} for what cannot leave a worker: functions, tensors that gradients flow through, objects of the user's classes.
 */
export function packBatch(batch: unknown, moved: ArrayBuffer[], rule: NumberRule, fresh: boolean): Crossing {
  const shared = fresh ? storagesTwice(batch) : undefined;
  const gone: Handed[] = [];
  const packer = new Packer({
    numbers(x) {
      const handed = shared && !shared.has(x.storage) && isWhole(x) ? x.storage.engine.memory.handOver(x.storage) : undefined;
      if (handed) {
        gone.push(handed);
        return handed;
      }
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
  try {
    const packed = packer.pack(batch, BATCH);
    if (fresh) forEachTensor(batch, (x) => isWhole(x) && x.dispose());
    return packed;
  } catch (error) {
    for (const handed of gone) new Storage(0, handed).free();
    throw error;
  }
}

/** Whether a tensor is all of its memory; a part of another that is kept may not go, nor be freed. */
const isWhole = (x: Tensor) => x.storage.bytes === x.numel() * dtypes[x.dtype].bytes && x.isContiguous();

/** Frees what {@link packBatch} handed over, where nobody wants the batch any more. */
export function dropBatch(packed: Crossing): void {
  new Maker((node) => {
    const x = tensorOf('ptr' in node.values ? node : { ...node, shape: [0], values: new Uint8Array(0), dtype: 'uint8' });
    x.dispose();
    return x;
  }).make(packed);
}

/** What {@link packBatch} packed. @param rule decides the dtype of what was made of numbers, for all workers alike. */
export function unpackBatch(packed: Crossing, rule: NumberRule): unknown {
  const maker = new Maker((node) => {
    const x = tensorOf(node);
    const { dtype, numbersAt, values } = node;
    if (numbersAt === undefined) return x;
    const numbers = 'ptr' in values ? toTypedArray(x) : values;
    const odd = dtype === 'float32' ? (numbers as Float32Array).find((n) => !Number.isSafeInteger(n)) : undefined;
    const settled = rule.settle(numbersAt, dtype as NumberDType, odd);
    return settled === dtype ? x : x.to(settled);
  });
  return maker.make(packed);
}

/** The storages that several tensors of a batch share. */
function storagesTwice(batch: unknown): Set<Storage> {
  const seen = new Set<Storage>();
  const twice = new Set<Storage>();
  const tensors = new Set<Tensor>();
  forEachTensor(batch, (x) => {
    if (tensors.has(x)) return;
    tensors.add(x);
    (seen.has(x.storage) ? twice : seen).add(x.storage);
  });
  return twice;
}

function forEachTensor(value: unknown, use: (x: Tensor) => void): void {
  if (value instanceof Tensor) use(value);
  else if (Array.isArray(value)) for (const item of value) forEachTensor(item, use);
  else if (typeof value === 'object' && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value)))
    for (const part of Object.values(value)) forEachTensor(part, use);
  else if (value instanceof Map || value instanceof Set) for (const part of value.values()) forEachTensor(part, use);
}
