/** What the walk over the tables leaves out, and why. */

type Exceptions = Readonly<Record<string, string>>;

const each = (names: string, why: string): Exceptions => Object.fromEntries(names.split(' ').map((name) => [name, why]));

/** Exported functions that compute nothing with tensors. */
export const noOperations: Exceptions = {
  ...each('enableGrad inferenceMode isGradEnabled noGrad setGradEnabled scope keep', 'modes of the tape: src/autograd'),
  ...each(
    'collectGarbage emptyCache engineInfo getNumThreads memoryStats ready setEngine setNumThreads setWasmUrl',
    'the engine: src/engine',
  ),
  ...each('load loadBytes save saveBytes', 'files: src/formats'),
  ...each('device', 'where tensors live: src/tensor/device.test.ts'),
  ...each('summary', 'text about a model: src/report/summary/summary.test.ts'),
  ...each(
    'defaultGenerator forkRng getRngState initialSeed manualSeed seed setRngState',
    'the state of the generator: src/ops/random/random.test.ts',
  ),
};

/** Operations that no fixture can call. */
export const withoutFixture: Exceptions = {
  ...each('empty emptyLike', 'the values are whatever memory held'),
  ...each('fromTypedArray', 'every input of every fixture is made by it'),
  ...each(
    'cholesky linalg.cholesky linalg.eigh linalg.svd linalg.lstsq',
    'on matrices that fit, and without the signs that are arbitrary: choleskyOf, eighAbs, svdAbs, lstsqOf',
  ),
  ...each(
    'linalg.matmul luSolve linalg.luSolve luUnpack matrixExp',
    'as matmul, and the functions of linalg: src/ops/linalg/linalg.test.ts',
  ),
};

/** Operations that torch gives no gradient. */
export const notDifferentiable: Exceptions = {
  ...each(
    'all any eq ne lt le gt ge equal allclose isclose isfinite isinf isnan logicalAnd logicalNot logicalOr logicalXor',
    'gives truth values',
  ),
  ...each(
    'argmax argmin argsort countNonzero multinomial nonzero oneHot unique floorDivide',
    'gives integers, or is constant but for jumps',
  ),
  ...each('arange eye full fullLike linspace ones onesLike tensor zeros zerosLike', 'has no tensor whose values it takes'),
  ...each(
    'argwhere bincount bucketize heaviside histc isin isneginf isposinf searchsorted signbit',
    'gives integers or truth values, or is constant but for jumps',
  ),
  ...each('bitwiseAnd bitwiseLeftShift bitwiseNot bitwiseOr bitwiseRightShift bitwiseXor gcd lcm uniqueConsecutive', 'gives integers'),
  ...each('logspace trilIndices triuIndices', 'has no tensor whose values it takes'),
  ...each('vander', 'torch multiplies in place and refuses its own gradient; ours is that of pow'),
  ...each('bernoulli normal rand randLike randint randintLike randn randnLike randperm', 'draws at random'),
};

/** Operations (or classes) whose gradient is not that of finite differences, by intent. */
export const noGradcheck: Exceptions = {
  ...each(
    'choleskyInverse choleskySolve linalg.eigvalsh',
    'read one triangle, and give the gradient of the whole matrix, as in torch: src/ops/linalg/linalg.test.ts',
  ),
  ...each('linalg.matrixRank', 'gives a whole number'),
  ...each('clip', 'is clamp'),
  ...each('ctcLoss CTCLoss', 'the gradient is that for log-probabilities, which add up to 1: src/nn/loss/classification/ctc.test.ts'),
  ...each(
    'maxUnpool1d maxUnpool2d maxUnpool3d MaxUnpool1d MaxUnpool2d MaxUnpool3d',
    'places that come twice: the last value stands, and each gets the gradient, as in torch',
  ),
  ...each('celu_ elu_ hardtanh_ leakyRelu_ relu_ rrelu_ selu_ threshold_', 'no leaf can be changed in place: the forms that are not'),
};

/** Classes that hold other modules, or that are abstract: their own tests. */
export const elsewhere: Exceptions = {
  ...each('Sequential ModuleList ModuleDict ParameterList ParameterDict', 'holds what it is given: src/nn/containers/containers.test.ts'),
  ...each(
    'LazyLinear LazyConv1d LazyConv2d LazyConv3d LazyConvTranspose1d LazyConvTranspose2d LazyConvTranspose3d LazyBatchNorm1d LazyBatchNorm2d LazyBatchNorm3d LazyInstanceNorm1d LazyInstanceNorm2d LazyInstanceNorm3d',
    'becomes another layer at its first batch: src/nn/lazy/lazy.test.ts',
  ),
};

/** Initialisers that torch has not, or that return numbers. */
export const ownInit: Exceptions = each('calculateFanInAndFanOut', 'gives numbers: src/nn/init/init.test.ts');
