/** What the size of a model changes, first part: a small one. `--epochs 10` for a longer run. */
import { manualSeed, nn, optim, summary, type Tensor } from 'hone';
import { lineChart, subplots } from 'hone/report';
import { readArguments } from '../shared/arguments.js';
import { show } from '../shared/pictures.js';
import * as data from './module/data.js';
import * as train from './module/train.js';

const device = 'cpu';

const LR = 0.001;
const BATCH_SIZE = 200;
const { epochs: N_EPOCH, images, seed, root: DATASET_ROOT_PATH } = readArguments({ epochs: 5, images: 60_000, seed: 0, root: '' });
const MODEL_SAVE_ROOT_PATH = 'runs/seeds/models';
manualSeed(seed);

const trainLoader = data.loadMnistDataset(DATASET_ROOT_PATH, BATCH_SIZE, true, images);
const testLoader = data.loadMnistDataset(DATASET_ROOT_PATH, BATCH_SIZE, false);

class SmallSizeModel extends nn.Module {
  output = new nn.Linear(784, 10); // in: features (1*28*28), out: classes (10)

  override forward(X: Tensor): Tensor {
    let out = new nn.Flatten().forward(X);
    out = this.output.forward(out);
    return out;
  }
}

const smallModel = new SmallSizeModel();
summary(smallModel, [BATCH_SIZE, 1, 28, 28]); // torchinfo.summary

const lossFn = new nn.CrossEntropyLoss();
const optimizer = new optim.Adam(smallModel.parameters(), { lr: LR });

const [trainLossList, trainAccList, validLossList, validAccList] = train.fit(
  trainLoader,
  testLoader,
  smallModel,
  lossFn,
  optimizer,
  N_EPOCH,
  { saveBestModel: true, saveModelPath: `${MODEL_SAVE_ROOT_PATH}/small_model.pth`, device, mode: 'multi' },
);

// Loss and accuracy side by side: plt.subplot(1, 2, 1), plt.subplot(1, 2, 2)
const loss = lineChart({ title: 'Loss', y: { Trainset: trainLossList, Validationset: validLossList }, from: 0, width: 480 });
const accuracy = lineChart({ title: 'Accuracy', y: { Trainset: trainAccList, Validationset: validAccList }, from: 0, width: 480 });
await show('2-small.svg', subplots(1, 2, [loss, accuracy]));
