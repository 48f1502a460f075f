/** The base of what cuts samples into parts for cross-validation, scikit-learn's by name and order. */
import { ArgumentError, ShapeError } from '../../errors.js';
import { tooMany } from '../../tensor/arguments/arguments.js';
import { unexpected, wholeNumber } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { pythonBool } from '../../tensor/arguments/python-text.js';
import { defaultGenerator } from '../../tensor/create/random.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type Category, distinct, labelsOf, placesOf } from '../preprocessing/categories.js';
import { RandomState } from './random-state.js';
import { lengthOf, type Splittable } from './train-test-split.js';

/** One cut: the numbers of the samples to train on, and of those to test with. */
export type Fold = readonly [train: readonly number[], test: readonly number[]];

/** One label, or one group, for each sample. */
export type Labels = readonly Category[] | Tensor;

/** Cuts samples into parts to train on and to test with, several times over. */
export abstract class Splitter {
  /** The name that texts and errors show: minifiers rename classes, but leave this. */
  static readonly className: string = 'Splitter';

  /**
   * The cuts, one after the other: `for (const [train, test] of splitter.split(x, y))`. Those of a random order are drawn anew for each call.
   * @param x what is cut, or how many samples there are: only its length counts.
   * @param y the label of each sample, for splitters that stratify; others ignore it.
   * @param groups the group of each sample, for splitters by groups; others ignore it.
   * @throws {ArgumentError} for fewer samples, labels or groups than parts. @throws {ShapeError} for labels or groups of another number than samples.
   */
  split(x: Splittable | number, y?: Labels | null, groups?: Labels | null): Generator<Fold, void, undefined> {
    const op = `${classNameOf(this)}.split`;
    if (arguments.length > 3) tooMany(op, 3, arguments);
    const count = typeof x === 'number' ? wholeNumber(op, 'the number of samples', x, { min: 1 }) : lengthOf(op, x, 0);
    const cut: Cut = {
      op,
      count,
      labels: () => this.codes(op, 'y', y, count),
      groups: () => this.codes(op, 'groups', groups, count),
    };
    return this.folds(cut, count);
  }

  /** How many cuts {@link split} gives. @param x what would be cut; only LeaveOneOut asks. */
  abstract getNSplits(x?: Splittable | number): number;

  /** The options, under scikit-learn's names. */
  protected abstract options(): Readonly<Record<string, unknown>>;

  /** The numbers of the samples of each test part, checked at once and made one by one. */
  protected abstract tests(cut: Cut): Iterable<readonly number[]>;

  /** The cuts: what does not stand in a test part is trained on. The checks come before the first is asked for. */
  protected folds(cut: Cut, count: number): Generator<Fold, void, undefined> {
    return complements(this.tests(cut), count);
  }

  private codes(op: string, name: string, given: Labels | null | undefined, count: number): Codes {
    if (given === undefined || given === null)
      throw new ArgumentError(
        `${op}: ${name} is missing, expected ${name === 'y' ? 'the label' : 'the group'} of each sample. Write split(x, ${name === 'y' ? 'y' : 'y, groups'}).`,
      );
    const list = labelsOf(op, given, name);
    if (list.length !== count)
      throw new ShapeError(
        `${op}: ${name} has ${list.length} ${name === 'y' ? 'labels' : 'entries'} for ${count} samples. Give one for each.`,
      );
    const values = distinct(op, name, list);
    const places = placesOf(values);
    const codes = list.map((value) => places.get(value as Category)!);
    const sizes = values.map(() => 0);
    for (const code of codes) sizes[code]!++;
    return { codes, sizes };
  }

