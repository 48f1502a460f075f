/** The contents of `transforms.v2.functional`: the functions of `transforms.functional`, of which those below round otherwise. */
export * from '../functional-index.js';
export {
  adjustContrast,
  adjustGamma,
  adjustHue,
  adjustSaturation,
  adjustSharpness,
  autocontrast,
  gaussianBlur,
  rgbToGrayscale,
  rgbToGrayscale as toGrayscale,
} from './color.js';
export { convertImageDtype } from './convert.js';
export { resize, resizedCrop } from './resize.js';
export { affine, elastic, elastic as elasticTransform, perspective, rotate } from './warp.js';
