/** Writing a model's state to the path of a callback. */
import { ArgumentError } from '../../errors.js';
import { formatOf } from '../../formats/files/file-formats.js';
import { save } from '../../formats/files/files.js';
import type { Module } from '../../nn/module/module.js';
import { show } from '../../tensor/arguments/show.js';
import type { Improvement } from '../history/monitor.js';

/** Throws unless `path` can be that of a file. */
export function checkPath(op: string, path: unknown): void {
  if (typeof path !== 'string' || path === '') throw new ArgumentError(`${op}: the path is ${show(path)}, expected the path of a file.`);
}

/** Saves a model's state, with the epoch and its score where the format has a place for them; gives the path. */
export function saveModel(model: Module, path: string, epoch: number, { best }: Improvement): string {
  const target = path.replaceAll('{epoch}', String(epoch));
  const metadata = { epoch: String(epoch), ...(best && best.epoch === epoch && { monitor: best.monitor, value: String(best.value) }) };
  const pytorch = formatOf(target) === 'pth'; // which have no place for notes
  save(model.stateDict(), target, { makeDirectories: true, ...(!pytorch && { metadata }) });
  return target;
}
