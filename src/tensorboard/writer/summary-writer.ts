/** SummaryWriter: what a training notes for TensorBoard. */

import { create, toBinary } from '@bufbuild/protobuf';
import { pathOf } from '#files';
import { ArgumentError } from '../../errors.js';
import type { Module } from '../../nn/module/module.js';
import { type Arguments, readArguments, required, tooMany } from '../../tensor/arguments/arguments.js';
import { above, assertBoolean, assertString, assertTensor, countOf, finiteNumber, unexpected } from '../../tensor/arguments/checks.js';
import { isOptions, show } from '../../tensor/arguments/show.js';
import type { Tensor } from '../../tensor/tensor.js';
import { graphOf } from '../graph/graph.js';
import { withBoxes } from '../images/boxes.js';
import { figureSummary } from '../images/figures.js';
import { imageSummary, pixelsOf } from '../images/pixels.js';
import { SessionLog_SessionStatus } from '../proto/event.gen.js';
import { GraphDefSchema, RunMetadataSchema } from '../proto/graph.gen.js';
import { type EventContent, EventFile, type EventFileSettings, now } from '../records/event-file.js';
import { audioSummary } from '../summaries/audio.js';
import { histogramSummary, rawHistogramSummary } from '../summaries/histogram.js';
import { hparamsSummaries, scoresOf } from '../summaries/hparams.js';
import { meshSummaries } from '../summaries/mesh.js';
import { prCurveSummary, rawPrCurveSummary } from '../summaries/pr-curve.js';
import { type SummaryValue, scalarSummary, tensorSummary } from '../summaries/scalar.js';
import { layoutSummary, textSummary } from '../summaries/text.js';
import { type ArrayLikeOfNumbers, type HyperParameter, type ImageLike, type NumberLike, numberOf, stepOf } from '../summaries/values.js';
import { writeEmbedding, writeProjectorConfig } from './embedding.js';
import { layoutOf } from './layout.js';
import { defaultLogDir } from './log-dir.js';
import type {
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
  Figure,
  RawHistogram,
  RawPrCurve,
  ScalarLayout,
  SummaryWriterOptions,
} from './options.js';

const DEFAULTS: Required<SummaryWriterOptions> = {
  logDir: null,
  comment: '',
  purgeStep: null,
  maxQueue: 10,
  flushSecs: 120,
  filenameSuffix: '',
};
const AT_STEP: Required<AtStep> = { globalStep: null, walltime: null };

const RAW_HISTOGRAM: Required<RawHistogram> = {
  min: required,
  max: required,
  num: required,
  sum: required,
  sumSquares: required,
  bucketLimits: required,
  bucketCounts: required,
  ...AT_STEP,
};
const RAW_PR_CURVE: Required<RawPrCurve> = {
  truePositiveCounts: required,
  falsePositiveCounts: required,
  trueNegativeCounts: required,
  falseNegativeCounts: required,
  precision: required,
  recall: required,
  numThresholds: 127,
  ...AT_STEP,
};

/** By position, in PyTorch's order: the step, then the time. */
type StepArguments<O extends AtStep = AtStep> = Arguments<O, [globalStep: 'globalStep', walltime: 'walltime']>;

/** When an event was. */
interface When {
  readonly step: bigint | undefined;
  readonly wallTime: number;
}

function whenOf(op: string, { globalStep, walltime }: Required<AtStep>): When {
  return { step: stepOf(op, globalStep), wallTime: walltime === null ? now() : finiteNumber(op, 'walltime', walltime) };
}

/**
 * Writes what TensorBoard shows: curves, histograms, images, texts, sounds, graphs, points, hyperparameters. The files are PyTorch's, and
 * `tensorboard --logdir runs` (or `hone tensorboard runs`) shows those of all runs. Methods, arguments and defaults are PyTorch's in camelCase;
 * a tensor may stand wherever a number may.
 *
 * Events wait in memory until there are `maxQueue` of them or `flushSecs` have passed, and are written at the end of the program at the latest. A
 * writer that is used after `close` begins another file in the same folder.
 * @throws {ArgumentError} for options that cannot be. @throws {FileError} where the folder cannot be made or written, and in browsers.
 * @see https://pytorch.org/docs/stable/tensorboard.html
 * @example
 * import { SummaryWriter } from 'hone/tensorboard';
 * using writer = new SummaryWriter('runs/first', { flushSecs: 30 });
 * for (let step = 0; step < 3; step++) writer.addScalar('loss/train', 1 / (step + 1), step);
 * writer.getLogdir(); // 'runs/first'
 */
