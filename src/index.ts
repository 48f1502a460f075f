/** Hone: deep learning for TypeScript. The names are PyTorch's, in camelCase; the sections are those of its documentation. */
import './ops/methods/methods.js';
import '#host';

// Tensors: what they are, and what holds them
export { Tensor } from './tensor/tensor.js';
export type { Shape } from './tensor/shape.js';
export type { DType, TypedArray } from './tensor/values/dtype.js';
export {
  accelerator, backends, cuda, Device, device, mps, xpu,
  type Accelerators, type DeviceKind, type DeviceLike, type TensorToOptions, type ToArguments, type ToOptions,
} from './tensor/device.js';

// Creation
export {
  arange, empty, emptyLike, eye, fromTypedArray, full, fullLike, linspace, ones, onesLike, tensor, zeros, zerosLike,
  type NestedArray, type SizeArguments, type TensorOptions,
} from './tensor/create/create.js';
export { logspace, type LogspaceOptions } from './ops/index/creation.js';

// Random numbers
export {
  defaultGenerator, forkRng, Generator, getRngState, initialSeed, manualSeed, rand, randint, randintLike, randLike, randn, randnLike,
  randperm, seed, setRngState,
  type NumbersOptions, type RandomOptions,
} from './tensor/create/random.js';
export { bernoulli, multinomial, normal, type BernoulliOptions, type MultinomialOptions, type NormalOptions } from './ops/random/random.js';

// Indexing, slicing, joining, mutating
export {
  atleast1d, atleast2d, atleast3d, expand, flatten, moveaxis, movedim, permute, ravel, reshape, squeeze, swapaxes, t, transpose, unflatten,
  unsqueeze,
  type FlattenOptions, type SqueezeOptions, type TransposeOptions, type TransposeOptions as SwapaxesOptions, type UnsqueezeOptions,
} from './ops/view/movement.js';
export {
  diagonal, narrow, select, slice,
  type DiagonalOptions, type NarrowOptions, type SelectOptions,
} from './ops/view/select.js';
export { asStrided, type AsStridedOptions } from './ops/methods/view-inplace.js';
export {
  cat, chunk, columnStack, dsplit, dstack, hsplit, hstack, split, stack, tensorSplit, unbind, vsplit, vstack,
  type CatOptions, type ChunkOptions, type SplitOptions, type StackOptions, type UnbindOptions,
} from './ops/join/join.js';
export {
  gather, scatter, scatterAdd, takeAlongDim,
  type GatherOptions, type ScatterAddOptions, type ScatterOptions, type TakeAlongDimOptions,
} from './ops/gather/gather.js';
export {
  indexAdd, indexCopy, indexFill, indexSelect, take,
  type IndexAddOptions, type IndexCopyOptions, type IndexFillOptions, type IndexSelectOptions,
} from './ops/gather/index-select.js';
export { argwhere, maskedFill, maskedSelect, nonzero, type NonzeroOptions } from './ops/index/masks.js';
export { indexPut, type Index, type IndexPutOptions, type SliceBounds } from './ops/index/index-tensor.js';
export {
  indexReduce, maskedScatter, put, scatterReduce,
  type IndexReduceOptions, type PutOptions, type Reduction, type ScatterReduceOptions,
} from './ops/index/scatter-reduce.js';
export {
  diagonalScatter, selectScatter, sliceScatter,
  type DiagonalScatterOptions, type SliceScatterOptions,
} from './ops/index/scatter-view.js';
export { where } from './ops/elementwise/table.js';

// Pointwise operations
export {
  add, addcdiv, addcmul, atan2, copysign, div, floorDivide, fmax, fmin, fmod, heaviside, hypot, lerp, maximum, minimum, mul, pow,
  remainder, sub,
  type AddOptions, type AddcdivOptions, type AddcmulOptions, type DivOptions, type SubOptions, type ValueOption,
} from './ops/elementwise/binary.js';
export { bitwiseAnd, bitwiseLeftShift, bitwiseNot, bitwiseOr, bitwiseRightShift, bitwiseXor, gcd, lcm } from './ops/elementwise/bitwise.js';
export {
  clamp, clampMax, clampMin, clip,
  type Bound, type ClampBounds, type ClampOptions, type ClipOptions,
} from './ops/elementwise/clamp.js';
export { floatPower, ldexp, logaddexp, logaddexp2, xlogy } from './ops/elementwise/logarithms.js';
export {
  abs, acos, acosh, asin, asinh, atan, atanh, ceil, cos, cosh, deg2rad, erf, erfinv, exp, exp2, expm1, floor, frac, log, log1p, log2,
  log10, neg, positive, rad2deg, reciprocal, relu, round, rsqrt, sgn, sigmoid, sign, sin, sinc, sinh, sqrt, square, tan, tanh, trunc,
} from './ops/elementwise/unary.js';
export { nanToNum, type NanToNumOptions } from './ops/elementwise/clamp.js';
export { logit, type LogitOptions } from './ops/elementwise/logarithms.js';
export { isfinite, isinf, isnan, logicalNot } from './ops/elementwise/comparison.js';
export { digamma, erfc, i0, lgamma, mvlgamma, polygamma } from './ops/special/special.js';
export * as special from './ops/special/special-functions.js';

