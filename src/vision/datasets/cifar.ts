/** CIFAR-10 and CIFAR-100: small colour pictures, in the pickles of Python 2 in which they were published. */
import { pathOf, readBytes } from '#files';
import { FormatError } from '../../errors.js';
import { ByteArray, readPython2Dict, textOf } from '../../formats/torch/python2.js';
import { permute } from '../../ops/view/movement.js';
import { type Arguments, readArguments, required } from '../../tensor/arguments/arguments.js';
import { assertString } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { fromTypedArray } from '../../tensor/create/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { toTypedArray } from '../../tensor/values/transfer.js';
import { fetchTar } from './fetch.js';
import { findFiles, locate } from './find-files.js';
import { checkLabels, LABELLED_DEFAULTS, LabelledImageDataset, type LabelledImageDatasetOptions, type Loaded } from './labelled-images.js';

/** The options of {@link CIFAR10} and {@link CIFAR100}. */
export interface CIFAR10Options<Out = Tensor, Target = number> extends LabelledImageDatasetOptions<Out, Target> {
  /** The folder in which `cifar-10-batches-py` (or `cifar-100-python`) lies, as torchvision puts it, or that folder itself. */
  root: string;
  /** The images for training, or those for testing. Default: true. */
  train?: boolean;
  /** Fetches the archive into root where files are not there, and unpacks it; the program waits for it. Default: false. */
  download?: boolean;
}

const SIDE = 32;
const CHANNELS = 3;
const PIXELS = CHANNELS * SIDE * SIDE;

/**
 * CIFAR-10: 50,000 colour pictures for training and 10,000 for testing, 32 by 32, of ten classes.
 *
 * A sample is `[image, label]`: without a transform the image is float32 [3, 32, 32] of 0..1, as ToTensor makes it, and batches are made by
 * one kernel call.
 * @throws {FileError} where files are missing: it names each, where to fetch it and where to put it. @throws {FormatError} for damaged ones.
 * @see Krizhevsky 2009, https://www.cs.toronto.edu/~kriz/cifar.html
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.datasets.CIFAR10.html
 * @example
 * const train = new datasets.CIFAR10('./data', { normalize: { mean: [0.491, 0.482, 0.447], std: [0.247, 0.243, 0.262] } });
 * train.classes[0]; // 'airplane'
 */
export class CIFAR10<Out = Tensor, Target = number> extends LabelledImageDataset<Out, Target> {
  static override readonly className: string = 'CIFAR10';
  /** The folder of the files below root. */
  static readonly baseFolder: string = 'cifar-10-batches-py';
  /** The archive that holds them. */
  static readonly url: string = 'https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz';
  /** Its MD5. */
  static readonly tgzMd5: string = 'c58f30108f718f92721af3b95e74349a';
  /** The files for training. */
  static readonly trainList: readonly string[] = [1, 2, 3, 4, 5].map((i) => `data_batch_${i}`);
  /** Those for testing. */
  static readonly testList: readonly string[] = ['test_batch'];
  /** The file with the names of the classes, and where they stand in it. */
  static readonly meta: { readonly filename: string; readonly key: string } = { filename: 'batches.meta', key: 'label_names' };
  readonly classes: readonly string[];
  /** Whether these are the images for training. */
  readonly train: boolean;

  constructor(
    ...args: Arguments<
      CIFAR10Options<Out, Target>,
      [root: 'root', train: 'train', transform: 'transform', targetTransform: 'targetTransform', download: 'download']
    >
  ) {
    const op = classNameOf(new.target);
    const defaults = { root: required, train: true, download: false, ...LABELLED_DEFAULTS } as unknown as CIFAR10Options<Out, Target>;
    const { root, train = true, download = false, ...options } = readArguments(op, defaults, args);
    assertString(op, 'root', root);
    if (download) fetchMissing(op, new.target, root);
    const { classes, ...loaded } = load(op, new.target, root, train);
    super(root, loaded, options);
    this.classes = classes;
    this.train = train;
  }

  /** The images, uint8 [N, 32, 32, 3], as torchvision has them: a view of what lies in memory channel by channel. */
  get data(): Tensor {
    return permute(this.stored.images, 0, 2, 3, 1);
  }

