/** EMNIST and QMNIST: the larger relatives of MNIST. */
import { pathOf, readBytes } from '#files';
import { FormatError, showShape } from '../../errors.js';
import { contiguous, to } from '../../ops/view/copy.js';
import { narrow, select } from '../../ops/view/select.js';
import { type Arguments, readArguments, required } from '../../tensor/arguments/arguments.js';
import { assertString, oneOf } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import type { Tensor } from '../../tensor/tensor.js';
import { transformed } from '../transforms/base/functions.js';
import { type Fetching, fetchMeanwhile, fetchNow, gzippedFiles, NOTHING, zipFile } from './fetch.js';
import { findFiles, GZIPPED, locate } from './find-files.js';
import { readIdx, readImages, readPair } from './idx-files.js';
import { checkLabels, LABELLED_DEFAULTS, LabelledImageDataset, type LabelledImageDatasetOptions, type Loaded } from './labelled-images.js';

const DIGITS = [...'0123456789'];
const UPPER = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
const LOWER = [...'abcdefghijklmnopqrstuvwxyz'];
/** Without the small letters that look like their capitals. */
const MERGED = [...DIGITS, ...UPPER, ...LOWER.filter((letter) => !'cijklmopsuvwxyz'.includes(letter))];

const SPLITS = {
  byclass: [...DIGITS, ...UPPER, ...LOWER],
  bymerge: MERGED,
  balanced: MERGED,
  letters: ['N/A', ...LOWER],
  digits: DIGITS,
  mnist: DIGITS,
} as const;

/** The options of {@link EMNIST}. */
export interface EMNISTOptions<Out = Tensor, Target = number> extends LabelledImageDatasetOptions<Out, Target> {
  /** The folder in which the files lie: under `EMNIST/raw`, as torchvision puts them, or directly. */
  root: string;
  /** Which characters: all 62 classes, those with merged letters (all, or as many of each), letters, digits, or MNIST's own. */
  split: keyof typeof SPLITS;
  /** The images for training, or those for testing. Default: true. */
  train?: boolean;
  /** Fetches the archive of all splits (561 MB) where files are not there, and unpacks this split; the program waits for it. Default: false. */
  download?: boolean;
}

/**
 * EMNIST: handwritten letters and digits, 28 by 28, in six splits. The images lie in the files on their side, rows and columns exchanged,
 * and torchvision gives them so, as Hone does; `transform: (image) => image.transpose('transpose')` puts them upright.
 * @throws {FileError} where files are missing: it names each, where to fetch it and where to put it. @throws {FormatError} for damaged ones.
 * @see Cohen, Afshar, Tapson and van Schaik 2017, https://arxiv.org/abs/1702.05373
 * @example
 * const train = new datasets.EMNIST('./data', 'letters', { train: true });
 * train.classes[1]; // 'a'
 */
export class EMNIST<Out = Tensor, Target = number> extends LabelledImageDataset<Out, Target> {
  static override readonly className: string = 'EMNIST';
  /** The names of the splits. */
  static readonly splits = Object.keys(SPLITS) as readonly (keyof typeof SPLITS)[];
  /** The archive that holds the files of all splits. */
  static readonly url: string = 'https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip';
  /** Its MD5. */
  static readonly md5: string = '58c8d27c78d21e728a6bc7b3cc06412e';
  readonly classes: readonly string[];
  /** Which characters these are. */
  readonly split: keyof typeof SPLITS;
  /** Whether these are the images for training. */
  readonly train: boolean;

  constructor(...args: Arguments<EMNISTOptions<Out, Target>, [root: 'root', split: 'split']>) {
    const op = classNameOf(new.target);
    const {
      root,
      split,
      train = true,
      download = false,
      ...options
    } = readArguments(
      op,
      { root: required, split: required, train: true, download: false, ...LABELLED_DEFAULTS } as unknown as EMNISTOptions<Out, Target>,
      args,
    );
    assertString(op, 'root', root);
    oneOf(op, 'split', split, EMNIST.splits);
    if (download) fetchNow(op, missingLetters(op, new.target, root, split, [train ? 'train' : 'test']));
    const paths = findFiles(
      op,
      root,
      [op, 'raw'],
      emnistFiles(split, train ? 'train' : 'test').map((name) => ({ name, url: `${new.target.url} (in it: gzip/${name}.gz)` })),
      GZIPPED,
    );
    const loaded = readPair(op, paths);
    checkLabels(op, loaded, SPLITS[split].length, paths[1]!);
    super(root, loaded, options);
    this.classes = SPLITS[split];
    this.split = split;
    this.train = train;
  }

