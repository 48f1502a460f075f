/**
 * The methods of Tensor: one line each, all of them functions from this folder. Core tensor operations only: layers' functions such as
 * conv2d are not methods. A method declared here and missing from the table does not compile.
 */
import { type BackwardArguments, backwardFrom } from '../../autograd/backward.js';
import { type HookHandle, registerHook, retainGrad } from '../../autograd/hooks.js';
import { noGrad } from '../../autograd/modes/mode.js';
import type { TensorHook } from '../../autograd/node.js';
import { provideGradOps } from '../../autograd/walk.js';
import { UnaryOp, type UnaryOpName } from '../../engine/kernel-table.gen.js';
import { type ListArguments, noMore, readList, readSizes, tooMany } from '../../tensor/arguments/arguments.js';
import { assertTensor } from '../../tensor/arguments/checks.js';
import { checkTensorOptions, empty, filled, ones, type SizeArguments, type TensorOptions, zeros } from '../../tensor/create/create.js';
import { type DeviceLike, moveTo, type ToArguments } from '../../tensor/device.js';
import type { Shape } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import type { DType, TypedArrayOf } from '../../tensor/values/dtype.js';
import { tensorToString } from '../../tensor/values/print.js';
import type { Scalar } from '../../tensor/values/scalar.js';
import { item, type Nested, toNested, toTypedArray } from '../../tensor/values/transfer.js';
import type { AddOptions, DivOptions } from '../elementwise/binary.js';
import * as binary from '../elementwise/binary.js';
import * as bitwise from '../elementwise/bitwise.js';
import type { ClampArguments } from '../elementwise/clamp.js';
import * as clamping from '../elementwise/clamp.js';
import * as comparison from '../elementwise/comparison.js';
import * as inplace from '../elementwise/inplace.js';
import * as logarithms from '../elementwise/logarithms.js';
import { type Operand, where } from '../elementwise/table.js';
import * as unary from '../elementwise/unary.js';
import type { IndexArguments } from '../gather/gather.js';
import * as gather from '../gather/gather.js';
import * as slices from '../gather/index-select.js';
import type { Index, IndexPutArguments } from '../index/index-tensor.js';
import * as indexing from '../index/index-tensor.js';
import * as masks from '../index/masks.js';
import * as flipOps from '../join/flip.js';
import * as join from '../join/join.js';
import * as arrange from '../join/repeat.js';
import * as triangle from '../join/triangle.js';
import * as cholesky from '../linalg/cholesky.js';
import * as leastSquares from '../linalg/least-squares.js';
import * as lu from '../linalg/lu.js';
import * as matrixFunctions from '../linalg/products.js';
import * as triangular from '../linalg/triangular.js';
import * as products from '../products/distances.js';
import * as matrix from '../products/matmul.js';
import * as linear from '../products/products.js';
import type { DimArguments, ValuesAndIndices } from '../reduce/extrema.js';
import * as extrema from '../reduce/extrema.js';
import * as compare from '../sort/close.js';
import type { Distinct, UniqueConsecutiveOptions, UniqueOptions } from '../sort/distinct.js';
import * as distinct from '../sort/distinct.js';
import * as nanStatistics from '../statistics/quantile.js';
import * as copy from '../view/copy.js';
import type { AlongArguments, FlattenArguments, SqueezeArguments, TransposeArguments } from '../view/movement.js';
import * as movement from '../view/movement.js';
import type { NarrowArguments, SelectArguments } from '../view/select.js';
import * as parts from '../view/select.js';
import { type InPlaceForms, inPlaceForms } from './inplace-forms.js';
import type { DescribedMethods } from './method-types.gen.js';
import './protocols.js';
import * as diagonalOps from '../index/diagonal.js';
import * as scatterReduce from '../index/scatter-reduce.js';
import * as scatterView from '../index/scatter-view.js';
import * as covariance from '../products/covariance.js';
import type { BernoulliOptions } from '../random/random.js';
import * as random from '../random/random.js';
import { refuseTensorNames } from '../reduce/results.js';
import * as scan from '../reduce/scan.js';
import * as softmax from '../reduce/softmax.js';
import * as reduce from '../reduce/sum.js';
import * as sorting from '../sort/sort.js';
import * as special from '../special/special.js';
import * as differences from '../statistics/differences.js';
import * as histogram from '../statistics/histogram.js';
import * as statistics from '../statistics/moments.js';
import * as viewInPlace from './view-inplace.js';

/** Methods of two operands, named as their functions in elementwise/binary.ts. */
const binaryNames = ['mul', 'pow', 'maximum', 'minimum', 'floorDivide', 'remainder', 'fmod', 'atan2'] as const;

