/** What ema and swa share: an average of the model's weights, which takes their place in evaluation and at the end. */
import { noGrad } from '../../../autograd/modes/mode.js';
import type { Module } from '../../../nn/module/module.js';
import { AveragedModel, type AveragedModelOptions } from '../../../nn/utils/swa-utils.js';
import { copy_ } from '../../../ops/elementwise/inplace.js';
import { clone } from '../../../ops/view/copy.js';
import { escapeScope } from '../../../tensor/storage.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { item } from '../../../tensor/values/transfer.js';
import type { Callback, TrainingRun } from '../callback.js';
import { claim, wasRestored } from '../watching.js';

/** A callback that averages weights. */
export interface AveragingCallback extends Callback {
  /** The averaged model of the running training, or of the last one; undefined before anything was averaged. */
  readonly averaged: AveragedModel | undefined;
}

/** The average of a training, and its place in the model. */
export class Average {
  averaged: AveragedModel | undefined;
  /** Whether the model has the average's weights, and the average the model's. */
  private swapped = false;
  private loaded: Record<string, Tensor> | undefined;

  constructor(
    private readonly op: string,
    private readonly options: AveragedModelOptions,
  ) {}

  /** Begins anew, or with what was loaded. */
  start(run: TrainingRun): void {
    claim(run, 'average the weights', this.op, 'Leave one out.');
    this.averaged = undefined;
    this.swapped = false;
    if (this.loaded) this.make(run.model).loadStateDict(this.loaded);
    this.loaded = undefined;
  }

  /** Takes the model's weights into the average. */
  update(model: Module): void {
    (this.averaged ?? this.make(model)).updateParameters(model);
  }

  /** Exchanges the weights of model and average; without an average, nothing. */
  private swap(model: Module): void {
    const { averaged } = this;
    if (!averaged || item(averaged.nAveraged) === 0) return;
    this.swapped = !this.swapped;
    const [own, other] = [tensorsOf(model), tensorsOf(averaged.module)];
    noGrad(() => {
      own.forEach((tensor, i) => {
        const kept = clone(tensor.detach());
        copy_(tensor, other[i]!.detach());
        copy_(other[i]!, kept);
        kept.dispose();
      });
    });
  }

  /** For evaluations within an epoch: that of the last time, where there is one. */
  readonly within = {
    enter: ({ model }: TrainingRun) => this.enter(model),
    leave: ({ model }: TrainingRun) => this.leave(model),
  };

  /** Before an evaluation: the model gets the average's weights. */
  enter(model: Module): void {
    if (!this.swapped) this.swap(model);
  }

  /** After it: it gets its own back. */
  leave(model: Module): void {
    if (this.swapped) this.swap(model);
  }

  /** At the end: the model has the average's weights for good, unless it has those of its best epoch. */
  apply(run: TrainingRun): void {
    const { averaged } = this;
    if (!averaged || item(averaged.nAveraged) === 0 || wasRestored(run)) return;
    const other = tensorsOf(averaged.module);
    noGrad(() => {
      for (const [i, tensor] of tensorsOf(run.model).entries()) copy_(tensor, other[i]!.detach());
    });
  }

  /** The state for a checkpoint; undefined before anything was averaged. */
  stateDict(): Record<string, Tensor> | undefined {
    return this.averaged?.stateDict();
  }

  loadStateDict(state: Record<string, Tensor> | undefined): void {
    this.loaded = state;
  }

  private make(model: Module): AveragedModel {
    const averaged = new AveragedModel(model, this.options);
    // Made in a step, or within the user's own scope, it outlives both.
    for (const tensor of [...tensorsOf(averaged.module), averaged.nAveraged]) escapeScope(tensor.storage, null);
    this.averaged = averaged;
    return averaged;
  }
}

const tensorsOf = (model: Module): Tensor[] => [...model.parameters(), ...model.buffers()];
