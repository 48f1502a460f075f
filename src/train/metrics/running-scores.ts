/** Counting what came out of a model over many batches. */
import { noGrad } from '../../autograd/modes/mode.js';
import { StateDictError } from '../../errors.js';
import type { BatchLoss } from '../batch/batch-step.js';
import type { Scores } from '../history/epoch-record.js';
import type { LossAverage, Metric, MetricContext, MetricCount } from '../types.js';

/** The loss and the metrics over the batches so far. */
export class RunningScores {
  samples = 0;
  steps = 0;
  private total = 0;
  private counted = 0;
  private readonly counts: readonly (readonly [string, MetricCount])[];

  constructor(
    metrics: readonly Metric[],
    context: MetricContext,
    private readonly average: LossAverage,
  ) {
    this.counts = metrics.map((metric) => [metric.name, metric.start(context)]);
  }

  /** Counts a batch; nothing of it is recorded. */
  add({ value, total, count, output, target }: BatchLoss): void {
    // A batch in which no label counts has no mean, and adds nothing to the mean over all.
    if (this.average === 'batches') this.total += value;
    else if (count !== 0) this.total += total;
    this.counted += this.average === 'batches' ? 1 : count;
    this.steps++;
    this.samples += target.shape[0] ?? 1;
    if (this.counts.length > 0) noGrad(() => this.counts.forEach(([, count]) => count.update(output, target)));
  }

  /** The loss as one number (see {@link LossAverage}), and the metrics. */
  scores(): Scores {
    return { loss: this.total / this.counted, ...Object.fromEntries(this.counts.map(([name, count]) => [name, count.value()])) };
  }

  /** Whether {@link scores} takes long. */
  get costly(): boolean {
    return this.counts.some(([, { costly }]) => costly === true);
  }

  /** Whether all of it can be kept in a checkpoint. */
  get keeps(): boolean {
    return this.counts.every(([, { stateDict, loadStateDict }]) => stateDict !== undefined && loadStateDict !== undefined);
  }

  /** What was counted so far, for {@link loadStateDict}. */
  stateDict(): unknown {
    const { samples, steps, total, counted, counts } = this;
    return { samples, steps, total, counted, metrics: Object.fromEntries(counts.map(([name, count]) => [name, count.stateDict!()])) };
  }

  /** Goes on counting from there. @throws {StateDictError} for the state of other metrics. */
  loadStateDict(state: unknown): void {
    const { samples, steps, total, counted, metrics } = (state ?? {}) as Record<string, unknown>;
    const numbers = { samples, steps, total, counted };
    const kept = (metrics ?? {}) as Record<string, unknown>;
    if (!Object.values(numbers).every((value) => typeof value === 'number') || this.counts.some(([name]) => !Object.hasOwn(kept, name)))
      throw new StateDictError('fit: the scores of the running epoch in the checkpoint are not those that are measured here.');
    Object.assign(this, numbers);
    for (const [name, count] of this.counts) count.loadStateDict!(kept[name]);
  }
}