export class SummaryWriter {
  /** The name that texts and errors show: minifiers rename classes, but leave this. */
  static readonly className: string = 'SummaryWriter';
  /** The folder of the run. */
  readonly logDir: string;
  private readonly settings: EventFileSettings;
  private purgeStep: bigint | undefined;
  /** The file of the run, and those of the curves of `addScalars`, by folder. */
  private files: Map<string, EventFile> | null = null;
  private readonly embeddings: string[] = [];
  /** Pictures that are still being drawn. */
  private drawing = 0;
  private closing = false;

  /**
   * Writes what TensorBoard shows: curves, histograms, images, texts, sounds, graphs, points, hyperparameters. The files are PyTorch's, and
   * `tensorboard --logdir runs` (or `hone tensorboard runs`) shows those of all runs.
   * @param args the folder of the run, by default `runs/` and the date, the time and the name of the machine; then PyTorch's options.
   */
  constructor(
    ...args: Arguments<
      SummaryWriterOptions,
      [
        logDir: 'logDir',
        comment: 'comment',
        purgeStep: 'purgeStep',
        maxQueue: 'maxQueue',
        flushSecs: 'flushSecs',
        filenameSuffix: 'filenameSuffix',
      ]
    >
  ) {
    const op = 'SummaryWriter';
    const { logDir, comment, purgeStep, maxQueue, flushSecs, filenameSuffix } = readArguments(op, DEFAULTS, args);
    if (logDir !== null) assertString(op, 'logDir', logDir);
    if (/[\\/]/.test(filenameSuffix)) throw unexpected(op, 'filenameSuffix', filenameSuffix, 'a part of a file name, without slashes');
    this.settings = { maxQueue: countOf(op, 'maxQueue', maxQueue, 1), flushSecs: above(op, 'flushSecs', flushSecs, 0), filenameSuffix };
    this.purgeStep = stepOf(op, purgeStep);
    this.logDir = logDir || defaultLogDir(comment);
    this.file();
  }

  /** The file of the run, begun where there is none. */
  private file(): EventFile {
    if (this.files === null) {
      const file = new EventFile(this.logDir, this.settings);
      this.files = new Map([[this.logDir, file]]);
      if (this.purgeStep !== undefined) {
        const step = this.purgeStep;
        file.add({ step, wallTime: now(), what: { case: 'fileVersion', value: 'brain.Event:2' } });
        file.add({ step, wallTime: now(), what: { case: 'sessionLog', value: { status: SessionLog_SessionStatus.START } } });
        this.purgeStep = undefined;
      }
    }
    return this.files.get(this.logDir)!;
  }

  private add(value: SummaryValue | SummaryValue[], when: When, file = this.file()): void {
    const values = Array.isArray(value) ? value : [value];
    file.add(eventOf({ case: 'summary', value: { value: values } }, when));
  }

  /** The folder of the run. */
  getLogdir(): string {
    if (arguments.length > 0) tooMany('getLogdir', 0, arguments);
    return this.logDir;
  }

  /**
   * A number at a step: a point of the curve `tag`. NaN and infinities are written as they are.
   * @param tag the name of the curve; curves whose names share what stands before a slash are shown together.
   * @throws {ShapeError} for a tensor of more than one element.
   * @example
   * new SummaryWriter('runs/scalar').addScalar('loss/train', loss, 1);
   */
  addScalar(
    tag: string,
    scalarValue: NumberLike,
    ...args: Arguments<
      AddScalarOptions,
      [globalStep: 'globalStep', walltime: 'walltime', newStyle: 'newStyle', doublePrecision: 'doublePrecision']
    >
  ): void {
    const op = 'addScalar';
    assertString(op, 'tag', tag);
    const options = readArguments<Required<AddScalarOptions>>(op, { ...AT_STEP, newStyle: false, doublePrecision: false }, args);
    const value = numberOf(op, 'scalarValue', scalarValue);
    this.add(scalarSummary(tag, value, options.newStyle, options.doublePrecision), whenOf(op, options));
  }

