/** Repeats until every comparison is decided, or given up, with a test that may be looked at several times. */
import { ArgumentError } from '../../errors.js';
import type { Study } from '../define/study.js';
import type { Job } from '../run/executor.js';
import type { Gathered } from '../run/gathered.js';
import { plannedLooks } from '../statistics/significance/sequential.js';
import { undecided } from '../verdict/undecided.js';
import type { Plan } from './plan.js';

/** Repeats at most, where nobody says how many: enough to tell apart what differs by about one deviation of the differences. */
export const BUDGET = 20;
/** The level of a study's tests. */
const ALPHA = 0.05;

/** Looks at the differences after planned numbers of repeats; after each, only what is still open is run again, with that with which it is compared. */
export class UntilDecided<S extends object> implements Plan {
  private readonly looks: readonly number[];
  /** Looks whose runs have been given out. */
  private taken = 0;
  private given = 0;

  /** @param repeats the budget. @throws {ArgumentError} for one with which nothing can be decided. */
  constructor(
    private readonly study: Study<S>,
    private readonly gathered: Gathered<S>,
    readonly repeats: number,
  ) {
    const comparisons = study.variants.length - 1 + (study.options.pairs?.length ?? 0);
    const needed = Math.ceil(1 + Math.log2(comparisons / ALPHA));
    if (repeats < needed)
      throw new ArgumentError(
        `runStudy: untilDecided is ${repeats}, but with ${repeats} repeats no difference can be found: a study with ${comparisons} ${comparisons === 1 ? 'comparison' : 'comparisons'} needs at least ${needed}. Give a larger budget.`,
      );
    this.looks = plannedLooks({ comparisons, budget: repeats });
    gathered.looks = [...this.looks];
  }

  get total(): number {
    return Math.max(this.given, this.looks[0]! * this.study.variants.length);
  }

  async next(): Promise<readonly Job[] | undefined> {
    const look = this.looks[this.taken];
    if (look === undefined) return undefined;
    const wanted = await this.wanted();
    if (wanted.length === 0) return undefined;
    this.taken++;
    const jobs: Job[] = [];
    for (let repeat = 0; repeat < look; repeat++)
      for (const variant of wanted) if (!this.gathered.begun(variant, repeat)) jobs.push({ variant, repeat });
    this.given += jobs.length;
    return jobs;
  }

  /** The variants of the comparisons that are open, in their order. */
  private async wanted(): Promise<string[]> {
    const names = this.study.variants.map(({ name }) => name);
    if (this.taken === 0) return names;
    const open = new Set((await undecided(this.gathered.figures())).flatMap(({ variant, against }) => [variant, against]));
    return names.filter((name) => open.has(name));
  }

  /** How many looks there will be nobody knows. */
  ahead(queue: readonly Job[]): readonly string[] | undefined {
    return this.taken === this.looks.length ? queue.map(({ variant }) => variant) : undefined;
  }
}
