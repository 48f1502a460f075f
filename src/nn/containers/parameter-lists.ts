/** Modules that hold parameters: a list and a dictionary. */
import { ArgumentError } from '../../errors.js';
import { classNameOf } from '../../tensor/class-name.js';
import { Tensor } from '../../tensor/tensor.js';
import { Module } from '../module/module.js';
import { Parameter } from '../module/state/parameter.js';
import { checkName, pairs, position } from './entries.js';

/** A parameter; plain tensors become one. */
function parameterOf(value: Tensor, what: string): Parameter {
  if (!((value as unknown) instanceof Tensor))
    throw new ArgumentError(`${what} is ${value === null ? 'null' : typeof value}, expected a Tensor.`);
  return value instanceof Parameter ? value : new Parameter(value);
}

/**
 * A list of parameters that a model can see.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ParameterList.html
 * @example
 * const weights = new nn.ParameterList([ones([2, 2]), zeros([2])]);
 * weights.at(-1); // the zeros, as a parameter
 */
export class ParameterList extends Module {
  static override readonly className: string = 'ParameterList';
  [index: number]: Parameter;

  /**
   * A list of parameters that a model can see.
   * @param parameters plain tensors become parameters.
   */
  constructor(parameters: Iterable<Tensor> = []) {
    super();
    this.extend(parameters);
  }

  /** How many parameters there are. */
  get length(): number {
    return this.ownTensors().length;
  }

  /** The parameter at `index`; negative ones count from the end. @throws {IndexError} */
  at(index: number): Parameter {
    return this[position(classNameOf(this), index, this.length)]!;
  }

  [Symbol.iterator](): Iterator<Parameter> {
    return this.ownTensors()
      .map(({ tensor }) => tensor as Parameter)
      [Symbol.iterator]();
  }

  /** Puts another parameter in the place of the one at `index`. @throws {IndexError} */
  set(index: number, parameter: Tensor): this {
    const at = position(classNameOf(this), index, this.length);
    this.registerParameter(String(at), parameterOf(parameter, `${classNameOf(this)}: entry ${at}`));
    return this;
  }

  /** Adds a parameter at the end; a plain tensor becomes one. */
  append(parameter: Tensor): this {
    this.registerParameter(String(this.length), parameterOf(parameter, `${classNameOf(this)}: entry ${this.length}`));
    return this;
  }

  /** @throws {ArgumentError} for what is no list of tensors. */
  /** Adds parameters at the end; plain tensors become such. */
  extend(parameters: Iterable<Tensor>): this {
    if (typeof parameters !== 'object' || parameters === null || parameters instanceof Tensor || !(Symbol.iterator in parameters))
      throw new ArgumentError(`${classNameOf(this)}: expected a list of tensors: new nn.ParameterList([first, second]).`);
    for (const parameter of parameters) this.append(parameter);
    return this;
  }

  /** A list of the parameters from `start` to before `end`; bounds as in Array's slice. */
  slice(start?: number, end?: number): ParameterList {
    return new (this.constructor as typeof ParameterList)([...this].slice(start, end));
  }

  forward(): never {
    throw new ArgumentError(`${classNameOf(this)}: it has no forward. Use its parameters one by one.`);
  }

  override extraRepr(): string {
    return [...this].map((p, i) => `  (${i}): Parameter containing: [torch.${p.dtype} of size ${p.shape.join('x')}]`).join('\n');
  }
}

type Entries = Iterable<readonly [string, Tensor]> | Readonly<Record<string, Tensor>>;

/**
 * Parameters by name. Iterates over its entries in the order of insertion; what is given as an object is inserted in the order of its
 * names, as in PyTorch.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ParameterDict.html
 * @example
 * const scales = new nn.ParameterDict({ left: ones([1]), right: ones([1]) });
 * scales.get('left').mul(2);
 */
export class ParameterDict extends Module {
  static override readonly className: string = 'ParameterDict';
  // Not fields: any name may be a key.
  private readonly map = new Map<string, Parameter>();

  /**
   * Parameters by name. Iterates over its entries in the order of insertion; what is given as an object is inserted in the order of its
   * names, as in PyTorch.
   * @param parameters plain tensors become parameters.
   */
  constructor(parameters: Entries = {}) {
    super();
    this.update(parameters);
  }

  protected override fields(): Iterable<readonly [string, unknown]> {
    return this.map;
  }

  /** Puts a tensor into a field. */
  override setField(name: string, tensor: Tensor): void {
    this.set(name, tensor);
  }

  /** How many parameters there are. */
  get size(): number {
    return this.map.size;
  }

  /** The parameter of that name. @throws {ArgumentError} when there is none; ask `has` first. */
  get(name: string): Parameter {
    const parameter = this.map.get(name);
    if (!parameter)
      throw new ArgumentError(
        `${classNameOf(this)}: there is no parameter "${name}". There are ${[...this.map.keys()].join(', ') || 'none'}.`,
      );
    return parameter;
  }

  /** Whether there is an entry of that name. */
  has(name: string): boolean {
    return this.map.has(name);
  }

  /** Sets the parameter of that name; a plain tensor becomes one. */
  set(name: string, parameter: Tensor): this {
    checkName(classNameOf(this), name);
    this.map.set(name, parameterOf(parameter, `${classNameOf(this)}: "${name}"`));
    return this;
  }

  /** The parameter of that name; where there is none, `parameter` becomes it. */
  setDefault(name: string, parameter: Tensor): Parameter {
    if (!this.map.has(name)) this.set(name, parameter);
    return this.get(name);
  }

  /** Sets parameters by name. */
  update(parameters: Entries): this {
    const entries = pairs(classNameOf(this), parameters);
    if (!(Symbol.iterator in parameters)) entries.sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [name, parameter] of entries) this.set(name, parameter);
    return this;
  }

  /** Takes the entry of that name out. Returns whether there was one. */
  delete(name: string): boolean {
    return this.map.delete(name);
  }

  /** Takes the parameter of that name out, and returns it. @throws {ArgumentError} when there is none. */
  pop(name: string): Parameter {
    const parameter = this.get(name);
    this.map.delete(name);
    return parameter;
  }

  /** Takes all entries out. */
  clear(): void {
    this.map.clear();
  }

  /** A dictionary of the same parameters. */
  copy(): ParameterDict {
    return new (this.constructor as typeof ParameterDict)(this.map);
  }

  /** The names, in the order of insertion. */
  keys(): IterableIterator<string> {
    return this.map.keys();
  }

  /** The entries, in the order of insertion. */
  values(): IterableIterator<Parameter> {
    return this.map.values();
  }

  /** Names and entries, in the order of insertion. */
  entries(): IterableIterator<[string, Parameter]> {
    return this.map.entries();
  }

  /** {@link entries} under Python's name. */
  items(): IterableIterator<[string, Parameter]> {
    return this.map.entries();
  }

  [Symbol.iterator](): IterableIterator<[string, Parameter]> {
    return this.map.entries();
  }

  override registerParameter<T extends Parameter | null>(name: string, parameter: T): T {
    if (parameter !== null) this.set(name, parameter);
    return parameter;
  }

  forward(): never {
    throw new ArgumentError(`${classNameOf(this)}: it has no forward. Use its parameters by name.`);
  }

  override extraRepr(): string {
    const type = (p: Parameter) => (p.dtype === 'float64' ? 'DoubleTensor' : 'FloatTensor');
    return [...this.map]
      .map(([name, p]) => `  (${name}): Parameter containing: [torch.${type(p)} of size ${p.shape.join('x')}]`)
      .join('\n');
  }
}
