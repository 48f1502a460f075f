/** CIFAR-10 and CIFAR-100: small colour pictures, in the pickles of Python 2 in which they were published. */
import { md5Of, pathOf, readBytes } from '#files';
import { FormatError } from '../../errors.js';
import { ByteArray, readPython2Dict, textOf } from '../../formats/torch/python2.js';
import { permute } from '../../ops/view/movement.js';
import { type Arguments, readArguments, required } from '../../tensor/arguments/arguments.js';
import { assertString } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { warnOnce } from '../../tensor/arguments/warn-once.js';
import { fromTypedArray } from '../../tensor/create/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { toTypedArray } from '../../tensor/values/transfer.js';
import { type Fetching, fetchMeanwhile, fetchNow, NOTHING, tarFile } from './fetch.js';
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
  /** The files for training, with their MD5. */
  static readonly trainList: readonly (readonly [file: string, md5: string])[] = [
    ['data_batch_1', 'c99cafc152244af753f735de768cd75f'],
    ['data_batch_2', 'd4bba439e000b95fd0a9bffe97cbabec'],
    ['data_batch_3', '54ebc095f3ab1f0389bbae665268c751'],
    ['data_batch_4', '634d18415352ddfa80567beed471001a'],
    ['data_batch_5', '482c414d41f54cd18b22e5b47cb7c3cb'],
  ];
  /** Those for testing. */
  static readonly testList: readonly (readonly [file: string, md5: string])[] = [['test_batch', '40351d587109b95175f43aff81a1287e']];
  /** The file with the names of the classes, where they stand in it, and its MD5. */
  static readonly meta: { readonly filename: string; readonly key: string; readonly md5: string } = {
    filename: 'batches.meta',
    key: 'label_names',
    md5: '5ff9c542aee3614f3951f8cda6e48888',
  };
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
    if (download) fetchNow(op, missing(op, new.target, root));
    const { classes, ...loaded } = load(op, new.target, root, train);
    super(root, loaded, options);
    this.classes = classes;
    this.train = train;
  }

  /**
   * Fetches the archive where files are not in `root` yet, and unpacks it, as the option `download` does, but while the program goes on;
   * programs that are bundled without the package can fetch by it alone.
   * @throws {FileError} that says what the address answered, and what to do by hand.
   */
  static async download(root: string): Promise<void> {
    // biome-ignore lint/complexity/noThisInStatic: the class that it is called on, which may be one's own
    await downloadCifar(this, root);
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
  static override readonly trainList: readonly (readonly [file: string, md5: string])[] = [['train', '16019d7e3df5f24257cddd939b257f8d']];
  static override readonly testList: readonly (readonly [file: string, md5: string])[] = [['test', 'f0ef6b0ae62326f3e7ffdfab6717acfc']];
  static override readonly meta = { filename: 'meta', key: 'fine_label_names', md5: '7973b15100ade9c7d40fb424638fde48' };
}

function downloadCifar(kind: typeof CIFAR10, root: string): Promise<void> {
  const op = classNameOf(kind);
  assertString(op, 'root', root);
  return fetchMeanwhile(op, missing(op, kind, root));
}

/** The archive, unless all files are there as they were published, those of the other split too. */
function missing(op: string, { baseFolder, url, tgzMd5, trainList, testList, meta }: typeof CIFAR10, root: string): Fetching {
  const files = [...trainList, ...testList, [meta.filename, meta.md5] as const];
  const isRight = (path: string | undefined, md5: string) => path !== undefined && md5Of(readBytes(path, op)) === md5;
  if (files.every(([name, md5]) => isRight(locate(root, [baseFolder], name, ['']), md5))) return NOTHING;
  const resource = { urls: [url], name: url.slice(url.lastIndexOf('/') + 1), md5: tgzMd5 };
  return tarFile(
    op,
    pathOf(root),
    resource,
    files.map(([name]) => `${baseFolder}/${name}`),
  );
}

function load(op: string, kind: typeof CIFAR10, root: string, train: boolean): Loaded & { classes: readonly string[] } {
  const { baseFolder, url, meta } = kind;
  const files = [...(train ? kind.trainList : kind.testList), [meta.filename, meta.md5] as const];
  const paths = findFiles(
    op,
    root,
    [baseFolder],
    files.map(([name]) => ({ name, url: `${url} (in it: ${baseFolder}/${name})` })),
    [''],
  );
  const others: string[] = [];
  const dicts = paths.map((path, i) => {
    const bytes = readBytes(path, op);
    if (md5Of(bytes) !== files[i]![1]) others.push(path);
    return readPython2Dict(op, bytes, path);
  });
  const metaPath = paths.pop()!;
  const listed = dicts.pop()!.get(meta.key);
  const classes = Array.isArray(listed) ? listed.map((name) => textOf(name) ?? '') : [];
  if (classes.length === 0 || classes.includes(''))
    throw new FormatError(`${op}: ${metaPath} holds no list of names under ${meta.key}. Fetch it again.`);
  const parts = paths.map((path, i) => readBatch(op, dicts[i]!, path));
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
  if (others.length > 0)
    warnOnce(
      `${op}: these files are not as they were published (their MD5 is another): ${others.join(', ')}. They can be read, and are; if that is not on purpose, use { download: true }, which fetches them again.`,
    );
  return { ...loaded, classes };
}

/** The images of a file, channel by channel, and the numbers of their classes. */
function readBatch(op: string, entries: ReturnType<typeof readPython2Dict>, path: string): { images: Uint8Array; labels: bigint[] } {
  const [data, labels] = [entries.get('data'), entries.get('labels') ?? entries.get('fine_labels')];
  if (!(data instanceof ByteArray) || data.shape.length !== 2 || data.shape[1] !== PIXELS)
    throw new FormatError(`${op}: ${path} holds no images under data, expected bytes [N, ${PIXELS}]. Fetch it again.`);
  if (!Array.isArray(labels) || labels.length !== data.shape[0] || !labels.every(Number.isSafeInteger))
    throw new FormatError(`${op}: ${path} holds no list of ${data.shape[0]} labels, one for each image. Fetch it again.`);
  return { images: data.data, labels: labels.map(BigInt) };
}
