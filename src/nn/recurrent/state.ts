/** What recurrent layers and cells share: their first weights, and the checks of inputs and states. */
import { ArgumentError, DTypeError, ShapeError, showShape } from '../../errors.js';
import { show } from '../../tensor/arguments/show.js';
import { type Shape, sameShape } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { uniform_ } from '../init/init.js';
import type { Module } from '../module/module.js';

/** @internal Of all recurrent layers and cells: the range of the first weights, in PyTorch's order of draws. */
export function resetRecurrent(module: Module, hiddenSize: number): void {
  const bound = 1 / Math.sqrt(hiddenSize);
  for (const parameter of module.parameters()) uniform_(parameter, -bound, bound);
}

/** @internal Throws unless `input` has the layer's features and dtype. */
export function assertInput(name: string, input: Tensor, inputSize: number, weight: Tensor): void {
  if (input.dtype !== weight.dtype)
    throw new DTypeError(
      `${name}: input is ${input.dtype}, the weights are ${weight.dtype}. Convert the input with to('${weight.dtype}'), or the layer.`,
    );
  if (input.shape[input.ndim - 1] !== inputSize)
    throw new ShapeError(
      `${name}: input is ${showShape(input.shape)} and has ${input.shape[input.ndim - 1]} features, expected ${inputSize}, the layer's inputSize.`,
    );
}

/** @internal Throws unless `state` is a tensor of this shape and of the input's dtype. */
export function assertState(name: string, what: string, state: unknown, expected: Shape, sizes: string, input: Tensor): void {
  if (!(state instanceof Tensor))
    throw new ArgumentError(`${name}: ${what} is ${show(state)}, expected a Tensor ${showShape(expected)}: ${sizes}.`);
  if (!sameShape(state.shape, expected))
    throw new ShapeError(
      `${name}: ${what} is ${showShape(state.shape)}, expected ${showShape(expected)}: ${sizes} (input ${showShape(input.shape)}).`,
    );
  if (state.dtype !== input.dtype)
    throw new DTypeError(`${name}: input is ${input.dtype} and ${what} ${state.dtype}, expected one dtype. Use to('${input.dtype}').`);
}

/** @internal The two states of an LSTM. @throws {ArgumentError} for anything but a pair. */
export function statePair(name: string, hx: unknown): readonly [Tensor, Tensor] {
  if (!Array.isArray(hx) || hx.length !== 2)
    throw new ArgumentError(`${name}: hx is ${show(hx)}, expected a pair [h, c], the hidden state and the cell state.`);
  return hx as [Tensor, Tensor];
}
