/** What code that runs in a worker of a DataLoader may ask about it. */
import { tooMany } from '../../../tensor/arguments/arguments.js';
import type { DatasetLike } from '../../datasets/dataset.js';

/** A worker of a DataLoader. */
export interface WorkerInfo {
  /** Its number, from 0 to numWorkers - 1. */
  readonly id: number;
  /** How many workers the loader has. */
  readonly numWorkers: number;
  /** What the worker's default generator was seeded with: the loader's base seed plus `id`. */
  readonly seed: bigint;
  /** The worker's own data set; undefined while it is being made. */
  readonly dataset: DatasetLike<unknown> | undefined;
}

let current: WorkerInfo | undefined;

/**
 * Which worker of a DataLoader this code runs in; undefined in the main thread.
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.get_worker_info
 */
export function getWorkerInfo(): WorkerInfo | undefined {
  if (arguments.length > 0) tooMany('getWorkerInfo', 0, arguments);
  return current;
}

/** @internal Called by the worker's program. */
export function setWorkerInfo(info: WorkerInfo): void {
  current = info;
}
