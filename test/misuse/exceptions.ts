/** What the walk over the exports leaves out, and why. */

type Exceptions = Readonly<Record<string, string>>;

/** Not called with wild values. */
export const notTried: Exceptions = {
  setEngine: 'changes the engine of the tests that follow',
  setNumThreads: 'changes the threads of the tests that follow',
  collectGarbage: 'takes nothing, and its time',
  'study.studyDigits': 'without options it is right, and trains for minutes',
};

/** Raw errors are right, or do no harm. */
export const raw: Exceptions = {
  'new Tensor': 'the library makes tensors of memory with it; users have tensor(…)',
  'x.takeGeometry': 'internal: what transpose_ and its like are made of',
  'new optim.Optimizer': 'abstract: its subclasses say what they take',
  'new train.NonFiniteError': 'an error that fit throws; users catch it',
  'new train.NonFiniteLossError': 'an error that fit throws; users catch it',
  'new train.NonFiniteGradientError': 'an error that fit throws; users catch it',
  'new report.FlatSummary': 'what summary gives; users read it',
  'new report.ModelSummary': 'what summary gives; users read it',
  'new report.LayerInfo': 'what summary gives; users read it',
};

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Operations that take no options, or as many operands as there are: one argument too many goes unread, as it does in JavaScript, or is taken for an operand. */
export const noOptions = words(`
  linalg.inv linalg.det linalg.slogdet linalg.matrixExp inverse det slogdet logdet linalg.lu linalg.luFactor linalg.matrixPower linalg.svdvals
  linalg.multiDot lstsqOf
  softsign logsigmoid tanhshrink tanh sigmoid prelu multiHeadAttentionForward conv1d neg abs sign square floor ceil round trunc exp exp2 expm1 log
  log2 log10 log1p sqrt rsqrt reciprocal sin cos tan asin acos atan sinh cosh asinh acosh atanh erf erfinv logicalNot isnan isinf isfinite clamp mul
  pow maximum minimum floorDivide remainder fmod atan2 eq ne lt le gt ge logicalAnd logicalOr logicalXor where equal matmul mm bmm mv dot outer linear
  einsum oneHot init.calculateGain t clone slice bitwiseAnd bitwiseOr bitwiseXor gcd lcm bitwiseLeftShift bitwiseRightShift bitwiseNot special.erfc
  special.erfcx special.gammaln special.digamma special.psi special.i0 special.i0e special.i1 special.i1e special.ndtr special.ndtri special.logNdtr
  special.entr special.expit special.sinc erfc lgamma digamma i0 polygamma mvlgamma special.multigammaln special.xlog1py special.xlogy maskedScatter
  selectScatter movedim moveaxis renorm adaptiveAvgPool1d adaptiveAvgPool2d adaptiveAvgPool3d pixelShuffle pixelUnshuffle channelShuffle
  invertPermutation flatten permute transpose flip roll narrow select repeatInterleave reshape repeat tile expand tril triu broadcastTo unflatten
  gather scatterAdd indexSelect indexAdd indexFill indexCopy take maskedFill maskedSelect index asStrided deg2rad rad2deg frac sinc positive sgn
  signbit isposinf isneginf hypot fmax fmin logaddexp logaddexp2 copysign xlogy heaviside ldexp floatPower clampMin clampMax lerp inner vdot
  tensordot kron trace cross matrixPower chainMatmul dist cdist rot90 diag diagflat flipud fliplr ravel argwhere atleast1d atleast2d atleast3d
  swapaxes hstack vstack dstack columnStack tensorSplit hsplit vsplit dsplit broadcastTensors blockDiag cartesianProd combinations trilIndices
  triuIndices vander logspace msort corrcoef
`);

/** Layers of one argument, without options. */
export const plainLayers = words(`
  Identity Unflatten ZeroPad1d ZeroPad2d ZeroPad3d ReflectionPad1d ReflectionPad2d ReflectionPad3d ReplicationPad1d ReplicationPad2d ReplicationPad3d
  CircularPad1d CircularPad2d CircularPad3d AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d PixelShuffle PixelUnshuffle ChannelShuffle
`);
