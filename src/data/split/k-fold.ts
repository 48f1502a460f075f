/** Parts of equal size without regard to labels: KFold, RepeatedKFold, LeaveOneOut, TimeSeriesSplit. */
import { ArgumentError } from '../../errors.js';
import { type Arguments, readArguments, tooMany } from '../../tensor/arguments/arguments.js';
import { wholeNumber } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import type { RandomState } from './random-state.js';
import { type Cut, checkSeed, EqualFolds, FOLD_DEFAULTS, type Fold, type FoldOptions, randomOf, range, Splitter } from './splitter.js';
import { lengthOf, type Splittable } from './train-test-split.js';

/** The options of {@link KFold}. */
export interface KFoldOptions extends FoldOptions {}

/**
 * Parts of equal size, each of which is the test part once while the others are trained on. With the same seed the parts are scikit-learn's.
 * @throws {ArgumentError} for fewer than 2 parts, and for a seed without `shuffle`.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.model_selection.KFold.html
 * @example
 * for (const [train, test] of new KFold(5, { shuffle: true, randomState: 0 }).split(x)) console.log(train.length, test.length);
 * [...new KFold(2).split(4)]; // [[[2, 3], [0, 1]], [[0, 1], [2, 3]]]
 */
export class KFold extends EqualFolds {
  static override readonly className: string = 'KFold';

  constructor(...args: Arguments<KFoldOptions, [nSplits: 'nSplits']>) {
    const op = classNameOf(new.target);
    super(op, readArguments(op, FOLD_DEFAULTS, args));
  }

  protected override parts(cut: Cut, random: RandomState | null): Iterable<readonly number[]> {
    this.checkEnough(cut, 'samples', cut.count);
    const order = Uint32Array.from({ length: cut.count }, (_, i) => i);
    random?.shuffle(order);
    return evenly(Array.from(order), this.nSplits);
  }
}

/** A list in pieces of equal length; the first ones have one more where that does not come out even. */
export function evenly<T>(list: readonly T[], pieces: number): T[][] {
  const out: T[][] = [];
  let start = 0;
  for (let i = 0; i < pieces; i++) {
    const size = Math.floor(list.length / pieces) + (i < list.length % pieces ? 1 : 0);
    out.push(list.slice(start, start + size));
    start += size;
  }
  return out;
}

/** The options of splits that are made several times. */
export interface RepeatedOptions {
  /** How many parts, each of which is the test part once in each round: 2 at least. Default: 5. */
  nSplits?: number;
  /** How many rounds, each of another order. Default: 10. */
  nRepeats?: number;
  /** The seed, from 0 to 2^32 - 1: the parts are those of scikit-learn with that `random_state`. Default: drawn from the default generator. */
  randomState?: number | null;
}

/** Every option of {@link RepeatedOptions}, with its default. */
export const REPEATED_DEFAULTS = { nSplits: 5, nRepeats: 10, randomState: null as number | null };

/** Splits into equal parts, made several times over in orders of one stream of random numbers. */
export abstract class RepeatedFolds extends Splitter {
  /** How many parts a round has. */
  readonly nSplits: number;
  /** How many rounds. */
  readonly nRepeats: number;
  /** The seed; null where it is drawn. */
  readonly randomState: number | null;

  constructor(
    op: string,
    { nSplits, nRepeats, randomState }: Required<RepeatedOptions>,
    private readonly round: (op: string, options: Required<FoldOptions>) => EqualFolds,
  ) {
    super();
    this.nSplits = wholeNumber(op, 'nSplits', nSplits, { min: 2 });
    this.nRepeats = wholeNumber(op, 'nRepeats', nRepeats, { min: 1 });
    this.randomState = checkSeed(op, randomState);
  }

  override getNSplits(): number {
    return this.nSplits * this.nRepeats;
  }

  protected override options(): Readonly<Record<string, unknown>> {
    return { n_repeats: this.nRepeats, n_splits: this.nSplits, random_state: this.randomState };
  }

  protected override *folds(cut: Cut): Generator<Fold, void, undefined> {
    const random = randomOf(this.randomState);
    const round = this.round(classNameOf(this), { nSplits: this.nSplits, shuffle: true, randomState: null });
    for (let i = 0; i < this.nRepeats; i++) yield* round.foldsWith(cut, random);
  }

  protected override tests(): never {
    throw new ArgumentError(`${classNameOf(this)}: its rounds are made by another splitter.`);
  }
}

/** The options of {@link RepeatedKFold}. */
export interface RepeatedKFoldOptions extends RepeatedOptions {}

/**
 * {@link KFold} several times over, each time in another order. With the same seed the parts are scikit-learn's.
 * @throws {ArgumentError} for fewer than 2 parts or 1 round.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.model_selection.RepeatedKFold.html
 * @example
 * [...new RepeatedKFold({ nSplits: 5, nRepeats: 3, randomState: 0 }).split(100)].length; // 15
 */
export class RepeatedKFold extends RepeatedFolds {
  static override readonly className: string = 'RepeatedKFold';

