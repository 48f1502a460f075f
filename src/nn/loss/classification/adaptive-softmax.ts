/** A softmax over many classes that spends its weights on the frequent ones. */
import { noGrad } from '../../../autograd/modes/mode.js';
import { ArgumentError, IndexError, ShapeError, showShape } from '../../../errors.js';
import { add, sub } from '../../../ops/elementwise/binary.js';
import { ge, logicalAnd, lt } from '../../../ops/elementwise/comparison.js';
import { neg } from '../../../ops/elementwise/unary.js';
import { gather } from '../../../ops/gather/gather.js';
import { indexCopy, indexFill, indexSelect } from '../../../ops/gather/index-select.js';
import { flatNonzero } from '../../../ops/index/masks.js';
import { cat } from '../../../ops/join/join.js';
import { argmax, max, min } from '../../../ops/reduce/extrema.js';
import { logSoftmax } from '../../../ops/reduce/softmax.js';
import { mean } from '../../../ops/reduce/sum.js';
import { reshape, unsqueeze } from '../../../ops/view/movement.js';
import { narrow } from '../../../ops/view/select.js';
import { type Arguments, readArguments, type Settings } from '../../../tensor/arguments/arguments.js';
import { above, assertFloatingDType, assertTensors, countOf, finiteNumber, wholeNumbers } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { show } from '../../../tensor/arguments/show.js';
import { zeros } from '../../../tensor/create/create.js';
import type { DeviceLike } from '../../../tensor/device.js';
import type { Tensor } from '../../../tensor/tensor.js';
import type { DType } from '../../../tensor/values/dtype.js';
import { ModuleList } from '../../containers/list.js';
import { Sequential } from '../../containers/sequential.js';
import { Linear } from '../../linear/linear.js';
import { Module } from '../../module/module.js';
import { assertLabels } from './labels.js';

/** The options of {@link AdaptiveLogSoftmaxWithLoss}. */
export interface AdaptiveLogSoftmaxOptions {
  /** Each cluster works with the features of the one before over this. Default: 4. */
  divValue?: number;
  /** Whether the head has a bias. Default: false. */
  headBias?: boolean;
  /** Of the weights. Default: float32. */
  dtype?: DType;
  /** Where they are: the CPU. @throws {DeviceError} for another device. */
  device?: DeviceLike | null;
}

const DEFAULTS: Settings<AdaptiveLogSoftmaxOptions> = { divValue: 4, headBias: false, dtype: 'float32' };

/** What {@link AdaptiveLogSoftmaxWithLoss} gives: `[output, loss]`, also as `.output` and `.loss`. */
export type AdaptiveOutput = readonly [output: Tensor, loss: Tensor] & {
  /** The log-probability of each target [N]. */
  readonly output: Tensor;
  /** The mean of minus these. */
  readonly loss: Tensor;
};

/**
 * The log-probabilities of many classes, the frequent ones first, and the loss of targets: a head scores the first `cutoffs[0]` classes and
 * each of the clusters that the other cutoffs make of the rest, and a cluster is looked into only for the targets that it holds. Rare
 * classes get smaller weights: cluster i works with inFeatures / divValue^i features.
 * @param nClasses how many there are, numbered by falling frequency. @param cutoffs where clusters begin, rising, from 1 to nClasses - 1.
 * @param args divValue (default: 4) and headBias (default: false), in this order, or by name in one object with `dtype`.
 * @throws {ArgumentError} for cutoffs that do not rise, or are outside 1 to nClasses - 1.
 * @see Grave et al. 2017, https://arxiv.org/abs/1609.04309; https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveLogSoftmaxWithLoss.html
 * @example
 * const softmax = new nn.AdaptiveLogSoftmaxWithLoss(16, 1000, [10, 100]);
 * const { output, loss } = softmax.forward(rand([2, 16]), tensor([3, 700], { dtype: 'int64' }));
 * output.shape; // [2]
 */
export class AdaptiveLogSoftmaxWithLoss extends Module {
  static override readonly className: string = 'AdaptiveLogSoftmaxWithLoss';
  /** How many features come in. */
  readonly inFeatures: number;
  /** How many classes there are. */
  readonly nClasses: number;
  /** Where clusters begin, and after them the number of classes. */
  readonly cutoffs: readonly number[];
  /** Each cluster works with the features of the one before over this. */
  readonly divValue: number;
  /** Whether the head has a bias. */
  readonly headBias: boolean;
  /** How many classes the head scores itself. */
  readonly shortlistSize: number;
  /** How many clusters there are. */
  readonly nClusters: number;
  /** How many scores the head gives: classes of its own, then clusters. */
  readonly headSize: number;
  /** Scores of the frequent classes and of the clusters. */
  head: Linear;
  /** Scores of the classes of each cluster. */
  tail: ModuleList<Sequential>;

