/** A training from settings to its results: a model file, figures, a page. */
import { rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ArgumentError } from '../../errors.js';
import { holdFolder } from '../../formats/files/hold/hold.js';
import type { ModuleWithOutput } from '../../nn/module/module.js';
import { plural } from '../../report/text.js';
import { manualSeed } from '../../tensor/create/random.js';
import type { Callback } from '../../train/callbacks/callback.js';
import { writePatiently } from '../../train/callbacks/files/write-patiently.js';
import { showProgress } from '../../train/callbacks/progress/progress.js';
import { fit } from '../../train/fit/fit.js';
import { NonFiniteError } from '../../train/guards/non-finite.js';
import { engineLine, interruptible, newRunFolder, openDisplay, surroundings } from '../commands/run.js';
import { prepareData } from '../data/prepare.js';
import type { Prepared } from '../data/prepared.js';
import type { Resolved } from '../settings/resolve.js';
import { version } from '../version.js';
import { figuresSoFar } from './figures.js';
import { metricsFor } from './metrics.js';
import { MODEL_FILE, saveModelFile } from './model-file.js';
import { buildModel, type ModelSpec, specOf, specText } from './models.js';
import { buildOptimizer, rateOf } from './optimizers.js';
import { callbacksOf, loadersOf, lossOf } from './recipe.js';
import { pageOf, reportFailure, reportRun } from './report.js';
import { type Begun, checkpointPath, type EarlierRun, writeRun } from './run-folder.js';
import { buildScheduler } from './schedulers.js';

/** All that a training is made of. */
export interface Training {
  readonly settings: Resolved;
  readonly prepared: Prepared;
  readonly spec: ModelSpec;
  readonly model: ModuleWithOutput;
  readonly folder: string;
  /** When this process began with it. */
  readonly started: Date;
  /** The first start of a run that goes on. */
  readonly begun?: Begun | undefined;
}

/** The model that settings name, drawn from the seed. */
export function modelFor(settings: Resolved, { inputShape, classes }: Prepared): { spec: ModelSpec; model: ModuleWithOutput } {
  const { model: name, pretrained, hidden, activation, batchNorm, dropout, seed } = settings;
  const spec = specOf(name, {
    inputShape,
    numClasses: classes?.length ?? 1,
    perceptron: { hidden, activation, batchNorm, dropout },
    pretrained: pretrained !== undefined,
  });
  manualSeed(seed);
  return { spec, model: buildModel(spec, pretrained) };
}

/** Trains as settings say, and writes what comes of it. @param earlier the run that goes on, where one does. */
export async function runTraining(settings: Resolved, earlier?: EarlierRun): Promise<void> {
  const started = new Date();
  const display = openDisplay();
  display.line(engineLine());
  const prepared = await prepareData(settings, earlier);
  if (earlier?.classes !== undefined && earlier.classes.join('\n') !== prepared.classes?.join('\n'))
    throw new ArgumentError(
      `--resume ${earlier.folder}: the data has other classes than the run was begun with: ${prepared.classes?.slice(0, 8).join(', ')} now, ${earlier.classes.slice(0, 8).join(', ')} then.`,
    );
  const { spec, model } = modelFor(settings, prepared);
  const { train, validation, notes } = loadersOf(settings, prepared, model);
  const loss = lossOf(settings, prepared);
  const metrics = metricsFor(settings.metrics, prepared.task, prepared.input);
  const optimizer = buildOptimizer(model, settings.optimizer);
  const steps = Math.max(1, Math.ceil(train.length / settings.accumulate));
  const horizon = { lr: rateOf(settings.optimizer), epochs: settings.epochs, steps };
  const plan = settings.scheduler && buildScheduler(optimizer, settings.scheduler, horizon);
  const name = nameOf(settings);
  const folder = earlier?.folder ?? newRunFolder(settings.out, `train-${name}`);
  display.line(
    `${earlier ? 'go on with' : 'train'} ${name}: ${specText(spec)}; ${plural(settings.epochs, 'epoch')}; ${prepared.summary.replace(/\.$/, '')}`,
  );
  for (const note of [...prepared.notes, ...notes]) display.line(note);
  const { signal, done } = interruptible(display);
  let begun = earlier !== undefined;
  let release = () => {};
  const training: Training = { settings, prepared, spec, model, folder, started, begun: earlier?.begun };
  try {
    release = holdFolder(folder, 'hone train');
    writeRun(folder, settings, prepared, earlier?.begun ?? { command: surroundings(started)['command']!, started: started.toISOString() });
    const history = await fit(model, {
      train,
      validation,
      loss,
      optimizer,
      ...(plan && { scheduler: plan }),
      epochs: settings.epochs,
      metrics,
      evaluateTrain: evaluatesTrain(settings),
      saveBest: true,
      restoreBest: true,
      checkpoint: { path: checkpointPath(folder), every: settings.checkpointEvery, signals: false },
      resume: earlier !== undefined,
      ...(settings.patience !== undefined && { earlyStopping: { patience: settings.patience } }),
      callbacks: [
        ...callbacksOf(settings, prepared, folder, steps),
        modelFile(training),
        figuresSoFar(training),
        pageOf(training),
        {
          name: 'begun',
          onStep() {
            begun = true;
          },
        },
        showProgress(display, { unit: settings.kind === 'table' ? 'rows' : 'images' }),
      ],
      progress: false,
      signal,
    });
    display.clear();
    reportRun(training, history);
  } catch (error) {
    display.clear();
    if (!(error instanceof NonFiniteError)) {
      // Nothing is worth keeping of a training that could not begin.
      if (!begun) rmSync(folder, { recursive: true, force: true });
      throw error;
    }
    reportFailure(training, error);
  } finally {
    display.clear();
    release();
    done();
  }
}

/** What runs of that data are called: `photos`, `digits`. */
export const nameOf = ({ kind, data }: Resolved): string => (kind === 'named' ? data : basename(data).replace(/\.\w+$/, '') || 'data');

/** Whether the train scores are measured once more after each epoch: where that costs little and means the same as of validation. */
const evaluatesTrain = ({ model, augment, mixup, cutmix }: Resolved) =>
  model === 'mlp' && augment === 'none' && mixup === 0 && cutmix === 0;

/** Writes the best epoch's weights with all that a prediction needs, whenever there is a better one. */
function modelFile({ settings, prepared, spec, folder }: Training): Callback {
  let behind: (() => void) | undefined;
  const write = (attempt: () => void) => {
    behind = writePatiently(attempt) ? undefined : attempt;
  };
  const retry = () => {
    if (behind) write(behind);
  };
  return {
    name: 'modelFile',
    onTrainEnd: retry,
    onError: retry,
    onEpochEnd(record, { history }) {
      const { best } = history;
      if (best?.epoch !== record.epoch) {
        retry();
        return;
      }
      write(() =>
        saveModelFile(join(folder, MODEL_FILE), best.stateDict, {
          format: 1,
          task: prepared.task,
          ...(prepared.classes && { classes: prepared.classes }),
          model: spec,
          input: prepared.input,
          data: nameOf(settings),
          epoch: record.epoch,
          scores: { ...record.validation! },
          made: `hone ${version}`,
        }),
      );
    },
  };
}
