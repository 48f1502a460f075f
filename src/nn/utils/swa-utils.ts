/** `nn.swaUtils`: averages of a model's weights over training, and the batch statistics that go with them. */
import { noGrad } from '../../autograd/modes/mode.js';
import { scope } from '../../autograd/modes/scope.js';
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { add, div, lerp, mul, sub } from '../../ops/elementwise/binary.js';
import { copy_ } from '../../ops/elementwise/inplace.js';
import { readOptions } from '../../tensor/arguments/arguments.js';
import { assertFunction, assertTensor, between } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { show } from '../../tensor/arguments/show.js';
import { zeros } from '../../tensor/create/create.js';
import { sameShape } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type DType, isFloating } from '../../tensor/values/dtype.js';
import { item } from '../../tensor/values/transfer.js';
import { assertModule } from '../module/is-module.js';
import { Module } from '../module/module.js';
import { startAveraging } from './averaged-statistics.js';

export type { SWALROptions } from '../../optim/lr-scheduler/swa-lr.js';
export { SWALR } from '../../optim/lr-scheduler/swa-lr.js';

/** The new average of one tensor; `numAveraged` is how many models are in the old one. */
export type AvgFn = (averaged: Tensor, current: Tensor, numAveraged: number) => Tensor;
/** Changes all averages of one dtype in place. */
export type MultiAvgFn = (averaged: readonly Tensor[], current: readonly Tensor[], numAveraged: number) => void;

/**
 * An exponential moving average for {@link AveragedModel}'s `avgFn`: `decay average + (1 - decay) current`.
 * @param decay default: 0.999. @throws {ArgumentError} for a decay outside 0 to 1.
 */
export function getEmaAvgFn(decay = 0.999): AvgFn {
  between('getEmaAvgFn', 'decay', decay, 0, 1);
  return (averaged, current) => add(mul(averaged, decay), mul(current, 1 - decay));
}

/** The mean over all models, for `avgFn`, and what {@link AveragedModel} does by itself: `average + (current - average) / (numAveraged + 1)`. */
export function getSwaAvgFn(): AvgFn {
  return (averaged, current, numAveraged) => add(averaged, div(sub(current, averaged), numAveraged + 1));
}

/**
 * An exponential moving average for {@link AveragedModel}'s `multiAvgFn`.
 * @param decay default: 0.999. @throws {ArgumentError} for a decay outside 0 to 1.
 * @see https://pytorch.org/docs/stable/optim.html#putting-it-all-together-ema
 */
export function getEmaMultiAvgFn(decay = 0.999): MultiAvgFn {
  between('getEmaMultiAvgFn', 'decay', decay, 0, 1);
  const one = getEmaAvgFn(decay);
  return (averaged, current, numAveraged) => {
    averaged.forEach((average, i) => {
      if (isFloating(average.dtype)) copy_(average, lerp(average, current[i]!, 1 - decay));
      else copy_(average, one(average, current[i]!, numAveraged));
    });
  };
}

/** The mean over all models, for `multiAvgFn`. */
export function getSwaMultiAvgFn(): MultiAvgFn {
  const one = getSwaAvgFn();
  return (averaged, current, numAveraged) => {
    // PyTorch divides by a tensor of integers, which gives float32.
    const weight = Math.fround(1 / (numAveraged + 1));
    averaged.forEach((average, i) => {
      if (isFloating(average.dtype)) copy_(average, lerp(average, current[i]!, weight));
      else copy_(average, one(average, current[i]!, numAveraged));
    });
  };
}

/** The options of {@link AveragedModel}. */
export interface AveragedModelOptions {
  /** The new average of a tensor. Default: the mean over all models. */
  avgFn?: AvgFn | null;
  /** The same for all tensors of a dtype at once. Not together with `avgFn`. */
  multiAvgFn?: MultiAvgFn | null;
  /** Averages buffers as well; without it they are the last model's. Default: false. */
  useBuffers?: boolean;
}

