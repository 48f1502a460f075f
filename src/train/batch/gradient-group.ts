/** The gradients of several batches, which become those of one large batch. */
import { noGrad } from '../../autograd/modes/mode.js';
import { div } from '../../ops/elementwise/binary.js';
import { binaryInPlace } from '../../ops/elementwise/inplace.js';
import { full } from '../../tensor/create/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { BatchLoss } from './batch-step.js';

/**
 * Batches whose gradients are added up before the optimizer steps. A mean counts for as much as it was taken over (samples, or the labels
 * that count with their weights), so that batches of different sizes give what one batch of all their samples would; sums add up as they
 * are.
 */
export class GradientGroup {
  /** Batches whose gradients wait for the step. */
  batches = 0;
  private counted = 0;

  /** @param size how many batches make a group. A group of one is the plain step: nothing is scaled. */
  constructor(private readonly size: number) {}

  get full(): boolean {
    return this.batches >= this.size;
  }

  /** What backward starts from. Over no label the mean is NaN and its gradient 0, whatever its share. */
  seedOf({ count, sums }: BatchLoss): number {
    return this.size === 1 || sums || count === 0 ? 1 : count;
  }

  /** Goes backward from a batch's loss. */
  backward(scored: BatchLoss): void {
    const { loss, count, sums } = scored;
    const seed = this.seedOf(scored);
    this.batches++;
    if (seed === 1) loss.backward();
    else loss.backward(full(loss.shape, seed, { dtype: loss.dtype }));
    if (this.size > 1 && !sums) this.counted += count;
  }

  /** Makes the gradients those of the mean over the group, and begins the next one. */
  close(parameters: () => Iterable<Tensor>): void {
    const { counted } = this;
    this.drop();
    if (counted === 0) return;
    noGrad(() => {
      for (const { ownGrad: grad } of parameters()) if (grad !== null) binaryInPlace('fit', 'div', grad, counted, () => div(grad, counted));
    });
  }

  /** Forgets the batches of the group. */
  drop(): void {
    this.batches = 0;
    this.counted = 0;
  }
}