type OneOperand = keyof typeof unary;
/** Methods of one operand: all of elementwise/unary.ts. */
export type UnaryMethods = { [Name in OneOperand]: () => Tensor };
/** Methods of two operands. */
export type BinaryMethods = { [Name in (typeof binaryNames)[number]]: (other: Operand) => Tensor };
/** Methods with a bool for an answer: all of elementwise/comparison.ts. */
export type ComparisonMethods = {
  [Name in keyof typeof comparison]: Parameters<(typeof comparison)[Name]>['length'] extends 1 ? () => Tensor : (other: Operand) => Tensor;
};
/** In-place methods of one operand: those of elementwise/unary.ts that a kernel computes. */
export type UnaryInPlaceMethods = { [Name in OneOperand & UnaryOpName as `${Name}_`]: () => Tensor };

/** Functions whose first argument becomes `this`, the others the method's own. */
const direct = {
  sum: reduce.sum, mean: reduce.mean, any: reduce.any, all: reduce.all, countNonzero: reduce.countNonzero,
  prod: scan.prod, cumsum: scan.cumsum, cumprod: scan.cumprod,
  amax: extrema.amax, amin: extrema.amin, argmax: extrema.argmax, argmin: extrema.argmin, aminmax: extrema.aminmax,
  var: statistics.variance, std: statistics.std, norm: statistics.norm, logsumexp: softmax.logsumexp,
  sort: sorting.sort, argsort: sorting.argsort, topk: sorting.topk,
  equal: compare.equal, isclose: compare.isclose, allclose: compare.allclose,
  gather: gather.gather, scatter: gather.scatter, scatterAdd: gather.scatterAdd, take: slices.take, takeAlongDim: gather.takeAlongDim,
  indexAdd: slices.indexAdd, indexCopy: slices.indexCopy, indexFill: slices.indexFill,
  scatter_: gather.scatter_, scatterAdd_: gather.scatterAdd_,
  indexAdd_: slices.indexAdd_, indexCopy_: slices.indexCopy_, indexFill_: slices.indexFill_,
  maskedFill: masks.maskedFill, maskedFill_: masks.maskedFill_, maskedSelect: masks.maskedSelect,
  split: join.split, chunk: join.chunk, unbind: join.unbind,
  flip: flipOps.flip, roll: flipOps.roll, tril: triangle.tril, triu: triangle.triu, repeatInterleave: arrange.repeatInterleave,
  addcmul: binary.addcmul, addcdiv: binary.addcdiv, lerp: binary.lerp, clampMin: clamping.clampMin, clampMax: clamping.clampMax,
  clampMin_: clamping.clampMin_, clampMax_: clamping.clampMax_,
  nanToNum: clamping.nanToNum, logit: logarithms.logit, 
  fmax: binary.fmax, fmin: binary.fmin, hypot: binary.hypot, logaddexp: logarithms.logaddexp, xlogy: logarithms.xlogy,
  addmm: linear.addmm, addmv: linear.addmv, baddbmm: linear.baddbmm, inner: linear.inner, trace: linear.trace, cross: linear.cross,
  matrixPower: matrixFunctions.matrixPower, matrixExp: matrixFunctions.matrixExp, det: lu.det, logdet: lu.logdet, slogdet: lu.slogdet, inverse: lu.inv, pinverse: leastSquares.pinverse,
  cholesky: cholesky.cholesky, choleskySolve: cholesky.choleskySolve, choleskyInverse: cholesky.choleskyInverse, triangularSolve: triangular.triangularSolve, dist: products.dist, rot90: flipOps.rot90,
  movedim: movement.movedim, diagonal: parts.diagonal, diag: diagonalOps.diag, diagEmbed: diagonalOps.diagEmbed, fliplr: flipOps.fliplr, flipud: flipOps.flipud, ravel: movement.ravel,
  swapaxes: movement.swapaxes, moveaxis: movement.moveaxis, tensorSplit: join.tensorSplit, argwhere: masks.argwhere, unfold: parts.unfoldDim,
  nansum: reduce.nansum, nanmean: reduce.nanmean, cummax: scan.cummax, cummin: scan.cummin, logcumsumexp: scan.logcumsumexp,
  diff: differences.diff, quantile: nanStatistics.quantile, kthvalue: sorting.kthvalue, msort: sorting.msort, bincount: histogram.bincount,
  histc: histogram.histc, cov: covariance.cov, corrcoef: covariance.corrcoef,
  bitwiseAnd: bitwise.bitwiseAnd, bitwiseOr: bitwise.bitwiseOr, bitwiseXor: bitwise.bitwiseXor, bitwiseNot: bitwise.bitwiseNot,
  bitwiseLeftShift: bitwise.bitwiseLeftShift, bitwiseRightShift: bitwise.bitwiseRightShift, gcd: bitwise.gcd, lcm: bitwise.lcm,
  scatterReduce: scatterReduce.scatterReduce, scatterReduce_: scatterReduce.scatterReduce_, indexReduce: scatterReduce.indexReduce,
  indexReduce_: scatterReduce.indexReduce_, maskedScatter: scatterReduce.maskedScatter, maskedScatter_: scatterReduce.maskedScatter_,
  put: scatterReduce.put, put_: scatterReduce.put_, selectScatter: scatterView.selectScatter, sliceScatter: scatterView.sliceScatter,
  diagonalScatter: scatterView.diagonalScatter, fillDiagonal_: scatterView.fillDiagonal_, renorm: products.renorm, mode: distinct.mode,
  nanquantile: nanStatistics.nanquantile, softmax: softmax.softmax, logSoftmax: softmax.logSoftmax,
  erfc: special.erfc, lgamma: special.lgamma, digamma: special.digamma, i0: special.i0, mvlgamma: special.mvlgamma,
  asStrided: viewInPlace.asStrided, asStrided_: viewInPlace.asStrided_, transpose_: viewInPlace.transpose_, swapaxes_: viewInPlace.swapaxes_,
  t_: viewInPlace.t_, squeeze_: viewInPlace.squeeze_, unsqueeze_: viewInPlace.unsqueeze_,
  addbmm: linear.addbmm, addr: linear.addr, kron: linear.kron, vdot: linear.vdot, bernoulli: random.bernoulli, multinomial: random.multinomial,
  copysign: binary.copysign, floatPower: logarithms.floatPower,
  heaviside: binary.heaviside, ldexp: logarithms.ldexp,
  logaddexp2: logarithms.logaddexp2, diagflat: diagonalOps.diagflat, dsplit: join.dsplit,
  hsplit: join.hsplit, vsplit: join.vsplit,
  uniform_: random.uniform_, normal_: random.normal_, bernoulli_: random.bernoulli_, exponential_: random.exponential_,
} as const;

