/** Where the files of a data set lie. */
import { isFile, pathOf } from '#files';
import { FileError } from '../../errors.js';

/** A file that a data set needs. */
export interface Wanted {
  /** Its name in torchvision's folder, unpacked: `train-images-idx3-ubyte`. */
  readonly name: string;
  /** Where it can be fetched. */
  readonly url: string;
}

/**
 * The paths of files of a data set: in torchvision's folder, which is below root, or in root itself.
 * @param endings what may follow a file's name.
 * @throws {FileError} that names each that is missing, where it can be had, and where to put it.
 */
export function findFiles(
  op: string,
  root: string,
  below: readonly string[],
  wanted: readonly Wanted[],
  endings: readonly string[],
): string[] {
  const found = wanted.map(({ name }) => locate(root, below, name, endings));
  if (found.every((path) => path !== undefined)) return found;
  const missing = wanted.filter((_, i) => found[i] === undefined);
  const one = missing.length === 1;
  const files = missing.map(({ name, url }) => `  ${name} from ${url}`).join('\n');
  throw new FileError(
    `${op}: ${one ? 'a file is' : `${missing.length} files are`} missing, looked for in ${placesOf(root, below).join(' and in ')}:\n${files}\nUse { download: true }, or fetch ${one ? 'it' : 'them'} and put ${one ? 'it' : 'them'} into the first of these folders, ${endings.length > 1 ? 'gzipped or not' : 'unpacked'}.`,
  );
}

/** The path of a file of a data set; undefined where it is in neither of the places. */
export function locate(root: string, below: readonly string[], name: string, endings: readonly string[]): string | undefined {
  return placesOf(root, below)
    .flatMap((folder) => endings.map((ending) => pathOf(folder, name + ending)))
    .find(isFile);
}

const placesOf = (root: string, below: readonly string[]) => [pathOf(root, ...below), pathOf(root)];

/** Raw, or gzipped. */
export const GZIPPED = ['', '.gz'];
