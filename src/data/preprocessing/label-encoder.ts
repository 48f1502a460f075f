/** Labels as numbers. */

import { ArgumentError, NotFittedError, StateDictError } from '../../errors.js';
import { tooMany } from '../../tensor/arguments/arguments.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { isOptions, show } from '../../tensor/arguments/show.js';
import { fromTypedArray } from '../../tensor/create/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type Category, distinct, labelsOf, placesOf, showCategories } from './categories.js';

/**
 * Numbers labels from 0 on, in their order: words become the int64 targets that a loss takes.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.preprocessing.LabelEncoder.html
 * @example
 * const encoder = new LabelEncoder();
 * encoder.fitTransform(['paris', 'tokyo', 'amsterdam', 'tokyo']).toArray(); // [1, 2, 0, 2]
 * encoder.inverseTransform([2, 0]); // ['tokyo', 'amsterdam']
 */
export class LabelEncoder<L extends Category = Category> {
  /** The name that texts and errors show: minifiers rename classes, but leave this. */
  static readonly className: string = 'LabelEncoder';
  private known: readonly L[] | null = null;
  private places: ReadonlyMap<Category, number> = new Map();

  /** The labels in order: label i is class i. @throws {NotFittedError} before `fit`. */
  get classes(): readonly L[] {
    return this.fitted('classes');
  }

  constructor() {
    if (arguments.length > 0) tooMany('LabelEncoder', 0, arguments);
  }

  /**
   * Learns which labels there are, and forgets those before.
   * @param y words, numbers or booleans; or a tensor [N]. @returns the encoder itself.
   * @throws {ArgumentError} for words beside numbers, and for what is neither.
   */
  fit(y: readonly L[] | Tensor): this {
    if (arguments.length > 1) tooMany('LabelEncoder.fit', 1, arguments);
    const op = this.op('fit');
    return this.hold(distinct(op, 'y', labelsOf(op, y)) as L[]);
  }

  /**
   * The number of each label.
   * @returns int64, [N]. @throws {NotFittedError} before `fit`. @throws {ArgumentError} for a label that `fit` did not see; it says where.
   */
  transform(y: readonly L[] | Tensor): Tensor {
    if (arguments.length > 1) tooMany('LabelEncoder.transform', 1, arguments);
    const op = this.op('transform');
    const classes = this.fitted('transform');
    const labels = labelsOf(op, y);
    const out = new BigInt64Array(labels.length);
    for (const [i, label] of labels.entries()) {
      const place = this.places.get(label as L);
      if (place === undefined)
        throw new ArgumentError(`${op}: label ${i} is ${show(label)}, which fit did not see. It saw ${showCategories(classes)}.`);
      out[i] = BigInt(place);
    }
    return fromTypedArray(out);
  }

  /** `fit(y)`, then `transform(y)`. @throws as these. */
  fitTransform(y: readonly L[] | Tensor): Tensor {
    if (arguments.length > 1) tooMany('LabelEncoder.fitTransform', 1, arguments);
    return this.fit(y).transform(y);
  }

  /**
   * The labels of numbers.
   * @param y whole numbers, as `transform` or `argmax` give them: a list, or a tensor [N].
   * @throws {NotFittedError} before `fit`. @throws {ArgumentError} for a number that is no class.
   */
  inverseTransform(y: readonly number[] | Tensor): L[] {
    if (arguments.length > 1) tooMany('LabelEncoder.inverseTransform', 1, arguments);
    const op = this.op('inverseTransform');
    const classes = this.fitted('inverseTransform');
    return labelsOf(op, y).map((n, i) => {
      if (!Number.isInteger(n) || (n as number) < 0 || (n as number) >= classes.length)
        throw new ArgumentError(`${op}: entry ${i} is ${show(n)}, expected a class from 0 to ${classes.length - 1}.`);
      return classes[n as number]!;
    });
  }

  /** What was learnt, for a .pth file: `save(encoder.stateDict(), 'labels.pth')`. @throws {NotFittedError} before `fit`. */
  stateDict(): { classes: L[] } {
    return { classes: [...this.fitted('stateDict')] };
  }

  /** Takes what {@link stateDict} gave. @throws {StateDictError} for anything else. */
  loadStateDict(state: { readonly classes: readonly L[] }): this {
    const op = this.op('loadStateDict');
    if (!isOptions(state) || !Array.isArray(state.classes) || Object.keys(state).length !== 1)
      throw new StateDictError(`${op}: the state is ${show(state)}, expected { classes: […] }, as stateDict() gives it.`);
    const classes = distinct(op, 'classes', state.classes) as L[];
    if (classes.length !== state.classes.length || classes.some((label, i) => !Object.is(label, state.classes[i])))
      throw new StateDictError(`${op}: classes are ${showCategories(state.classes)}, expected different labels in order.`);
    return this.hold(classes);
  }

  /** `LabelEncoder()`, as scikit-learn prints it. */
  toString(): string {
    return `${classNameOf(this)}()`;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  private hold(classes: readonly L[]): this {
    this.known = classes;
    this.places = placesOf(classes);
    return this;
  }

  private fitted(member: string): readonly L[] {
    if (this.known !== null) return this.known;
    throw new NotFittedError(
      `${this.op(member)}: this ${classNameOf(this)} has not seen labels yet. Call fit(y) with the training labels first.`,
    );
  }

  private op(member: string): string {
    return `${classNameOf(this)}.${member}`;
  }
}
