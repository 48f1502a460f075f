/** One cycle: up to a high rate, and down to a very low one. */
import { ArgumentError } from '../../../errors.js';
import { type Arguments, readArguments, required } from '../../../tensor/arguments/arguments.js';
import { between, oneOf, wholeNumber } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { camelCase } from '../../../tensor/arguments/spelling.js';
import { finiteOption } from '../../optimizer/checks.js';
import { type AnyOptimizer, perGroup } from '../checks.js';
import { LRScheduler, type LRSchedulerOptions } from '../scheduler.js';
import { setMomentum, startMomentum, usesBeta1 } from './cycle-momentum.js';

/** The options of {@link OneCycleLR}. */
export interface OneCycleLROptions extends LRSchedulerOptions {
  /** The highest rate, for all groups or for each. */
  maxLr: number | readonly number[];
  /** Steps of the cycle. Default: `epochs * stepsPerEpoch`. */
  totalSteps?: number | null;
  /** Epochs of the training. */
  epochs?: number | null;
  /** Batches of an epoch. */
  stepsPerEpoch?: number | null;
  /** The part of the steps in which the rate rises. Default: 0.3. */
  pctStart?: number;
  /** Along half a cosine, or in a straight line. Default: `cos`. */
  annealStrategy?: 'cos' | 'linear';
  /** Moves the momentum (or the first beta) the other way. Default: true. */
  cycleMomentum?: boolean;
  /** The momentum where the rate is highest. Default: 0.85. */
  baseMomentum?: number | readonly number[];
  /** The momentum at the start and the end. Default: 0.95. */
  maxMomentum?: number | readonly number[];
  /** The first rate is `maxLr / divFactor`. Default: 25. */
  divFactor?: number;
  /** The last rate is the first one divided by this. Default: 1e4. */
  finalDivFactor?: number;
  /** Falls to the first rate as long as it rose, and only then to the last one. Default: false. */
  threePhase?: boolean;
}

/** A phase, as PyTorch keeps it: its last step, and the names of the groups' options between which rate and momentum move. */
interface Phase {
  end_step: number;
  start_lr: string;
  end_lr: string;
  start_momentum: string;
  end_momentum: string;
}

const DEFAULTS: Required<OneCycleLROptions> = {
  maxLr: required,
  totalSteps: null,
  epochs: null,
  stepsPerEpoch: null,
  pctStart: 0.3,
  annealStrategy: 'cos',
  cycleMomentum: true,
  baseMomentum: required,
  maxMomentum: required,
  divFactor: 25,
  finalDivFactor: 1e4,
  threePhase: false,
  lastEpoch: -1,
};

/**
 * Lets the rate rise from `maxLr / divFactor` to `maxLr`, and fall to far below where it began. Call `step()` after each batch; it cannot
 * be called more than `totalSteps` times.
 * @throws {ArgumentError} for neither `totalSteps` nor `epochs` and `stepsPerEpoch`, `cycleMomentum` with an optimizer that has no
 * momentum, bad options, and a step after the last.
 * @see Smith and Topin 2017, https://arxiv.org/abs/1708.07120
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.OneCycleLR.html
 * @example
 * const scheduler = new optim.lrScheduler.OneCycleLR(optimizer, 0.1, { epochs: 10, stepsPerEpoch: loader.length });
 */
export class OneCycleLR extends LRScheduler {
  static override readonly className: string = 'OneCycleLR';
  /** How many steps the cycle has. */
  totalSteps: number;
  /** The phases, with where each ends and from which rate to which it goes. */
  schedulePhases: Phase[];
  /** How the rate falls: by a cosine, or linearly. */
  annealStrategy: 'cos' | 'linear';
  /** Whether the momentum moves against the rate. */
  cycleMomentum: boolean;
  /** Whether the first beta stands for the momentum, as in Adam. */
  useBeta1?: boolean;

