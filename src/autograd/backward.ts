/** `backward` and `grad`: what they take, and where the gradients go. The walk itself is in walk.ts. */
import { ArgumentError, GradError } from '../errors.js';
import { type Arguments, readArguments, type Settings } from '../tensor/arguments/arguments.js';
import { assertBoolean, assertTensor, assertTensorList, assertTensorOrNull } from '../tensor/arguments/checks.js';
import { escapeScope } from '../tensor/storage.js';
import { aliasTensor, type Tensor } from '../tensor/tensor.js';
import type { ByName } from './named-gradients.js';
import { type Edge, edgeOf, type Grads, type Needs, Node, record } from './node.js';
import { ops, Walk } from './walk.js';

/** The options of {@link Tensor.backward}. */
export interface TensorBackwardOptions {
  /** The gradient of the tensor that backward starts from. Default: 1, for a tensor of one element. */
  gradient?: Tensor | null;
  /** Keeps what the tape saved, so that backward can run through it again. Default: the value of createGraph. */
  retainGraph?: boolean | null;
  /** Records backward itself, so that gradients can be differentiated. Default: false. */
  createGraph?: boolean;
  /** The tensors whose `grad` the gradients are added to; all others stay as they are. Default: every leaf. */
  inputs?: Tensor | readonly Tensor[] | null;
}

/** Backward's arguments in PyTorch's order, or by name. */
export type BackwardArguments = Arguments<
  TensorBackwardOptions,
  [gradient: 'gradient', retainGraph: 'retainGraph', createGraph: 'createGraph', inputs: 'inputs']
>;

const BACKWARD: Settings<TensorBackwardOptions> = { gradient: null, retainGraph: null, createGraph: false, inputs: null };

/**
 * Computes the gradients of `tensor` with respect to the leaves that made it, and adds them to their `grad`.
 * @throws {GradError} when `tensor` does not require gradients, has more than one element and no `gradient` is given, or the graph was freed.
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.backward.html
 */
export function backwardFrom(tensor: Tensor, given: BackwardArguments): void {
  const { gradient, retainGraph, createGraph, inputs } = given.length === 0 ? BACKWARD : readArguments('backward', BACKWARD, given);
  assertTensorOrNull('backward', 'gradient', gradient);
  if (!tensor.requiresGrad) {
    throw new GradError(
      'backward: this tensor does not require gradients and no recorded operation made it. Was it computed inside noGrad() or from detach(), by an operation without a gradient such as argmax, or from parameters that are all frozen? Those train again after model.requiresGrad_().',
    );
  }
  start('backward', [tensor], [gradient ?? undefined], { retainGraph, createGraph, inputs });
}

/** The options of {@link backward}. */
export interface BackwardOptions {
  /** One gradient per tensor; null, or 1 where left out, for those of one element. */
  gradTensors?: Tensor | readonly (Tensor | null | undefined)[] | null;
  /** {@link Tensor.backward}'s name for `gradTensors`. */
  gradient?: Tensor | null;
  /** Keeps the graph for another backward. Default: the value of createGraph. */
  retainGraph?: boolean | null;
  /** Records the backward itself, for second derivatives. Default: false. */
  createGraph?: boolean;
  /** The tensors whose `grad` the gradients are added to. Default: every leaf. */
  inputs?: Tensor | readonly Tensor[] | null;
}

/** The older name of {@link BackwardOptions}. @deprecated Use that. */
export type AllBackwardOptions = BackwardOptions;

const ALL_BACKWARD: Settings<BackwardOptions> = { gradTensors: null, retainGraph: null, createGraph: false, inputs: null, gradient: null };

/**
 * Computes the gradients of the sum of `tensors` with respect to the leaves that made them, and adds them to their `grad`.
 * @param given `gradTensors`, `retainGraph`, `createGraph` and `inputs`, in this order or by name.
 * @throws {GradError} as {@link Tensor.backward}.
 * @see https://pytorch.org/docs/stable/generated/torch.autograd.backward.html
 */
