/** The tape: nodes that remember how a tensor was made, and `record`, with which an operation adds one. */
import { GradError, showShape } from '../errors.js';
import { type Shape, sameShape } from '../tensor/shape.js';
import type { Storage } from '../tensor/storage.js';
import type { GradFn, Tensor } from '../tensor/tensor.js';
import type { DType } from '../tensor/values/dtype.js';
import { isFloating } from '../tensor/values/dtype.js';
import { anomaly, noteCall } from './modes/anomaly.js';
import { isGradEnabled, isInferenceModeEnabled } from './modes/mode.js';
import { type AnyTape, type ByName, freeNamed, NamedGradients, type Tape, tensorsOf } from './named-gradients.js';

export type { Grads, Needs } from './named-gradients.js';

/** Where a gradient goes: to output `index` of `node`. */
export interface Edge {
  readonly node: Node;
  readonly index: number;
}

/**
 * Gradients of an operation's inputs from those of its outputs. `saved` holds what `record` was given, checked for in-place changes;
 * `needs(i)` says whether input i's gradient is wanted (others may be null). A gradient may have any shape that the input's shape
 * broadcasts to: it is summed down to the input's.
 */
export type Backward = (
  grad: Tensor,
  saved: readonly Tensor[],
  needs: (input: number) => boolean,
  grads: readonly (Tensor | null)[],
) => readonly (Tensor | null)[];

interface SavedTensor {
  readonly tensor: Tensor;
  /** What the tensor was when it was saved: a model may be converted, or a tensor given other data, before backward comes. */
  readonly storage: Storage;
  readonly dtype: DType;
  readonly shape: Shape;
  readonly version: number;
}

function noted(tensor: Tensor): SavedTensor {
  const { storage, dtype, shape } = tensor;
  return { tensor, storage, dtype, shape, version: tensor.counter.version };
}

interface InputMeta {
  readonly shape: Shape;
  readonly dtype: DType;
}

export type TensorHook = (grad: Tensor) => Tensor | undefined | void;

let nextSequence = 0;

/** Where the tape is: the {@link Node.sequence} of the node that will be made next. */
export function tapePosition(): number {
  return nextSequence;
}

export class Node implements GradFn {
  /** Later nodes have higher numbers; backward goes from high to low. */
  readonly sequence: number;
  readonly edges: (Edge | null)[];
  /** Shapes and dtypes of the inputs, which their gradients must get. */
  readonly inputs: InputMeta[];
  /** Hooks on the gradient of output i. */
  hooks: { index: number; hook: TensorHook }[] | undefined;
  /** Tensors that keep their gradients (`retainGrad`), which are those of output i after its hooks. */
  retained: { index: number; tensor: Tensor }[] | undefined;
  /** Whether backward may go through it only once unless the graph is retained, although it saves nothing: as PyTorch's changes of views. */
  once = false;
  /** The leaf whose gradient this node collects; such a node has no backward. */
  leaf: Tensor | undefined;
  /** PyTorch's name of the operation where `name` does not say it: without `Backward0`, or whole. See {@link named}. */
  label: string | undefined;
  /** For walks alone: the number of the last one that saw this node, and gradients of the outputs on their way in one that has yet to visit it. */
  mark = 0;
  arrived: (Tensor | null)[] | null = null;
  arrivedIn: object | null = null;
  private saved: SavedTensor[] | null = null;

  constructor(
    readonly name: string,
    readonly outputs: readonly InputMeta[],
    inputs: readonly Tensor[],
    private backward: Backward | NamedGradients | null,
    /** What messages call the inputs, where `backward` does not say. */
    private readonly names?: readonly string[],
  ) {
    // Loops by index over lists of their final length, here and below: every recorded operation passes through, and a list that grows takes
    // room for seventeen.
    this.edges = new Array<Edge | null>(inputs.length);
    this.inputs = new Array<InputMeta>(inputs.length);
    for (let i = 0; i < inputs.length; i++) {
      const input = inputs[i]!;
      this.edges[i] = edgeOf(input);
      this.inputs[i] = { shape: input.shape, dtype: input.dtype };
    }
    // Only now: an edge to a view may just have made the node that it leads to.
    this.sequence = nextSequence++;
    if (anomaly.on) noteCall(this);
  }