/** The same for functions of several forms, whose methods the interface spells out. */
const overloaded = { max: extrema.max, min: extrema.min, median: sorting.median, unique: distinct.unique, uniqueConsecutive: distinct.uniqueConsecutive, nanmedian: nanStatistics.nanmedian, nonzero: masks.nonzero, random_: random.random_ } as const;

type Method<F> = F extends (x: Tensor, ...args: infer Args extends readonly unknown[]) => infer Result ? (...args: Args) => Result : never;
/** Methods that take the other arguments of their functions. */
export type DirectMethods = { [Name in keyof typeof direct]: Method<(typeof direct)[Name]> };

/** The methods of Tensor: those below, and those of `method-types.gen.ts`, whose text comes from their functions (`npm run gen`). */
export interface TensorMethods extends DescribedMethods {
  /** This tensor plus `other` (times `alpha`), broadcast and promoted as in PyTorch. @param options.alpha default 1. */
  add(other: Operand, options?: AddOptions): Tensor;
  /** This tensor minus `other` (times `alpha`), broadcast and promoted as in PyTorch. @param options.alpha default 1. */
  sub(other: Operand, options?: AddOptions): Tensor;
  /** This tensor divided by `other`, in floats. @param options.roundingMode `'floor'` or `'trunc'` rounds the quotient; default null. */
  div(other: Operand, options?: DivOptions): Tensor;
  /** Limited to [min, max]: numbers, or tensors with a bound for each element; either may be left out. */
  clamp(...args: ClampArguments): Tensor;
  /** {@link TensorMethods.clamp} under its other name. */
  clip(...args: ClampArguments): Tensor;
  /** This tensor where `condition` holds, `other` elsewhere; broadcast. */
  where(condition: Tensor, other: Operand): Tensor;

  /** Adds `other` (times `alpha`) in place. Returns this tensor. */
  add_(other: Operand, options?: AddOptions): Tensor;
  /** Subtracts `other` (times `alpha`) in place. Returns this tensor. */
  sub_(other: Operand, options?: AddOptions): Tensor;
  /** Multiplies by `other` in place. Returns this tensor. */
  mul_(other: Operand): Tensor;
  /** Divides by `other` in place. Returns this tensor. */
  div_(other: Operand): Tensor;
  /** Raises to the power `other` in place. Returns this tensor. */
  pow_(other: Operand): Tensor;
  /** Limits to [min, max] in place. Returns this tensor. */
  clamp_(...args: ClampArguments): Tensor;
  /** {@link TensorMethods.clamp_} under its other name. */
  clip_(...args: ClampArguments): Tensor;
  /** Takes the values of `source`, broadcast and converted to this tensor's dtype. Returns this tensor. */
  copy_(source: Tensor): Tensor;
  /** Sets every element to `value`. Returns this tensor. */
  fill_(value: Scalar | Tensor): Tensor;
  /** Sets every element to 0. Returns this tensor. */
  zero_(): Tensor;

