/** The options of {@link SummaryWriter} and its methods. */

import type { BinRule } from '../summaries/histogram-bins.js';
import type { ArrayLikeOfNumbers, HyperParameter, ImageLike, NumberLike } from '../summaries/values.js';

/** The options of {@link SummaryWriter}. */
export interface SummaryWriterOptions {
  /** The folder of the run, made with those above it. Default: null, `runs/` and the date, the time and the name of the machine. */
  logDir?: string | null;
  /** What the name of that default folder ends with. Default: ''. */
  comment?: string;
  /** Hides what an earlier writer of the same folder noted for this step and later ones: where a training that broke off goes on. Default: null. */
  purgeStep?: NumberLike | null;
  /** How many events wait in memory at most until they are written. Default: 10. */
  maxQueue?: number;
  /** How many seconds they wait at most. Default: 120. */
  flushSecs?: number;
  /** What the names of the files end with. Default: ''. */
  filenameSuffix?: string;
}

/** When something was, for TensorBoard's axes: options that all `add…` methods have. */
export interface AtStep {
  /** The step of training, a whole number. Default: null, none, which is shown as 0. */
  globalStep?: NumberLike | null;
  /** Seconds since 1970. Default: null, now. */
  walltime?: number | null;
}

/** The options of {@link SummaryWriter.addScalar}. */
export interface AddScalarOptions extends AtStep {
  /** Whether the number is written as a tensor, as TensorFlow 2 does, which TensorBoard loads faster. Default: false. */
  newStyle?: boolean;
  /** Whether it keeps all its digits; only with `newStyle`. Default: false, as float32. */
  doublePrecision?: boolean;
}

/** The options of {@link SummaryWriter.addHistogram}. */
export interface AddHistogramOptions extends AtStep {
  /** TensorFlow's bins, a rule of NumPy's, how many equal ones, or their limits. Default: 'tensorflow'. */
  bins?: 'tensorflow' | BinRule | number | ArrayLikeOfNumbers;
  /** Neighbouring bins are put together until there are about so many. Default: null, as many as there are. */
  maxBins?: number | null;
}

/** What {@link SummaryWriter.addHistogramRaw} takes: a histogram that was counted elsewhere. */
export interface RawHistogram extends AtStep {
  /** The least value. */
  min: NumberLike;
  /** The largest. */
  max: NumberLike;
  /** How many there are. */
  num: NumberLike;
  /** Their sum. */
  sum: NumberLike;
  /** The sum of their squares. */
  sumSquares: NumberLike;
  /** The upper limit of each bin. */
  bucketLimits: ArrayLikeOfNumbers;
  /** How many values lie in each. */
  bucketCounts: ArrayLikeOfNumbers;
}

/** The options of {@link SummaryWriter.addImage} and {@link SummaryWriter.addImages}. */
export interface AddImageOptions extends AtStep {
  /** What the dims are, a letter each: 'CHW', 'HWC', 'HW', 'NCHW', 'NHWC', …. Default: 'CHW', for `addImages` 'NCHW'. */
  dataformats?: string;
}

/** The options of {@link SummaryWriter.addImageWithBoxes}. */
export interface AddImageWithBoxesOptions extends AddImageOptions {
  /** How much larger the image is shown. Default: 1. */
  rescale?: number;
  /** What stands at each box; one string, where there is one. Default: null, nothing. */
  labels?: string | readonly string[] | null;
}

/** What draws itself, as charts of `hone/report` do. */
export interface Drawable {
  /** The bytes of a PNG file. */
  toPng(): Uint8Array | Promise<Uint8Array>;
}

/** A picture: a chart of `hone/report`, an image, or the bytes of a PNG file. */
export type Figure = Drawable | Uint8Array | Exclude<ImageLike, Uint8Array>;

/** The options of {@link SummaryWriter.addAudio}. */
export interface AddAudioOptions extends AtStep {
  /** Samples a second. Default: 44100. */
  sampleRate?: number;
}

