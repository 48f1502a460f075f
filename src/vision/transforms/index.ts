/** The transforms of `hone/vision`, as torchvision groups them: classes, and functions under `functional`. */

export type {
  ComposeOptions,
  LambdaOptions,
  OutputOf,
  RandomApplyOptions,
  RandomChoiceOptions,
  RandomOrderOptions,
  Transforms,
} from './containers.js';
export { Compose, Lambda, RandomApply, RandomChoice, RandomOrder } from './containers.js';
export type { NormalizeOptions, ToPILImageOptions } from './convert.js';
export { Normalize, PILToTensor, ToPILImage, ToTensor } from './convert.js';
export type {
  CropOptions as CenterCropOptions,
  CropOptions as FiveCropOptions,
  PadOptions,
  RandomCropOptions,
  TenCropOptions,
} from './crop.js';
export { CenterCrop, FiveCrop, Pad, RandomCrop, TenCrop } from './crop.js';
export type { RandomFlipOptions as RandomHorizontalFlipOptions, RandomFlipOptions as RandomVerticalFlipOptions } from './flip.js';
export { RandomHorizontalFlip, RandomVerticalFlip } from './flip.js';
export type { FiveCrops, Margins, PaddingMode, Size } from './functional.js';
export * as functional from './functional-index.js';
export type { ImageLike, TransformOf } from './transform.js';
export { Transform } from './transform.js';
