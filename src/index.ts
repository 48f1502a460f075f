/** Hone: deep learning for TypeScript. The names are PyTorch's, in camelCase. */
import './ops/methods.js';
import '#host';

export { HoneError, ShapeError, DTypeError, IndexError, ArgumentError, GradError, UseAfterFreeError, OutOfMemoryError, EngineError, FormatError, FileError, StateDictError } from './errors.js';
export { engineInfo, setEngine, getNumThreads, setNumThreads, memoryStats, emptyCache, collectGarbage } from './engine/select.js';
export type { EngineInfo } from './engine/select.js';
export type { DType, TypedArray } from './tensor/dtype.js';
export type { Shape } from './tensor/shape.js';
export { Tensor } from './tensor/tensor.js';
export { tensor, fromTypedArray, zeros, ones, full, empty, arange, linspace, eye, zerosLike, onesLike, fullLike, emptyLike } from './tensor/create.js';
export type { TensorOptions, NestedArray } from './tensor/create.js';
export { Generator, defaultGenerator, manualSeed, getRngState, setRngState, rand, randn, randint, randperm, randLike, randnLike } from './tensor/random.js';
export type { RandomOptions } from './tensor/random.js';
export * as autograd from './autograd/index.js';
export { noGrad, enableGrad, inferenceMode, setGradEnabled, isGradEnabled } from './autograd/mode.js';
export { clone } from './ops/copy.js';
export { where } from './ops/elementwise.js';
export { add, sub, mul, div, pow, maximum, minimum, floorDivide, remainder, fmod, atan2, eq, ne, lt, le, gt, ge, logicalAnd, logicalOr, logicalXor } from './ops/arithmetic.js';
export {
  neg, abs, sign, square, relu, floor, ceil, round, trunc, exp, exp2, expm1, log, log2, log10, log1p, sqrt, rsqrt, reciprocal,
  sin, cos, tan, asin, acos, atan, sinh, cosh, tanh, asinh, acosh, atanh, erf, erfinv, sigmoid, logicalNot, isnan, isinf, isfinite, clamp,
} from './ops/math.js';
export { matmul, mm, bmm, dot, mv, outer } from './ops/matmul.js';
export { reshape, flatten, unflatten, permute, transpose, t, expand, squeeze, unsqueeze, select, slice, narrow, movedim, diagonal } from './ops/movement.js';
export { sum, mean, any, all, countNonzero } from './ops/reduce.js';
export { prod, cumsum, cumprod } from './ops/scan.js';
export { amax, amin, max, min, argmax, argmin, aminmax } from './ops/extrema.js';
export type { ValuesAndIndices } from './ops/extrema.js';
export { variance, variance as var, std, varMean, norm, logsumexp } from './ops/statistics.js';
export { sort, argsort, topk, median, unique } from './ops/sort.js';
export { equal, isclose, allclose } from './ops/compare.js';
export { gather, scatter, scatterAdd, indexSelect, indexAdd, indexCopy, indexFill, take, takeAlongDim } from './ops/gather.js';
export { maskedFill, maskedSelect, nonzero } from './ops/masks.js';
export type { Index, SliceBounds } from './ops/indexing.js';
export { cat, stack, split, chunk, unbind } from './ops/join.js';
export { flip, roll, repeat, tile, broadcastTo, repeatInterleave, meshgrid, tril, triu, pad } from './ops/arrange.js';
export { einsum } from './ops/einsum.js';
export { bernoulli, normal, multinomial } from './ops/random.js';
export { scope, keep } from './autograd/scope.js';
export { save, load } from './formats/files.js';
export type { SaveOptions } from './formats/files.js';
export * as nn from './nn/index.js';
export * as F from './nn/functional.js';
export * as optim from './optim/index.js';
