/** Where NaN or infinity comes from: a step run once more, with an eye on each layer and each operation. */

import { observeOperations } from '../../autograd/modes/anomaly.js';
import { noGrad } from '../../autograd/modes/mode.js';
import type { Node } from '../../autograd/node.js';
import { samplesOf } from '../../data/loader/sample-numbers.js';
import { showShape } from '../../errors.js';
import { registerModuleForwardHook } from '../../nn/module/calls/hooks.js';
import type { Module } from '../../nn/module/module.js';
import { running } from '../../nn/module/unregistered/in-calls.js';
import { isfinite, isnan } from '../../ops/elementwise/comparison.js';
import { allNonzero, any } from '../../ops/reduce/sum.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { full } from '../../tensor/create/create.js';
import { Tensor } from '../../tensor/tensor.js';
import { isFloating } from '../../tensor/values/dtype.js';
import { item } from '../../tensor/values/transfer.js';
import { type BatchStep, computeLoss } from './batch-step.js';

/** How to go backward once more. */
export interface BackwardAgain {
  readonly parameters: readonly Tensor[];
  /** What it starts from. */
  readonly seed: number;
}

/** Where the first NaN or infinity was found. */
export interface NonFiniteOrigin {
  /** In the batch, in the weights before the step, or while it ran. */
  readonly phase: 'data' | 'weights' | 'forward' | 'loss' | 'backward' | 'unknown';
  /** The path of the layer in the model; undefined outside of its layers. */
  readonly layer?: string | undefined;
  /** The class of that layer. */
  readonly layerClass?: string | undefined;
  /** The operation, by the name that its gradient function has. */
  readonly operation?: string | undefined;
  /** The layer and the operation that gave the infinity out of which the NaN came; undefined where it came of none. */
  readonly cause?: Pick<NonFiniteOrigin, 'layer' | 'layerClass' | 'operation'> | undefined;
  /** The numbers of the samples in the batch, where the data holds it. */
  readonly samples?: readonly number[] | undefined;
  /** Their numbers in the data set, where the loader knows them. */
  readonly inDataset?: readonly number[] | undefined;
  /** In words. */
  readonly text: string;
}

type Kind = 'NaN' | 'infinity';

/** What is wrong with a tensor, if anything. */
function kindOf(x: Tensor): Kind | undefined {
  if (!isFloating(x.dtype)) return undefined;
  return noGrad(() => (allNonzero(isfinite(x)) ? undefined : item(any(isnan(x))) ? 'NaN' : 'infinity'));
}

/** What the operations of a step gave. */
interface Made {
  readonly kind: Kind | undefined;
  readonly module: Module | null;
  readonly inLoss: boolean;
  readonly line: string | undefined;
}

/**
 * Runs a step again and says where the first NaN or infinity appeared. Random numbers and buffers are the caller's to set back.
 * @param backward where the loss was finite: the parameters, whose gradients are made anew, and what backward starts from.
 */
export function traceNonFinite<B>(step: BatchStep<B>, batch: B, backward?: BackwardAgain): NonFiniteOrigin {
  return inData(batch) ?? inWeights(step.model) ?? new Trace(step).run(batch, backward);
}

/** In the batch itself? */
function inData(batch: unknown): NonFiniteOrigin | undefined {
  const parts = Array.isArray(batch)
    ? batch.map((part, i): [string, unknown] => [
        i === batch.length - 1 && i > 0 ? 'the target' : batch.length > 2 ? `input ${i}` : 'the input',
        part,
      ])
    : Object.entries(batch instanceof Tensor ? { 'the batch': batch } : ((batch ?? {}) as object));
  for (const [name, part] of parts) {
    const kind = part instanceof Tensor ? kindOf(part) : undefined;
    if (kind === undefined) continue;
    const x = part as Tensor;
    const samples = x.ndim === 0 ? [] : noGrad(() => badRows(x));
    const all = samplesOf(batch);
    const inDataset = all?.length === x.shape[0] ? samples.map((i) => all![i]!) : undefined;
    const numbers = inDataset ? `, ${list(inDataset)} in the data set` : '';
    const where =
      samples.length > 0
        ? ` in ${samples.length === 1 ? 'sample' : 'samples'} ${list(samples)} (of ${x.shape[0]}, from 0 on)${numbers}`
        : '';
    return {
      phase: 'data',
      samples,
      inDataset,
      text: `It is in the data: ${name} of the batch, ${x.dtype} ${showShape(x.shape)}, holds ${kind}${where}.`,
    };
  }
  return undefined;
}

function badRows(x: Tensor): number[] {
  const good = isfinite(x).reshape(x.shape[0]!, -1).all(1).toTypedArray();
  return Array.from(good, Number).flatMap((ok, i) => (ok ? [] : [i]));
}

