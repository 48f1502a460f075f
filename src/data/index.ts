/** `hone/data`: data sets, samplers, loaders, splits. */
import '#host';
import '../ops/methods.js';

export { Dataset, IterableDataset } from './dataset.js';
export type { DatasetLike, MapDataset, MaybePromise } from './dataset.js';
export { TensorDataset } from './tensor-dataset.js';
export { Subset, ConcatDataset } from './subset.js';
export { randomSplit } from './random-split.js';
export type { SplitOptions } from './random-split.js';
export { SequentialSampler, RandomSampler, SubsetRandomSampler, WeightedRandomSampler, BatchSampler } from './sampler.js';
export type { Sampler, RandomSamplerOptions } from './sampler.js';
export { DataLoader } from './data-loader.js';
export type { DataLoaderOptions } from './data-loader.js';
export { defaultCollate } from './collate.js';
export type { Collated } from './collate.js';
