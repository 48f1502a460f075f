/** A workerInitFn for the tests of the loader's workers: each starts from a seed of its own choice. */
import { manualSeed } from 'hone';

export default function init(id: number): void {
  manualSeed(100 + id);
}
