/** By what training data is known again: its size, how batches are made of it, and marks of some samples. */
import type { MapDataset } from '../../../data/datasets/dataset.js';
import { asDataset, type DatasetLike, isPromise, isStream } from '../../../data/datasets/dataset.js';
import { DataLoader } from '../../../data/loader/data-loader.js';
import { crc32 } from '../../../formats/zip/crc32.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { forkRng, manualSeed } from '../../../tensor/create/random.js';
import { randomStates, restoreRandomStates } from '../../../tensor/create/random-streams.js';
import { Tensor } from '../../../tensor/tensor.js';
import { toTypedArray } from '../../../tensor/values/transfer.js';
import { lengthOf } from '../../batch/loaders.js';
import type { Loader } from '../../types.js';
import { isRecord } from '../values.js';

/** Names of files that are looked at, from the first and from the last ones. */
const NAMES = 1000;
/** Bytes of a tensor that are looked at. */
const BYTES = 1 << 20;

/** What can be told of a loader's data without changing anything; numbers and texts by what they say. */
export function marksOf(loader: Loader<unknown>): Record<string, unknown> {
  if (!(loader instanceof DataLoader)) {
    const what = Array.isArray(loader) ? 'an array of batches' : classNameOf(loader);
    const marks = Array.isArray(loader) ? [loader[0], loader.at(-1)].map(markOf) : [];
    return { loader: what, length: lengthOf(loader) ?? null, samples: marks.map((mark) => mark ?? null) };
  }
  return {
    loader: loader.toString(),
    workers: loader['workers']?.numWorkers ?? 0,
    dataset: textOf(loader.dataset),
    samples: marksOfSamples(loader.dataset as DatasetLike<unknown>),
  };
}

/** What a data set says of itself, but for where it stands. */
function textOf(dataset: object): string | null {
  if (Array.isArray(dataset)) return null;
  const text = String(dataset).split('\n');
  return text.filter((line) => !/root|location/i.test(line)).join('\n');
}

function marksOfSamples(given: DatasetLike<unknown>): (number | null)[] {
  if (isStream(given)) return [];
  const dataset = asDataset(given, 'fit');
  const { length } = dataset;
  const names = marksOfNames(dataset);
  if (names !== undefined) return [names];
  const places = [...new Set([0, length >> 1, length - 1])].filter((i) => i >= 0);
  return places.map((i) => {
    // A sample that comes out differently the second time tells nothing.
    const [first, second] = [markOfSample(dataset, i), markOfSample(dataset, i)];
    return first !== undefined && first === second ? first : null;
  });
}

/** A mark of a sample; random transforms draw from a stream of its own for it. */
function markOfSample(dataset: MapDataset<unknown>, i: number): number | undefined {
  const states = randomStates();
  try {
    return forkRng(() => {
      manualSeed(0);
      const sample = dataset.get(i);
      if (!isPromise(sample)) return markOf(sample);
      sample.catch(() => {}); // it would be too late for it
      return undefined;
    });
  } catch {
    return undefined; // the training meets it, or leaves it out
  } finally {
    restoreRandomStates(states);
  }
}

/** A mark of the names that samples have, without the folders that they stand in. */
function marksOfNames(dataset: MapDataset<unknown>): number | undefined {
  const { length } = dataset;
  const places = length <= 2 * NAMES ? [...Array(length).keys()] : [...Array(NAMES).keys()].flatMap((i) => [i, length - 1 - i]);
  const names: string[] = [];
  for (const i of places) {
    const name = dataset.nameOf?.(i);
    if (name === undefined) return undefined;
    names.push(name.split(/[\\/]/).slice(-2).join('/'));
  }
  return names.length === 0 ? undefined : crc32(new TextEncoder().encode(names.join('\n')));
}

/** A mark of tensors, numbers and texts, however they nest; undefined for anything else. */
export function markOf(value: unknown): number | undefined {
  const parts: Uint8Array[] = [];
  const text = (words: unknown) => void parts.push(new TextEncoder().encode(`${String(words)};`));
  const add = (part: unknown, depth: number): boolean => {
    if (part instanceof Tensor) {
      text(`${part.dtype} ${part.shape.join(' ')}`);
      const array = toTypedArray(part.detach());
      parts.push(new Uint8Array(array.buffer, array.byteOffset, Math.min(array.byteLength, BYTES)));
      return true;
    }
    if (ArrayBuffer.isView(part)) {
      parts.push(new Uint8Array(part.buffer, part.byteOffset, Math.min(part.byteLength, BYTES)));
      return true;
    }
    if (part === null || ['number', 'string', 'boolean', 'bigint', 'undefined'].includes(typeof part)) {
      text(part);
      return true;
    }
    if (depth > 8) return false;
    if (Array.isArray(part)) return part.every((one) => add(one, depth + 1));
    return isRecord(part) && Object.entries(part).every(([key, one]) => add(key, depth) && add(one, depth + 1));
  };
  if (!add(value, 0)) return undefined;
  return parts.reduce((mark, bytes) => (Math.imul(mark, 31) + crc32(bytes)) >>> 0, 7);
}