  /** What messages call input `i`. */
  inputName(i: number): string {
    return this.backward instanceof NamedGradients ? this.backward.operand(i) : (this.names?.[i] ?? `input ${i}`);
  }

  /** Whether backward runs a fused kernel, whose own derivative nobody wrote. */
  get fused(): boolean {
    return this.backward instanceof NamedGradients && this.backward.composed === undefined;
  }

  /** Whether a gradient can go anywhere from here. */
  leads(): boolean {
    for (let i = 0; i < this.edges.length; i++) if (this.edges[i] !== null) return true;
    return false;
  }

  save(tensors: readonly Tensor[]): void {
    const saved = new Array<SavedTensor>(tensors.length);
    for (let i = 0; i < tensors.length; i++) {
      const tensor = tensors[i]!;
      if (tensor.isInference) {
        throw new GradError(
          `${this.name}: a tensor made in inferenceMode() cannot be saved for backward. Clone it outside, or use noGrad().`,
        );
      }
      saved[i] = noted(tensor);
    }
    this.saved = saved;
  }

  saveNothing(): void {
    this.saved = [];
    if (this.backward instanceof NamedGradients) this.backward = null;
  }

  /** Saves `target`, which has become what `result` was, in its place. */
  overwritten(result: Tensor, target: Tensor): void {
    this.exchange((tensor) => (tensor === result ? target : tensor));
  }

  /** Puts `copy(tensor)`, with the history of the tensor, in the place of all saved tensors that lie in a storage about to be overwritten. */
  preserve(storage: Storage, copy: (tensor: Tensor) => Tensor): void {
    this.exchange((tensor) => {
      if (tensor.storage !== storage) return tensor;
      const kept = copy(tensor);
      kept.ownGradFn = tensor.gradFn;
      kept.outputIndex = tensor.outputIndex;
      return kept;
    });
  }

  private exchange(by: (tensor: Tensor) => Tensor): void {
    this.saved?.forEach(({ tensor }, i, saved) => {
      const other = by(tensor);
      if (other === tensor) return;
      saved[i] = noted(other);
      if (this.backward instanceof NamedGradients) this.backward.exchange(tensor, other);
    });
  }

  /** Runs the gradient function. */
  apply(grads: readonly (Tensor | null)[], grad: Tensor): readonly (Tensor | null)[] {
    if (this.backward === null || this.saved === null) {
      throw new GradError(
        `backward: the graph through ${this.name} was freed by an earlier backward(). Pass { retainGraph: true } to the first one to go through it twice.`,
      );
    }
    const tensors = new Array<Tensor>(this.saved.length);
    for (let i = 0; i < this.saved.length; i++) {
      const entry = this.saved[i]!;
      const { tensor } = entry;
      if (tensor.storage !== entry.storage || tensor.dtype !== entry.dtype || !sameShape(tensor.shape, entry.shape))
        throw new GradError(replaced(this.name, entry));
      if (tensor.counter.version !== entry.version) throw new GradError(modified(this.name, tensor, entry.version));
      tensors[i] = tensor;
    }
    if (this.backward instanceof NamedGradients) return this.backward.run(grad, grads, this.edges);
    return this.backward(grad, tensors, (i) => this.edges[i] != null, grads);
  }

  /** Drops what was saved, and frees what nobody else can hold. */
  release(): void {
    // Without saved values backward costs no memory, and PyTorch allows it again.
    if (this.saved === null || (this.saved.length === 0 && !this.once)) return;
    if (this.backward instanceof NamedGradients) this.backward.freeOwn();
    this.saved = null;
    this.backward = null;
  }

  /** Whether what lies there was saved. */
  keeps(memory: Storage): boolean {
    return this.saved?.some(({ storage }) => storage === memory) ?? false;
  }

  /** What was saved, unchecked; empty after release. */
  savedTensors(): Tensor[] {
    return this.saved?.map(({ tensor }) => tensor) ?? [];
  }
}

