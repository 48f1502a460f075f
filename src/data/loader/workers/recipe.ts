/** How a worker comes by the data set of its loader. */
import { ArgumentError } from '../../../errors.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { ConcatDataset } from '../../datasets/combined.js';
import { ArrayDataset, asDataset, type DatasetLike, type MapDataset } from '../../datasets/dataset.js';
import { ModuleDataset, makeDataset } from '../../datasets/module-dataset.js';
import { Subset } from '../../datasets/subset.js';
import { TensorDataset } from '../../datasets/tensor-dataset.js';
import { type Packed, pack, unpack } from './packing.js';

/** What structured clone copies of a data set. */
export type Recipe =
  | { readonly kind: 'module'; readonly url: string; readonly args: readonly unknown[] }
  | { readonly kind: 'subset'; readonly of: Recipe; readonly indices: readonly number[] }
  | { readonly kind: 'concat'; readonly of: readonly Recipe[] }
  | { readonly kind: 'tensors' | 'samples'; readonly items: Packed };

/** @throws {ArgumentError} for a data set that cannot cross to another thread. */
export function checkCrosses(dataset: unknown): void {
  recipe(dataset, () => ({ kind: 'value', value: undefined }));
}

/** How to make a data set again. @throws {ArgumentError} as {@link checkCrosses}. */
export function recipeOf(dataset: unknown): Recipe {
  return recipe(dataset, (items) => pack(items, []));
}

function recipe(dataset: unknown, packed: (items: unknown) => Packed): Recipe {
  if (dataset instanceof ModuleDataset) return { kind: 'module', url: dataset.url, args: dataset.args };
  const inner = (part: unknown) => recipe(part, packed);
  // A class of the user's that extends one of these may answer otherwise, and its methods stay behind.
  if (isExactly(dataset, Subset)) return { kind: 'subset', of: inner(dataset.dataset), indices: dataset.indices };
  if (isExactly(dataset, ConcatDataset)) return { kind: 'concat', of: dataset.datasets.map(inner) };
  if (isExactly(dataset, TensorDataset)) return { kind: 'tensors', items: packed(dataset.tensors) };
  if (isExactly(dataset, ArrayDataset)) return { kind: 'samples', items: packed(dataset.samples) };
  if (Array.isArray(dataset)) return { kind: 'samples', items: packed(dataset) };
  throw new ArgumentError(
    `DataLoader: numWorkers is above 0, but a ${classNameOf(dataset as object)} cannot cross to another thread: its methods stay behind. Let a module make it: await ModuleDataset.load(new URL('./module.js', import.meta.url)), or leave numWorkers at 0.`,
  );
}

// biome-ignore lint/suspicious/noExplicitAny: whatever its constructor takes
function isExactly<C>(value: unknown, Class: new (...args: any[]) => C): value is C {
  return value instanceof Class && (value as object).constructor === Class;
}

/** The data set of a recipe. */
export async function follow(recipe: Recipe): Promise<MapDataset<unknown>> {
  switch (recipe.kind) {
    case 'module':
      return asDataset((await makeDataset(recipe.url, recipe.args)) as DatasetLike<unknown>, 'ModuleDataset');
    case 'subset':
      return new Subset((await follow(recipe.of)) as MapDataset<unknown> & { get(index: number): unknown }, recipe.indices);
    case 'concat':
      return new ConcatDataset((await Promise.all(recipe.of.map(follow))) as (MapDataset<unknown> & { get(index: number): unknown })[]);
    case 'tensors':
      return new TensorDataset(...(unpack(recipe.items) as Tensor[]));
    case 'samples':
      return asDataset(unpack(recipe.items) as unknown[], 'DataLoader');
  }
}
