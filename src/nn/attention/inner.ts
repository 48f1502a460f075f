/**
 * Values on their way through the parts of a layer. What a part made for the next goes back as soon as that has made something else of it,
 * where nobody can hold it but the layer: the parts are Hone's own and no hook watches them, and there is no tape that needs the value
 * for a gradient. So its memory is still in the processor's caches when it is lent again, and a training step takes less of it.
 */
import { isGradEnabled } from '../../autograd/modes/mode.js';
import { add } from '../../ops/elementwise/binary.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Module } from '../module/module.js';

/** What gradients need of a value, those of its maker as those of what takes it. */
export type Needed = 'value' | 'nothing';

export class Inner {
  /** @param own whether nobody but the layer can hold it: false of what the layer was given. */
  constructor(
    readonly x: Tensor,
    private own = false,
  ) {}

  /** What `part` makes of it, by `forward` where that takes more than x. It stays, to be used again. */
  by(part: Module, forward = (x: Tensor): Tensor => part.forward(x)): Inner {
    const made = forward(this.x);
    const unseen = part.passesOn();
    this.own &&= unseen;
    return new Inner(made, unseen && (this.own || made.storage !== this.x.storage));
  }

  /** {@link by}, the last use of it. */
  into(part: Module, needed: Needed, forward?: (x: Tensor) => Tensor): Inner {
    const made = this.by(part, forward);
    this.spent(made, needed);
    return made;
  }

  /** What one of Hone's functions makes of it, the last use of it; `over` writes it over x, which it may where nobody else sees x. */
  through(make: (x: Tensor) => Tensor, needed: Needed, over = make): Inner {
    const made = new Inner(this.own && !isGradEnabled() ? over(this.x) : make(this.x), true);
    this.spent(made, needed);
    return made;
  }

  /** Its sum with what was made of it, the last use of both. */
  plus(other: Inner): Inner {
    const sum = new Inner(add(this.x, other.x), true);
    this.spent(sum, 'value');
    if (other.x.storage !== this.x.storage) other.spent(sum, 'nothing');
    return sum;
  }

  /** Notes that nobody uses it any more now that `made` is there. */
  spent(made: Inner, needed: Needed): void {
    if (!this.own || made.x.storage === this.x.storage || (needed === 'value' && isGradEnabled())) return;
    this.x.storage.free();
  }
}
