/** Image folders: `photos/cat/1.jpg`, split here or by folders of their own. */
import { basename, join } from 'node:path';
import { isFolder } from '#files';
import { Subset } from '../../data/datasets/subset.js';
import { trainTestSplit } from '../../data/split/train-test-split.js';
import { ArgumentError, FileError, HoneError } from '../../errors.js';
import { plural, showCount } from '../../report/text.js';
import type { Tensor } from '../../tensor/tensor.js';
import { ImageFolder } from '../../vision/folder/image-folder.js';
import { readImage } from '../../vision/io/read-image.js';
import { showPath } from '../commands/run.js';
import {
  augmentationText,
  imagenetFor,
  measuredIndices,
  measuringTransform,
  type PictureTransform,
  PixelStatistics,
  plainTransform,
  trainTransform,
} from './pictures.js';
import type { ImageInput, Part, PictureSettings, Prepared } from './prepared.js';

type Photos = ImageFolder<Tensor, number>;

const TRAIN = ['train', 'training'] as const;
const VALIDATION = ['val', 'valid', 'validation', 'test'] as const;

/** The side of inputs where none is named, of pictures that are larger. */
const DEFAULT_SIZE = 128;
/** How many pictures are looked at for their size. */
const LOOKED_AT = 16;

/** How an image folder is read. */
export interface FolderSettings extends PictureSettings {
  /** A share of the pictures, or another folder. */
  readonly validation: number | string;
  readonly seed: number;
}

/** Where the pictures of training and of validation are, and which of each. */
interface Places {
  readonly train: string;
  readonly validation: string;
  readonly trainIndices: readonly number[] | undefined;
  readonly validationIndices: readonly number[] | undefined;
  readonly notes: readonly string[];
}

/** The subfolder of that meaning, where there is one. */
function subfolder(root: string, names: readonly string[]): string | undefined {
  const found = names.find((name) => isFolder(join(root, name)));
  return found === undefined ? undefined : join(root, found);
}

/** The folder of a data set's pictures that a model is measured by: its `val/` or `test/`, or all of it. */
export function evaluationFolder(root: string): string {
  return subfolder(root, TRAIN) === undefined ? root : (subfolder(root, VALIDATION) ?? subfolder(root, TRAIN)!);
}

function placesOf(root: string, { validation, seed }: FolderSettings): Places {
  const train = subfolder(root, TRAIN);
  const given = typeof validation === 'string' ? validation : train === undefined ? undefined : subfolder(root, VALIDATION);
  if (given !== undefined) {
    const other = typeof validation === 'string' ? evaluationFolder(given) : given;
    return { train: train ?? root, validation: other, trainIndices: undefined, validationIndices: undefined, notes: [] };
  }
  const all = train ?? root;
  const photos = photosOf(all);
  const share = validation as number;
  if (share === 0) throw new ArgumentError(`--validation 0 leaves no picture of ${root} to measure with. Take a share such as 0.2.`);
  const indices = Array.from({ length: photos.length }, (_, i) => i);
  const counts = photos.classes.map((_, label) => photos.targets.filter((target) => target === label).length);
  const single = photos.classes.filter((_, label) => counts[label] === 1);
  if (single.length > 0)
    throw new ArgumentError(
      `${root} cannot be split by --validation ${share}: there is one picture only of ${few(single)}, and each part needs one. Add pictures, or make the folders ${join(root, 'train')} and ${join(root, 'val')}.`,
    );
  let [trainIndices, validationIndices]: number[][] = [];
  try {
    [trainIndices, validationIndices] = trainTestSplit(indices, {
      testSize: share,
      randomState: seed % 2 ** 32,
      stratify: photos.targets,
    });
  } catch (cause) {
    throw new ArgumentError(
      `${root} cannot be split by --validation ${share}: ${reason(cause)} Add pictures, change the share, or make the folders ${join(root, 'train')} and ${join(root, 'val')}.`,
      { cause },
    );
  }
  return {
    train: all,
    validation: all,
    trainIndices,
    validationIndices,
    notes: [],
  };
}

/** An error's message without the function that it names first. */
const reason = (error: unknown) => (error as Error).message.replace(/^\w+: /, '').replace(/\.?$/, '.');

function photosOf(root: string, transform?: PictureTransform, numbers?: readonly number[]): Photos {
  try {
    return new ImageFolder<Tensor, number>(root, {
      transform: transform as never,
      exifOrientation: true,
      onError: 'skip',
      ...(numbers && { targetTransform: (i: number) => numbers[i]! }),
    });
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    throw new FileError((error as Error).message.replace(/^ImageFolder: /, '').replace(/, or set \{ allowEmpty: true \}/, ''), {
      cause: error,
    });
  }
}

/**
 * Pictures of one folder as a part of the data.
 * @param known the classes of a model, which number the pictures; the folder may lack some of them.
 */
