/** What the layers with a weight and a bias start from. */
import type { Tensor } from '../../tensor/tensor.js';
import { uniform_ } from './basic.js';
import { calculateFanInAndFanOut, kaimingUniform_ } from './variance.js';

/** @internal PyTorch's default for layers with a weight [out, in, ...]: the weight first, then the bias from +-1 / sqrt(fan in). */
export function resetWeightAndBias(weight: Tensor, bias: Tensor | null): void {
  kaimingUniform_(weight, { a: Math.sqrt(5) });
  if (bias === null) return;
  const { fanIn } = calculateFanInAndFanOut(weight);
  const bound = fanIn === 0 ? 0 : 1 / Math.sqrt(fanIn);
  uniform_(bias, -bound, bound);
}
