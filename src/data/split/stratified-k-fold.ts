/** Parts that hold each label as often as the whole: StratifiedKFold, RepeatedStratifiedKFold. */
import { type Arguments, readArguments } from '../../tensor/arguments/arguments.js';
import { unexpected } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { warnOnce } from '../../tensor/arguments/warn-once.js';
import { REPEATED_DEFAULTS, RepeatedFolds, type RepeatedOptions } from './k-fold.js';
import type { RandomState } from './random-state.js';
import { type Cut, EqualFolds, FOLD_DEFAULTS, type FoldOptions, membersOf, range } from './splitter.js';

/** The options of {@link StratifiedKFold}. */
export interface StratifiedKFoldOptions extends FoldOptions {}

/**
 * Parts of equal size that hold each label as often, in proportion, as the whole. With the same seed the parts are scikit-learn's.
 * @throws {ArgumentError} for fewer than 2 parts, a seed without `shuffle`, and in `split` where every label is rarer than there are parts.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.model_selection.StratifiedKFold.html
 * @example
 * [...new StratifiedKFold(2).split(4, ['a', 'a', 'b', 'b'])]; // [[[1, 3], [0, 2]], [[0, 2], [1, 3]]]
 */
export class StratifiedKFold extends EqualFolds {
  static override readonly className: string = 'StratifiedKFold';

  constructor(...args: Arguments<StratifiedKFoldOptions, [nSplits: 'nSplits']>) {
    const op = classNameOf(new.target);
    super(op, readArguments(op, FOLD_DEFAULTS, args));
  }

  protected override parts(cut: Cut, random: RandomState | null): Iterable<readonly number[]> {
    const { op, count } = cut;
    const { nSplits } = this;
    this.checkEnough(cut, 'samples', count);
    const { codes, sizes } = cut.labels();
    const [most, least] = [Math.max(...sizes), Math.min(...sizes)];
    if (nSplits > most)
      throw unexpected(op, 'nSplits', nSplits, `at most ${most}, how often the most frequent label is there`, 'Take fewer parts.');
    if (nSplits > least)
      warnOnce(`${op}: the rarest label is there ${least} times only, fewer than nSplits (${nSplits}): some parts are without it.`);
    // scikit-learn goes through the labels as they first appear.
    const seen: number[] = [];
    for (const code of codes) if (!seen.includes(code)) seen.push(code);
    // Samples sorted by label, dealt like cards: so many of each label does each part get.
    const sorted = seen.flatMap((code, k) => Array.from({ length: sizes[code]! }, () => k));
    const allocation = range(nSplits).map(() => seen.map(() => 0));
    sorted.forEach((k, i) => {
      allocation[i % nSplits]![k]!++;
    });
    const partOf = new Uint32Array(count);
    seen.forEach((code, k) => {
      const parts = Uint32Array.from(allocation.flatMap((row, part) => Array.from({ length: row[k]! }, () => part)));
      random?.shuffle(parts);
      let next = 0;
      for (let i = 0; i < count; i++) if (codes[i] === code) partOf[i] = parts[next++]!;
    });
    return membersOf(partOf, nSplits);
  }
}

/** The options of {@link RepeatedStratifiedKFold}. */
export interface RepeatedStratifiedKFoldOptions extends RepeatedOptions {}

/**
 * {@link StratifiedKFold} several times over, each time in another order. With the same seed the parts are scikit-learn's.
 * @throws {ArgumentError} for fewer than 2 parts or 1 round.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.model_selection.RepeatedStratifiedKFold.html
 * @example
 * [...new RepeatedStratifiedKFold({ nSplits: 2, nRepeats: 3 }).split(4, [0, 0, 1, 1])].length; // 6
 */
export class RepeatedStratifiedKFold extends RepeatedFolds {
  static override readonly className: string = 'RepeatedStratifiedKFold';

  constructor(...args: Arguments<RepeatedStratifiedKFoldOptions, []>) {
    const op = classNameOf(new.target);
    super(op, readArguments(op, REPEATED_DEFAULTS, args as readonly unknown[]), (_, options) => new StratifiedKFold(options));
  }
}
