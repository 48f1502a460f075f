/** Categories as columns of 0 and 1. */
import { ArgumentError, NotFittedError, StateDictError } from '../../errors.js';
import { to } from '../../ops/view/copy.js';
import { readOptions, tooMany } from '../../tensor/arguments/arguments.js';
import { countOf, finiteNumber, oneOf, unexpected } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { isOptions, show } from '../../tensor/arguments/show.js';
import { warnOnce } from '../../tensor/arguments/warn-once.js';
import { fromTypedArray } from '../../tensor/create/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { assertDType, type DType } from '../../tensor/values/dtype.js';
import { type Category, categoryColumns, distinct, placesOf, showCategories } from './categories.js';
import { assertColumns } from './columns.js';

/** What {@link OneHotEncoder} does with a category that `fit` did not see. */
export type HandleUnknown = 'error' | 'ignore' | 'infrequent_if_exist' | 'warn';

/** The options of {@link OneHotEncoder}. */
export interface OneHotEncoderOptions {
  /** The categories of each column, numbers in ascending order; 'auto' for those that `fit` sees. Default: 'auto'. */
  categories?: 'auto' | readonly (readonly Category[])[];
  /**
   * Which category of each column gets no column of its own: the first, the first of columns with exactly two ('if_binary'), or the named
   * ones, one for each column. Default: null, none.
   */
  drop?: 'first' | 'if_binary' | readonly Category[] | null;
  /**
   * What an unknown category is: an error; zeros in all columns of its feature ('ignore'); one of the rare ones, where its feature has such,
   * else zeros ('infrequent_if_exist', and with a warning 'warn'). Default: 'error'.
   */
  handleUnknown?: HandleUnknown;
  /**
   * Categories that are seen less often share one column, the last of their feature: a whole number counts rows, a fraction is a share of
   * them. Default: null, each has its own.
   */
  minFrequency?: number | null;
  /** The most columns of a feature, that of the rare categories among them; the most frequent keep theirs. Default: null, any number. */
  maxCategories?: number | null;
  /** scikit-learn's option: false is all that there is. @throws {ArgumentError} for true: there are no sparse tensors. */
  sparseOutput?: false;
  /** Default: 'float32'. */
  dtype?: DType;
}

/** What {@link OneHotEncoder.stateDict} gives. */
export interface OneHotEncoderState {
  /** The categories of each column. */
  categories: Category[][];
  /** Which of them has no column of its own; null for none. */
  drop_idx: (number | null)[];
  /** Which of them share the last column. */
  infrequent_idx: number[][];
  /** The option of that name. */
  handle_unknown: HandleUnknown;
  /** The option of that name. */
  dtype: DType;
}

interface OneHotSettings {
  categories: 'auto' | readonly (readonly Category[])[];
  drop: 'first' | 'if_binary' | readonly Category[] | null;
  handleUnknown: HandleUnknown;
  minFrequency: number | null;
  maxCategories: number | null;
  dtype: DType;
}

const UNKNOWN = ['error', 'ignore', 'infrequent_if_exist', 'warn'] as const;
/** What stands for the rare categories, in names and in what is undone. */
const INFREQUENT = 'infrequent_sklearn';
// null: lists and words alike.
const DEFAULTS: OneHotSettings & { sparseOutput: boolean } = {
  categories: null as never,
  drop: null,
  handleUnknown: 'error',
  minFrequency: null,
  maxCategories: null,
  sparseOutput: false,
  dtype: 'float32',
};

/** One column of the input. */
interface Feature {
  readonly categories: readonly Category[];
  /** The places of the rare ones. */
  readonly infrequent: readonly number[];
  /** What each column stands for, the dropped one among them: the frequent categories in order, then the rare ones together. */
  readonly columns: readonly Category[];
  /** The column of each category. */
  readonly places: ReadonlyMap<Category, number>;
  /** The column that is left out; null for none. */
  readonly drop: number | null;
}