  /**
   * Fetches the archive of all splits (561 MB) where files of this split are not in `root` yet, and unpacks it, as the option `download`
   * does, but while the program goes on; programs that are bundled without the package can fetch by it alone.
   * @throws {FileError} that says what the address answered, and what to do by hand.
   * @example
   * await datasets.EMNIST.download('./data', 'letters');
   */
  static async download(root: string, split: keyof typeof SPLITS): Promise<void> {
    // biome-ignore lint/complexity/noThisInStatic: the class that it is called on, which may be one's own
    await downloadEmnist(this, root, split);
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

/** The names of the files of a part of a split. */
const emnistFiles = (split: string, part: 'train' | 'test') =>
  ['images-idx3-ubyte', 'labels-idx1-ubyte'].map((name) => `emnist-${split}-${part}-${name}`);

function downloadEmnist(kind: typeof EMNIST, root: string, split: keyof typeof SPLITS): Promise<void> {
  const op = classNameOf(kind);
  assertString(op, 'root', root);
  oneOf(op, 'split', split, EMNIST.splits);
  return fetchMeanwhile(op, missingLetters(op, kind, root, split, ['train', 'test']));
}

/** The archive with the files of a split, where one of these parts is not there. */
function missingLetters(
  op: string,
  { url, md5 }: typeof EMNIST,
  root: string,
  split: string,
  parts: readonly ('train' | 'test')[],
): Fetching {
  const needed = parts.flatMap((part) => emnistFiles(split, part));
  if (needed.every((name) => locate(root, [op, 'raw'], name, GZIPPED) !== undefined)) return NOTHING;
  const inside = [...emnistFiles(split, 'train'), ...emnistFiles(split, 'test')].map((name) => `gzip/${name}.gz`);
  return zipFile(op, pathOf(root, op, 'raw'), { urls: [url], name: 'gzip.zip', md5 }, inside);
}

/** The parts of QMNIST, and the files they lie in. */
const PARTS = {
  train: ['qmnist-train', 'gz'],
  test: ['qmnist-test', 'gz'],
  test10k: ['qmnist-test', 'gz'],
  test50k: ['qmnist-test', 'gz'],
  nist: ['xnist', 'xz'],
} as const;

const QMNIST_FOLDER = 'https://raw.githubusercontent.com/facebookresearch/qmnist/master/';
const gzipped = (stem: string, images: string, labels: string) =>
  [
    [`${QMNIST_FOLDER}${stem}-images-idx3-ubyte.gz`, images],
    [`${QMNIST_FOLDER}${stem}-labels-idx2-int.gz`, labels],
  ] as const;

/** The options of {@link QMNIST}. */
export interface QMNISTOptions<Out = Tensor, Target = number> extends LabelledImageDatasetOptions<Out, Target> {
  /** The folder in which the files lie: under `QMNIST/raw`, as torchvision puts them, or directly. */
  root: string;
  /**
   * Which images: the 60,000 for training, those for testing, of these the 10,000 that MNIST has or the 50,000 others, or all of NIST's
   * digits. Default: train or test, by `train`.
   */
  what?: keyof typeof PARTS;
  /** Whether the target is the number of the class; otherwise it is all that is known of the digit, int64 [8]. Default: true. */
  compat?: boolean;
  /** The images for training, or those for testing, where `what` does not say. Default: true. */
  train?: boolean;
  /** Fetches the files of this part where they are not there, but those of `nist`, whose .xz Hone cannot unpack. Default: false. */
  download?: boolean;
}

/**
 * QMNIST: MNIST made again from NIST's digits, with all 60,000 images for testing, and with the writer and the origin of each.
 * @throws {FileError} where files are missing: it names each, where to fetch it and where to put it. @throws {FormatError} for damaged ones.
 * @see Yadav and Bottou 2019, https://arxiv.org/abs/1905.10498
 * @example
 * const test = new datasets.QMNIST('./data', { what: 'test50k' });
 */
export class QMNIST<Out = Tensor, Target = number> extends LabelledImageDataset<Out, Target> {
  static override readonly className: string = 'QMNIST';
  /** The addresses of the files for training and of those for testing, with their MD5. */
  static readonly resources: Readonly<Record<'train' | 'test', readonly (readonly [url: string, md5: string])[]>> = {
    train: gzipped('qmnist-train', 'ed72d4157d28c017586c42bc6afe6370', '0058f8dd561b90ffdd0f734c6a30e5e4'),
    test: gzipped('qmnist-test', '1394631089c404de565df7b7aeaf9412', '5b5b05890a5e13444e108efe57b788aa'),
  };
  readonly classes: readonly string[] = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'].map(
    (name, i) => `${i} - ${name}`,
  );
  /** Which images these are. */
  readonly what: keyof typeof PARTS;
  /** Whether targets are numbers of classes. */
  readonly compat: boolean;
  /** What is known of each digit, int64 [N, 8]: class, NIST's series, writer, digit of that writer, NIST's class, index, two flags. */
  readonly targets: Tensor;

  constructor(...args: Arguments<QMNISTOptions<Out, Target>, [root: 'root', what: 'what', compat: 'compat', train: 'train']>) {
    const op = classNameOf(new.target);
    const read = readArguments(
      op,
      {
        root: required,
        what: required,
        compat: true,
        train: true,
        download: false,
        ...LABELLED_DEFAULTS,
      } as unknown as QMNISTOptions<Out, Target>,
      args,
    );
    const { root, what = read.train ? 'train' : 'test', compat = true, train, download = false, ...options } = read;
    assertString(op, 'root', root);
    oneOf(op, 'what', what, Object.keys(PARTS) as (keyof typeof PARTS)[]);
    const [stem, packed] = PARTS[what];
    if (download && what !== 'nist') fetchNow(op, missingPart(op, new.target, root, what));
    const paths = findFiles(
      op,
      root,
      [op, 'raw'],
      [`${stem}-images-idx3-ubyte`, `${stem}-labels-idx2-int`].map((name) => ({
        name,
        url: `${QMNIST_FOLDER}${name}.${packed}${packed === 'xz' ? ', to be unpacked by xz -d' : ''}`,
      })),
      GZIPPED,
    );
    const { images, targets } = readQmnist(op, paths, what);
    const loaded: Loaded = { images, labels: contiguous(select(targets, 1, 0)) };
    checkLabels(op, loaded, 10, paths[1]!);
    super(root, loaded, options);
    this.what = what;
    this.compat = compat;
    this.targets = targets;
  }

  override get getBatch(): ((indices: readonly number[]) => [Tensor, Tensor]) | undefined {
    return this.compat ? super.getBatch : undefined;
  }

  /** The images, uint8 [N, 28, 28]. */
  get data(): Tensor {
    return select(this.stored.images, 1, 0);
  }

  /**
   * Fetches the files of a part that are not in `root` yet, as the option `download` does, but while the program goes on; programs that
   * are bundled without the package can fetch by it alone.
   * @param what default: 'train'. @throws {FileError} that says of each file what its address answered, and what to do by hand.
   * @example
   * await datasets.QMNIST.download('./data', 'test50k');
   */
  static async download(root: string, what: Exclude<keyof typeof PARTS, 'nist'> = 'train'): Promise<void> {
    // biome-ignore lint/complexity/noThisInStatic: the class that it is called on, which may be one's own
    await downloadQmnist(this, root, what);
  }

  override extraRepr(): string {
    return `Split: ${this.what}`;
  }

  protected override targetOf(i: number): Target {
    if (this.compat) return super.targetOf(i);
    const target = select(this.targets, 0, i);
    return this.targetTransform ? transformed(this.targetTransform, target) : (target as Target);
  }
}

function downloadQmnist(kind: typeof QMNIST, root: string, what: keyof typeof PARTS): Promise<void> {
  const op = classNameOf(kind);
  assertString(op, 'root', root);
  oneOf(op, 'what', what, ['train', 'test', 'test10k', 'test50k'] as const);
  return fetchMeanwhile(op, missingPart(op, kind, root, what));
}

/** The files of a part that are not in a folder yet. */
function missingPart(op: string, { resources }: typeof QMNIST, root: string, what: string): Fetching {
  const files = resources[what === 'train' ? 'train' : 'test'].map(([url, md5]) => ({
    urls: [url],
    name: url.slice(url.lastIndexOf('/') + 1),
    md5,
  }));
  return gzippedFiles(op, root, [op, 'raw'], files);
}

function readQmnist(op: string, [first, second]: readonly string[], what: string): { images: Tensor; targets: Tensor } {
  const images = readImages(op, readBytes(first!, op), first!);
  const table = readIdx(op, readBytes(second!, op), second!);
  if (table.dtype !== 'int32' || table.ndim !== 2 || table.shape[1] !== 8 || table.shape[0] !== images.shape[0])
    throw new FormatError(
      `${op}: ${second} holds ${table.dtype} ${showShape(table.shape)}, expected int32 [${images.shape[0]}, 8], a row for each image.`,
    );
  const targets = to(table, 'int64');
  const count = images.shape[0]!;
  if (!what.startsWith('test') || what === 'test') return { images, targets };
  const cut = Math.min(10_000, count);
  const part = (x: Tensor) => contiguous(what === 'test10k' ? narrow(x, 0, 0, cut) : narrow(x, 0, cut, count - cut));
  return { images: part(images), targets: part(targets) };
}
