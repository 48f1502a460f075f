/** What metrics of rank remember: every score, or with thresholds how many lie between them. */
import { ArgumentError } from '../../../errors.js';
import { readList, readNumbers } from '../count-state.js';
import type { MetricMode } from '../forms/answers.js';
import type { Likelihoods } from '../forms/likelihoods.js';
import { type Points, pointsOf } from './points.js';

/** The scores of one question with their labels of 0 and 1. */
export interface Question {
  points(): Points;
  /** How many are true, and how many there are. */
  readonly positives: number;
  readonly total: number;
  /** Whether a score is NaN. */
  readonly nan: boolean;
}

/** A list that grows. */
class Growing {
  length = 0;
  private list = new Float64Array(256);

  push(value: number): void {
    if (this.length === this.list.length) {
      const grown = new Float64Array(2 * this.list.length);
      grown.set(this.list);
      this.list = grown;
    }
    this.list[this.length++] = value;
  }

  append(values: Float64Array): void {
    if (this.length + values.length > this.list.length) {
      const grown = new Float64Array(2 * (this.length + values.length));
      grown.set(this.values());
      this.list = grown;
    }
    this.list.set(values, this.length);
    this.length += values.length;
  }

  /** What is in it, not a copy. */
  values(): Float64Array {
    return this.list.subarray(0, this.length);
  }

  set(values: Float64Array): void {
    this.list = new Float64Array(Math.max(256, values.length));
    this.list.set(values);
    this.length = values.length;
  }
}

/** Scores and labels over batches, in the order in which they came. */
export class KeptScores {
  mode: MetricMode | undefined;
  classes = 0;
  private readonly scores = new Growing();
  /** multi: a class number for each sample. Otherwise 0, 1, or -1 for each score. */
  private readonly labels = new Growing();

  /** @param op for errors. */
  constructor(private readonly op: string) {}

  get samples(): number {
    return this.labels.length;
  }

  add({ mode, classes, inner, values, truth }: Likelihoods): void {
    checkSame(this, this.op, mode, classes);
    const step = classes * inner;
    if (inner === 1 && mode !== 'binary' && (mode === 'multilabel' || truth.every((label) => label >= 0))) {
      this.scores.append(values);
      this.labels.append(truth);
      return;
    }
    if (mode === 'multi') {
      for (let i = 0; i < truth.length; i++) {
        if (truth[i]! < 0) continue;
        this.labels.push(truth[i]!);
        const start = Math.floor(i / inner) * step + (i % inner);
        for (let c = 0; c < classes; c++) this.scores.push(values[start + c * inner]!);
      }
      return;
    }
    // Rows of labels, whatever follows them: [N, inner, classes].
    for (let start = 0; start < values.length; start += step)
      for (let place = start; place < start + inner; place++) {
        if (mode === 'binary' && truth[place]! < 0) continue;
        for (let i = place; i < start + step; i += inner) {
          this.scores.push(values[i]!);
          this.labels.push(truth[i]!);
        }
      }
  }

  /** The question of a class against the rest. @param among looks only at samples of these two classes. */
  of(label: number, among?: readonly [number, number]): Question {
    const { classes, mode } = this;
    const [all, truths] = [this.scores.values(), this.labels.values()];
    const [scores, labels] = [new Growing(), new Growing()];
    let positives = 0;
    const push = (score: number, truth: number) => {
      scores.push(score);
      labels.push(truth);
      positives += truth;
    };
    if (mode === 'multi') {
      truths.forEach((truth, i) => {
        if (among === undefined || among.includes(truth)) push(all[i * classes + label]!, truth === label ? 1 : 0);
      });
    } else for (let i = label; i < all.length; i += classes) if (truths[i]! >= 0) push(all[i]!, truths[i]!);
    return question(scores, labels, positives);
  }

  /** All questions as one. */
  together(): Question {
    const { classes, mode } = this;
    const [all, truths] = [this.scores.values(), this.labels.values()];
    const [scores, labels] = [new Growing(), new Growing()];
    let positives = 0;
    all.forEach((score, i) => {
      const own = truths[mode === 'multi' ? Math.floor(i / classes) : i]!;
      const truth = mode === 'multi' ? (own === i % classes ? 1 : 0) : own;
      if (truth < 0) return;
      scores.push(score);
      labels.push(truth);
      positives += truth;
    });
    return question(scores, labels, positives);
  }

  stateDict(): object {
    return { mode: this.mode ?? '', classes: this.classes, scores: this.scores.values().slice(), labels: this.labels.values().slice() };
  }