/** @param drop the place of a category whose column is left out. */
function featureOf(categories: readonly Category[], infrequent: readonly number[], drop: number | null): Feature {
  const rare = new Set(infrequent);
  const frequent = categories.filter((_, i) => !rare.has(i));
  const columns = rare.size === 0 ? frequent : [...frequent, INFREQUENT];
  const own = placesOf(frequent);
  const places = new Map(categories.map((category, i) => [category, rare.has(i) ? frequent.length : own.get(category)!]));
  return { categories, infrequent, columns, places, drop: drop === null ? null : places.get(categories[drop]!)! };
}

/** The place of the first category whose column is left out. */
const dropOf = ({ categories, places, drop }: Feature): number | null =>
  drop === null ? null : categories.findIndex((category) => places.get(category) === drop);

/**
 * Turns each column of categories into a column of 0 and 1 for each category, in their order.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.preprocessing.OneHotEncoder.html
 * @example
 * const encoder = new OneHotEncoder({ handleUnknown: 'ignore' });
 * encoder.fitTransform([['red', 1], ['blue', 3], ['red', 3]]).toArray(); // [[0, 1, 1, 0], [1, 0, 0, 1], [0, 1, 0, 1]]
 * encoder.getFeatureNamesOut(['colour', 'size']); // ['colour_blue', 'colour_red', 'size_1', 'size_3']
 * encoder.transform([['green', 1]]).toArray(); // [[0, 0, 1, 0]]
 */
export class OneHotEncoder {
  /** The name that texts and errors show: minifiers rename classes, but leave this. */
  static readonly className: string = 'OneHotEncoder';
  private settings: OneHotSettings;
  private features: readonly Feature[] | null = null;

  constructor(options?: OneHotEncoderOptions) {
    const op = classNameOf(new.target);
    const { sparseOutput, ...read } = readOptions(op, DEFAULTS, options);
    if (sparseOutput !== false)
      throw unexpected(op, 'sparseOutput', sparseOutput, 'false: there are no sparse tensors, so the columns of 0 and 1 are written out');
    const { minFrequency, maxCategories } = read;
    if (
      minFrequency !== null &&
      !(finiteNumber(op, 'minFrequency', minFrequency) > 0 && (minFrequency < 1 || Number.isInteger(minFrequency)))
    )
      throw unexpected(op, 'minFrequency', minFrequency, 'a whole number of rows, or a share of them between 0 and 1');
    if (maxCategories !== null) countOf(op, 'maxCategories', maxCategories, 1);
    const categories = read.categories ?? 'auto';
    oneOf(op, 'handleUnknown', read.handleUnknown, UNKNOWN);
    assertDType(read.dtype, op);
    if (typeof categories === 'string') oneOf(op, 'categories', categories, ['auto']);
    else if (!Array.isArray(categories) || !categories.every(Array.isArray))
      throw unexpected(op, 'categories', categories, "'auto', or a list of categories for each column");
    if (typeof read.drop === 'string') oneOf(op, 'drop', read.drop, ['first', 'if_binary']);
    else if (read.drop !== null && !Array.isArray(read.drop))
      throw unexpected(op, 'drop', read.drop, "'first', 'if_binary', null, or a category for each column");
    this.settings = { ...read, categories };
  }

  /** What happens to a category that `fit` did not see. */
  get handleUnknown(): HandleUnknown {
    return this.settings.handleUnknown;
  }

  /** The dtype of what `transform` gives. */
  get dtype(): DType {
    return this.settings.dtype;
  }

  /** The categories of each column, in order. @throws {NotFittedError} before `fit`. */
  get categories(): readonly (readonly Category[])[] {
    return this.fitted('categories').map(({ categories }) => categories);
  }

  /** The place of the category of each column that has no column of its own, null for none. @throws {NotFittedError} before `fit`. */
  get dropIdx(): readonly (number | null)[] {
    return this.fitted('dropIdx').map(dropOf);
  }

  /** The categories of each column that share one, null for none. @throws {NotFittedError} before `fit`. */
  get infrequentCategories(): readonly (readonly Category[] | null)[] {
    return this.fitted('infrequentCategories').map(({ categories, infrequent }) =>
      infrequent.length === 0 ? null : infrequent.map((i) => categories[i]!),
    );
  }

  /** How many columns it was fitted on. @throws {NotFittedError} before `fit`. */
  get nFeaturesIn(): number {
    return this.fitted('nFeaturesIn').length;
  }