  /**
   * Numbers that share a chart. Each is a run of its own, in a folder within this one's, as PyTorch writes them.
   * @param tagScalarDict the name of each curve, and its value.
   * @example
   * new SummaryWriter('runs/scalars').addScalars('loss', { train: 0.5, valid: 0.6 }, 1);
   */
  addScalars(mainTag: string, tagScalarDict: Readonly<Record<string, NumberLike>>, ...args: StepArguments): void {
    const op = 'addScalars';
    assertString(op, 'mainTag', mainTag);
    if (!isOptions(tagScalarDict)) throw unexpected(op, 'tagScalarDict', tagScalarDict, 'numbers by name: { train: 0.5, valid: 0.6 }');
    const when = whenOf(op, readArguments(op, AT_STEP, args));
    const values = Object.entries(tagScalarDict).map(([tag, value]) => [tag, numberOf(op, `tagScalarDict.${tag}`, value)] as const);
    this.file();
    for (const [tag, value] of values) {
      const folder = pathOf(`${this.logDir}/${mainTag.replaceAll('/', '_')}_${tag}`);
      let file = this.files!.get(folder);
      if (file === undefined) this.files!.set(folder, (file = new EventFile(folder, this.settings)));
      this.add(scalarSummary(mainTag, value), when, file);
    }
  }

  /**
   * A whole tensor, as it is; TensorBoard's plugins read it, none of its tabs shows it.
   * @example
   * new SummaryWriter('runs/tensor').addTensor('weights', rand([2, 3]), 1);
   */
  addTensor(tag: string, tensor: Tensor, ...args: StepArguments): void {
    const op = 'addTensor';
    assertString(op, 'tag', tag);
    assertTensor(op, 'tensor', tensor);
    this.add(tensorSummary(op, tag, tensor), whenOf(op, readArguments(op, AT_STEP, args)));
  }

  /**
   * How values are spread, at a step. NaN is in no bin.
   * @throws {ArgumentError} where there are no values, or none lies in a bin.
   * @example
   * new SummaryWriter('runs/histogram').addHistogram('weights', randn([100]), 1, 'auto');
   */
  addHistogram(
    tag: string,
    values: ArrayLikeOfNumbers,
    ...args: Arguments<AddHistogramOptions, [globalStep: 'globalStep', bins: 'bins', walltime: 'walltime', maxBins: 'maxBins']>
  ): void {
    const op = 'addHistogram';
    assertString(op, 'tag', tag);
    // null lets bins be of any type
    const defaults = { globalStep: null, bins: null as never, walltime: null, maxBins: null };
    const { bins, maxBins, ...when } = readArguments<Required<AddHistogramOptions>>(op, defaults, args);
    this.add(histogramSummary(op, tag, values, bins ?? 'tensorflow', maxBins), whenOf(op, when));
  }

  /**
   * A histogram that was counted elsewhere; its numbers stand by name.
   * @throws {ArgumentError} where there are not as many counts as limits.
   * @example
   * const counted = { min: 0, max: 2, num: 3, sum: 3, sumSquares: 5, bucketLimits: [1, 2], bucketCounts: [1, 2] };
   * new SummaryWriter('runs/raw-histogram').addHistogramRaw('weights', { ...counted, globalStep: 1 });
   */
  addHistogramRaw(tag: string, histogram: RawHistogram): void {
    const op = 'addHistogramRaw';
    if (arguments.length > 2) tooMany(op, 2, arguments);
    assertString(op, 'tag', tag);
    const given = byName(op, RAW_HISTOGRAM, histogram);
    const number = (name: 'min' | 'max' | 'num' | 'sum' | 'sumSquares') => numberOf(op, name, given[name]);
    const numbers = { min: number('min'), max: number('max'), num: number('num'), sum: number('sum'), sumSquares: number('sumSquares') };
    this.add(rawHistogramSummary(op, tag, numbers, given.bucketLimits, given.bucketCounts), whenOf(op, given));
  }

