/** Norms, pooling, softmax and losses. */
import { numel, type OperationRow, row } from './operation.js';

const IMAGES = [16, 64, 32, 32];
const large = { share: 0.85 };

/** Reads the input twice, once for the moments, unless it stays in the cache: what must be moved is counted once. */
const norm = (
  op: string,
  shape: readonly number[],
  features: number,
  rest: { gradOf?: readonly number[]; training?: boolean; groups?: number } = {},
): OperationRow => {
  const { gradOf, ...options } = rest;
  return row('norms and pooling', {
    op,
    name: `${op}${options.training === false ? ', evaluation' : ''}${gradOf ? ', gradient' : ''}`,
    shapes: [shape, [features], [features]],
    options,
    ...(gradOf ? { gradOf } : {}),
    elements: numel(shape) * (gradOf ? 3 : 2),
    mark: large,
  });
};

const ALL = { gradOf: [0, 1, 2] };

const pool = (
  op: string,
  shape: readonly number[],
  size: number,
  out: number,
  more: { stride?: number; padding?: number } = {},
  gradOf?: readonly number[],
): OperationRow =>
  row('norms and pooling', {
    op,
    name: `${op} ${size}${gradOf ? ', gradient' : ''}`,
    shapes: [shape],
    options: { size, ...more },
    ...(gradOf ? { gradOf } : {}),
    elements: numel(shape) + shape[0]! * shape[1]! * out * out,
    mark: large,
  });

export const LAYERS: readonly OperationRow[] = [
  norm('batchNorm', IMAGES, 64, { training: true }),
  norm('batchNorm', IMAGES, 64, { training: false }),
  norm('batchNorm', IMAGES, 64, { training: true, ...ALL }),
  norm('batchNorm', [200, 256], 256, { training: true }),
  norm('batchNorm', [200, 256], 256, { training: true, ...ALL }),
  norm('layerNorm', [2048, 128], 128),
  norm('layerNorm', [2048, 768], 768),
  norm('layerNorm', [2048, 768], 768, ALL),
  norm('groupNorm', IMAGES, 64, { groups: 8 }),
  pool('maxPool2d', [100, 32, 28, 28], 2, 14),
  pool('maxPool2d', [100, 32, 28, 28], 2, 14, {}, [0]),
  pool('maxPool2d', [4, 64, 112, 112], 3, 56, { stride: 2, padding: 1 }),
  pool('avgPool2d', [100, 32, 28, 28], 2, 14),
  pool('adaptiveAvgPool2d', [8, 2048, 7, 7], 1, 1),
  pool('adaptiveAvgPool2d', [32, 64, 10, 10], 7, 7),
  pool('adaptiveAvgPool2d', [32, 64, 10, 10], 7, 7, {}, [0]),
];

const along = (op: string, shape: readonly number[], dim: number, gradOf?: readonly number[]): OperationRow =>
  row('softmax and losses', {
    op,
    name: `${op}, dim ${dim}${gradOf ? ', gradient' : ''}`,
    shapes: [shape],
    options: { dim },
    ...(gradOf ? { gradOf } : {}),
    elements: numel(shape) * (gradOf ? 3 : 2),
  });

const loss = (op: string, shape: readonly number[], gradOf?: readonly number[]): OperationRow =>
  row('softmax and losses', {
    op,
    name: `${op}${gradOf ? ', gradient' : ''}`,
    shapes: op === 'crossEntropy' ? [shape, [shape[0]!]] : [shape, shape],
    ...(op === 'crossEntropy' ? { below: [0, shape[1]!] } : op === 'mse' ? {} : { below: [0, 2] }),
    ...(gradOf ? { gradOf } : {}),
    elements: numel(shape) * ((op === 'crossEntropy' ? 1 : 2) + (gradOf ? 1 : 0)),
  });

export const LOSSES: readonly OperationRow[] = [
  along('softmax', [1000, 1000], 1),
  along('softmax', [1000, 1000], 0),
  along('softmax', [8192, 64], 1),
  along('softmax', [8192, 64], 1, [0]),
  along('logSoftmax', [1000, 10], 1),
  along('logSoftmax', [128, 50_000], 1),
  loss('crossEntropy', [200, 10]),
  loss('crossEntropy', [200, 10], [0]),
  loss('crossEntropy', [512, 1000]),
  loss('crossEntropy', [512, 1000], [0]),
  loss('mse', [1000, 1000]),
  loss('mse', [1000, 1000], [0]),
  loss('binaryCrossEntropyWithLogits', [1000, 1000]),
];