function modified(op: string, tensor: Tensor, version: number): string {
  const made = tensor.gradFn ? `, which is output ${tensor.outputIndex} of ${tensor.gradFn.name},` : '';
  return (
    `backward: one of the values that ${op} needs for its gradient was changed by an in-place operation: ${tensor.dtype} ${showShape(tensor.shape)}${made} ` +
    `is at version ${tensor.counter.version}; expected version ${version}. Use the out-of-place form (add instead of add_), or clone the tensor before changing it.`
  );
}

function replaced(op: string, { tensor, dtype, shape }: SavedTensor): string {
  return (
    `backward: one of the values that ${op} needs for its gradient was given other memory after the forward pass: it was ${dtype} ${showShape(shape)} ` +
    `and is ${tensor.dtype} ${showShape(tensor.shape)}. Convert a model, or assign data, before the forward pass or after backward().`
  );
}

/** The edge along which a tensor's gradient travels, or null when it needs none. */
export function edgeOf(tensor: Tensor): Edge | null {
  const node = tensor.gradFn as Node | null;
  if (node !== null) return { node, index: tensor.outputIndex };
  if (!tensor.leafRequiresGrad) return null;
  return { node: accumulatorOf(tensor), index: 0 };
}

/** Told of a leaf when an operation is first recorded on it, or a hook put on it; set by nn. */
export const leafUse: { first: ((leaf: Tensor) => void) | null } = { first: null };

/** Makes `tensor` output `index` of `node`. A gradient that it keeps is from now on that of the new output; hooks stay with the old one. */
export function setGradFn(tensor: Tensor, node: Node, index = 0): void {
  const old = tensor.ownGradFn as Node | null;
  const kept = old?.retained?.findIndex((entry) => entry.tensor === tensor) ?? -1;
  if (kept >= 0) {
    old!.retained!.splice(kept, 1);
    (node.retained ??= []).push({ index, tensor });
  }
  tensor.ownGradFn = node;
  tensor.outputIndex = index;
}

/** The node that collects a leaf's gradients. */
export function accumulatorOf(leaf: Tensor): Node {
  if (leaf.accumulator === null) {
    const node = new Node('AccumulateGrad', [leaf], [], null);
    node.leaf = leaf;
    leaf.accumulator = node;
    leafUse.first?.(leaf);
  }
  return leaf.accumulator as Node;
}

export function anyRequiresGrad(tensors: readonly Tensor[]): boolean {
  for (let i = 0; i < tensors.length; i++) if (tensors[i]!.requiresGrad) return true;
  return false;
}

/**
 * Notes on the tape how `out` was made from `inputs`, when recording is on and one of them requires gradients; returns `out`.
 *
 * By name, which is how to write an operation: operands, what is saved and the gradients are objects, so that a forgotten gradient or a
 * name that was never saved does not compile, and an optional operand is simply null.
 *
 *     return record('scale', out, {
 *       inputs: { x, weight },
 *       saved: { x, weight },
 *       composed: (dy, { x, weight }, needs) => ({
 *         x: needs.x ? (weight ? mul(dy, weight) : dy) : null,
 *         weight: needs.weight ? mul(dy, x) : null,
 *       }),
 *     });
 *
 * By position, for operands that are a list (`cat`), for views and copies, which save nothing, and for the elementwise table and products,
 * where each tenth of a microsecond is felt; then `names` say what messages call the operands.
 *
 * Either way gradients must take tensors only from what is saved: what they capture otherwise is neither checked for changes nor dropped
 * after use. A gradient may have any shape that its operand's broadcasts to: it is summed down.
 */
export function record<const T extends Tensor | readonly Tensor[], I extends ByName<I>, S extends ByName<S> = object>(
  name: string,
  out: T,
  tape: Tape<T, I, S>,
): T;
export function record<T extends Tensor | readonly Tensor[]>(
  name: string,
  out: T,
  inputs: readonly Tensor[],
  saved: readonly Tensor[],
  backward: Backward,
  names?: readonly string[],
): T;
export function record<T extends Tensor | readonly Tensor[]>(
  name: string,
  out: T,
  inputs: unknown,
  saved?: readonly Tensor[],
  backward?: Backward,
  names?: readonly string[],
): T {
  if (backward === undefined) return recordByName(name, out, inputs as AnyTape);
  const operands = inputs as readonly Tensor[];
  return isGradEnabled() && anyRequiresGrad(operands) ? note(name, out, operands, saved!, backward, names) : unrecorded(out);
}

