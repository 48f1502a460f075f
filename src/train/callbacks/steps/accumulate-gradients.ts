/** accumulateGradients: steps the optimizer once for several batches. */
import { ArgumentError } from '../../../errors.js';
import { countOf } from '../../../tensor/arguments/checks.js';
import { isOptions, show } from '../../../tensor/arguments/show.js';
import type { Callback } from '../callback.js';
import { ACCUMULATES, type AccumulatingCallback } from '../watching.js';

/**
 * Adds the gradients of several batches up and steps the optimizer once for them: the step of one large batch in the memory of a small one.
 * The gradients are the mean over all samples of the group (over all labels that count, where the loss ignores some or weighs classes),
 * whatever the sizes of its batches; the last group of an epoch may be shorter. Schedulers that go by steps count the optimizer's. Layers that
 * look at a whole batch, as batch norm does, still see the small ones. A training that is stopped ends with a whole group.
 * @param steps batches in a group, or by the epoch from which on they hold: `{ 1: 1, 5: 4 }`; epochs before the first key take one.
 * @throws {ArgumentError} for anything but whole numbers of at least 1.
 * @example
 * await fit(model, { train, loss: criterion, optimizer, epochs: 1, callbacks: [accumulateGradients(4)] });
 */
export function accumulateGradients(steps: number | Readonly<Record<number, number>>): Callback {
  const op = 'accumulateGradients';
  if (typeof steps === 'number') countOf(op, 'steps', steps, 1);
  else if (!isOptions(steps) || Object.keys(steps).length === 0)
    throw new ArgumentError(
      `${op}: steps is ${show(steps)}, expected a number of batches, or numbers by epoch. Write ${op}(4) or ${op}({ 1: 1, 5: 4 }).`,
    );
  else
    for (const [epoch, count] of Object.entries(steps)) {
      if (!/^[1-9]\d*$/.test(epoch))
        throw new ArgumentError(`${op}: "${epoch}" is not an epoch, counted from 1. Write ${op}(4), or ${op}({ 1: 1, 5: 4 }) by epoch.`);
      countOf(op, `steps from epoch ${epoch}`, count, 1);
    }
  const starts =
    typeof steps === 'number'
      ? []
      : Object.keys(steps)
          .map(Number)
          .sort((a, b) => a - b);
  const callback: AccumulatingCallback = {
    name: op,
    [ACCUMULATES]: (epoch) => {
      if (typeof steps === 'number') return steps;
      const start = starts.findLast((from) => from <= epoch);
      return start === undefined ? 1 : steps[start]!;
    },
  };
  return callback;
}
