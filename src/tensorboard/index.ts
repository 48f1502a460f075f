/** `hone/tensorboard`: event files for TensorBoard, written and read. */
import '#host';
import '../ops/methods/methods.js';

export type {
  LoggedAudio,
  LoggedBase,
  LoggedEvent,
  LoggedGraph,
  LoggedHistogram,
  LoggedHparams,
  LoggedImage,
  LoggedOther,
  LoggedScalar,
  LoggedStart,
  LoggedTensor,
  LoggedText,
} from './read/logged.js';
export type { ReadEventsOptions, RunScalars } from './read/read-events.js';
export { readEvents, readScalars } from './read/read-events.js';
export type { BinRule } from './summaries/histogram-bins.js';
export type { ArrayLikeOfNumbers, HyperParameter, ImageLike, NestedNumbers, NumberLike } from './summaries/values.js';
export type {
  AddAudioOptions,
  AddEmbeddingOptions,
  AddGraphOptions,
  AddHistogramOptions,
  AddHparamsOptions,
  AddImageOptions,
  AddImageWithBoxesOptions,
  AddMeshOptions,
  AddPrCurveOptions,
  AddScalarOptions,
  AtStep,
  CustomScalarsOptions,
  Drawable,
  Figure,
  RawHistogram,
  RawPrCurve,
  ScalarLayout,
  SummaryWriterOptions,
} from './writer/options.js';
export { SummaryWriter } from './writer/summary-writer.js';
