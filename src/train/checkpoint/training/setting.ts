/** What must be the same for a training to go on: its model, optimizer, scheduler, loss, metrics and data; and what differs, in words. */
import type { Module } from '../../../nn/module/module.js';
import { isUninitialized } from '../../../nn/module/state/uninitialized.js';
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

/** What a scheduler's state has from the optimizer's rates. */
const OF_LR = /^(_.*|base_lrs?)$/;

const shapeOf = ({ dtype, shape }: Tensor) => `${dtype} [${shape.join(', ')}]`;

/** A description of a training as it is given, before its first step and before anything is loaded. */
export function settingOf({ model, optimizer, plan, loss, metrics, train, validation, choices }: Parts): Setting {
  const names = new Map<Tensor, string>(model.namedParameters().map(([name, parameter]) => [parameter, name]));
  const groups = groupsOf(optimizer).map((params, g) => {
    const { params: _, initialLr: __, ...options } = optimizer.paramGroups[g] as unknown as Record<string, unknown>;
    return { parameters: params.map((param) => names.get(param) ?? 'one outside the model'), ...(plainly(options) as object) };
  });
  const scheduler = plan?.scheduler as { stateDict?(): unknown } | undefined;
  return {
    model: {
      tensors: Object.fromEntries(
        Object.entries(model.stateDict()).map(([name, tensor]) => [name, isUninitialized(tensor) ? 'not known yet' : shapeOf(tensor)]),
      ),
      text: model.toString(),
    },
    optimizer: { class: classNameOf(optimizer), groups },
    scheduler: plan
      ? {
          class: classNameOf(plan.scheduler),
          every: plan.every ?? 'epoch',
          monitor: plan.monitor ?? null,
          ...Object.fromEntries(Object.entries(plainly(scheduler?.stateDict?.() ?? {}) as object).filter(([name]) => !OF_LR.test(name))),
        }
      : null,
    loss:
      typeof loss === 'function' ? 'a function' : { class: classNameOf(loss), ...(plainly({ ...loss, training: undefined }) as object) },
    metrics: metrics.map(({ name }) => name),
    train: marksOf(train),
    validation: validation === undefined ? null : marksOf(validation),
    fit: { ...(plainly(choices) as object), ...functionsIn(choices, () => 'a function') },
  };
}

/** The functions among options. */
function functionsIn(choices: Parts['choices'], as: (body: object) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(choices).flatMap(([name, value]) => (typeof value === 'function' ? [[name, as(value)]] : [])));
}

/** What a checkpoint cannot compare with certainty, so that it is only noted: the texts of functions, the callbacks. */
export function notesOf({ loss, callbacks, choices }: Parts): Setting {
  return {
    functions: functionsIn({ ...choices, loss }, String),
    callbacks: callbacks.flatMap(({ name, stateDict }) => (name === undefined || stateDict ? [] : [name])),
  };
}

const MOST = 6;

/** Parts of which the first difference tells all: of another kind everything else differs as well. */
const FIRST: Readonly<Record<string, readonly string[]>> = {
  model: ['tensors', 'text'],
  optimizer: ['class', 'groups'],
  scheduler: ['class'],
  loss: ['class'],
  train: ['loader', 'workers', 'dataset', 'length', 'samples'],
  validation: ['loader', 'workers', 'dataset', 'length', 'samples'],
};

/** What differs between two settings, a line each; empty where they are the same. */
export function differences(saved: Setting, now: Setting): string[] {
  const lines: string[] = [];
  for (const part of Object.keys({ ...saved, ...now })) {
    const [before, after] = [saved[part], now[part]];
    const order = FIRST[part] ?? [];
    if (!isRecord(before) || !isRecord(after)) {
      lines.push(...compare(before, after, part));
      continue;
    }
    const found = lines.length;
    for (const key of order) {
      if (lines.length > found) break;
      lines.push(...compare(before[key], after[key], key === 'tensors' || key === 'samples' ? part : `${part} ${key}`, key));
    }
    if (lines.length > found && order.length > 0) continue;
    for (const key of Object.keys({ ...before, ...after }))
      if (!order.includes(key)) lines.push(...compare(before[key], after[key], `${part} ${key}`, key));
  }
  return lines.length <= MOST ? lines : [...lines.slice(0, MOST), `and ${lines.length - MOST} more`];
}

function compare(before: unknown, after: unknown, path: string, kind = ''): string[] {
  if (same(before, after)) return [];
  if (kind === 'samples') return sameMarks(before, after) ? [] : [`${path}: the samples are not the same`];
  if (isRecord(before) && isRecord(after))
    return Object.keys({ ...before, ...after }).flatMap((key) => compare(before[key], after[key], `${path} ${key}`, key));
  if (Array.isArray(before) && Array.isArray(after)) {
    if (kind === 'parameters') return [`${path}: ${only(before, after)} in the checkpoint, ${only(after, before)} here`];
    if (before.length === after.length && before.some(isRecord))
      return before.flatMap((one, i) => compare(one, after[i], `${path.replace(/s$/, '')} ${i}`));
  }
  if (kind === 'text' && typeof before === 'string' && typeof after === 'string') return [`model: ${firstLines(before, after)}`];
  return [`${path}: ${textOf(before)} in the checkpoint, ${textOf(after)} here`];
}

/** The names that only one of two lists has. */
function only(names: readonly unknown[], others: readonly unknown[]): string {
  const own = names.filter((name) => !others.includes(name));
  if (own.length === 0) return names.length === others.length ? `${names[0]} first` : 'not';
  return own.length <= 3 ? own.join(', ') : `${own.slice(0, 3).join(', ')} and ${own.length - 3} more`;
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return 'none';
  if (typeof value === 'string') return value;
  if (isRecord(value)) return String(value['class'] ?? value['loader'] ?? 'one');
  return Array.isArray(value) && value.some(isRecord) ? String(value.length) : show(value);
}

/** Whether marks of samples are the same, as far as they are known. */
function sameMarks(before: unknown, after: unknown): boolean {
  if (!Array.isArray(before) || !Array.isArray(after)) return true;
  return before.every((mark, i) => typeof mark !== 'number' || typeof after[i] !== 'number' || mark === after[i]);
}

function same(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((part, i) => same(part, b[i]));
  return Object.is(a, b) || ((a ?? null) === null && (b ?? null) === null);
}

/** The first lines in which two texts differ. */
function firstLines(before: string, after: string): string {
  const [there, here] = [before.split('\n'), after.split('\n')];
  const at = there.findIndex((line, i) => line !== here[i]);
  const line = (lines: string[]) => (at >= 0 ? lines[at] : lines[there.length])?.trim() ?? 'nothing';
  return `${line(there)} in the checkpoint, ${line(here)} here`;
}