  loadStateDict(state: unknown): void {
    const { classes } = readNumbers(this.op, state, ['classes']);
    const labels = readList(this.op, state, 'labels');
    this.mode = modeOf(state);
    this.scores.set(readList(this.op, state, 'scores', labels.length * (this.mode === 'multi' ? classes : 1)));
    this.labels.set(labels);
    this.classes = classes;
  }
}

function question(scores: Growing, labels: Growing, positives: number): Question {
  return {
    points: () => pointsOf(scores.values(), labels.values()),
    positives,
    total: scores.length,
    nan: scores.values().some(Number.isNaN),
  };
}

/** How many scores of each class lie between thresholds: of bounded size, and the same as the exact ones where scores lie on them. */
export class BinnedScores {
  mode: MetricMode | undefined;
  classes = 0;
  samples = 0;
  private positive: Float64Array = new Float64Array(0);
  private negative: Float64Array = new Float64Array(0);

  /** @param thresholds rising, from 0 to 1. */
  constructor(
    private readonly op: string,
    private readonly thresholds: Float64Array,
  ) {}

  add({ mode, classes, inner, values, truth }: Likelihoods): void {
    checkSame(this, this.op, mode, classes);
    const count = this.thresholds.length;
    if (this.positive.length === 0) [this.positive, this.negative] = [new Float64Array(classes * count), new Float64Array(classes * count)];
    const step = classes * inner;
    for (let i = 0; i < values.length; i++) {
      const label = Math.floor(i / inner) % classes;
      const own = truth[mode === 'multi' ? Math.floor(i / step) * inner + (i % inner) : i]!;
      if (own < 0) continue;
      if (label === 0) this.samples++;
      const isTrue = mode === 'multi' ? own === label : own === 1;
      const side = isTrue ? this.positive : this.negative;
      // A score of NaN lies nowhere, and no value that it is part of is known.
      if (Number.isNaN(values[i])) side[label * count] = Number.NaN;
      else side[label * count + this.binOf(values[i]!)]!++;
    }
  }

  /** The last threshold that the score reaches. */
  private binOf(score: number): number {
    const { thresholds } = this;
    let bin = Math.min(thresholds.length - 1, Math.floor(score * (thresholds.length - 1)));
    while (bin + 1 < thresholds.length && score >= thresholds[bin + 1]!) bin++;
    while (bin > 0 && score < thresholds[bin]!) bin--;
    return bin;
  }

  of(label: number): Question {
    const count = this.thresholds.length;
    const part = (list: Float64Array) => list.subarray(label * count, (label + 1) * count);
    return this.question(part(this.positive), part(this.negative));
  }

  together(): Question {
    const count = this.thresholds.length;
    const sum = (list: Float64Array) => {
      const out = new Float64Array(count);
      list.forEach((value, i) => void (out[i % count]! += value));
      return out;
    };
    return this.question(sum(this.positive), sum(this.negative));
  }

  private question(positive: Float64Array, negative: Float64Array): Question {
    const fromTop = (list: Float64Array) => {
      let sum = 0;
      return list
        .slice()
        .reverse()
        .map((value) => (sum += value));
    };
    const [hits, misses] = [fromTop(positive), fromTop(negative)];
    const [positives, negatives] = [hits.at(-1) ?? 0, misses.at(-1) ?? 0];
    const nan = Number.isNaN(positives + negatives);
    return {
      points: () => ({ thresholds: this.thresholds.slice().reverse(), hits, misses }),
      positives,
      total: positives + negatives,
      nan,
    };
  }

  stateDict(): object {
    const { mode, classes, samples, positive, negative } = this;
    return { mode: mode ?? '', classes, samples, positive: positive.slice(), negative: negative.slice() };
  }

  loadStateDict(state: unknown): void {
    const { classes, samples } = readNumbers(this.op, state, ['classes', 'samples']);
    const size = classes * this.thresholds.length;
    [this.positive, this.negative] = [readList(this.op, state, 'positive', size), readList(this.op, state, 'negative', size)];
    Object.assign(this, { classes, samples, mode: modeOf(state) });
  }
}

function modeOf(state: unknown): MetricMode | undefined {
  const { mode } = state as { mode?: unknown };
  return mode === 'multi' || mode === 'binary' || mode === 'multilabel' ? mode : undefined;
}

function checkSame(kept: { mode: MetricMode | undefined; classes: number }, op: string, mode: MetricMode, classes: number): void {
  if (kept.mode !== undefined && (kept.mode !== mode || kept.classes !== classes))
    throw new ArgumentError(
      `${op}: the batches are of ${kept.classes} classes in ${kept.mode} mode, but one is of ${classes} in ${mode} mode. Start a new count for other outputs.`,
    );
  [kept.mode, kept.classes] = [mode, classes];
}
