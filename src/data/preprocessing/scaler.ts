/** What all scalers are made of: the order of calls, the checks, and state that is saved and loaded. */

import { keep } from '../../autograd/modes/scope.js';
import { NotFittedError, StateDictError, showShape } from '../../errors.js';
import { copy_ } from '../../ops/elementwise/inplace.js';
import { clone, detach, to } from '../../ops/view/copy.js';
import { tooMany } from '../../tensor/arguments/arguments.js';
import { unexpected } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { pythonBool } from '../../tensor/arguments/python-text.js';
import { isOptions, show } from '../../tensor/arguments/show.js';
import { fromTypedArray, tensor } from '../../tensor/create/create.js';
import { Tensor } from '../../tensor/tensor.js';
import { type DType, isFloating } from '../../tensor/values/dtype.js';
import { toTypedArray } from '../../tensor/values/transfer.js';
import { assertColumns, floatingColumns } from './columns.js';

/** The state of a scaler: tensors by name, for `save` in either format. */
export type ScalerState = Record<string, Tensor>;

/**
 * A scaler: it learns something of each column from training data, `fit`, and then brings any data onto that scale, `transform`.
 * Missing values are NaN: they count for nothing in `fit` and stay where they are in `transform`.
 */
export abstract class Scaler {
  /** The name that texts and errors show: minifiers rename classes, but leave this. */
  static readonly className: string = 'Scaler';
  /** Whether `transform` leaves its input as it is, instead of writing over floating-point input. */
  readonly copy: boolean;
  private columns: number | null = null;

  /**
   * A scaler: it learns something of each column from training data, `fit`, and then brings any data onto that scale, `transform`.
   * @param copy whether `transform` leaves its input as it is.
   */
  constructor(copy: boolean) {
    this.copy = copy;
  }

  /** How many columns it was fitted on. @throws {NotFittedError} before `fit`. */
  get nFeaturesIn(): number {
    return this.fitted('nFeaturesIn') as number;
  }

  /**
   * Learns from data, and forgets what it learnt before.
   * @param x [N, F], with N and F of at least 1; NaN for missing values.
   * @returns the scaler itself.
   * @throws {ShapeError} for another shape. @throws {ArgumentError} for infinities; it names row and column.
   */
  fit(x: Tensor): this {
    if (arguments.length > 1) tooMany(this.op('fit'), 1, arguments);
    const op = this.op('fit');
    assertColumns(op, x, null);
    this.learn(op, floatingColumns(x), true);
    this.columns = x.shape[1]!;
    return this;
  }

  /**
   * Brings data onto the scale that was learnt.
   * @param x [N, F] with the columns of `fit`; gradients pass through it.
   * @returns float64 for float64, float32 for all others; [N, F].
   * @throws {NotFittedError} before `fit`. @throws {ShapeError} for another number of columns.
   */
  transform(x: Tensor): Tensor {
    if (arguments.length > 1) tooMany(this.op('transform'), 1, arguments);
    return this.changed('transform', x, (table, inPlace) => this.forwards(table, inPlace));
  }

  /** `fit(x)`, then `transform(x)`. @throws as these. */
  fitTransform(x: Tensor): Tensor {
    if (arguments.length > 1) tooMany(this.op('fitTransform'), 1, arguments);
    return this.fit(x).transform(x);
  }

  /**
   * Undoes `transform`.
   * @param x [N, F] on the scale that was learnt.
   * @throws {NotFittedError} before `fit`. @throws {ShapeError} for another number of columns.
   */
  inverseTransform(x: Tensor): Tensor {
    if (arguments.length > 1) tooMany(this.op('inverseTransform'), 1, arguments);
    return this.changed('inverseTransform', x, (table, inPlace) => this.backwards(table, inPlace));
  }

  /**
   * What was learnt, with the options, as tensors: `save(scaler.stateDict(), 'scaler.safetensors')`, or beside the model in a .pth file.
   * @throws {NotFittedError} before `fit`.
   */
  stateDict(): ScalerState {
    this.fitted('stateDict');
    return Object.fromEntries(Object.entries(this.state()).map(([name, value]) => [name, clone(detach(value))]));
  }

  /**
   * Takes what {@link stateDict} gave, options included; the scaler then transforms as that one did.
   * @throws {StateDictError} for missing and unknown names, and for sizes that do not agree; the scaler stays as it was.
   */
  loadStateDict(state: Readonly<Record<string, Tensor>>): this {
    const op = this.op('loadStateDict');
    if (!isOptions(state)) throw unexpected(op, 'state', state, 'tensors by name, as stateDict() gives them');
    this.columns = this.restore(new StateReader(op, state));
    return this;
  }