function recordByName<T extends Tensor | readonly Tensor[]>(name: string, out: T, tape: AnyTape): T {
  const { inputs, saved, own } = tape;
  const operands = isGradEnabled() ? tensorsOf(inputs) : [];
  if (anyRequiresGrad(operands)) {
    const kept = saved === undefined ? [] : tensorsOf(saved);
    return note(name, out, operands, kept, new NamedGradients(tape, operands.length, Array.isArray(out)));
  }
  // Nothing will be needed for backward: what only backward wanted goes back at once.
  freeNamed(own, saved);
  return unrecorded(out);
}

function note<T extends Tensor | readonly Tensor[]>(
  name: string,
  out: T,
  inputs: readonly Tensor[],
  saved: readonly Tensor[],
  backward: Backward | NamedGradients,
  names?: readonly string[],
): T {
  const outputs = asList(out);
  const node = new Node(
    name,
    outputs.length === 1 ? [{ shape: outputs[0]!.shape, dtype: outputs[0]!.dtype }] : outputs.map(({ shape, dtype }) => ({ shape, dtype })),
    inputs,
    backward,
    names,
  );
  for (let i = 0; i < outputs.length; i++) {
    const tensor = outputs[i]!;
    if (!isFloating(tensor.dtype)) continue;
    if (tensor.ownGradFn !== null) setGradFn(tensor, node, i);
    tensor.ownGradFn = node;
    tensor.outputIndex = i;
    tensor.viewVersion = tensor.counter.version;
  }
  if (anomaly.on) anomaly.observer?.made(node, outputs);
  // Views made inside noGrad() require gradients that lead nowhere: nothing is kept for them.
  if (node.leads()) node.save(saved);
  else node.saveNothing();
  return out;
}

/** Marks what is made in inferenceMode(); a view of an ordinary tensor stays one, whatever the mode. */
export function unrecorded<T extends Tensor | readonly Tensor[]>(out: T): T {
  if (isInferenceModeEnabled()) for (const tensor of asList(out)) if (tensor.viewBase === null) tensor.isInference = true;
  return out;
}

/**
 * Names the operation that made `out` for printing, where several nodes stand for one of PyTorch: `Stack`, or `SumBackward1` where its form has
 * a number. `out` must be fresh: a tensor that was given keeps its own name.
 */
export function named<T extends Tensor>(label: string, out: T): T {
  if (out.ownGradFn !== null) (out.ownGradFn as Node).label = label;
  return out;
}

/** Whether {@link record} would note an operation on these operands: for those that then keep more than their result. */
export function willRecord(operands: readonly (Tensor | null)[]): boolean {
  return isGradEnabled() && operands.some((x) => x?.requiresGrad === true);
}

/** The same of one operand, for operations so small that what {@link record} is given costs as much as they do: without a tape they end in {@link unrecorded}. */
export function isRecorded(x: Tensor): boolean {
  return x.requiresGrad && isGradEnabled();
}

function asList(out: Tensor | readonly Tensor[]): readonly Tensor[] {
  return Array.isArray(out) ? (out as readonly Tensor[]) : [out as Tensor];
}

/**
 * Whether a node that `out` comes from keeps `memory` for its gradient. Only nodes are looked at that are not older than `since`, where the tape
 * was ({@link tapePosition}) before anything was made in that memory.
 */
export function keptForGradient(memory: Storage, out: Tensor, since: number): boolean {
  const seen = new Set<Node>();
  const keeps = (node: Node): boolean => {
    if (node.sequence < since || seen.has(node)) return false;
    seen.add(node);
    if (node.keeps(memory)) return true;
    for (const edge of node.edges) if (edge !== null && keeps(edge.node)) return true;
    return false;
  };
  const last = out.gradFn as Node | null;
  return last !== null && keeps(last);
}

/** A node whose derivative nobody wrote: backward through it is an error that names the operation. */
export function notDifferentiable(name: string, outputs: readonly Tensor[], inputs: readonly Tensor[]): void {
  record(name, outputs, inputs, [], () => {
    throw new GradError(
      `backward: ${name} has a fused gradient that cannot be differentiated again. Compose it from simpler operations where second derivatives are needed.`,
    );
  });
}
