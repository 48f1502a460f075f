/** The contents of `transforms.v2`: the names of `transforms`, of which those below draw, compute or print otherwise. */
export * from './v1-index.js';
export {
  ColorJitter,
  GaussianBlur,
  Grayscale,
  RandomAdjustSharpness,
  RandomAutocontrast,
  RandomGrayscale,
  RandomPosterize,
  RandomSolarize,
} from './v2/color.js';
export type { InputClass } from './v2/containers.js';
export { Compose, Lambda, RandomApply, RandomChoice, RandomOrder } from './v2/containers.js';
export { ConvertImageDtype, Normalize } from './v2/convert.js';
export * as functional from './v2/functional-index.js';
export { Pad, RandomCrop } from './v2/geometry.js';
export { AugMix, AutoAugment, RandAugment, TrivialAugmentWide } from './v2/policies.js';
export { RandomResizedCrop, Resize } from './v2/resize.js';
export { ElasticTransform, RandomAffine, RandomErasing, RandomPerspective, RandomRotation } from './v2/warp.js';