  /**
   * The matrix product: of two vectors their dot product, of a matrix and a vector a vector, of batches [..., n, k] and [..., k, m] a
   * batch [..., n, m].
   */
  matmul(other: Tensor): Tensor;
  /** The product of two matrices, [n, k] and [k, m]. */
  mm(other: Tensor): Tensor;
  /** The products of two batches of matrices, [b, n, k] and [b, k, m]. */
  bmm(other: Tensor): Tensor;
  /** The sum of the products of two vectors. */
  dot(other: Tensor): Tensor;
  /** The product of a matrix [n, k] and a vector [k]. */
  mv(other: Tensor): Tensor;
  /** All products of two vectors: [n, m]. */
  outer(other: Tensor): Tensor;

  /**
   * The largest element; with a tensor, the larger of two, element by element; with a dim, the largest along it and its place: `[values,
   * indices]`.
   */
  max(): Tensor;
  /**
   * The largest element; with a tensor, the larger of two, element by element; with a dim, the largest along it and its place: `[values,
   * indices]`.
   */
  max(other: Tensor): Tensor;
  /**
   * The largest element; with a tensor, the larger of two, element by element; with a dim, the largest along it and its place: `[values,
   * indices]`.
   */
  max(...args: DimArguments): ValuesAndIndices;
  /**
   * The smallest element; with a tensor, the smaller of two, element by element; with a dim, the smallest along it and its place:
   * `[values, indices]`.
   */
  min(): Tensor;
  /**
   * The smallest element; with a tensor, the smaller of two, element by element; with a dim, the smallest along it and its place:
   * `[values, indices]`.
   */
  min(other: Tensor): Tensor;
  /**
   * The smallest element; with a tensor, the smaller of two, element by element; with a dim, the smallest along it and its place:
   * `[values, indices]`.
   */
  min(...args: DimArguments): ValuesAndIndices;
  /** The median (of an even number the lower one); with a dim, along it and with its place: `[values, indices]`. */
  median(): Tensor;
  /** The median (of an even number the lower one); with a dim, along it and with its place: `[values, indices]`. */
  median(...args: DimArguments): ValuesAndIndices;
  /** The median of what is not NaN; with a dim, along it and with its place: `[values, indices]`. */
  nanmedian(): Tensor;
  /** The median of what is not NaN; with a dim, along it and with its place: `[values, indices]`. */
  nanmedian(...args: DimArguments): ValuesAndIndices;
  /**
   * The distinct elements, sorted; with `returnInverse` and `returnCounts` also where each element went, and how many there were of each.
   */
  unique<const O extends UniqueOptions = Record<never, never>>(options?: O): Distinct<O>;
  /**
   * The distinct elements, sorted; with `returnInverse` and `returnCounts` also where each element went, and how many there were of each.
   */
  unique(sorted: boolean, returnInverse?: boolean, returnCounts?: boolean, dim?: number): Tensor | Tensor[];
  /** The elements without repetitions that follow each other. */
  uniqueConsecutive<const O extends UniqueConsecutiveOptions = Record<never, never>>(options?: O): Distinct<O>;
  /** The elements without repetitions that follow each other. */
  uniqueConsecutive(returnInverse: boolean, returnCounts?: boolean, dim?: number): Tensor | Tensor[];
  /** The indices of the elements that are not 0, int64 [n, ndim]; with `asTuple` a tensor for each dim. */
  nonzero(options: { asTuple: true }): Tensor[];
  /** The indices of the elements that are not 0, int64 [n, ndim]; with `asTuple` a tensor for each dim. */
  nonzero(options?: { asTuple?: false }): Tensor;
  /** Draws whole numbers in place, from `from` (default 0) to before `to` (default: what the dtype holds exactly). Returns this tensor. */
  random_(options?: BernoulliOptions): Tensor;
  /** Draws whole numbers in place, from `from` (default 0) to before `to` (default: what the dtype holds exactly). Returns this tensor. */
  random_(to: number, options?: BernoulliOptions): Tensor;
  /** Draws whole numbers in place, from `from` (default 0) to before `to` (default: what the dtype holds exactly). Returns this tensor. */
  random_(from: number, to: number, options?: BernoulliOptions): Tensor;

