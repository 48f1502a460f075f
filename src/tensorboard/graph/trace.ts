/**
 * Follows a model's forward: which operations ran in which of its modules, and what each took. The tape of autograd has noted the operations; hooks
 * around every module say where they belong.
 */
import { enableGrad } from '../../autograd/modes/mode.js';
import type { Node } from '../../autograd/node.js';
import { ArgumentError } from '../../errors.js';
import { registerModuleForwardHook, registerModuleForwardPreHook } from '../../nn/module/calls/hooks.js';
import type { Module } from '../../nn/module/module.js';
import { Parameter } from '../../nn/module/state/parameter.js';
import { preservingState } from '../../report/summary/preserve-state.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { isOptions } from '../../tensor/arguments/show.js';
import { Tensor } from '../../tensor/tensor.js';
import { isFloating } from '../../tensor/values/dtype.js';

/** What a value comes from: an operation of the tape, a parameter or an input, or a call whose inside the tape did not note. */
export type Source = Node | Leaf | Call;

/** A tensor that nothing computed. */
export interface Leaf {
  readonly kind: 'input' | 'parameter';
  /** The scope of the module that has it; `input` for inputs. */
  readonly scope: string;
  readonly name: string;
  readonly shape: readonly number[];
}

/** A module's call that gave something without a gradient: whole numbers, what was made in `noGrad`. */
export interface Call {
  readonly kind: 'call';
  readonly scope: string;
  readonly name: string;
  readonly inputs: readonly Source[];
  readonly shape: readonly number[];
}

/** What ran. */
export interface Trace {
  /** Operations with the scope of each, the earliest first. */
  readonly nodes: ReadonlyMap<Node, string>;
  readonly leaves: readonly Leaf[];
  readonly calls: readonly Call[];
  readonly outputs: readonly { readonly source: Source | undefined; readonly shape: readonly number[] }[];
  /** The leaf of an accumulator of the tape. */
  leafOf(node: Node): Leaf | undefined;
  /** What an operation took that the tape does not know of: whole numbers. */
  readonly others: ReadonlyMap<Node, readonly Source[]>;
}