export function folderPart(
  root: string,
  transform: PictureTransform,
  { indices, known }: { readonly indices?: readonly number[] | undefined; readonly known?: readonly string[] | undefined } = {},
): Part & { readonly classes: readonly string[] } {
  const { classes } = photosOf(root);
  const more = known === undefined ? [] : classes.filter((name) => !known.includes(name));
  if (more.length > 0) throw new FileError(`${root} has classes that the model does not know: ${few(more)}. It knows ${few(known!)}.`);
  const numbers = known === undefined ? undefined : classes.map((name) => known.indexOf(name));
  const photos = photosOf(root, transform, numbers);
  const at = (i: number) => (indices === undefined ? i : indices[i]!);
  const length = indices?.length ?? photos.length;
  // Damaged pictures leave no gap in what a loader gives.
  const kept = () => {
    const gone = new Set(photos.skipped.map(({ index }) => index));
    return Array.from({ length }, (_, i) => at(i)).filter((index) => !gone.has(index));
  };
  return {
    dataset: indices === undefined ? photos : new Subset(photos, indices),
    length,
    classes,
    nameOf: (i) => showPath(photos.samples[kept()[i]!]![0]),
    labels: () => Array.from({ length }, (_, i) => photos.samples[at(i)]![1]),
    skipped: () => photos.skipped,
  };
}

const few = (names: readonly string[]) => `${names.slice(0, 6).join(', ')}${names.length > 6 ? ', …' : ''}`;

/** @throws {FileError} unless both have the same classes: their numbers would mean other things. */
function assertSameClasses(expected: readonly string[], found: readonly string[], where: string, whose: string): void {
  const missing = expected.filter((name) => !found.includes(name));
  const more = found.filter((name) => !expected.includes(name));
  if (missing.length === 0 && more.length === 0) return;
  const parts = [...(missing.length > 0 ? [`lacks ${few(missing)}`] : []), ...(more.length > 0 ? [`has ${few(more)} besides`] : [])];
  throw new FileError(`${where} has other classes than ${whose}: it ${parts.join(' and ')}. Give both the same folders.`);
}

/** The side of inputs: as asked, or that of the pictures where they are small. */
async function sideOf(photos: Photos, asked: number | undefined): Promise<number> {
  if (asked !== undefined) return asked;
  let smallest = Number.POSITIVE_INFINITY;
  const step = Math.max(1, Math.floor(photos.length / LOOKED_AT));
  for (let i = 0; i < photos.length; i += step) {
    try {
      const { width, height } = await readImage(photos.samples[i]![0]);
      smallest = Math.min(smallest, width, height);
    } catch (error) {
      if (!(error instanceof HoneError)) throw error; // a damaged picture is left out, as in training
      if (i === 0) await assertDecoder(photos.samples[i]![0], error);
    }
  }
  return smallest >= DEFAULT_SIZE ? DEFAULT_SIZE : Math.max(8, smallest);
}

/** Without the package that decodes, every picture would be left out as damaged. */
function assertDecoder(path: string, error: HoneError): void {
  if (/npm install sharp/.test(error.message)) throw new FileError(`${path} cannot be read: ${error.message}`, { cause: error });
}

/** Mean and deviation of the pixels of training, over some hundreds of pictures. */
async function measure(photos: Photos, indices: readonly number[] | undefined): Promise<{ mean: number[]; std: number[] }> {
  const statistics = new PixelStatistics();
  const length = indices?.length ?? photos.length;
  let measured = 0;
  for (const i of measuredIndices(length)) {
    try {
      const [image] = await photos.get(indices === undefined ? i : indices[i]!);
      statistics.add(image);
      image.dispose();
      measured++;
    } catch (error) {
      if (!(error instanceof HoneError)) throw error;
    }
  }
  if (measured === 0) throw new FileError(`None of the pictures can be read: ${photos.skipped[0]?.message ?? 'they are damaged'}`);
  return statistics.result;
}

/**
 * Where pictures are resized before their middle is cut out: a little larger than the input, as torchvision has it for 224 (256); small ones
 * are taken whole.
 */
const resizeFor = (side: number) => (side >= 96 ? Math.round(side / 0.875) : side);

/** An image folder, ready to train with. @throws {FileError} for folders that hold no classes of pictures. */
export async function prepareFolder(root: string, settings: FolderSettings, known?: ImageInput): Promise<Prepared> {
  const places = placesOf(root, settings);
  const channels = settings.channels ?? 3;
  const side = known?.height ?? (await sideOf(photosOf(places.train), settings.imageSize));
  const size: ImageInput = { kind: 'image', channels, height: side, width: side, resize: resizeFor(side), mean: null, std: null };
  const pixels =
    settings.normalize === 'none'
      ? { mean: null, std: null }
      : settings.normalize === 'imagenet'
        ? imagenetFor(channels)
        : (known ?? (await measure(photosOf(places.train, measuringTransform(size)), places.trainIndices)));
  const input: ImageInput = { ...size, mean: pixels.mean, std: pixels.std };
  const motif = side < 64 ? 'small photos' : 'photos';
  const train = folderPart(places.train, trainTransform(input, settings.augment, motif), { indices: places.trainIndices });
  const validation = folderPart(places.validation, plainTransform(input), { indices: places.validationIndices });
  assertSameClasses(train.classes, validation.classes, places.validation, places.train);
  if (train.classes.length < 2)
    throw new FileError(
      `${places.train} has one class, ${train.classes[0]}: there is nothing to tell apart. Put each class into a folder of its own.`,
    );
  return {
    task: 'classification',
    classes: train.classes,
    input,
    inputShape: [channels, side, side],
    train,
    validation,
    summary: `${plural(train.length, 'picture')} of ${train.classes.length} classes in ${basename(root)} to train on, ${showCount(validation.length)} others to test with.`,
    notes: places.notes,
    augmentation: augmentationText(settings.augment, motif),
  };
}
