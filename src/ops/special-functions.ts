/** PyTorch's `torch.special`: the functions of special.ts, and those that stand elsewhere under the names that they have there. */
export { erf, erfinv, exp2, expm1, log1p, round, sigmoid as expit } from './math.js';
export { logit, sinc, xlogy } from './pointwise.js';
export { logSoftmax, softmax } from './softmax.js';
export * from './special.js';
export { logsumexp } from './statistics.js';
