/** Checks of options that several optimizers or schedulers have. Each throws an ArgumentError that names the option and its value. */
import { ArgumentError } from '../../errors.js';
import { allNumbers, atLeast, below, finiteNumber, realNumber } from '../../tensor/arguments/checks.js';
import { show } from '../../tensor/arguments/show.js';
import { Tensor } from '../../tensor/tensor.js';

/** Throws unless each of these options is a number of at least 0. */
export function atLeastZero(op: string, options: Readonly<Record<string, unknown>>): void {
  for (const name in options) atLeast(op, name, options[name], 0);
}

/** {@link finiteNumber}, with a shorter error for what is not a number at all. */
export function finiteOption(op: string, name: string, value: unknown): number {
  return finiteNumber(op, name, realNumber(op, name, value));
}

/** Throws unless `value` is an array of as many numbers as `example`. */
export function numbers(op: string, name: string, value: readonly number[], example: readonly number[]): void {
  const good = Array.isArray(value) && value.length === example.length && value.every((v) => typeof v === 'number' && !Number.isNaN(v));
  const count = ['no', 'one', 'two', 'three'][example.length];
  if (!good) throw new ArgumentError(`${op}: ${name} is ${show(value)}, expected ${count} numbers, such as [${example.join(', ')}].`);
}

/** Throws unless `betas` are two numbers from 0 to below 1. */
export function checkBetas(op: string, betas: readonly [number, number], example: readonly [number, number] = [0.9, 0.999]): void {
  numbers(op, 'betas', betas, example);
  betas.forEach((beta, i) => {
    below(op, `betas[${i}]`, beta, 0, 1);
  });
}

/** What Adam and its variants have in common. */
export interface AdamLikeOptions {
  lr: number;
  betas: readonly [number, number];
  eps: number;
  weightDecay: number;
}

/** Throws for options that make no sense for any of them. */
export function checkAdamOptions(op: string, { lr, betas, eps, weightDecay }: AdamLikeOptions): void {
  atLeastZero(op, { lr, eps, weightDecay });
  checkBetas(op, betas);
}

/**
 * Throws unless the options have the types of their defaults: they may be changed between steps, and a kernel takes numbers only.
 * @param options those of a group. @param defaults of what type each is; null stands for any. @param nullable those whose lists may
 *   contain null.
 */
export function assertOptionTypes(op: string, options: object, defaults: object, nullable: readonly string[] = []): void {
  for (const name in defaults) {
    const like = defaults[name as never] as unknown;
    const value = options[name as never] as unknown;
    if (like === null || (typeof like !== 'object' && typeof value === typeof like)) continue;
    if (Array.isArray(like)) {
      if (Array.isArray(value) && value.length === like.length && allNumbers(value)) continue;
      const fits = (v: unknown, i: number) => typeof v === 'number' || (v === null && (like[i] === null || nullable.includes(name)));
      if (Array.isArray(value) && value.length === like.length && value.every(fits)) continue;
    } else if (typeof like === 'object') continue;
    const kind = Array.isArray(like)
      ? `a list such as [${like.join(', ')}]`
      : typeof like === 'boolean'
        ? 'true or false'
        : `a ${typeof like}`;
    throw new ArgumentError(`${op}: ${name} is ${show(value)}, expected ${kind}.${value instanceof Tensor ? ' Use item().' : ''}`);
  }
}
