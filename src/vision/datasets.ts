/** The data sets of `hone/vision`, as torchvision groups them. */

export type { DigitsOptions } from './digits.js';
export { Digits, digits, digitsBytes } from './digits.js';
export type { ImageOptions as ImageDatasetOptions } from './image-dataset.js';
export { ImageDataset } from './image-dataset.js';
