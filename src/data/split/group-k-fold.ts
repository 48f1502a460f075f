/** Parts that keep groups together: GroupKFold. */
import { type Arguments, readArguments } from '../../tensor/arguments/arguments.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { evenly } from './k-fold.js';
import type { RandomState } from './random-state.js';
import { type Cut, EqualFolds, FOLD_DEFAULTS, type FoldOptions, membersOf, range } from './splitter.js';

/** The options of {@link GroupKFold}. */
export interface GroupKFoldOptions extends FoldOptions {}

/**
 * Parts of about equal size of which no two hold samples of one group: of one patient, one writer, one day. With the same seed the parts are
 * scikit-learn's.
 * @throws {ArgumentError} for fewer than 2 parts, a seed without `shuffle`, and in `split` for fewer groups than parts.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.model_selection.GroupKFold.html
 * @example
 * [...new GroupKFold(2).split(4, null, ['ann', 'bob', 'ann', 'bob'])]; // [[[0, 2], [1, 3]], [[1, 3], [0, 2]]]
 */
export class GroupKFold extends EqualFolds {
  static override readonly className: string = 'GroupKFold';

  constructor(...args: Arguments<GroupKFoldOptions, [nSplits: 'nSplits']>) {
    const op = classNameOf(new.target);
    super(op, readArguments(op, FOLD_DEFAULTS, args));
  }

  protected override parts(cut: Cut, random: RandomState | null): Iterable<readonly number[]> {
    const { nSplits } = this;
    const { codes, sizes } = cut.groups();
    this.checkEnough(cut, 'groups', sizes.length);
    const partOf = new Array<number>(sizes.length).fill(0);
    if (random !== null) {
      evenly(Array.from(random.permutation(sizes.length)), nSplits).forEach((groups, part) => {
        for (const group of groups) partOf[group] = part;
      });
    } else {
      // The largest groups first, each into the smallest part so far.
      const filled = range(nSplits).map(() => 0);
      const order = range(sizes.length).sort((a, b) => sizes[b]! - sizes[a]! || b - a);
      for (const group of order) {
        const part = filled.indexOf(Math.min(...filled));
        filled[part]! += sizes[group]!;
        partOf[group] = part;
      }
    }
    return membersOf(
      codes.map((group) => partOf[group]!),
      nSplits,
    );
  }
}
