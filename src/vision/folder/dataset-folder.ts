/** Samples out of files, one class in each folder. */
import { withHome } from '#files';
import { checkIndex, isPromise, type MaybePromise } from '../../data/datasets/dataset.js';
import { getWorkerInfo } from '../../data/loader/workers/worker-info.js';
import { FileError, HoneError, SkippedSampleError } from '../../errors.js';
import { type Arguments, readArguments, required } from '../../tensor/arguments/arguments.js';
import { assertFunction, oneOf, unexpected } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { warnOnce } from '../../tensor/arguments/warn-once.js';
import { VisionDataset } from '../datasets/vision-dataset.js';
import { MissingDecoderError } from '../io/decoding.js';
import { type TransformOf, transformed } from '../transforms/base/functions.js';
import {
  type FolderClasses,
  type FolderFile,
  type FolderRoot,
  type FolderSample,
  findClasses,
  type MakeDatasetOptions,
  makeDataset,
} from './make-dataset.js';
import { Turns } from './turns.js';

/** What is said where a file cannot be read: an error, or nothing, and the sample is left out. */
export type OnError = 'raise' | 'skip';

/** Makes a sample of a file: its path, and its bytes where it is one of a page's files. */
export type FileLoader<Sample> = (path: string, file: Blob | undefined) => MaybePromise<Sample>;

/** The options that data sets out of folders share. */
export interface FolderOptions<Sample, Out, Target> {
  /** The folder of the class folders; in pages the files that the visitor chose, or `{ path: 'cats/1.jpg', file }` for each. */
  root: string | Iterable<File | FolderFile>;
  /** Makes the sample that `get` gives out of what the loader loads. Default: nothing is done. */
  transform?: TransformOf<Sample, Out> | null;
  /** Makes the target that `get` gives out of the number of the class. Default: that number. */
  targetTransform?: TransformOf<number, Target> | null;
  /** Which files count, by their paths. Default: null, by their endings. */
  isValidFile?: ((path: string) => boolean) | null;
  /** Whether a class may be without files. Default: false, which is an error. */
  allowEmpty?: boolean;
  /**
   * What happens where a file cannot be read: `'raise'` an error that names it, or `'skip'`: a DataLoader leaves the sample out of its batch,
   * which is that much smaller, and `skipped` lists it. Default: 'raise'.
   */
  onError?: OnError;
}

/** The options of {@link DatasetFolder}. */
export interface DatasetFolderOptions<Sample, Out = Sample, Target = number> extends FolderOptions<Sample, Out, Target> {
  /** Makes a sample of a file, at once or by a promise. */
  loader: FileLoader<Sample>;
  /** The endings of files that count, in any case of letters. Either these or `isValidFile`. Default: null. */
  extensions?: string | readonly string[] | null;
}

/** A sample that was left out, as its file could not be read. */
export interface SkippedSample {
  /** Its number in the data set. */
  readonly index: number;
  /** The path of its file. */
  readonly path: string;
  /** What is wrong with it. */
  readonly message: string;
}

/** @internal Stands where a subclass loads by itself. */
export const OWN_LOADER = (): never => {
  throw new HoneError('DatasetFolder: get is not overridden.');
};

/** The turns of each data set whose loader is the user's: it may ask other data sets, so that it must not wait for theirs. */
const turns = new WeakMap<object, Turns>();

/**
 * Samples out of files, one class in each folder of `root`, in torchvision's order: classes by name, and in each the files by folder and name.
 * `findClasses` and `makeDataset` may be overridden.
 * @throws {FileError} where the folder is missing or cannot be read, has no class folders, or a class has no file.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.datasets.DatasetFolder.html
 * @example
 * const sizes = new datasets.DatasetFolder('./photos', (path) => readFileSync(path).length, ['.jpg', '.png']);
 * sizes.classes; // ['a', 'b', 'c']
 */
export class DatasetFolder<Sample, Out = Sample, Target = number> extends VisionDataset<Out, Target> {
  static override readonly className: string = 'DatasetFolder';
  readonly length: number;
  /** The names of the classes, by number. */
  readonly classes: readonly string[];
  /** The numbers of the classes by name. */
  readonly classToIdx: Readonly<Record<string, number>>;
  /** The path of each sample's file, and the number of its class. */
  readonly samples: readonly FolderSample[];
  /** The endings of files that count; null where a function decides. */
  readonly extensions: string | readonly string[] | null;
  /** What happens where a file cannot be read. */
  readonly onError: OnError;
  /** The user's; undefined where a subclass loads by itself. */
  protected readonly given: FileLoader<Sample> | undefined;
  /** The files of a page, by path. */
  protected readonly files: ReadonlyMap<string, Blob> | undefined;
  private readonly left = new Map<number, SkippedSample>();

  constructor(
    ...args: Arguments<
      DatasetFolderOptions<Sample, Out, Target>,
      [
        root: 'root',
        loader: 'loader',
        extensions: 'extensions',
        transform: 'transform',
        targetTransform: 'targetTransform',
        isValidFile: 'isValidFile',
        allowEmpty: 'allowEmpty',
      ]
    >
  ) {
    const Class = new.target as unknown as typeof DatasetFolder;
    const op = classNameOf(Class);
    const defaults = {
      root: required,
      loader: required,
      extensions: null,
      transform: null,
      targetTransform: null,
      isValidFile: null,
      allowEmpty: false,
      onError: 'raise',
    } as unknown as Required<DatasetFolderOptions<Sample, Out, Target>>;
    const { root, loader, extensions, transform, targetTransform, isValidFile, allowEmpty, onError } = readArguments(op, defaults, args);
    super(typeof root === 'string' ? withHome(root) : undefined, transform, targetTransform);
    assertFunction(op, 'loader', loader);
    this.onError = oneOf(op, 'onError', onError, ['raise', 'skip']);
    const place = typeof root === 'string' && root !== '' ? root : filesOf(op, root);
    const [classes, classToIdx] = Class.findClasses(place);
    this.classes = classes;
    this.classToIdx = classToIdx;
    this.samples = Class.makeDataset(place, classToIdx, { extensions, isValidFile, allowEmpty });
    this.length = this.samples.length;
    this.extensions = extensions;
    this.given = loader === OWN_LOADER ? undefined : loader;
    this.files = typeof place === 'string' ? undefined : new Map(place.map(({ path, file }) => [path, file]));
  }