const list = (numbers: readonly number[]) => (numbers.length > 8 ? `${numbers.slice(0, 8).join(', ')}, …` : numbers.join(', '));

/** In what an earlier step, or whoever loaded them, left in parameters and buffers? */
function inWeights(model: Module): NonFiniteOrigin | undefined {
  for (const [name, value] of [...model.namedParameters(), ...model.namedBuffers()]) {
    const kind = kindOf(value);
    if (kind === undefined) continue;
    const layer = name.slice(0, Math.max(0, name.lastIndexOf('.')));
    const text = `It is in the weights: ${name} held ${kind} before this step, from an earlier one or from the file that was loaded. Try a lower learning rate, or gradientClipping.`;
    return { phase: 'weights', layer, text };
  }
  return undefined;
}

const UNKNOWN: NonFiniteOrigin = {
  phase: 'unknown',
  text: 'The same step, run again, gave finite numbers: something in it does not repeat, such as random numbers of its own, or a state that the model keeps.',
};

class Trace<B> {
  private readonly made = new Map<object, Made>();
  private readonly paths: ReadonlyMap<Module, string>;
  /** The first layer that gave what it was not given, for operations that no gradient goes through. */
  private layer: Module | undefined;
  private inLoss = false;
  /** Whether it goes backward, too: then any operation may turn out to be the one. */
  private back = false;
  private backward: { node: Node; kind: Kind; input: number } | undefined;

  constructor(private readonly step: BatchStep<B>) {
    this.paths = new Map(step.model.namedModules().map(([path, module]) => [module, path]));
  }

  run(batch: B, back?: BackwardAgain): NonFiniteOrigin {
    const { step } = this;
    this.back = back !== undefined;
    const hook = registerModuleForwardHook((module: Module, inputs: unknown[], output: unknown) => {
      if (this.layer || this.inLoss || !(output instanceof Tensor) || kindOf(output) === undefined) return;
      if (inputs.every((input) => !(input instanceof Tensor) || kindOf(input) === undefined)) this.layer = module;
    });
    try {
      return observeOperations(
        {
          made: (node, outputs) => this.note(node, outputs),
          gave: (node, gradients) => this.look(node as Node, gradients),
        },
        () => {
          const beforeLoss = () => {
            this.inLoss = true;
          };
          const scored = computeLoss({ ...step, beforeLoss }, batch);
          const kind = kindOf(scored.loss);
          if (kind !== undefined) return this.forward(scored.loss, kind);
          if (!back) return UNKNOWN;
          const { shape, dtype } = scored.loss;
          const inputs = back.parameters.filter((parameter) => parameter.requiresGrad);
          scored.loss.backward({ gradient: full(shape, back.seed, { dtype }), inputs });
          return this.ofBackward(inputs);
        },
      );
    } finally {
      hook.remove();
    }
  }

  private note(node: object, outputs: readonly Tensor[]): void {
    const kinds = outputs.map(kindOf);
    const kind = kinds.includes('NaN') ? 'NaN' : kinds.find((one) => one !== undefined);
    this.made.set(node, { kind, module: running.innermost, inLoss: this.inLoss, line: kind || this.back ? callLine() : undefined });
  }

  private look(node: Node, gradients: readonly (Tensor | null)[]): void {
    if (this.backward) return;
    for (const [input, gradient] of gradients.entries()) {
      const kind = gradient === null ? undefined : kindOf(gradient);
      if (kind === undefined) continue;
      this.backward = { node, kind, input };
      return;
    }
  }

  /** From the loss back to the operation that gave the first such value: those before it gave none. */
  private forward(loss: Tensor, kind: Kind): NonFiniteOrigin {
    const start = loss.gradFn as Node | null;
    const first = start && this.follow(start, kind);
    const made = first && this.made.get(first);
    if (!first || !made) {
      const place = this.layer ? this.placeOf(this.layer) : undefined;
      return {
        phase: this.layer ? 'forward' : 'loss',
        ...(this.layer && { layer: this.paths.get(this.layer) ?? '', layerClass: classNameOf(this.layer) }),
        text: place
          ? `The first ${kind} appeared in the forward pass, in ${place}.`
          : `The first ${kind} appeared in the loss, or outside of the model's layers.`,
      };
    }
    const given = first.savedTensors().some((x) => x.gradFn === null && !x.requiresGrad && kindOf(x) === kind);
    if (given && !made.inLoss) return this.beforeGradients(first, made, kind);
    // NaN often comes of an infinity: 0 · ∞, ∞ - ∞.
    const infinite = kind === 'NaN' ? this.operandsOf(first).find((node) => this.made.get(node)?.kind === 'infinity') : undefined;
    const before = infinite && this.follow(infinite, 'infinity');
    const cause = before ? ` It came of an infinity, which ${before.label ?? before.name} gave ${this.where(this.made.get(before)!)}.` : '';
    return {
      ...this.placed(made, first),
      ...(before && { cause: this.placed(this.made.get(before)!, before) }),
      phase: made.inLoss ? 'loss' : 'forward',
      text: `The first ${kind} appeared in the ${made.inLoss ? 'loss' : 'forward pass'}: ${first.label ?? first.name} gave it ${this.where(made)}.${cause}`,
    };
  }

