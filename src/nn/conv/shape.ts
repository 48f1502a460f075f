/** What convolutions check before they compute: ranks, dtypes, channels, and whether a window fits; for one, two and three axes. */
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import {
  assertFloating,
  assertSameDType,
  assertTensor,
  assertTensorOrNull,
  countOf,
  type Rank,
  type Sizes,
  sizesPerAxis,
  unexpected,
} from '../../tensor/arguments/checks.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type Axes, type WindowSettings, wordsOf } from './geometry.js';

/** Padding by numbers, 'valid' for none, or 'same' for as much as keeps the size. */
export type Padding<S extends Sizes = Sizes> = S | 'same' | 'valid';

export interface ConvOptions<S extends Sizes = Sizes> {
  /** Elements from one window to the next. Default: 1. */
  stride?: S;
  /** Zeros around the input, or 'valid' for none, or 'same' for as many as keep its size (an odd one goes to the end). Default: 0. */
  padding?: Padding<S>;
  /** Elements from one tap of a window to the next. Default: 1. */
  dilation?: S;
  /** Independent groups into which the channels are split. Default: 1. */
  groups?: number;
}

export interface ConvTransposeOptions<S extends Sizes = Sizes> {
  /** Elements of the output from one window to the next. Default: 1. */
  stride?: S;
  /** Elements taken away at both ends of the output. Default: 0. */
  padding?: S;
  /** Elements added at the end of the output only, fewer than the stride or the dilation. Default: 0. */
  outputPadding?: S;
  /** Independent groups into which the channels are split. Default: 1. */
  groups?: number;
  /** Elements from one tap of a window to the next. Default: 1. */
  dilation?: S;
}

/** The options of a convolution that is a function: its bias may be among them. */
export type WithBias<Options> = Options & {
  /** [O], or null for none. Default: null. */
  bias?: Tensor | null;
};

/** Throws unless `input` has `rank` axes behind its channels, with or without a batch in front. */
export function checkConvInput(op: string, rank: Rank, input: Tensor): void {
  assertTensor(op, 'input', input);
  const { shape, ndim } = input;
  if (ndim === rank + 1 || ndim === rank + 2) {
    if (shape.slice(-rank).includes(0))
      throw new ShapeError(`${op}: input is ${showShape(shape)}, without any elements to go over. Only the batch may be empty.`);
    return;
  }
  const inserted = rank === 1 ? 'x.unsqueeze(0)' : 'x.unsqueeze(0).unsqueeze(0)';
  const hint =
    ndim === rank
      ? ` For ${rank === 1 ? 'one item' : `one ${wordsOf(rank).image}`} without a channel dim, insert ${rank === 1 ? 'it' : 'both'}: ${inserted}.${rank === 2 ? ' Rows of pixels become images by x.reshape([-1, C, H, W]).' : ''}`
      : '';
  throw new ShapeError(`${op}: input is ${showShape(shape)}, expected ${wordsOf(rank).input}.${hint}`);
}

function checkDTypes(op: string, input: Tensor, weight: Tensor, bias: Tensor | null): void {
  assertFloating(op, 'input', input);
  assertTensorOrNull(op, 'bias', bias);
  assertSameDType(op, { input, weight, bias });
}

function checkBias(op: string, bias: Tensor | null, outChannels: number, weight: Tensor): void {
  if (bias !== null && (bias.ndim !== 1 || bias.shape[0] !== outChannels))
    throw new ShapeError(`${op}: bias is ${showShape(bias.shape)}, expected [${outChannels}] (weight ${showShape(weight.shape)}).`);
}

function checkWeight(op: string, rank: Rank, weight: Tensor, lead: string): void {
  assertTensor(op, 'weight', weight);
  if (weight.ndim !== rank + 2)
    throw new ShapeError(`${op}: weight is ${showShape(weight.shape)}, expected [${lead}, ${wordsOf(rank).taps}].`);
  if (weight.shape[0] === 0 || weight.shape.slice(2).includes(0))
    throw new ShapeError(`${op}: weight is ${showShape(weight.shape)}, which has no taps. Expected sizes of at least 1.`);
}

/** The geometry of a convolution, after the checks. */
export function convAxes(op: string, rank: Rank, input: Tensor, weight: Tensor, options: WindowSettings<WithBias<ConvOptions>>): Axes {
  const { bias, groups } = options;
  checkConvInput(op, rank, input);
  checkWeight(op, rank, weight, 'O, C / groups');
  checkDTypes(op, input, weight, bias);
  const [n, c, ...size] = (input.ndim === rank + 2 ? input.shape : [1, ...input.shape]) as [number, number, ...number[]];
  const [o, perGroup, ...kernel] = weight.shape as [number, number, ...number[]];
  countOf(op, 'groups', groups, 1);
  if (o % groups !== 0)
    throw new ShapeError(`${op}: weight ${showShape(weight.shape)} has ${o} output channels, which ${groups} groups do not divide.`);
  if (c !== perGroup * groups) throw new ShapeError(wrongChannels(op, rank, input, weight, c, perGroup * groups, groups));
  checkBias(op, bias, o, weight);

  const stride = sizesPerAxis(op, 'stride', options.stride ?? 1, rank, 1);
  const dilation = sizesPerAxis(op, 'dilation', options.dilation ?? 1, rank, 1);
  const reach = kernel.map((k, d) => dilation[d]! * (k - 1) + 1);
  const [before, total] = paddingOf(op, rank, options.padding ?? 0, stride, reach);
  const padded = size.map((s, d) => s + total[d]!);
  if (padded.some((s, d) => s < reach[d]!)) {
    throw new ShapeError(
      `${op}: the window of ${reach.join(' x ')} is larger than the padded ${wordsOf(rank).image} of ${padded.join(' x ')} (input ${showShape(input.shape)}, weight ${showShape(weight.shape)}). Add padding, or take a smaller kernel.`,
    );
  }
  const outSize = padded.map((s, d) => Math.floor((s - reach[d]!) / stride[d]!) + 1);
  return { n, c, size, o, kernel, outSize, stride, padding: before, dilation, groups };
}

