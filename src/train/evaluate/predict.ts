/** predict and predictEach: a model's outputs for many batches, for images, and for streams as they come. */
import { noGrad } from '../../autograd/modes/mode.js';
import type { DatasetLike } from '../../data/datasets/dataset.js';
import { Pacer } from '../../engine/tasks/pacer.js';
import { ArgumentError, ShapeError } from '../../errors.js';
import type { Module, ModuleWithOutput } from '../../nn/module/module.js';
import { cat } from '../../ops/join/join.js';
import { tensorNames } from '../../ops/reduce/results.js';
import { readOptions } from '../../tensor/arguments/arguments.js';
import { assertFunction, wholeNumber } from '../../tensor/arguments/checks.js';
import { escapeScope } from '../../tensor/storage.js';
import type { Tensor } from '../../tensor/tensor.js';
import { checkTransform, type TransformOf } from '../../vision/transforms/base/functions.js';
import { checkedOutput } from '../batch/batch-step.js';
import { checkModel } from '../batch/checks.js';
import { readBatches } from '../batch/loaders.js';
import { assertIdle } from '../guards/busy.js';
import { pending } from '../guards/pending.js';
import type { Loader } from '../types.js';
import { EvaluationSteps, eachInEvaluation } from './evaluation-loop.js';
import { assertNoImages, batchesOfSamples, readSamples, type Samples } from './samples.js';

/** The options of {@link predict} and {@link predictEach}. */
export interface PredictOptions<B> {
  /** The model's output for a batch. Default: `model.forward` of the batch, or of its first part where it is a list such as `[inputs, targets]`. */
  forward?: (model: Module, batch: B) => Tensor;
  /**
   * Makes the tensor of a sample, as the transform of the data that the model was trained on. With it samples are given instead of batches: an
   * Image or a tensor, or a list, a data set or a stream of them; of samples such as `[image, label]` the first part counts.
   */
  transform?: TransformOf<never, unknown> | undefined;
  /** With `transform`: samples in a batch. Default: 64 for predict, 1 for predictEach. */
  batchSize?: number | undefined;
}

/** What predictions are made for: batches, or with a transform samples. */
type Given<B> = Loader<B> | DatasetLike<unknown> | Tensor | Samples;

/**
 * The model's outputs for all batches, joined along their first dim, in evaluation mode and without recording.
 * @param batches a loader; a data set, which is read in batches of 64; or a tensor, which is one batch: [N, ...] gives [N, ...]. With `transform`
 * an image, which gives [1, ...], or a list, a data set or a stream of images: [N, ...].
 * @throws {ArgumentError} when there is no batch. @throws {BusyError} while fit trains the model, except in its callbacks.
 * @example
 * const labels = (await predict(model, x)).argmax(1);
 * const toRow = new transforms.Compose([new transforms.ToTensor(), (pixels) => pixels.flatten()]);
 * const ofOne = await predict(model, new Image('L', [3, 2]), { transform: toRow }); // [1, 3]
 */
export function predict<B = readonly Tensor[]>(
  model: ModuleWithOutput,
  batches: Given<B>,
  options: PredictOptions<B> = {},
): Promise<Tensor> {
  return pending('predict', tensorNames(), outputsOf(model, batches, options));
}

/**
 * The model's outputs as they come, batch by batch: for streams that are long, or have no end, such as the images of a camera. What `predict` takes, this
 * does; with `transform` each sample by itself, unless `batchSize` says otherwise.
 * @returns an async iterable of outputs: [N, ...] for a batch [N, ...], with `transform` [1, ...] for a sample.
 * @throws {ArgumentError} for what gives no batches. @throws {BusyError} while fit trains the model, except in its callbacks.
 * @example
 * async function* camera() {
 *   for (let i = 0; i < 3; i++) yield new Image('L', [3, 2]);
 * }
 * const toRow = new transforms.Compose([new transforms.ToTensor(), (pixels) => pixels.flatten()]);
 * for await (const output of predictEach(model, camera(), { transform: toRow })) console.log(output.argmax(1).item());
 */
export function predictEach<B = readonly Tensor[]>(
  model: ModuleWithOutput,
  batches: Given<B>,
  options: PredictOptions<B> = {},
): AsyncGenerator<Tensor, undefined> {
  return eachOutput('predictEach', model, readGiven('predictEach', model, batches, options, 1));
}

async function outputsOf<B>(model: ModuleWithOutput, batches: Given<B>, options: PredictOptions<B>): Promise<Tensor> {
  const op = 'predict';
  const { loader, run, owned } = readGiven(op, model, batches, options, 64);
  const outputs: Tensor[] = [];
  await eachInEvaluation(model, loader, owned, {
    run,
    after: (made) => {
      outputs.push(made);
      assertIdle(model, op);
      return true;
    },
  });
  if (outputs.length === 0) throw new ArgumentError(`${op}: the loader gave no batches.`);
  return noGrad(() => cat(outputs));
}

async function* eachOutput<B>(op: string, model: Module, { loader, run, owned }: Work<B>): AsyncGenerator<Tensor, undefined> {
  const pacer = new Pacer();
  const steps = new EvaluationSteps(model);
  for await (const batch of loader) {
    assertIdle(model, op);
    yield steps.run(batch, owned, run);
    await pacer.pause();
  }
}

/** Batches, and what is done with each. */
interface Work<B> {
  readonly loader: Loader<B>;
  readonly run: (batch: B) => Tensor;
  /** Whether nobody else holds the batches. Others are not freed: the caller may use them again. */
  readonly owned: boolean;
}

function readGiven<B>(op: string, model: Module, given: Given<B>, options: PredictOptions<B>, size: number): Work<B> {
  checkModel(op, model);
  const defaults: PredictOptions<B> = { forward: undefined as never, transform: undefined, batchSize: undefined };
  const { forward = firstPart as NonNullable<PredictOptions<B>['forward']>, batchSize, transform } = readOptions(op, defaults, options);
  assertFunction(op, 'forward', forward);
  if (batchSize !== undefined) wholeNumber(op, 'batchSize', batchSize, { min: 1 });
  const checked = checkTransform(op, 'transform', transform);
  if (batchSize !== undefined && !checked)
    throw new ArgumentError(
      `${op}: batchSize is for samples, which a transform makes tensors of; batches are as they are given. Leave it out.`,
    );
  if (!checked) assertNoImages(op, given);
  const loader = checked
    ? (batchesOfSamples(op, readSamples(op, given as Samples), checked, batchSize ?? size) as AsyncIterable<unknown> as Loader<B>)
    : readBatches<B>(op, given);
  assertIdle(model, op);
  const run = (batch: B) => {
    const made = checkedOutput(op, forward(model, batch));
    if (made.ndim === 0) throw new ShapeError(`${op}: the model gives a tensor without dims for a batch, expected [N, ...].`);
    escapeScope(made.storage, null); // an output may be a view of its input
    return made;
  };
  return { loader, run, owned: checked !== undefined };
}

const firstPart = (model: Module, batch: unknown) => model.forward(Array.isArray(batch) ? batch[0] : batch) as Tensor;
