/** The containers as v2 draws and prints them: order and choice come from torch's generator instead of Python's. */
import { ArgumentError } from '../../../errors.js';
import { multinomial } from '../../../ops/random/random.js';
import type { Arguments } from '../../../tensor/arguments/arguments.js';
import { assertFunction, unexpected } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { pythonFloat } from '../../../tensor/arguments/python-text.js';
import { tensor } from '../../../tensor/create/create.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { item } from '../../../tensor/values/transfer.js';
import { drawOrder, drawRand } from '../base/draws.js';
import { type Conversion, type Transforms, transformText } from '../base/functions.js';
import { Transform } from '../base/transform.js';
import { CHAIN, type Choice } from '../batch/rules.js';
import { Compose as ComposeV1 } from '../containers/compose.js';
import { ALL_OR_NONE, type RandomApplyOptions, RandomApply as RandomApplyV1 } from '../containers/random-apply.js';
import { ONE_OF, type RandomChoiceOptions, RandomChoice as RandomChoiceV1 } from '../containers/random-choice.js';
import { IN_ORDER, type RandomOrderOptions, RandomOrder as RandomOrderV1 } from '../containers/random-order.js';

/** A text as a module of PyTorch puts it between parentheses: on lines of its own, where it has several. */
function moduleText(transform: object, extra: string): string {
  const lines = extra.split('\n');
  return `${classNameOf(transform)}(${lines.length === 1 ? extra : `\n  ${lines.join('\n  ')}\n`})`;
}

const listed = (transforms: Transforms) => transforms.map((transform) => `    ${transformText(transform)}`).join('\n');

function assertSome(op: string, transforms: Transforms): void {
  if (transforms.length === 0) throw new ArgumentError(`${op}: transforms is an empty list, expected at least one.`);
}

/**
 * Transforms one after the other.
 * @throws {ArgumentError} for anything but transforms, and for none at all.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.Compose.html
 * @example
 * new transforms.v2.Compose([new transforms.v2.CenterCrop(2)]).forward(rand(3, 5, 7)).shape; // [3, 2, 2]
 */
export class Compose<const List extends Transforms = Transforms> extends ComposeV1<List> {
  static override readonly className: string = 'Compose';
  /** @internal */
  static override readonly batchedChoice: Choice = CHAIN;
  constructor(...args: [transforms: List] | [options: { transforms: List }]) {
    super(...args);
    assertSome(classNameOf(new.target), this.transforms);
  }

  override toString(): string {
    return moduleText(this, listed(this.transforms));
  }
}

/**
 * Transforms one after the other with probability `p`, none of them otherwise; one number is drawn for all.
 * @throws {ArgumentError} for anything but transforms, for none at all, and unless p is from 0 to 1.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.RandomApply.html
 * @example
 * new transforms.v2.RandomApply([new transforms.v2.Pad(1)], 1).forward(rand(3, 5, 7)).shape; // [3, 7, 9]
 */
export class RandomApply extends RandomApplyV1 {
  static override readonly className: string = 'RandomApply';
  /** @internal */
  static override readonly batchedChoice: Choice = ALL_OR_NONE;
  constructor(...args: Arguments<RandomApplyOptions, [transforms: 'transforms', p: 'p']>) {
    super(...args);
    assertSome(classNameOf(new.target), this.transforms);
  }

  override makeParams(): boolean {
    return drawRand() < Math.fround(this.p);
  }

  override toString(): string {
    return moduleText(this, listed(this.transforms));
  }
}

/** A list as Python prints it. */
const pythonList = (values: readonly string[]) => `[${values.join(', ')}]`;

/**
 * All transforms, in an order that is drawn as `torch.randperm`.
 * @throws {ArgumentError} for anything but transforms, and for none at all.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.RandomOrder.html
 * @example
 * new transforms.v2.RandomOrder([new transforms.v2.Pad(1), new transforms.v2.CenterCrop(4)]).forward(rand(3, 5, 7)).ndim; // 3
 */
export class RandomOrder extends RandomOrderV1 {
  static override readonly className: string = 'RandomOrder';
  /** @internal */
  static override readonly batchedChoice: Choice = IN_ORDER;
  constructor(...args: Arguments<RandomOrderOptions, [transforms: 'transforms']>) {
    super(...args);
    assertSome(classNameOf(new.target), this.transforms);
  }

  override makeParams(): readonly number[] {
    return drawOrder(this.transforms.length);
  }

  override toString(): string {
    return moduleText(this, `transforms=${pythonList(this.transforms.map(transformText))}`);
  }
}

/**
 * One of the transforms, drawn as by `torch.multinomial`.
 * @throws {ArgumentError} for anything but transforms, for none at all, another number of weights, and weights that are all 0.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.RandomChoice.html
 * @example
 * new transforms.v2.RandomChoice([new transforms.v2.Pad(1), new transforms.v2.Pad(2)], [1, 0]).forward(rand(3, 5, 7)).shape; // [3, 7, 9]
 */
export class RandomChoice extends RandomChoiceV1 {
  static override readonly className: string = 'RandomChoice';
  /** @internal */
  static override readonly batchedChoice: Choice = ONE_OF;
  /** How likely each of them is; they add up to 1. */
  declare readonly p: readonly number[];

  constructor(...args: Arguments<RandomChoiceOptions, [transforms: 'transforms', p: 'p']>) {
    super(...args);
    const given = this.p ?? new Array<number>(this.transforms.length).fill(1);
    const total = given.reduce((a, b) => a + b, 0);
    (this as { p: readonly number[] }).p = given.map((weight) => weight / total);
  }

  override makeParams(): number {
    return item(multinomial(tensor([...this.p], { dtype: 'float32' }), 1));
  }

  override toString(): string {
    return moduleText(this, `transforms=${pythonList(this.transforms.map(transformText))}, p=${pythonList(this.p.map(pythonFloat))}`);
  }
}

/** What {@link Lambda} looks for: classes of inputs. */
export type InputClass = abstract new (...args: never[]) => object;

/**
 * Any function as a transform: it is called for each input of a sample, or for those of some classes.
 * @param types the classes of inputs that the function takes. Default: all inputs.
 * @throws {ArgumentError} unless it is a function, and classes.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.Lambda.html
 * @example
 * new transforms.v2.Lambda((x: Tensor) => x.mul(2), Tensor).forward([ones([2]), 'a'])[0]; // [2, 2]
 */
export class Lambda<In = Tensor, Out = unknown> extends Transform<undefined, Conversion<In, Out>> {
  static override readonly className: string = 'Lambda';
  /** The function. */
  readonly lambd: (input: In) => Out;
  /** The classes of inputs that it takes; none stands for all. */
  readonly types: readonly InputClass[];

  constructor(lambd: (input: In) => Out, ...types: readonly InputClass[]) {
    super();
    const op = classNameOf(new.target);
    assertFunction(op, 'lambd', lambd);
    types.forEach((type: unknown, i) => {
      if (typeof type !== 'function' || type.prototype === undefined) throw unexpected(op, `types[${i}]`, type, 'a class of inputs');
    });
    this.lambd = lambd;
    this.types = types;
  }

  transform(input: In): Out | In {
    return this.types.length === 0 || this.types.some((type) => input instanceof type) ? this.lambd(input) : input;
  }

  protected override takes(): boolean {
    return true;
  }

  protected override extraRepr(): string {
    const types = this.types.length === 0 ? ["'object'"] : this.types.map((type) => `'${classNameOf(type)}'`);
    return `${this.lambd.name || '<lambda>'}, types=${pythonList(types)}`;
  }
}