  /** The numbers of their classes. */
  get targets(): number[] {
    return Array.from(toTypedArray(this.stored.labels) as BigInt64Array, Number);
  }

  override extraRepr(): string {
    return `Split: ${this.train ? 'Train' : 'Test'}`;
  }
}

/**
 * CIFAR-100: 50,000 colour pictures for training and 10,000 for testing, 32 by 32, of a hundred classes; otherwise as {@link CIFAR10}.
 * @throws {FileError} where files are missing: it names each, where to fetch it and where to put it. @throws {FormatError} for damaged ones.
 * @see Krizhevsky 2009, https://www.cs.toronto.edu/~kriz/cifar.html
 * @example
 * const test = new datasets.CIFAR100('./data', { train: false });
 * test.classes.length; // 100
 */
export class CIFAR100<Out = Tensor, Target = number> extends CIFAR10<Out, Target> {
  static override readonly className: string = 'CIFAR100';
  static override readonly baseFolder: string = 'cifar-100-python';
  static override readonly url: string = 'https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz';
  static override readonly tgzMd5: string = 'eb9058c3a382ffc7106e4002c42a8d85';
  static override readonly trainList = ['train'];
  static override readonly testList = ['test'];
  static override readonly meta = { filename: 'meta', key: 'fine_label_names' };
}

/** Fetches the archive unless all files are there, those of the other split too. */
function fetchMissing(op: string, { baseFolder, url, tgzMd5, trainList, testList, meta }: typeof CIFAR10, root: string): void {
  const names = [...trainList, ...testList, meta.filename];
  if (names.every((name) => locate(root, [baseFolder], name, ['']) !== undefined)) return;
  const resource = { urls: [url], name: url.slice(url.lastIndexOf('/') + 1), md5: tgzMd5 };
  fetchTar(
    op,
    pathOf(root),
    resource,
    names.map((name) => `${baseFolder}/${name}`),
  );
}

function load(op: string, kind: typeof CIFAR10, root: string, train: boolean): Loaded & { classes: readonly string[] } {
  const { baseFolder, url, meta } = kind;
  const names = [...(train ? kind.trainList : kind.testList), meta.filename];
  const paths = findFiles(
    op,
    root,
    [baseFolder],
    names.map((name) => ({ name, url: `${url} (in it: ${baseFolder}/${name})` })),
    [''],
  );
  const metaPath = paths.pop()!;
  const listed = readPython2Dict(op, readBytes(metaPath, op), metaPath).get(meta.key);
  const classes = Array.isArray(listed) ? listed.map((name) => textOf(name) ?? '') : [];
  if (classes.length === 0 || classes.includes(''))
    throw new FormatError(`${op}: ${metaPath} holds no list of names under ${meta.key}. Fetch it again.`);
  const parts = paths.map((path) => readBatch(op, path));
  const count = parts.reduce((sum, { labels }) => sum + labels.length, 0);
  const images = new Uint8Array(count * PIXELS);
  const labels = new BigInt64Array(count);
  let at = 0;
  for (const part of parts) {
    images.set(part.images, at * PIXELS);
    labels.set(part.labels, at);
    at += part.labels.length;
  }
  const loaded = { images: fromTypedArray(images, [count, CHANNELS, SIDE, SIDE]), labels: fromTypedArray(labels) };
  checkLabels(op, loaded, classes.length, paths.join(' or '));
  return { ...loaded, classes };
}

/** The images of a file, channel by channel, and the numbers of their classes. */
function readBatch(op: string, path: string): { images: Uint8Array; labels: bigint[] } {
  const entries = readPython2Dict(op, readBytes(path, op), path);
  const [data, labels] = [entries.get('data'), entries.get('labels') ?? entries.get('fine_labels')];
  if (!(data instanceof ByteArray) || data.shape.length !== 2 || data.shape[1] !== PIXELS)
    throw new FormatError(`${op}: ${path} holds no images under data, expected bytes [N, ${PIXELS}]. Fetch it again.`);
  if (!Array.isArray(labels) || labels.length !== data.shape[0] || !labels.every(Number.isSafeInteger))
    throw new FormatError(`${op}: ${path} holds no list of ${data.shape[0]} labels, one for each image. Fetch it again.`);
  return { images: data.data, labels: labels.map(BigInt) };
}
