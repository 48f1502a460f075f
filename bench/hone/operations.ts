/** The operations of `workloads/operations/`, as a user of Hone writes them. */
import type { optim as Optimizers } from '../../src/index.js';
import type { Input, OperationTask } from '../workloads/operations/operation.js';
import { hone, type Tensor } from './hone.js';

const { nn, optim } = hone;
const F = nn.functional;

/** What tasks carry beside the inputs. */
interface Options {
  dim: number;
  size: number;
  stride: number;
  padding: number;
  groups: number;
  p: number;
  training: boolean;
  isCausal: boolean;
  transposeA: boolean;
  transposeB: boolean;
}

type Operation = (inputs: readonly [Tensor, Tensor, Tensor], options: Options) => Tensor;

/** Over one dim, or over all. */
const over = (whole: (x: Tensor) => Tensor, along: (x: Tensor, dim: number) => Tensor): Operation => {
  return ([x], { dim }) => (dim === undefined ? whole(x) : along(x, dim));
};

const running = new WeakMap<Tensor, [mean: Tensor, variance: Tensor]>();

/** The running moments beside the weights: made once. */
function momentsOf(weight: Tensor): [mean: Tensor, variance: Tensor] {
  const made = running.get(weight) ?? [hone.keep(hone.zeros([...weight.shape])), hone.keep(hone.ones([...weight.shape]))];
  running.set(weight, made);
  return made;
}

const OPERATIONS: Readonly<Record<string, Operation>> = {
  matmul: ([a, b], { transposeA, transposeB }) => (transposeA ? a.transpose(-2, -1) : a).matmul(transposeB ? b.transpose(-2, -1) : b),
  linear: ([x, w, b]) => F.linear(x, w, b),
  attention([packed], { isCausal }) {
    const [q, k, v] = packed.unbind(2).map((x) => x.transpose(1, 2)) as [Tensor, Tensor, Tensor];
    return F.scaledDotProductAttention(q, k, v, { isCausal });
  },
  conv2d: ([x, w], { stride, padding, groups }) => F.conv2d(x, w, null, { stride, padding, groups }),
  batchNorm: ([x, weight, bias], { training }) => F.batchNorm(x, ...momentsOf(weight), { weight, bias, training }),
  layerNorm: ([x, weight, bias]) => F.layerNorm(x, [...weight.shape], { weight, bias }),
  groupNorm: ([x, weight, bias], { groups }) => F.groupNorm(x, groups, { weight, bias }),
  maxPool2d: ([x], { size, stride = size, padding = 0 }) => F.maxPool2d(x, size, { stride, padding }),
  avgPool2d: ([x], { size }) => F.avgPool2d(x, size),
  adaptiveAvgPool2d: ([x], { size }) => F.adaptiveAvgPool2d(x, size),
  softmax: ([x], { dim }) => F.softmax(x, dim),
  logSoftmax: ([x], { dim }) => F.logSoftmax(x, dim),
  crossEntropy: ([x, y]) => F.crossEntropy(x, y),
  mse: ([x, y]) => F.mseLoss(x, y),
  binaryCrossEntropyWithLogits: ([x, y]) => F.binaryCrossEntropyWithLogits(x, y),
  add: ([a, b]) => a.add(b),
  addInPlace: ([a, b]) => a.add_(b),
  mul: ([a, b]) => a.mul(b),
  div: ([a, b]) => a.div(b),
  maximum: ([a, b]) => hone.maximum(a, b),
  lt: ([a, b]) => a.lt(b),
  where: ([condition, a, b]) => hone.where(condition, a, b),
  relu: ([x]) => x.relu(),
  exp: ([x]) => x.exp(),
  log1p: ([x]) => x.log1p(),
  tanh: ([x]) => x.tanh(),
  sigmoid: ([x]) => x.sigmoid(),
  gelu: ([x]) => F.gelu(x),
  geluTanh: ([x]) => F.gelu(x, { approximate: 'tanh' }),
  silu: ([x]) => F.silu(x),
  erf: ([x]) => x.erf(),
  sqrt: ([x]) => x.sqrt(),
  sin: ([x]) => x.sin(),
  abs: ([x]) => x.abs(),
  clamp: ([x]) => x.clamp(-1, 1),
  sum: over(
    (x) => x.sum(),
    (x, dim) => x.sum(dim),
  ),
  mean: over(
    (x) => x.mean(),
    (x, dim) => x.mean(dim),
  ),
  var: over(
    (x) => x.var(),
    (x, dim) => x.var(dim),
  ),
  max: over(
    (x) => x.max(),
    (x, dim) => x.max(dim).values,
  ),
  argmax: over(
    (x) => x.argmax(),
    (x, dim) => x.argmax(dim),
  ),
  norm: ([x]) => x.norm(),
  logsumexp: ([x], { dim }) => x.logsumexp(dim),
  cumsum: ([x], { dim }) => x.cumsum(dim),
  dropout: ([x], { p }) => F.dropout(x, p, true),
  rand: ([x]) => hone.rand([...x.shape]),
  randn: ([x]) => hone.randn([...x.shape]),
  transpose: ([x]) => x.transpose(0, 1).contiguous(),
  heads: ([x]) => x.permute(0, 2, 1, 3).contiguous(),
  cat: ([a, b]) => hone.cat([a, b]),
  indexSelect: ([x, index]) => hone.indexSelect(x, 0, index),
  embedding: ([weight, index]) => F.embedding(index, weight),
  double: ([x]) => x.to('float64'),
};

const OPTIMIZERS: Readonly<Record<string, (params: Tensor[]) => Optimizers.Optimizer>> = {
  sgd: (params) => new optim.SGD(params, { lr: 1e-6 }),
  momentum: (params) => new optim.SGD(params, { lr: 1e-6, momentum: 0.9 }),
  adam: (params) => new optim.Adam(params, { lr: 1e-6 }),
  adamW: (params) => new optim.AdamW(params, { lr: 1e-6 }),
  rmsprop: (params) => new optim.RMSprop(params, { lr: 1e-6 }),
};

function inputOf({ shape, below }: Input, { op, dtype }: OperationTask): Tensor {
  if (below === undefined) return hone.randn([...shape], { dtype });
  const whole = hone.randint(0, below, [...shape]);
  if (op === 'where') return whole.to('bool');
  return op === 'binaryCrossEntropyWithLogits' ? whole.to(dtype) : whole;
}

/** A function that runs the operation once, and gives back the memory of what it makes. Without gradients, unless they are what is timed. */
export function operationOf(task: OperationTask): () => void {
  hone.manualSeed(0);
  const inputs = task.inputs.map((input) => inputOf(input, task)) as [Tensor, Tensor, Tensor];
  const optimizer = OPTIMIZERS[task.op];
  if (optimizer) {
    for (const param of inputs) {
      param.requiresGrad = true;
      param.grad = hone.randn([...param.shape]).mul(1e-3);
    }
    const made = optimizer(inputs);
    return () => void made.step();
  }
  const operation = OPERATIONS[task.op];
  if (!operation) throw new Error(`operation ${task.op} is not in bench/hone/operations.ts`);
  const options = task.options as unknown as Options;
  if (!task.gradOf) return () => hone.noGrad(() => hone.scope(() => void operation(inputs, options)));
  const of = task.gradOf.map((i) => inputs[i]!);
  for (const input of of) input.requiresGrad = true;
  const out = operation(inputs, options);
  const gradOutputs = hone.randn([...out.shape], { dtype: out.dtype });
  return () => hone.scope(() => void hone.autograd.grad(out, of, { gradOutputs, retainGraph: true }));
}
