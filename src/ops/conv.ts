/**
 * Two-dim convolution. The three kernels (output, gradient of the input, gradient of the weight) are each linear in both of their
 * operands, and each one's gradients are the other two: so all three are recorded operations, differentiable any number of times.
 */
import { isGradEnabled } from '../autograd/mode.js';
import { record } from '../autograd/node.js';
import { check, kernels } from '../engine/engine.js';
import { ArgumentError, DTypeError, ShapeError, showShape } from '../errors.js';
import { promote } from '../tensor/dtype.js';
import { emptyTensor, type Tensor } from '../tensor/tensor.js';
import { code, rowMajor } from './kernel-call.js';
import { squeeze, unsqueeze } from './movement.js';
import { sum } from './reduce.js';
import { type Geometry, geometryPtr, needsFloat, type Pair, pair } from './window.js';

export interface Conv2dOptions {
  /** Pixels from one window to the next. Default: 1. */
  stride?: Pair;
  /** Zeros around the image, or 'valid' for none, or 'same' for as many as keep its size. Default: 0. */
  padding?: Pair | 'same' | 'valid';
  /** Pixels from one tap of a window to the next. Default: 1. */
  dilation?: Pair;
  /** Channels are split into so many groups that do not mix. Default: 1. */
  groups?: number;
}

/**
 * The cross-correlation of images with a weight, plus a bias.
 * @param input [N, C, H, W], or [C, H, W] for one image. @param weight [O, C / groups, KH, KW]. @param bias [O], or null.
 * @returns [N, O, OH, OW] (or [O, OH, OW]), OH = floor((H + 2 padding - dilation (KH - 1) - 1) / stride) + 1.
 * @throws {ShapeError} for channels that do not fit, or an image smaller than the window. @throws {DTypeError} for integers, or two dtypes.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.conv2d.html
 */
export function conv2d(input: Tensor, weight: Tensor, bias: Tensor | null = null, options: Conv2dOptions = {}): Tensor {
  if (weight.ndim !== 4) throw new ShapeError(`conv2d: weight is ${showShape(weight.shape)}, expected [O, C / groups, KH, KW].`);
  if (input.ndim !== 3 && input.ndim !== 4) throw new ShapeError(wrongRank(input));
  checkDTypes(input, weight, bias);
  if (input.ndim === 3) {
    const geometry = convGeometry(input, [1, ...input.shape], weight, bias, options);
    return squeeze(conv(unsqueeze(input, 0), weight, bias, geometry), 0);
  }
  return conv(input, weight, bias, convGeometry(input, input.shape, weight, bias, options));
}

function wrongRank(input: Tensor): string {
  const dims = input.ndim === 2 ? ' For one image without a channel dim, insert both: x.unsqueeze(0).unsqueeze(0).' : '';
  return `conv2d: input is ${showShape(input.shape)}, expected [N, C, H, W], or [C, H, W] for one image.${dims}`;
}

function checkDTypes(input: Tensor, weight: Tensor, bias: Tensor | null): void {
  needsFloat(input, 'conv2d');
  for (const [what, other] of [
    ['weight', weight],
    ['bias', bias],
  ] as const) {
    if (other !== null && other.dtype !== input.dtype) {
      throw new DTypeError(
        `conv2d: input is ${input.dtype} and ${what} ${other.dtype}, expected one dtype. Convert one with to('${promote(input.dtype, other.dtype)}').`,
      );
    }
  }
}

function convGeometry(input: Tensor, shape: readonly number[], weight: Tensor, bias: Tensor | null, options: Conv2dOptions): Geometry {
  const [n, c, h, w] = shape as [number, number, number, number];
  const [o, perGroup, kh, kw] = weight.shape as [number, number, number, number];
  const groups = options.groups ?? 1;
  if (!Number.isInteger(groups) || groups < 1)
    throw new ArgumentError(`conv2d: groups is ${groups}, expected a whole number of at least 1.`);
  if (o % groups !== 0)
    throw new ShapeError(`conv2d: weight ${showShape(weight.shape)} has ${o} output channels, which ${groups} groups do not divide.`);
  if (c !== perGroup * groups) throw new ShapeError(wrongChannels(input, weight, c, perGroup * groups, groups));
  if (bias !== null && (bias.ndim !== 1 || bias.shape[0] !== o))
    throw new ShapeError(`conv2d: bias is ${showShape(bias.shape)}, expected [${o}] (weight ${showShape(weight.shape)}).`);

  const stride = pair(options.stride ?? 1, 1, 'conv2d', 'stride');
  const dilation = pair(options.dilation ?? 1, 1, 'conv2d', 'dilation');
  const reach = [dilation[0] * (kh - 1), dilation[1] * (kw - 1)] as const;
  const size = [h, w] as const;
  let total: [number, number];
  let padding: [number, number];
  if (options.padding === 'same') {
    if (stride[0] !== 1 || stride[1] !== 1)
      throw new ArgumentError(`conv2d: padding 'same' needs stride 1, got ${showShape(stride)}. Give the padding as a number.`);
    // An odd total leaves the extra row or column at the bottom or right.
    total = [...reach];
    padding = [Math.floor(reach[0] / 2), Math.floor(reach[1] / 2)];
  } else {
    padding = pair(options.padding === 'valid' ? 0 : (options.padding ?? 0), 0, 'conv2d', 'padding');
    total = [2 * padding[0], 2 * padding[1]];
  }
  const out = (d: 0 | 1) => Math.floor((size[d] + total[d] - reach[d] - 1) / stride[d]) + 1;
  const outSize = [out(0), out(1)] as const;
  if (outSize[0] < 1 || outSize[1] < 1) {
    throw new ShapeError(
      `conv2d: the window of ${reach[0] + 1} x ${reach[1] + 1} is larger than the padded image of ${h + total[0]} x ${w + total[1]} (input ${showShape(input.shape)}, weight ${showShape(weight.shape)}). Add padding, or take a smaller kernel.`,
    );
  }
  return { n, c, size, o, kernel: [kh, kw], outSize, stride, padding, dilation, groups };
}

