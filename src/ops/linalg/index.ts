/** `linalg`: PyTorch's `torch.linalg`, for real matrices. */
export type { CholeskyOptions } from './cholesky.js';
export { cholesky } from './cholesky.js';
export type { EighOptions } from './eigh.js';
export { eigh, eigvalsh } from './eigh.js';
export { det, inv, lu, luFactor, luSolve, slogdet, solve } from './lu.js';
export type { QRMode } from './qr.js';
export { qr } from './qr.js';
export { svd, svdvals } from './svd.js';
export type { SolveTriangularOptions } from './triangular.js';
export { solveTriangular } from './triangular.js';
