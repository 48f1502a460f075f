// biome-ignore-all lint/suspicious/noApproximativeNumericConstant: numbers that torch made

import { ArgumentError, autograd, DTypeError, nn, ShapeError, type Tensor, tensor, zeros } from 'hone';
import { describe, expect, test, vi } from 'vitest';
import { int, leaf, pattern, type TorchCase, torchTests } from '../../../../test/helpers/torch-case.js';
import { double, withGrads } from '../../../../test/helpers/torch-grad.js';

const F = nn.functional;
const { gradcheck, gradgradcheck } = autograd;

// Made by torch 2.15 from the expression in each comment; D and I are torch.tensor in float64 and int64, and with_grads gives the result of a
// function and the gradients of its inputs, that of the result being pattern(*shape).
// biome-ignore format: one case, one line.
const cases: TorchCase[] = [
  // with_grads(lambda a, b: F.mse_loss(a, b, reduction='mean'), pattern(5), pattern(9)[4:])
  [() => withGrads((a, b) => F.mseLoss(a!, b!, { reduction: 'mean' }), pattern(5), pattern(9).slice(0, 4)), [{ shape: [], data: [1.5625], dtype: 'float64' }, { shape: [5], data: [1, 1, 1, 1, 1], dtype: 'float64' }, { shape: [5], data: [-1, -1, -1, -1, -1], dtype: 'float64' }]],
  // with_grads(lambda a, b: F.mse_loss(a, b, reduction='sum'), pattern(5), pattern(9)[4:])
  [() => withGrads((a, b) => F.mseLoss(a!, b!, { reduction: 'sum' }), pattern(5), pattern(9).slice(0, 4)), [{ shape: [], data: [7.8125], dtype: 'float64' }, { shape: [5], data: [5, 5, 5, 5, 5], dtype: 'float64' }, { shape: [5], data: [-5, -5, -5, -5, -5], dtype: 'float64' }]],
  // with_grads(lambda a, b: F.mse_loss(a, b, reduction='none'), pattern(5), pattern(9)[4:])
  [() => withGrads((a, b) => F.mseLoss(a!, b!, { reduction: 'none' }), pattern(5), pattern(9).slice(0, 4)), [{ shape: [5], data: [1.5625, 1.5625, 1.5625, 1.5625, 1.5625], dtype: 'float64' }, { shape: [5], data: [5, 0.625, -3.75, 6.25, 1.875], dtype: 'float64' }, { shape: [5], data: [-5, -0.625, 3.75, -6.25, -1.875], dtype: 'float64' }]],
  // with_grads(lambda a, b: F.l1_loss(a, b, reduction='mean'), pattern(5), pattern(9)[4:])
  [() => withGrads((a, b) => F.l1Loss(a!, b!, { reduction: 'mean' }), pattern(5), pattern(9).slice(0, 4)), [{ shape: [], data: [1.25], dtype: 'float64' }, { shape: [5], data: [0.4, 0.4, 0.4, 0.4, 0.4], dtype: 'float64' }, { shape: [5], data: [-0.4, -0.4, -0.4, -0.4, -0.4], dtype: 'float64' }]],
  // with_grads(lambda a, b: F.l1_loss(a, b, reduction='sum'), pattern(5), pattern(9)[4:])
  [() => withGrads((a, b) => F.l1Loss(a!, b!, { reduction: 'sum' }), pattern(5), pattern(9).slice(0, 4)), [{ shape: [], data: [6.25], dtype: 'float64' }, { shape: [5], data: [2, 2, 2, 2, 2], dtype: 'float64' }, { shape: [5], data: [-2, -2, -2, -2, -2], dtype: 'float64' }]],
  // with_grads(lambda a, b: F.l1_loss(a, b, reduction='none'), pattern(5), pattern(9)[4:])
  [() => withGrads((a, b) => F.l1Loss(a!, b!, { reduction: 'none' }), pattern(5), pattern(9).slice(0, 4)), [{ shape: [5], data: [1.25, 1.25, 1.25, 1.25, 1.25], dtype: 'float64' }, { shape: [5], data: [2, 0.25, -1.5, 2.5, 0.75], dtype: 'float64' }, { shape: [5], data: [-2, -0.25, 1.5, -2.5, -0.75], dtype: 'float64' }]],
  // with_grads(lambda a, b: F.smooth_l1_loss(a, b, reduction='mean'), pattern(5), pattern(9)[4:])
  [() => withGrads((a, b) => F.smoothL1Loss(a!, b!, { reduction: 'mean' }), pattern(5), pattern(9).slice(0, 4)), [{ shape: [], data: [0.75], dtype: 'float64' }, { shape: [5], data: [0.4, 0.4, 0.4, 0.4, 0.4], dtype: 'float64' }, { shape: [5], data: [-0.4, -0.4, -0.4, -0.4, -0.4], dtype: 'float64' }]],
  // with_grads(lambda a, b: F.smooth_l1_loss(a, b, reduction='sum'), pattern(5), pattern(9)[4:])
  [() => withGrads((a, b) => F.smoothL1Loss(a!, b!, { reduction: 'sum' }), pattern(5), pattern(9).slice(0, 4)), [{ shape: [], data: [3.75], dtype: 'float64' }, { shape: [5], data: [2, 2, 2, 2, 2], dtype: 'float64' }, { shape: [5], data: [-2, -2, -2, -2, -2], dtype: 'float64' }]],
  // with_grads(lambda a, b: F.smooth_l1_loss(a, b, reduction='none'), pattern(5), pattern(9)[4:])
  [() => withGrads((a, b) => F.smoothL1Loss(a!, b!, { reduction: 'none' }), pattern(5), pattern(9).slice(0, 4)), [{ shape: [5], data: [0.75, 0.75, 0.75, 0.75, 0.75], dtype: 'float64' }, { shape: [5], data: [2, 0.25, -1.5, 2.5, 0.75], dtype: 'float64' }, { shape: [5], data: [-2, -0.25, 1.5, -2.5, -0.75], dtype: 'float64' }]],
  // with_grads(lambda a, b: F.smooth_l1_loss(a, b, beta=0.5, reduction='mean'), pattern(5), pattern(9)[4:])
  [() => withGrads((a, b) => F.smoothL1Loss(a!, b!, { reduction: 'mean', beta: 0.5 }), pattern(5), pattern(9).slice(0, 4)), [{ shape: [], data: [1], dtype: 'float64' }, { shape: [5], data: [0.4, 0.4, 0.4, 0.4, 0.4], dtype: 'float64' }, { shape: [5], data: [-0.4, -0.4, -0.4, -0.4, -0.4], dtype: 'float64' }]],
  // with_grads(lambda a, b: F.smooth_l1_loss(a, b, beta=0.5, reduction='sum'), pattern(5), pattern(9)[4:])
  [() => withGrads((a, b) => F.smoothL1Loss(a!, b!, { reduction: 'sum', beta: 0.5 }), pattern(5), pattern(9).slice(0, 4)), [{ shape: [], data: [5], dtype: 'float64' }, { shape: [5], data: [2, 2, 2, 2, 2], dtype: 'float64' }, { shape: [5], data: [-2, -2, -2, -2, -2], dtype: 'float64' }]],
  // with_grads(lambda a, b: F.smooth_l1_loss(a, b, beta=0.5, reduction='none'), pattern(5), pattern(9)[4:])
  [() => withGrads((a, b) => F.smoothL1Loss(a!, b!, { reduction: 'none', beta: 0.5 }), pattern(5), pattern(9).slice(0, 4)), [{ shape: [5], data: [1, 1, 1, 1, 1], dtype: 'float64' }, { shape: [5], data: [2, 0.25, -1.5, 2.5, 0.75], dtype: 'float64' }, { shape: [5], data: [-2, -0.25, 1.5, -2.5, -0.75], dtype: 'float64' }]],
  // with_grads(lambda a, b: F.smooth_l1_loss(a, b, beta=0, reduction='mean'), pattern(5), pattern(9)[4:])
  [() => withGrads((a, b) => F.smoothL1Loss(a!, b!, { reduction: 'mean', beta: 0 }), pattern(5), pattern(9).slice(0, 4)), [{ shape: [], data: [1.25], dtype: 'float64' }, { shape: [5], data: [0.4, 0.4, 0.4, 0.4, 0.4], dtype: 'float64' }, { shape: [5], data: [-0.4, -0.4, -0.4, -0.4, -0.4], dtype: 'float64' }]],
  // with_grads(lambda a, b: F.smooth_l1_loss(a, b, beta=0, reduction='sum'), pattern(5), pattern(9)[4:])
  [() => withGrads((a, b) => F.smoothL1Loss(a!, b!, { reduction: 'sum', beta: 0 }), pattern(5), pattern(9).slice(0, 4)), [{ shape: [], data: [6.25], dtype: 'float64' }, { shape: [5], data: [2, 2, 2, 2, 2], dtype: 'float64' }, { shape: [5], data: [-2, -2, -2, -2, -2], dtype: 'float64' }]],
  // with_grads(lambda a, b: F.smooth_l1_loss(a, b, beta=0, reduction='none'), pattern(5), pattern(9)[4:])
  [() => withGrads((a, b) => F.smoothL1Loss(a!, b!, { reduction: 'none', beta: 0 }), pattern(5), pattern(9).slice(0, 4)), [{ shape: [5], data: [1.25, 1.25, 1.25, 1.25, 1.25], dtype: 'float64' }, { shape: [5], data: [2, 0.25, -1.5, 2.5, 0.75], dtype: 'float64' }, { shape: [5], data: [-2, -0.25, 1.5, -2.5, -0.75], dtype: 'float64' }]],
  // with_grads(lambda a, b: F.huber_loss(a, b, reduction='mean'), pattern(5), pattern(9)[4:])
  [() => withGrads((a, b) => F.huberLoss(a!, b!, { reduction: 'mean' }), pattern(5), pattern(9).slice(0, 4)), [{ shape: [], data: [0.75], dtype: 'float64' }, { shape: [5], data: [0.4, 0.4, 0.4, 0.4, 0.4], dtype: 'float64' }, { shape: [5], data: [-0.4, -0.4, -0.4, -0.4, -0.4], dtype: 'float64' }]],
  // with_grads(lambda a, b: F.huber_loss(a, b, reduction='sum'), pattern(5), pattern(9)[4:])
  [() => withGrads((a, b) => F.huberLoss(a!, b!, { reduction: 'sum' }), pattern(5), pattern(9).slice(0, 4)), [{ shape: [], data: [3.75], dtype: 'float64' }, { shape: [5], data: [2, 2, 2, 2, 2], dtype: 'float64' }, { shape: [5], data: [-2, -2, -2, -2, -2], dtype: 'float64' }]],
  // with_grads(lambda a, b: F.huber_loss(a, b, reduction='none'), pattern(5), pattern(9)[4:])
  [() => withGrads((a, b) => F.huberLoss(a!, b!, { reduction: 'none' }), pattern(5), pattern(9).slice(0, 4)), [{ shape: [5], data: [0.75, 0.75, 0.75, 0.75, 0.75], dtype: 'float64' }, { shape: [5], data: [2, 0.25, -1.5, 2.5, 0.75], dtype: 'float64' }, { shape: [5], data: [-2, -0.25, 1.5, -2.5, -0.75], dtype: 'float64' }]],
  // with_grads(lambda a, b: F.huber_loss(a, b, delta=2., reduction='mean'), pattern(5), pattern(9)[4:])
  [() => withGrads((a, b) => F.huberLoss(a!, b!, { reduction: 'mean', delta: 2 }), pattern(5), pattern(9).slice(0, 4)), [{ shape: [], data: [0.78125], dtype: 'float64' }, { shape: [5], data: [0.5, 0.5, 0.5, 0.5, 0.5], dtype: 'float64' }, { shape: [5], data: [-0.5, -0.5, -0.5, -0.5, -0.5], dtype: 'float64' }]],
  // with_grads(lambda a, b: F.huber_loss(a, b, delta=2., reduction='sum'), pattern(5), pattern(9)[4:])
  [() => withGrads((a, b) => F.huberLoss(a!, b!, { reduction: 'sum', delta: 2 }), pattern(5), pattern(9).slice(0, 4)), [{ shape: [], data: [3.90625], dtype: 'float64' }, { shape: [5], data: [2.5, 2.5, 2.5, 2.5, 2.5], dtype: 'float64' }, { shape: [5], data: [-2.5, -2.5, -2.5, -2.5, -2.5], dtype: 'float64' }]],
  // with_grads(lambda a, b: F.huber_loss(a, b, delta=2., reduction='none'), pattern(5), pattern(9)[4:])
  [() => withGrads((a, b) => F.huberLoss(a!, b!, { reduction: 'none', delta: 2 }), pattern(5), pattern(9).slice(0, 4)), [{ shape: [5], data: [0.78125, 0.78125, 0.78125, 0.78125, 0.78125], dtype: 'float64' }, { shape: [5], data: [2.5, 0.3125, -1.875, 3.125, 0.9375], dtype: 'float64' }, { shape: [5], data: [-2.5, -0.3125, 1.875, -3.125, -0.9375], dtype: 'float64' }]],
  // with_grads(lambda x: F.binary_cross_entropy(x, D([0, 1, 0.3, 0, 1, 0]), reduction='mean'), D([0, 0.25, 0.5, 0.9, 1, 1]))
  [() => withGrads((x) => F.binaryCrossEntropy(x!, double([0, 1, 0.3, 0, 1, 0]), { reduction: 'mean' }), double([0, 0.25, 0.5, 0.9, 1, 1])), [{ shape: [], data: [17.397004], dtype: 'float64' }, { shape: [6], data: [0, 1.3333333, -0.26666667, -3.3333333, 0, -333333330000], dtype: 'float64' }]],
  // with_grads(lambda x, t: F.binary_cross_entropy(x, t, D([1, 2, 3]), reduction='mean'), D([0.25, 0.5, 0.9]), D([1, 0.3, 0]))
  [() => withGrads((x, t) => F.binaryCrossEntropy(x!, t!, { weight: double([1, 2, 3]), reduction: 'mean' }), double([0.25, 0.5, 0.9]), double([1, 0.3, 0])), [{ shape: [], data: [3.2267813], dtype: 'float64' }, { shape: [3], data: [2.6666667, -1.0666667, -20], dtype: 'float64' }, { shape: [3], data: [-0.73240819, 0, 4.3944492], dtype: 'float64' }]],
  // with_grads(lambda x, t: F.binary_cross_entropy_with_logits(x, t, reduction='mean'), D([-200., -1, 0, 2, 300]), D([1, 0, 0.5, 1, 0]))
  [() => withGrads((x, t) => F.binaryCrossEntropyWithLogits(x!, t!, { reduction: 'mean' }), double([-200, -1, 0, 2, 300]), double([1, 0, 0.5, 1, 0])), [{ shape: [], data: [100.22667], dtype: 'float64' }, { shape: [5], data: [0.4, -0.10757657, 0, 0.047681169, -0.4], dtype: 'float64' }, { shape: [5], data: [-80, -0.4, 0, 0.8, 120], dtype: 'float64' }]],
  // with_grads(lambda x, t: F.binary_cross_entropy_with_logits(x, t, reduction='mean', pos_weight=D(3.)), D([-200., -1, 0, 2, 300]), D([1, 0, 0.5, 1, 0]))
  [() => withGrads((x, t) => F.binaryCrossEntropyWithLogits(x!, t!, { reduction: 'mean', posWeight: tensor(3, { dtype: 'float64' }) }), double([-200, -1, 0, 2, 300]), double([1, 0, 0.5, 1, 0])), [{ shape: [], data: [180.41607], dtype: 'float64' }, { shape: [5], data: [1.2, -0.10757657, 0.2, 0.14304351, -0.4], dtype: 'float64' }, { shape: [5], data: [-240, -1.4506094, -0.55451774, 0.69845759, 120], dtype: 'float64' }]],
  // with_grads(lambda x, t: F.binary_cross_entropy_with_logits(x, t, reduction='mean', weight=D([1, 2, 3, 4, 5])), D([-200., -1, 0, 2, 300]), D([1, 0, 0.5, 1, 0]))
  [() => withGrads((x, t) => F.binaryCrossEntropyWithLogits(x!, t!, { reduction: 'mean', weight: double([1, 2, 3, 4, 5]) }), double([-200, -1, 0, 2, 300]), double([1, 0, 0.5, 1, 0])), [{ shape: [], data: [340.64274], dtype: 'float64' }, { shape: [5], data: [0.4, -0.21515314, 0, 0.19072468, -2], dtype: 'float64' }, { shape: [5], data: [-80, -0.8, 0, 3.2, 600], dtype: 'float64' }]],
  // with_grads(lambda x: F.binary_cross_entropy(x, D([0, 1, 0.3, 0, 1, 0]), reduction='sum'), D([0, 0.25, 0.5, 0.9, 1, 1]))
  [() => withGrads((x) => F.binaryCrossEntropy(x!, double([0, 1, 0.3, 0, 1, 0]), { reduction: 'sum' }), double([0, 0.25, 0.5, 0.9, 1, 1])), [{ shape: [], data: [104.38203], dtype: 'float64' }, { shape: [6], data: [0, 8, -1.6, -20, 0, -2000000000000], dtype: 'float64' }]],
  // with_grads(lambda x, t: F.binary_cross_entropy(x, t, D([1, 2, 3]), reduction='sum'), D([0.25, 0.5, 0.9]), D([1, 0.3, 0]))
  [() => withGrads((x, t) => F.binaryCrossEntropy(x!, t!, { weight: double([1, 2, 3]), reduction: 'sum' }), double([0.25, 0.5, 0.9]), double([1, 0.3, 0])), [{ shape: [], data: [9.680344], dtype: 'float64' }, { shape: [3], data: [8, -3.2, -60], dtype: 'float64' }, { shape: [3], data: [-2.1972246, 0, 13.183347], dtype: 'float64' }]],
  // with_grads(lambda x, t: F.binary_cross_entropy_with_logits(x, t, reduction='sum'), D([-200., -1, 0, 2, 300]), D([1, 0, 0.5, 1, 0]))
  [() => withGrads((x, t) => F.binaryCrossEntropyWithLogits(x!, t!, { reduction: 'sum' }), double([-200, -1, 0, 2, 300]), double([1, 0, 0.5, 1, 0])), [{ shape: [], data: [501.13334], dtype: 'float64' }, { shape: [5], data: [2, -0.53788284, 0, 0.23840584, -2], dtype: 'float64' }, { shape: [5], data: [-400, -2, 0, 4, 600], dtype: 'float64' }]],
  // with_grads(lambda x, t: F.binary_cross_entropy_with_logits(x, t, reduction='sum', pos_weight=D(3.)), D([-200., -1, 0, 2, 300]), D([1, 0, 0.5, 1, 0]))
  [() => withGrads((x, t) => F.binaryCrossEntropyWithLogits(x!, t!, { reduction: 'sum', posWeight: tensor(3, { dtype: 'float64' }) }), double([-200, -1, 0, 2, 300]), double([1, 0, 0.5, 1, 0])), [{ shape: [], data: [902.08034], dtype: 'float64' }, { shape: [5], data: [6, -0.53788284, 1, 0.71521753, -2], dtype: 'float64' }, { shape: [5], data: [-1200, -7.2530468, -2.7725887, 3.492288, 600], dtype: 'float64' }]],
  // with_grads(lambda x, t: F.binary_cross_entropy_with_logits(x, t, reduction='sum', weight=D([1, 2, 3, 4, 5])), D([-200., -1, 0, 2, 300]), D([1, 0, 0.5, 1, 0]))
  [() => withGrads((x, t) => F.binaryCrossEntropyWithLogits(x!, t!, { reduction: 'sum', weight: double([1, 2, 3, 4, 5]) }), double([-200, -1, 0, 2, 300]), double([1, 0, 0.5, 1, 0])), [{ shape: [], data: [1703.2137], dtype: 'float64' }, { shape: [5], data: [2, -1.0757657, 0, 0.95362338, -10], dtype: 'float64' }, { shape: [5], data: [-400, -4, 0, 16, 3000], dtype: 'float64' }]],
  // with_grads(lambda x: F.binary_cross_entropy(x, D([0, 1, 0.3, 0, 1, 0]), reduction='none'), D([0, 0.25, 0.5, 0.9, 1, 1]))
  [() => withGrads((x) => F.binaryCrossEntropy(x!, double([0, 1, 0.3, 0, 1, 0]), { reduction: 'none' }), double([0, 0.25, 0.5, 0.9, 1, 1])), [{ shape: [6], data: [0, 1.3862944, 0.69314718, 2.3025851, 0, 100], dtype: 'float64' }, { shape: [6], data: [0, 1, 1.2, -25, 0, 1000000000000], dtype: 'float64' }]],
  // with_grads(lambda x, t: F.binary_cross_entropy(x, t, D([1, 2, 3]), reduction='none'), D([0.25, 0.5, 0.9]), D([1, 0.3, 0]))
  [() => withGrads((x, t) => F.binaryCrossEntropy(x!, t!, { weight: double([1, 2, 3]), reduction: 'none' }), double([0.25, 0.5, 0.9]), double([1, 0.3, 0])), [{ shape: [3], data: [1.3862944, 1.3862944, 6.9077553], dtype: 'float64' }, { shape: [3], data: [8, -0.4, 45], dtype: 'float64' }, { shape: [3], data: [-2.1972246, 0, -9.8875106], dtype: 'float64' }]],
  // with_grads(lambda x, t: F.binary_cross_entropy_with_logits(x, t, reduction='none'), D([-200., -1, 0, 2, 300]), D([1, 0, 0.5, 1, 0]))
  [() => withGrads((x, t) => F.binaryCrossEntropyWithLogits(x!, t!, { reduction: 'none' }), double([-200, -1, 0, 2, 300]), double([1, 0, 0.5, 1, 0])), [{ shape: [5], data: [200, 0.31326169, 0.69314718, 0.12692801, 300], dtype: 'float64' }, { shape: [5], data: [2, -0.067235355, 0, 0.29800731, -0.75], dtype: 'float64' }, { shape: [5], data: [-400, -0.25, 0, 5, 225], dtype: 'float64' }]],
  // with_grads(lambda x, t: F.binary_cross_entropy_with_logits(x, t, reduction='none', pos_weight=D(3.)), D([-200., -1, 0, 2, 300]), D([1, 0, 0.5, 1, 0]))
  [() => withGrads((x, t) => F.binaryCrossEntropyWithLogits(x!, t!, { reduction: 'none', posWeight: tensor(3, { dtype: 'float64' }) }), double([-200, -1, 0, 2, 300]), double([1, 0, 0.5, 1, 0])), [{ shape: [5], data: [600, 0.31326169, 1.3862944, 0.38078403, 300], dtype: 'float64' }, { shape: [5], data: [6, -0.067235355, -0.75, 0.89402192, -0.75], dtype: 'float64' }, { shape: [5], data: [-1200, -0.90663084, 2.0794415, 4.3653599, 225], dtype: 'float64' }]],
  // with_grads(lambda x, t: F.binary_cross_entropy_with_logits(x, t, reduction='none', weight=D([1, 2, 3, 4, 5])), D([-200., -1, 0, 2, 300]), D([1, 0, 0.5, 1, 0]))
  [() => withGrads((x, t) => F.binaryCrossEntropyWithLogits(x!, t!, { reduction: 'none', weight: double([1, 2, 3, 4, 5]) }), double([-200, -1, 0, 2, 300]), double([1, 0, 0.5, 1, 0])), [{ shape: [5], data: [200, 0.62652338, 2.0794415, 0.50771204, 1500], dtype: 'float64' }, { shape: [5], data: [2, -0.13447071, 0, 1.1920292, -3.75], dtype: 'float64' }, { shape: [5], data: [-400, -0.5, 0, 20, 1125], dtype: 'float64' }]],
  // F.mse_loss(torch.zeros(0), torch.zeros(0))
  [() => F.mseLoss(zeros([0]), zeros([0])), { shape: [], data: [Number.NaN], dtype: 'float32' }],
  // F.mse_loss(torch.tensor([1., 2]), I([1, 0]))
  [() => F.mseLoss(tensor([1, 2]), int([1, 0])), { shape: [], data: [2], dtype: 'float32' }],
];

