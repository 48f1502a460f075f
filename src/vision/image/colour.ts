/** Colours of 8-bit images as Pillow changes them, to the grey level, by the kernels of kernels/image/colour.cc. */
import { check, kernels, loadedEngine } from '../../engine/engine.js';
import { BRIGHTNESS, CONTRAST, HUE, type Ptr, SATURATION } from '../../engine/kernel-table.gen.js';
import { fromTypedArray } from '../../tensor/create/create.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import { toTypedArray } from '../../tensor/values/transfer.js';
import { onBytes, type Pixels } from './pixels.js';

/** The kernel's number of each. */
const KINDS = { brightness: BRIGHTNESS, contrast: CONTRAST, saturation: SATURATION, hue: HUE } as const;

/** A change of colours: what, and by which factor; that of a hue is a part of its circle, from -0.5 to 0.5. */
export type Adjustment = readonly [kind: keyof typeof KINDS, factor: number];

/** A few doubles in engine memory, until the next call that takes any. */
function doublesAt(values: readonly number[]): Ptr {
  loadedEngine().host.scratch().set(values);
  return loadedEngine().host.scratchPtr;
}

/** The doubles that image_adjust takes for a change. */
const stepOf = ([kind, factor]: Adjustment): [kind: number, factor: number] => [
  KINDS[kind],
  // torchvision's np.int32(hue_factor * 255).astype(np.uint8)
  kind === 'hue' ? Math.trunc(factor * 255) & 255 : factor,
];

/** The bytes of an image after changes of its colours, one after the other. */
export function adjustPixels(op: string, { data, width, height, channels }: Pixels, changes: readonly Adjustment[]): Uint8Array {
  return onBytes(op, data, data.length, (out, x) =>
    kernels.imageAdjust(out, x, doublesAt(changes.flatMap(stepOf)), 1, width * height, channels, changes.length),
  );
}

/** The bytes of an image with as many channels: grey of colours is their luma, opacity that is not there is full. */
export function convertPixels(op: string, { data, width, height, channels }: Pixels, outChannels: number): Uint8Array {
  const pixels = width * height;
  return onBytes(op, data, pixels * outChannels, (out, x) => kernels.imageConvert(out, x, 1, pixels, channels, outChannels));
}

/** The bytes of an image, each replaced by what its channel's table says. @param tables [channels, 256]. */
export function lookupPixels(op: string, { data, width, height, channels }: Pixels, tables: Uint8Array): Uint8Array {
  const table = fromTypedArray(tables);
  const out = onBytes(op, data, data.length, (to, x) => kernels.imageLookup(to, x, table.ptr, 1, width * height, channels));
  table.dispose();
  return out;
}

/** How many bytes of each value the channels of `n` images in engine memory have: [n, channels, 256]. */
export function histogramsOf(op: string, x: Tensor, n: number, pixels: number, channels: number): Int32Array {
  const counts = emptyTensor([n, channels, 256], 'int32');
  if (counts.numel() > 0) check(kernels.imageHistogram(counts.ptr, x.ptr, n, pixels, channels), op);
  const out = toTypedArray(counts as Tensor & { readonly dtype: 'int32' });
  counts.dispose();
  return out;
}

/** How many bytes of each value the channels of an image have: [channels, 256]. */
export function histogramPixels(op: string, { data, width, height, channels }: Pixels): Int32Array {
  const bytes = onBytes(op, data, 4 * 256 * channels, (counts, x) => kernels.imageHistogram(counts, x, 1, width * height, channels));
  return new Int32Array(bytes.buffer);
}

/** The bytes of an image moved to its smoothed one (factor below 1) or away from it (above 1), as ImageEnhance.Sharpness. */
export function sharpenPixels(op: string, { data, width, height, channels }: Pixels, factor: number): Uint8Array {
  return onBytes(op, data, data.length, (out, x) => kernels.imageSharpen(out, x, doublesAt([factor]), 1, height, width, channels));
}

/** A table for one channel. */
export const tableOf = (value: (byte: number) => number): Uint8Array => Uint8Array.from({ length: 256 }, (_, byte) => value(byte));

/** The table that spreads a channel over all levels (ImageOps.autocontrast). @param counts [256]. */
export function autocontrastTable(counts: Int32Array): Uint8Array {
  const lowest = counts.findIndex((count) => count > 0);
  const highest = counts.findLastIndex((count) => count > 0);
  if (highest <= lowest) return tableOf((byte) => byte);
  const scale = 255 / (highest - lowest);
  const offset = -lowest * scale;
  return tableOf((byte) => Math.min(255, Math.max(0, Math.trunc(byte * scale + offset))));
}

/** The table that makes the levels of a channel about as frequent (ImageOps.equalize); null where it would not change. @param counts [256]. */
export function equalizeTable(counts: Int32Array): Uint8Array | null {
  const present = counts.filter((count) => count > 0);
  const step = Math.floor(present.slice(0, -1).reduce((sum, count) => sum + count, 0) / 255);
  if (step === 0) return null;
  let n = Math.floor(step / 2);
  return tableOf((byte) => {
    const level = Math.floor(n / step);
    n += counts[byte]!;
    return Math.min(255, level);
  });
}
