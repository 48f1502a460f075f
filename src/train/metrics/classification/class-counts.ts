/** How often each class was answered, true, and both: what precision, recall and their kin are made of. */
import { ArgumentError } from '../../../errors.js';
import { readList, readNumbers } from '../count-state.js';
import type { Answers, MetricMode } from '../forms/answers.js';

/** The counts of one class, or of several together. */
export interface Tally {
  /** Answered and true. */
  readonly hits: number;
  /** Answered. */
  readonly predicted: number;
  /** True. */
  readonly truth: number;
  /** All that count. */
  readonly total: number;
}

/** Counts by class; in binary mode the classes are 0 and 1, in multilabel mode each label is one. */
export class ClassCounts {
  mode: MetricMode | undefined;
  hits = new Float64Array(0);
  predicted = new Float64Array(0);
  truth = new Float64Array(0);
  /** multilabel: how many of each label count. */
  totals = new Float64Array(0);
  /** How many entries count: samples, where there is one class each. */
  samples = 0;

  /** @param op for errors. */
  constructor(private readonly op: string) {}

  get classes(): number {
    return this.hits.length;
  }

  add(answers: Answers): void {
    const { mode, classes, predicted, truth, inner } = answers;
    if (this.mode !== undefined && (this.mode !== mode || (this.mode === 'multilabel' && classes !== this.classes)))
      throw new ArgumentError(
        `${this.op}: the batches are of ${this.classes} classes in ${this.mode} mode, but one is of ${classes} in ${mode} mode. Start a new count for other outputs.`,
      );
    this.mode = mode;
    this.grow(classes);
    if (mode === 'multilabel') this.addLabels(predicted, truth, classes, inner);
    else this.addClasses(predicted, truth);
  }

  private addClasses(predicted: ArrayLike<number>, truth: ArrayLike<number>): void {
    for (let i = 0; i < truth.length; i++) {
      const [label, answer] = [truth[i]!, predicted[i]!];
      if (label < 0) continue;
      this.samples++;
      this.truth[label]!++;
      this.predicted[answer]!++;
      if (label === answer) this.hits[label]!++;
    }
  }

  private addLabels(predicted: ArrayLike<number>, truth: ArrayLike<number>, labels: number, inner: number): void {
    for (let i = 0; i < truth.length; i++) {
      const label = Math.floor(i / inner) % labels;
      if (truth[i]! < 0) continue;
      this.samples++;
      this.totals[label]!++;
      if (truth[i] === 1) this.truth[label]!++;
      if (predicted[i] === 1) this.predicted[label]!++;
      if (truth[i] === 1 && predicted[i] === 1) this.hits[label]!++;
    }
  }

  private grow(classes: number): void {
    if (classes <= this.classes) return;
    for (const name of ['hits', 'predicted', 'truth', 'totals'] as const) {
      const grown = new Float64Array(classes);
      grown.set(this[name]);
      this[name] = grown;
    }
  }

  of(label: number): Tally {
    const total = this.mode === 'multilabel' ? this.totals[label]! : this.samples;
    return { hits: this.hits[label]!, predicted: this.predicted[label]!, truth: this.truth[label]!, total };
  }

  /** Every class's. */
  all(): Tally[] {
    return Array.from(this.hits, (_, label) => this.of(label));
  }

  stateDict(): object {
    const { mode, hits, predicted, truth, totals, samples } = this;
    // Typed arrays become tensors in files, which hold their numbers: copies, since counting goes on.
    return { mode: mode ?? '', samples, hits: hits.slice(), predicted: predicted.slice(), truth: truth.slice(), totals: totals.slice() };
  }

  loadStateDict(state: unknown): void {
    const { samples } = readNumbers(this.op, state, ['samples']);
    const hits = readList(this.op, state, 'hits');
    const [predicted, truth, totals] = (['predicted', 'truth', 'totals'] as const).map((key) => readList(this.op, state, key, hits.length));
    const { mode } = state as { mode?: unknown };
    this.mode = mode === 'multi' || mode === 'binary' || mode === 'multilabel' ? mode : undefined;
    Object.assign(this, { samples, hits, predicted, truth, totals });
  }
}