// Reductions
export {
  all, any, countNonzero, mean, nanmean, nansum, sum,
  type AllOptions, type AnyOptions, type CountNonzeroOptions, type MeanOptions, type NanmeanOptions, type NansumOptions, type SumOptions,
} from './ops/reduce/sum.js';
export { prod, type ProdOptions } from './ops/reduce/scan.js';
export {
  amax, amin, aminmax, argmax, argmin, max, min,
  type AmaxOptions, type AminOptions, type AminmaxOptions, type ArgmaxOptions, type ArgminOptions, type MaxOptions, type MinOptions,
  type ValuesAndIndices,
} from './ops/reduce/extrema.js';
export { logsumexp, type LogsumexpOptions } from './ops/reduce/softmax.js';
export {
  norm, std, stdMean, variance, variance as var, varMean,
  type NormOptions, type StdMeanOptions, type StdOptions, type VarMeanOptions, type VarOptions, type VarianceOptions,
} from './ops/statistics/moments.js';
export {
  nanmedian, nanquantile, quantile,
  type NanmedianOptions, type NanquantileOptions, type QuantileOptions,
} from './ops/statistics/quantile.js';
export {
  mode, unique, uniqueConsecutive,
  type Distinct, type ModeOptions, type UniqueConsecutiveOptions, type UniqueOptions,
} from './ops/sort/distinct.js';

// Comparison and sorting
export { eq, ge, gt, isneginf, isposinf, le, logicalAnd, logicalOr, logicalXor, lt, ne, signbit } from './ops/elementwise/comparison.js';
export { allclose, equal, isclose, type AllcloseOptions, type IscloseOptions } from './ops/sort/close.js';
export {
  argsort, kthvalue, median, msort, sort, topk,
  type ArgsortOptions, type KthvalueOptions, type MedianOptions, type SortOptions, type TopkOptions,
} from './ops/sort/sort.js';
export { bucketize, isin, searchsorted, type BucketizeOptions, type IsinOptions, type SearchsortedOptions } from './ops/sort/search.js';

// Other operations: running values, repetition, diagonals, histograms
export {
  cummax, cummin, cumprod, cumsum, logcumsumexp,
  type CummaxOptions, type CumminOptions, type CumprodOptions, type CumsumOptions, type LogcumsumexpOptions,
} from './ops/reduce/scan.js';
export { flip, fliplr, flipud, roll, rot90, type FlipOptions, type RollOptions } from './ops/join/flip.js';
export { pad, type PadOptions } from './ops/join/pad.js';
export type { RepeatInterleaveOptions } from './ops/join/repeat.js';
export { broadcastTensors, broadcastTo, meshgrid, repeat, repeatInterleave, tile, type MeshgridOptions } from './ops/join/repeat.js';
export { tril, triu } from './ops/join/triangle.js';
export {
  blockDiag, cartesianProd, combinations, trilIndices, triuIndices, vander,
  type CombinationsOptions, type TrilIndicesOptions, type TriuIndicesOptions, type VanderOptions,
} from './ops/index/creation.js';
export { diag, diagEmbed, diagflat, type DiagEmbedOptions } from './ops/index/diagonal.js';
export {
  cumulativeTrapezoid, diff, trapezoid,
  type CumulativeTrapezoidOptions, type DiffOptions, type TrapezoidOptions,
} from './ops/statistics/differences.js';
export { bincount, histc, type BincountOptions, type HistcOptions } from './ops/statistics/histogram.js';
export { cloneToKeep as clone } from './ops/view/copy.js';
export { corrcoef, cov, type CovOptions } from './ops/products/covariance.js';
export { einsum } from './ops/products/einsum.js';
export { cdist, dist, pdist, renorm, type PdistOptions } from './ops/products/distances.js';

// Matrix products and linear algebra
export { bmm, dot, matmul, mm, mv, outer } from './ops/products/matmul.js';
export {
  addbmm, addmm, addmv, addr, baddbmm, chainMatmul, cross, inner, kron, tensordot, trace, vdot,
  type AddProductOptions, type AddbmmOptions, type AddmmOptions, type AddmvOptions, type AddrOptions, type BaddbmmOptions,
} from './ops/products/products.js';
export {
  cholesky, choleskyInverse, choleskySolve,
  type CholeskyInverseOptions, type CholeskyOptions, type CholeskySolveOptions,
} from './ops/linalg/cholesky.js';
export { pinverse, type PinverseOptions } from './ops/linalg/least-squares.js';
export { det, inv as inverse, logdet, luSolve, luUnpack, slogdet, type LuSolveOptions } from './ops/linalg/lu.js';
export { matrixExp, matrixPower } from './ops/linalg/products.js';
export { triangularSolve, type TriangularSolveOptions } from './ops/linalg/triangular.js';
export * as linalg from './ops/linalg/index.js';

// Gradients
export { enableGrad, inferenceMode, isGradEnabled, noGrad, setGradEnabled } from './autograd/modes/mode.js';
export { keep, scope } from './autograd/modes/scope.js';
export * as autograd from './autograd/index.js';

// Layers, losses, optimizers
export * as F from './nn/functional.js';
export * as nn from './nn/index.js';
export * as optim from './optim/index.js';

// Files
export {
  load, loadBytes, save, saveBytes,
  type FileFormat, type LoadBytesOptions, type LoadOptions, type Loaded, type SaveBytesOptions, type SaveOptions,
} from './formats/files/files.js';

// Tables of models
export {
  summary,
  type FlatSummary, type FlatSummaryOptions, type InputSize, type LayerInfo, type ModelSummary, type RowSetting, type SummaryColumn,
  type SummaryOptions,
} from './report/summary/summary.js';

// Engines and memory
export {
  collectGarbage, emptyCache, engineInfo, getNumThreads, memoryStats, ready, setEngine, setNumThreads,
  type EngineInfo,
} from './engine/select.js';
export { setWasmUrl, type WasmSource } from './engine/wasm/wasm-source.js';

// Errors
export {
  ArgumentError, BusyError, DeviceError, DTypeError, EngineError, FileError, FormatError, GradError, HoneError, IndexError, LinAlgError,
  NotFittedError, OutOfMemoryError, ShapeError, SkippedSampleError, StateDictError, UseAfterFreeError, WorkerError,
} from './errors.js';
