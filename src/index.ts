/** Hone: deep learning for TypeScript. The names are PyTorch's, in camelCase. */
import './ops/methods.js';
import '#host';

export * as autograd from './autograd/index.js';
export { enableGrad, inferenceMode, isGradEnabled, noGrad, setGradEnabled } from './autograd/mode.js';
export { keep, scope } from './autograd/scope.js';
export type { EngineInfo } from './engine/select.js';
export { collectGarbage, emptyCache, engineInfo, getNumThreads, memoryStats, ready, setEngine, setNumThreads } from './engine/select.js';
export type { WasmSource } from './engine/wasm-source.js';
export { setWasmUrl } from './engine/wasm-source.js';
export { ArgumentError, BusyError, DTypeError, EngineError, FileError, FormatError, GradError, HoneError, IndexError, OutOfMemoryError, ShapeError, StateDictError, UseAfterFreeError } from './errors.js';
export type { FileFormat, LoadBytesOptions, Loaded, LoadOptions, SaveOptions } from './formats/files.js';
export { load, loadBytes, save, saveBytes } from './formats/files.js';
export * as F from './nn/functional.js';
export * as nn from './nn/index.js';
export { add, atan2, div, eq, floorDivide, fmod, ge, gt, le, logicalAnd, logicalOr, logicalXor, lt, maximum, minimum, mul, ne, pow, remainder, sub } from './ops/arithmetic.js';
export { broadcastTo, flip, meshgrid, pad, repeat, repeatInterleave, roll, tile, tril, triu } from './ops/arrange.js';
export type { Bound, ClampBounds } from './ops/clamp.js';
export { clamp, clampMax, clampMin, clip } from './ops/clamp.js';
export { allclose, equal, isclose } from './ops/compare.js';
export { cloneToKeep as clone } from './ops/copy.js';
export { einsum } from './ops/einsum.js';
export { where } from './ops/elementwise.js';
export type { ValuesAndIndices } from './ops/extrema.js';
export { amax, amin, aminmax, argmax, argmin, max, min } from './ops/extrema.js';
export { gather, indexAdd, indexCopy, indexFill, indexSelect, scatter, scatterAdd, take, takeAlongDim } from './ops/gather.js';
export type { Index, SliceBounds } from './ops/indexing.js';
export { cat, chunk, split, stack, unbind } from './ops/join.js';
export type { AddProductOptions } from './ops/linear-algebra.js';
export { addbmm, addmm, addmv, addr, baddbmm, cdist, chainMatmul, cross, dist, inner, kron, matrixPower, rot90, tensordot, trace, vdot } from './ops/linear-algebra.js';
export { maskedFill, maskedSelect, nonzero } from './ops/masks.js';
export {abs, acos, acosh, asin, asinh, atan, atanh, ceil, cos, cosh, erf, erfinv, exp, exp2, expm1, floor, isfinite, isinf, isnan, log, log1p, log2, log10, logicalNot, 
  neg, reciprocal,relu, round, rsqrt, sigmoid, sign, 
  sin, sinh, sqrt, square, tan, tanh, trunc, 
} from './ops/math.js';
export { bmm, dot, matmul, mm, mv, outer } from './ops/matmul.js';
export { diagonal, expand, flatten, movedim, narrow, permute, reshape, select, slice, squeeze, t, transpose, unflatten, unsqueeze } from './ops/movement.js';
export type { ValueOption } from './ops/pointwise.js';
export { addcdiv, addcmul, copysign, deg2rad, floatPower, fmax, fmin, frac, heaviside, hypot, isneginf, isposinf, ldexp, lerp, logaddexp, logaddexp2, logit, nanToNum, positive, rad2deg, sgn, signbit, sinc, xlogy } from './ops/pointwise.js';
export { bernoulli, multinomial, normal } from './ops/random.js';
export { argwhere, atleast1d, atleast2d, atleast3d, blockDiag, broadcastTensors, cartesianProd, columnStack, combinations, diag, diagEmbed, diagflat, dsplit, dstack, fliplr, flipud, hsplit, hstack, logspace, moveaxis, ravel, swapaxes, tensorSplit, trilIndices, triuIndices, vander, vsplit, vstack } from './ops/rearrange.js';
export { all, any, countNonzero, mean, sum } from './ops/reduce.js';
export { cumprod, cumsum, prod } from './ops/scan.js';
export { argsort, median, sort, topk, unique } from './ops/sort.js';
export { logsumexp, norm, std, variance, variance as var, varMean } from './ops/statistics.js';
export { bincount, bucketize, corrcoef, cov, cummax, cummin, diff, histc, isin, kthvalue, logcumsumexp, msort, nanmean, nansum, quantile, searchsorted, stdMean, trapezoid } from './ops/summaries.js';
export * as optim from './optim/index.js';
export type { FlatSummary, FlatSummaryOptions, InputSize, LayerInfo, ModelSummary, RowSetting, SummaryColumn, SummaryOptions } from './report/summary.js';
export { summary } from './report/summary.js';
export type { NestedArray, SizeArguments, TensorOptions } from './tensor/create.js';
export { arange, empty, emptyLike, eye, fromTypedArray, full, fullLike, linspace, ones, onesLike, tensor, zeros, zerosLike } from './tensor/create.js';
export type { DType, TypedArray } from './tensor/dtype.js';
export type { NumbersOptions, RandomOptions } from './tensor/random.js';
export { defaultGenerator, forkRng, Generator, getRngState, initialSeed, manualSeed, rand, randint, randintLike, randLike, randn, randnLike, randperm, seed, setRngState } from './tensor/random.js';
export type { Shape } from './tensor/shape.js';
export { Tensor } from './tensor/tensor.js';
