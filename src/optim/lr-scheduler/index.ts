/** `optim.lrScheduler`: learning rates that change during training. */

export type { ChainedSchedulerOptions, SequentialLROptions } from './composed.js';
export { ChainedScheduler, SequentialLR } from './composed.js';
export type { CosineAnnealingLROptions, CosineAnnealingWarmRestartsOptions } from './cycle/cosine-annealing-lr.js';
export { CosineAnnealingLR, CosineAnnealingWarmRestarts } from './cycle/cosine-annealing-lr.js';
export type { CyclicLROptions } from './cycle/cyclic-lr.js';
export { CyclicLR } from './cycle/cyclic-lr.js';
export type { OneCycleLROptions } from './cycle/one-cycle-lr.js';
export { OneCycleLR } from './cycle/one-cycle-lr.js';
export type { ExponentialLROptions } from './decay/exponential-lr.js';
export { ExponentialLR } from './decay/exponential-lr.js';
export type { LambdaLROptions, LrLambda, MultiplicativeLROptions } from './decay/lambda-lr.js';
export { LambdaLR, MultiplicativeLR } from './decay/lambda-lr.js';
export type { ConstantLROptions, LinearLROptions, PolynomialLROptions } from './decay/linear-lr.js';
export { ConstantLR, LinearLR, PolynomialLR } from './decay/linear-lr.js';
export type { MultiStepLROptions, StepLROptions } from './decay/step-lr.js';
export { MultiStepLR, StepLR } from './decay/step-lr.js';
export type { ReduceLROnPlateauOptions } from './reduce-lr-on-plateau.js';
export { ReduceLROnPlateau } from './reduce-lr-on-plateau.js';
// SchedulerOptions is the former name of LRSchedulerOptions.
export type { LRSchedulerOptions, LRSchedulerOptions as SchedulerOptions, SchedulerStateDict } from './scheduler.js';
export { LRScheduler } from './scheduler.js';
export type { SWALROptions } from './swa-lr.js';
export { SWALR } from './swa-lr.js';