/**
 * A copy of a model whose parameters are an average over training: the mean (stochastic weight averaging) or an exponential moving
 * average. Call `updateParameters(model)` after each epoch or step; after SWA, `updateBn` computes the statistics of batch norm layers anew.
 * @throws {ArgumentError} for both of `avgFn` and `multiAvgFn`; what `model.clone()` throws.
 * @see Izmailov et al. 2018, https://arxiv.org/abs/1803.05407
 * @see https://pytorch.org/docs/stable/generated/torch.optim.swa_utils.AveragedModel.html
 * @example
 * const averaged = new nn.swaUtils.AveragedModel(model, { multiAvgFn: nn.swaUtils.getEmaMultiAvgFn(0.999) });
 * optimizer.step();
 * averaged.updateParameters(model);
 * nn.swaUtils.updateBn(loader, averaged);
 */
export class AveragedModel<M extends Module = Module> extends Module {
  static override readonly className: string = 'AveragedModel';
  /** The averaged model. */
  readonly module: M;
  /** How many models the average is over, int64. */
  nAveraged: Tensor;
  /** How a parameter is averaged; null where all are averaged at once. */
  readonly avgFn: AvgFn | null;
  /** How all parameters are averaged at once; null where each is by itself. */
  readonly multiAvgFn: MultiAvgFn | null;
  /** Whether buffers are averaged, too. */
  readonly useBuffers: boolean;

  constructor(model: M, options?: AveragedModelOptions) {
    super();
    const read = readOptions<AveragedModelOptions>('AveragedModel', { avgFn: null, multiAvgFn: null, useBuffers: false }, options);
    const { avgFn = null, multiAvgFn = null, useBuffers = false } = read;
    assertModule(classNameOf(new.target), 'model', model);
    if (avgFn !== null && multiAvgFn !== null)
      throw new ArgumentError(`${classNameOf(new.target)}: got both of avgFn and multiAvgFn, expected one of them.`);
    for (const [name, fn] of Object.entries({ avgFn, multiAvgFn })) if (fn !== null) assertFunction(classNameOf(new.target), name, fn);
    this.module = model.clone();
    this.nAveraged = this.registerBuffer('nAveraged', zeros([], { dtype: 'int64' }), { key: 'n_averaged' });
    this.avgFn = avgFn;
    this.multiAvgFn = multiAvgFn;
    this.useBuffers = useBuffers;
  }

  // biome-ignore lint/suspicious/noExplicitAny: the averaged model says what goes in and comes out
  forward(...inputs: any[]): ReturnType<M['forward']> {
    return this.module.forward(...inputs) as ReturnType<M['forward']>;
  }

  /**
   * Takes a model into the average; the first one is the average.
   * @throws {ArgumentError} for a model with other tensors than the one that was averaged, before anything is changed.
   */
  updateParameters(model: Module): void {
    const own = tensorsOf(this.module);
    const other = tensorsOf(model);
    checkAlike(own, other);
    scope(() =>
      noGrad(() => {
        const numAveraged = item(this.nAveraged);
        const averaged = [...own.parameters, ...(this.useBuffers ? own.buffers : [])];
        const current = [...other.parameters, ...(this.useBuffers ? other.buffers : [])];
        if (numAveraged === 0) averaged.forEach((average, i) => copy_(average, current[i]!));
        else this.average(averaged, current, numAveraged);
        if (!this.useBuffers) own.buffers.forEach((buffer, i) => copy_(buffer, other.buffers[i]!));
        copy_(this.nAveraged, add(this.nAveraged, 1));
      }),
    );
  }

  private average(averaged: readonly Tensor[], current: readonly Tensor[], numAveraged: number): void {
    const { multiAvgFn } = this;
    if (multiAvgFn === null) {
      const avgFn = this.avgFn ?? getSwaAvgFn();
      averaged.forEach((average, i) => {
        const next: unknown = avgFn(average.detach(), current[i]!.detach(), numAveraged);
        assertTensor(classNameOf(this), 'what avgFn returned', next);
        copy_(average, next);
      });
      return;
    }
    const byDtype = new Map<DType, number[]>();
    averaged.forEach(({ dtype }, i) => byDtype.set(dtype, [...(byDtype.get(dtype) ?? []), i]));
    for (const indices of byDtype.values()) {
      const pick = (tensors: readonly Tensor[]) => indices.map((i) => tensors[i]!.detach());
      multiAvgFn(pick(averaged), pick(current), numAveraged);
    }
  }
}

