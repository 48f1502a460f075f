/** nanGuard: says where the first NaN or infinity of a training came from. */
import { readOptions } from '../../../tensor/arguments/arguments.js';
import { countOf, oneOf } from '../../../tensor/arguments/checks.js';
import type { Callback } from '../callback.js';
import { GUARDS, type GuardingCallback, type NanGuardSettings } from '../watching.js';
import { NanSearch } from './nan-search.js';

/** The options of {@link nanGuard}. */
export interface NanGuardOptions {
  /**
   * What happens when a loss or a gradient is NaN or infinite. `stop`: the training ends with an error that says where it came from. `skip`:
   * the batch is left out with a warning that says the same, and training goes on. Default: `stop`.
   */
  action?: 'stop' | 'skip';
  /** With `skip`: how many batches in a row may be left out before the training ends after all. Default: 10. */
  limit?: number;
}

/**
 * Finds out where the first NaN or infinity appeared: in the data (which samples of the batch), in the weights before the step, in the
 * forward pass or in the loss (which layer of the model, which operation, called from which line), or on the way back (whose gradient). The
 * step in which fit's own checks find one is run once more, with the same random numbers, and each layer and operation is looked at; until
 * then this costs a note of the random numbers and the buffers at each step. The error's `origin` has what its message says.
 *
 * A batch that is left out changes nothing: neither weights nor running statistics of batch norm. Where gradients are accumulated, one with broken
 * gradients takes the batches before it in its group with it. `record.logged.skippedBatches` counts them.
 * @throws {ArgumentError} for unknown options.
 * @example
 * await fit(model, { train, loss: criterion, optimizer, epochs: 1, callbacks: [nanGuard({ action: 'skip' })] });
 */
export function nanGuard(options: NanGuardOptions = {}): Callback {
  const op = 'nanGuard';
  const { action, limit } = readOptions(op, { action: 'stop', limit: 10 } as Required<NanGuardOptions>, options);
  oneOf(op, 'action', action, ['stop', 'skip']);
  countOf(op, 'limit', limit, 1);
  const settings: NanGuardSettings = { action, limit, skipped: 0 };
  let resumed = false;
  const callback: GuardingCallback = {
    name: op,
    [GUARDS]: (step, nonFinite) => new NanSearch(step, settings, nonFinite),
    onTrainStart() {
      if (!resumed) settings.skipped = 0;
    },
    onEpochStart: () => void (resumed = false),
    onTrainEnd: () => void (resumed = false),
    onError: () => void (resumed = false),
    stateDict: () => ({ skipped: settings.skipped }),
    loadStateDict({ skipped }: { skipped: number }) {
      settings.skipped = skipped;
      resumed = true;
    },
  };
  return callback;
}
