/** What schedulers are given, and the checks of it. */
import { ArgumentError } from '../../errors.js';
import { show } from '../../tensor/show.js';
import { Optimizer } from '../optimizer.js';

/** Any optimizer: schedulers look only at the groups' lr, and some at momentum. */
// biome-ignore lint/suspicious/noExplicitAny: options differ from optimizer to optimizer, lr is in all of them
export type AnyOptimizer = Optimizer<any>;

/** The options without those that were given by position. */
export type Rest<O, Given extends keyof O> = Omit<O, Given>;

/** Throws unless `value` is an optimizer. */
export function assertOptimizer(op: string, value: unknown): asserts value is AnyOptimizer {
  if (!(value instanceof Optimizer)) throw new ArgumentError(`${op}: the first argument is ${show(value)}, expected an optimizer.`);
}

/** Throws unless `value` is a whole number of at least `least`. */
export function whole(op: string, name: string, value: unknown, least: number): asserts value is number {
  if (!Number.isInteger(value) || (value as number) < least)
    throw new ArgumentError(`${op}: ${name} is ${show(value)}, expected a whole number of at least ${least}.`);
}

/** Throws unless `value` is a finite number. */
export function finite(op: string, name: string, value: unknown): asserts value is number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new ArgumentError(`${op}: ${name} is ${show(value)}, expected a number.`);
}

/** Throws unless `value` is one of `allowed`. */
export function oneOf(op: string, name: string, value: unknown, allowed: readonly string[]): void {
  if (!allowed.includes(value as string))
    throw new ArgumentError(`${op}: ${name} is ${show(value)}, expected ${allowed.map((v) => `"${v}"`).join(' or ')}.`);
}

/** A number for every group, or one for each, as one for each. @throws {ArgumentError} for another count, or what is no number. */
export function perGroup(op: string, name: string, value: unknown, optimizer: AnyOptimizer): number[] {
  const groups = optimizer.paramGroups.length;
  const list: readonly unknown[] = Array.isArray(value) ? value : optimizer.paramGroups.map(() => value);
  if (list.length !== groups)
    throw new ArgumentError(`${op}: got ${list.length} ${name} for ${groups} param groups, expected one number, or one for each group.`);
  return list.map((one, i) => {
    finite(op, Array.isArray(value) ? `${name}[${i}]` : name, one);
    return one;
  });
}

/** How many of the ascending `milestones` are at most `epoch`. */
export function passed(milestones: readonly number[], epoch: number): number {
  return milestones.filter((milestone) => milestone <= epoch).length;
}
