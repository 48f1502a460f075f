// Written by scripts/gen-method-types.mjs from the comments at the functions: npm run gen.
import type { InPlaceForms } from './inplace-forms.js';
import type { BinaryMethods, ComparisonMethods, DirectMethods, UnaryInPlaceMethods, UnaryMethods } from './methods.js';

/** Methods of Tensor that are functions of the same name; the tensor takes the place of the first argument. */
export interface DescribedMethods {
  /** -x. */
  neg: UnaryMethods['neg'];
  /** The absolute value; gradient 0 at 0. */
  abs: UnaryMethods['abs'];
  /** -1, 0 or 1; gradient 0. */
  sign: UnaryMethods['sign'];
  /** x * x. */
  square: UnaryMethods['square'];
  /** max(x, 0); gradient 0 at 0. */
  relu: UnaryMethods['relu'];
  /** The largest whole number that is not larger; gradient 0. */
  floor: UnaryMethods['floor'];
  /** The smallest whole number that is not smaller; gradient 0. */
  ceil: UnaryMethods['ceil'];
  /** The nearest whole number, halves to even; gradient 0. */
  round: UnaryMethods['round'];
  /** Rounds toward zero; gradient 0. */
  trunc: UnaryMethods['trunc'];
  /** e to the x. */
  exp: UnaryMethods['exp'];
  /** 2 to the x. */
  exp2: UnaryMethods['exp2'];
  /** exp(x) - 1, exact near 0. */
  expm1: UnaryMethods['expm1'];
  /** The natural logarithm. */
  log: UnaryMethods['log'];
  /** The logarithm to base 2. */
  log2: UnaryMethods['log2'];
  /** The logarithm to base 10. */
  log10: UnaryMethods['log10'];
  /** log(1 + x), exact near 0. */
  log1p: UnaryMethods['log1p'];
  /** The square root. */
  sqrt: UnaryMethods['sqrt'];
  /** 1 / sqrt(x). */
  rsqrt: UnaryMethods['rsqrt'];
  /** 1 / x. */
  reciprocal: UnaryMethods['reciprocal'];
  /** The sine of x in radians. */
  sin: UnaryMethods['sin'];
  /** The cosine of x in radians. */
  cos: UnaryMethods['cos'];
  /** The tangent of x in radians. */
  tan: UnaryMethods['tan'];
  /** The arc sine. */
  asin: UnaryMethods['asin'];
  /** The arc cosine. */
  acos: UnaryMethods['acos'];
  /** The arc tangent. */
  atan: UnaryMethods['atan'];
  /** The hyperbolic sine. */
  sinh: UnaryMethods['sinh'];
  /** The hyperbolic cosine. */
  cosh: UnaryMethods['cosh'];
  /** The hyperbolic tangent. */
  tanh: UnaryMethods['tanh'];
  /** The inverse hyperbolic sine. */
  asinh: UnaryMethods['asinh'];
  /** The inverse hyperbolic cosine. */
  acosh: UnaryMethods['acosh'];
  /** The inverse hyperbolic tangent. */
  atanh: UnaryMethods['atanh'];
  /** The error function. */
  erf: UnaryMethods['erf'];
  /** The inverse of the error function. */
  erfinv: UnaryMethods['erfinv'];
  /** 1 / (1 + exp(-x)). */
  sigmoid: UnaryMethods['sigmoid'];
  /** sin(pi x) / (pi x), 1 at 0. Gradient: (pi x cos(pi x) - sin(pi x)) / (pi x²), 0 at 0. */
  sinc: UnaryMethods['sinc'];
  /** Degrees as radians. */
  deg2rad: UnaryMethods['deg2rad'];
  /** Radians as degrees. */
  rad2deg: UnaryMethods['rad2deg'];
  /** x - trunc(x). */
  frac: UnaryMethods['frac'];
  /** A copy of +x. */
  positive: UnaryMethods['positive'];
  /** -1, 0 or 1: {@link sign} under the name that also serves complex numbers in PyTorch. */
  sgn: UnaryMethods['sgn'];
  /** a * b. */
  mul: BinaryMethods['mul'];
  /**
   * a to the b.
   * @throws {ArgumentError} for integers to the power of a negative whole number: use a floating dtype.
   */
  pow: BinaryMethods['pow'];
  /** The larger of each pair; NaN wins. Gradient: to the winner, half to each where they are equal. */
  maximum: BinaryMethods['maximum'];
  /** The smaller of each pair; NaN wins. Gradient: to the winner, half to each where they are equal. */
  minimum: BinaryMethods['minimum'];
  /** floor(a / b). */
  floorDivide: BinaryMethods['floorDivide'];
  /** a - b * floor(a / b): the sign of b, as Python's %. */
  remainder: BinaryMethods['remainder'];
  /** a - b * trunc(a / b): the sign of a, as JavaScript's %. */
  fmod: BinaryMethods['fmod'];
  /** The angle of the point (b, a). */
  atan2: BinaryMethods['atan2'];
  /** a == b, as bool. */
  eq: ComparisonMethods['eq'];
  /** a != b, as bool. */
  ne: ComparisonMethods['ne'];
  /** a < b, as bool. */
  lt: ComparisonMethods['lt'];
  /** a <= b, as bool. */
  le: ComparisonMethods['le'];
  /** a > b, as bool. */
  gt: ComparisonMethods['gt'];
  /** a >= b, as bool. */
  ge: ComparisonMethods['ge'];
  /** Both are nonzero. */
  logicalAnd: ComparisonMethods['logicalAnd'];
  /** Either is nonzero. */
  logicalOr: ComparisonMethods['logicalOr'];
  /** Exactly one is nonzero. */
  logicalXor: ComparisonMethods['logicalXor'];
  /** Whether the sign is minus: of -0 too. */
  signbit: ComparisonMethods['signbit'];
  /** True where x is +Infinity. */
  isposinf: ComparisonMethods['isposinf'];
  /** True where x is -Infinity. */
  isneginf: ComparisonMethods['isneginf'];
  /** True where x is 0 (or false). */
  logicalNot: ComparisonMethods['logicalNot'];
  /** True where x is NaN. */
  isnan: ComparisonMethods['isnan'];
  /** True where x is infinite. */
  isinf: ComparisonMethods['isinf'];
  /** True where x is neither infinite nor NaN. */
  isfinite: ComparisonMethods['isfinite'];
  /** In place, returning this tensor: -x. */
  neg_: UnaryInPlaceMethods['neg_'];
  /** In place, returning this tensor: The absolute value; gradient 0 at 0. */
  abs_: UnaryInPlaceMethods['abs_'];
  /** In place, returning this tensor: -1, 0 or 1; gradient 0. */
  sign_: UnaryInPlaceMethods['sign_'];
  /** In place, returning this tensor: x * x. */
  square_: UnaryInPlaceMethods['square_'];
  /** In place, returning this tensor: max(x, 0); gradient 0 at 0. */
  relu_: UnaryInPlaceMethods['relu_'];
  /** In place, returning this tensor: The largest whole number that is not larger; gradient 0. */
  floor_: UnaryInPlaceMethods['floor_'];
  /** In place, returning this tensor: The smallest whole number that is not smaller; gradient 0. */
  ceil_: UnaryInPlaceMethods['ceil_'];
  /** In place, returning this tensor: The nearest whole number, halves to even; gradient 0. */
  round_: UnaryInPlaceMethods['round_'];
  /** In place, returning this tensor: Rounds toward zero; gradient 0. */
  trunc_: UnaryInPlaceMethods['trunc_'];
  /** In place, returning this tensor: e to the x. */
  exp_: UnaryInPlaceMethods['exp_'];
  /** In place, returning this tensor: 2 to the x. */
  exp2_: UnaryInPlaceMethods['exp2_'];
  /** In place, returning this tensor: exp(x) - 1, exact near 0. */
  expm1_: UnaryInPlaceMethods['expm1_'];
  /** In place, returning this tensor: The natural logarithm. */
  log_: UnaryInPlaceMethods['log_'];
  /** In place, returning this tensor: The logarithm to base 2. */
  log2_: UnaryInPlaceMethods['log2_'];
  /** In place, returning this tensor: The logarithm to base 10. */
  log10_: UnaryInPlaceMethods['log10_'];
  /** In place, returning this tensor: log(1 + x), exact near 0. */
  log1p_: UnaryInPlaceMethods['log1p_'];
  /** In place, returning this tensor: The square root. */
  sqrt_: UnaryInPlaceMethods['sqrt_'];
  /** In place, returning this tensor: 1 / sqrt(x). */
  rsqrt_: UnaryInPlaceMethods['rsqrt_'];
  /** In place, returning this tensor: 1 / x. */
  reciprocal_: UnaryInPlaceMethods['reciprocal_'];
  /** In place, returning this tensor: The sine of x in radians. */
  sin_: UnaryInPlaceMethods['sin_'];
  /** In place, returning this tensor: The cosine of x in radians. */
  cos_: UnaryInPlaceMethods['cos_'];
  /** In place, returning this tensor: The tangent of x in radians. */
  tan_: UnaryInPlaceMethods['tan_'];
  /** In place, returning this tensor: The arc sine. */
  asin_: UnaryInPlaceMethods['asin_'];
  /** In place, returning this tensor: The arc cosine. */
  acos_: UnaryInPlaceMethods['acos_'];
  /** In place, returning this tensor: The arc tangent. */
  atan_: UnaryInPlaceMethods['atan_'];
  /** In place, returning this tensor: The hyperbolic sine. */
  sinh_: UnaryInPlaceMethods['sinh_'];
  /** In place, returning this tensor: The hyperbolic cosine. */
  cosh_: UnaryInPlaceMethods['cosh_'];
  /** In place, returning this tensor: The hyperbolic tangent. */
  tanh_: UnaryInPlaceMethods['tanh_'];
  /** In place, returning this tensor: The inverse hyperbolic sine. */
  asinh_: UnaryInPlaceMethods['asinh_'];
  /** In place, returning this tensor: The inverse hyperbolic cosine. */
  acosh_: UnaryInPlaceMethods['acosh_'];
  /** In place, returning this tensor: The inverse hyperbolic tangent. */
  atanh_: UnaryInPlaceMethods['atanh_'];
  /** In place, returning this tensor: The error function. */
  erf_: UnaryInPlaceMethods['erf_'];
  /** In place, returning this tensor: The inverse of the error function. */
  erfinv_: UnaryInPlaceMethods['erfinv_'];
  /** In place, returning this tensor: 1 / (1 + exp(-x)). */
  sigmoid_: UnaryInPlaceMethods['sigmoid_'];
  /**
   * The sum over `dim` (default: all dims). Integers and bools are summed as int64, unless `dtype` says otherwise. Gradient: the same for
   * every element.
   * @see https://pytorch.org/docs/stable/generated/torch.sum.html
   */
  sum: DirectMethods['sum'];
  /**
   * The mean over `dim` (default: all dims).
   * @throws {DTypeError} for integers and bools, unless `dtype` is floating.
   * @see https://pytorch.org/docs/stable/generated/torch.mean.html
   */
  mean: DirectMethods['mean'];
  /** Whether any element over `dim` (default: all dims) is nonzero. bool; uint8 gives uint8, as in PyTorch. */
  any: DirectMethods['any'];
  /** Whether all elements over `dim` (default: all dims) are nonzero. bool; uint8 gives uint8, as in PyTorch. */
  all: DirectMethods['all'];
  /** How many elements over `dim` (default: all dims) are not 0, as int64. */
  countNonzero: DirectMethods['countNonzero'];
  /**
   * The product over `dim` (default: all dims). Integers and bools are multiplied as int64, unless `dtype` says otherwise. Gradient: the
   * product of the other elements, also where some are 0.
   * @see https://pytorch.org/docs/stable/generated/torch.prod.html
   */
  prod: DirectMethods['prod'];
  /**
   * Running sums along `dim`. Integers and bools are summed as int64, unless `dtype` says otherwise. Gradient: running sums from the end.
   * @see https://pytorch.org/docs/stable/generated/torch.cumsum.html
   */
  cumsum: DirectMethods['cumsum'];
  /**
   * Running products along `dim`. Integers and bools are multiplied as int64, unless `dtype` says otherwise. Gradient: exact also where
   * elements are 0 (there in time quadratic in the size of `dim`).
   * @see https://pytorch.org/docs/stable/generated/torch.cumprod.html
   */
  cumprod: DirectMethods['cumprod'];
  /**
   * The largest elements over `dim` (one, several, or all by default). NaN wins. Gradient: shared evenly among equals.
   * @throws {ShapeError} over a dim of size 0.
   */
  amax: DirectMethods['amax'];
  /** The smallest elements, as {@link amax}. */
  amin: DirectMethods['amin'];
  /** Where the largest element lies along `dim`, or (by default) in `x` seen as one row; the first of equals. int64. */
  argmax: DirectMethods['argmax'];
  /** Where the smallest element lies, as {@link argmax}. */
  argmin: DirectMethods['argmin'];
  /** The smallest and the largest element, in one call. */
  aminmax: DirectMethods['aminmax'];
  /**
   * The variance over `dim` (default: all dims).
   * @throws {DTypeError} for integers and bools.
   * @see https://pytorch.org/docs/stable/generated/torch.var.html
   */
  var: DirectMethods['var'];
  /** The standard deviation over `dim` (default: all dims): the root of {@link variance}. Gradient 0 where it is 0. */
  std: DirectMethods['std'];
  /**
   * The norm of the elements over `dim` (default: all dims): `(sum |x|^p)^(1/p)`; the largest or smallest |x| for p = Infinity or
   * -Infinity, the count of nonzeros for 0. Gradient: 0 where the norm is 0; shared evenly among equals for infinite p.
   * @param given p (a number, or `fro`, which is 2; default 2), dim and keepdim (default false) in this order, or by name.
   * @throws {DTypeError} for integers and bools.
   * @see https://pytorch.org/docs/stable/generated/torch.norm.html
   */
  norm: DirectMethods['norm'];
  /**
   * log(sum(exp(x))) over `dim`, without overflow. Integers become float32.
   * @see https://pytorch.org/docs/stable/generated/torch.logsumexp.html
   */
  logsumexp: DirectMethods['logsumexp'];
  /**
   * The elements in ascending order along `dim` (default: the last), and where they were: `[values, indices]`. NaN counts as the largest.
   * Gradient: back to where the elements were.
   * @see https://pytorch.org/docs/stable/generated/torch.sort.html
   */
  sort: DirectMethods['sort'];
  /** Where the elements in ascending order are: the indices of {@link sort}. */
  argsort: DirectMethods['argsort'];
  /**
   * The `k` largest elements along `dim` (default: the last) in descending order, and where they are: `[values, indices]`. Gradient: back
   * to where the elements were.
   * @throws {ArgumentError} for k above the size of dim.
   * @see https://pytorch.org/docs/stable/generated/torch.topk.html
   */
  topk: DirectMethods['topk'];
  /** Whether two tensors have one shape and equal elements; NaN equals nothing. */
  equal: DirectMethods['equal'];
  /**
   * Where |a - b| <= atol + rtol |b|, or both are the same infinity: bool.
   * @throws {DTypeError} for two dtypes.
   * @see https://pytorch.org/docs/stable/generated/torch.isclose.html
   */
  isclose: DirectMethods['isclose'];
  /** Whether {@link isclose} holds for all elements. */
  allclose: DirectMethods['allclose'];
  /**
   * Elements of `x` along `dim`: `out[i][j][k] = x[index[i][j][k]][j][k]` for dim 0, and so on. Gradient: added up where the elements
   * came from.
   * @param index [as x, at most x's size in the other dims].
   * @returns the shape of `index`, the dtype of `x`.
   * @throws {IndexError} for an index outside dim.
   * @throws {ShapeError} for shapes that do not fit.
   * @throws {DTypeError} for another index dtype.
   * @see https://pytorch.org/docs/stable/generated/torch.gather.html
   */
  gather: DirectMethods['gather'];
  /**
   * `x` with elements of `src` (or one number) written along `dim`: `out[index[i][j]][j] = src[i][j]` for dim 0. Where an index comes
   * twice the last one wins; PyTorch leaves that open. Gradient: x's is 0 where it was overwritten; src's is read from where it was
   * written. None of `reduce: 'multiply'`, as in PyTorch.
   * @param given `{ reduce }`: 'add' or 'multiply' instead of overwriting.
   * @throws {IndexError} for an index outside dim.
   * @throws {ShapeError} for shapes that do not fit.
   * @throws {DTypeError} for another dtype.
   * @see https://pytorch.org/docs/stable/generated/torch.scatter.html
   */
  scatter: DirectMethods['scatter'];
  /**
   * `x` with `src` added along `dim`: `out[index[i][j]][j] += src[i][j]` for dim 0. Gradient: passes to x; src's is read from where it
   * was added.
   * @throws as {@link scatter}.
   */
  scatterAdd: DirectMethods['scatterAdd'];
  /**
   * The elements of `x`, seen as one row, at `index`.
   * @returns the shape of `index`.
   * @throws {IndexError} for an index outside.
   */
  take: DirectMethods['take'];
  /**
   * {@link gather} with `index` and `x` broadcast against each other in the other dims: what `argsort` and `argmax` with keepdim give.
   * @param given dim, by position or by name; without one, both are seen as one row.
   */
  takeAlongDim: DirectMethods['takeAlongDim'];
  /**
   * `x` with `alpha * source` added to its slices at `index` along `dim`; repeated indices add up. Gradient: passes to x; source's is
   * read from where it was added.
   * @throws {IndexError} for an index outside dim.
   * @throws {ShapeError} for shapes that do not fit.
   * @throws {DTypeError} for another dtype.
   * @see https://pytorch.org/docs/stable/generated/torch.Tensor.index_add_.html
   */
  indexAdd: DirectMethods['indexAdd'];
  /**
   * `x` with its slices at `index` along `dim` replaced by those of `source`; where an index comes twice the last one wins. Gradient: x's
   * is 0 where it was overwritten; source's is read from where it was written.
   * @throws as {@link indexAdd}.
   */
  indexCopy: DirectMethods['indexCopy'];
  /** `x` with its slices at `index` along `dim` set to one value. Gradient: 0 there. */
  indexFill: DirectMethods['indexFill'];
  /** {@link scatter} in place. */
  scatter_: DirectMethods['scatter_'];
  /** {@link scatterAdd} in place. */
  scatterAdd_: DirectMethods['scatterAdd_'];
  /** {@link indexAdd} in place. */
  indexAdd_: DirectMethods['indexAdd_'];
  /** {@link indexCopy} in place. */
  indexCopy_: DirectMethods['indexCopy_'];
  /** {@link indexFill} in place. */
  indexFill_: DirectMethods['indexFill_'];
  /**
   * `x` with `value` (a number or a 0-dim tensor) where `mask`, which broadcasts with `x`, is true. Keeps the dtype of `x`. Gradient: 0
   * where the mask is true; summed there for `value`.
   * @throws {DTypeError} for a mask that is not bool, or a number that the dtype does not hold.
   * @see https://pytorch.org/docs/stable/generated/torch.Tensor.masked_fill.html
   */
  maskedFill: DirectMethods['maskedFill'];
  /** {@link maskedFill} in place; the mask broadcasts to `x`. */
  maskedFill_: DirectMethods['maskedFill_'];
  /**
   * The elements of `x` where `mask` is true, in row-major order, as one row; the two broadcast. Gradient: back to where the elements
   * were.
   * @throws {DTypeError} for a mask that is not bool.
   * @throws {ShapeError} for shapes that do not broadcast.
   */
  maskedSelect: DirectMethods['maskedSelect'];
  /**
   * Views of `x` along `dim` (default 0): of `sizes` elements each, the last one shorter where they do not fit; or of the listed sizes.
   * @throws {ArgumentError} for sizes that do not add up.
   */
  split: DirectMethods['split'];
  /** At most `chunks` views of `x` along `dim` (default 0), of equal size but perhaps the last. */
  chunk: DirectMethods['chunk'];
  /** One view for each index of `dim` (default 0), without that dim. */
  unbind: DirectMethods['unbind'];
  /** The elements of `dims` (default: all dims) in reverse order. A copy, as in PyTorch. Gradient: reversed likewise. */
  flip: DirectMethods['flip'];
  /**
   * Elements shifted along `dims`, those that leave at one end coming in at the other. Without `dims`, `x` counts as one row.
   * @throws {ArgumentError} unless there is one shift per dim.
   */
  roll: DirectMethods['roll'];
  /** The lower triangle of the last two dims, 0 above; `diagonal` above 0 keeps more. */
  tril: DirectMethods['tril'];
  /** The upper triangle of the last two dims, 0 below; `diagonal` above 0 keeps less. */
  triu: DirectMethods['triu'];
  /**
   * Every element (or slice along `dim`) `repeats` times in a row. Without `dim`, `x` counts as one row.
   * @param repeats a number, or one whole number for each element, as int64 or int32 [n].
   */
  repeatInterleave: DirectMethods['repeatInterleave'];
  /**
   * input + value * tensor1 * tensor2.
   * @see https://pytorch.org/docs/stable/generated/torch.addcmul.html
   */
  addcmul: DirectMethods['addcmul'];
  /**
   * input + value * tensor1 / tensor2.
   * @throws {DTypeError} for two integers: convert one.
   * @see https://pytorch.org/docs/stable/generated/torch.addcdiv.html
   */
  addcdiv: DirectMethods['addcdiv'];
  /**
   * start + weight * (end - start), from the nearer end.
   * @param weight a number or a tensor.
   * @throws {DTypeError} for two dtypes, or for integers.
   * @see https://pytorch.org/docs/stable/generated/torch.lerp.html
   */
  lerp: DirectMethods['lerp'];
  /** Values below `min` (a number, or a tensor that broadcasts) become `min`. Gradient: 1 above it. */
  clampMin: DirectMethods['clampMin'];
  /** Values above `max` (a number, or a tensor that broadcasts) become `max`. Gradient: 1 below it. */
  clampMax: DirectMethods['clampMax'];
  /** {@link clampMin} in place. */
  clampMin_: DirectMethods['clampMin_'];
  /** {@link clampMax} in place. */
  clampMax_: DirectMethods['clampMax_'];
  /**
   * NaN and the infinities replaced. Gradient: 1 elsewhere, 0 there.
   * @param args nan (default 0), posinf and neginf (default: the largest number of the dtype, and its negative) in this order, or by
   *   name.
   * @throws {ArgumentError} for replacements that are no numbers.
   * @see https://pytorch.org/docs/stable/generated/torch.nan_to_num.html
   */
  nanToNum: DirectMethods['nanToNum'];
  /**
   * log(x / (1 - x)), the inverse of sigmoid. Integers become float32.
   * @param given eps, which limits x to [eps, 1 - eps]; null (default) does not.
   * @see https://pytorch.org/docs/stable/generated/torch.logit.html
   */
  logit: DirectMethods['logit'];
  /** The larger of each pair; the other where one is NaN. Gradient: half to each where they are equal. */
  fmax: DirectMethods['fmax'];
  /** The smaller of each pair; the other where one is NaN. Gradient: half to each where they are equal. */
  fmin: DirectMethods['fmin'];
  /**
   * sqrt(a² + b²), without overflow.
   * @throws {DTypeError} for integers.
   */
  hypot: DirectMethods['hypot'];
  /**
   * log(exp(a) + exp(b)), without overflow.
   * @throws {DTypeError} for integers.
   * @see https://pytorch.org/docs/stable/generated/torch.logaddexp.html
   */
  logaddexp: DirectMethods['logaddexp'];
  /** x * log(y), 0 where x is 0 (and y is no NaN). Integers become floats. */
  xlogy: DirectMethods['xlogy'];
  /**
   * beta * input + alpha * mm(a, b).
   * @see https://pytorch.org/docs/stable/generated/torch.addmm.html
   */
  addmm: DirectMethods['addmm'];
  /** beta * input + alpha * mv(matrix, vector). */
  addmv: DirectMethods['addmv'];
  /** beta * input + alpha * bmm(a, b). */
  baddbmm: DirectMethods['baddbmm'];
  /** The dot product over the last dims of both; with a 0-dim tensor the product. */
  inner: DirectMethods['inner'];
  /**
   * The sum of the diagonal of a matrix.
   * @throws {ShapeError} for other ranks.
   */
  trace: DirectMethods['trace'];
  /**
   * The cross product of vectors of size 3.
   * @param dim the dim of size 3; default: the first that has it.
   * @throws {ShapeError} where none has, or the shapes differ.
   */
  cross: DirectMethods['cross'];
  /**
   * A matrix times itself, `n` times; negative n by its inverse.
   * @see https://pytorch.org/docs/stable/generated/torch.linalg.matrix_power.html
   */
  matrixPower: DirectMethods['matrixPower'];
  /**
   * The matrix exponential, by a Taylor polynomial of a halved matrix that is squared again.
   * @see https://pytorch.org/docs/stable/generated/torch.linalg.matrix_exp.html
   */
  matrixExp: DirectMethods['matrixExp'];
  /**
   * The determinant of square matrices: [...]. Gradient: dA = g det(A) A^-T; of singular matrices their cofactors, to which that tends.
   * @throws {ShapeError} for matrices that are not square.
   * @see https://pytorch.org/docs/stable/generated/torch.linalg.det.html
   */
  det: DirectMethods['det'];
  /**
   * The logarithm of the determinant: NaN where that is negative.
   * @see https://pytorch.org/docs/stable/generated/torch.logdet.html
   */
  logdet: DirectMethods['logdet'];
  /**
   * The sign of the determinant and the logarithm of its absolute value, which does not overflow where the determinant does. Gradient of
   * the logarithm: dA = g A^-T.
   * @returns both [...]; 0 and -infinity for singular matrices.
   * @see https://pytorch.org/docs/stable/generated/torch.linalg.slogdet.html
   */
  slogdet: DirectMethods['slogdet'];
  /**
   * The inverse of square matrices. `linalg.solve(A, B)` is faster and more accurate than `inv(A).matmul(B)`. Gradient: dA = -Y^T dY Y^T.
   * @throws {LinAlgError} where a matrix is singular.
   * @see https://pytorch.org/docs/stable/generated/torch.linalg.inv.html
   */
  inverse: DirectMethods['inverse'];
  /**
   * {@link pinv} under its older name.
   * @param given rcond, what counts as zero, as a share of the largest singular value. Default: 1e-15.
   * @see https://pytorch.org/docs/stable/generated/torch.pinverse.html
   */
  pinverse: DirectMethods['pinverse'];
  /**
   * The lower triangle L with A = L L^T. Only the lower triangle of A is looked at (with `upper`, the upper one). Gradient: dA = sym(L^-T
   * phi(L^T dL) L^-1), phi the lower triangle with half the diagonal.
   * @param args upper (default false), by position or by name.
   * @throws {LinAlgError} where a matrix is not positive definite.
   * @see https://pytorch.org/docs/stable/generated/torch.linalg.cholesky.html
   */
  cholesky: DirectMethods['cholesky'];
  /**
   * X of A X = B, of the Cholesky factor of A. Gradient: dB = A^-1 dX; dL = -(dB X^T + X dB^T) L, as PyTorch's, also above the diagonal.
   * @param factor L [..., n, n], or U with `upper`; batches broadcast.
   * @see https://pytorch.org/docs/stable/generated/torch.cholesky_solve.html
   */
  choleskySolve: DirectMethods['choleskySolve'];
  /**
   * The inverse of A, of its Cholesky factor. Gradient: dL = -Y (dY + dY^T) Y L.
   * @see https://pytorch.org/docs/stable/generated/torch.cholesky_inverse.html
   */
  choleskyInverse: DirectMethods['choleskyInverse'];
  /**
   * PyTorch's older form of {@link solveTriangular}: b comes first, and `upper` is true by default.
   * @returns the solution, and A as it was read.
   * @see https://pytorch.org/docs/stable/generated/torch.triangular_solve.html
   */
  triangularSolve: DirectMethods['triangularSolve'];
  /**
   * The p-norm of a - b.
   * @param p default 2.
   */
  dist: DirectMethods['dist'];
  /** Rotates by 90 degrees, `k` times, from the first of `dims` towards the second. */
  rot90: DirectMethods['rot90'];
  /**
   * The dims `from` moved to the places `to`, the others in their order: one dim, or as many of each.
   * @throws {ArgumentError} unless there is one place for each dim, and each is named once.
   * @see https://pytorch.org/docs/stable/generated/torch.movedim.html
   */
  movedim: DirectMethods['movedim'];
  /**
   * A diagonal of the dims `dim1` and `dim2` as a new last dim, copied nowhere: a view. Gradient: to where the elements stand.
   * @param args offset (default 0; above 0 lies above the main diagonal), dim1 (default 0) and dim2 (default 1) in this order, or by
   *   name.
   * @throws {ShapeError} for fewer than two dims.
   * @throws {ArgumentError} for an offset that is no whole number, or one dim twice.
   * @see https://pytorch.org/docs/stable/generated/torch.diagonal.html
   */
  diagonal: DirectMethods['diagonal'];
  /**
   * Of a vector the matrix with it on a diagonal, of a matrix its diagonal.
   * @param offset default 0; positive ones lie above the main diagonal.
   * @throws {ShapeError} for other ranks.
   */
  diag: DirectMethods['diag'];
  /**
   * Matrices with the last dim of x on a diagonal of the dims `dim1` and `dim2` of the result: [..., n] gives [..., n + |offset|, n +
   * |offset|].
   * @param args offset (default 0), dim1 (default -2) and dim2 (default -1) in this order, or by name.
   * @throws {ShapeError} for 0 dims.
   * @throws {ArgumentError} for an offset that is no whole number, or one dim twice.
   * @see https://pytorch.org/docs/stable/generated/torch.diag_embed.html
   */
  diagEmbed: DirectMethods['diagEmbed'];
  /** Columns in reverse order. */
  fliplr: DirectMethods['fliplr'];
  /** Rows in reverse order. */
  flipud: DirectMethods['flipud'];
  /** The elements in one row. */
  ravel: DirectMethods['ravel'];
  /** {@link transpose} under NumPy's name. */
  swapaxes: DirectMethods['swapaxes'];
  /** {@link movedim} under NumPy's name. */
  moveaxis: DirectMethods['moveaxis'];
  /**
   * Parts along `dim`: as many as a number says, the first ones larger by one where it does not divide; or cut before each of the given
   * places.
   * @throws {ArgumentError} for less than one part.
   * @see https://pytorch.org/docs/stable/generated/torch.tensor_split.html
   */
  tensorSplit: DirectMethods['tensorSplit'];
  /** Where elements are not 0, one row each. */
  argwhere: DirectMethods['argwhere'];
  /**
   * Windows along `dim`: a new last dim of `size`, one window every `step`. A view: windows that overlap share their elements.
   * @throws {ArgumentError} for a window longer than the dim.
   * @see https://pytorch.org/docs/stable/generated/torch.Tensor.unfold.html
   */
  unfold: DirectMethods['unfold'];
  /** The sum without the NaNs. */
  nansum: DirectMethods['nansum'];
  /** The mean without the NaNs; NaN where there is nothing else. */
  nanmean: DirectMethods['nanmean'];
  /**
   * The largest value so far along `dim`, and its last place: `[values, indices]`; NaN wins. Gradient: back to those places.
   */
  cummax: DirectMethods['cummax'];
  /** The smallest value so far along `dim`, and its last place; NaN wins. */
  cummin: DirectMethods['cummin'];
  /** log(cumsum(exp(x))) along `dim`, without overflow. */
  logcumsumexp: DirectMethods['logcumsumexp'];
  /**
   * Differences of neighbours along a dim, taken `n` times.
   * @param given n, dim, prepend and append in this order, or by name.
   * @throws {ArgumentError} for an n that is no whole number of at least 0.
   * @throws {ShapeError} for 0 dims, and parts that do not fit.
   * @see https://pytorch.org/docs/stable/generated/torch.diff.html
   */
  diff: DirectMethods['diff'];
  /**
   * The quantiles of all elements, or along `dim`. NaN where there is one.
   * @param given as {@link nanquantile}'s.
   * @throws {ArgumentError} for q outside 0 to 1, or no elements.
   * @see https://pytorch.org/docs/stable/generated/torch.quantile.html
   */
  quantile: DirectMethods['quantile'];
  /**
   * The k-th smallest element along `dim` (default: the last), and where it is: `[values, indices]`.
   * @param k from 1.
   * @throws {ArgumentError} for one outside 1 to the size of dim.
   */
  kthvalue: DirectMethods['kthvalue'];
  /** In ascending order along the first dim. */
  msort: DirectMethods['msort'];
  /**
   * How often each of 0, 1, 2, … comes in a vector of whole numbers; or the sums of their `weights`.
   * @param minlength of the result; default 0.
   * @throws {ArgumentError} for negative numbers.
   */
  bincount: DirectMethods['bincount'];
  /**
   * How many elements fall into each of `bins` equal intervals from `min` to `max` (both 0: the smallest and largest element); others do
   * not count.
   * @throws {ArgumentError} for fewer than one bin, or min above max.
   */
  histc: DirectMethods['histc'];
  /**
   * The covariance of variables (rows) over observations (columns).
   * @throws {ShapeError} for more than 2 dims, and weights that are not one for each observation.
   * @throws {DTypeError} for fweights that are no integers.
   * @throws {ArgumentError} for negative weights.
   * @see https://pytorch.org/docs/stable/generated/torch.cov.html
   */
  cov: DirectMethods['cov'];
  /** The correlation of variables (rows) over observations (columns), from -1 to 1. */
  corrcoef: DirectMethods['corrcoef'];
  /**
   * The bits that both have; of bools, and.
   * @throws {DTypeError} for floating dtypes.
   * @see https://pytorch.org/docs/stable/generated/torch.bitwise_and.html
   */
  bitwiseAnd: DirectMethods['bitwiseAnd'];
  /**
   * The bits that either has; of bools, or.
   * @throws {DTypeError} for floating dtypes.
   */
  bitwiseOr: DirectMethods['bitwiseOr'];
  /**
   * The bits that exactly one has; of bools, xor.
   * @throws {DTypeError} for floating dtypes.
   */
  bitwiseXor: DirectMethods['bitwiseXor'];
  /**
   * The bits that x has not, -1 - x; of bools, not.
   * @throws {DTypeError} for floating dtypes.
   */
  bitwiseNot: DirectMethods['bitwiseNot'];
  /**
   * `a * 2^b`, without the bits that leave at the top; 0 where b is negative, or as large as the number of bits.
   * @throws {DTypeError} for floating dtypes and bools.
   * @see https://pytorch.org/docs/stable/generated/torch.bitwise_left_shift.html
   */
  bitwiseLeftShift: DirectMethods['bitwiseLeftShift'];
  /**
   * `floor(a / 2^b)`, which keeps the sign; only the sign is left (0 or -1) where b is negative, or too large.
   * @throws {DTypeError} for floating dtypes and bools.
   */
  bitwiseRightShift: DirectMethods['bitwiseRightShift'];
  /**
   * The greatest common divisor, at least 0; gcd(0, 0) is 0.
   * @throws {DTypeError} for floating dtypes and bools.
   */
  gcd: DirectMethods['gcd'];
  /**
   * The least common multiple, at least 0; 0 where either is 0.
   * @throws {DTypeError} for floating dtypes and bools.
   */
  lcm: DirectMethods['lcm'];
  /**
   * `x` with the values of `src` that `index` sends to a place along `dim` reduced into it: for dim 0, `out[index[i][j]][j]` becomes the
   * sum, product, mean, largest or smallest of all `src[i][j]` that go there, and of what stood there. Gradient: as of the reduction; of
   * extremes shared evenly among equals.
   * @param args `{ includeSelf }`: false leaves out what stood there.
   * @throws {IndexError} for an index outside dim.
   * @throws {ShapeError} for shapes that do not fit.
   * @throws {DTypeError} for another dtype.
   * @throws {ArgumentError} for another reduction.
   * @see https://pytorch.org/docs/stable/generated/torch.Tensor.scatter_reduce_.html
   */
  scatterReduce: DirectMethods['scatterReduce'];
  /** {@link scatterReduce} in place. */
  scatterReduce_: DirectMethods['scatterReduce_'];
  /**
   * `x` with the slices of `source` that `index` sends to a place along `dim` reduced into it; {@link scatterReduce} for whole slices.
   * @param index [n].
   * @param source the shape of x, with n in dim.
   * @param reduce not 'sum': that is indexAdd.
   * @throws as {@link scatterReduce}.
   * @see https://pytorch.org/docs/stable/generated/torch.Tensor.index_reduce_.html
   */
  indexReduce: DirectMethods['indexReduce'];
  /** {@link indexReduce} in place. */
  indexReduce_: DirectMethods['indexReduce_'];
  /**
   * `x` with the elements of `source`, in order, where `mask` is true; x and mask broadcast. Gradient: x's is 0 where the mask is true;
   * source's is read from where its elements went.
   * @throws {DTypeError} for a mask that is not bool, or another dtype.
   * @throws {ShapeError} where source has too few elements.
   * @see https://pytorch.org/docs/stable/generated/torch.Tensor.masked_scatter_.html
   */
  maskedScatter: DirectMethods['maskedScatter'];
  /** {@link maskedScatter} in place; the mask broadcasts to `x`. */
  maskedScatter_: DirectMethods['maskedScatter_'];
  /**
   * `x`, seen as one row, with the elements of `source` at `index`. Where an index comes twice the last one wins, or, with `accumulate`,
   * they add up. Gradient: x's is 0 where it was overwritten; source's is read from where it was written.
   * @param index int64 or int32, of any shape.
   * @param source as many elements.
   * @throws {IndexError} for an index outside.
   * @throws {ShapeError} for another number of elements.
   * @throws {DTypeError} for another dtype.
   * @see https://pytorch.org/docs/stable/generated/torch.Tensor.put_.html
   */
  put: DirectMethods['put'];
  /** {@link put} in place. */
  put_: DirectMethods['put_'];
  /**
   * `x` with `src` in the place of `select(x, dim, index)`. Gradient: x's is 0 there; src's is read from there.
   * @param src the shape of x without dim.
   * @throws {IndexError} for an index outside dim.
   * @throws {ShapeError} for another shape.
   * @see https://pytorch.org/docs/stable/generated/torch.select_scatter.html
   */
  selectScatter: DirectMethods['selectScatter'];
  /**
   * `x` with `src` in the place of `slice(x, dim, start, end, step)`. Gradient: x's is 0 there; src's is read from there.
   * @param args dim (default 0), start, end and step (default 1) in this order, or by name.
   * @throws {ShapeError} for another shape than the slice's.
   * @see https://pytorch.org/docs/stable/generated/torch.slice_scatter.html
   */
  sliceScatter: DirectMethods['sliceScatter'];
  /**
   * `x` with `src` on a diagonal, in the place of `diagonal(x, offset, dim1, dim2)`. Gradient: x's is 0 there; src's is read from there.
   * @param args offset (default 0), dim1 (default 0) and dim2 (default 1) in this order, or by name.
   * @throws {ShapeError} for another shape than the diagonal's.
   * @see https://pytorch.org/docs/stable/generated/torch.diagonal_scatter.html
   */
  diagonalScatter: DirectMethods['diagonalScatter'];
  /**
   * Sets the main diagonal of `x` in place: all elements whose indices are equal in every dim.
   * @param value what to set.
   * @param args wrap (default false), by position or by name: in a matrix with more rows than columns the diagonal begins again after one
   *   row left out.
   * @throws {ShapeError} for fewer than 2 dims, or more than 2 of different sizes.
   * @see https://pytorch.org/docs/stable/generated/torch.Tensor.fill_diagonal_.html
   */
  fillDiagonal_: DirectMethods['fillDiagonal_'];
  /**
   * `x` with each of its slices along `dim` whose norm is above `maxnorm` scaled down to that norm. Gradient: through the norms as well.
   * @param p the exponent of the norm, above 0.
   * @param maxnorm at least 0.
   * @throws {ShapeError} for fewer than 2 dims.
   * @throws {ArgumentError} for another p or maxnorm.
   * @see https://pytorch.org/docs/stable/generated/torch.renorm.html
   */
  renorm: DirectMethods['renorm'];
  /**
   * The most frequent value along `dim`, the smallest of those that come equally often, and where it is last: `[values, indices]`.
   * Gradient: to that place.
   * @param args dim (default: the last) and keepdim (default false) in this order, or by name.
   * @throws {IndexError} for a dim that is not there.
   * @throws {ArgumentError} for a dim without elements.
   * @see https://pytorch.org/docs/stable/generated/torch.mode.html
   */
  mode: DirectMethods['mode'];
  /**
   * The quantiles of the elements that are not NaN, of all of them or along `dim`; NaN where there is nothing else.
   * @param args q (a number from 0 to 1, or a vector of them: then the first dim of the result), dim, keepdim and interpolation in this
   *   order, or by name.
   * @throws {DTypeError} for integers.
   * @throws {ArgumentError} for q outside 0 to 1, or no elements.
   * @see https://pytorch.org/docs/stable/generated/torch.nanquantile.html
   */
  nanquantile: DirectMethods['nanquantile'];
  /**
   * `exp(x)` over its sum along `dim`: positive numbers that add up to 1. Large values do not overflow.
   * @param args the dim; without one, PyTorch's old rule chooses 0 for 0, 1 or 3 dims and 1 otherwise, with a warning.
   * @throws {DTypeError} for integers and bools.
   * @throws {IndexError} for a dim that is not there.
   * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.softmax.html
   */
  softmax: DirectMethods['softmax'];
  /**
   * The logarithm of {@link softmax}, exact where softmax itself would round to 0.
   * @throws {DTypeError} for integers and bools.
   * @throws {IndexError} for a dim that is not there.
   * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.log_softmax.html
   */
  logSoftmax: DirectMethods['logSoftmax'];
  /**
   * 1 - erf(x), exact where erf(x) is nearly 1.
   * @see https://pytorch.org/docs/stable/special.html#torch.special.erfc
   */
  erfc: DirectMethods['erfc'];
  /**
   * log |Γ(x)|; infinite at 0 and the negative whole numbers.
   * @see https://pytorch.org/docs/stable/generated/torch.lgamma.html
   */
  lgamma: DirectMethods['lgamma'];
  /**
   * The derivative of log Γ(x); NaN at the negative whole numbers.
   * @see https://pytorch.org/docs/stable/generated/torch.digamma.html
   */
  digamma: DirectMethods['digamma'];
  /**
   * The modified Bessel function of the first kind of order 0.
   * @see https://pytorch.org/docs/stable/special.html#torch.special.i0
   */
  i0: DirectMethods['i0'];
  /**
   * The logarithm of the multivariate gamma function: `p (p - 1) / 4 log(π) + Σ lgamma(x - j / 2)`, j from 0 to p - 1.
   * @param p how many variates: a whole number of at least 1.
   * @throws {ArgumentError} for another p.
   * @see https://pytorch.org/docs/stable/special.html#torch.special.multigammaln
   */
  mvlgamma: DirectMethods['mvlgamma'];
  /**
   * The elements of x's memory at `strides`, as a tensor of `shape`: a view. Elements may come several times, as in sliding windows.
   * Gradient: added up where the elements stand.
   * @param strides elements to step for one more along each dim.
   * @param storageOffset where the first element stands; default: where x's does.
   * @throws {ArgumentError} for strides that are negative or not whole, and places outside x's memory.
   * @throws {ShapeError} unless there is one stride for each dim.
   * @see https://pytorch.org/docs/stable/generated/torch.as_strided.html
   */
  asStrided: DirectMethods['asStrided'];
  /**
   * {@link asStrided} in place.
   * @throws as {@link asStrided} and {@link transpose_}.
   */
  asStrided_: DirectMethods['asStrided_'];
  /**
   * {@link transpose} in place.
   * @throws {GradError} for a leaf that requires gradients, while recording.
   */
  transpose_: DirectMethods['transpose_'];
  /** {@link transpose_} under NumPy's name. */
  swapaxes_: DirectMethods['swapaxes_'];
  /**
   * {@link t} in place.
   * @throws as {@link transpose_}.
   */
  t_: DirectMethods['t_'];
  /**
   * {@link squeeze} in place.
   * @throws as {@link transpose_}.
   */
  squeeze_: DirectMethods['squeeze_'];
  /**
   * {@link unsqueeze} in place.
   * @throws as {@link transpose_}.
   */
  unsqueeze_: DirectMethods['unsqueeze_'];
  /** beta * input + alpha * the sum over the batch of bmm(a, b). */
  addbmm: DirectMethods['addbmm'];
  /** beta * input + alpha * outer(a, b). */
  addr: DirectMethods['addr'];
  /** The Kronecker product: every element of `a` times the whole of `b`. Of fewer dims, the smaller gets leading ones. */
  kron: DirectMethods['kron'];
  /** The dot product of two vectors. */
  vdot: DirectMethods['vdot'];
  /**
   * For each probability in `p`, 1 with that probability, else 0. No gradient flows to `p`.
   * @throws {DTypeError} unless p is floating.
   */
  bernoulli: DirectMethods['bernoulli'];
  /**
   * `count` indices drawn with the probabilities in `weights`, which need not add up to 1.
   * @param options.replacement whether an index may come twice; default false.
   * @returns int64 [count] or [rows, count].
   * @throws {ArgumentError} for negative, infinite or all-zero weights, and for more draws than there are.
   * @see https://pytorch.org/docs/stable/generated/torch.multinomial.html
   */
  multinomial: DirectMethods['multinomial'];
  /**
   * The size of `a` with the sign of `b`; -0 counts as negative. Integers become floats. Gradient: to a, with its sign turned as the
   * value's was.
   */
  copysign: DirectMethods['copysign'];
  /** a ** b in float64. */
  floatPower: DirectMethods['floatPower'];
  /**
   * 0 below 0, `values` at 0, 1 above; without gradient.
   * @throws {DTypeError} for two dtypes.
   */
  heaviside: DirectMethods['heaviside'];
  /**
   * a * 2 ** b, in floats. Of floats and integers it is exact: the power need not fit the dtype.
   * @throws {DTypeError} for floats and bools.
   */
  ldexp: DirectMethods['ldexp'];
  /**
   * log2(2^a + 2^b), without overflow.
   * @throws {DTypeError} for integers.
   */
  logaddexp2: DirectMethods['logaddexp2'];
  /** The elements, in order, on the diagonal of a matrix. */
  diagflat: DirectMethods['diagflat'];
  /**
   * Equal parts one behind the other.
   * @throws as {@link hsplit}.
   */
  dsplit: DirectMethods['dsplit'];
  /**
   * Equal parts side by side, or cut at places.
   * @throws {ArgumentError} where they would not be equal.
   */
  hsplit: DirectMethods['hsplit'];
  /**
   * Equal parts one above the other.
   * @throws as {@link hsplit}.
   */
  vsplit: DirectMethods['vsplit'];
  /** Numbers from [from, to), in place. Default: [0, 1). */
  uniform_: DirectMethods['uniform_'];
  /** Numbers from the normal distribution, in place. Default: mean 0, standard deviation 1. */
  normal_: DirectMethods['normal_'];
  /** 1 with probability `p` (a number, default 0.5, or a tensor that broadcasts to `x`), else 0; in place. */
  bernoulli_: DirectMethods['bernoulli_'];
  /** Numbers from the exponential distribution with rate `lambda`, in place. Default: 1. */
  exponential_: DirectMethods['exponential_'];
  /** In place, returning this tensor: floor(a / b). */
  floorDivide_: InPlaceForms['floorDivide_'];
  /** In place, returning this tensor: a - b * floor(a / b): the sign of b, as Python's %. */
  remainder_: InPlaceForms['remainder_'];
  /** In place, returning this tensor: a - b * trunc(a / b): the sign of a, as JavaScript's %. */
  fmod_: InPlaceForms['fmod_'];
  /** In place, returning this tensor: The angle of the point (b, a). */
  atan2_: InPlaceForms['atan2_'];
  /** In place, returning this tensor: a == b, as bool. */
  eq_: InPlaceForms['eq_'];
  /** In place, returning this tensor: a != b, as bool. */
  ne_: InPlaceForms['ne_'];
  /** In place, returning this tensor: a < b, as bool. */
  lt_: InPlaceForms['lt_'];
  /** In place, returning this tensor: a <= b, as bool. */
  le_: InPlaceForms['le_'];
  /** In place, returning this tensor: a > b, as bool. */
  gt_: InPlaceForms['gt_'];
  /** In place, returning this tensor: a >= b, as bool. */
  ge_: InPlaceForms['ge_'];
  /** In place, returning this tensor: Both are nonzero. */
  logicalAnd_: InPlaceForms['logicalAnd_'];
  /** In place, returning this tensor: Either is nonzero. */
  logicalOr_: InPlaceForms['logicalOr_'];
  /** In place, returning this tensor: Exactly one is nonzero. */
  logicalXor_: InPlaceForms['logicalXor_'];
  /** In place, returning this tensor: True where x is 0 (or false). */
  logicalNot_: InPlaceForms['logicalNot_'];
  /**
   * In place, returning this tensor: The bits that both have; of bools, and.
   * @throws {DTypeError} for floating dtypes.
   * @see https://pytorch.org/docs/stable/generated/torch.bitwise_and.html
   */
  bitwiseAnd_: InPlaceForms['bitwiseAnd_'];
  /**
   * In place, returning this tensor: The bits that either has; of bools, or.
   * @throws {DTypeError} for floating dtypes.
   */
  bitwiseOr_: InPlaceForms['bitwiseOr_'];
  /**
   * In place, returning this tensor: The bits that exactly one has; of bools, xor.
   * @throws {DTypeError} for floating dtypes.
   */
  bitwiseXor_: InPlaceForms['bitwiseXor_'];
  /**
   * In place, returning this tensor: The bits that x has not, -1 - x; of bools, not.
   * @throws {DTypeError} for floating dtypes.
   */
  bitwiseNot_: InPlaceForms['bitwiseNot_'];
  /**
   * In place, returning this tensor: `a * 2^b`, without the bits that leave at the top; 0 where b is negative, or as large as the number
   * of bits.
   * @throws {DTypeError} for floating dtypes and bools.
   * @see https://pytorch.org/docs/stable/generated/torch.bitwise_left_shift.html
   */
  bitwiseLeftShift_: InPlaceForms['bitwiseLeftShift_'];
  /**
   * In place, returning this tensor: `floor(a / 2^b)`, which keeps the sign; only the sign is left (0 or -1) where b is negative, or too
   * large.
   * @throws {DTypeError} for floating dtypes and bools.
   */
  bitwiseRightShift_: InPlaceForms['bitwiseRightShift_'];
  /**
   * In place, returning this tensor: The greatest common divisor, at least 0; gcd(0, 0) is 0.
   * @throws {DTypeError} for floating dtypes and bools.
   */
  gcd_: InPlaceForms['gcd_'];
  /**
   * In place, returning this tensor: The least common multiple, at least 0; 0 where either is 0.
   * @throws {DTypeError} for floating dtypes and bools.
   */
  lcm_: InPlaceForms['lcm_'];
  /**
   * In place, returning this tensor: input + value * tensor1 * tensor2.
   * @see https://pytorch.org/docs/stable/generated/torch.addcmul.html
   */
  addcmul_: InPlaceForms['addcmul_'];
  /**
   * In place, returning this tensor: input + value * tensor1 / tensor2.
   * @throws {DTypeError} for two integers: convert one.
   * @see https://pytorch.org/docs/stable/generated/torch.addcdiv.html
   */
  addcdiv_: InPlaceForms['addcdiv_'];
  /**
   * In place, returning this tensor: start + weight * (end - start), from the nearer end.
   * @param weight a number or a tensor.
   * @throws {DTypeError} for two dtypes, or for integers.
   * @see https://pytorch.org/docs/stable/generated/torch.lerp.html
   */
  lerp_: InPlaceForms['lerp_'];
  /**
   * In place, returning this tensor: The size of `a` with the sign of `b`; -0 counts as negative. Integers become floats. Gradient: to a,
   * with its sign turned as the value's was.
   */
  copysign_: InPlaceForms['copysign_'];
  /** In place, returning this tensor: Degrees as radians. */
  deg2rad_: InPlaceForms['deg2rad_'];
  /** In place, returning this tensor: Radians as degrees. */
  rad2deg_: InPlaceForms['rad2deg_'];
  /** In place, returning this tensor: x - trunc(x). */
  frac_: InPlaceForms['frac_'];
  /**
   * In place, returning this tensor: 0 below 0, `values` at 0, 1 above; without gradient.
   * @throws {DTypeError} for two dtypes.
   */
  heaviside_: InPlaceForms['heaviside_'];
  /**
   * In place, returning this tensor: sqrt(a² + b²), without overflow.
   * @throws {DTypeError} for integers.
   */
  hypot_: InPlaceForms['hypot_'];
  /**
   * In place, returning this tensor: a * 2 ** b, in floats. Of floats and integers it is exact: the power need not fit the dtype.
   * @throws {DTypeError} for floats and bools.
   */
  ldexp_: InPlaceForms['ldexp_'];
  /**
   * In place, returning this tensor: log(x / (1 - x)), the inverse of sigmoid. Integers become float32.
   * @param given eps, which limits x to [eps, 1 - eps]; null (default) does not.
   * @see https://pytorch.org/docs/stable/generated/torch.logit.html
   */
  logit_: InPlaceForms['logit_'];
  /**
   * In place, returning this tensor: NaN and the infinities replaced. Gradient: 1 elsewhere, 0 there.
   * @param args nan (default 0), posinf and neginf (default: the largest number of the dtype, and its negative) in this order, or by
   *   name.
   * @throws {ArgumentError} for replacements that are no numbers.
   * @see https://pytorch.org/docs/stable/generated/torch.nan_to_num.html
   */
  nanToNum_: InPlaceForms['nanToNum_'];
  /** In place, returning this tensor: -1, 0 or 1: {@link sign} under the name that also serves complex numbers in PyTorch. */
  sgn_: InPlaceForms['sgn_'];
  /** In place, returning this tensor: sin(pi x) / (pi x), 1 at 0. Gradient: (pi x cos(pi x) - sin(pi x)) / (pi x²), 0 at 0. */
  sinc_: InPlaceForms['sinc_'];
  /** In place, returning this tensor: x * log(y), 0 where x is 0 (and y is no NaN). Integers become floats. */
  xlogy_: InPlaceForms['xlogy_'];
  /** In place, returning this tensor: a ** b in float64. */
  floatPower_: InPlaceForms['floatPower_'];
  /** In place, returning this tensor: The lower triangle of the last two dims, 0 above; `diagonal` above 0 keeps more. */
  tril_: InPlaceForms['tril_'];
  /** In place, returning this tensor: The upper triangle of the last two dims, 0 below; `diagonal` above 0 keeps less. */
  triu_: InPlaceForms['triu_'];
  /**
   * In place, returning this tensor: Running sums along `dim`. Integers and bools are summed as int64, unless `dtype` says otherwise.
   * Gradient: running sums from the end.
   * @see https://pytorch.org/docs/stable/generated/torch.cumsum.html
   */
  cumsum_: InPlaceForms['cumsum_'];
  /**
   * In place, returning this tensor: Running products along `dim`. Integers and bools are multiplied as int64, unless `dtype` says
   * otherwise. Gradient: exact also where elements are 0 (there in time quadratic in the size of `dim`).
   * @see https://pytorch.org/docs/stable/generated/torch.cumprod.html
   */
  cumprod_: InPlaceForms['cumprod_'];
  /**
   * In place, returning this tensor: `x` with each of its slices along `dim` whose norm is above `maxnorm` scaled down to that norm.
   * Gradient: through the norms as well.
   * @param p the exponent of the norm, above 0.
   * @param maxnorm at least 0.
   * @throws {ShapeError} for fewer than 2 dims.
   * @throws {ArgumentError} for another p or maxnorm.
   * @see https://pytorch.org/docs/stable/generated/torch.renorm.html
   */
  renorm_: InPlaceForms['renorm_'];
  /**
   * In place, returning this tensor: beta * input + alpha * mm(a, b).
   * @see https://pytorch.org/docs/stable/generated/torch.addmm.html
   */
  addmm_: InPlaceForms['addmm_'];
  /** In place, returning this tensor: beta * input + alpha * mv(matrix, vector). */
  addmv_: InPlaceForms['addmv_'];
  /** In place, returning this tensor: beta * input + alpha * outer(a, b). */
  addr_: InPlaceForms['addr_'];
  /** In place, returning this tensor: beta * input + alpha * the sum over the batch of bmm(a, b). */
  addbmm_: InPlaceForms['addbmm_'];
  /** In place, returning this tensor: beta * input + alpha * bmm(a, b). */
  baddbmm_: InPlaceForms['baddbmm_'];
  /**
   * In place, returning this tensor: The derivative of log Γ(x); NaN at the negative whole numbers.
   * @see https://pytorch.org/docs/stable/generated/torch.digamma.html
   */
  digamma_: InPlaceForms['digamma_'];
  /**
   * In place, returning this tensor: 1 - erf(x), exact where erf(x) is nearly 1.
   * @see https://pytorch.org/docs/stable/special.html#torch.special.erfc
   */
  erfc_: InPlaceForms['erfc_'];
  /**
   * In place, returning this tensor: The modified Bessel function of the first kind of order 0.
   * @see https://pytorch.org/docs/stable/special.html#torch.special.i0
   */
  i0_: InPlaceForms['i0_'];
  /**
   * In place, returning this tensor: log |Γ(x)|; infinite at 0 and the negative whole numbers.
   * @see https://pytorch.org/docs/stable/generated/torch.lgamma.html
   */
  lgamma_: InPlaceForms['lgamma_'];
  /**
   * In place, returning this tensor: The logarithm of the multivariate gamma function: `p (p - 1) / 4 log(π) + Σ lgamma(x - j / 2)`, j
   * from 0 to p - 1.
   * @param p how many variates: a whole number of at least 1.
   * @throws {ArgumentError} for another p.
   * @see https://pytorch.org/docs/stable/special.html#torch.special.multigammaln
   */
  mvlgamma_: InPlaceForms['mvlgamma_'];
}
