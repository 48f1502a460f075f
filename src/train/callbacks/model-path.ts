/** Paths of model files with places to fill in: `runs/{epoch}-{validation.loss:.3f}.safetensors`. */
import { ArgumentError } from '../../errors.js';
import { isOptions, show } from '../../tensor/arguments/show.js';
import type { EpochRecord, Monitor } from '../history/epoch-record.js';
import { hasScore, readMonitor } from '../history/epoch-record.js';

const PLACE = /\{([^{}:]*)(?::([^{}]*))?\}/g;
const SCORE = /^(train|validation)\..+$/;

/** Where a training is when a model is saved. */
export interface SavedAt {
  readonly epoch: number;
  /** Steps in all. */
  readonly step: number;
  /** The epoch's scores, where it has ended. */
  readonly record?: EpochRecord;
}

/** Throws unless `path` can be that of a file. */
export function checkPath(op: string, path: unknown): asserts path is string {
  if (typeof path === 'string' && path !== '') return;
  const first = isOptions(path) && /^\w+$/.test(op) ? ` It comes first: ${op}(path, { … }).` : '';
  throw new ArgumentError(`${op}: the path is ${show(path)}, expected the path of a file.${first}`);
}

/** Throws unless `path` can be that of a file, and its places can be filled. @param scores whether there will be scores. */
export function checkPlaces(op: string, path: string, scores = true): void {
  checkPath(op, path);
  for (const [place, name = '', form] of path.matchAll(PLACE)) {
    const known = name === 'epoch' || name === 'step' ? /^(0?\d+)?$/ : SCORE.test(name) ? /^(\.\d+f?)?$/ : undefined;
    if (!known)
      throw new ArgumentError(
        `${op}: the path has a place ${place}, which nothing fills; there are {epoch}, {step}, and scores such as {validation.loss}.`,
      );
    if (form !== undefined && !known.test(form))
      throw new ArgumentError(
        `${op}: the path has ${place}, whose form is unknown. Write {epoch:03} for three digits, {validation.loss:.3f} for three decimals.`,
      );
    if (!scores && SCORE.test(name))
      throw new ArgumentError(`${op}: the path has ${place}, but there are no scores between epochs. Use {epoch} and {step}.`);
  }
}

/** The scores that a path names, which must be measured. */
export const scoresIn = (path: string): Monitor[] =>
  [...path.matchAll(PLACE)].flatMap(([, name]) => (SCORE.test(name!) ? [name as Monitor] : []));

/** Whether files of different epochs, or steps, get different names. */
export const tellsApart = (path: string, by: 'epoch' | 'step'): boolean =>
  [...path.matchAll(PLACE)].some(([, name]) => name === 'step' || (by === 'epoch' && name === 'epoch'));

/** The path with its places filled. */
export function fillPath(path: string, { epoch, step, record }: SavedAt): string {
  return path.replace(PLACE, (_, name: string, form: string | undefined) => {
    if (name === 'epoch' || name === 'step') return String(name === 'epoch' ? epoch : step).padStart(Number(form ?? 0), '0');
    if (!record || !hasScore(record, name as Monitor)) return 'none'; // an epoch without validation
    const value = readMonitor(record, name as Monitor, 'modelCheckpoint');
    return form ? value.toFixed(Number(/\d+/.exec(form)![0])) : String(Number(value.toPrecision(5)));
  });
}
