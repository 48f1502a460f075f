/** The files of the MNIST family, and what they must hold. */
import { readBytes } from '#files';
import { FormatError, showShape } from '../../errors.js';
import { decodeIdx } from '../../formats/idx.js';
import { to } from '../../ops/view/copy.js';
import { unsqueeze } from '../../ops/view/movement.js';
import type { Tensor } from '../../tensor/tensor.js';
import { unzipped } from './fetch.js';
import type { Loaded } from './labelled-images.js';

/** The tensor in an idx file, gzipped or not. @throws {FormatError} for anything else. */
export function readIdx(op: string, bytes: Uint8Array, path: string): Tensor {
  const raw = bytes[0] === 0x1f && bytes[1] === 0x8b ? unzipped(op, bytes, path) : bytes;
  return decodeIdx(raw, path);
}

/** The images of an idx file [N, 1, H, W]. @throws {FormatError} for another dtype, or another number of dims. */
export function readImages(op: string, bytes: Uint8Array, path: string): Tensor {
  const images = readIdx(op, bytes, path);
  if (images.dtype !== 'uint8' || images.ndim !== 3)
    throw new FormatError(`${op}: ${path} holds ${images.dtype} ${showShape(images.shape)}, expected images: uint8 [N, H, W].`);
  return unsqueeze(images, 1);
}

/** The labels of an idx file [N], int64. @throws {FormatError} for another dtype, or another number of dims. */
export function readLabels(op: string, bytes: Uint8Array, path: string): Tensor {
  const labels = readIdx(op, bytes, path);
  if (labels.dtype !== 'uint8' || labels.ndim !== 1)
    throw new FormatError(`${op}: ${path} holds ${labels.dtype} ${showShape(labels.shape)}, expected labels: uint8 [N].`);
  return to(labels, 'int64');
}

/** Images and labels by the paths of their files. */
export function readPair(op: string, [images, labels]: readonly string[]): Loaded {
  return { images: readImages(op, readBytes(images!, op), images!), labels: readLabels(op, readBytes(labels!, op), labels!) };
}