/** The options of {@link SummaryWriter.addEmbedding}. */
export interface AddEmbeddingOptions {
  /** What each point is: a word, or several for several columns. Default: null. */
  metadata?: readonly (string | number | readonly (string | number)[])[] | null;
  /** A small image of each point, [N, C, H, W]: floats from 0 to 1, or uint8. Default: null. */
  labelImg?: ArrayLikeOfNumbers | null;
  /** The step of training. Default: null, 0. */
  globalStep?: NumberLike | null;
  /** What TensorBoard calls these points. Default: 'default'. */
  tag?: string;
  /** The names of the columns, where `metadata` has several. Default: null. */
  metadataHeader?: readonly string[] | null;
}

/** The options of {@link SummaryWriter.addPrCurve} and {@link SummaryWriter.addPrCurveRaw}. */
export interface AddPrCurveOptions extends AtStep {
  /** How many thresholds there are; TensorBoard takes no more than 127. Default: 127. */
  numThresholds?: number;
  /** How much each sample counts. Default: null, as much as all others. */
  weights?: ArrayLikeOfNumbers | number | null;
}

/** What {@link SummaryWriter.addPrCurveRaw} takes: a curve that was counted elsewhere, a value for each threshold. */
export interface RawPrCurve extends AtStep {
  /** Right ones among those above the threshold. */
  truePositiveCounts: ArrayLikeOfNumbers;
  /** Wrong ones among those above. */
  falsePositiveCounts: ArrayLikeOfNumbers;
  /** Wrong ones among those below. */
  trueNegativeCounts: ArrayLikeOfNumbers;
  /** Right ones among those below. */
  falseNegativeCounts: ArrayLikeOfNumbers;
  /** The share of right ones among those above. */
  precision: ArrayLikeOfNumbers;
  /** The share of those above among the right ones. */
  recall: ArrayLikeOfNumbers;
  /** How many thresholds there are. Default: 127. */
  numThresholds?: number;
}

/** The options of {@link SummaryWriter.addHparams}. */
export interface AddHparamsOptions {
  /** All values that some of the hyperparameters may have. Default: null. */
  hparamDomainDiscrete?: Readonly<Record<string, readonly Exclude<HyperParameter, null>[]>> | null;
  /** The folder of this run, in that of the writer. Default: null, the time in seconds. */
  runName?: string | null;
  /** The step that the scores are of. Default: null. */
  globalStep?: NumberLike | null;
}

/** Charts for TensorBoard's tab "Custom scalars": category → title → kind and tags. A chart of margins has three: the value, and below and above it. */
export type ScalarLayout = Readonly<
  Record<string, Readonly<Record<string, readonly [kind: 'Multiline' | 'Margin', tags: readonly string[]]>>>
>;

/** The options of {@link SummaryWriter.addCustomScalarsMultilinechart} and {@link SummaryWriter.addCustomScalarsMarginchart}. */
export interface CustomScalarsOptions {
  /** The group of charts that it stands in. Default: 'default'. */
  category?: string;
  /** Its title. Default: 'untitled'. */
  title?: string;
}

/** The options of {@link SummaryWriter.addMesh}. */
export interface AddMeshOptions extends AtStep {
  /** The colour of each vertex, 0 to 255, [bodies, points, 3]. Default: null. */
  colors?: ArrayLikeOfNumbers | null;
  /** The three vertices of each triangle, [bodies, triangles, 3]. Default: null, a cloud of points. */
  faces?: ArrayLikeOfNumbers | null;
  /** Settings of three.js by class, such as `{ material: { cls: 'MeshStandardMaterial' } }`. Default: null. */
  configDict?: Readonly<Record<string, unknown>> | null;
}

/** The options of {@link SummaryWriter.addGraph}. */
export interface AddGraphOptions {
  /** Whether the operations are printed, too. Default: false. */
  verbose?: boolean;
}
