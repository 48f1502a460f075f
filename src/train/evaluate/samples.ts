/** Samples as they come, in batches: what predict makes of images, lists and streams of them. */
import { type DatasetLike, isStream, type MaybePromise } from '../../data/datasets/dataset.js';
import { defaultCollate } from '../../data/loader/collate.js';
import { DataLoader } from '../../data/loader/data-loader.js';
import { ArgumentError } from '../../errors.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { show } from '../../tensor/arguments/show.js';
import { Tensor } from '../../tensor/tensor.js';
import { type TransformOf, transformed } from '../../vision/transforms/base/functions.js';

/** An 8-bit image, as `hone/vision` has it. */
interface EightBitImage {
  readonly mode: string;
  readonly data: Uint8Array;
}

/** A sample, or many: what a transform makes tensors of. */
export type Samples = EightBitImage | Tensor | DatasetLike<unknown> | Iterable<unknown> | AsyncIterable<unknown>;

/** Whether a value is an image that no transform has made a tensor of. */
export function isImage(value: unknown): value is EightBitImage {
  const { mode, data } = (value ?? {}) as Partial<EightBitImage>;
  return typeof mode === 'string' && data instanceof Uint8Array && classNameOf(value as object) === 'Image';
}

/** @throws {ArgumentError} for what has to be read, or made a tensor of, first. */
export function assertNoImages(op: string, given: unknown): void {
  if (typeof given === 'string')
    throw new ArgumentError(
      `${op}: got ${show(given)}, expected batches, or images and their transform. Read it: await readImage(${show(given)}).`,
    );
  const first = Array.isArray(given) ? (given as unknown[])[0] : given;
  if (isImage(first))
    throw new ArgumentError(
      `${op}: got ${first === given ? 'an Image' : 'a list of Images'}, which the model does not take. Pass the transform that it was trained with: { transform: new transforms.Compose([…, new transforms.ToTensor()]) }.`,
    );
}

/** What there is to go through, sample by sample. @throws {ArgumentError} for what gives batches, and for what gives nothing. */
export function readSamples(op: string, given: Samples): Iterable<unknown> | AsyncIterable<unknown> {
  if (typeof given === 'string') assertNoImages(op, given);
  if (given instanceof DataLoader)
    throw new ArgumentError(
      `${op}: transform makes tensors of samples, but a DataLoader gives batches. Give the transform to its data set, or pass the data set.`,
    );
  if (given instanceof Tensor || isImage(given)) return [given];
  if (Array.isArray(given) || isStream(given)) return given as Iterable<unknown>;
  const { length, get } = (given ?? {}) as { length?: unknown; get?: unknown };
  if (typeof length !== 'number' || typeof get !== 'function')
    throw new ArgumentError(`${op}: got ${show(given)}, expected an Image, or a list, a data set or a stream of samples.`);
  return numbered(given as { readonly length: number; get(i: number): MaybePromise<unknown> });
}

async function* numbered(data: { readonly length: number; get(i: number): MaybePromise<unknown> }): AsyncGenerator<unknown> {
  for (let i = 0; i < data.length; i++) yield await data.get(i);
}

/** Batches of transformed samples; of a list such as `[image, label]` its first part. */
export async function* batchesOfSamples(
  op: string,
  samples: Iterable<unknown> | AsyncIterable<unknown>,
  transform: TransformOf<never, unknown>,
  batchSize: number,
): AsyncGenerator<Tensor> {
  let ready: Tensor[] = [];
  for await (const sample of samples) {
    const made = await transformed(transform, Array.isArray(sample) ? sample[0] : sample);
    if (!(made instanceof Tensor))
      throw new ArgumentError(`${op}: transform gives ${show(made)}, expected a tensor. End it in new transforms.ToTensor().`);
    ready.push(made);
    if (ready.length < batchSize) continue;
    yield defaultCollate(ready);
    ready = [];
  }
  if (ready.length > 0) yield defaultCollate(ready);
}
