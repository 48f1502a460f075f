/** `optim`: optimizers, and schedulers of their learning rates. */

export type { AdamOptions } from './adam.js';
export { Adam } from './adam.js';
export type { AdamWOptions } from './adamw.js';
export { AdamW } from './adamw.js';
export * as lrScheduler from './lr-scheduler/index.js';
export type { OptimizerStateDict, ParamGroup, ParamGroupInput, ParamState, Params } from './optimizer.js';
export { Optimizer } from './optimizer.js';
export type { SGDOptions } from './sgd.js';
export { SGD } from './sgd.js';
