/** Momentum that a schedule moves against the rate: `momentum`, or the first of `betas`. */
import { ArgumentError } from '../../../errors.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import type { AnyOptimizer } from '../checks.js';

/** Whether it is the first of `betas`. @throws {ArgumentError} for an optimizer that has neither. */
export function usesBeta1(op: string, optimizer: AnyOptimizer): boolean {
  const defaults = optimizer.defaults as Record<string, unknown>;
  if ('betas' in defaults) return true;
  if ('momentum' in defaults) return false;
  throw new ArgumentError(
    `${op}: ${classNameOf(optimizer)} has no momentum and no betas for cycleMomentum to change. Pass { cycleMomentum: false }.`,
  );
}

/** Sets a group's momentum, or its first beta. */
export function setMomentum(group: AnyOptimizer['paramGroups'][number], useBeta1: boolean, value: number): void {
  if (useBeta1) group.betas = [value, ...(group.betas as number[]).slice(1)];
  else group.momentum = value;
}

/** Notes the bounds in every group, and starts at the upper one. */
export function startMomentum(optimizer: AnyOptimizer, useBeta1: boolean, base: readonly number[], max: readonly number[]): void {
  optimizer.paramGroups.forEach((group, i) => {
    setMomentum(group, useBeta1, max[i]!);
    group.maxMomentum = max[i]!;
    group.baseMomentum = base[i]!;
  });
}
