/** Gradients by name: what the named form of `record` takes, and how the walk, which goes by position, calls them. */
import type { Tensor } from '../tensor/tensor.js';
import { isGradEnabled } from './modes/mode.js';

/** Tensors by name. */
export type ByName<N> = { readonly [K in keyof N]: Tensor | null };

/** The gradient of `T`, or of each tensor of a list: null for one that nothing used. */
type GradOf<T> = T extends Tensor ? Tensor : { readonly [K in keyof T]: Tensor | null };

/** Which operands' gradients are wanted: never that of a null. */
export type Needs<I> = { readonly [K in keyof I]: boolean };

/** A gradient for every operand; null where it is not wanted. */
export type Grads<I> = { readonly [K in keyof I]: Tensor | null };

type Gradient<T, I, S> = (grad: GradOf<T>, saved: S, needs: Needs<I>) => Grads<I>;

/** What `record` notes of an operation that made a `T`. */
export type Tape<T, I, S> = {
  /** The operands, each of which may require gradients; null for an optional one that was not given. */
  inputs: I;
  /** What the gradients are computed from: operands, results, statistics. */
  saved?: S;
  /** Those of `saved` that nobody but this operation holds (masks, indices, statistics): they are freed as soon as they have been used. */
  own?: readonly (keyof NoInfer<S>)[];
} & (
  | {
      /** Gradients made of recorded operations, so that they can be differentiated again. */
      composed: Gradient<T, I, S>;
      /** The same by kernels of their own, which take `composed`'s place whenever backward is not itself recorded. */
      fused?: Gradient<T, I, S>;
    }
  /** Without `composed`, a second derivative is a named error. */
  | { fused: Gradient<T, I, S>; composed?: undefined }
);

export type AnyTensors = Readonly<Record<string, Tensor | null>>;
type AnyGradient = (grad: unknown, saved: AnyTensors, needs: Readonly<Record<string, boolean>>) => AnyTensors;

/** {@link Tape} of whatever names. */
export interface AnyTape {
  readonly inputs: AnyTensors;
  readonly saved?: AnyTensors;
  readonly own?: readonly string[];
  readonly fused?: AnyGradient;
  readonly composed?: AnyGradient;
}

/** The tensors that are there, in the order of their names. One loop: every operation that is recorded passes through. */
export function tensorsOf(named: AnyTensors): Tensor[] {
  const found: Tensor[] = [];
  for (const name in named) {
    const tensor = named[name]!;
    if (tensor !== null) found.push(tensor);
  }
  return found;
}

/** The names of those that are there, and after them the others. */
function namesOf(named: AnyTensors, present: number): string[] {
  const names: string[] = [];
  let all = 0;
  for (const name in named) {
    if (named[name] !== null) names.push(name);
    all++;
  }
  if (all > present) for (const name in named) if (named[name] === null) names.push(name);
  return names;
}

export function freeNamed(names: readonly string[] | undefined, tensors: AnyTensors | undefined): void {
  if (names !== undefined && tensors !== undefined) for (const name of names) tensors[name]?.storage.free();
}

/** The gradients of one call of an operation. Its node holds edges and saved tensors in the order of their names, without the nulls. */
export class NamedGradients {
  /** The operands' names, those that are null last. */
  private readonly inputs: readonly string[];
  private saved: AnyTensors;
  private readonly own: readonly string[] | undefined;
  private readonly fused: AnyGradient | undefined;
  readonly composed: AnyGradient | undefined;

  constructor(
    { inputs, saved, own, fused, composed }: AnyTape,
    /** How many operands are not null. */
    present: number,
    /** Whether there is a list of outputs. */
    private readonly listed: boolean,
  ) {
    this.inputs = namesOf(inputs, present);
    this.saved = saved ?? {};
    this.own = own;
    this.fused = fused;
    this.composed = composed;
  }

  /** The name of the operand along edge `i`. */
  operand(i: number): string {
    return this.inputs[i]!;
  }

  /** Gives gradients `other` in the place of `tensor`, which was saved. */
  exchange(tensor: Tensor, other: Tensor): void {
    const entries = Object.entries(this.saved).map(([name, value]) => [name, value === tensor ? other : value]);
    this.saved = Object.fromEntries(entries);
  }

  freeOwn(): void {
    freeNamed(this.own, this.saved);
  }

  /** The gradients of the operands along `edges`, from those of the outputs. */
  run(grad: Tensor, grads: readonly (Tensor | null)[], edges: readonly unknown[]): (Tensor | null)[] {
    const { inputs, fused, composed } = this;
    const gradient = composed === undefined || (fused !== undefined && !isGradEnabled()) ? fused! : composed;
    // Most gradients do not ask: without a third parameter there is none, rather than one that says no to everything.
    let needs: Record<string, boolean> | undefined;
    if (gradient.length > 2) {
      needs = {};
      for (let i = 0; i < inputs.length; i++) needs[inputs[i]!] = i < edges.length && edges[i] !== null;
    }
    const of = gradient(this.listed ? grads : grad, this.saved, needs!);
    const found = new Array<Tensor | null>(edges.length);
    for (let i = 0; i < edges.length; i++) found[i] = of[inputs[i]!]!;
    return found;
  }
}
