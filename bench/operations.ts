/** Single operations: matrix products with their share of the peak, elementwise, reductions, softmax, convolution. */

import { loadedEngine } from '../dist/engine/engine.js';
import { nn, randn, type Tensor } from '../dist/index.js';
import { compare, report, type Torch, timeOperation } from './measure.js';

const operations: Record<string, (a: Tensor, b: Tensor) => Tensor> = {
  matmul: (a, b) => a.matmul(b),
  add: (a, b) => a.add(b),
  addRow: (a, b) => a.add(b),
  relu: (a) => a.relu(),
  exp: (a) => a.exp(),
  tanh: (a) => a.tanh(),
  gelu: (a) => nn.functional.gelu(a),
  sum: (a) => a.sum(),
  sumRows: (a) => a.sum(0),
  sumColumns: (a) => a.sum(1),
  softmax: (a) => nn.functional.softmax(a, 1),
  logSoftmax: (a) => nn.functional.logSoftmax(a, 1),
  conv2d: (a, b) => nn.functional.conv2d(a, b, null, { padding: 1 }),
  maxPool2d: (a) => nn.functional.maxPool2d(a, 2),
};

const cases: readonly [string, ...(readonly number[])[]][] = [
  ['matmul', [1024, 1024], [1024, 1024]],
  ['matmul', [256, 256], [256, 256]],
  ['matmul', [200, 2048], [2048, 1024]],
  ['matmul', [64, 784], [784, 128]],
  ['add', [1000, 1000], [1000, 1000]],
  ['addRow', [1000, 1000], [1000]],
  ['relu', [1000, 1000]],
  ['exp', [1000, 1000]],
  ['tanh', [1000, 1000]],
  ['gelu', [1000, 1000]],
  ['sum', [1000, 1000]],
  ['sumRows', [1000, 1000]],
  ['sumColumns', [1000, 1000]],
  ['softmax', [1000, 1000]],
  ['logSoftmax', [1000, 10]],
  ['conv2d', [32, 32, 28, 28], [64, 32, 3, 3]],
  ['maxPool2d', [32, 32, 28, 28]],
];

/** GFLOP/s of multiply-adds in registers on all threads. */
function peak(): number {
  const { kernels, host } = loadedEngine();
  kernels.fmaPeak(0, 0.2, host.scratchPtr);
  return host.scratch()[0]!;
}

export async function benchOperations(torch: Torch | undefined): Promise<void> {
  console.log('Operations, float32, without gradients. Medians (minima).');
  for (const [op, ...shapes] of cases) {
    const [a, b] = shapes.map((shape) => randn([...shape])) as [Tensor, Tensor];
    const call = operations[op]!;
    const calls = op === 'matmul' && shapes[0]![0]! >= 1000 ? 1 : 10;
    const result = await compare((rounds) => timeOperation(() => call(a, b), rounds, calls), torch, { op, shapes }, { turns: 5, calls });
    let note = '';
    if (op === 'matmul') {
      const rate = (2 * shapes[0]![0]! * shapes[0]![1]! * shapes[1]![1]!) / result.hone.least / 1e6;
      note = `${rate.toFixed(0)} GFLOP/s, ${((100 * rate) / peak()).toFixed(0)} % of the peak`;
    }
    report(`${op} ${shapes.map((shape) => shape.join('x')).join(' ')}`, result, note);
  }
  console.log();
}