  constructor(...args: Arguments<RepeatedKFoldOptions, []>) {
    const op = classNameOf(new.target);
    super(op, readArguments(op, REPEATED_DEFAULTS, args as readonly unknown[]), (_, options) => new KFold(options));
  }
}

/**
 * Each sample is the test part once, alone.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.model_selection.LeaveOneOut.html
 * @example
 * [...new LeaveOneOut().split(3)]; // [[[1, 2], [0]], [[0, 2], [1]], [[0, 1], [2]]]
 */
export class LeaveOneOut extends Splitter {
  static override readonly className: string = 'LeaveOneOut';

  constructor() {
    super();
    if (arguments.length > 0) tooMany(classNameOf(new.target), 0, arguments);
  }

  /** @throws {ArgumentError} without `x`: there are as many cuts as samples. */
  override getNSplits(x?: Splittable | number): number {
    const op = `${classNameOf(this)}.getNSplits`;
    if (x === undefined) throw new ArgumentError(`${op}: x is missing: there are as many cuts as samples. Write getNSplits(x).`);
    return typeof x === 'number' ? wholeNumber(op, 'the number of samples', x, { min: 1 }) : lengthOf(op, x, 0);
  }

  protected override options(): Readonly<Record<string, unknown>> {
    return {};
  }

  protected override tests({ op, count }: Cut): Iterable<readonly number[]> {
    if (count < 2) throw new ArgumentError(`${op}: there is 1 sample, which leaves none to train on. Give at least 2.`);
    return range(count).map((i) => [i]);
  }
}

/** The options of {@link TimeSeriesSplit}. */
export interface TimeSeriesSplitOptions {
  /** How many cuts: 2 at least. Default: 5. */
  nSplits?: number;
  /** How many samples are trained on at most, the latest ones. Default: null, all that come before. */
  maxTrainSize?: number | null;
  /** How many samples are tested in each cut. Default: null, `samples / (nSplits + 1)`, rounded down. */
  testSize?: number | null;
  /** How many samples are left out between training and test. Default: 0. */
  gap?: number;
}

/**
 * Cuts of samples in the order of time: what is tested always comes after what is trained on.
 * @throws {ArgumentError} for options out of range, and in `split` for too few samples.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.model_selection.TimeSeriesSplit.html
 * @example
 * [...new TimeSeriesSplit({ nSplits: 2 }).split(6)]; // [[[0, 1], [2, 3]], [[0, 1, 2, 3], [4, 5]]]
 */
export class TimeSeriesSplit extends Splitter {
  static override readonly className: string = 'TimeSeriesSplit';
  /** How many cuts. */
  readonly nSplits: number;
  /** How many samples are trained on at most; null for all that come before. */
  readonly maxTrainSize: number | null;
  /** How many samples are tested in each cut; null for equal parts. */
  readonly testSize: number | null;
  /** How many samples are left out between training and test. */
  readonly gap: number;

  constructor(...args: Arguments<TimeSeriesSplitOptions, [nSplits: 'nSplits']>) {
    super();
    const op = classNameOf(new.target);
    const defaults = { nSplits: 5, maxTrainSize: null as number | null, testSize: null as number | null, gap: 0 };
    const { nSplits, maxTrainSize, testSize, gap } = readArguments(op, defaults, args);
    this.nSplits = wholeNumber(op, 'nSplits', nSplits, { min: 2 });
    this.maxTrainSize = maxTrainSize === null ? null : wholeNumber(op, 'maxTrainSize', maxTrainSize, { min: 1 });
    this.testSize = testSize === null ? null : wholeNumber(op, 'testSize', testSize, { min: 1 });
    this.gap = wholeNumber(op, 'gap', gap, { min: 0 });
  }

  override getNSplits(): number {
    return this.nSplits;
  }

  protected override options(): Readonly<Record<string, unknown>> {
    return { gap: this.gap, max_train_size: this.maxTrainSize, n_splits: this.nSplits, test_size: this.testSize };
  }

  protected override folds({ op, count }: Cut): Generator<Fold, void, undefined> {
    const { nSplits, gap, maxTrainSize } = this;
    if (nSplits + 1 > count)
      throw new ArgumentError(`${op}: ${nSplits} cuts need ${nSplits + 1} samples at least, got ${count}. Take fewer cuts.`);
    const testSize = this.testSize ?? Math.floor(count / (nSplits + 1));
    const first = count - nSplits * testSize;
    if (first - gap <= 0)
      throw new ArgumentError(
        `${op}: ${nSplits} cuts with ${testSize} samples to test and a gap of ${gap} leave none of the ${count} samples to train on. Take fewer cuts, or smaller ones.`,
      );
    return (function* () {
      for (let start = first; start < count; start += testSize) {
        const train = range(start - gap);
        yield [maxTrainSize === null ? train : train.slice(-maxTrainSize), range(testSize).map((i) => start + i)] as const;
      }
    })();
  }

  protected override tests(): never {
    throw new ArgumentError(`${classNameOf(this)}: what is trained on is not all that is not tested.`);
  }
}