  /**
   * Learns the categories of each column, and forgets those before.
   * @param x rows of words, numbers, booleans and null, or a tensor [N, F]. @returns the encoder itself.
   * @throws {ShapeError} for rows of unequal length. @throws {ArgumentError} for words beside numbers in a column, and for values outside
   * `categories` where those are given.
   */
  fit(x: readonly (readonly Category[])[] | Tensor): this {
    if (arguments.length > 1) tooMany('OneHotEncoder.fit', 1, arguments);
    const op = this.op('fit');
    const { columns } = categoryColumns(op, x, null);
    const { categories: given, drop } = this.settings;
    if (given !== 'auto' && given.length !== columns.length)
      throw new ArgumentError(`${op}: x has ${columns.length} columns, but categories has lists for ${given.length}.`);
    if (Array.isArray(drop) && drop.length !== columns.length)
      throw new ArgumentError(`${op}: x has ${columns.length} columns, but drop names ${drop.length} categories.`);
    this.features = columns.map((column, f) => {
      const found = distinct(op, `column ${f}`, column);
      const categories = given === 'auto' ? found : this.given(op, f, given[f]!, found);
      const infrequent = this.#infrequentOf(categories, column);
      return featureOf(categories, infrequent, this.#dropOf(op, f, categories, infrequent));
    });
    return this;
  }

  /**
   * The columns of 0 and 1.
   * @returns [N, sum of the categories], in the encoder's dtype. @throws {NotFittedError} before `fit`. @throws {ShapeError} for another
   * number of columns. @throws {ArgumentError} for an unknown category, where `handleUnknown` is 'error'; it says where.
   */
  transform(x: readonly (readonly Category[])[] | Tensor): Tensor {
    if (arguments.length > 1) tooMany('OneHotEncoder.transform', 1, arguments);
    const op = this.op('transform');
    const features = this.fitted('transform');
    const { rows, columns } = categoryColumns(op, x, features.length);
    const width = features.reduce((sum, feature) => sum + widthOf(feature), 0);
    const out = new Uint8Array(rows * width);
    let start = 0;
    for (const [f, feature] of features.entries()) {
      for (const [row, value] of columns[f]!.entries()) {
        const place = feature.places.get(value as Category) ?? this.unknown(op, row, f, value, feature);
        if (place !== null && place !== feature.drop)
          out[row * width + start + place - (feature.drop !== null && place > feature.drop ? 1 : 0)] = 1;
      }
      start += widthOf(feature);
    }
    return to(fromTypedArray(out, [rows, width]), this.dtype);
  }

  /** `fit(x)`, then `transform(x)`. @throws as these. */
  fitTransform(x: readonly (readonly Category[])[] | Tensor): Tensor {
    if (arguments.length > 1) tooMany('OneHotEncoder.fitTransform', 1, arguments);
    return this.fit(x).transform(x);
  }

  /**
   * The categories of columns of 0 and 1, or of scores: the highest of each feature. Where all are 0, the dropped category, or null where
   * unknown ones are let pass.
   * @param x [N, sum of the categories]. @throws {NotFittedError} before `fit`. @throws {ShapeError} for another number of columns.
   * @throws {ArgumentError} where all columns of a feature are 0 and no category has none.
   */
  inverseTransform(x: Tensor): Category[][] {
    if (arguments.length > 1) tooMany('OneHotEncoder.inverseTransform', 1, arguments);
    const op = this.op('inverseTransform');
    const features = this.fitted('inverseTransform');
    const width = features.reduce((sum, feature) => sum + widthOf(feature), 0);
    assertColumns(op, x, width);
    return (x.toArray() as number[][]).map((row, i) => {
      let start = 0;
      return features.map((feature, f) => {
        const part = row.slice(start, (start += widthOf(feature))).map(Number);
        if (part.every((value) => value === 0)) {
          if (feature.drop !== null) return feature.columns[feature.drop]!;
          if (this.handleUnknown === 'ignore' || (this.handleUnknown !== 'error' && feature.infrequent.length === 0)) return null;
          throw new ArgumentError(
            `${op}: row ${i} has only zeros for feature ${f}, which stand for no category: drop is null, and handleUnknown '${this.handleUnknown}'.`,
          );
        }
        const best = part.indexOf(Math.max(...part));
        return feature.columns[feature.drop !== null && best >= feature.drop ? best + 1 : best]!;
      });
    });
  }

  /**
   * A name for each column that `transform` gives: the feature's and the category's, joined by `_`.
   * @param inputFeatures the names of the features. Default: x0, x1, ….
   * @throws {NotFittedError} before `fit`. @throws {ArgumentError} for another number of names.
   */
  getFeatureNamesOut(inputFeatures?: readonly string[]): string[] {
    const features = this.fitted('getFeatureNamesOut');
    const names = inputFeatures ?? features.map((_, f) => `x${f}`);
    if (!Array.isArray(names) || names.length !== features.length)
      throw unexpected(this.op('getFeatureNamesOut'), 'inputFeatures', inputFeatures, `${features.length} names, one for each feature`);
    return features.flatMap(({ columns, drop }, f) => columns.filter((_, i) => i !== drop).map((category) => `${names[f]}_${category}`));
  }

  /** What was learnt, with the options, for a .pth file: `save(encoder.stateDict(), 'encoder.pth')`. @throws {NotFittedError} before `fit`. */
  stateDict(): OneHotEncoderState {
    const features = this.fitted('stateDict');
    return {
      categories: features.map(({ categories }) => [...categories]),
      drop_idx: features.map(dropOf),
      infrequent_idx: features.map(({ infrequent }) => [...infrequent]),
      handle_unknown: this.handleUnknown,
      dtype: this.dtype,
    };
  }

  /** Takes what {@link stateDict} gave, options included. @throws {StateDictError} for anything else; the encoder stays as it was. */
  loadStateDict(state: OneHotEncoderState): this {
    const op = this.op('loadStateDict');
    const names = ['categories', 'drop_idx', 'infrequent_idx', 'handle_unknown', 'dtype'];
    if (!isOptions(state)) throw new StateDictError(`${op}: the state is ${show(state)}, expected what stateDict() gives.`);
    for (const name of [...names, ...Object.keys(state)])
      if (!names.includes(name) || !Object.hasOwn(state, name))
        throw new StateDictError(
          `${op}: the state ${names.includes(name) ? `has no "${name}"` : `has "${name}", which it does not know`}. It is that of another class.`,
        );
    const { categories, drop_idx: drops, infrequent_idx: infrequent, handle_unknown: handleUnknown, dtype } = state;
    const whole =
      Array.isArray(categories) &&
      categories.every(Array.isArray) &&
      [drops, infrequent].every((list) => Array.isArray(list) && list.length === categories.length);
    const isPlace = (place: unknown, f: number) =>
      Number.isInteger(place) && (place as number) >= 0 && (place as number) < categories[f]!.length;
    if (
      !whole ||
      !drops.every((drop, f) => drop === null || isPlace(drop, f)) ||
      !infrequent.every((places, f) => Array.isArray(places) && places.every((place) => isPlace(place, f)))
    )
      throw new StateDictError(
        `${op}: categories, drop_idx and infrequent_idx do not go together, expected a list, a place in it or null, and places in it, for each column.`,
      );
    for (const [f, list] of categories.entries())
      if (distinct(op, `column ${f}`, list).length !== list.length) throw new StateDictError(`${op}: column ${f} has a category twice.`);
    oneOf(op, 'handle_unknown', handleUnknown, UNKNOWN);
    assertDType(dtype, op);
    this.settings = { categories: 'auto', drop: null, handleUnknown, minFrequency: null, maxCategories: null, dtype };
    this.features = categories.map((list, f) => featureOf([...list], [...infrequent[f]!], drops[f]!));
    return this;
  }

  /** `OneHotEncoder (2 features: 2 + 3 categories)`; without numbers before `fit`. */
  toString(): string {
    const name = classNameOf(this);
    if (this.features === null) return `${name} (not fitted)`;
    return `${name} (${this.features.length} features: ${this.features.map(({ categories }) => categories.length).join(' + ')} categories)`;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  /** The categories that were given for a column, which must hold those that were found. */
  private given(op: string, f: number, given: readonly Category[], found: readonly Category[]): Category[] {
    const sorted = distinct(op, `categories[${f}]`, given);
    if (sorted.length !== given.length) throw new ArgumentError(`${op}: categories[${f}] has a category twice: ${showCategories(given)}.`);
    if (typeof given[0] === 'number' && sorted.some((category, i) => !Object.is(category, given[i])))
      throw new ArgumentError(`${op}: categories[${f}] are ${showCategories(given)}, expected numbers in ascending order.`);
    const unknown = found.find((category) => !sorted.includes(category));
    if (unknown !== undefined && this.handleUnknown === 'error')
      throw new ArgumentError(`${op}: column ${f} holds ${show(unknown)}, which is none of its categories: ${showCategories(given)}.`);
    return [...given];
  }

  /** The places of the categories that are too rare for a column of their own. */
  #infrequentOf(categories: readonly Category[], column: readonly unknown[]): number[] {
    const { minFrequency, maxCategories } = this.settings;
    if (minFrequency === null && maxCategories === null) return [];
    const counts = new Map<unknown, number>();
    for (const value of column) counts.set(value, (counts.get(value) ?? 0) + 1);
    const seen = categories.map((category) => counts.get(category) ?? 0);
    const least = minFrequency === null ? 0 : minFrequency < 1 ? minFrequency * column.length : minFrequency;
    const rare = new Set([...categories.keys()].filter((i) => seen[i]! < least));
    if (maxCategories !== null && maxCategories < categories.length - rare.size + 1) {
      // The rarest of all; of equally rare ones the first.
      const byCount = [...categories.keys()].sort((a, b) => seen[a]! - seen[b]!);
      for (const i of byCount.slice(0, categories.length - (maxCategories - 1))) rare.add(i);
    }
    return [...rare].sort((a, b) => a - b);
  }

  /** The place of a category whose column is left out. */
  #dropOf(op: string, f: number, categories: readonly Category[], infrequent: readonly number[]): number | null {
    const { drop } = this.settings;
    const width = categories.length - Math.max(0, infrequent.length - 1);
    if (drop === null || (drop === 'if_binary' && width !== 2)) return null;
    // The first column: that of the first frequent category, where there is one.
    if (typeof drop === 'string')
      return Math.max(
        0,
        categories.findIndex((_, i) => !infrequent.includes(i)),
      );
    const place = categories.findIndex((category) => Object.is(category, drop[f]));
    if (place < 0)
      throw new ArgumentError(`${op}: drop[${f}] is ${show(drop[f])}, which column ${f} does not hold: ${showCategories(categories)}.`);
    if (infrequent.includes(place))
      throw new ArgumentError(
        `${op}: drop[${f}] is ${show(drop[f])}, which is too rare for a column of its own. Name a frequent one: ${showCategories(categories.filter((_, i) => !infrequent.includes(i)))}.`,
      );
    return place;
  }

