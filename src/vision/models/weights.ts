/** Trained weights for ready models: from a file or a state dict, also where the model has other classes than they do. */
import { ArgumentError, StateDictError, showShape } from '../../errors.js';
import { load, loadBytes } from '../../formats/files/files.js';
import type { Module } from '../../nn/module/module.js';
import type { StateDict } from '../../nn/module/state/state-dict.js';
import { countOf } from '../../tensor/arguments/checks.js';
import { describe, isOptions } from '../../tensor/arguments/show.js';
import { warnOnce } from '../../tensor/arguments/warn-once.js';
import { Tensor } from '../../tensor/tensor.js';

/** Where trained weights come from: the path of a .pth or .safetensors file, the bytes of one, or a state dict. */
export type Weights = string | Uint8Array | StateDict;

/** The options that every ready model takes. */
export interface ModelOptions {
  /** How many classes the model tells apart. Default: those of `weights`, else the model's own. */
  numClasses?: number;
  /**
   * Trained weights: torchvision's file, or what `save(model.stateDict(), path)` wrote. Where `numClasses` is another number than theirs
   * everything but the last layer is loaded, and a warning says so. Default: none; the weights are drawn.
   */
  weights?: Weights | null;
}

/** What a model says of itself to {@link withWeights}. */
export interface Trained<M extends Module> {
  /** The function that the user called. */
  readonly op: string;
  /** The path of the last layer, which has one output for each class. */
  readonly head: string;
  /** Without weights. */
  readonly defaultClasses: number;
  /** torchvision's file, where it offers one. */
  readonly file?: string;
  readonly make: (numClasses: number) => M;
}

/**
 * Makes a model, and loads the weights into it.
 * @throws {StateDictError} for weights of another model. @throws {FileError} for a path that cannot be read.
 */
export function withWeights<M extends Module>(model: Trained<M>, { numClasses, weights }: ModelOptions): M {
  const { op, head, defaultClasses, make } = model;
  if (numClasses !== undefined) countOf(op, 'numClasses', numClasses, 1);
  if (weights === undefined || weights === null) return make(numClasses ?? defaultClasses);
  const state = stateOf(model, weights);
  const given = state[`${head}.weight`];
  const classes = given instanceof Tensor && given.ndim === 2 ? given.shape[0]! : undefined;
  const made = make(numClasses ?? classes ?? defaultClasses);
  if (classes === undefined || numClasses === undefined || classes === numClasses) {
    loadInto(op, made, state);
    return made;
  }
  const own = made.stateDict();
  const fits = (given as Tensor).shape[1] === own[`${head}.weight`]!.shape[1];
  if (!fits)
    throw new StateDictError(
      `${op}: ${head}.weight of the weights is ${showShape((given as Tensor).shape)}, the model's is ${showShape(own[`${head}.weight`]!.shape)}; they differ in more than the classes. Are they another model's?`,
    );
  const rest = Object.fromEntries(Object.entries(state).filter(([key]) => !key.startsWith(`${head}.`)));
  const last = Object.entries(own).filter(([key]) => key.startsWith(`${head}.`));
  loadInto(op, made, { ...rest, ...Object.fromEntries(last) });
  warnOnce(
    `${op}: the weights tell ${classes} classes apart, the model ${numClasses}: all but its last layer, ${head}, is loaded. Train that before you use it.`,
  );
  return made;
}

function loadInto(op: string, model: Module, state: StateDict): void {
  try {
    model.loadStateDict(state);
  } catch (error) {
    if (error instanceof StateDictError) error.message = error.message.replace(/^loadStateDict/, op);
    throw error;
  }
}

function stateOf({ op, file }: Pick<Trained<Module>, 'op' | 'file'>, weights: unknown): StateDict {
  if (typeof weights === 'string') {
    if (/^(DEFAULT|IMAGENET1K_\w+|\w+_Weights\b.*)$/.test(weights))
      throw new ArgumentError(
        `${op}: weights is "${weights}", which torchvision would download. ${
          file === undefined ? 'Give the path of a file.' : `Download https://download.pytorch.org/models/${file} and give its path.`
        }`,
      );
    return load(weights);
  }
  if (weights instanceof Uint8Array) return loadBytes(weights);
  const dict = weights instanceof Map ? Object.fromEntries(weights) : weights;
  if (isOptions(dict)) return dict as StateDict;
  throw new ArgumentError(
    `${op}: weights is ${describe(weights)}, expected the path of a file, its bytes, or a state dict.${weights === true ? ' There is nothing to download from: give the path of a file.' : ''}`,
  );
}
