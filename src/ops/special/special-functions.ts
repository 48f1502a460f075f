/** PyTorch's `torch.special`: the functions of special.ts, and those that stand elsewhere under the names that they have there. */

export type { LogitOptions } from '../elementwise/logarithms.js';
export { logit, xlogy } from '../elementwise/logarithms.js';
export { erf, erfinv, exp2, expm1, log1p, round, sigmoid as expit, sinc } from '../elementwise/unary.js';
export type { LogSoftmaxOptions, LogsumexpOptions, SoftmaxOptions } from '../reduce/softmax.js';
export { logSoftmax, logsumexp, softmax } from '../reduce/softmax.js';
export * from './special.js';