  constructor(
    inFeatures: number,
    nClasses: number,
    cutoffs: readonly number[],
    ...args: Arguments<AdaptiveLogSoftmaxOptions, [divValue: 'divValue', headBias: 'headBias']>
  ) {
    super();
    const name = classNameOf(new.target);
    countOf(name, 'inFeatures', inFeatures);
    countOf(name, 'nClasses', nClasses, 1);
    const { divValue, headBias, dtype } = readArguments(name, DEFAULTS, args);
    finiteNumber(name, 'divValue', divValue);
    above(name, 'divValue', divValue, 0);
    assertFloatingDType(name, 'dtype', dtype);
    const begins = wholeNumbers(name, 'cutoffs', cutoffs, { min: 1, max: nClasses - 1 });
    if (begins.length === 0 || begins.some((begin, i) => i > 0 && begin <= begins[i - 1]!))
      throw new ArgumentError(`${name}: cutoffs is ${show(cutoffs)}, expected rising numbers from 1 to ${nClasses - 1}, at least one.`);
    this.inFeatures = inFeatures;
    this.nClasses = nClasses;
    this.cutoffs = [...begins, nClasses];
    this.divValue = divValue;
    this.headBias = headBias;
    this.shortlistSize = begins[0]!;
    this.nClusters = begins.length;
    this.headSize = this.shortlistSize + this.nClusters;
    this.head = new Linear(inFeatures, this.headSize, { bias: headBias, dtype });
    const clusters = begins.map((begin, i) => {
      const features = Math.floor(inFeatures / divValue ** (i + 1));
      return new Sequential(
        new Linear(inFeatures, features, { bias: false, dtype }),
        new Linear(features, this.cutoffs[i + 1]! - begin, { bias: false, dtype }),
      );
    });
    this.tail = new ModuleList(clusters);
  }

  /** Draws all weights anew. */
  resetParameters(): void {
    this.head.resetParameters();
    for (const cluster of this.tail) for (const layer of cluster) (layer as Linear).resetParameters();
  }

  /**
   * The log-probability of each target, and the mean of minus these.
   * @param input [N, inFeatures], or [inFeatures] with one target. @param target [N], or [], int64 or int32, 0 to nClasses - 1.
   * @throws {ShapeError} for shapes that do not fit. @throws {DTypeError} for a target without whole numbers. @throws {IndexError} for a class that does not exist.
   */
  forward(input: Tensor, target: Tensor): AdaptiveOutput {
    const name = classNameOf(this);
    assertTensors(name, { input, target });
    assertLabels(name, target);
    const single = target.ndim === 0;
    if (target.ndim > 1 || input.ndim !== target.ndim + 1 || (!single && input.shape[0] !== target.shape[0]))
      throw new ShapeError(
        `${name}: input is ${showShape(input.shape)} and target ${showShape(target.shape)}, expected [N, ${this.inFeatures}] and [N], or [${this.inFeatures}] and [].`,
      );
    const x = single ? unsqueeze(input, 0) : input;
    const labels = (single ? unsqueeze(target, 0) : target).to('int64');
    this.checkLabels(name, labels);

    const count = labels.shape[0]!;
    let within = zeros([count], { dtype: x.dtype });
    let scores = labels;
    for (let i = 0; i < this.nClusters; i++) {
      const [low, high] = [this.cutoffs[i]!, this.cutoffs[i + 1]!];
      const rows = flatNonzero(logicalAnd(ge(labels, low), lt(labels, high)));
      if (rows.shape[0] === 0) continue;
      scores = indexFill(scores, 0, rows, this.shortlistSize + i);
      const local = logSoftmax(this.tail.at(i).forward(indexSelect(x, 0, rows)), 1);
      const own = unsqueeze(sub(indexSelect(labels, 0, rows), low), 1);
      within = indexCopy(within, 0, rows, reshape(gather(local, 1, own), [-1]));
    }
    const head = logSoftmax(this.head.forward(x), 1);
    const all = add(within, reshape(gather(head, 1, unsqueeze(scores, 1)), [count]));
    const loss = mean(neg(all));
    const output = single ? reshape(all, []) : all;
    return Object.assign([output, loss] as const, { output, loss });
  }

  /**
   * The log-probabilities of all classes.
   * @param input [N, inFeatures].
   * @returns [N, nClasses].
   */
  logProb(input: Tensor): Tensor {
    assertTensors(`${classNameOf(this)}.logProb`, { input });
    return this.full(input, this.head.forward(input));
  }

  /**
   * The most probable class of each item; clusters are looked into only where the head prefers one.
   * @param input [N, inFeatures].
   * @returns [N], int64.
   */
  predict(input: Tensor): Tensor {
    assertTensors(`${classNameOf(this)}.predict`, { input });
    return noGrad(() => {
      const scores = this.head.forward(input);
      const best = argmax(scores, 1);
      const rows = flatNonzero(ge(best, this.shortlistSize));
      if (rows.shape[0] === 0) return best;
      const rest = this.full(indexSelect(input, 0, rows), indexSelect(scores, 0, rows));
      return indexCopy(best, 0, rows, argmax(rest, 1));
    });
  }

  /** The log-probabilities of all classes, from the input and what the head makes of it. */
  private full(input: Tensor, scores: Tensor): Tensor {
    const head = logSoftmax(scores, 1);
    const { shortlistSize } = this;
    const clusters = [...this.tail].map((cluster, i) => add(logSoftmax(cluster.forward(input), 1), narrow(head, 1, shortlistSize + i, 1)));
    return cat([narrow(head, 1, 0, shortlistSize), ...clusters], 1);
  }

  private checkLabels(name: string, labels: Tensor): void {
    if (labels.shape[0] === 0) return;
    const [low, high] = noGrad(() => [min(labels).item(), max(labels).item()] as const);
    if (low < 0 || high >= this.nClasses)
      throw new IndexError(`${name}: target has classes from ${low} to ${high}, expected 0 to ${this.nClasses - 1}.`);
  }
}