  /**
   * The elements at the given indices: numbers, slices such as `'1:5'`, `null` for a new dim, `'...'`, masks, lists and tensors, as in
   * PyTorch's brackets.
   */
  index(...indices: Index[]): Tensor;
  /** Short for `index`. */
  at(...indices: Index[]): Tensor;
  /** Sets the elements at the given indices to the last argument: `x.set_(0, ':5', 1)` is `x[0, :5] = 1`. Returns this tensor. */
  set_(...args: [...indices: Index[], value: Tensor | Scalar]): Tensor;
  /** A copy with the elements at the given indices set to `value`. @param options.accumulate adds instead; default false. */
  indexPut(indices: readonly Index[], value: Tensor | Scalar, ...args: IndexPutArguments): Tensor;
  /** The n-th derivative of the digamma function. */
  polygamma(n: number): Tensor;
  /** The n-th derivative of the digamma function, in place. Returns this tensor. */
  polygamma_(n: number): Tensor;
  /** Sets the elements at the given indices to `value`. Returns this tensor. @param options.accumulate adds instead; default false. */
  indexPut_(indices: readonly Index[], value: Tensor | Scalar, ...args: IndexPutArguments): Tensor;
  /** The entries along `dim` at the places of `index`, a vector of integers. */
  indexSelect(...given: IndexArguments): Tensor;
  /** Copies laid side by side: sizes say how often along each dim. */
  repeat(...sizes: number[] | [Shape]): Tensor;
  /** As {@link TensorMethods.repeat}; missing sizes in front are 1. */
  tile(...sizes: number[] | [Shape]): Tensor;
  /** A view of this shape, with dims of size 1 repeated. */
  broadcastTo(...shape: number[] | [Shape]): Tensor;

  /**
   * The same elements in another shape, sharing memory; -1 stands for one size that follows.
   * @throws {ShapeError} where that needs a copy.
   */
  view(...shape: number[] | [Shape]): Tensor;
  /** The same elements in another shape, a view where that can be; -1 stands for one size that follows. */
  reshape(...shape: ListArguments<'shape'>): Tensor;
  /** A view in the other tensor's shape. */
  viewAs(other: Tensor): Tensor;
  /** The dims from `startDim` (default 0) to `endDim` (default -1) joined into one. */
  flatten(...given: FlattenArguments): Tensor;
  /** The dim cut into several of the given sizes, one of which may be -1. */
  unflatten(dim: number, sizes: Shape): Tensor;
  /** A view with the dims in the given order. */
  permute(...dims: ListArguments<'dims'>): Tensor;
  /** A view with two dims exchanged. */
  transpose(...given: TransposeArguments): Tensor;
  /** A view of a matrix with its dims exchanged; of a vector itself. */
  t(): Tensor;
  /** The transpose of a matrix. */
  readonly T: Tensor;
  /** The last two dims exchanged. */
  readonly mT: Tensor;
  /** A view of this shape, with dims of size 1 repeated; -1 keeps a size. */
  expand(...shape: number[] | [Shape]): Tensor;
  /** A view in the other tensor's shape, with dims of size 1 repeated. */
  expandAs(other: Tensor): Tensor;
  /** A view without its dims of size 1, or without the given ones where they have size 1. */
  squeeze(...given: SqueezeArguments): Tensor;
  /** A view with a new dim of size 1 at `dim`. */
  unsqueeze(...given: AlongArguments): Tensor;
  /** A view of one entry along `dim`, without that dim. */
  select(...given: SelectArguments): Tensor;
  /** A view of every `step`-th entry along `dim` from `start` to before `end`. */
  slice(dim: number, start?: number | null, end?: number | null, step?: number): Tensor;
  /** A view of `length` entries along `dim` from `start`. */
  narrow(...given: NarrowArguments): Tensor;

  /** A copy with its own memory; gradients flow back to this tensor. */
  clone(): Tensor;
  /** The tensor itself where its elements lie in row-major order, else a copy in which they do. */
  contiguous(): Tensor;
  /** A tensor on the same memory, outside of the graph: it needs no gradient. */
  detach(): Tensor;
  /**
   * Converted to another dtype; itself where it has it already. `'cpu'` changes nothing, there is no other device.
   * @param args a dtype; a device and a dtype; or a tensor whose dtype is wanted; then `{ dtype, device, copy, nonBlocking }`.
   * @throws {DeviceError} for another device than the CPU.
   */
  to(...args: ToArguments): Tensor;
  /** This tensor: all live on the CPU. */
  cpu(): Tensor;
  /** PyTorch's move to a GPU, of which there is none. @throws {DeviceError} always: ask `cuda.isAvailable()` first. */
  cuda(device?: DeviceLike | number | null, options?: { nonBlocking?: boolean }): Tensor;
  /** The number of its GPU: -1, since it is on the CPU. */
  getDevice(): number;
  /** Converted to the other tensor's dtype. */
  typeAs(other: Tensor): Tensor;
  /** {@link TensorMethods.reshape} to the other tensor's shape. */
  reshapeAs(other: Tensor): Tensor;
  /** The sum over the dims by which it was broadcast from this shape. */
  sumToSize(...shape: number[] | [Shape]): Tensor;
  /** Zeros of these sizes in this tensor's dtype. */
  newZeros(...args: SizeArguments<TensorOptions>): Tensor;
  /** Ones of these sizes in this tensor's dtype. */
  newOnes(...args: SizeArguments<TensorOptions>): Tensor;
  /** A tensor filled with `value`, in this tensor's dtype. */
  newFull(shape: Shape, value: Scalar, options?: TensorOptions): Tensor;
  /** A tensor of these sizes in this tensor's dtype, whose values are whatever memory held. */
  newEmpty(...args: SizeArguments<TensorOptions>): Tensor;
  /** Converted to float32. */
  float(): Tensor;
  /** Converted to float64. */
  double(): Tensor;
  /** Converted to int32. */
  int(): Tensor;
  /** Converted to int64. */
  long(): Tensor;
  /** Converted to bool: whether elements are not 0. */
  bool(): Tensor;