  /**
   * The classes of a root: their names in order, and their numbers by name. Override it where folders are not the classes.
   * @throws {FileError} where there is no class folder, or the root cannot be read.
   */
  static findClasses(root: FolderRoot): FolderClasses {
    // biome-ignore lint/complexity/noThisInStatic: errors name the subclass
    return findClasses(classNameOf(this), root);
  }

  /**
   * The samples of a root: the path of each file, and the number of its class. Override it where files lie elsewhere.
   * @throws {FileError} for a class without files. @throws {ArgumentError} unless files are chosen in exactly one way.
   */
  static makeDataset(root: FolderRoot, classToIdx: Readonly<Record<string, number>>, options: MakeDatasetOptions): FolderSample[] {
    // biome-ignore lint/complexity/noThisInStatic: errors name the subclass
    return makeDataset(classNameOf(this), root, classToIdx, options);
  }

  /** The numbers of the samples' classes. */
  get targets(): number[] {
    return this.samples.map(([, target]) => target);
  }

  /** What was left out so far, as it could not be read (`onError: 'skip'`), in the order in which that was found. */
  get skipped(): readonly SkippedSample[] {
    return [...this.left.values()];
  }

  /**
   * Sample `index` and its target: at once, or a promise where the loader gives one. Files are read side by side, but transforms happen in
   * the order in which samples are asked for, and draw their random numbers so.
   * @throws {FileError} for a file that the loader cannot read, and {FormatError} for an image that is damaged; both name it. @throws
   * {SkippedSampleError} instead, where `onError` is 'skip'.
   */
  get(index: number): MaybePromise<[Out, Target]> {
    const i = checkIndex(index, this.length, classNameOf(this));
    const finish = (sample: Sample) => this.finish(i, sample);
    const loaded = this.load(i, this.samples[i]![0]);
    if (!isPromise(loaded)) return finish(loaded);
    let own = turns.get(this);
    if (!own) turns.set(this, (own = new Turns(Number.POSITIVE_INFINITY)));
    return own.take(() => loaded, finish);
  }

  /** @internal A sample and its target after their transforms. */
  protected finish(index: number, sample: Sample): [Out, Target] {
    const { transform, targetTransform } = this;
    const [, target] = this.samples[index]!;
    return [
      (transform ? transformed(transform, sample) : sample) as Out,
      (targetTransform ? transformed(targetTransform, target) : target) as Target,
    ];
  }

  private load(index: number, path: string): MaybePromise<Sample> {
    try {
      const sample = this.given!(path, this.files?.get(path));
      return isPromise(sample)
        ? sample.catch((error: unknown) => {
            throw this.failure(index, error);
          })
        : sample;
    } catch (error) {
      throw this.failure(index, error);
    }
  }

  /** @internal The error of a file that cannot be read, which is noted where it is to be left out. */
  protected failure(index: number, cause: unknown): unknown {
    if (cause instanceof MissingDecoderError) return cause;
    const [path] = this.samples[index]!;
    const op = classNameOf(this);
    const error =
      cause instanceof HoneError && cause.message.includes(path)
        ? cause
        : new FileError(`${op}: the loader cannot read ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    if (this.onError === 'raise') return error;
    this.noteSkipped(index, error.message);
    return new SkippedSampleError(error.message, { cause: error });
  }

  /** @internal Lists a sample that was left out, here or by a worker of a loader. */
  noteSkipped(index: number, message: string): void {
    if (this.left.has(index)) return;
    const first = this.left.size === 0;
    this.left.set(index, { index, path: this.samples[index]![0], message });
    if (first && !getWorkerInfo())
      warnOnce(`${message} It is left out of its batch (onError: 'skip'); the data set's skipped lists this and all further ones.`);
  }

  /** @internal What errors call a sample. */
  nameOf(index: number): string | undefined {
    return this.samples[index]?.[0];
  }
}

/** The files of a page with their paths below the root. @throws {ArgumentError} for anything else. */
function filesOf(op: string, given: unknown): FolderFile[] {
  if (given === '' || typeof (given as Partial<Iterable<unknown>> | null)?.[Symbol.iterator] !== 'function')
    throw unexpected(
      op,
      'root',
      given,
      "the path of a folder, or in a page a list of files: input.files, or [{ path: 'cats/1.jpg', file }]",
      given instanceof URL ? 'Write fileURLToPath(url), of node:url.' : undefined,
    );
  return Array.from(given as Iterable<File | FolderFile>, (item, i) => {
    const below = (item as Partial<File> | null)?.webkitRelativePath;
    if (item instanceof Blob && below) return { path: below.slice(below.indexOf('/') + 1), file: item };
    const { path, file } = (item ?? {}) as Partial<FolderFile>;
    if (typeof path === 'string' && file instanceof Blob) return { path: path.replace(/^\/+/, ''), file };
    throw unexpected(
      op,
      `root[${i}]`,
      item,
      'a File of a chosen folder (<input type="file" webkitdirectory>), or { path: \'cats/1.jpg\', file }',
      item instanceof Blob ? 'This one does not say in what folder it lies.' : undefined,
    );
  });
}
