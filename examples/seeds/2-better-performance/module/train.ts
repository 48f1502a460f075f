/** The document's module/train.py: one epoch of training, evaluation, and `fit` with early stopping and saving the best model. */
import { argmax, type nn, noGrad, type optim, save, sum, type Tensor } from 'hone';
import type { DataLoader } from 'hone/data';

type Loader = DataLoader<[Tensor, number], [Tensor, Tensor]>;
type LossFn = { forward(pred: Tensor, y: Tensor): Tensor };
type AnyOptimizer = Pick<optim.Optimizer, 'step' | 'zeroGrad'>;
type Scores = [loss: number, accuracy: number];
type Mode = 'binary' | 'multi';

/**
 * Evaluates a classifier of several classes.
 * @param model gives one score for each class.
 * @returns mean loss of the batches, and the share of samples that is right.
 */
export function testMultiClassification(dataloader: Loader, model: nn.Module, lossFn: LossFn, device = 'cpu' as const): Scores {
  model.eval();
  const size = dataloader.dataset.length!; // samples
  const numBatches = dataloader.length; // steps

  let [testLoss, testAccuracy] = [0, 0];

  noGrad(() => {
    for (let [X, y] of dataloader) {
      [X, y] = [X.to(device), y.to(device)];
      const pred = model.forward(X) as Tensor;
      testLoss += lossFn.forward(pred, y).item(); // losses of batches, added up
      const predLabel = argmax(pred, -1);
      testAccuracy += sum(predLabel.eq(y)).item(); // how many are right, added up
    }
  });
  testLoss /= numBatches;
  testAccuracy /= size;
  return [testLoss, testAccuracy];
}

/** Evaluates a classifier of two classes, which gives the probability of the second. Returns as {@link testMultiClassification}. */
export function testBinaryClassification(dataloader: Loader, model: nn.Module, lossFn: LossFn, device = 'cpu' as const): Scores {
  model.eval();
  const size = dataloader.dataset.length!;
  const numBatches = dataloader.length;

  let [testLoss, testAccuracy] = [0, 0];

  noGrad(() => {
    for (let [X, y] of dataloader) {
      [X, y] = [X.to(device), y.to(device)];
      const pred = model.forward(X) as Tensor;
      testLoss += lossFn.forward(pred, y).item();
      const predLabel = pred.ge(0.5).int();
      testAccuracy += predLabel.eq(y).sum().item();
    }
  });
  testLoss /= numBatches;
  testAccuracy /= size;
  return [testLoss, testAccuracy];
}

const evaluators = { binary: testBinaryClassification, multi: testMultiClassification };

/** Trains for one epoch. @returns loss and accuracy on the training set afterwards. */
export function train(
  dataloader: Loader,
  model: nn.Module,
  lossFn: LossFn,
  optimizer: AnyOptimizer,
  device = 'cpu' as const,
  mode: Mode = 'binary',
): Scores {
  model.train();

  for (let [X, y] of dataloader) {
    [X, y] = [X.to(device), y.to(device)];
    const pred = model.forward(X) as Tensor;

    const loss = lossFn.forward(pred, y);

    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
  }

  return evaluators[mode](dataloader, model, lossFn, device);
}

export interface FitOptions {
  /** Whether the model is saved whenever it is better. Default: true. */
  saveBestModel?: boolean;
  /** Where. */
  saveModelPath?: string;
  /** Whether training stops early. Default: true. */
  earlyStopping?: boolean;
  /** Epochs without improvement after which it does. Default: 10. */
  patience?: number;
  device?: 'cpu';
  /** Default: 'binary'. */
  mode?: Mode;
  /** Is stepped after each epoch. */
  lrScheduler?: optim.lrScheduler.LRScheduler;
}

/** What `fit` measured, epoch by epoch. */
export type Lists = [trainLoss: number[], trainAccuracy: number[], valLoss: number[], valAccuracy: number[]];

/** Trains a model. */
export function fit(
  trainLoader: Loader,
  valLoader: Loader,
  model: nn.Module,
  lossFn: LossFn,
  optimizer: AnyOptimizer,
  epochs: number,
  {
    saveBestModel = true,
    saveModelPath,
    earlyStopping = true,
    patience = 10,
    device = 'cpu',
    mode = 'binary',
    lrScheduler,
  }: FitOptions = {},
): Lists {
  const trainLossList: number[] = [];
  const trainAccuracyList: number[] = [];
  const valLossList: number[] = [];
  const valAccuracyList: number[] = [];

  let bestScoreSave = Number.POSITIVE_INFINITY;

  // Early stopping
  let triggerCount = 0;
  let bestScoreEs = Number.POSITIVE_INFINITY;

  model = model.to(device);
  const s = performance.now();
  for (let epoch = 0; epoch < epochs; epoch++) {
    const [trainLoss, trainAccuracy] = train(trainLoader, model, lossFn, optimizer, device, mode);
    const [valLoss, valAccuracy] = evaluators[mode](valLoader, model, lossFn, device);

    lrScheduler?.step();

    trainLossList.push(trainLoss);
    trainAccuracyList.push(trainAccuracy);
    valLossList.push(valLoss);
    valAccuracyList.push(valAccuracy);

    console.log(
      `Epoch[${epoch + 1}/${epochs}] - Train loss: ${trainLoss.toFixed(5)} Train Accuracy: ${trainAccuracy.toFixed(5)} || Validation Loss: ${valLoss.toFixed(5)} Validation Accuracy: ${valAccuracy.toFixed(5)}`,
    );
    console.log('='.repeat(100));

    if (saveBestModel && valLoss < bestScoreSave) {
      save(model.stateDict(), saveModelPath!, { makeDirectories: true });
      console.log(`saved: ${epoch + 1} - before: ${bestScoreSave}, now: ${valLoss}`);
      bestScoreSave = valLoss;
    }

    if (earlyStopping) {
      if (valLoss < bestScoreEs) {
        bestScoreEs = valLoss;
        triggerCount = 0;
      } else {
        triggerCount += 1;
        if (patience === triggerCount) {
          console.log(`Early stopping: Epoch - ${epoch}`);
          break;
        }
      }
    }
  }
  console.log(((performance.now() - s) / 1000).toFixed(2), 'seconds');
  return [trainLossList, trainAccuracyList, valLossList, valAccuracyList];
}
