/** Finding the classes of a folder and the files of each, in torchvision's order: on a disk, or among the files that a page was given. */
import { isFolder, listFolder, realPath, withHome } from '#files';
import { isPromise } from '../../data/datasets/dataset.js';
import { ArgumentError, FileError } from '../../errors.js';
import { assertBoolean, assertFunction, unexpected } from '../../tensor/arguments/checks.js';

/** A file of a page: its path below the root, the class first (`cats/1.jpg`), and its bytes. */
export interface FolderFile {
  /** The path below the root: the name of the class, folders where there are any, the name of the file. */
  readonly path: string;
  /** The bytes; a `File` is one. */
  readonly file: Blob;
}

/** Where class folders are: a folder of the disk, or the files that a page was given. */
export type FolderRoot = string | readonly FolderFile[];

/** A sample: the path of its file, and the number of its class. */
export type FolderSample = readonly [path: string, classIndex: number];

/** The classes of a folder: their names in order, and their numbers by name. */
export type FolderClasses = readonly [classes: string[], classToIdx: Record<string, number>];

/** Which files of a folder count. */
export interface MakeDatasetOptions {
  /** The endings of files that count, in any case of letters: `['.jpg', '.png']`. Either these or `isValidFile`. Default: null. */
  extensions?: string | readonly string[] | null;
  /** Which files count, by their paths. Default: null. */
  isValidFile?: ((path: string) => boolean) | null;
  /** Whether a class may be without files. Default: false. */
  allowEmpty?: boolean;
}

/** The endings of files that {@link ImageFolder} takes for images: torchvision's. */
export const IMG_EXTENSIONS: readonly string[] = ['.jpg', '.jpeg', '.png', '.ppm', '.bmp', '.pgm', '.tif', '.tiff', '.webp'];

/** By code points, as Python compares. */
function comparePython(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x === y) continue;
    // Halves of what lies above 0xffff stand below other units above them.
    const [high, low] = [isHalf(x), isHalf(y)];
    return high === low ? x - y : high ? 1 : -1;
  }
  return a.length - b.length;
}

const isHalf = (unit: number) => unit >= 0xd800 && unit <= 0xdfff;

const join = (folder: string, name: string) => (/[\\/]$/.test(folder) ? folder + name : `${folder}/${name}`);

/** The names of the class folders of a root, in order. @throws {FileError} where there is none, or the folder cannot be read. */
export function findClasses(op: string, root: FolderRoot): FolderClasses {
  const names =
    typeof root === 'string' ? foldersIn(op, root) : root.flatMap(({ path }) => (path.includes('/') ? [path.split('/')[0]!] : []));
  const classes = [...new Set(names)].sort(comparePython);
  if (classes.length === 0) throw new FileError(`${op}: Couldn't find any class folder in ${rootText(root)}. ${adviceFor(op, root)}`);
  return [classes, Object.fromEntries(classes.map((name, i) => [name, i]))];
}

const rootText = (root: FolderRoot) => (typeof root === 'string' ? root : `the ${root.length} files that were given`);

const foldersIn = (op: string, root: string) =>
  listFolder(withHome(root), op)
    .filter((entry) => entry.isFolder)
    .map(({ name }) => name);

function adviceFor(op: string, root: FolderRoot): string {
  const names = typeof root === 'string' ? listFolder(withHome(root), op).map(({ name }) => name) : root.map(({ path }) => path);
  const images = names.filter((name) => hasExtension(name, IMG_EXTENSIONS)).length;
  const found = images > 0 ? `${images === 1 ? 'One image lies' : `${images} images lie`} directly in it. ` : '';
  return `${found}Put the files of each class into a folder of its own: root/cat/1.jpg, root/dog/2.jpg.`;
}

const hasExtension = (path: string, extensions: readonly string[]) => {
  const name = path.toLowerCase();
  return extensions.some((extension) => name.endsWith(extension));
};

/**
 * The files of each class, class by class and folder by folder, sorted.
 * @throws {FileError} for classes without files. @throws {ArgumentError} unless files are chosen in exactly one way.
 */
