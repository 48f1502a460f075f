/** PyTorch's `torch.special`: the functions of special.ts, and those that stand elsewhere under the names that they have there. */

export { logit, sinc, xlogy } from '../elementwise/pointwise.js';
export { erf, erfinv, exp2, expm1, log1p, round, sigmoid as expit } from '../elementwise/unary.js';
export { logSoftmax, softmax } from '../reduce/softmax.js';
export { logsumexp } from '../statistics/moments.js';
export * from './special.js';
