/**
 * Backward: walks the tape once, from the newest node to the oldest, and adds up gradients.
 *
 * Gradients in flight live in engine memory that nobody outside can see, so they are given back the moment they have been used:
 * `storage.pending` counts the slots that hold a block, and a block made during this walk is freed when its count falls to 0.
 * With `createGraph`, or once a hook has seen a gradient, that block is left to the garbage collector.
 */
import { ArgumentError, DTypeError, GradError, ShapeError, showShape } from '../errors.js';
import { type Arguments, readArguments, type Settings } from '../tensor/arguments/arguments.js';
import { assertBoolean, assertTensor, assertTensorList, assertTensorOrNull } from '../tensor/arguments/checks.js';
import { isContiguous, numel, type Shape, sameShape } from '../tensor/shape.js';
import { closeScope, escapeScope, openScope, type Scope, type Storage } from '../tensor/storage.js';
import { Tensor } from '../tensor/tensor.js';
import type { DType } from '../tensor/values/dtype.js';
import { anomaly, assertNoNaN } from './modes/anomaly.js';
import { isGradEnabled, setGradEnabled } from './modes/mode.js';
import { edgeOf, Node, notDifferentiable } from './node.js';

/** The few operations that backward itself needs; `ops/` stands above this folder and provides them. */
export interface GradOps {
  add(a: Tensor, b: Tensor): Tensor;
  addInto(target: Tensor, b: Tensor): void;
  sumTo(x: Tensor, shape: Shape): Tensor;
  cast(x: Tensor, dtype: DType): Tensor;
  clone(x: Tensor): Tensor;
  /** A row-major copy, recorded where recording is on. */
  copy(x: Tensor): Tensor;
  ones(shape: Shape, dtype: DType): Tensor;
  zeros(shape: Shape, dtype: DType): Tensor;
  hasNaN(x: Tensor): boolean;
}

let ops: GradOps;

export function provideGradOps(provided: GradOps): void {
  ops = provided;
}

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

