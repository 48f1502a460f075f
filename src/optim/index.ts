/** `optim`: optimizers, and schedulers of their learning rates. */

export type { ZeroGradOptions } from '../autograd/clear-gradient.js';
export type { AdadeltaOptions } from './adagrad/adadelta.js';
export { Adadelta } from './adagrad/adadelta.js';
export type { AdafactorOptions } from './adagrad/adafactor.js';
export { Adafactor } from './adagrad/adafactor.js';
export type { AdagradOptions } from './adagrad/adagrad.js';
export { Adagrad } from './adagrad/adagrad.js';
export type { RMSpropOptions } from './adagrad/rmsprop.js';
export { RMSprop } from './adagrad/rmsprop.js';
export type { AdamOptions } from './adam/adam.js';
export { Adam } from './adam/adam.js';
export type { AdamaxOptions } from './adam/adamax.js';
export { Adamax } from './adam/adamax.js';
export type { AdamWOptions } from './adam/adamw.js';
export { AdamW } from './adam/adamw.js';
export type { NAdamOptions } from './adam/nadam.js';
export { NAdam } from './adam/nadam.js';
export type { RAdamOptions } from './adam/radam.js';
export { RAdam } from './adam/radam.js';
export type { LBFGSOptions } from './lbfgs/lbfgs.js';
export { LBFGS } from './lbfgs/lbfgs.js';
export * as lrScheduler from './lr-scheduler/index.js';
export type {
  OptimizerHookOptions,
  OptimizerStateDictHook,
  OptimizerStateHook,
  OptimizerStepPostHook,
  OptimizerStepPreHook,
} from './optimizer/hooks.js';
export { registerOptimizerStepPostHook, registerOptimizerStepPreHook } from './optimizer/hooks.js';
export { Optimizer } from './optimizer/optimizer.js';
// Given and Params are the former names of OptionsInput and ParamsInput.
export type {
  ImplementationOptions,
  OptionsInput,
  OptionsInput as Given,
  ParamGroup,
  ParamGroupInput,
  ParamsInput,
  ParamsInput as Params,
} from './optimizer/param-groups.js';
export type { ParamState } from './optimizer/state.js';
export type { OptimizerStateDict } from './optimizer/state-dict.js';
export type { ASGDOptions } from './sgd/asgd.js';
export { ASGD } from './sgd/asgd.js';
export type { LionOptions } from './sgd/lion.js';
export { Lion } from './sgd/lion.js';
export type { MuonOptions } from './sgd/muon.js';
export { Muon } from './sgd/muon.js';
export type { RpropOptions } from './sgd/rprop.js';
export { Rprop } from './sgd/rprop.js';
export type { SGDOptions } from './sgd/sgd.js';
export { SGD } from './sgd/sgd.js';
