/**
 * Faults that somebody could make, each of which the suite must notice: run.ts plants one after the other. `find` is text of one place
 * in src, wherever that stands; `tests` are files, and the names of tests, of which one must fail.
 */
export interface Fault {
  readonly name: string;
  readonly find: string;
  readonly replace: string;
  readonly tests: readonly [file: string, names?: string];
}

const FUNCTIONS = 'test/conformance/functions.test.ts';
const LAYERS = 'test/conformance/layers.test.ts';
const TRAINING = 'test/conformance/training.test.ts';

export const faults: readonly Fault[] = [
  {
    name: 'a sign in a gradient',
    find: "cos: input((g, x) => neg(mul(g, unary('sin', x))))",
    replace: "cos: input((g, x) => mul(g, unary('sin', x)))",
    tests: [FUNCTIONS, 'unary'],
  },
  {
    name: 'a factor in a second derivative',
    find: "tanh_grad: gradient('tanh_grad', (g, y) => mul(g, mul(y, -2)))",
    replace: "tanh_grad: gradient('tanh_grad', (g, y) => mul(g, mul(y, -1)))",
    tests: [FUNCTIONS, 'unary'],
  },
  {
    name: 'the gradient of the wrong operand',
    find: '[needs(0) ? mul(g, b) : null, needs(1) ? mul(g, a) : null]',
    replace: '[needs(0) ? mul(g, a) : null, needs(1) ? mul(g, b) : null]',
    tests: [FUNCTIONS, 'binary'],
  },
  {
    name: 'no gradient for a bias that learns alone',
    find: 'bias: needs.bias ? sum(dy, [0, 2, 3]) : null };',
    replace: 'bias: null };',
    tests: [FUNCTIONS, 'one operand alone'],
  },
  {
    name: 'swapped strides',
    find: '[strides[a], strides[b]] = [strides[b]!, strides[a]!];',
    replace: '[strides[a], strides[b]] = [strides[a]!, strides[b]!];',
    tests: [FUNCTIONS, 'movement'],
  },
  {
    name: 'a gradient permuted forwards',
    find: '(g) => permute(g, back)',
    replace: '(g) => permute(g, order)',
    tests: [FUNCTIONS, 'movement'],
  },
  {
    name: 'the wrong corner of a view',
    find: '(list.includes(d) ? -s : s)',
    replace: '(list.includes(d) && d > 0 ? -s : s)',
    tests: [FUNCTIONS, 'movement'],
  },
  {
    name: 'a forgotten version',
    find: 'copyInto(x, result, op);\n  x.counter.version++;',
    replace: 'copyInto(x, result, op);',
    tests: [FUNCTIONS, 'in-place'],
  },
  {
    name: 'a forgotten conversion of integers',
    find: "keep || isFloating(x.dtype) ? x.dtype : 'int64'",
    replace: "keep || isFloating(x.dtype) ? x.dtype : 'int32'",
    tests: [FUNCTIONS, 'reductions at the edges'],
  },
  {
    name: 'ignoreIndex ignored',
    find: 'inner, ignoreIndex: options.ignoreIndex, smoothing,',
    replace: 'inner, ignoreIndex: -100, smoothing,',
    tests: [LAYERS, 'losses as modules'],
  },
  {
    name: 'the wrong reduction',
    find: "if (reduction !== 'mean') return reduced(op, weighted, reduction);",
    replace: 'return reduced(op, weighted, reduction);',
    tests: [FUNCTIONS, 'losses of numbers'],
  },
  {
    name: 'the bend of a loss on the wrong side',
    find: 'mul(square, sub(d, mul(square, 0.5)))',
    replace: 'mul(square, sub(d, mul(d, 0.5)))',
    tests: [FUNCTIONS, 'losses of numbers'],
  },
  {
    name: 'a padding mode beside the one meant',
    find: "return 'reflect' as const;",
    replace: "return 'replicate' as const;",
    tests: [LAYERS, 'padding layers'],
  },
  {
    name: 'dilation forgotten in a size',
    find: 'const reach = kernel.map((k, d) => dilation[d]! * (k - 1) + 1);',
    replace: 'const reach = kernel.map((k) => k);',
    tests: [LAYERS, 'convolution layers'],
  },
  {
    name: 'a causal mask one too wide',
    find: 'filled([L, S], dtype, Number.NEGATIVE_INFINITY), 1)',
    replace: 'filled([L, S], dtype, Number.NEGATIVE_INFINITY), 2)',
    tests: [FUNCTIONS, 'attention'],
  },
  {
    name: 'parameters drawn in another order',
    find: '  kaimingUniform_(weight, { a: Math.sqrt(5) });\n  if (bias === null) return;',
    replace: '  if (bias !== null) uniform_(bias, -1, 1);\n  kaimingUniform_(weight, { a: Math.sqrt(5) });\n  if (bias === null) return;',
    tests: [LAYERS, 'linear layers'],
  },
  {
    name: 'a key of the state dict',
    find: "{ key: 'weight_ih' }",
    replace: "{ key: 'weightIh' }",
    tests: [LAYERS, 'recurrent-cells'],
  },
  {
    name: 'a wrong default of a layer',
    find: '{ p: 0.5, inplace: false }',
    replace: '{ p: 0.4, inplace: false }',
    tests: [LAYERS, 'embedding, bilinear and dropout layers'],
  },
  {
    name: 'a wrong default of an optimizer',
    find: 'betas: [0.9, 0.999],\n  eps: 1e-8,\n  weightDecay: 0,\n  amsgrad: false,\n  maximize: false,\n  decoupledWeightDecay: false',
    replace: 'betas: [0.9, 0.99],\n  eps: 1e-8,\n  weightDecay: 0,\n  amsgrad: false,\n  maximize: false,\n  decoupledWeightDecay: false',
    tests: [TRAINING, 'optimizers'],
  },
  {
    name: 'a dropped weight decay',
    find: 'kernels.sgdStep(dtype, count, list, lr, momentum, dampening, weightDecay, flags)',
    replace: 'kernels.sgdStep(dtype, count, list, lr, momentum, dampening, 0, flags)',
    tests: [TRAINING, 'optimizers'],
  },
  {
    name: 'an option that nobody reads',
    find: '(amsgrad ? AMSGRAD : 0) | (maximize ? MAXIMIZE : 0) | (decoupledWeightDecay ? DECOUPLED : 0);',
    replace: '(amsgrad ? AMSGRAD : 0) | (decoupledWeightDecay ? DECOUPLED : 0) | (maximize ? 0 : 0);',
    tests: [TRAINING, 'optimizers'],
  },
  {
    name: 'one epoch too late',
    find: 'this.lastEpoch !== 0 && this.lastEpoch % this.stepSize === 0;',
    replace: 'this.lastEpoch > 1 && (this.lastEpoch - 1) % this.stepSize === 0;',
    tests: [TRAINING, 'schedulers'],
  },
  {
    name: 'a name of the scheduler in another spelling',
    find: "tMax: 'T_max'",
    replace: "tMax: 't_max'",
    tests: [TRAINING, 'schedulers'],
  },
  {
    name: 'gradients clipped too short',
    find: 'div(maxNorm, add(total, 1e-6))',
    replace: 'div(maxNorm, add(total, 1e-1))',
    tests: [TRAINING, 'clipping'],
  },
  {
    name: 'an average of the batch norm with momentum 0',
    find: ': (this.momentum ?? 0),',
    replace: ': 0,',
    tests: [LAYERS, 'batch normalisation layers'],
  },
  {
    name: 'dropout in evaluation',
    find: 'if (!training || p === 0 || numel(x.shape) === 0) return x;',
    replace: 'if (p === 0 || numel(x.shape) === 0) return x;',
    tests: [LAYERS, 'embedding, bilinear and dropout layers'],
  },
  {
    name: 'gradients replaced instead of added',
    find: 'leaf.ownGrad = ops.add(present, gradient);',
    replace: 'leaf.ownGrad = gradient;',
    tests: ['src/autograd/'],
  },
  {
    name: 'a last batch that was to be dropped',
    find: 'if (batch.length > 0 && !this.dropLast) yield batch;',
    replace: 'if (batch.length > 0) yield batch;',
    tests: ['src/data/'],
  },
  {
    name: 'an epoch of patience too many',
    find: 'if (waited < patience) return;',
    replace: 'if (waited <= patience) return;',
    tests: ['src/train/'],
  },
];