  /** The tensor as PyTorch prints it. */
  toString(): string;
  /** The value of a tensor of one element, as a number. @throws {ShapeError} for more elements. */
  item(): number;
  /** The values in nested arrays: numbers, booleans for bool; a number for no dims. */
  toArray(): Nested;
  /** {@link toArray} under PyTorch's name. */
  tolist(): Nested;
  /** A row-major copy of the values, as the typed array of the dtype: BigInt64Array for int64, Uint8Array of 0 and 1 for bool. */
  toTypedArray(): TypedArrayOf[DType];

  /**
   * Computes the gradients of this tensor with respect to the leaves that made it, and adds them to their `grad`.
   * @param given `gradient` (default 1, for one element), `retainGraph`, `createGraph` and `inputs`, in this order or by name.
   * @throws {GradError} when no recorded operation made it, it has more than one element and no `gradient` is given, or the graph was freed.
   */
  backward(...given: BackwardArguments): void;
  /**
   * Calls `hook` with the gradient of this tensor in every backward; what it returns takes its place.
   * @returns a handle that takes it off.
   * @throws {GradError} when it needs no gradient.
   */
  registerHook(hook: TensorHook): HookHandle;
  /** Keeps the gradient of a tensor that an operation made in its `grad`, too. */
  retainGrad(): void;
}

/** The shape and options of a new tensor of x's dtype. */
function sizesLike(op: string, x: Tensor, args: readonly unknown[]): [shape: Shape, options: TensorOptions] {
  const { shape, options } = readSizes(op, args);
  return [shape, { dtype: x.dtype, ...checkTensorOptions(op, options) }];
}

// A method that method-types.gen.ts lacks is a type error here: npm run gen.
type Complete<Wanted, Listed extends Wanted> = [Exclude<Wanted, Listed>] extends [never] ? true : never;
const described: Complete<keyof UnaryMethods | keyof BinaryMethods | keyof ComparisonMethods | keyof UnaryInPlaceMethods | keyof DirectMethods | keyof InPlaceForms, keyof DescribedMethods> = true;
void described;

const families = {} as UnaryMethods & BinaryMethods & ComparisonMethods & UnaryInPlaceMethods;
for (const name of Object.keys(unary) as OneOperand[]) {
  families[name] = function (this: Tensor) {
    if (arguments.length > 0) tooMany(name, 0, arguments);
    return unary[name](this);
  };
  if (!(name in UnaryOp)) continue;
  const op = name as OneOperand & UnaryOpName;
  families[`${op}_`] = function (this: Tensor) {
    if (arguments.length > 0) tooMany(`${op}_`, 0, arguments);
    return inplace.unaryInPlace(`${op}_`, op, this, () => unary[op](this));
  };
}
for (const [name, apply] of [...binaryNames.map((name) => [name, binary[name]] as const), ...Object.entries(comparison)]) {
  const others = apply.length - 1;
  (families as Record<string, AnyMethod>)[name] = function (this: Tensor) {
    if (arguments.length > others) tooMany(name, others, arguments);
    return others === 0 ? (apply as (x: Tensor) => Tensor)(this) : apply(this, arguments[0] as Operand);
  };
}

type AnyMethod = (this: Tensor, ...args: never[]) => unknown;
const asMethods: Record<string, AnyMethod> = {};
for (const [name, apply] of Object.entries({ ...direct, ...overloaded }) as [string, (x: Tensor, ...args: never[]) => unknown][]) {
  asMethods[name] = function (this: Tensor, ...args: never[]) {
    return apply(this, ...args);
  };
}