interface ModelTensors {
  readonly parameters: readonly Tensor[];
  readonly buffers: readonly Tensor[];
  readonly names: readonly string[];
}

function tensorsOf(model: Module): ModelTensors {
  assertModule('AveragedModel.updateParameters', 'model', model);
  const [parameters, buffers] = [model.namedParameters(), model.namedBuffers()];
  const tensors = (list: readonly (readonly [string, Tensor])[]) => list.map(([, tensor]) => tensor);
  return { parameters: tensors(parameters), buffers: tensors(buffers), names: [...parameters, ...buffers].map(([name]) => name) };
}

function checkAlike(own: ModelTensors, other: ModelTensors): void {
  const count = ({ parameters, buffers }: ModelTensors) => `${parameters.length} parameters and ${buffers.length} buffers`;
  if (count(own) !== count(other))
    throw new ArgumentError(
      `AveragedModel.updateParameters: the model has ${count(other)}, the averaged one ${count(own)}. Pass the model that it was made from.`,
    );
  const [mine, theirs] = [own, other].map(({ parameters, buffers }) => [...parameters, ...buffers]) as [Tensor[], Tensor[]];
  mine.forEach((tensor, i) => {
    if (!sameShape(tensor.shape, theirs[i]!.shape))
      throw new ShapeError(
        `AveragedModel.updateParameters: ${other.names[i]} is ${showShape(theirs[i]!.shape)}, ${showShape(tensor.shape)} in the averaged model.`,
      );
  });
}

/**
 * Computes the running statistics of all batch norm layers anew, as the mean over one pass over the loader: those of an averaged model
 * do not match its weights. Does nothing for a model without such layers. The modes and momenta are afterwards what they were.
 * @param loader of inputs, or of lists whose first entry is the input. A loader that is only read with `for await` gives a
 * promise to await; of a DataLoader whose data set is asynchronous pass `loader[Symbol.asyncIterator]()`.
 * @throws {ArgumentError} for a batch whose first entry is not a tensor.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.swa_utils.update_bn.html
 * @example
 * nn.swaUtils.updateBn(loader, model);
 */
export function updateBn(loader: Iterable<unknown>, model: Module): void;
export function updateBn(loader: AsyncIterable<unknown>, model: Module): Promise<void>;
export function updateBn(loader: Iterable<unknown> | AsyncIterable<unknown>, model: Module): void | Promise<void> {
  assertModule('updateBn', 'model', model, 'Write updateBn(loader, model).');
  const sync = typeof (loader as Iterable<unknown> | null)?.[Symbol.iterator] === 'function';
  if (!sync && typeof (loader as AsyncIterable<unknown> | null)?.[Symbol.asyncIterator] !== 'function')
    throw new ArgumentError(`updateBn: the loader is ${show(loader)}, expected batches to iterate over: updateBn(loader, model).`);
  const restore = startAveraging(model);
  if (!sync) return restore === null ? Promise.resolve() : seeAll(loader as AsyncIterable<unknown>, model).finally(restore);
  if (restore === null) return;
  try {
    for (const batch of loader as Iterable<unknown>) see(batch, model);
  } finally {
    restore();
  }
}

async function seeAll(loader: AsyncIterable<unknown>, model: Module): Promise<void> {
  for await (const batch of loader) see(batch, model);
}

function see(batch: unknown, model: Module): void {
  const input: unknown = Array.isArray(batch) ? batch[0] : batch;
  assertTensor('updateBn', 'the input of a batch', input);
  scope(() => {
    noGrad(() => (model.forward as (x: Tensor) => unknown)(input));
  });
}