  /** `KFold(n_splits=5, random_state=None, shuffle=False)`, scikit-learn's text. */
  toString(): string {
    const text = Object.entries(this.options()).map(([name, value]) => {
      const shown = value === null ? 'None' : typeof value === 'boolean' ? pythonBool(value) : String(value);
      return `${name}=${shown}`;
    });
    return `${classNameOf(this)}(${text.join(', ')})`;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/** What a splitter is asked to cut. */
export interface Cut {
  readonly op: string;
  readonly count: number;
  /** The labels, by number. @throws {ArgumentError} where none were given. */
  readonly labels: () => Codes;
  /** The groups, by number. @throws {ArgumentError} where none were given. */
  readonly groups: () => Codes;
}

/** Labels by their place in order, and how often each is there. */
export interface Codes {
  readonly codes: readonly number[];
  readonly sizes: readonly number[];
}

function* complements(tests: Iterable<readonly number[]>, count: number): Generator<Fold, void, undefined> {
  for (const part of tests) {
    const inTest = new Uint8Array(count);
    for (const i of part) inTest[i] = 1;
    const [train, test]: [number[], number[]] = [[], []];
    for (let i = 0; i < count; i++) (inTest[i] === 1 ? test : train).push(i);
    yield [train, test];
  }
}

/** The samples of each part, of a list that says to which part each sample belongs. */
export function* membersOf(partOf: ArrayLike<number>, parts: number): Generator<readonly number[], void, undefined> {
  for (let part = 0; part < parts; part++) {
    const members: number[] = [];
    for (let i = 0; i < partOf.length; i++) if (partOf[i] === part) members.push(i);
    yield members;
  }
}

/** The numbers from 0 to `count`, without it. */
export const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** The random numbers of a seed; without one the seed is drawn from the default generator. */
export function randomOf(randomState: number | null): RandomState {
  return new RandomState(randomState ?? Number(BigInt.asUintN(32, defaultGenerator().drawSeed())));
}

/** The options of splitters into equal parts. */
export interface FoldOptions {
  /** How many parts, each of which is the test part once: 2 at least. Default: 5. */
  nSplits?: number;
  /** Whether the samples (or groups) are brought into random order first. Default: false. */
  shuffle?: boolean;
  /**
   * The seed of that order, from 0 to 2^32 - 1: the parts are those of scikit-learn with that `random_state`. Default: drawn from the default
   * generator, so that `manualSeed` repeats it.
   */
  randomState?: number | null;
}

/** Every option of {@link FoldOptions}, with its default. */
export const FOLD_DEFAULTS = { nSplits: 5, shuffle: false, randomState: null as number | null };

/** @throws {ArgumentError} for anything but a seed. */
export function checkSeed(op: string, randomState: unknown): number | null {
  return randomState === null ? null : wholeNumber(op, 'randomState', randomState, { min: 0, max: 2 ** 32 - 1 });
}

/** Splitters into equal parts, each of which is the test part once. */
export abstract class EqualFolds extends Splitter {
  /** How many parts. */
  readonly nSplits: number;
  /** Whether the order is random. */
  readonly shuffle: boolean;
  /** The seed of that order; null where it is drawn. */
  readonly randomState: number | null;

  constructor(op: string, { nSplits, shuffle, randomState }: Required<FoldOptions>) {
    super();
    this.nSplits = wholeNumber(op, 'nSplits', nSplits, { min: 2 });
    this.shuffle = shuffle;
    this.randomState = checkSeed(op, randomState);
    if (randomState !== null && !shuffle)
      throw new ArgumentError(`${op}: randomState is ${randomState}, but the order is not random. Pass shuffle: true, or leave it out.`);
  }

  override getNSplits(): number {
    return this.nSplits;
  }

  protected override options(): Readonly<Record<string, unknown>> {
    return { n_splits: this.nSplits, random_state: this.randomState, shuffle: this.shuffle };
  }

  /** The cuts with random numbers that the caller has: those of repeated splits. */
  *foldsWith(cut: Cut, random: RandomState): Generator<Fold, void, undefined> {
    yield* complements(this.parts(cut, random), cut.count);
  }

  protected override tests(cut: Cut): Iterable<readonly number[]> {
    return this.parts(cut, this.shuffle ? randomOf(this.randomState) : null);
  }

  /** The test parts. @param random null where nothing is shuffled. */
  protected abstract parts(cut: Cut, random: RandomState | null): Iterable<readonly number[]>;

  /** @throws {ArgumentError} for more parts than there are things to put into them. */
  protected checkEnough({ op }: Cut, what: string, count: number): void {
    if (this.nSplits > count) throw unexpected(op, 'nSplits', this.nSplits, `at most ${count}, the number of ${what}`, 'Take fewer parts.');
  }
}