const methods: Omit<TensorMethods, keyof typeof families | keyof DirectMethods | keyof InPlaceForms | keyof typeof overloaded | 'T' | 'mT'> & ThisType<Tensor> = {
  add(other, options) { if (arguments.length > 2) tooMany('add', 2, arguments); return binary.add(this, other, options); },
  sub(other, options) { if (arguments.length > 2) tooMany('sub', 2, arguments); return binary.sub(this, other, options); },
  div(other, options) { if (arguments.length > 2) tooMany('div', 2, arguments); return binary.div(this, other, options); },
  clamp(...args) { return clamping.clamp(this, ...args); },
  clip(...args) { return clamping.clip(this, ...args); },
  where(condition, other) { if (arguments.length > 2) tooMany('where', 2, arguments); return where(condition, this, other); },

  add_(other, options) { if (arguments.length > 2) tooMany('add_', 2, arguments); return inplace.addInPlace(this, other, binary.readAlpha('add_', options), 'add_'); },
  sub_(other, options) { if (arguments.length > 2) tooMany('sub_', 2, arguments); return inplace.addInPlace(this, other, binary.readAlpha('sub_', options), 'sub_', true); },
  mul_(other) { if (arguments.length > 1) tooMany('mul_', 1, arguments); return inplace.binaryInPlace('mul_', 'mul', this, other, () => binary.mul(this, other)); },
  div_(other) { if (arguments.length > 1) tooMany('div_', 1, arguments); return inplace.binaryInPlace('div_', 'div', this, other, () => binary.div(this, other)); },
  pow_(other) { if (arguments.length > 1) tooMany('pow_', 1, arguments); return inplace.binaryInPlace('pow_', 'pow', this, other, () => binary.pow(this, other)); },
  clamp_(...args) { return clamping.clamp_(this, ...args); },
  clip_(...args) { return clamping.clip_(this, ...args); },
  copy_(source) { if (arguments.length > 1) tooMany('copy_', 1, arguments); return inplace.copy_(this, source); },
  fill_(value) { if (arguments.length > 1) tooMany('fill_', 1, arguments); return inplace.fill_(this, value); },
  zero_() { if (arguments.length > 0) tooMany('zero_', 0, arguments); return inplace.zero_(this); },

  matmul(other) { if (arguments.length > 1) tooMany('matmul', 1, arguments); return matrix.matmul(this, other); },
  mm(other) { if (arguments.length > 1) tooMany('mm', 1, arguments); return matrix.mm(this, other); },
  bmm(other) { if (arguments.length > 1) tooMany('bmm', 1, arguments); return matrix.bmm(this, other); },
  dot(other) { if (arguments.length > 1) tooMany('dot', 1, arguments); return matrix.dot(this, other); },
  mv(other) { if (arguments.length > 1) tooMany('mv', 1, arguments); return matrix.mv(this, other); },
  outer(other) { if (arguments.length > 1) tooMany('outer', 1, arguments); return matrix.outer(this, other); },

  index(...indices) { return indexing.index(this, ...indices); },
  at(...indices) { return indexing.index(this, ...indices); },
  set_(...args) { return indexing.set_(this, ...args); },
  indexPut(indices, value, ...args) { return indexing.indexPut(this, indices, value, ...args); },
  polygamma(n) { if (arguments.length > 1) tooMany('polygamma', 1, arguments); return special.polygamma(n, this); },
  polygamma_(n) { if (arguments.length > 1) tooMany('polygamma_', 1, arguments); return inplace.inPlace('polygamma_', this, [], () => special.polygamma(n, this)); },
  indexPut_(indices, value, ...args) { return indexing.indexPut_(this, indices, value, ...args); },
  indexSelect(...given) { return slices.indexSelect(this, ...given); },
  repeat(...sizes) { return arrange.repeat(this, readList('repeat', sizes, 'sizes')); },
  tile(...sizes) { return arrange.tile(this, readList('tile', sizes, 'sizes')); },
  broadcastTo(...shape) { return arrange.broadcastTo(this, readList('broadcastTo', shape)); },

  view(...shape) { return movement.viewAs(this, readList('view', shape)); },
  reshape(...shape) { return movement.reshape(this, readList('reshape', shape)); },
  viewAs(other) { if (arguments.length > 1) tooMany('viewAs', 1, arguments); assertTensor('viewAs', 'other', other); return movement.viewAs(this, other.shape); },
  flatten(...given) { return movement.flatten(this, ...given); },
  unflatten(dim, sizes) { if (arguments.length > 2) tooMany('unflatten', 2, arguments); return movement.unflatten(this, dim, sizes); },
  permute(...dims) { return movement.permute(this, ...dims); },
  transpose(...given) { return movement.transpose(this, ...given); },
  t() { if (arguments.length > 0) tooMany('t', 0, arguments); return movement.t(this); },
  expand(...shape) { return movement.expand(this, readList('expand', shape)); },
  expandAs(other) { if (arguments.length > 1) tooMany('expandAs', 1, arguments); return movement.expandAs(this, other); },
  squeeze(...given) { return movement.squeeze(this, ...given); },
  unsqueeze(...given) { return movement.unsqueeze(this, ...given); },
  select(...given) { return parts.select(this, ...given); },
  slice(dim, start, end, step) { if (arguments.length > 4) tooMany('slice', 4, arguments); return parts.slice(this, dim, start, end, step); },
  narrow(...given) { return parts.narrow(this, ...given); },

  clone() { if (arguments.length > 0) tooMany('clone', 0, arguments); return copy.cloneToKeep(this); },
  contiguous() { if (arguments.length > 0) tooMany('contiguous', 0, arguments); return copy.contiguous(this); },
  detach() { if (arguments.length > 0) tooMany('detach', 0, arguments); return copy.detach(this); },
  to(...args) { return copy.to(this, ...args); },
  cpu(...given: unknown[]) { noMore('cpu', given); return this; },
  cuda(...given: unknown[]) { return moveTo('cuda', 'cuda', given); },
  getDevice(...given: unknown[]) { noMore('getDevice', given); return -1; },
  typeAs(other) { if (arguments.length > 1) tooMany('typeAs', 1, arguments); assertTensor('typeAs', 'other', other); return copy.to(this, other.dtype); },
  reshapeAs(other) { if (arguments.length > 1) tooMany('reshapeAs', 1, arguments); assertTensor('reshapeAs', 'other', other); return movement.reshape(this, other.shape); },
  sumToSize(...shape) { return reduce.sumTo(this, readList('sumToSize', shape)); },
  newZeros(...args) { return zeros(...sizesLike('newZeros', this, args)); },
  newOnes(...args) { return ones(...sizesLike('newOnes', this, args)); },
  newFull(shape, value, options) { if (arguments.length > 3) tooMany('newFull', 3, arguments); return filled('newFull', shape, value, { dtype: this.dtype, ...checkTensorOptions('newFull', options) }); },
  newEmpty(...args) { return empty(...sizesLike('newEmpty', this, args)); },
  float() { if (arguments.length > 0) tooMany('float', 0, arguments); return copy.to(this, 'float32'); },
  double() { if (arguments.length > 0) tooMany('double', 0, arguments); return copy.to(this, 'float64'); },
  int() { if (arguments.length > 0) tooMany('int', 0, arguments); return copy.to(this, 'int32'); },
  long() { if (arguments.length > 0) tooMany('long', 0, arguments); return copy.to(this, 'int64'); },
  bool() { if (arguments.length > 0) tooMany('bool', 0, arguments); return copy.to(this, 'bool'); },

  toString() { if (arguments.length > 0) tooMany('toString', 0, arguments); return tensorToString(this); },
  item() { if (arguments.length > 0) tooMany('item', 0, arguments); return item(this); },
  toArray() { if (arguments.length > 0) tooMany('toArray', 0, arguments); return toNested(this); },
  tolist() { if (arguments.length > 0) tooMany('tolist', 0, arguments); return toNested(this); },
  toTypedArray() { if (arguments.length > 0) tooMany('toTypedArray', 0, arguments); return toTypedArray(this); },

  backward(...given) { backwardFrom(this, given); },
  registerHook(hook) { if (arguments.length > 1) tooMany('registerHook', 1, arguments); return registerHook(this, hook); },
  retainGrad() { if (arguments.length > 0) tooMany('retainGrad', 0, arguments); retainGrad(this); },
};

