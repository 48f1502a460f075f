/** `linalg`: PyTorch's `torch.linalg`, for real matrices. */
export { matmul } from '../products/matmul.js';
export type { CholeskyOptions } from './cholesky.js';
export { cholesky } from './cholesky.js';
export type { EighOptions, EigvalshOptions } from './eigh.js';
export { eigh, eigvalsh } from './eigh.js';
export type { LstsqOptions, LstsqResult, PinvOptions } from './least-squares.js';
export { lstsq, pinv } from './least-squares.js';
export type { LuSolveOptions, SolveOptions } from './lu.js';
export { det, inv, lu, luFactor, luSolve, slogdet, solve } from './lu.js';
export type {
  CondOptions,
  MatrixNormOptions,
  MatrixOrder,
  MatrixRankOptions,
  NormOptions,
  ToleranceOptions,
  VectorNormOptions,
} from './norms.js';
export { cond, matrixNorm, matrixRank, norm, vectorNorm } from './norms.js';
export type { CrossOptions, DiagonalOptions, TensorinvOptions, TensorsolveOptions, VanderOptions, VecdotOptions } from './products.js';
export { cross, diagonal, matrixExp, matrixPower, multiDot, tensorinv, tensorsolve, vander, vecdot } from './products.js';
export type { QRMode, QrOptions } from './qr.js';
export { qr } from './qr.js';
export type { SvdOptions } from './svd.js';
export { svd, svdvals } from './svd.js';
export type { SolveTriangularOptions } from './triangular.js';
export { solveTriangular } from './triangular.js';
