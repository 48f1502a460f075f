/** Checks of what schedulers are given. */
import { ArgumentError } from '../../errors.js';
import { show } from '../../tensor/arguments/show.js';
import { finiteOption } from '../optimizer/checks.js';
import { Optimizer } from '../optimizer/optimizer.js';

/** Any optimizer: schedulers look only at the groups' lr, and some at momentum. */
// biome-ignore lint/suspicious/noExplicitAny: options differ from optimizer to optimizer, lr is in all of them
export type AnyOptimizer = Optimizer<any>;

/** Throws unless `value` is an optimizer. */
export function assertOptimizer(op: string, value: unknown): asserts value is AnyOptimizer {
  if (!(value instanceof Optimizer)) throw new ArgumentError(`${op}: the first argument is ${show(value)}, expected an optimizer.`);
}

/** One number for each group, from a list of them or from one number for all. @throws {ArgumentError} for a list of another length, or anything but finite numbers. */
export function perGroup(op: string, name: string, value: unknown, optimizer: AnyOptimizer): number[] {
  const groups = optimizer.paramGroups.length;
  const list: readonly unknown[] = Array.isArray(value) ? value : optimizer.paramGroups.map(() => value);
  if (list.length !== groups)
    throw new ArgumentError(`${op}: got ${list.length} ${name} for ${groups} param groups, expected one number, or one for each group.`);
  return list.map((one, i) => finiteOption(op, Array.isArray(value) ? `${name}[${i}]` : name, one));
}

/** How many of the ascending `milestones` are at most `epoch`. */
export function passed(milestones: readonly number[], epoch: number): number {
  return milestones.filter((milestone) => milestone <= epoch).length;
}
