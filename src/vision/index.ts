/** `hone/vision`: images and data sets of them. */
import '#host';
import '../ops/methods/methods.js';

export * as datasets from './datasets/index.js';
export type { DigitsOptions } from './digits.js';
export { Digits, digits, digitsBytes } from './digits.js';
export type { ImageMode, ResizeOptions, RotateOptions, TransformMethod, TransformOptions, TransposeMethod } from './image/image.js';
export { Image } from './image/image.js';
export type { Box, Resample } from './image/resize.js';
export type { WarpFilter } from './image/warp.js';
export type { ImageOptions, ImageOptions as ImageDatasetOptions, LabelledImages, Normalization } from './image-dataset.js';
export { ImageDataset } from './image-dataset.js';
export type { ImageFileFormat } from './io/decoding.js';
export type { ImageSource, ReadImageOptions } from './io/read-image.js';
export { readImage } from './io/read-image.js';
export type { WriteImageOptions, WriteImageOptions as EncodeImageOptions } from './io/write-image.js';
export { encodeImage, writeImage } from './io/write-image.js';
export * as models from './models/index.js';
export * as transforms from './transforms/index.js';
export * as tvTensors from './tv-tensors-index.js';
