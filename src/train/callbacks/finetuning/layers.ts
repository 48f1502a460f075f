/** Which parameters are meant by names of layers, and which layers a model has, from its input to its head. */
import { ArgumentError } from '../../../errors.js';
import type { Module } from '../../../nn/module/module.js';
import { show } from '../../../tensor/arguments/show.js';
import type { Tensor } from '../../../tensor/tensor.js';

/** Names of layers or parameters (`layer4`, `features.0.weight`), or a function that chooses parameters by name. */
export type LayerChoice = string | readonly string[] | ((name: string, parameter: Tensor) => boolean);

/** Whether a parameter stands in a layer, or is meant itself. */
export const isIn = (parameter: string, layer: string): boolean => parameter === layer || parameter.startsWith(`${layer}.`);

/** The layers with parameters that a model is made of, in order, by their paths; of one that only wraps another, the other's. */
export function layersOf(model: Module): string[] {
  let prefix = '';
  let within = model;
  for (;;) {
    const own = within.namedParameters().some(([name]) => !name.includes('.'));
    const parts = within.namedChildren().filter(([, child]) => child.parameters().length > 0);
    if (own || parts.length !== 1) return parts.map(([name]) => prefix + name);
    const [name, child] = parts[0]!;
    if (child.namedChildren().length === 0) return [prefix + name];
    prefix += `${name}.`;
    within = child;
  }
}

/**
 * The names of the parameters that are meant.
 * @throws {ArgumentError} for a name that no layer or parameter has.
 */
export function chosen(op: string, option: string, model: Module, choice: LayerChoice): Set<string> {
  const named = model.namedParameters();
  if (typeof choice === 'function')
    return new Set(named.filter(([name, parameter]) => choice(name, parameter) === true).map(([name]) => name));
  if (choice === 'backbone') {
    const layers = layersOf(model);
    const head = layers.at(-1);
    if (head === undefined || (layers.length < 2 && named.every(([name]) => isIn(name, head))))
      throw new ArgumentError(
        `${op}: ${option} is "backbone", but the model has one layer with parameters alone. Name what is to be frozen.`,
      );
    return new Set(named.filter(([name]) => !isIn(name, head)).map(([name]) => name));
  }
  const out = new Set<string>();
  for (const layer of [choice].flat() as string[]) {
    const found = named.filter(([name]) => isIn(name, layer));
    if (found.length === 0) throw unknownLayer(op, option, model, layer);
    for (const [name] of found) out.add(name);
  }
  return out;
}

/** The error of a name that is none of the model's. */
export function unknownLayer(op: string, option: string, model: Module, layer: unknown): ArgumentError {
  const known = layersOf(model).slice(0, 12).join(', ');
  return new ArgumentError(
    `${op}: ${option} names ${show(layer)}, but the model has no such layer with parameters; it has ${known}, and those within them.`,
  );
}
