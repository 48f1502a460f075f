/** The figures of a training, which a program can read: written as its epochs end, and once more at its end. */
import { join } from 'node:path';
import { writeBytes } from '#files';
import type { Callback, TrainingRun } from '../../train/callbacks/callback.js';
import { writePatiently } from '../../train/callbacks/files/write-patiently.js';
import type { History } from '../../train/history/history.js';
import { isPerceptron, specText } from './models.js';
import type { Training } from './train.js';
import { settingsOf, titleOf } from './words.js';

export const FIGURES_FILE = 'figures.json';

/** Milliseconds between two writes of figures of short epochs. */
const PAUSE = 1000;

/** What `figures.json` of a training holds; numbers that are not finite are null in it. */
export interface TrainFigures {
  readonly format: 2;
  readonly title: string;
  readonly summary: string;
  /** Settings, command, versions, by name. */
  readonly settings: Readonly<Record<string, string>>;
  /** What is looked at beside the loss. */
  readonly metric: { readonly name: string; readonly better: 'max' | 'min' };
  readonly model: { readonly name: string; readonly description: string; readonly parameters: number; readonly architecture: string };
  readonly seed: number;
  readonly epochs: readonly {
    readonly epoch: number;
    readonly train: Readonly<Record<string, number>>;
    readonly validation: Readonly<Record<string, number>>;
    readonly seconds: number;
    readonly lr: number;
  }[];
  /** The epoch whose weights are in the model file, and by which score. */
  readonly best?: { readonly epoch: number; readonly monitor: string; readonly value: number };
  /** How long the training took, all starts together. */
  readonly seconds: number;
  /** Has not ended. */
  readonly running?: true;
  /** One sentence, where it was stopped by hand. */
  readonly stopped?: string;
  /** Why it failed. */
  readonly failed?: string;
}

function figuresOf(training: Training, history: History, running: boolean): TrainFigures {
  const { settings, prepared, spec, model } = training;
  const { stopped, best, epochs } = history;
  return {
    format: 2,
    title: `${titleOf(training)}: ${specText(spec)}`,
    summary: prepared.summary,
    settings: settingsOf(training),
    metric: prepared.task === 'regression' ? { name: 'mae', better: 'min' } : { name: 'accuracy', better: 'max' },
    model: {
      name: specText(spec),
      description: `${isPerceptron(spec) ? 'multi-layer perceptron' : spec.name}, ${settings.optimizer.name}`,
      parameters: model.parameters().reduce((count, parameter) => count + parameter.numel(), 0),
      architecture: String(model),
    },
    seed: settings.seed,
    epochs: epochs.map(({ epoch, train, validation, seconds, lr }) => ({
      epoch,
      train: { ...train },
      validation: { ...validation },
      seconds,
      lr: lr[0]!,
    })),
    ...(best && { best: { epoch: best.epoch, monitor: best.monitor, value: best.value } }),
    seconds: history.seconds || epochs.reduce((sum, { seconds }) => sum + seconds, 0),
    ...(running && { running }),
    ...(stopped?.reason === 'aborted' && { stopped: `Stopped by hand after epoch ${epochs.length}.` }),
    ...(stopped?.reason === 'failed' && { failed: stopped.message }),
  };
}

/** Writes the figures. @throws {FileError} where they cannot be written. */
export function writeFigures(training: Training, history: History, running = false): void {
  const text = `${JSON.stringify(figuresOf(training, history, running), null, 2)}\n`;
  writeBytes(join(training.folder, FIGURES_FILE), [new TextEncoder().encode(text)], 'hone train');
}

/** Writes the figures as epochs end; of short ones not each time. */
export function figuresSoFar(training: Training): Callback {
  let writtenAt = Number.NEGATIVE_INFINITY;
  return {
    name: 'figures',
    onEpochEnd(_record, { history }: TrainingRun) {
      if (performance.now() - writtenAt < PAUSE) return;
      writePatiently(() => writeFigures(training, history, true));
      writtenAt = performance.now();
    },
  };
}
