/** What `tvTensors` holds. */
export type {
  BoundingBoxesOptions,
  BoundingBoxFormat,
  CanvasSize,
  ClampingMode,
  KeyPointsOptions,
  TVTensorData,
  WrapOptions,
} from './transforms/base/tv-tensors.js';
export { BoundingBoxes, Image, KeyPoints, Mask, TVTensor, Video, wrap } from './transforms/base/tv-tensors.js';
