/** What modules own: parameters, which optimizers train, and buffers, which are kept and saved beside them. */

import { DTypeError } from '../../../errors.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { show } from '../../../tensor/arguments/show.js';
import { escapeScope } from '../../../tensor/storage.js';
import { Tensor } from '../../../tensor/tensor.js';

/** A tensor on the memory of `data`, which from now on outlives every scope, as the module that owns it does. */
abstract class OwnedTensor extends Tensor {
  constructor(data: Tensor, name: string) {
    if (!(data instanceof Tensor)) throw new DTypeError(`${name}: data is ${show(data)}, expected a Tensor.`);
    super(data.storage, data.shape, data.dtype, data.strides, data.offset);
    escapeScope(data.storage, null);
  }
}

/**
 * A leaf tensor that a module trains: assigned to a field of a {@link Module}, it is among its parameters.
 * @param data its values; the memory is shared.
 * @param requiresGrad default true.
 * @throws {DTypeError} when it requires gradients and is not float32 or float64.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.parameter.Parameter.html
 * @example
 * class Scale extends nn.Module {
 *   factor = new nn.Parameter(ones([1]));
 *   forward(x: Tensor) { return x.mul(this.factor); }
 * }
 */
export class Parameter extends OwnedTensor {
  /** The name that texts and errors show: minifiers rename classes, but leave this. */
  static override readonly className: string = 'Parameter';
  constructor(data: Tensor, requiresGrad = true) {
    super(data, classNameOf(new.target));
    if (requiresGrad) this.requiresGrad_();
  }

  /** PyTorch's text of it. */
  override toString(): string {
    return `Parameter containing:\n${super.toString()}`;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/**
 * A tensor that is part of a module's state but not trained: assigned to a field of a {@link Module}, it is among its buffers.
 * @param persistent whether it is part of the state dict. Default: true.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.parameter.Buffer.html
 */
export class Buffer extends OwnedTensor {
  /** The name that texts and errors show: minifiers rename classes, but leave this. */
  static override readonly className: string = 'Buffer';
  constructor(
    data: Tensor,
    /** Whether it is part of the state dict. */
    readonly persistent = true,
  ) {
    super(data, classNameOf(new.target));
  }
}