torchTests(cases);

describe('gradients, both times', () => {
  const losses: Record<string, (a: Tensor, b: Tensor, reduction: 'mean' | 'sum' | 'none') => Tensor> = {
    mseLoss: (a, b, reduction) => F.mseLoss(a, b, { reduction }),
    l1Loss: (a, b, reduction) => F.l1Loss(a.mul(a), b, { reduction }),
    smoothL1Loss: (a, b, reduction) => F.smoothL1Loss(a.mul(2), b, { reduction, beta: 0.7 }),
    huberLoss: (a, b, reduction) => F.huberLoss(a.mul(2), b, { reduction, delta: 0.7 }),
    binaryCrossEntropy: (a, b, reduction) => F.binaryCrossEntropy(a.sigmoid(), b.sigmoid(), { reduction, weight: double([1, 2, 0.5]) }),
    binaryCrossEntropyWithLogits: (a, b, reduction) =>
      F.binaryCrossEntropyWithLogits(a, b.sigmoid(), { reduction, weight: double([1, 2, 0.5]), posWeight: double([3, 1, 0]) }),
  };

  test.each(Object.entries(losses))('%s', (_name, loss) => {
    for (const reduction of ['mean', 'sum', 'none'] as const) {
      expect(gradcheck((a, b) => loss(a!, b!, reduction), [leaf(2, 3), leaf(2, 3)])).toBe(true);
      expect(gradgradcheck((a, b) => loss(a!, b!, reduction), [leaf(2, 3), leaf(2, 3)])).toBe(true);
    }
  });
});

