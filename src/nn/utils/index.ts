/** `nn.utils`: gradients clipped, parameters as one vector, penalties, and a look for layers that a model does not see. */
export { findUnregistered } from '../module/unregistered/in-fields.js';
export * as rnn from '../recurrent/packed-sequence.js';
export type { ClipGradNormOptions, NormType, TotalNormOptions, TotalNormOptions as GetTotalNormOptions } from './gradients.js';
export { clipGradNorm_, clipGradsWithNorm_, clipGradValue_, getTotalNorm } from './gradients.js';
export * as parametrizations from './parametrize/parametrizations.js';
export * as parametrize from './parametrize/parametrize.js';
export type {
  ElasticNetOptions,
  ElasticNetOptions as ElasticNetPenaltyOptions,
  ParameterFilter,
  Penalized,
  PenaltyOptions,
  PenaltyOptions as L1PenaltyOptions,
  PenaltyOptions as L2PenaltyOptions,
} from './penalties.js';
export { elasticNetPenalty, l1Penalty, l2Penalty, weightParameters } from './penalties.js';
export { parametersToVector, vectorToParameters } from './vectors.js';
