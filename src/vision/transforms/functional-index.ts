/** What `transforms.functional` holds. */
export type {
  NormalizeFunctionOptions as NormalizeOptions,
  PadFunctionOptions as PadOptions,
  TenCropFunctionOptions as TenCropOptions,
  ToPilImageOptions,
} from './functional.js';
export {
  centerCrop,
  crop,
  fiveCrop,
  getDimensions,
  getImageNumChannels,
  getImageSize,
  hflip,
  normalize,
  pad,
  pilToTensor,
  tenCrop,
  toPilImage,
  toTensor,
  vflip,
} from './functional.js';
