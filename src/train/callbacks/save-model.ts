/** Writing a model's state to the path of a callback. */

import { tryToWrite } from '#files';
import { formatOf } from '../../formats/files/file-formats.js';
import { save } from '../../formats/files/files.js';
import type { Module } from '../../nn/module/module.js';
import { clone } from '../../ops/view/copy.js';
import { escapeScope } from '../../tensor/storage.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Improvement } from '../history/monitor.js';
import { writePatiently } from './files/write-patiently.js';
import { fillPath, type SavedAt } from './model-path.js';

/** @throws {FileError} where a model could not be saved to such a path. */
export const tryToSaveModel = (op: string, path: string): void => tryToWrite(fillPath(path, { epoch: 0, step: 0 }), op);

/** Saves a state, with the epoch and its score where the format has a place for them. @param target from {@link fillPath}. */
function saveState(stateDict: Readonly<Record<string, Tensor>>, target: string, at: SavedAt, best: Improvement['best']): void {
  const metadata = {
    epoch: String(at.epoch),
    step: String(at.step),
    ...(best && at.record && best.epoch === at.epoch && { monitor: best.monitor, value: String(best.value) }),
  };
  const pytorch = formatOf(target) === 'pth'; // which have no place for notes
  save(stateDict, target, { makeDirectories: true, ...(!pytorch && { metadata }) });
}

/** Files of models: what the disk refuses waits in memory, the newest of each path. */
export class ModelFiles {
  private readonly waiting = new Map<string, { write(): void; readonly stateDict: Readonly<Record<string, Tensor>> }>();

  /** Saves the model, or a copy of it later; gives the path. */
  save(model: Module, path: string, at: SavedAt, { best }: Improvement): string {
    this.retry();
    const target = fillPath(path, at);
    this.drop(path);
    if (writePatiently(() => saveState(model.stateDict(), target, at, best))) return target;
    const stateDict = copyOfState(model);
    this.waiting.set(path, { stateDict, write: () => saveState(stateDict, target, at, best) });
    return target;
  }

  /** Tries again to write what waits. */
  retry(): void {
    for (const [path, { write }] of this.waiting) if (writePatiently(write)) this.drop(path);
  }

  private drop(path: string): void {
    for (const old of Object.values(this.waiting.get(path)?.stateDict ?? {})) old.dispose();
    this.waiting.delete(path);
  }
}

/** The state of a model, in copies that no scope around the training takes back. */
export function copyOfState(model: Module): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(model.stateDict()).map(([name, value]) => [name, copyOf(value)]));
}

/** A copy that no scope around the training takes back. */
export function copyOf(value: Tensor): Tensor {
  const copy = clone(value.detach());
  escapeScope(copy.storage, null);
  return copy;
}