  /** As scikit-learn prints it, with the options that are not the defaults: `MinMaxScaler(clip=True)`. */
  toString(): string {
    const [given, defaults] = [this.options(), this.defaults()];
    const text = Object.keys(given)
      .filter((name) => String(given[name]) !== String(defaults[name]))
      .sort()
      .map((name) => `${name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`)}=${optionText(given[name])}`);
    return `${classNameOf(this)}(${text.join(', ')})`;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  /** Takes data into what is learnt; `first` where nothing was learnt before, or is to be forgotten. */
  protected abstract learn(op: string, x: Tensor, first: boolean): void;
  /** `transform` of a floating table. */
  protected abstract forwards(x: Tensor, inPlace: boolean): Tensor;
  /** `inverseTransform` of a floating table. */
  protected abstract backwards(x: Tensor, inPlace: boolean): Tensor;
  /** The tensors of the state dict. */
  protected abstract state(): ScalerState;
  /** Takes the state over, once all of it is read, and says how many columns it has. */
  protected abstract restore(state: StateReader): number;
  /** The options as they are. */
  protected abstract options(): Readonly<Record<string, unknown>>;
  /** The options as they are by default. */
  protected abstract defaults(): Readonly<Record<string, unknown>>;

  /** `partialFit` of those that learn in parts. */
  protected learnMore(x: Tensor): this {
    const op = this.op('partialFit');
    assertColumns(op, x, this.columns);
    this.learn(op, floatingColumns(x), this.columns === null);
    this.columns = x.shape[1]!;
    return this;
  }

  /** How many columns it was fitted on. @throws {NotFittedError} before `fit`. */
  protected fitted(member: string): number {
    if (this.columns !== null) return this.columns;
    throw new NotFittedError(
      `${this.op(member)}: this ${classNameOf(this)} has not seen data yet. Call fit(x) with the training data first.`,
    );
  }

  private op(member: string): string {
    return `${classNameOf(this)}.${member}`;
  }

  private changed(member: string, x: Tensor, change: (table: Tensor, inPlace: boolean) => Tensor): Tensor {
    const op = this.op(member);
    const columns = this.fitted(member);
    assertColumns(op, x, columns);
    if (isFloating(x.dtype)) return change(x, !this.copy);
    // Whole numbers are too large for float32 as they are, but not any more once they are scaled.
    return to(change(floatingColumns(x), false), 'float32');
  }
}

/** Options as Python writes them. */
function optionText(value: unknown): string {
  if (typeof value === 'boolean') return pythonBool(value);
  return Array.isArray(value) ? `(${value.map(optionText).join(', ')})` : String(value);
}

/** One number for each column, as a tensor that outlives scopes. */
export function columnTensor(values: Float64Array, dtype: DType = 'float64'): Tensor {
  return keep(to(fromTypedArray(values), dtype));
}

/** A true or false of the state dict. */
export const flag = (value: boolean): Tensor => tensor(value);

/** `x` with `out` written over it, where that is asked for. */
export function settle(x: Tensor, out: Tensor, inPlace: boolean): Tensor {
  return inPlace ? copy_(x, out) : out;
}

/** Reads a state dict: what is missing, unknown or of another kind is an error before anything is taken over. */
export class StateReader {
  private readonly left: Set<string>;
  private readonly op: string;
  private readonly tensors: Readonly<Record<string, unknown>>;
  private features: number | null = null;

  constructor(op: string, tensors: Readonly<Record<string, unknown>>) {
    this.op = op;
    this.tensors = tensors;
    this.left = new Set(Object.keys(tensors));
  }

  /** Whether there is a tensor of that name. */
  has(name: string): boolean {
    return this.left.has(name);
  }

  /** One number for each column, copied. */
  columns(name: string): Tensor {
    const x = this.take(name);
    if (x.ndim !== 1 || x.shape[0] === 0 || !isFloating(x.dtype))
      throw new StateDictError(
        `${this.op}: "${name}" is ${x.dtype} ${showShape(x.shape)}, expected one floating-point number for each column.`,
      );
    this.features ??= x.shape[0]!;
    if (x.shape[0] !== this.features)
      throw new StateDictError(
        `${this.op}: "${name}" has ${x.shape[0]} numbers, the tensors before it have ${this.features}. The state is not of one scaler.`,
      );
    return keep(clone(detach(x)));
  }

  /** `count` numbers in a tensor. */
  numbers(name: string, count: number): number[] {
    const x = this.take(name);
    const values = Array.from(toTypedArray(x) as ArrayLike<number | bigint>, Number);
    if (values.length !== count)
      throw new StateDictError(`${this.op}: "${name}" has shape ${showShape(x.shape)}, expected ${count} numbers.`);
    return values;
  }

  /** True or false. */
  flag(name: string): boolean {
    return this.numbers(name, 1)[0] !== 0;
  }

  /** How many columns there are; nothing may be left unread. */
  end(): number {
    if (this.left.size > 0)
      throw new StateDictError(
        `${this.op}: the state has ${[...this.left].map(show).join(', ')}, which it does not know. It is that of another class.`,
      );
    return this.features as number;
  }

  private take(name: string): Tensor {
    const x = Object.hasOwn(this.tensors, name) ? this.tensors[name] : undefined;
    if (x === undefined)
      throw new StateDictError(
        `${this.op}: the state has no "${name}". It has ${Object.keys(this.tensors).map(show).join(', ') || 'nothing'}.`,
      );
    if (!(x instanceof Tensor)) throw new StateDictError(`${this.op}: "${name}" is ${show(x)}, expected a Tensor.`);
    this.left.delete(name);
    return x;
  }
}
