/** The parameters that an optimizer steps. */
import type { Module } from '../../nn/module/module.js';
import type { Tensor } from '../../tensor/tensor.js';

/** The groups of an optimizer, which may be of any make. */
interface Groups {
  readonly paramGroups: readonly object[];
}

/** The parameters that an optimizer steps; those of the model where it does not tell. */
export function steppedParameters(model: Module, optimizer: Groups): readonly Tensor[] {
  const groups = optimizer.paramGroups as readonly { params?: readonly Tensor[] }[];
  return groups.every(({ params }) => params === undefined) ? model.parameters() : groups.flatMap(({ params = [] }) => params);
}

/** Those parameters, under the names that the model has for them. */
export function watchedParameters(model: Module, optimizer: Groups): readonly (readonly [string, Tensor])[] {
  const named = new Map<Tensor, string>(model.namedParameters().map(([name, parameter]) => [parameter, name]));
  const out: [string, Tensor][] = [];
  const groups = optimizer.paramGroups as readonly { params?: readonly Tensor[] }[];
  if (groups.every(({ params }) => params === undefined)) return [...named].map(([parameter, name]) => [name, parameter]);
  groups.forEach(({ params = [] }, g) => {
    params.forEach((parameter, i) => {
      out.push([named.get(parameter) ?? `parameter ${i} of group ${g}`, parameter]);
    });
  });
  return out;
}
