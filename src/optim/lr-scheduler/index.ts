/** `optim.lrScheduler`: learning rates that change during training. */

export type { ChainedSchedulerOptions, SequentialLROptions } from './composed.js';
export { ChainedScheduler, SequentialLR } from './composed.js';
export type { CosineAnnealingLROptions, CosineAnnealingWarmRestartsOptions } from './cosine-annealing-lr.js';
export { CosineAnnealingLR, CosineAnnealingWarmRestarts } from './cosine-annealing-lr.js';
export type { CyclicLROptions } from './cycle/cyclic-lr.js';
export { CyclicLR } from './cycle/cyclic-lr.js';
export type { OneCycleLROptions } from './cycle/one-cycle-lr.js';
export { OneCycleLR } from './cycle/one-cycle-lr.js';
export type { ExponentialLROptions } from './exponential-lr.js';
export { ExponentialLR } from './exponential-lr.js';
export type { LambdaLROptions, LrLambda, MultiplicativeLROptions } from './lambda-lr.js';
export { LambdaLR, MultiplicativeLR } from './lambda-lr.js';
export type { ConstantLROptions, LinearLROptions, PolynomialLROptions } from './linear-lr.js';
export { ConstantLR, LinearLR, PolynomialLR } from './linear-lr.js';
export type { ReduceLROnPlateauOptions } from './reduce-lr-on-plateau.js';
export { ReduceLROnPlateau } from './reduce-lr-on-plateau.js';
// SchedulerOptions is the former name of LRSchedulerOptions.
export type { LRSchedulerOptions, LRSchedulerOptions as SchedulerOptions, SchedulerStateDict } from './scheduler.js';
export { LRScheduler } from './scheduler.js';
export type { MultiStepLROptions, StepLROptions } from './step-lr.js';
export { MultiStepLR, StepLR } from './step-lr.js';
export type { SWALROptions } from './swa-lr.js';
export { SWALR } from './swa-lr.js';
