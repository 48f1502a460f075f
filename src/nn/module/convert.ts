/** Conversion of a module's tensors to another dtype. */

import { noGrad } from '../../autograd/modes/mode.js';
import { to } from '../../ops/view/copy.js';
import { assertFloatingDType } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { escapeScope } from '../../tensor/storage.js';
import { replaceData } from '../../tensor/tensor.js';
import { type DType, isFloating } from '../../tensor/values/dtype.js';
import type { Module } from './module.js';
import { isUninitialized } from './state/uninitialized.js';

/** Converts floating parameters and buffers, and their gradients; the tensors stay the same objects. */
export function convert(module: Module, dtype: DType | undefined): void {
  if (dtype === undefined) return;
  assertFloatingDType(`${classNameOf(module)}.to`, 'dtype', dtype);
  noGrad(() => {
    for (const tensor of [...module.parameters(), ...module.buffers()]) {
      if (!isFloating(tensor.dtype) || tensor.dtype === dtype) continue;
      if (isUninitialized(tensor)) {
        (tensor as { dtype: DType }).dtype = dtype;
        continue;
      }
      replaceData(tensor, to(tensor, dtype));
      if (tensor.ownGrad === null) continue;
      tensor.ownGrad = to(tensor.ownGrad, dtype);
      escapeScope(tensor.ownGrad.storage, null);
    }
  });
}