export function makeDataset(
  op: string,
  root: FolderRoot,
  classToIdx: Readonly<Record<string, number>>,
  options: MakeDatasetOptions,
): FolderSample[] {
  const { extensions = null, isValidFile = null, allowEmpty = false } = options;
  assertBoolean(op, 'allowEmpty', allowEmpty);
  if ((extensions === null) === (isValidFile === null))
    throw new ArgumentError(
      `${op}: ${extensions === null ? 'neither extensions nor isValidFile is' : 'both extensions and isValidFile are'} given, expected one of them, which says what files count.`,
    );
  if (isValidFile !== null) assertFunction(op, 'isValidFile', isValidFile);
  const extended = extensions === null ? null : readExtensions(op, extensions);
  const names = Object.keys(classToIdx).sort(comparePython);
  if (names.length === 0) throw new ArgumentError(`${op}: classToIdx is empty, expected at least one class.`);
  const counts = (path: string) => {
    if (extended !== null) return hasExtension(path, extended);
    const valid: unknown = isValidFile!(path);
    if (isPromise(valid)) throw new ArgumentError(`${op}: isValidFile answers with a promise, expected true or false at once.`);
    return valid;
  };
  const filesOf = typeof root === 'string' ? (name: string) => walk(op, join(withHome(root), name)) : listed(root);
  const samples: FolderSample[] = [];
  const empty: string[] = [];
  for (const name of names) {
    const before = samples.length;
    for (const path of filesOf(name)) if (counts(path)) samples.push([path, classToIdx[name]!]);
    if (samples.length === before) empty.push(name);
  }
  if (empty.length > 0 && !allowEmpty) {
    const supported = extended === null ? '' : ` Supported extensions are: ${extended.join(', ')}.`;
    const endings = [...new Set(empty.flatMap(filesOf).map((path) => /\.[^./\\]*$/.exec(path)?.[0] ?? 'no ending'))];
    const there = endings.length === 0 ? 'There are no files' : `There are files of other kinds (${endings.slice(0, 5).join(', ')})`;
    throw new FileError(
      `${op}: Found no valid file for the classes ${empty.join(', ')}.${supported} ${there}. Remove ${empty.length === 1 ? 'this folder' : 'these folders'} from ${rootText(root)}, or set { allowEmpty: true }.`,
    );
  }
  return samples;
}

/** @throws {ArgumentError} for anything but endings. */
function readExtensions(op: string, extensions: unknown): string[] {
  const list: unknown[] = Array.isArray(extensions) ? extensions : [extensions];
  if (list.length === 0 || !list.every((item) => typeof item === 'string' && item !== ''))
    throw unexpected(op, 'extensions', extensions, "endings of files: ['.jpg', '.png']");
  return (list as string[]).map((item) => item.toLowerCase());
}

/** The paths of the files below a folder, links followed. A folder that holds itself by a link is entered once. */
function walk(op: string, folder: string): string[] {
  const found: { folder: string; files: string[] }[] = [];
  const enter = (path: string, above: readonly string[]): void => {
    const real = realPath(path);
    if (above.includes(real)) return;
    const entries = listFolder(path, op);
    found.push({ folder: path, files: entries.filter((entry) => !entry.isFolder).map(({ name }) => name) });
    for (const entry of entries) if (entry.isFolder) enter(join(path, entry.name), [...above, real]);
  };
  // A class of the user's own list may have no folder.
  if (isFolder(folder)) enter(folder, []);
  return inOrder(found);
}

/** Of each class, the paths of the files that were given. */
function listed(files: readonly FolderFile[]): (name: string) => string[] {
  const byClass = new Map<string, Map<string, string[]>>();
  for (const { path } of files) {
    const at = path.lastIndexOf('/');
    if (at < 0) continue;
    const [name, folder] = [path.split('/')[0]!, path.slice(0, at)];
    const folders = byClass.get(name) ?? new Map<string, string[]>();
    byClass.set(name, folders);
    const names = folders.get(folder) ?? [];
    folders.set(folder, names);
    names.push(path.slice(at + 1));
  }
  return (name) => inOrder([...(byClass.get(name) ?? [])].map(([folder, names]) => ({ folder, files: names })));
}

function inOrder(folders: { folder: string; files: string[] }[]): string[] {
  return folders
    .sort((a, b) => comparePython(a.folder, b.folder))
    .flatMap(({ folder, files }) => files.sort(comparePython).map((name) => join(folder, name)));
}
