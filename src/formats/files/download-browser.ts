/** Fetching files, for browsers, which have no folders to put them into. */
import { FileError } from '../../errors.js';
import type { Download } from './download-node.js';

export async function download(op: string, files: readonly Download[]): Promise<void> {
  downloadNow(op, files);
}

export function downloadNow(op: string, files: readonly Download[]): void {
  throw new FileError(
    `${op}: browsers cannot download into a folder. Serve ${files.map(({ path }) => path.slice(path.lastIndexOf('/') + 1)).join(', ')} yourself, fetch the bytes, and make a data set of them: decodeIdx of hone/formats, then ImageDataset.`,
  );
}
