/** Parameters and buffers of lazy layers, before the first batch says what shape they have. */

import { noGrad } from '../../../autograd/modes/mode.js';
import { ArgumentError } from '../../../errors.js';
import { assertFloatingDType } from '../../../tensor/arguments/checks.js';
import type { Shape } from '../../../tensor/shape.js';
import { emptyTensor, replaceData, Tensor } from '../../../tensor/tensor.js';
import type { DType } from '../../../tensor/values/dtype.js';
import { assertDType } from '../../../tensor/values/dtype.js';
import { Buffer, Parameter } from './parameter.js';

/** Puts a shape that throws into a tensor without elements. */
function hideShape(x: Tensor, name: string): void {
  Object.defineProperty(x, 'shape', {
    configurable: true,
    enumerable: false,
    get(): never {
      throw new ArgumentError(
        `${name}: it has no shape and no values before its lazy layer has seen a batch. Call the model's forward once, or load a state dict, and use it then.`,
      );
    },
  });
}

function materialize(x: Tensor, becomes: object, shape: Shape, dtype: DType): void {
  Object.defineProperty(x, 'shape', { value: [0], configurable: true, enumerable: true, writable: true });
  Object.setPrototypeOf(x, becomes);
  noGrad(() => replaceData(x, emptyTensor(shape, dtype)));
}

/**
 * A parameter whose shape is not known yet, as lazy layers have them. It stays the same object when it gets its values, so an optimizer
 * may have it before; until then whatever asks for its shape or values throws.
 * @param requiresGrad default true. @param dtype default float32.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.parameter.UninitializedParameter.html
 */
export class UninitializedParameter extends Parameter {
  /** The name that texts and errors show: minifiers rename classes, but leave this. */
  static override readonly className: string = 'UninitializedParameter';
  /**
   * A parameter whose shape is not known yet, as lazy layers have them. It stays the same object when it gets its values, so an optimizer
   * may have it before; until then whatever asks for its shape or values throws.
   * @param requiresGrad default true.
   * @param dtype of what it becomes; default float32.
   */
  constructor(requiresGrad = true, dtype: DType = 'float32') {
    assertFloatingDType('UninitializedParameter', 'dtype', dtype);
    super(emptyTensor([0], dtype), requiresGrad);
    hideShape(this, 'UninitializedParameter');
  }

  /** Becomes a Parameter of this shape, whose values are whatever memory held. @param dtype default: its own. */
  materialize(shape: Shape, dtype: DType = this.dtype): void {
    materialize(this, Parameter.prototype, shape, dtype);
  }

  /** `<UninitializedParameter>`. */
  override toString(): string {
    return '<UninitializedParameter>';
  }
}

/**
 * A buffer whose shape is not known yet, as lazy layers have them.
 * @param dtype default float32. @param persistent whether it is part of the state dict; default true.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.parameter.UninitializedBuffer.html
 */
export class UninitializedBuffer extends Buffer {
  /** The name that texts and errors show: minifiers rename classes, but leave this. */
  static override readonly className: string = 'UninitializedBuffer';
  /**
   * A buffer whose shape is not known yet, as lazy layers have them.
   * @param dtype of what it becomes; default float32.
   * @param persistent whether it is part of the state dict; default true.
   */
  constructor(dtype: DType = 'float32', persistent = true) {
    assertDType(dtype, 'UninitializedBuffer');
    super(emptyTensor([0], dtype), persistent);
    hideShape(this, 'UninitializedBuffer');
  }

  /** Becomes a tensor of this shape, whose values are whatever memory held. @param dtype default: its own. */
  materialize(shape: Shape, dtype: DType = this.dtype): void {
    materialize(this, Tensor.prototype, shape, dtype);
  }

  /** `<UninitializedBuffer>`. */
  override toString(): string {
    return '<UninitializedBuffer>';
  }
}

/** Whether a tensor of a module still waits for its shape. */
export function isUninitialized(x: Tensor): x is UninitializedParameter | UninitializedBuffer {
  return x instanceof UninitializedParameter || x instanceof UninitializedBuffer;
}