test('shapes that differ are broadcast with one warning', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  expect(F.mseLoss(zeros([3]), zeros([3, 1]), { reduction: 'none' }).shape).toEqual([3, 3]);
  F.mseLoss(zeros([3]), zeros([3, 1]));
  expect(warn.mock.calls).toEqual([
    ['hone: mseLoss: input [3] and target [3, 1] have different shapes and are broadcast, which is seldom meant. Give both one shape.'],
  ]);
  warn.mockRestore();
});

test('errors', () => {
  const wrong = (call: () => unknown, type: new (m: string) => Error, message: string) => {
    expect(call).toThrow(type);
    expect(call).toThrow(message);
  };
  wrong(
    () => F.binaryCrossEntropy(tensor([1.5]), tensor([1])),
    ArgumentError,
    'binaryCrossEntropy: input has values outside 0 to 1, or NaN. Apply sigmoid first, or use binaryCrossEntropyWithLogits.',
  );
  wrong(() => F.binaryCrossEntropy(tensor([Number.NaN]), tensor([1])), ArgumentError, 'outside 0 to 1');
  wrong(
    () => F.binaryCrossEntropyWithLogits(zeros([4, 1]), zeros([4])),
    ShapeError,
    "binaryCrossEntropyWithLogits: target is [4], expected the input's shape [4, 1]. Drop the input's last dim: input.squeeze(-1).",
  );
  wrong(
    () => F.binaryCrossEntropy(zeros([2]), int([0, 1])),
    DTypeError,
    "binaryCrossEntropy: target is int64, expected probabilities. Use target.to('float32').",
  );
  wrong(
    () => F.binaryCrossEntropy(zeros([2]), zeros([2], { dtype: 'float64' })),
    DTypeError,
    "expected one dtype. Convert one with to('float64').",
  );
  wrong(() => F.binaryCrossEntropy(int([0]), zeros([1])), DTypeError, 'expected float32 or float64');
  wrong(
    () => F.mseLoss(int([1]), int([1])),
    DTypeError,
    "mseLoss: input is int64 and target int64, expected a floating dtype. Use input.to('float32').",
  );
  wrong(() => F.smoothL1Loss(zeros([1]), zeros([1]), { beta: -1 }), ArgumentError, 'smoothL1Loss: beta is -1, expected at least 0.');
  wrong(() => F.huberLoss(zeros([1]), zeros([1]), { delta: 0 }), ArgumentError, 'huberLoss: delta is 0, expected a number above 0.');
  wrong(() => F.l1Loss(zeros([1]), zeros([1]), { reduction: 'avg' as 'mean' }), ArgumentError, 'l1Loss: reduction is "avg"');
  wrong(() => F.mseLoss(zeros([2]), zeros([3])), ShapeError, 'mseLoss: shapes [2] and [3] do not broadcast');
  wrong(
    () => F.mseLoss(zeros([2, 3]), zeros([2, 3]), { weight: zeros([3]) }),
    ShapeError,
    "mseLoss: weight is [3], expected the input's shape [2, 3].",
  );
  wrong(
    () => F.binaryCrossEntropy(tensor([0.5]), tensor([2])),
    ArgumentError,
    'binaryCrossEntropy: target has values outside 0 to 1, or NaN. Targets are probabilities.',
  );
  wrong(
    () => F.binaryCrossEntropyWithLogits(zeros([3]), zeros([3]), { posWeight: zeros([2, 3]) }),
    ShapeError,
    "binaryCrossEntropyWithLogits: posWeight is [2, 3], which does not broadcast to the input's shape [3].",
  );
  wrong(
    () => F.multilabelSoftMarginLoss(zeros([]), zeros([])),
    ShapeError,
    'multilabelSoftMarginLoss: input has no dims, expected [C] or [N, C].',
  );
});

