/** The activations that torch.nn.functional also has with an underscore: they write over their input. */
import type { Tensor } from '../../tensor/tensor.js';
import { celu, elu, hardtanh, leakyRelu, relu, selu } from './functional.js';
import { rrelu, threshold } from './threshold.js';

/** {@link relu} in place. */
export const relu_ = (x: Tensor): Tensor => relu(x, true);
/** {@link elu} in place. */
export const elu_ = (x: Tensor, alpha = 1): Tensor => elu(x, alpha, true);
/** {@link selu} in place. */
export const selu_ = (x: Tensor): Tensor => selu(x, true);
/** {@link celu} in place. */
export const celu_ = (x: Tensor, alpha = 1): Tensor => celu(x, alpha, true);
/** {@link leakyRelu} in place. */
export const leakyRelu_ = (x: Tensor, negativeSlope = 0.01): Tensor => leakyRelu(x, negativeSlope, true);
/** {@link hardtanh} in place. */
export const hardtanh_ = (x: Tensor, minVal = -1, maxVal = 1): Tensor => hardtanh(x, minVal, maxVal, true);
/** {@link threshold} in place. */
export const threshold_ = (x: Tensor, limit: number, value: number): Tensor => threshold(x, limit, value, true);
/** {@link rrelu} in place. */
export const rrelu_ = (x: Tensor, lower = 1 / 8, upper = 1 / 3, training = false): Tensor => rrelu(x, lower, upper, training, true);
