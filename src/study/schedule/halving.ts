/** Successive halving: many variants are trained for a few epochs, the better ones for more, the best ones to the end. */
import { ArgumentError } from '../../errors.js';
import { bySetting } from '../define/options.js';
import type { Study } from '../define/study.js';
import type { Job } from '../run/executor.js';
import type { RunRecord } from '../run/folder.js';
import type { Gathered } from '../run/gathered.js';
import type { HalvingOptions } from './options.js';
import type { Plan } from './plan.js';

/**
 * After each rung of epochs the better part of the variants goes on, by their mean score on validation data over all repeats. A run that goes on does so
 * from its checkpoint, with schedules and all else as in a run that was never to end before. The baseline is never dropped.
 * @see Jamieson and Talwalkar 2016, https://arxiv.org/abs/1502.07943
 */
export class Halving<S extends object> implements Plan {
  /** Of each rung, the share of a run's epochs. */
  private readonly shares: number[] = [];
  private readonly factor: number;
  private readonly least: number;
  private readonly baseline: string;
  /** Those that are still in it, without the baseline. */
  private left: string[];
  private rung = 0;
  total: number;

  /** @param drop called with the runs of a variant that is dropped: they have ended. @throws {ArgumentError} where there is nothing to halve. */
  constructor(
    private readonly study: Study<S>,
    private readonly gathered: Gathered<S>,
    readonly repeats: number,
    private readonly epochs: number | undefined,
    { factor = 2, epochs: least = 1 }: HalvingOptions,
    private readonly drop: (run: RunRecord) => void,
  ) {
    const [baseline, ...others] = study.variants.map(({ name }) => name);
    [this.baseline, this.left, this.factor, this.least] = [baseline!, others, factor, least];
    const shortest = Math.min(...study.variants.map(({ name }) => this.epochsOf(name)));
    let rungs = 0;
    while (others.length >= factor ** (rungs + 1) && shortest / factor ** (rungs + 1) >= least) rungs++;
    if (rungs === 0)
      throw new ArgumentError(
        `runStudy: halving with factor ${factor} has nothing to do: there are ${others.length} variants beside the baseline, and ${shortest} epochs${least > 1 ? `, of which the first ${least} are for all` : ''}. Leave it out.`,
      );
    for (let rung = 0; rung < rungs; rung++) this.shares.push(factor ** (rung - rungs));
    this.total = repeats * (1 + this.sizes().reduce((sum, size) => sum + size, 0));
  }

  /** How many variants are in each rung, and how many go to the end. */
  private sizes(): number[] {
    const sizes = [this.left.length];
    for (let rung = 0; rung < this.shares.length; rung++) sizes.push(Math.ceil(sizes.at(-1)! / this.factor));
    return sizes;
  }

  /** What it does, in words. */
  get text(): string {
    const [all, ...kept] = this.sizes();
    const after = kept.map((size, rung) => `${size} after ${this.shares[rung]! * 100} % of the epochs`);
    return `of ${all} variants beside the baseline, ${after.join(', ')} go on, by their mean ${this.study.metric.name} on validation data`;
  }

  private epochsOf(variant: string): number {
    const setting = this.study.variants.find(({ name }) => name === variant)!.setting as S;
    return this.epochs ?? bySetting('epochs', this.study.options.epochs, setting);
  }

  /** The last epoch of a rung. */
  private untilOf(variant: string, rung: number): number {
    return Math.max(this.least, Math.round(this.epochsOf(variant) * this.shares[rung]!));
  }

  async next(): Promise<readonly Job[] | undefined> {
    const { rung, shares, repeats } = this;
    if (rung > shares.length) return undefined;
    if (rung > 0) this.halve(rung - 1);
    this.rung++;
    const variants = rung === 0 ? [this.baseline, ...this.left] : this.left;
    return Array.from({ length: repeats }, (_, repeat) =>
      variants.map((variant): Job => {
        const whole = variant === this.baseline || rung === shares.length;
        return whole ? { variant, repeat } : { variant, repeat, until: this.untilOf(variant, rung) };
      }),
    ).flat();
  }

  /** Drops the worse ones. */
  private halve(rung: number): void {
    const scores = new Map(this.left.map((name) => [name, this.scoreOf(name, rung)]));
    const ranked = this.left.toSorted((a, b) => scores.get(b)! - scores.get(a)!);
    const kept = new Set(ranked.slice(0, Math.ceil(ranked.length / this.factor)));
    for (const name of this.left) {
      if (kept.has(name)) continue;
      const until = this.untilOf(name, rung);
      this.gathered.dropped.set(name, until);
      for (const { running: _, ...run } of this.gathered.runsOf(name)) {
        const ended = { ...run, ...(run.scores === undefined && { stoppedEarly: `dropped after ${until} epochs by successive halving` }) };
        this.gathered.take(ended);
        this.drop(ended);
      }
    }
    this.left = this.left.filter((name) => kept.has(name));
  }

  /** The mean over the repeats of the best score so far; more is better. What came after the rung, in a study that goes on, does not count. */
  private scoreOf(name: string, rung: number): number {
    const until = this.untilOf(name, rung);
    const { name: metric, better } = this.study.metric;
    const sign = better === 'max' ? 1 : -1;
    const runs = this.gathered.runsOf(name);
    const best = runs.map(({ epochs }) =>
      Math.max(
        ...epochs.slice(0, until).flatMap(({ validation }) => (Number.isFinite(validation[metric]) ? sign * validation[metric]! : [])),
      ),
    );
    return best.reduce((sum, score) => sum + score, 0) / runs.length;
  }

  ahead(queue: readonly Job[]): readonly string[] | undefined {
    return this.rung > this.shares.length ? queue.map(({ variant }) => variant) : undefined;
  }
}