function edgesOf(op: string, inputs: readonly Tensor[]): { node: Node; index: number }[] {
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
  if (typeof allowUnused !== 'boolean') assertBoolean('grad', 'allowUnused', allowUnused);
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

/** A leaf may have been converted, or given other data, since the forward pass: what it collects is of its own dtype and shape. */
function assertFits(leaf: Tensor, gradient: Tensor, what: string): void {
  if (gradient.dtype === leaf.dtype && sameShape(gradient.shape, leaf.shape)) return;
  throw new GradError(
    `backward: a leaf is ${leaf.dtype} ${showShape(leaf.shape)}, and ${what} ${gradient.dtype} ${showShape(gradient.shape)}. ` +
      'Convert a model, or assign data, before the forward pass, and clear the gradients.',
  );
}

type Slots = (Tensor | null)[];

class Walk {
  readonly captured: (Tensor | null)[];
  private readonly slots = new Map<Node, Slots>();
  private readonly capture: Map<Node, { index: number; input: number }[]> | null;
  private readonly onlyCapture: boolean;
  private reaches: Map<Node, boolean> | null = null;
  private scope: Scope | undefined;

  constructor(
    private readonly createGraph: boolean,
    private readonly retainGraph: boolean,
    wanted: readonly { node: Node; index: number }[] | null,
  ) {
    this.captured = wanted?.map(() => null) ?? [];
    const capture = wanted === null ? null : new Map<Node, { index: number; input: number }[]>();
    wanted?.forEach(({ node, index }, input) => {
      const list = capture!.get(node) ?? [];
      list.push({ index, input });
      capture!.set(node, list);
    });
    this.capture = capture;
    this.onlyCapture = wanted !== null;
  }

  run(outputs: readonly Tensor[], seeds: readonly (Tensor | undefined)[]): void {
    const recordingBefore = isGradEnabled();
    setGradEnabled(this.createGraph);
    if (!this.createGraph) this.scope = openScope();
    try {
      outputs.forEach((output, i) => this.seed(output, seeds[i]));
      for (const node of this.order(outputs)) this.visit(node);
    } finally {
      setGradEnabled(recordingBefore);
      if (this.scope) closeScope(this.scope);
    }
  }

  private seed(output: Tensor, gradient: Tensor | undefined): void {
    const edge = edgeOf(output);
    if (!edge) throw new GradError('backward: an output does not require gradients and no recorded operation made it.');
    if (gradient === undefined) {
      if (numel(output.shape) !== 1) {
        throw new GradError(
          `backward: the gradient can be created implicitly only for a tensor of one element, got shape ${showShape(output.shape)}. Reduce it with mean() or sum(), or pass { gradient }.`,
        );
      }
      gradient = ops.ones(output.shape, output.dtype);
    } else {
      if (!sameShape(gradient.shape, output.shape)) {
        throw new ShapeError(
          `backward: gradient has shape ${showShape(gradient.shape)}, expected the tensor's own ${showShape(output.shape)}`,
        );
      }
      if (gradient.dtype !== output.dtype)
        throw new DTypeError(`backward: gradient is ${gradient.dtype}, expected the tensor's own ${output.dtype}`);
    }
    this.put(edge.node, edge.index, gradient);
  }

  /** Every node that gradients can reach, newest first; leaves last. */
  private order(outputs: readonly Tensor[]): Node[] {
    const seen = new Set<Node>();
    const stack = outputs.map((output) => edgeOf(output)!.node);
    const found: Node[] = [];
    const leaves: Node[] = [];
    while (stack.length > 0) {
      const node = stack.pop()!;
      if (seen.has(node)) continue;
      seen.add(node);
      if (node.leaf !== undefined) leaves.push(node);
      else found.push(node);
      const { edges } = node;
      for (let i = 0; i < edges.length; i++) {
        const edge = edges[i]!;
        if (edge !== null && !seen.has(edge.node)) stack.push(edge.node);
      }
    }
    found.sort((a, b) => b.sequence - a.sequence);
    for (let i = 0; i < leaves.length; i++) found.push(leaves[i]!);
    return found;
  }

  private visit(node: Node): void {
    const grads = this.slots.get(node);
    if (!grads) return;
    this.slots.delete(node);
    const passes = node.leaf === undefined && node.leads() && (!this.onlyCapture || this.leadsToCapture(node));
    const captures = this.capture?.get(node);
    if (this.onlyCapture && !passes && !captures) {
      this.drop(grads);
      return;
    }
    // As in PyTorch, an input of grad() behind which another one lies gets its gradient as it was before its hooks.
    const captured = captures && passes ? [...grads] : grads;
    if (node.hooks) this.runHooks(node, grads);
    if (node.retained) this.retain(node.retained, grads);
    if (captures) {
      for (const { index, input } of captures) {
        const gradient = captured[index] ?? null;
        if (gradient) this.keep(gradient.storage);
        this.captured[input] = gradient;
      }
    }
    if (node.leaf) {
      if (!this.onlyCapture) this.accumulate(node.leaf, grads[0]!);
      this.drop(grads);
      return;
    }
    if (passes) this.propagate(node, grads);
    this.drop(grads);
    if (!this.retainGraph) node.release();
  }

  private propagate(node: Node, grads: Slots): void {
    let first = grads[0] ?? null;
    if (first === null) {
      // An output that nothing used: its gradient is zero. Operations with several outputs take `grads` and skip the nulls.
      const meta = node.outputs[0]!;
      first = node.outputs.length === 1 ? ops.zeros(meta.shape, meta.dtype) : (grads.find((g) => g != null) ?? null);
    }
    const results = node.apply(grads, first!);
    if (anomaly.on) assertNoNaN(node, results, ops.hasNaN);
    if (this.createGraph && node.fused) {
      const made = results.filter((r): r is Tensor => r !== null && r.gradFn === null);
      notDifferentiable(`the gradient of ${node.name}`, made, [...grads.filter((g): g is Tensor => g != null), ...node.savedTensors()]);
    }
    for (let i = 0; i < node.edges.length; i++) {
      const edge = node.edges[i];
      const result = results[i];
      if (edge == null || result == null) continue;
      this.put(edge.node, edge.index, this.fit(node, i, result));
    }
  }

  /** Brings a gradient to the shape and dtype of its input: sums over what was broadcast. */
  private fit(node: Node, input: number, gradient: Tensor): Tensor {
    if (!(gradient instanceof Tensor)) assertTensor(`backward: ${node.name}`, `the gradient of ${node.inputName(input)}`, gradient);
    const { shape, dtype } = node.inputs[input]!;
    if (!sameShape(gradient.shape, shape)) {
      const lead = gradient.shape.length - shape.length;
      const expandable = lead >= 0 && shape.every((size, d) => size === 1 || size === gradient.shape[lead + d]);
      if (!expandable)
        throw new GradError(
          `backward: ${node.name} returned a gradient of shape ${showShape(gradient.shape)} for ${node.inputName(input)}, expected ${showShape(shape)}`,
        );
      gradient = ops.sumTo(gradient, shape);
    }
    return gradient.dtype === dtype ? gradient : ops.cast(gradient, dtype);
  }

  /** Adds a gradient to what has arrived for output `index` of `node`. */
  private put(node: Node, index: number, gradient: Tensor): void {
    let slots = this.slots.get(node);
    if (!slots) {
      slots = new Array<Tensor | null>(node.outputs.length).fill(null);
      this.slots.set(node, slots);
    }
    const present = slots[index] ?? null;
    gradient.storage.pending++;
    if (present === null) {
      slots[index] = gradient;
      return;
    }
    if (this.owns(present) && present.storage.pending === 1 && isContiguous(present.shape, present.strides)) {
      ops.addInto(present, gradient);
      this.drop([gradient]);
      return;
    }
    const sum = ops.add(present, gradient);
    sum.storage.pending++;
    slots[index] = sum;
    this.drop([present, gradient]);
  }

  /** Whether a gradient's block was made in this walk and no user code can hold it. */
  private owns(gradient: Tensor): boolean {
    return this.scope !== undefined && gradient.storage.scope === this.scope;
  }

  /** Lets a block outlive the walk: it passes to the scope around it, or to that of the leaf whose gradient it becomes. */
  private keep(storage: Storage, to: Scope | null | undefined = this.scope?.parent): void {
    if (this.scope !== undefined && storage.scope === this.scope) escapeScope(storage, to ?? null);
  }

  private drop(grads: Slots): void {
    for (const gradient of grads) {
      if (gradient == null) continue;
      const { storage } = gradient;
      storage.pending--;
      if (storage.pending === 0 && this.owns(gradient)) storage.free();
    }
  }

  private runHooks(node: Node, grads: Slots): void {
    for (const { index, hook } of [...node.hooks!]) {
      const gradient = grads[index];
      if (gradient == null) continue;
      this.keep(gradient.storage);
      const replaced = hook(gradient) ?? undefined;
      if (replaced === undefined) continue;
      assertTensor(`backward: a hook on ${node.name}`, 'the value returned', replaced);
      if (replaced.dtype !== gradient.dtype) {
        throw new DTypeError(
          `backward: a hook on ${node.name} returned a ${replaced.dtype} gradient, expected ${gradient.dtype}. Use to('${gradient.dtype}').`,
        );
      }
      if (!sameShape(replaced.shape, gradient.shape)) {
        throw new ShapeError(
          `backward: a hook on ${node.name} returned a gradient of shape ${showShape(replaced.shape)}, expected ${showShape(gradient.shape)}`,
        );
      }
      this.keep(replaced.storage);
      gradient.storage.pending--;
      replaced.storage.pending++;
      grads[index] = replaced;
    }
  }

  /** Adds gradients to those that tensors which are no leaves keep. */
  private retain(kept: readonly { index: number; tensor: Tensor }[], grads: Slots): void {
    for (const { index, tensor } of kept) {
      const gradient = grads[index];
      if (gradient == null) continue;
      const present = tensor.ownGrad;
      const sum = present === null ? ops.copy(gradient) : ops.add(present, gradient);
      this.keep(sum.storage, tensor.storage.scope);
      tensor.ownGrad = sum;
      tensor.gradExposed = true;
    }
  }

  private accumulate(leaf: Tensor, gradient: Tensor): void {
    if (!leaf.leafRequiresGrad) return; // it stopped doing so after the forward pass
    const present = leaf.ownGrad;
    assertFits(leaf, gradient, 'its gradient');
    if (present !== null) assertFits(leaf, present, 'the gradient that it has already');
    if (present === null) {
      const whole = gradient.offset === 0 && isContiguous(gradient.shape, gradient.strides);
      const stolen = this.owns(gradient) && gradient.storage.pending === 1 && whole;
      const kept = stolen || this.createGraph ? gradient : ops.clone(gradient);
      this.keep(kept.storage, leaf.storage.scope);
      leaf.ownGrad = kept;
      leaf.gradExposed = this.createGraph;
    } else if (this.createGraph) {
      leaf.ownGrad = ops.add(present, gradient);
      leaf.gradExposed = true;
    } else {
      ops.addInto(present, gradient);
    }
  }

  /** Whether a wanted input lies behind `node`, so that `grad` does no work for others. */
  private leadsToCapture(node: Node): boolean {
    this.reaches ??= new Map();
    const { reaches, capture } = this;
    const stack: Node[] = [node];
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      if (reaches.has(top)) {
        stack.pop();
        continue;
      }
      const pending = top.edges.filter((e) => e !== null && !reaches.has(e.node));
      if (pending.length > 0) {
        for (const edge of pending) stack.push(edge!.node);
        continue;
      }
      reaches.set(
        top,
        top.edges.some((e) => e !== null && (capture!.has(e.node) || reaches.get(e.node) === true)),
      );
      stack.pop();
    }
    return reaches.get(node)!;
  }
}