/** Runs the model once, in evaluation; it is as it was afterwards. */
export function trace(op: string, model: Module, inputs: readonly unknown[]): Trace {
  const scopes = scopesOf(model);
  const nodes = new Map<Node, string>();
  const leaves: Leaf[] = [];
  const calls: Call[] = [];
  const others = new Map<Node, readonly Source[]>();
  const leafByTensor = new Map<Tensor, Leaf>();
  const callByTensor = new Map<Tensor, Call>();
  const running: { readonly scope: string; readonly known: number }[] = [];

  const sourceOf = (tensor: Tensor): Source | undefined =>
    leafByTensor.get(tensor) ?? callByTensor.get(tensor) ?? (tensor.gradFn as Node | null) ?? undefined;

  /** Gives the operations behind a tensor that have no scope yet this one. */
  const claim = (tensor: Tensor, scope: string): void => {
    const waiting = tensor.gradFn === null ? [] : [tensor.gradFn as Node];
    for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
      if (nodes.has(node) || node.leaf !== undefined) continue;
      nodes.set(node, scope);
      for (const edge of node.edges) if (edge !== null) waiting.push(edge.node);
    }
  };

  const before = registerModuleForwardPreHook((module: Module, given: unknown[]) => {
    const caller = running.at(-1)?.scope;
    if (caller !== undefined) for (const tensor of tensorsIn(given)) claim(tensor, caller);
    const scope = scopes.get(module) ?? `${caller === undefined ? '' : `${caller}/`}${classNameOf(module)}`;
    running.push({ scope, known: nodes.size });
  });
  const after = registerModuleForwardHook(
    (module: Module, given: unknown[], output: unknown) => {
      const { scope, known } = running.pop()!;
      if (output instanceof Promise)
        throw new ArgumentError(
          `${op}: the forward of ${classNameOf(module)} is async, which cannot be followed. Give a model whose forward is not.`,
        );
      const taken = tensorsIn(given);
      const unknown = taken
        .flatMap((tensor) => leafByTensor.get(tensor) ?? callByTensor.get(tensor) ?? [])
        .filter((source) => !('edges' in source));
      for (const tensor of tensorsIn(output)) {
        claim(tensor, scope);
        if (sourceOf(tensor) !== undefined) continue;
        const from = taken.map(sourceOf).filter((source) => source !== undefined);
        const call: Call = { kind: 'call', scope, name: classNameOf(module), inputs: from, shape: tensor.shape };
        calls.push(call);
        callByTensor.set(tensor, call);
      }
      // The first operations of this call that take nothing but parameters took what the tape does not know.
      if (unknown.length === 0) return;
      for (const [node] of [...nodes].slice(known))
        if (!others.has(node) && node.edges.every((edge) => edge === null || edge.node.leaf instanceof Parameter))
          others.set(node, unknown);
    },
    { alwaysCall: false },
  );

  try {
    return preservingState(model, () =>
      enableGrad(() => {
        model.eval();
        // The parameters stay untouched: others on the same memory run in their places, all with gradients, so that the tape notes everything.
        const places = new Map<Tensor, Parameter>();
        for (const module of model.modules())
          for (const { kind, field, key, tensor } of module.ownTensors()) {
            if (kind !== 'parameter' || !isFloating(tensor.dtype)) continue;
            const place = places.get(tensor) ?? new Parameter(tensor.detach());
            if (!places.has(tensor)) {
              const leaf: Leaf = { kind: 'parameter', scope: scopes.get(module)!, name: key, shape: tensor.shape };
              leaves.push(leaf);
              leafByTensor.set(place, leaf);
            }
            places.set(tensor, place);
            module.setField(field, place);
          }
        let count = 0;
        const followed = inputs.map((input) =>
          mapTensors(input, (tensor) => {
            const copy = tensor.detach();
            if (isFloating(copy.dtype)) copy.requiresGrad_();
            const leaf: Leaf = { kind: 'input', scope: 'input', name: `input.${++count}`, shape: tensor.shape };
            leaves.push(leaf);
            leafByTensor.set(copy, leaf);
            return copy;
          }),
        );
        const output: unknown = (model.forward as (...given: unknown[]) => unknown)(...followed);
        const outputs = tensorsIn(output).map((tensor) => ({ source: sourceOf(tensor), shape: tensor.shape }));
        return {
          nodes: new Map([...nodes].sort(([a], [b]) => a.sequence - b.sequence)),
          leaves,
          calls,
          outputs,
          others,
          leafOf: (node) => (node.leaf === undefined ? undefined : leafByTensor.get(node.leaf)),
        };
      }),
    );
  } finally {
    before.remove();
    after.remove();
  }
}

/** `Net/Sequential[block]/Linear[0]` of every module, as PyTorch names the scopes of its graphs. */
function scopesOf(model: Module): Map<Module, string> {
  const out = new Map<Module, string>([[model, classNameOf(model)]]);
  for (const [path, module] of model.namedModules()) {
    if (path === '') continue;
    const steps = path.split('.');
    const parent = steps.slice(0, -1).join('.');
    const above = out.get(model.getSubmodule(parent)) ?? classNameOf(model);
    out.set(module, `${above}/${classNameOf(module)}[${steps.at(-1)}]`);
  }
  return out;
}

/** All tensors in a value: itself, or within lists and objects. */
function tensorsIn(value: unknown): Tensor[] {
  if (value instanceof Tensor) return [value];
  if (Array.isArray(value)) return value.flatMap(tensorsIn);
  return isOptions(value) ? Object.values(value).flatMap(tensorsIn) : [];
}

function mapTensors(value: unknown, by: (tensor: Tensor) => Tensor): unknown {
  if (value instanceof Tensor) return by(value);
  if (Array.isArray(value)) return value.map((item: unknown) => mapTensors(item, by));
  return isOptions(value) ? Object.fromEntries(Object.entries(value).map(([name, item]) => [name, mapTensors(item, by)])) : value;
}
