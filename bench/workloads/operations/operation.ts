/** A single operation as data, with what it must at least compute and move: the limits that its time is held against. */

export type Kind = 'float32' | 'float64' | 'int64';

export interface Input {
  shape: readonly number[];
  /** Whole numbers below this instead of normal ones. */
  below?: number;
}

export interface OperationTask {
  kind: 'operation';
  /** A name in the tables of `hone/operations.ts` and `peers/torch/operations.py`. */
  op: string;
  inputs: readonly Input[];
  options: Readonly<Record<string, number | boolean | readonly number[]>>;
  dtype: 'float32' | 'float64';
  /** Numbers of the inputs whose gradients are timed, by themselves, in place of the operation. */
  gradOf?: readonly number[];
}

/** What the marks ask of a row. */
export interface Mark {
  /** The least share of the limit. */
  share?: number;
  /** PyTorch's time over Hone's, at least. */
  ratio: number;
}

export interface OperationRow extends OperationTask {
  theme: Theme;
  name: string;
  /** Floating-point operations that have to be done; those of a convolution as by its definition. */
  flops: number;
  /** Bytes that have to be read and written: each input and each output once. */
  bytes: number;
  /** Bytes of memory that this is in: fewer than `bytes` where it is read and written in place. */
  memory: number;
  mark: Mark;
}

export const THEMES = [
  'products',
  'attention',
  'convolutions',
  'norms and pooling',
  'softmax and losses',
  'elementwise',
  'reductions',
  'dropout, optimizers and copies',
] as const;

export type Theme = (typeof THEMES)[number];

export const numel = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

const showShape = (shape: readonly number[]) => `[${shape.join(',')}]`;

interface Wanted {
  op: string;
  name?: string;
  shapes: readonly (readonly number[])[];
  /** Whole numbers below this, for an input each; 0 for floats. */
  below?: readonly number[];
  options?: OperationTask['options'];
  dtype?: 'float32' | 'float64';
  gradOf?: readonly number[];
  flops?: number;
  /** Elements read and written; default: of all inputs, and of an output like the first. */
  elements?: number;
  /** Elements that these are of, where some are both read and written; default: as many. */
  places?: number;
  mark?: Partial<Mark>;
}

/** A row of a theme, with what can be derived of it. */
export function row(
  theme: Theme,
  { op, name, shapes, below, options = {}, dtype = 'float32', gradOf, flops = 0, elements, places, mark }: Wanted,
): OperationRow {
  const inputs = shapes.map((shape, i): Input => (below?.[i] ? { shape, below: below[i]! } : { shape }));
  const moved = elements ?? shapes.reduce((sum, shape) => sum + numel(shape), 0) + numel(shapes[0]!);
  return {
    kind: 'operation',
    theme,
    op,
    inputs,
    options,
    dtype,
    ...(gradOf ? { gradOf } : {}),
    name: `${name ?? op} ${shapes.map(showShape).join(' ')}${dtype === 'float64' ? ' float64' : ''}`,
    flops,
    bytes: moved * (dtype === 'float64' ? 8 : 4),
    memory: (places ?? moved) * (dtype === 'float64' ? 8 : 4),
    mark: { ratio: 1, ...mark },
  };
}