  /**
   * An image: floats from 0 to 1, uint8 from 0 to 255, or an `Image` of `hone/vision`. Grey is written as colour, as PyTorch does.
   * @param imgTensor [channels, height, width] of 1 to 4 channels, or as `dataformats` says.
   * @throws {ShapeError} for other dims than `dataformats` names, and for more channels.
   * @example
   * new SummaryWriter('runs/image').addImage('digit', rand([1, 28, 28]), 1);
   */
  addImage(
    tag: string,
    imgTensor: ImageLike,
    ...args: Arguments<AddImageOptions, [globalStep: 'globalStep', walltime: 'walltime', dataformats: 'dataformats']>
  ): void {
    this.image('addImage', tag, imgTensor, 'CHW', args);
  }

  /**
   * Several images in one, eight to a row.
   * @param imgTensor [images, channels, height, width] of 1 or 3 channels, or as `dataformats` says.
   * @throws {ShapeError} for other dims than `dataformats` names, and for other numbers of channels.
   * @example
   * new SummaryWriter('runs/images').addImages('batch', images, 1);
   */
  addImages(
    tag: string,
    imgTensor: ArrayLikeOfNumbers,
    ...args: Arguments<AddImageOptions, [globalStep: 'globalStep', walltime: 'walltime', dataformats: 'dataformats']>
  ): void {
    this.image('addImages', tag, imgTensor, 'NCHW', args);
  }

  private image(op: string, tag: string, image: unknown, dataformats: string, args: readonly unknown[]): void {
    assertString(op, 'tag', tag);
    const options = readArguments<Required<AddImageOptions>>(op, { ...AT_STEP, dataformats }, args);
    this.add(imageSummary(op, tag, pixelsOf(op, image, options.dataformats)), whenOf(op, options));
  }

  /**
   * An image with frames drawn into it.
   * @param boxTensor [boxes, 4]: left, top, right and bottom of each, in pixels.
   * @example
   * new SummaryWriter('runs/boxes').addImageWithBoxes('found', rand([3, 40, 60]), [[4, 5, 30, 35]], 1, { labels: 'cat' });
   */
  addImageWithBoxes(
    tag: string,
    imgTensor: ImageLike,
    boxTensor: ArrayLikeOfNumbers,
    ...args: Arguments<
      AddImageWithBoxesOptions,
      [globalStep: 'globalStep', walltime: 'walltime', rescale: 'rescale', dataformats: 'dataformats', labels: 'labels']
    >
  ): void {
    const op = 'addImageWithBoxes';
    assertString(op, 'tag', tag);
    const defaults = { ...AT_STEP, rescale: 1, dataformats: 'CHW', labels: null };
    const { rescale, dataformats, labels, ...when } = readArguments<Required<AddImageWithBoxesOptions>>(op, defaults, args);
    const words = typeof labels === 'string' ? [labels] : labels;
    if (words !== null && (!Array.isArray(words) || !words.every((word) => typeof word === 'string')))
      throw unexpected(op, 'labels', labels, 'a string, or a list of them');
    const image = withBoxes(op, pixelsOf(op, imgTensor, dataformats), boxTensor, words);
    this.add(imageSummary(op, tag, image, rescale), whenOf(op, when));
  }

  /**
   * A chart, or several beside each other. Drawing takes a while: await it, or let `close` wait for it.
   * @param figure a chart of `hone/report`, an image, or the bytes of a PNG file; or a list of such, of one size.
   * @throws {FileError} where the chart needs sharp and that is missing.
   * @example
   * await new SummaryWriter('runs/figure').addFigure('pixels', rand([3, 4, 4]), 1);
   */
  async addFigure(tag: string, figure: Figure | readonly Figure[], ...args: StepArguments): Promise<void> {
    const op = 'addFigure';
    assertString(op, 'tag', tag);
    const when = whenOf(op, readArguments(op, AT_STEP, args));
    this.drawing++;
    try {
      const summary = await figureSummary(op, tag, figure);
      this.add(summary, when);
    } finally {
      if (--this.drawing === 0 && this.closing) this.close();
    }
  }