  constructor(optimizer: AnyOptimizer, ...args: Arguments<OneCycleLROptions, [maxLr: 'maxLr', totalSteps: 'totalSteps']>) {
    const name = classNameOf(new.target);
    const options = readArguments(name, DEFAULTS, args);
    super(optimizer, options.lastEpoch);
    const { maxLr, pctStart, annealStrategy, cycleMomentum, baseMomentum = 0.85, maxMomentum = 0.95 } = options;
    const { divFactor, finalDivFactor, threePhase } = options;
    const totalSteps = countSteps(options);
    between(name, 'pctStart', pctStart, 0, 1);
    this.annealStrategy = oneOf(name, 'annealStrategy', annealStrategy, ['cos', 'linear']);
    for (const [option, value] of Object.entries({ divFactor, finalDivFactor })) {
      finiteOption(name, option, value);
      if (value === 0) throw new ArgumentError(`${name}: ${option} is 0, expected a number to divide by.`);
    }
    const maxLrs = perGroup(name, 'maxLr', maxLr, optimizer);
    this.totalSteps = totalSteps;
    this.schedulePhases = phases(totalSteps, pctStart, threePhase);
    this.cycleMomentum = cycleMomentum;
    const starts = this.lastEpoch === -1;
    if (cycleMomentum) {
      this.useBeta1 = usesBeta1(name, optimizer);
      const maxima = perGroup(name, 'maxMomentum', maxMomentum, optimizer);
      const bases = perGroup(name, 'baseMomentum', baseMomentum, optimizer);
      if (starts) startMomentum(optimizer, this.useBeta1, bases, maxima);
    }
    if (starts) {
      optimizer.paramGroups.forEach((group, i) => {
        group.initialLr = maxLrs[i]! / divFactor;
        group.maxLr = maxLrs[i]!;
        group.minLr = group.initialLr / finalDivFactor;
      });
    }
    this.start();
  }

  private anneal(start: number, end: number, part: number): number {
    return this.annealStrategy === 'linear' ? (end - start) * part + start : end + ((start - end) / 2) * (Math.cos(Math.PI * part) + 1);
  }

  protected getLr(): number[] {
    const { lastEpoch, totalSteps, schedulePhases } = this;
    if (lastEpoch > totalSteps)
      throw new ArgumentError(
        `OneCycleLR.step: this is step ${lastEpoch}, the cycle has ${totalSteps}. Make totalSteps as large as the number of batches in all epochs.`,
      );
    let at = schedulePhases.findIndex(({ end_step }) => lastEpoch <= end_step);
    if (at < 0) at = schedulePhases.length - 1;
    const phase = schedulePhases[at]!;
    const begin = at === 0 ? 0 : schedulePhases[at - 1]!.end_step;
    if (phase.end_step === begin)
      throw new ArgumentError(
        `${classNameOf(this)}: phase ${at + 1} of ${schedulePhases.length} has no steps (totalSteps ${totalSteps}). Choose another pctStart, or more steps.`,
      );
    const part = (lastEpoch - begin) / (phase.end_step - begin);
    return this.optimizer.paramGroups.map((group, i) => {
      const option = (key: string): number => {
        const value: unknown = group[camelCase(key)];
        if (typeof value === 'number') return value;
        throw new ArgumentError(
          `${classNameOf(this)}: group ${i} has no ${camelCase(key)}. Load the optimizer's state before resuming at an epoch, or leave lastEpoch at -1.`,
        );
      };
      if (this.cycleMomentum)
        setMomentum(group, this.useBeta1!, this.anneal(option(phase.start_momentum), option(phase.end_momentum), part));
      return this.anneal(option(phase.start_lr), option(phase.end_lr), part);
    });
  }

  protected override get stateKeys(): Readonly<Record<string, string | null>> {
    return { ...super.stateKeys, schedulePhases: '_schedule_phases', annealStrategy: '_anneal_func_type', useBeta1: 'use_beta1' };
  }
}

function countSteps({ totalSteps, epochs, stepsPerEpoch }: Partial<OneCycleLROptions>): number {
  const name = 'OneCycleLR';
  if (totalSteps != null) {
    wholeNumber(name, 'totalSteps', totalSteps, { min: 1 });
    return totalSteps;
  }
  if (epochs == null || stepsPerEpoch == null)
    throw new ArgumentError(
      `${name}: got neither totalSteps nor both of epochs and stepsPerEpoch. Give the number of steps one way or the other.`,
    );
  wholeNumber(name, 'epochs', epochs, { min: 1 });
  wholeNumber(name, 'stepsPerEpoch', stepsPerEpoch, { min: 1 });
  return epochs * stepsPerEpoch;
}

function phases(totalSteps: number, pctStart: number, threePhase: boolean): Phase[] {
  const phase = (end_step: number, lr: [string, string], momentum: [string, string]): Phase => ({
    end_step,
    start_lr: lr[0],
    end_lr: lr[1],
    start_momentum: momentum[0],
    end_momentum: momentum[1],
  });
  const rise = phase(pctStart * totalSteps - 1, ['initial_lr', 'max_lr'], ['max_momentum', 'base_momentum']);
  if (!threePhase) return [rise, phase(totalSteps - 1, ['max_lr', 'min_lr'], ['base_momentum', 'max_momentum'])];
  return [
    rise,
    phase(2 * pctStart * totalSteps - 2, ['max_lr', 'initial_lr'], ['base_momentum', 'max_momentum']),
    phase(totalSteps - 1, ['initial_lr', 'min_lr'], ['max_momentum', 'max_momentum']),
  ];
}
