/** What settings stand for in a training: the loss, the metrics, the callbacks, the batches. */
import { join } from 'node:path';
import { DataLoader } from '../../data/loader/data-loader.js';
import { ArgumentError } from '../../errors.js';
import { CrossEntropyLoss } from '../../nn/loss/classification/cross-entropy.js';
import { MSELoss } from '../../nn/loss/regression/regression.js';
import type { Module } from '../../nn/module/module.js';
import { BatchNorm1d, BatchNorm2d } from '../../nn/norm/batch.js';
import { plural } from '../../report/text.js';
import { tensor } from '../../tensor/create/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { ema } from '../../train/callbacks/averages/ema.js';
import type { Callback } from '../../train/callbacks/callback.js';
import { csvLogger } from '../../train/callbacks/logging/csv-logger.js';
import { tensorBoard } from '../../train/callbacks/logging/tensorboard.js';
import { cutmix, mixup, mixupCutmix } from '../../train/callbacks/mixing/mixing.js';
import { warmup } from '../../train/callbacks/pace/warmup.js';
import { accumulateGradients } from '../../train/callbacks/steps/accumulate-gradients.js';
import { gradientClipping } from '../../train/callbacks/steps/gradient-clipping.js';
import type { Loader } from '../../train/types.js';
import type { Prepared } from '../data/prepared.js';
import type { Resolved } from '../settings/resolve.js';

/** The batches of a loop. */
type Batches = Loader<readonly Tensor[]> & { readonly length: number };

/** The loss of a task. @throws {ArgumentError} for weights that are not one for each class. */
export function lossOf({ labelSmoothing, classWeights }: Resolved, { task, classes, train }: Prepared): CrossEntropyLoss | MSELoss {
  if (task === 'regression') return new MSELoss();
  const weight = classWeights === undefined ? undefined : weightsOf(classWeights, classes!, train.labels()!);
  return new CrossEntropyLoss({ ...(weight && { weight }), ...(labelSmoothing > 0 && { labelSmoothing }) });
}

/** A weight for each class; balanced as scikit-learn balances: rare classes weigh more. */
function weightsOf(given: 'balanced' | readonly number[], classes: readonly string[], labels: readonly number[]): Tensor {
  if (given === 'balanced') {
    const counts = classes.map(() => 0);
    for (const label of labels) counts[label]!++;
    return tensor(counts.map((count) => (count === 0 ? 1 : labels.length / (classes.length * count))));
  }
  if (given.length !== classes.length)
    throw new ArgumentError(
      `--class-weights: there are ${plural(given.length, 'weight')} for ${classes.length} classes (${classes.slice(0, 8).join(', ')}).`,
    );
  return tensor([...given]);
}

/** What happens in and between steps. @param steps updates in an epoch. */
export function callbacksOf(settings: Resolved, { classes }: Prepared, folder: string, steps: number): Callback[] {
  const { accumulate, clip, warmup: epochs, mixup: mixupAlpha, cutmix: cutmixAlpha, ema: decay, tensorboard } = settings;
  const numClasses = classes?.length ?? 1;
  const callbacks: Callback[] = [];
  if (mixupAlpha > 0 && cutmixAlpha > 0) callbacks.push(mixupCutmix({ mixupAlpha, cutmixAlpha, numClasses }));
  else if (mixupAlpha > 0) callbacks.push(mixup({ alpha: mixupAlpha, numClasses }));
  else if (cutmixAlpha > 0) callbacks.push(cutmix({ alpha: cutmixAlpha, numClasses }));
  if (accumulate > 1) callbacks.push(accumulateGradients(accumulate));
  if (clip !== undefined) callbacks.push(gradientClipping({ norm: clip }));
  if (epochs > 0) callbacks.push(warmup({ steps: epochs * steps, from: 0.01 }));
  // Of short trainings the average would else be that of the first, random weights.
  if (decay !== undefined) callbacks.push(ema({ decay, warmup: 'ratio' }));
  callbacks.push(csvLogger(join(folder, 'history.csv')));
  if (tensorboard !== false) callbacks.push(tensorBoard(tensorboard === true ? join(folder, 'tensorboard') : tensorboard));
  return callbacks;
}

/** The batches of training and of validation, and what is to be said of them. */
export function loadersOf(
  settings: Resolved,
  { train, validation }: Prepared,
  model: Module,
): { train: Batches; validation: Batches; notes: string[] } {
  const { batchSize, workers, data } = settings;
  const threads = workers > 0 ? { numWorkers: workers, persistentWorkers: true } : {};
  const notes: string[] = [];
  let dropLast = false;
  if (hasBatchNorm(model) && (batchSize === 1 || train.length % batchSize === 1)) {
    const noun = data === 'digits' ? 'digit' : settings.kind === 'table' ? 'row' : 'picture';
    const what = batchSize === 1 ? `is one ${noun}` : `leaves one ${noun} for the last of the batches of ${train.length}`;
    if (batchSize === 1 || data === 'digits')
      throw new ArgumentError(`--batch-size ${batchSize} ${what}, and batch normalisation cannot train on one. Take ${batchSize + 1}.`);
    dropLast = true;
    notes.push(`The last batch of an epoch would be one ${noun}, on which batch normalisation cannot train: it is left out.`);
  }
  const loader = (part: Prepared['train'], more: object) =>
    new DataLoader(part.dataset as never, { batchSize, ...threads, ...more }) as unknown as Batches;
  return { train: loader(train, { shuffle: true, dropLast }), validation: loader(validation, {}), notes };
}

function hasBatchNorm(model: Module): boolean {
  return [...model.modules()].some((module) => module instanceof BatchNorm1d || module instanceof BatchNorm2d);
}
