/**
 * Values on their way through layers. What one layer made for the next goes back as soon as that has made something else of it, where nobody
 * can hold it: the layers are Hone's own, no hook watches them, and no gradient needs the value. So its memory is still in the processor's
 * caches when it is lent again, and a training step takes less of it. What came in is never given back, nor what a layer of the user's or a
 * hook has seen.
 */
import { isGradEnabled } from '../../../autograd/modes/mode.js';
import { keptForGradient, tapePosition } from '../../../autograd/node.js';
import { add } from '../../../ops/elementwise/binary.js';
import { addInPlace } from '../../../ops/elementwise/inplace.js';
import { sameShape } from '../../../tensor/shape.js';
import type { Storage } from '../../../tensor/storage.js';
import { Tensor } from '../../../tensor/tensor.js';
import type { Module } from '../module.js';
import { lending } from './lent.js';

const memoryOf = (value: unknown): Storage | null => (value instanceof Tensor ? value.storage : null);

/** One of them: a tensor, or what else layers hand on, which is left alone. */
export class Inner<X = Tensor> {
  /**
   * @param own whether nobody else can hold it: false of what came in.
   * @param since where the tape was when its memory was made.
   */
  constructor(
    readonly x: X,
    private own = false,
    private readonly since = 0,
  ) {}

  /** What `part` makes of it, by `forward` where that takes more than x. It stays, to be used again; where both share memory, it is nobody's own. */
  by(part: Module, forward = (x: X) => part.forward(x) as X): Inner<X> {
    return this.made(part, forward, false);
  }

  /** {@link by}, the last use of it. Where it may, `part` writes over it, and within the limits of the layer that is `next`. */
  into(part: Module, forward = (x: X) => part.forward(x) as X, next?: Module): Inner<X> {
    const lends = this.own && !isGradEnabled() && (part.constructor as typeof Module).overwrites && part.passesOn();
    const bounds = lends && next?.passesOn() ? next.bounds() : null;
    const made = this.made(part, lends ? (x) => lending(x as Tensor, bounds, () => forward(x)) as X : forward, true);
    this.spent(made);
    return made;
  }

  /** What one of Hone's functions makes of it, the last use of it; `over` writes it over x, which it may where nobody else sees x. */
  through(make: (x: X) => X, over = make): Inner<X> {
    const start = tapePosition();
    const made = new Inner(this.own && !isGradEnabled() ? over(this.x) : make(this.x), true, start);
    this.spent(made);
    return made;
  }

  /** Its sum with another, the last use of both. */
  plus(this: Inner<Tensor>, other: Inner<Tensor>): Inner {
    const [x, y] = [this.x, other.x];
    const start = tapePosition();
    const over = this.own && !isGradEnabled() && x.storage !== y.storage && x.dtype === y.dtype && sameShape(x.shape, y.shape);
    const sum = new Inner(over ? addInPlace(x, y, 1, 'add_') : add(x, y), true, start);
    this.spent(sum);
    if (x.storage !== y.storage) other.spent(sum);
    return sum;
  }

  /** Notes that nobody uses it any more now that `made` is there. */
  spent(made: Inner<X>): void {
    const [memory, after] = [memoryOf(this.x), memoryOf(made.x)];
    if (!this.own || memory === null || after === null || memory === after) return;
    if (isGradEnabled() && keptForGradient(memory, made.x as Tensor, this.since)) return;
    memory.free();
  }

  private made(part: Module, forward: (x: X) => X, last: boolean): Inner<X> {
    const start = tapePosition();
    const made = forward(this.x);
    const unseen = part.passesOn();
    const [before, after] = [memoryOf(this.x), memoryOf(made)];
    const same = before === after;
    this.own &&= unseen && (last || !same);
    return new Inner(made, unseen && before !== null && after !== null && (!same || this.own), same ? this.since : start);
  }
}

/** What the last of `modules` makes of a value, each called with what the one before gave. */
export function passed<X>(modules: readonly Module[], x: Inner<X>): Inner<X> {
  let current = x;
  for (let i = 0; i < modules.length; i++) current = current.into(modules[i]!, undefined, modules[i + 1]);
  return current;
}