export function backward(
  tensors: Tensor | readonly Tensor[],
  ...given: Arguments<BackwardOptions, [gradTensors: 'gradTensors', retainGraph: 'retainGraph', createGraph: 'createGraph']>
): void {
  const read = readArguments('backward', ALL_BACKWARD, given);
  const roots = tensorsOf('backward', 'tensors', tensors);
  const seeds = seedsOf('backward', 'gradTensors', read.gradTensors ?? read.gradient, roots.length);
  for (const root of roots) {
    if (!root.requiresGrad)
      throw new GradError(
        'backward: a tensor does not require gradients and no recorded operation made it. Was it computed inside noGrad()?',
      );
  }
  start('backward', roots, seeds, read);
}

function start(
  op: string,
  roots: readonly Tensor[],
  seeds: readonly (Tensor | undefined)[],
  { retainGraph, createGraph, inputs }: Pick<Settings<TensorBackwardOptions>, 'retainGraph' | 'createGraph' | 'inputs'>,
): void {
  const retain = keeps(op, retainGraph, createGraph);
  if (inputs === null) {
    new Walk(createGraph, retain, null).run(roots, seeds);
    return;
  }
  const list = tensorsOf(op, 'inputs', inputs);
  if (list.length === 0)
    throw new ArgumentError(`${op}: inputs is an empty list, expected at least one tensor, or none to reach every leaf.`);
  const walk = new Walk(createGraph, retain, edgesOf(op, list));
  walk.run(roots, seeds);
  walk.captured.forEach((gradient, i) => {
    if (gradient === null) return;
    const input = list[i]!;
    const present = input.ownGrad;
    input.ownGrad = present !== null ? ops.add(present, gradient) : createGraph ? gradient : ops.clone(gradient);
    escapeScope(input.ownGrad.storage, input.storage.scope);
  });
}

function keeps(op: string, retainGraph: boolean | null, createGraph: boolean): boolean {
  if (retainGraph !== null) assertBoolean(op, 'retainGraph', retainGraph);
  return retainGraph ?? createGraph;
}

function tensorsOf(op: string, name: string, value: unknown): readonly Tensor[] {
  if (!isList(value)) {
    assertTensor(op, name, value);
    return [value];
  }
  assertTensorList(op, name, value);
  return value;
}

function seedsOf(op: string, name: string, value: unknown, count: number): (Tensor | undefined)[] {
  const list: readonly unknown[] = value === null || value === undefined ? [] : Array.isArray(value) ? value : [value];
  if (list.length > 0 && list.length !== count)
    throw new ArgumentError(`${op}: ${name} holds ${list.length} gradients for ${count} tensors, expected one for each.`);
  return Array.from({ length: count }, (_, i) => {
    const seed = list[i] ?? undefined;
    if (seed !== undefined) assertTensor(op, list.length > 1 ? `${name}[${i}]` : name, seed);
    return seed as Tensor | undefined;
  });
}

function edgesOf(op: string, inputs: readonly Tensor[]): Edge[] {
  return inputs.map((input, i) => {
    const edge = edgeOf(input);
    // A view that was made inside noGrad() requires gradients, since its base does, but none reach it.
    if (!edge && input.requiresGrad) return { node: new Node('none', [input], [], null), index: 0 };
    if (!edge)
      throw new GradError(`${op}: input ${i} does not require gradients. Call requiresGrad_() on it before computing the outputs.`);
    return edge;
  });
}

/** The options of {@link grad}. */
export interface GradOptions {
  /** One gradient per output; default 1 for outputs of one element. */
  gradOutputs?: Tensor | readonly (Tensor | null | undefined)[] | null;
  /** Keeps what the tape saved, so that it can be walked again. Default: the value of createGraph. */
  retainGraph?: boolean | null;
  /** Records backward itself, so that gradients can be differentiated. Default: false. */
  createGraph?: boolean;
  /** Gives null for inputs that the outputs do not depend on, instead of an error. Default: the value of materializeGrads. */
  allowUnused?: boolean | null;
  /** Gives zeros for inputs that the outputs do not depend on. Default: false. */
  materializeGrads?: boolean;
}

/** `gradOutputs`, `retainGraph` and `createGraph` in this order, the others by name. */
export type GradArguments<O extends GradOptions = GradOptions> = Arguments<
  O,
  [gradOutputs: 'gradOutputs', retainGraph: 'retainGraph', createGraph: 'createGraph']
