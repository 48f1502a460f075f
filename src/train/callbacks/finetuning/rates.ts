/** Learning rates of their own for layers: an optimizer's groups are cut, and its schedule with them. */
import { ArgumentError } from '../../../errors.js';
import { LRScheduler, REGROUP } from '../../../optim/lr-scheduler/scheduler.js';
import { Optimizer } from '../../../optim/optimizer/optimizer.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { show } from '../../../tensor/arguments/show.js';
import type { Tensor } from '../../../tensor/tensor.js';
import type { TrainingRun } from '../callback.js';

/** A parameter group, as it is cut. */
interface Group {
  params: Tensor[];
  paramNames?: string[];
  lr: number;
  initialLr?: number;
  [option: string]: unknown;
}

/** Options of a group that are rates. */
const RATES = ['lr', 'initialLr', 'maxLr', 'minLr', 'swaLr'];

/** By how much the rate of a group is changed already, so that a second training does not do it again. */
const applied = new WeakMap<object, number>();

/**
 * The rate of a parameter, given that of its group as the optimizer has it: another one, or the same.
 * @param base before the schedule, and before anything was changed here.
 */
export type RateOf = (parameter: Tensor, base: number) => number;

/**
 * Cuts the groups of an optimizer so that each parameter has its rate; schedules go on with the same factors. Parameters that the optimizer does not hold
 * join it.
 * @throws {ArgumentError} for an optimizer that is not one of Hone's, or takes one group alone.
 */
export function cutGroups(op: string, { optimizer, scheduler }: TrainingRun, missing: readonly Tensor[], rateOf: RateOf | undefined): void {
  if (missing.length === 0 && rateOf === undefined) return;
  if (!(optimizer instanceof Optimizer))
    throw new ArgumentError(
      `${op}: the optimizer is ${show(optimizer)}, whose groups can't be cut. Use one of optim, or leave lr and lrDecay out.`,
    );
  const groups = optimizer.paramGroups as unknown as Group[];
  const count = groups.length;
  if (missing.length > 0) {
    const { params: _, paramNames: __, ...options } = groups[0]!;
    optimizer.addParamGroup({ params: [...missing] });
    Object.assign(groups[count]!, options);
    if (applied.has(groups[0]!)) applied.set(groups[count]!, applied.get(groups[0]!)!);
  }
  const cut: Group[] = [];
  const [from, factors, shares]: [number[], number[], number[]] = [[], [], []];
  const firsts: (Group | undefined)[] = [];
  groups.forEach((group, g) => {
    const before = applied.get(group) ?? 1;
    for (const [k, [factor, places]] of [...partsOf(op, group, (group.initialLr ?? group.lr) / before, rateOf)].entries()) {
      const part: Group = { ...group, params: places.map((i) => group.params[i]!) };
      if (group.paramNames) part.paramNames = places.map((i) => group.paramNames![i]!);
      for (const name of RATES) if (typeof part[name] === 'number') part[name] = (part[name] as number) * (factor / before);
      cut.push(part);
      from.push(g < count ? g : 0);
      factors.push(factor / before);
      firsts.push(k === 0 ? group : undefined);
      shares.push(factor);
    }
  });
  if (cut.length === count && factors.every((factor) => factor === 1)) return;
  if (cut.length > 1 && classNameOf(optimizer) === 'LBFGS')
    throw new ArgumentError(`${op}: LBFGS takes one group of parameters. Use another optimizer, or leave lr and lrDecay out.`);
  // The first part of a group stays the object that it was, which others may hold.
  const next = cut.map((part, i) => (firsts[i] ? Object.assign(firsts[i], part) : part));
  next.forEach((group, i) => applied.set(group, shares[i]!));
  groups.splice(0, groups.length, ...next);
  if (scheduler instanceof LRScheduler) scheduler[REGROUP](from, factors);
}

/** The places of a group's parameters, by the factor of their rate. */
function partsOf(op: string, { params }: Group, base: number, rateOf: RateOf | undefined): Map<number, number[]> {
  const parts = new Map<number, number[]>();
  params.forEach((param, i) => {
    const rate = rateOf?.(param, base) ?? base;
    if (base === 0 && rate !== 0)
      throw new ArgumentError(`${op}: the optimizer's rate is 0, and so are its multiples. Give it one above 0.`);
    const factor = base === 0 ? 1 : rate / base;
    parts.set(factor, [...(parts.get(factor) ?? []), i]);
  });
  return parts;
}
