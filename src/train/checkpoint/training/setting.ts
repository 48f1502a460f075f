/** What must be the same for a training to go on: its model, optimizer, scheduler, loss, metrics and data; and what differs, in words. */
import type { Module } from '../../../nn/module/module.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { show } from '../../../tensor/arguments/show.js';
import { Tensor } from '../../../tensor/tensor.js';
import type { Callback } from '../../callbacks/callback.js';
import type { Loader, Loss, Metric, OptimizerLike, SchedulerLike } from '../../types.js';
import { isRecord } from '../values.js';
import { markOf, marksOf } from './data-marks.js';
import { groupsOf } from './model-state.js';

/** The parts of a training. */
export interface Parts {
  readonly model: Module;
  readonly optimizer: OptimizerLike;
  readonly plan: { readonly scheduler: SchedulerLike; readonly every?: string; readonly monitor?: string } | undefined;
  readonly loss: Loss;
  readonly metrics: readonly Metric[];
  readonly train: Loader<unknown>;
  readonly validation: Loader<unknown> | undefined;
  readonly callbacks: readonly Callback[];
  /** Options of fit that change what is computed. */
  readonly choices: Readonly<Record<string, unknown>>;
}

/** Plain data, which a checkpoint keeps. */
export type Setting = Readonly<Record<string, unknown>>;

/** What of a value can be compared: numbers, texts, flags and lists of them; tensors by a mark. */
function plainly(value: unknown): unknown {
  if (value === null || ['number', 'string', 'boolean'].includes(typeof value)) return value;
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Tensor) return `${value.dtype} [${value.shape.join(', ')}] ${markOf(value)}`;
  if (Array.isArray(value)) return value.map((part) => plainly(part) ?? null);
  if (!isRecord(value)) return undefined;
  return Object.fromEntries(Object.entries(value).flatMap(([key, part]) => (plainly(part) === undefined ? [] : [[key, plainly(part)]])));
}

/** A description of a training as it is given, before its first step and before anything is loaded. */
export function settingOf({ model, optimizer, plan, loss, metrics, train, validation, choices }: Parts): Setting {
  const names = new Map<Tensor, string>(model.namedParameters().map(([name, parameter]) => [parameter, name]));
  const groups = groupsOf(optimizer).map((params, g) => {
    const { params: _, ...options } = optimizer.paramGroups[g] as unknown as Record<string, unknown>;
    return { parameters: params.map((param) => names.get(param) ?? 'one outside the model'), ...(plainly(options) as object) };
  });
  const scheduler = plan?.scheduler as { stateDict?(): unknown } | undefined;
  return {
    model: {
      tensors: Object.fromEntries(
        Object.entries(model.stateDict()).map(([name, { dtype, shape }]) => [name, `${dtype} [${shape.join(', ')}]`]),
      ),
      text: model.toString(),
    },
    optimizer: { class: classNameOf(optimizer), groups },
    scheduler: plan
      ? {
          class: classNameOf(plan.scheduler),
          every: plan.every ?? 'epoch',
          monitor: plan.monitor ?? null,
          ...(plainly(scheduler?.stateDict?.()) as object),
        }
      : null,
    loss:
      typeof loss === 'function' ? 'a function' : { class: classNameOf(loss), ...(plainly({ ...loss, training: undefined }) as object) },
    metrics: metrics.map(({ name }) => name),
    train: marksOf(train),
    validation: validation === undefined ? null : marksOf(validation),
    fit: plainly(choices),
  };
}

/** What a checkpoint cannot compare with certainty, so that it is only noted: the texts of functions, the callbacks. */
export function notesOf({ loss, callbacks }: Parts): Setting {
  return {
    loss: typeof loss === 'function' ? loss.toString() : null,
    callbacks: callbacks.flatMap((callback) => (callback.stateDict ? [callback.name ?? 'one without a name'] : [])),
  };
}

const MOST = 6;

/** What differs between two settings, a line each; empty where they are the same. */
export function differences(saved: Setting, now: Setting): string[] {
  const lines: string[] = [];
  const text = (value: unknown) => (typeof value === 'string' ? value : value === undefined || value === null ? 'none' : show(value));
  const walk = (before: unknown, after: unknown, path: string, samples: boolean): void => {
    if (isRecord(before) && isRecord(after)) {
      for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
        if (path === 'model' && key === 'text' && lines.some((line) => line.startsWith('model '))) continue; // said already
        walk(before[key], after[key], path === '' ? key : key === 'tensors' ? path : `${path} ${key}`, key === 'samples');
      }
    } else if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
      before.forEach((one, i) => {
        walk(one, after[i], `${path} ${i}`, samples);
      });
    } else if (samples && (typeof before !== 'number' || typeof after !== 'number'))
      return; // unknown
    else if (samples && before !== after) lines.push(`${path.replace(/ samples \d+$/, '')}: the samples are not the same`);
    else if (path === 'model text' && before !== after) lines.push(`model: ${lineOf(String(before), String(after))}`);
    else if (!same(before, after)) lines.push(`${path}: ${text(before)} in the checkpoint, ${text(after)} here`);
  };
  walk(saved, now, '', false);
  const distinct = [...new Set(lines)];
  return distinct.length <= MOST ? distinct : [...distinct.slice(0, MOST), `and ${distinct.length - MOST} more`];
}

function same(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((part, i) => same(part, b[i]));
  return Object.is(a, b) || ((a ?? null) === null && (b ?? null) === null);
}

/** The first lines in which two texts differ. */
function lineOf(before: string, after: string): string {
  const [there, here] = [before.split('\n'), after.split('\n')];
  const at = there.findIndex((line, i) => line !== here[i]);
  const line = (lines: string[]) => (at >= 0 ? lines[at] : lines[there.length])?.trim() ?? 'nothing';
  return `${line(there)} in the checkpoint, ${line(here)} here`;
}
