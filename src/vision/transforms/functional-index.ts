/** What `transforms.functional` holds. */

export { getDimensions, getImageNumChannels, getImageSize } from './base/image-like.js';
export { getSize } from './base/kinds.js';
export type { ClampBoundingBoxesFunctionOptions as ClampBoundingBoxesOptions, ClampKeypointsOptions } from './boxes/clamp.js';
export { clampBoundingBoxes, clampKeypoints } from './boxes/clamp.js';
export type { ConvertBoundingBoxFormatFunctionOptions as ConvertBoundingBoxFormatOptions } from './boxes/format.js';
export { convertBoundingBoxFormat } from './boxes/format.js';
export type { SanitizeBoundingBoxesFunctionOptions as SanitizeBoundingBoxesOptions, SanitizeKeypointsOptions } from './boxes/sanitize.js';
export { sanitizeBoundingBoxes, sanitizeKeypoints } from './boxes/sanitize.js';
export type { NormalizeFunctionOptions as NormalizeOptions } from './convert/normalize.js';
export { normalize } from './convert/normalize.js';
export type { ToPilImageOptions } from './convert/to-pil-image.js';
export { toPilImage } from './convert/to-pil-image.js';
export { pilToTensor, toTensor } from './convert/to-tensor.js';
export { centerCrop, crop } from './geometry/crop.js';
export type { TenCropFunctionOptions as TenCropOptions } from './geometry/five-crop.js';
export { fiveCrop, tenCrop } from './geometry/five-crop.js';
export { hflip, vflip } from './geometry/flip.js';
export type { PadFunctionOptions as PadOptions } from './geometry/pad.js';
export { pad } from './geometry/pad.js';