/** Per axis, what stands in front of the input, and what is added in all. */
function paddingOf(op: string, rank: Rank, padding: Padding, stride: number[], reach: number[]): [number[], number[]] {
  if (padding === 'same') {
    if (stride.some((s) => s !== 1))
      throw new ArgumentError(`${op}: padding 'same' needs stride 1, got ${showShape(stride)}. Give the padding as a number.`);
    const total = reach.map((r) => r - 1);
    return [total.map((t) => Math.floor(t / 2)), total];
  }
  if (typeof padding === 'string' && padding !== 'valid') throw unexpected(op, 'padding', padding, "numbers, 'same' or 'valid'");
  const before = sizesPerAxis(op, 'padding', padding === 'valid' ? 0 : padding, rank, 0);
  return [before, before.map((p) => 2 * p)];
}

const COUNTS = { 1: 'Two', 2: 'Three', 3: 'Four' } as const;

function wrongChannels(op: string, rank: Rank, input: Tensor, weight: Tensor, given: number, expected: number, groups: number): string {
  const { shape } = input;
  const batched = shape.length === rank + 2;
  let hint = ` Make the layer for ${given} input channels, or give it what it was made for.`;
  if (!batched && expected === 1) {
    hint = ` ${COUNTS[rank]} dims are read as ${wordsOf(rank).one}. If this is a batch without the channel dim, insert it: x.unsqueeze(1).`;
  } else if (shape[shape.length - 1] === expected) {
    const order = [shape.length - 1, ...Array.from({ length: rank }, (_, i) => i + (batched ? 1 : 0))];
    hint = ` If the channels stand last, move them: x.permute(${(batched ? [0, ...order] : order).join(', ')}).`;
  }
  return `${op}: input has ${given} channel${given === 1 ? '' : 's'}, weight expects ${expected} (input ${showShape(shape)}, weight ${showShape(weight.shape)}${groups > 1 ? `, groups ${groups}` : ''}).${hint}`;
}

/**
 * The geometry of the convolution whose input gradient a transposed convolution is, after the checks: its `size` is the size that comes
 * out, its `c` the channels that come out.
 */
export function convTransposeAxes(
  op: string,
  rank: Rank,
  input: Tensor,
  weight: Tensor,
  options: WindowSettings<WithBias<ConvTransposeOptions>>,
): Axes {
  const { bias, groups } = options;
  checkConvInput(op, rank, input);
  checkWeight(op, rank, weight, 'C, O / groups');
  checkDTypes(op, input, weight, bias);
  const [n, o, ...outSize] = (input.ndim === rank + 2 ? input.shape : [1, ...input.shape]) as [number, number, ...number[]];
  const [expected, perGroup, ...kernel] = weight.shape as [number, number, ...number[]];
  countOf(op, 'groups', groups, 1);
  if (expected % groups !== 0)
    throw new ShapeError(`${op}: weight ${showShape(weight.shape)} has ${expected} input channels, which ${groups} groups do not divide.`);
  if (o !== expected) throw new ShapeError(wrongChannels(op, rank, input, weight, o, expected, groups));
  const c = perGroup * groups;
  checkBias(op, bias, c, weight);

  const stride = sizesPerAxis(op, 'stride', options.stride ?? 1, rank, 1);
  const padding = sizesPerAxis(op, 'padding', options.padding ?? 0, rank, 0);
  const outputPadding = sizesPerAxis(op, 'outputPadding', options.outputPadding ?? 0, rank, 0);
  const dilation = sizesPerAxis(op, 'dilation', options.dilation ?? 1, rank, 1);
  outputPadding.forEach((p, d) => {
    if (p >= stride[d]! && p >= dilation[d]!)
      throw new ArgumentError(
        `${op}: outputPadding ${p} must be smaller than the stride ${stride[d]} or the dilation ${dilation[d]} of its axis. Use padding, or F.pad on the result.`,
      );
  });
  const size = transposedSizes(outSize, kernel, { stride, padding, dilation }).map((s, d) => s + outputPadding[d]!);
  if (size.some((s) => s < 1))
    throw new ShapeError(
      `${op}: the result would be ${showShape(size)} (input ${showShape(input.shape)}, weight ${showShape(weight.shape)}, padding ${showShape(padding)}). Take less padding.`,
    );
  return { n, c, size, o, kernel, outSize, stride, padding, dilation, groups };
}

/** The sizes that a transposed convolution gives without output padding. */
export function transposedSizes(
  size: readonly number[],
  kernel: readonly number[],
  by: { stride: readonly number[]; padding: readonly number[]; dilation: readonly number[] },
): number[] {
  return size.map((s, d) => (s - 1) * by.stride[d]! - 2 * by.padding[d]! + by.dilation[d]! * (kernel[d]! - 1) + 1);
}
