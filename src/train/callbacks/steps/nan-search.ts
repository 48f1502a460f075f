/** What nanGuard adds to the checks of fit: each step can be run again as it was, and a broken one may be left out. */
import { noGrad } from '../../../autograd/modes/mode.js';
import { ArgumentError } from '../../../errors.js';
import { copy_ } from '../../../ops/elementwise/inplace.js';
import { clone } from '../../../ops/view/copy.js';
import { warnOnce } from '../../../tensor/arguments/warn-once.js';
import { type RandomStates, randomStates, restoreRandomStates } from '../../../tensor/create/random-streams.js';
import { sameShape } from '../../../tensor/shape.js';
import { escapeScope } from '../../../tensor/storage.js';
import type { Tensor } from '../../../tensor/tensor.js';
import type { BatchStep } from '../../batch/batch-step.js';
import { type BackwardAgain, type NonFiniteOrigin, traceNonFinite } from '../../batch/trace-non-finite.js';
import type { NonFiniteError } from '../../guards/non-finite.js';
import type { NanGuardSettings, StepGuard } from '../watching.js';

export class NanSearch<B> implements StepGuard<B> {
  private random: RandomStates | undefined;
  /** The buffers as they were before the step, and copies of what was in them. */
  private readonly buffers = new Map<string, Tensor>();

  constructor(
    private readonly step: BatchStep<B>,
    private readonly settings: NanGuardSettings,
    nonFinite: 'error' | 'ignore',
  ) {
    if (nonFinite === 'ignore')
      throw new ArgumentError(
        "fit: nonFinite: 'ignore' looks at no loss and no gradient, so nanGuard would find nothing. Leave one of them out.",
      );
  }

  /** Notes the random numbers and the buffers before a step. */
  remember(): void {
    this.random = randomStates();
    for (const [name, buffer] of this.step.model.namedBuffers()) {
      const before = this.buffers.get(name);
      if (before && before.dtype === buffer.dtype && sameShape(before.shape, buffer.shape)) noGrad(() => copy_(before, buffer));
      else {
        const copy = noGrad(() => clone(buffer.detach()));
        escapeScope(copy.storage, null);
        this.buffers.set(name, copy);
      }
    }
  }

  /** A step went well. */
  passed(): void {
    this.settings.skipped = 0;
  }

  /**
   * Looks for where the numbers of a step broke, and sets random numbers and buffers back to before it.
   * @throws the error, unless the batch may be left out.
   */
  refuse(batch: B, backward: BackwardAgain | undefined, errorOf: (origin: NonFiniteOrigin) => NonFiniteError): void {
    const { settings } = this;
    const after = randomStates();
    this.setBack();
    restoreRandomStates(this.random!);
    const origin = traceNonFinite(this.step, batch, backward);
    this.setBack();
    // Random numbers go on behind the step, as those of the loader must.
    restoreRandomStates(after);
    const error = errorOf(origin);
    if (settings.action === 'stop') throw error;
    settings.skipped++;
    if (settings.skipped > settings.limit) {
      error.message += ` It was left out, as ${settings.limit} batches before it: nanGuard's limit.`;
      throw error;
    }
    warnOnce(`${error.message} nanGuard leaves the batch out.`);
  }

  private setBack(): void {
    noGrad(() => {
      for (const [name, buffer] of this.step.model.namedBuffers()) {
        const before = this.buffers.get(name);
        if (before && before.dtype === buffer.dtype && sameShape(before.shape, buffer.shape)) copy_(buffer, before);
      }
    });
  }
}
