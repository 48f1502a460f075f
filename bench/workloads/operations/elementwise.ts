/** Elementwise operations, reductions, dropout, optimizers and copies: what is bound by memory, or by the vector functions. */
import { numel, type OperationRow, row } from './operation.js';

const SQUARE = [1000, 1000];
const LARGE = [4000, 4000];
const IMAGES = [16, 64, 32, 32];
const large = { share: 0.85 };

/** What only moves numbers is held against the memory; a function of many instructions only against PyTorch. */
const PLAIN = ['relu', 'abs', 'clamp'];

const unary = (op: string, shape = SQUARE): OperationRow =>
  row('elementwise', { op, shapes: [shape], ...(PLAIN.includes(op) ? { mark: large } : {}) });

const binary = (op: string, a: readonly number[], b: readonly number[], name = op): OperationRow =>
  row('elementwise', { op, name, shapes: [a, b], mark: large });

export const ELEMENTWISE: readonly OperationRow[] = [
  row('elementwise', {
    op: 'add',
    shapes: [
      [100, 100],
      [100, 100],
    ],
  }),
  binary('add', SQUARE, SQUARE),
  binary('add', LARGE, LARGE),
  binary('add', SQUARE, [1000], 'add, a row'),
  binary('add', SQUARE, [1000, 1], 'add, a column'),
  binary('add', IMAGES, [64, 1, 1], 'add, a channel'),
  binary('mul', SQUARE, SQUARE),
  binary('div', SQUARE, SQUARE),
  row('elementwise', { op: 'addInPlace', name: 'add_', shapes: [SQUARE, SQUARE], places: 2 * numel(SQUARE), mark: large }),
  binary('maximum', SQUARE, SQUARE),
  row('elementwise', { op: 'lt', shapes: [SQUARE, SQUARE], elements: 2.25 * numel(SQUARE), mark: large }),
  ...['relu', 'exp', 'log1p', 'tanh', 'sigmoid', 'gelu', 'geluTanh', 'silu', 'erf', 'sqrt', 'sin', 'abs', 'clamp'].map((op) => unary(op)),
  unary('relu', LARGE),
  row('elementwise', { op: 'gelu', name: 'gelu, gradient', shapes: [SQUARE], gradOf: [0], elements: 3 * numel(SQUARE) }),
  row('elementwise', { op: 'where', shapes: [SQUARE, SQUARE, SQUARE], below: [2, 0, 0], elements: 3.25 * numel(SQUARE), mark: large }),
];

const reduction = (op: string, shape: readonly number[], dim?: number): OperationRow =>
  row('reductions', {
    op,
    name: dim === undefined ? op : `${op}, dim ${dim}`,
    shapes: [shape],
    options: dim === undefined ? {} : { dim },
    elements: numel(shape),
    mark: large,
  });

export const REDUCTIONS: readonly OperationRow[] = [
  reduction('sum', SQUARE),
  reduction('sum', SQUARE, 0),
  reduction('sum', SQUARE, 1),
  reduction('sum', LARGE),
  reduction('sum', LARGE, 0),
  reduction('sum', LARGE, 1),
  reduction('sum', [200, 2048], 0),
  reduction('mean', [32, 64, 128], 1),
  reduction('var', SQUARE, 1),
  reduction('max', SQUARE, 1),
  reduction('argmax', [200, 10], 1),
  reduction('argmax', SQUARE, 1),
  reduction('norm', SQUARE),
  reduction('logsumexp', SQUARE, 1),
  row('reductions', { op: 'cumsum', name: 'cumsum, dim 1', shapes: [SQUARE], options: { dim: 1 }, mark: large }),
];

/** One step over parameters of these sizes; `state` is how many tensors of their size are read and written beside the parameter and its gradient. */
const optimizer = (op: string, state: number, shapes: readonly (readonly number[])[], name: string): OperationRow => {
  const parameters = shapes.reduce((sum, shape) => sum + numel(shape), 0);
  return {
    ...row('dropout, optimizers and copies', {
      op,
      name,
      shapes,
      elements: parameters * (3 + 2 * state),
      places: parameters * (2 + state),
      mark: large,
    }),
    name: `${name}, ${shapes.length} parameters, ${parameters} numbers`,
  };
};

const BIG = [[2048, 784], [2048], [1024, 2048], [1024]];
const MANY = Array.from({ length: 40 }, () => [64, 64]);

export const OTHERS: readonly OperationRow[] = [
  row('dropout, optimizers and copies', { op: 'dropout', shapes: [SQUARE], options: { p: 0.5 }, elements: 2 * numel(SQUARE) }),
  row('dropout, optimizers and copies', { op: 'dropout', shapes: [[200, 256]], options: { p: 0.5 }, elements: 2 * 200 * 256 }),
  row('dropout, optimizers and copies', { op: 'rand', shapes: [SQUARE], elements: numel(SQUARE) }),
  row('dropout, optimizers and copies', { op: 'randn', shapes: [SQUARE], elements: numel(SQUARE) }),
  optimizer('sgd', 0, BIG, 'SGD'),
  optimizer('momentum', 1, BIG, 'SGD with momentum'),
  optimizer('adam', 2, BIG, 'Adam'),
  optimizer('adam', 2, MANY, 'Adam'),
  optimizer('adamW', 2, BIG, 'AdamW'),
  optimizer('rmsprop', 1, BIG, 'RMSprop'),
  row('dropout, optimizers and copies', { op: 'transpose', shapes: [SQUARE] }),
  row('dropout, optimizers and copies', { op: 'heads', name: 'permute [N,L,H,D] to [N,H,L,D]', shapes: [[32, 64, 4, 32]] }),
  row('dropout, optimizers and copies', { op: 'cat', shapes: [SQUARE, SQUARE], elements: 4 * numel(SQUARE) }),
  row('dropout, optimizers and copies', { op: 'indexSelect', shapes: [[60_000, 784], [200]], below: [0, 60_000], elements: 2 * 200 * 784 }),
  row('dropout, optimizers and copies', {
    op: 'embedding',
    shapes: [
      [1000, 384],
      [32, 64],
    ],
    below: [0, 1000],
    elements: 2 * 2048 * 384,
  }),
  row('dropout, optimizers and copies', {
    op: 'embedding',
    name: 'embedding, gradient',
    shapes: [
      [1000, 384],
      [32, 64],
    ],
    below: [0, 1000],
    gradOf: [0],
    elements: 2048 * 384 + 2 * 1000 * 384,
  }),
  row('dropout, optimizers and copies', { op: 'double', name: 'to float64', shapes: [SQUARE], elements: 3 * numel(SQUARE) }),
];
