/** Everything that the entry points export: functions, classes, and the methods of tensors and of instances. */
import * as hone from 'hone';
import { nn, optim, Tensor } from 'hone';
import * as data from 'hone/data';
import * as formats from 'hone/formats';
import * as report from 'hone/report';
import * as study from 'hone/study';
import * as tensorboard from 'hone/tensorboard';
import * as train from 'hone/train';
import * as vision from 'hone/vision';

export type Fn = (...args: unknown[]) => unknown;
export type Class = new (...args: unknown[]) => object;

export interface Exported {
  /** As a user writes it: `F.relu`, `nn.utils.rnn.packSequence`. */
  readonly name: string;
  readonly value: Fn;
}

const spaces: readonly (readonly [string, object])[] = [
  ['', hone],
  ['data.', data],
  ['train.', train],
  ['vision.', vision],
  ['study.', study],
  ['report.', report],
  ['tensorboard.', tensorboard],
  ['formats.', formats],
];

/** Whether a function is a class: its prototype cannot be written. */
export const isClass = (value: unknown): value is Class =>
  typeof value === 'function' && Object.getOwnPropertyDescriptor(value, 'prototype')?.writable === false;

function walk(prefix: string, space: object, seen: Set<unknown>, out: Exported[]): void {
  for (const [name, value] of Object.entries(space)) {
    if (typeof value === 'function') {
      if (!seen.has(value)) out.push({ name: prefix + name, value: value as Fn });
      seen.add(value);
    } else if (typeof value === 'object' && value !== null && Object.prototype.toString.call(value) === '[object Module]') {
      walk(`${prefix}${name}.`, value as object, seen, out);
    }
  }
}

const all: Exported[] = [];
const seen = new Set<unknown>();
for (const [prefix, space] of spaces) walk(prefix, space, seen, all);

export const functions: readonly Exported[] = all.filter(({ value }) => !isClass(value));
export const classes: readonly Exported[] = all.filter(({ value }) => isClass(value));

/** The public methods of a class, those of its bases included, down to `Object`. */
export function methodsOf(prototype: object): string[] {
  const names = new Set<string>();
  for (let p = prototype; p !== Object.prototype; p = Object.getPrototypeOf(p) as object) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(p)))
      if (typeof value === 'function' && name !== 'constructor') names.add(name);
  }
  return [...names].sort();
}

export const tensorMethods: readonly string[] = methodsOf(Tensor.prototype);
export const isModule = (value: unknown): boolean => isClass(value) && value.prototype instanceof nn.Module;
export const isOptimizer = (value: unknown): boolean => isClass(value) && value.prototype instanceof (optim.Optimizer as unknown as Class);
