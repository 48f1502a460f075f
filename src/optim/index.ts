/** `optim`: optimizers, and schedulers of their learning rates. */

export type { AdadeltaOptions } from './adadelta.js';
export { Adadelta } from './adadelta.js';
export type { AdafactorOptions } from './adafactor.js';
export { Adafactor } from './adafactor.js';
export type { AdagradOptions } from './adagrad.js';
export { Adagrad } from './adagrad.js';
export type { AdamOptions } from './adam.js';
export { Adam } from './adam.js';
export type { AdamaxOptions } from './adamax.js';
export { Adamax } from './adamax.js';
export type { AdamWOptions } from './adamw.js';
export { AdamW } from './adamw.js';
export type { ASGDOptions } from './asgd.js';
export { ASGD } from './asgd.js';
export type {
  OptimizerHookOptions,
  OptimizerStateDictHook,
  OptimizerStateHook,
  OptimizerStepPostHook,
  OptimizerStepPreHook,
} from './hooks.js';
export { registerOptimizerStepPostHook, registerOptimizerStepPreHook } from './hooks.js';
export type { LBFGSOptions } from './lbfgs.js';
export { LBFGS } from './lbfgs.js';
export type { LionOptions } from './lion.js';
export { Lion } from './lion.js';
export * as lrScheduler from './lr-scheduler/index.js';
export type { MuonOptions } from './muon.js';
export { Muon } from './muon.js';
export type { NAdamOptions } from './nadam.js';
export { NAdam } from './nadam.js';
export type { Given, ImplementationOptions, OptimizerStateDict, ParamGroup, ParamGroupInput, ParamState, Params } from './optimizer.js';
export { Optimizer } from './optimizer.js';
export type { RAdamOptions } from './radam.js';
export { RAdam } from './radam.js';
export type { RMSpropOptions } from './rmsprop.js';
export { RMSprop } from './rmsprop.js';
export type { RpropOptions } from './rprop.js';
export { Rprop } from './rprop.js';
export type { SGDOptions } from './sgd.js';
export { SGD } from './sgd.js';