  /**
   * A text; TensorBoard reads it as Markdown.
   * @example
   * new SummaryWriter('runs/text').addText('notes', 'A **first** try', 0);
   */
  addText(tag: string, textString: string, ...args: StepArguments): void {
    const op = 'addText';
    assertString(op, 'tag', tag);
    assertString(op, 'textString', textString);
    this.add(textSummary(tag, textString), whenOf(op, readArguments(op, AT_STEP, args)));
  }

  /**
   * A sound of one channel, from -1 to 1; what is louder is cut off.
   * @param sndTensor [samples] or [1, samples].
   * @example
   * new SummaryWriter('runs/audio').addAudio('a', arange(0, 800).mul(0.1).sin(), 0, 8000);
   */
  addAudio(
    tag: string,
    sndTensor: ArrayLikeOfNumbers,
    ...args: Arguments<AddAudioOptions, [globalStep: 'globalStep', sampleRate: 'sampleRate', walltime: 'walltime']>
  ): void {
    const op = 'addAudio';
    assertString(op, 'tag', tag);
    const defaults = { globalStep: null, sampleRate: 44100, walltime: null };
    const { sampleRate, ...when } = readArguments<Required<AddAudioOptions>>(op, defaults, args);
    this.add(audioSummary(op, tag, sndTensor, sampleRate), whenOf(op, when));
  }

  /**
   * Points in many dims, for TensorBoard's projector: tables in a folder of the step, beside the events.
   * @param mat [points, dims].
   * @throws {ArgumentError} where there is not one of `metadata` and `labelImg` for each point. @throws {FileError} where they cannot be written.
   * @example
   * new SummaryWriter('runs/embedding').addEmbedding(x, { metadata: ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'] });
   */
  addEmbedding(
    mat: ArrayLikeOfNumbers,
    ...args: Arguments<
      AddEmbeddingOptions,
      [metadata: 'metadata', labelImg: 'labelImg', globalStep: 'globalStep', tag: 'tag', metadataHeader: 'metadataHeader']
    >
  ): void {
    const op = 'addEmbedding';
    const defaults = { metadata: null, labelImg: null, globalStep: null, tag: 'default', metadataHeader: null };
    const { globalStep, ...options } = readArguments<Required<AddEmbeddingOptions>>(op, defaults, args);
    this.embeddings.push(writeEmbedding(this.logDir, mat, stepOf(op, globalStep) ?? 0n, options));
    writeProjectorConfig(this.logDir, this.embeddings);
  }

  /**
   * A curve of precision and recall, at a step.
   * @param labels the answers, 0 or 1, or false and true.
   * @param predictions the probability that was predicted for each.
   * @throws {ShapeError} where there are not as many of both.
   * @example
   * new SummaryWriter('runs/pr').addPrCurve('cats', [0, 1, 1], [0.2, 0.4, 0.9], 1);
   */
  addPrCurve(
    tag: string,
    labels: ArrayLikeOfNumbers,
    predictions: ArrayLikeOfNumbers,
    ...args: Arguments<
      AddPrCurveOptions,
      [globalStep: 'globalStep', numThresholds: 'numThresholds', weights: 'weights', walltime: 'walltime']
    >
  ): void {
    const op = 'addPrCurve';
    assertString(op, 'tag', tag);
    const defaults = { globalStep: null, numThresholds: 127, weights: null, walltime: null };
    const { numThresholds, weights, ...when } = readArguments<Required<AddPrCurveOptions>>(op, defaults, args);
    this.add(prCurveSummary(op, tag, labels, predictions, numThresholds, weights), whenOf(op, when));
  }