test('old and unknown options are refused by name', () => {
  const [x, y] = [zeros([2]), zeros([2])];
  const old = (options: object) => () => F.mseLoss(x, y, options as object);
  expect(old({ sizeAverage: false })).toThrow(
    "mseLoss: sizeAverage and reduce are old names that PyTorch is about to drop. Write reduction: 'sum' instead.",
  );
  expect(old({ sizeAverage: true })).toThrow("Write reduction: 'mean' instead.");
  expect(old({ sizeAverage: true, reduce: false })).toThrow("Write reduction: 'none' instead.");
  expect(() => new nn.MSELoss({ sizeAverage: false } as object)).toThrow(/^MSELoss: sizeAverage and reduce/);
  expect(old({ reductoin: 'sum' })).toThrow('mseLoss: there is no option "reductoin".');
  expect(() => F.smoothL1Loss(x, y, { beta: '1' as unknown as number })).toThrow('smoothL1Loss: beta is "1", expected a number.');
});

test('empty batches: no loss, and a mean of nothing', () => {
  const losses = [F.mseLoss, F.l1Loss, F.smoothL1Loss, F.huberLoss, F.binaryCrossEntropy, F.binaryCrossEntropyWithLogits] as const;
  for (const loss of losses) {
    const x = zeros([0, 3]).requiresGrad_();
    expect(loss(x, zeros([0, 3])).item()).toBeNaN();
    const total = loss(x, zeros([0, 3]), { reduction: 'sum' });
    expect(total.item()).toBe(0);
    total.backward();
    expect(x.grad!.shape).toEqual([0, 3]);
  }
});