function wrongChannels(input: Tensor, weight: Tensor, given: number, expected: number, groups: number): string {
  const { shape } = input;
  let hint = ` Make the layer for ${given} input channels, or give it what it was made for.`;
  if (shape.length === 3 && expected === 1)
    hint = ' Three dims are read as one image [C, H, W]. If this is a batch without the channel dim, insert it: x.unsqueeze(1).';
  else if (shape[shape.length - 1] === expected)
    hint = ` If the channels stand last, move them: x.permute(${shape.length === 4 ? '0, 3, 1, 2' : '2, 0, 1'}).`;
  return `conv2d: input has ${given} channel${given === 1 ? '' : 's'}, weight expects ${expected} (input ${showShape(shape)}, weight ${showShape(weight.shape)}${groups > 1 ? `, groups ${groups}` : ''}).${hint}`;
}

/** y = w * x + b. */
function conv(x: Tensor, w: Tensor, bias: Tensor | null, g: Geometry): Tensor {
  const [dx, dw, db] = [rowMajor(x, 'conv2d'), rowMajor(w, 'conv2d'), bias && rowMajor(bias, 'conv2d')];
  const out = emptyTensor([g.n, g.o, ...g.outSize], x.dtype);
  check(kernels.conv2d(code(x.dtype), out.ptr, dx.ptr, dw.ptr, db ? db.ptr : 0, geometryPtr(g)), 'conv2d');
  return record('conv2d', out, bias ? [x, w, bias] : [x, w], [x, w], (grad, [x, w], needs) => {
    const gradInput = needs(0) ? convInput(grad, w!, g) : null;
    if (needs(1) && needs(2) && !isGradEnabled()) return [gradInput, ...weightGradients(grad, x!, g, true)];
    return [gradInput, needs(1) ? convWeight(grad, x!, g) : null, needs(2) ? sum(grad, [0, 2, 3]) : null];
  });
}

/** The gradient of a convolution's input: from that of its output and the weight. */
function convInput(grad: Tensor, w: Tensor, g: Geometry): Tensor {
  const [dg, dw] = [rowMajor(grad, 'conv2d'), rowMajor(w, 'conv2d')];
  const out = emptyTensor([g.n, g.c, ...g.size], grad.dtype);
  check(kernels.conv2dBackwardInput(code(grad.dtype), out.ptr, dg.ptr, dw.ptr, geometryPtr(g)), 'conv2d');
  return record('conv2d_backward_input', out, [grad, w], [grad, w], (gg, [grad, w], needs) => [
    needs(0) ? conv(gg, w!, null, g) : null,
    needs(1) ? convWeight(grad!, gg, g) : null,
  ]);
}

/** The gradient of a convolution's weight: from that of its output and the input. */
function convWeight(grad: Tensor, x: Tensor, g: Geometry): Tensor {
  const [out] = weightGradients(grad, x, g, false);
  return record('conv2d_backward_weight', out, [grad, x], [grad, x], (gg, [grad, x], needs) => [
    needs(0) ? conv(x!, gg, null, g) : null,
    needs(1) ? convInput(grad!, gg, g) : null,
  ]);
}

function weightGradients(grad: Tensor, x: Tensor, g: Geometry, withBias: boolean): [Tensor, Tensor | null] {
  const [dg, dx] = [rowMajor(grad, 'conv2d'), rowMajor(x, 'conv2d')];
  const weight = emptyTensor([g.o, g.c / g.groups, ...g.kernel], grad.dtype);
  const bias = withBias ? emptyTensor([g.o], grad.dtype) : null;
  check(kernels.conv2dBackwardWeight(code(grad.dtype), weight.ptr, bias ? bias.ptr : 0, dx.ptr, dg.ptr, geometryPtr(g)), 'conv2d');
  return [weight, bias];
}

/** {@link Conv2dOptions} for one axis. */
export interface Conv1dOptions {
  stride?: number;
  padding?: number | 'same' | 'valid';
  dilation?: number;
  groups?: number;
}

/**
 * {@link conv2d} along one axis.
 * @param input [N, C, L], or [C, L] for one item. @param weight [O, C / groups, K]. @param bias [O], or null.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.conv1d.html
 */
export function conv1d(input: Tensor, weight: Tensor, bias: Tensor | null = null, options: Conv1dOptions = {}): Tensor {
  if (weight.ndim !== 3) throw new ShapeError(`conv1d: weight is ${showShape(weight.shape)}, expected [O, C / groups, K].`);
  if (input.ndim !== 2 && input.ndim !== 3)
    throw new ShapeError(`conv1d: input is ${showShape(input.shape)}, expected [N, C, L], or [C, L] for one item.`);
  const { stride = 1, padding = 0, dilation = 1, groups = 1 } = options;
  const wide = conv2d(unsqueeze(input, -2), unsqueeze(weight, -2), bias, {
    stride: [1, stride],
    padding: typeof padding === 'number' ? [0, padding] : padding,
    dilation: [1, dilation],
    groups,
  });
  return squeeze(wide, -2);
}
