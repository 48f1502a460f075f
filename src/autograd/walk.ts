/**
 * The walk of backward: along the tape once, from the newest node to the oldest, adding up gradients.
 *
 * Gradients in flight live in engine memory that nobody outside can see, so they are given back the moment they have been used:
 * `storage.pending` counts the slots that hold a block, and a block made during this walk is freed when its count falls to 0.
 * With `createGraph`, or once a hook has seen a gradient, that block is left to the garbage collector.
 */
import { engine } from '../engine/engine.js';
import { DTypeError, GradError, ShapeError, showShape } from '../errors.js';
import { assertTensor } from '../tensor/arguments/checks.js';
import { isContiguous, numel, type Shape, sameShape } from '../tensor/shape.js';
import { closeScope, escapeScope, openScope, type Scope, type Storage } from '../tensor/storage.js';
import { Tensor } from '../tensor/tensor.js';
import type { DType } from '../tensor/values/dtype.js';
import { anomaly, assertNoNaN } from './modes/anomaly.js';
import { isGradEnabled, setGradEnabled } from './modes/mode.js';
import { type Edge, edgeOf, type Node, notDifferentiable } from './node.js';

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

/** Those that `ops/` provided. */
export let ops: GradOps;

export function provideGradOps(provided: GradOps): void {
  ops = provided;
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

/** Numbers the walks' looks at the tape, so that each can leave its mark on the nodes that it has seen. */
let marks = 0;

/** One backward pass. */
export class Walk {
  /** The gradients of the wanted edges, in their order; null where none arrived. */
  readonly captured: (Tensor | null)[];
  /** Gradients for nodes that another walk, which called this one from a hook, has its own for. */
  private elsewhere: Map<Node, Slots> | null = null;
  private readonly capture: Map<Node, { index: number; input: number }[]> | null;
  private reaches: Map<Node, boolean> | null = null;
  private scope: Scope | undefined;

  constructor(
    private readonly createGraph: boolean,
    private readonly retainGraph: boolean,
    wanted: readonly Edge[] | null,
  ) {
    this.captured = wanted?.map(() => null) ?? [];
    const capture = wanted === null ? null : new Map<Node, { index: number; input: number }[]>();
    wanted?.forEach(({ node, index }, input) => {
      const list = capture!.get(node) ?? [];
      list.push({ index, input });
      capture!.set(node, list);
    });
    this.capture = capture;
  }

  /** Whether only the gradients of the wanted edges are computed, and no leaf gets any. */
  private get onlyCapture(): boolean {
    return this.capture !== null;
  }

  run(outputs: readonly Tensor[], seeds: readonly (Tensor | undefined)[]): void {
    const recordingBefore = isGradEnabled();
    setGradEnabled(this.createGraph);
    if (!this.createGraph) this.scope = openScope();
    let reached: readonly Node[] = [];
    try {
      for (let i = 0; i < outputs.length; i++) this.seed(outputs[i]!, seeds[i]);
      reached = this.order(outputs);
      for (let i = 0; i < reached.length; i++) this.visit(reached[i]!);
    } catch (error) {
      // What was on its way stays on no node.
      for (const output of outputs) {
        const edge = edgeOf(output);
        if (edge) this.take(edge.node);
      }
      for (const node of reached) this.take(node);
      throw error;
    } finally {
      setGradEnabled(recordingBefore);
      if (this.scope) closeScope(this.scope);
    }
    // What the tape held is garbage now, unless a scope is about to free it anyway.
    if (this.scope?.parent === null && !this.retainGraph) engine.memory.settle();
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
    const mark = ++marks;
    const stack = outputs.map((output) => edgeOf(output)!.node);
    const found: Node[] = [];
    const leaves: Node[] = [];
    let sorted = true;
    while (stack.length > 0) {
      const node = stack.pop()!;
      if (node.mark === mark) continue;
      node.mark = mark;
      if (node.leaf === undefined && found.length > 0 && node.sequence > found[found.length - 1]!.sequence) sorted = false;
      if (node.leaf !== undefined) leaves.push(node);
      else found.push(node);
      const { edges } = node;
      for (let i = 0; i < edges.length; i++) {
        const edge = edges[i]!;
        if (edge !== null && edge.node.mark !== mark) stack.push(edge.node);
      }
    }
    if (!sorted) found.sort((a, b) => b.sequence - a.sequence);
    for (let i = 0; i < leaves.length; i++) found.push(leaves[i]!);
    return found;
  }

  private visit(node: Node): void {
    const grads = this.take(node);
    if (grads === null) return;
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

  /** What has arrived for the outputs of `node`, on the node itself: maps cost more than small gradients do. */
  private slotsOf(node: Node): Slots {
    if (node.arrivedIn === this) return node.arrived!;
    const apart = node.arrivedIn !== null;
    let slots = apart ? this.elsewhere?.get(node) : undefined;
    if (slots !== undefined) return slots;
    slots = [null];
    for (let i = 1; i < node.outputs.length; i++) slots.push(null);
    if (apart) {
      this.elsewhere ??= new Map();
      this.elsewhere.set(node, slots);
    } else {
      node.arrivedIn = this;
      node.arrived = slots;
    }
    return slots;
  }

  /** Takes from `node` what has arrived for its outputs; null where nothing has. */
  private take(node: Node): Slots | null {
    if (node.arrivedIn === this) {
      const slots = node.arrived as Slots;
      node.arrivedIn = null;
      node.arrived = null;
      return slots;
    }
    const slots = this.elsewhere?.get(node) ?? null;
    this.elsewhere?.delete(node);
    return slots;
  }

  /** Adds a gradient to what has arrived for output `index` of `node`. */
  private put(node: Node, index: number, gradient: Tensor): void {
    const slots = this.slotsOf(node);
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