  /** The column of a category that `fit` did not see, null for none. */
  private unknown(op: string, row: number, f: number, value: unknown, { categories, columns, infrequent, drop }: Feature): number | null {
    const what = `holds ${value === undefined ? 'nothing' : show(value)}, which fit did not see. It saw ${showCategories(categories)}.`;
    if (this.handleUnknown === 'error')
      throw new ArgumentError(`${op}: row ${row}, column ${f} ${what} With handleUnknown: 'ignore' it becomes zeros.`);
    const place = this.handleUnknown === 'ignore' || infrequent.length === 0 ? null : columns.length - 1;
    if (this.handleUnknown === 'warn' || (place === null && drop !== null))
      warnOnce(
        `${op}: column ${f} ${what} It ${place === null ? `becomes zeros${drop === null ? '' : `, as ${show(columns[drop])} does`}` : 'counts as one of the rare ones'}.`,
      );
    return place;
  }

  private fitted(member: string): readonly Feature[] {
    if (this.features !== null) return this.features;
    throw new NotFittedError(
      `${this.op(member)}: this ${classNameOf(this)} has not seen data yet. Call fit(x) with the training data first.`,
    );
  }

  private op(member: string): string {
    return `${classNameOf(this)}.${member}`;
  }
}

const widthOf = ({ columns, drop }: Feature): number => columns.length - (drop === null ? 0 : 1);
