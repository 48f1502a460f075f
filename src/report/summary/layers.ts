/** The rows of a summary: every call of a layer, with what it took, gave and holds. Counted as torchinfo 1.8 counts. */
import type { HookHandle } from '../../autograd/hooks.js';
import { ArgumentError } from '../../errors.js';
import { ModuleDict } from '../../nn/containers/dict.js';
import { ModuleList } from '../../nn/containers/list.js';
import { Sequential } from '../../nn/containers/sequential.js';
import type { Module } from '../../nn/module/module.js';
import { PackedSequence } from '../../nn/recurrent/packed-sequence.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { Tensor } from '../../tensor/tensor.js';
import { dtypes } from '../../tensor/values/dtype.js';

/** Sizes of an input or output; those of an object with a batch dim stand in a list of their own. */
export type LayerSize = readonly (number | readonly number[])[];

/** A weight of a layer, for the verbose table. */
export interface InnerWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly numParams: number;
}

/** One call of a layer. */
export class LayerInfo {
  /** The name of its class. */
  static readonly className: string = 'LayerInfo';
  readonly className: string;
  /** Which one it is among the rows of its depth, from 1. */
  depthIndex = 0;
  /** All rows below it. */
  children: readonly LayerInfo[] = [];
  /** Whether its forward has finished. */
  executed = false;
  /** Whether it holds no other layers. */
  readonly isLeafLayer: boolean;
  /** Whether the same module has a row above. */
  isRecursive = false;
  /** The size of what went in. */
  inputSize: LayerSize = [];
  /** The size of what came out. */
  outputSize: LayerSize = [];
  /** The size of its window; null where it has none. */
  readonly kernelSize: number | readonly number[] | null;
  /** Of all its parameters, those of its submodules included. */
  numParams = 0;
  /** How many of its parameters are trained. */
  trainableParams = 0;
  /** The bytes of its parameters. */
  paramBytes = 0;
  /** The bytes of what came out. */
  outputBytes = 0;
  /** Multiplications with following addition, of the whole batch. */
  macs = 0;
  /** Its weights, for the verbose table. */
  innerWeights: readonly InnerWeight[] = [];

  /**
   * One call of a layer.
   * @param varName its name in its parent.
   * @param parent null for the model itself.
   */
  constructor(
    /** Its name in its parent. */
    readonly varName: string,
    /** The layer. */
    readonly module: Module,
    /** Its depth; 0 for the model. */
    readonly depth: number,
    /** The row above it; null for the model. */
    readonly parent: LayerInfo | null,
  ) {
    this.className = classNameOf(module);
    this.isLeafLayer = module.children().every(isEmptyContainer);
    this.kernelSize = kernelOf(module);
  }

  /** Counts its parameters. */
  countParams(): void {
    const named = this.module.namedParameters();
    this.numParams = total(named.map(([, p]) => p.numel()));
    this.trainableParams = total(named.map(([, p]) => (p.requiresGrad ? p.numel() : 0)));
    this.paramBytes = total(named.map(([, p]) => p.numel() * dtypes[p.dtype].bytes));
    this.innerWeights = named
      .filter(([name]) => this.parent !== null || !name.includes('.'))
      .map(([name, p]) => {
        const [first, second, ...rest] = p.shape as [number, number, ...number[]];
        return { name, shape: name === 'weight' && p.shape.length > 1 ? [second, first, ...rest] : p.shape, numParams: p.numel() };
      });
  }

  /** Counts a weight once per place of the output where it works: each sample, for convolutions each position, for recurrent layers each step. */
  countMacs(): void {
    const size = this.outputSize;
    for (const [name, parameter] of this.module.namedParameters()) {
      const own = name === 'weight' || name === 'bias';
      if (!own && !name.includes('weight') && !name.includes('bias')) continue;
      const places = !own
        ? size.slice(0, 2)
        : (this.module.constructor as typeof Module).kind === 'conv'
          ? [...size.slice(0, 1), ...size.slice(2)]
          : size.slice(0, 1);
      this.macs += parameter.numel() * product(places);
    }
  }

