/** A disk that refuses a file ends no training. */
import { FileError } from '../../../errors.js';
import { warnOnce } from '../../../tensor/arguments/warn-once.js';

const AGAIN = 'The training goes on, and this is tried again after the next epoch and at the end.';

/**
 * Writes a file as training goes on. Where the disk refuses it (it is full, or gone), there is a warning, and whoever asks tries again after
 * the next epoch and at the end.
 * @param after what the warning says of what comes then.
 * @returns whether it is written.
 */
export function writePatiently(write: () => void, after: string = AGAIN): boolean {
  try {
    write();
    return true;
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    warnOnce(`${error.message} ${after}`);
    return false;
  }
}