>;

const GRAD = {
  gradOutputs: null,
  retainGraph: null,
  createGraph: false,
  onlyInputs: true,
  allowUnused: null,
  isGradsBatched: false,
  materializeGrads: false,
};

/**
 * The gradients of `outputs` (summed) with respect to `inputs`; nothing is added to any `grad`.
 * @throws {GradError} as {@link backward}, and for an input that the outputs do not depend on.
 * @see https://pytorch.org/docs/stable/generated/torch.autograd.grad.html
 */
export function grad(outputs: Tensor | readonly Tensor[], inputs: Tensor, options: GradOptions & { allowUnused: true }): [Tensor | null];
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: readonly Tensor[],
  options: GradOptions & { allowUnused: true },
): (Tensor | null)[];
export function grad(outputs: Tensor | readonly Tensor[], inputs: Tensor, ...given: GradArguments): [Tensor];
export function grad(outputs: Tensor | readonly Tensor[], inputs: readonly Tensor[], ...given: GradArguments): Tensor[];
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: Tensor | readonly Tensor[],
  ...given: readonly unknown[]
): (Tensor | null)[] {
  const read = readArguments<Settings<GradOptions> & typeof GRAD>('grad', GRAD, given);
  const { createGraph, materializeGrads } = read;
  if (!read.onlyInputs || read.isGradsBatched)
    throw new ArgumentError('grad: onlyInputs is always true and isGradsBatched always false here. Leave them out.');
  const from = tensorsOf('grad', 'outputs', outputs);
  const to = tensorsOf('grad', 'inputs', inputs);
  const seeds = seedsOf('grad', 'gradOutputs', read.gradOutputs, from.length);
  const allowUnused = read.allowUnused ?? materializeGrads;
  assertBoolean('grad', 'allowUnused', allowUnused);
  const walk = new Walk(createGraph, keeps('grad', read.retainGraph, createGraph), edgesOf('grad', to));
  walk.run(from, seeds);
  return walk.captured.map((gradient, i) => {
    if (gradient === null && materializeGrads) return ops.zeros(to[i]!.shape, to[i]!.dtype);
    if (gradient === null && !allowUnused) {
      throw new GradError(`grad: the outputs do not depend on input ${i}. Pass { allowUnused: true } to get null for it.`);
    }
    return gradient;
  });
}

function isList(x: unknown): x is readonly Tensor[] {
  return Array.isArray(x);
}

/**
 * @internal The recorded gradients of an operation that is a kernel of its own: it is computed once more by `compute`, in operations that are
 * recorded, and that is differentiated with its graph.
 * @param grads those of what `compute` returns, null where nothing used it.
 */
export function gradientsOf<I extends ByName<I>>(
  op: string,
  operands: I,
  needs: Needs<I>,
  grads: readonly (Tensor | null)[],
  compute: (operands: I) => readonly Tensor[],
): Grads<I> {
  const names: (keyof I)[] = [];
  const ends: Tensor[] = [];
  for (const name of Object.keys(operands) as (keyof I)[]) {
    const x: Tensor | null = operands[name];
    if (x === null || !needs[name]) continue;
    names.push(name);
    // Differentiation stops at these, and does not run through the operands' own history.
    ends.push(record(op, aliasTensor(x, x.shape, x.strides, x.offset), { inputs: { x }, composed: (g) => ({ x: g }) }));
  }
  const outputs = compute({ ...operands, ...Object.fromEntries(names.map((name, i) => [name, ends[i]])) });
  const used: Tensor[] = [];
  const gradOutputs: Tensor[] = [];
  grads.forEach((grad, i) => {
    const output = outputs[i];
    if (!grad || !output) return;
    used.push(output);
    gradOutputs.push(grad);
  });
  const found = grad(used, ends, { gradOutputs, createGraph: true, allowUnused: true });
  const of = Object.fromEntries((Object.keys(operands) as (keyof I)[]).map((name) => [name, null]));
  names.forEach((name, i) => {
    of[name as string] = (found[i] ?? null) as never;
  });
  return of as Grads<I>;
}
