/** Images out of files, one class in each folder. */
import { checkIndex } from '../../data/datasets/dataset.js';
import { ArgumentError } from '../../errors.js';
import { type Arguments, readArguments, required } from '../../tensor/arguments/arguments.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import type { Image } from '../image/image.js';
import { readImageAs, readImageOptions } from '../io/read-image.js';
import { DatasetFolder, type FileLoader, type FolderOptions, OWN_LOADER } from './dataset-folder.js';
import { type FolderFile, type FolderSample, IMG_EXTENSIONS } from './make-dataset.js';
import { Turns } from './turns.js';

/** The options of {@link ImageFolder}. */
export interface ImageFolderOptions<Out = Image, Target = number, Sample = Image> extends FolderOptions<Sample, Out, Target> {
  /** Makes an image of a file. Default: null, {@link readImage} with the mode RGB, as torchvision. */
  loader?: FileLoader<Sample> | null;
  /** The endings of files that count, in any case of letters. Default: torchvision's: jpg, jpeg, png, ppm, bmp, pgm, tif, tiff, webp. */
  extensions?: string | readonly string[] | null;
  /** Turns photos as their cameras noted (EXIF orientation). Default: false, as torchvision, which leaves them as they lie in the file. */
  exifOrientation?: boolean;
  /** Images of more pixels are refused before they are unpacked. Default: 178,956,970. */
  maxPixels?: number;
}

/** All data sets of images share them, so that what is made of several draws its random numbers in order, too. Four are decoded at once. */
const turns = new Turns(8);

/**
 * Images out of files, one class in each folder: `root/cat/1.jpg`, `root/dog/2.png`, … Classes, samples and their order are torchvision's,
 * and so are the pixels: images of colour, RGB. Loops over a DataLoader of it must await: `for await`.
 *
 * It needs the package `sharp`, which Hone does not install by itself: `npm install sharp`. In pages give it the files that the visitor chose
 * (`<input type="file" webkitdirectory>`), or await {@link ImageFolder.fromDirectory}.
 * @throws {FileError} where the folder is missing or cannot be read, has no class folders, or a class has no image.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.datasets.ImageFolder.html
 * @example
 * import { DataLoader } from 'hone/data';
 * const transform = new transforms.Compose([new transforms.CenterCrop(224), new transforms.ToTensor()]);
 * const photos = new datasets.ImageFolder('./photos', { transform, onError: 'skip' });
 * const loader = new DataLoader(photos, { batchSize: 32, shuffle: true });
 */
export class ImageFolder<Out = Image, Target = number, Sample = Image> extends DatasetFolder<Sample, Out, Target> {
  static override readonly className: string = 'ImageFolder';
  /** Whether photos are turned as their cameras noted. */
  readonly exifOrientation: boolean;
  /** Images of more pixels are refused. */
  readonly maxPixels: number;

  constructor(
    ...args: Arguments<
      ImageFolderOptions<Out, Target, Sample>,
      [
        root: 'root',
        transform: 'transform',
        targetTransform: 'targetTransform',
        loader: 'loader',
        isValidFile: 'isValidFile',
        allowEmpty: 'allowEmpty',
      ]
    >
  ) {
    const op = classNameOf(new.target);
    const defaults = {
      root: required,
      transform: null,
      targetTransform: null,
      loader: null,
      isValidFile: null,
      allowEmpty: false,
      onError: 'raise',
      extensions: null,
      exifOrientation: undefined,
      maxPixels: undefined,
    };
    const read = readArguments(op, defaults as unknown as ImageFolderOptions<Out, Target, Sample>, args);
    const { loader, extensions, exifOrientation, maxPixels, ...options } = read;
    const own = { ...(exifOrientation !== undefined && { exifOrientation }), ...(maxPixels !== undefined && { maxPixels }) };
    const [idle] = Object.keys(own);
    if (loader && idle !== undefined)
      throw new ArgumentError(`${op}: ${idle} is for the loader of ${op} itself, and another one is given. Leave one of them out.`);
    const decoding = readImageOptions(op, own);
    super({
      ...options,
      loader: (loader ?? OWN_LOADER) as FileLoader<Sample>,
      extensions: extensions ?? (options.isValidFile ? null : IMG_EXTENSIONS),
    });
    this.exifOrientation = decoding.exifOrientation;
    this.maxPixels = decoding.maxPixels;
  }

  /**
   * Images of a folder that the visitor of a page opened: `await showDirectoryPicker()`, or of several folders, each of them a class.
   * @throws {FileError} as the constructor.
   */
  static async fromDirectory<Out = Image, Target = number>(
    handle: FileSystemDirectoryHandle | readonly FileSystemDirectoryHandle[],
    options?: Omit<ImageFolderOptions<Out, Target>, 'root'>,
  ): Promise<ImageFolder<Out, Target>> {
    const files: FolderFile[] = [];
    const walk = async (folder: FileSystemDirectoryHandle, below: string): Promise<void> => {
      for await (const [name, entry] of folder.entries()) {
        const path = below === '' ? name : `${below}/${name}`;
        if (entry.kind === 'directory') await walk(entry as FileSystemDirectoryHandle, path);
        else files.push({ path, file: await (entry as FileSystemFileHandle).getFile() });
      }
    };
    if (Array.isArray(handle)) for (const one of handle as FileSystemDirectoryHandle[]) await walk(one, one.name);
    else await walk(handle as FileSystemDirectoryHandle, '');
    return new ImageFolder<Out, Target>({ root: files, ...options });
  }

  /** The path of each image's file, and the number of its class: `samples`. */
  get imgs(): readonly FolderSample[] {
    return this.samples;
  }

  /**
   * Image `index` and its target. Files are read and decoded side by side, but transforms happen in the order in which samples are asked for,
   * and draw their random numbers so.
   * @throws {FileError} for a file that cannot be read, and {FormatError} for an image that is damaged; both name it. @throws
   * {SkippedSampleError} instead, where `onError` is 'skip'.
   */
  override async get(index: number): Promise<[Out, Target]> {
    if (this.given) return super.get(index);
    const i = checkIndex(index, this.length, classNameOf(this));
    const [path] = this.samples[i]!;
    const { exifOrientation, maxPixels } = this;
    const read = async () => {
      try {
        return await readImageAs(classNameOf(this), this.files?.get(path) ?? path, { mode: 'RGB', exifOrientation, maxPixels }, path);
      } catch (error) {
        throw this.failure(i, error);
      }
    };
    return turns.take(read, (image) => this.finish(i, image as Sample));
  }
}
