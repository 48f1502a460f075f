/** `hone/data`: data sets, samplers, loaders, splits. */
import '#host';
import '../ops/methods/methods.js';

export type { Collated } from './collate.js';
export { defaultCollate } from './collate.js';
export type { Stacked } from './combined.js';
export { ChainDataset, ConcatDataset, StackDataset } from './combined.js';
export type { DataLoaderOptions, Entries } from './data-loader.js';
export { DataLoader } from './data-loader.js';
export type { DatasetLike, MapDataset, MaybePromise } from './dataset.js';
export { Dataset, IterableDataset } from './dataset.js';
export type { RandomSplitOptions, RandomSplitOptions as SplitOptions } from './random-split.js';
export { randomSplit } from './random-split.js';
export type { RandomSamplerOptions, Sampler, SubsetRandomSamplerOptions, WeightedRandomSamplerOptions } from './sampler.js';
export { BatchSampler, RandomSampler, SequentialSampler, SubsetRandomSampler, WeightedRandomSampler } from './sampler.js';
export type { Source } from './subset.js';
export { Subset } from './subset.js';
export { TensorDataset } from './tensor-dataset.js';