  /** In operations that no gradient goes through, and that are not recorded: the layer is as near as one comes. */
  private beforeGradients(first: Node, made: Made, kind: Kind): NonFiniteOrigin {
    const { layer } = this;
    return {
      phase: 'forward',
      ...(layer && { layer: this.paths.get(layer) ?? '', layerClass: classNameOf(layer) }),
      text: `The first ${kind} appeared in the forward pass${layer ? `, in ${this.placeOf(layer)}` : ''}, before ${first.label ?? first.name} ${this.where(made)}, whose input held it already.`,
    };
  }

  private ofBackward(parameters: readonly Tensor[]): NonFiniteOrigin {
    const { backward } = this;
    if (backward) {
      const { node, kind, input } = backward;
      const made = this.made.get(node) ?? { kind: undefined, module: null, inLoss: false, line: undefined };
      return {
        ...this.placed(made, node),
        phase: 'backward',
        text: `Walking back from the loss, the gradients first held ${kind} in that of ${node.label ?? node.name} with respect to its ${node.inputName(input)}, ${this.where(made)}.`,
      };
    }
    const broken = parameters.find(({ ownGrad }) => ownGrad !== null && kindOf(ownGrad) !== undefined);
    const name = this.step.model.namedParameters().find(([, parameter]) => parameter === broken)?.[0];
    if (broken)
      return {
        phase: 'backward',
        layer: name?.slice(0, Math.max(0, name.lastIndexOf('.'))),
        text: `It appeared where the gradients of ${name ?? 'a parameter'} were added up: each is finite, their sum is not.`,
      };
    return UNKNOWN;
  }

  /** Back through operations that gave the same kind, to the first of them. */
  private follow(start: Node, kind: Kind): Node | undefined {
    let node: Node | undefined =
      this.made.get(start)?.kind === kind ? start : this.operandsOf(start).find((one) => this.made.get(one)?.kind === kind);
    const seen = new Set<Node>();
    while (node && !seen.has(node)) {
      seen.add(node);
      const before: Node | undefined = this.operandsOf(node).find((one) => this.made.get(one)?.kind === kind);
      if (!before) return node;
      node = before;
    }
    return node;
  }

  private operandsOf(node: Node): Node[] {
    return node.edges.flatMap((edge) => (edge === null ? [] : [edge.node]));
  }

  private placed({ module }: Made, { label, name }: Node): Pick<NonFiniteOrigin, 'layer' | 'layerClass' | 'operation'> {
    const path = module ? this.paths.get(module) : undefined;
    return { operation: label ?? name, ...(module && path !== undefined && { layer: path, layerClass: classNameOf(module) }) };
  }

  private where({ module, inLoss, line }: Made): string {
    const place =
      module && (this.paths.has(module) || !inLoss)
        ? `in ${this.placeOf(module)}`
        : inLoss
          ? `in the loss${module ? ` (${classNameOf(module)})` : ''}`
          : "outside of the model's layers";
    return line === undefined ? place : `${place}, called at ${line}`;
  }

  private placeOf(module: Module): string {
    const path = this.paths.get(module);
    return path === undefined
      ? `a ${classNameOf(module)}`
      : path === ''
        ? `the forward of ${classNameOf(module)} itself`
        : `layer ${path} (${classNameOf(module)})`;
  }
}

/** Where the user's own code called: the first line of the stack that is not of this library. */
function callLine(): string | undefined {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = 60;
  const lines = (new Error().stack ?? '').split('\n').slice(1);
  Error.stackTraceLimit = before;
  // This file's own line tells where the library lies: in a folder of sources, or among the chunks of a bundle.
  const own = /((?:file:\/\/)?\/[^\s()]*?|[A-Za-z]:[^\s()]*?|https?:\/\/[^\s()]*?)([^/\\\s()]*):\d+:\d+\)?$/.exec(lines[0] ?? '')?.[1];
  const root = own?.replace(/train[\\/]batch[\\/]$/, '');
  const line = lines.find(
    (one) =>
      !(root && one.includes(root) && !/\.test\.[jt]sx?:/.test(one)) &&
      !/node:internal|^\s*at (async )?(new )?(Promise|Array|Map|Set)\b.*<anonymous>/.test(one),
  );
  return line === undefined ? undefined : /\(?((?:file:\/\/)?[^\s()]+:\d+:\d+)\)?$/.exec(line)?.[1]?.replace('file://', '');
}
