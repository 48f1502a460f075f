/** Writing a model's state to the path of a callback. */
import { formatOf } from '../../formats/files/file-formats.js';
import { save } from '../../formats/files/files.js';
import type { Module } from '../../nn/module/module.js';
import type { Improvement } from '../history/monitor.js';
import { fillPath, type SavedAt } from './model-path.js';

/** Saves a model's state, with the epoch and its score where the format has a place for them; gives the path. */
export function saveModel(model: Module, path: string, at: SavedAt, { best }: Improvement): string {
  const target = fillPath(path, at);
  const metadata = {
    epoch: String(at.epoch),
    step: String(at.step),
    ...(best && at.record && best.epoch === at.epoch && { monitor: best.monitor, value: String(best.value) }),
  };
  const pytorch = formatOf(target) === 'pth'; // which have no place for notes
  save(model.stateDict(), target, { makeDirectories: true, ...(!pytorch && { metadata }) });
  return target;
}
