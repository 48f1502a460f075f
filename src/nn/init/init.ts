/**
 * `nn.init`: initialisers. They fill a tensor in place, without recording, and return it. Numbers that have defaults are given in PyTorch's
 * order or by name, in one object with the `generator`. With the same seed the results are PyTorch's bit for bit; those of `orthogonal_`,
 * whose QR is another one, up to rounding.
 * @see https://pytorch.org/docs/stable/nn.init.html
 */
export type { ConstantOptions, InitOptions, NormalOptions, TruncNormalOptions, UniformOptions } from './basic.js';
export { constant_, normal_, ones_, truncNormal_, uniform_, zeros_ } from './basic.js';
export type { DiracOptions, OrthogonalOptions, SparseArguments, SparseOptions } from './matrix.js';
export { dirac_, eye_, orthogonal_, sparse_ } from './matrix.js';
export type {
  FanMode,
  GainOptions,
  GainOptions as CalculateGainOptions,
  KaimingOptions,
  KaimingOptions as KaimingNormalOptions,
  KaimingOptions as KaimingUniformOptions,
  Nonlinearity,
  XavierOptions,
  XavierOptions as XavierNormalOptions,
  XavierOptions as XavierUniformOptions,
} from './variance.js';
export { calculateFanInAndFanOut, calculateGain, kaimingNormal_, kaimingUniform_, xavierNormal_, xavierUniform_ } from './variance.js';
