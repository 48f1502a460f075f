/** `optim.lrScheduler`: learning rates that change during training. */

export type { CosineAnnealingLROptions } from './cosine-annealing-lr.js';
export { CosineAnnealingLR } from './cosine-annealing-lr.js';
export type { ExponentialLROptions } from './exponential-lr.js';
export { ExponentialLR } from './exponential-lr.js';
export type { LambdaLROptions, LrLambda } from './lambda-lr.js';
export { LambdaLR } from './lambda-lr.js';
export type { ConstantLROptions, LinearLROptions } from './linear-lr.js';
export { ConstantLR, LinearLR } from './linear-lr.js';
export type { ReduceLROnPlateauOptions } from './reduce-lr-on-plateau.js';
export { ReduceLROnPlateau } from './reduce-lr-on-plateau.js';
export type { SchedulerOptions, SchedulerStateDict } from './scheduler.js';
export { LRScheduler } from './scheduler.js';
export type { MultiStepLROptions, StepLROptions } from './step-lr.js';
export { MultiStepLR, StepLR } from './step-lr.js';