declare module '../../tensor/tensor.js' {
  interface Tensor extends TensorMethods {}
}

for (const [name, value] of Object.entries({ ...families, ...asMethods, ...inPlaceForms, ...methods })) {
  Object.defineProperty(Tensor.prototype, name, { value, writable: true, configurable: true });
}
// Node's console asks for this one.
Object.defineProperty(Tensor.prototype, Symbol.for('nodejs.util.inspect.custom'), {
  value(this: Tensor) {
    return tensorToString(this);
  },
  writable: true,
  configurable: true,
});
Object.defineProperty(Tensor.prototype, 'mT', {
  get(this: Tensor) {
    return movement.transpose(this, -2, -1);
  },
  configurable: true,
});
Object.defineProperty(Tensor.prototype, 'T', {
  get(this: Tensor) {
    return movement.t(this);
  },
  configurable: true,
});

refuseTensorNames();

provideGradOps({
  add: binary.add,
  addInto: (target, b) => inplace.addIntoRaw(target, b),
  sumTo: reduce.sumTo,
  cast: copy.to,
  clone: (x) => copy.clone(x.detach()),
  copy: copy.rowMajorClone,
  ones: (shape, dtype) => copy.filled(shape, dtype, 1),
  zeros: (shape, dtype) => copy.filled(shape, dtype, 0),
  hasNaN: (x) => noGrad(() => item(reduce.any(comparison.isnan(x))) !== 0),
});
