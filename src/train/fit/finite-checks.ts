/** What a training does about NaN and infinity: an error before they ruin the weights, or the batch left out where `nanGuard` may. */
import type { Tensor } from '../../tensor/tensor.js';
import type { BatchLoss, BatchStep } from '../batch/batch-step.js';
import type { GradientGroup } from '../batch/gradient-group.js';
import { steppedParameters, watchedParameters } from '../batch/parameters.js';
import type { BackwardAgain, NonFiniteOrigin } from '../batch/trace-non-finite.js';
import type { Callback, TrainingRun } from '../callbacks/callback.js';
import { guardOf, type StepGuard } from '../callbacks/watching.js';
import { type NonFiniteError, NonFiniteGradientError, NonFiniteLossError, nonFinite, type Place } from '../guards/non-finite.js';

type ErrorOf = (origin?: NonFiniteOrigin) => NonFiniteError;

export class FiniteChecks<B> {
  /** Those that are watched, by name; none where `nonFinite` is `ignore`. */
  parameters: readonly (readonly [string, Tensor])[] = [];
  private readonly guard: StepGuard<B> | undefined;

  constructor(
    private readonly run: TrainingRun,
    batchStep: BatchStep<B>,
    callbacks: readonly Callback[],
    private readonly policy: 'error' | 'ignore',
  ) {
    this.guard = guardOf(callbacks)?.(batchStep, policy);
  }

  /** Begins an epoch, in which other parameters may be trained than in the one before. */
  enterEpoch(): void {
    this.parameters = this.policy === 'ignore' ? [] : watchedParameters(this.run.model, this.run.optimizer);
  }

  /** Begins a step. */
  enterStep(): void {
    this.guard?.remember();
  }

  /** Whether a batch's loss can be trained; false where the batch is left out. @throws {NonFiniteLossError} */
  loss(batch: B, { value, count }: BatchLoss): boolean {
    // The mean over no label is NaN, as in PyTorch, and its gradient 0: such a batch changes nothing.
    const counts = count !== 0 || !Number.isNaN(value);
    if (this.policy === 'ignore' || !counts || Number.isFinite(value)) return true;
    this.refuse(batch, undefined, (origin) => new NonFiniteLossError(value, this.place(), origin));
    return false;
  }

  /** Whether a batch's gradients can be used; false where the batch is left out. @throws {NonFiniteGradientError} */
  gradients(batch: B, scored: BatchLoss, group: GradientGroup): boolean {
    const broken = nonFinite(this.parameters, (parameter) => parameter.ownGrad);
    if (broken.length === 0) {
      this.guard?.passed();
      return true;
    }
    const errorOf = (origin?: NonFiniteOrigin) => new NonFiniteGradientError(broken, 'gradient', this.place(), origin);
    if (!this.guard) throw errorOf();
    const { model, optimizer } = this.run;
    // Those that were added up before are of no use with this one among them.
    group.drop();
    optimizer.zeroGrad();
    this.refuse(batch, { parameters: steppedParameters(model, optimizer), seed: group.seedOf(scored) }, errorOf);
    optimizer.zeroGrad();
    return false;
  }

  /** A step can overflow weights by finite gradients; after the last one nothing else would tell. @throws {NonFiniteGradientError} */
  weights(): void {
    const broken = nonFinite(this.parameters, (parameter) => parameter);
    if (broken.length > 0) throw new NonFiniteGradientError(broken, 'weights', this.place());
  }

  private refuse(batch: B, backward: BackwardAgain | undefined, errorOf: ErrorOf): void {
    if (!this.guard) throw errorOf();
    this.guard.refuse(batch, backward, errorOf);
    this.run.log('skippedBatches', (this.run.logged['skippedBatches'] ?? 0) + 1);
  }

  private place(): Place {
    const { epoch, step, optimizer } = this.run;
    return { epoch, step, lr: optimizer.paramGroups.map(({ lr }) => lr) };
  }
}