  /**
   * A curve of precision and recall that was counted elsewhere; its rows stand by name, a value for each threshold.
   * @throws {ShapeError} where they are not equally long.
   * @example
   * const counts = { truePositiveCounts: [2, 1], falsePositiveCounts: [1, 0], trueNegativeCounts: [0, 1], falseNegativeCounts: [0, 1] };
   * new SummaryWriter('runs/raw-pr').addPrCurveRaw('cats', { ...counts, precision: [0.67, 1], recall: [1, 0.5], numThresholds: 2 });
   */
  addPrCurveRaw(tag: string, curve: RawPrCurve): void {
    const op = 'addPrCurveRaw';
    if (arguments.length > 2) tooMany(op, 2, arguments);
    assertString(op, 'tag', tag);
    const { globalStep, walltime, numThresholds, ...given } = byName(op, RAW_PR_CURVE, curve);
    this.add(rawPrCurveSummary(op, tag, given, numThresholds), whenOf(op, { globalStep, walltime }));
  }

  /**
   * Settings and the scores that they led to, for the tab "HParams": a run of its own, in a folder within this one's.
   * @param hparamDict numbers, words, true or false by name; null is left out.
   * @param metricDict scores by name; names that `addScalar` uses too would be shown as scores here.
   * @throws {ArgumentError} for values of other kinds.
   * @example
   * new SummaryWriter('runs/hparams').addHparams({ lr: 0.1, optimizer: 'Adam' }, { 'hparam/accuracy': 0.9 }, { runName: 'first' });
   */
  addHparams(
    hparamDict: Readonly<Record<string, HyperParameter>>,
    metricDict: Readonly<Record<string, NumberLike>>,
    options?: AddHparamsOptions,
  ): void {
    const op = 'addHparams';
    if (arguments.length > 3) tooMany(op, 3, arguments);
    const defaults = { hparamDomainDiscrete: null, runName: null, globalStep: null };
    const { hparamDomainDiscrete, runName, globalStep } = byName<Required<AddHparamsOptions>>(op, defaults, options);
    const summaries = hparamsSummaries(op, hparamDict, metricDict, hparamDomainDiscrete);
    const scores = scoresOf(op, metricDict);
    if (runName !== null) assertString(op, 'runName', runName);
    const step = stepOf(op, globalStep);
    const file = new EventFile(pathOf(`${this.logDir}/${runName || String(now())}`), { ...this.settings, filenameSuffix: '' });
    try {
      for (const value of [...summaries, ...scores.map(([name, score]) => scalarSummary(name, score))])
        file.add(eventOf({ case: 'summary', value: { value: [value] } }, { step, wallTime: now() }));
    } finally {
      file.close();
    }
  }

  /**
   * The operations of a model, and how values go through them: named by its modules, with the shapes that an input gives. The model runs once, in
   * evaluation; it is as it was afterwards.
   * @param inputToModel what `forward` takes: a tensor, or a list of arguments.
   * @example
   * new SummaryWriter('runs/graph').addGraph(model, x);
   */
  addGraph(model: Module, inputToModel: Tensor | readonly unknown[], options?: AddGraphOptions): void {
    const op = 'addGraph';
    if (arguments.length > 3) tooMany(op, 3, arguments);
    const { verbose } = byName<Required<AddGraphOptions>>(op, { verbose: false }, options);
    assertBoolean(op, 'verbose', verbose);
    const { graph, text } = graphOf(op, model, inputToModel);
    if (verbose) console.log(text);
    const file = this.file();
    const when = { step: undefined, wallTime: now() };
    file.add(eventOf({ case: 'graphDef', value: toBinary(GraphDefSchema, graph) }, when));
    const runMetadata = create(RunMetadataSchema, { stepStats: { devStats: [{ device: '/device:CPU:0' }] } });
    file.add(eventOf({ case: 'taggedRunMetadata', value: { tag: 'step1', runMetadata: toBinary(RunMetadataSchema, runMetadata) } }, when));
  }

  /**
   * Which charts the tab "Custom scalars" has; the last call counts.
   * @throws {ArgumentError} for other kinds of charts, and for margins of other than three tags.
   * @example
   * new SummaryWriter('runs/custom').addCustomScalars({ training: { loss: ['Multiline', ['loss/train', 'loss/valid']] } });
   */
  addCustomScalars(layout: ScalarLayout): void {
    if (arguments.length > 1) tooMany('addCustomScalars', 1, arguments);
    this.add(layoutSummary(layoutOf('addCustomScalars', layout)), whenOf('addCustomScalars', AT_STEP));
  }