  /** What it holds itself, outside of the rows below it. */
  get leftoverParams(): number {
    return this.#leftover('numParams');
  }

  /** Those of the parameters outside of the rows below it that are trained. */
  get leftoverTrainableParams(): number {
    return this.#leftover('trainableParams');
  }

  /** Kept, for the rows for which it was computed: every row above asks again. */
  #kept: { readonly children: readonly LayerInfo[]; numParams?: number; trainableParams?: number } | null = null;

  #leftover(count: 'numParams' | 'trainableParams'): number {
    if (this.#kept?.children !== this.children) this.#kept = { children: this.children };
    const kept = this.#kept!;
    kept[count] ??=
      this[count] -
      total(this.children.map((child) => (child.isRecursive ? 0 : child.isLeafLayer ? child[count] : child.#leftover(count))));
    return kept[count];
  }

  /** Whether its parameters are trained: True, False, Partial, or -- where it has none. */
  get trainable(): 'True' | 'False' | 'Partial' | '--' {
    if (this.numParams === 0) return '--';
    if (this.trainableParams === 0) return 'False';
    return this.numParams === this.trainableParams ? 'True' : 'Partial';
  }
}

const total = (numbers: readonly number[]): number => numbers.reduce((sum, n) => sum + n, 0);

/** A container without modules, which Python takes for false where torchinfo looks for children. */
function isEmptyContainer(module: Module): boolean {
  const container = module instanceof Sequential || module instanceof ModuleList || module instanceof ModuleDict;
  return container && module.childEntries().length === 0;
}

function kernelOf(module: Module): number | readonly number[] | null {
  const { kernelSize } = module as { readonly kernelSize?: unknown };
  if (typeof kernelSize === 'number') return kernelSize;
  return Array.isArray(kernelSize) ? [...(kernelSize as number[])] : null;
}

/** The product of sizes, nested ones too; 1 for none. */
export function product(size: LayerSize): number {
  return size.reduce<number>((all, n) => all * (typeof n === 'number' ? n : product(n)), 1);
}

type Sized = readonly [size: LayerSize, elementBytes: number];

const ofTensor = (x: Tensor): Sized => [x.shape, dtypes[x.dtype].bytes];
const dataOf = (value: unknown): unknown => (value instanceof PackedSequence ? value.data : value);

/** The size of what went in or came out, and the bytes of an element: of the first tensor of a list, of the last value of an object. */
function sizeOf(value: unknown, batchDim: number | null): Sized {
  const oneAt = (size: LayerSize, dim: number): LayerSize => [...size.slice(0, dim), 1, ...size.slice(dim + 1)];
  if (value instanceof Tensor) return ofTensor(value);
  const first = value instanceof PackedSequence ? value.data : Array.isArray(value) ? dataOf(value[0]) : null;
  if (first instanceof Tensor) {
    const [size, bytes] = ofTensor(first);
    return [batchDim === null ? size : oneAt(size, batchDim), bytes];
  }
  if (Array.isArray(value)) {
    const [size, bytes] = nestedSize(value);
    return [batchDim !== null && batchDim < size.length ? size.with(batchDim, 1) : size, bytes];
  }
  if (typeof value !== 'object' || value === null) return [[], 0];
  const [size, bytes] = nestedSize(Object.values(value).at(-1));
  return [batchDim === null ? size : [oneAt(size, batchDim) as number[]], bytes];
}

/** Of the first tensor inside. */
function nestedSize(value: unknown): Sized {
  const data = dataOf(value);
  if (data instanceof Tensor) return ofTensor(data);
  if (typeof data !== 'object' || data === null) return [[], 0];
  return nestedSize(Object.values(data)[0]);
}

/** How many rows a table without a forward may have before modules that stand in several places are listed without what they hold. */
const MANY_ROWS = 2000;

/**
 * A row for every call of a layer inside `run`, in the order of the calls, and for the containers around them; without `run`, for every
 * module, in the order of their declaration.
 * @param run calls the model's forward; it gets a function that gives the layers that have finished.
 */
export function listLayers(model: Module, batchDim: number | null, run: ((finished: () => LayerInfo[]) => void) | null): LayerInfo[] {
  const rows: LayerInfo[] = [];
  const seen = new Set<Module>();
  const latest = new Map<Module, LayerInfo>();
  const hooks = new Map<Module, HookHandle[]>();
  const removeHooks = (module: Module) => hooks.get(module)?.forEach((hook) => hook.remove());

  /**
   * A module, and then what it holds. With a forward, one that stands in several places goes by the last: found by looking from the end,
   * once at each module, since the places may be 2^depth.
   */
  const visit = (name: string, module: Module, depth: number, parent: LayerInfo | null): void => {
    for (let above = parent; above !== null; above = above.parent)
      if (above.module === module) throw new ArgumentError(`summary: ${classNameOf(module)} contains itself, as "${name}".`);
    if (run !== null && hooks.has(module)) return;
    const repeated = seen.has(module);
    const known = new LayerInfo(name, module, depth, parent);
    latest.set(module, known);
    const enter = () => {
      const row = new LayerInfo(name, module, depth, parent);
      row.countParams();
      row.isRecursive = seen.has(module);
      rows.push(row);
      seen.add(module);
      latest.set(module, row);
    };
    const leave = (_: Module, inputs: unknown[], output: unknown) => {
      const row = latest.get(module)!;
      [row.inputSize] = sizeOf(inputs, batchDim);
      const [size, elementBytes] = sizeOf(output, batchDim);
      row.outputSize = size;
      row.outputBytes = elementBytes * product(size);
      row.executed = true;
      row.countMacs();
    };
    if (run === null) enter();
    else hooks.set(module, [module.registerForwardPreHook(enter), module.registerForwardHook(leave)]);
    if (repeated && rows.length > MANY_ROWS) return;
    const entries = module.childEntries();
    for (const [childName, child] of run === null ? entries : entries.reverse()) visit(childName, child, depth + 1, known);
  };

  try {
    visit(classNameOf(model), model, 0, null);
    run?.(() => rows.filter((row) => row.executed));
  } finally {
    for (const module of hooks.keys()) removeHooks(module);
  }
  if (run !== null) addContainers(rows, seen);
  numberRows(rows);
  return rows;
}

/** Puts containers whose forward is not called, as a ModuleList, before what they hold. */
function addContainers(rows: LayerInfo[], seen: Set<Module>): void {
  const current = new Map<number, LayerInfo>();
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    let at = i;
    const above: LayerInfo[] = [];
    for (let parent = row.parent; parent !== null && parent.depth > 0; parent = parent.parent) above.unshift(parent);
    for (const container of above) {
      if (current.get(container.depth)?.module === container.module || rows.at(at - 1) === container) continue;
      container.countParams();
      if (seen.has(container.module)) container.isRecursive = true;
      seen.add(container.module);
      current.set(container.depth, container);
      rows.splice(at++, 0, container);
    }
    // Where rows were put before it, the loop meets this row again, with its containers in place.
    current.set(row.depth, row);
    for (let depth = row.depth + 1; current.delete(depth); depth++);
  }
}

function numberRows(rows: readonly LayerInfo[]): void {
  const counts: number[] = [];
  rows.forEach((row, i) => {
    row.depthIndex = counts[row.depth] = (counts[row.depth] ?? 0) + 1;
    let end = i + 1;
    while (end < rows.length && rows[end]!.depth > row.depth) end++;
    row.children = rows.slice(i + 1, end);
  });
}