  /**
   * One chart of several curves in the tab "Custom scalars".
   * @example
   * new SummaryWriter('runs/lines').addCustomScalarsMultilinechart(['loss/train', 'loss/valid'], 'training', 'loss');
   */
  addCustomScalarsMultilinechart(
    tags: readonly string[],
    ...args: Arguments<CustomScalarsOptions, [category: 'category', title: 'title']>
  ): void {
    this.chart('addCustomScalarsMultilinechart', 'Multiline', tags, args);
  }

  /**
   * One chart of a curve with a margin around it in the tab "Custom scalars".
   * @param tags the curve, and those below and above it.
   * @throws {ArgumentError} for other than three tags.
   * @example
   * new SummaryWriter('runs/margin').addCustomScalarsMarginchart(['mean', 'low', 'high'], 'training', 'spread');
   */
  addCustomScalarsMarginchart(
    tags: readonly [value: string, lower: string, upper: string],
    ...args: Arguments<CustomScalarsOptions, [category: 'category', title: 'title']>
  ): void {
    this.chart('addCustomScalarsMarginchart', 'Margin', tags, args);
  }

  private chart(op: string, kind: 'Multiline' | 'Margin', tags: readonly string[], args: readonly unknown[]): void {
    const { category, title } = readArguments<Required<CustomScalarsOptions>>(op, { category: 'default', title: 'untitled' }, args);
    this.add(layoutSummary(layoutOf(op, { [category]: { [title]: [kind, tags] } })), whenOf(op, AT_STEP));
  }

  /**
   * A body, or a cloud of points, that TensorBoard turns in space.
   * @param vertices [bodies, points, 3].
   * @throws {ShapeError} for other shapes.
   * @example
   * new SummaryWriter('runs/mesh').addMesh('cloud', rand([1, 50, 3]), { colors: randint(0, 256, [1, 50, 3]), globalStep: 1 });
   */
  addMesh(tag: string, vertices: ArrayLikeOfNumbers, ...args: Arguments<AddMeshOptions, [colors: 'colors', faces: 'faces']>): void {
    const op = 'addMesh';
    assertString(op, 'tag', tag);
    const defaults = { colors: null, faces: null, configDict: null, ...AT_STEP };
    const { colors, faces, configDict, ...when } = readArguments<Required<AddMeshOptions>>(op, defaults, args);
    this.add(meshSummaries(op, tag, vertices, colors, faces, configDict), whenOf(op, when));
  }

  /** Writes what waits. @throws {FileError} where the disk refuses. */
  flush(): void {
    if (arguments.length > 0) tooMany('flush', 0, arguments);
    for (const file of this.files?.values() ?? []) file.flush();
  }

  /**
   * Writes what waits, and closes the files; once the pictures are drawn that are still being drawn. Closing twice does nothing.
   * @throws {FileError} where the disk refuses.
   */
  close(): void {
    if (arguments.length > 0) tooMany('close', 0, arguments);
    this.closing = this.drawing > 0;
    if (this.closing) {
      this.flush();
      return;
    }
    const files = [...(this.files?.values() ?? [])];
    this.files = null;
    const failed: unknown[] = [];
    for (const file of files) {
      try {
        file.close();
      } catch (error) {
        failed.push(error);
      }
    }
    if (failed.length > 0) throw failed[0];
  }

  /** {@link close}, at the end of a block that says `using`. */
  [Symbol.dispose](): void {
    this.close();
  }
}

function eventOf(what: EventContent['what'], { step, wallTime }: When): EventContent {
  return { wallTime, ...(step === undefined ? {} : { step }), what: what! };
}

/** Values by name, and nothing else. */
function byName<T extends object>(op: string, defaults: T, given: unknown): T {
  if (given !== undefined && !isOptions(given))
    throw new ArgumentError(`${op}: got ${show(given)}, expected values by name, in one object.`);
  return readArguments(op, defaults, given === undefined ? [] : [given]);
}
