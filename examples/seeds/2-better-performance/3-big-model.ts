/** What the size of a model changes, second part: a big one, of blocks made with `nn.Sequential`. `--epochs 10 --images 8000` for a longer run. */
import { manualSeed, nn, ones, optim, summary, type Tensor } from 'hone';
import { lineChart, subplots } from 'hone/report';
import { readArguments } from '../shared/arguments.js';
import { show } from '../shared/pictures.js';
import * as data from './module/data.js';
import * as train from './module/train.js';

const device = 'cpu';

const LR = 0.001;
const BATCH_SIZE = 200;
const { epochs: N_EPOCH, images, seed, root: DATASET_ROOT_PATH } = readArguments({ epochs: 3, images: 2000, seed: 0, root: '' });
const MODEL_SAVE_ROOT_PATH = 'runs/seeds/models';
manualSeed(seed);

const trainLoader = data.loadMnistDataset(DATASET_ROOT_PATH, BATCH_SIZE, true, images);
const testLoader = data.loadMnistDataset(DATASET_ROOT_PATH, BATCH_SIZE, false, images);

// nn.Sequential makes one block of several layers
const layerBlock = new nn.Sequential(new nn.Linear(20, 30), new nn.ReLU());

const a = ones([1, 20]);
const r = layerBlock.forward(a);
console.log(r.shape);
console.log(`${r}`);

class BigSizeModel extends nn.Module {
  b1 = new nn.Sequential(new nn.Linear(784, 2048), new nn.ReLU());
  b2 = new nn.Sequential(new nn.Linear(2048, 1024), new nn.ReLU());
  b3 = new nn.Sequential(new nn.Linear(1024, 512), new nn.ReLU());
  b4 = new nn.Sequential(new nn.Linear(512, 256), new nn.ReLU());
  b5 = new nn.Sequential(new nn.Linear(256, 128), new nn.ReLU());
  b6 = new nn.Sequential(new nn.Linear(128, 64), new nn.ReLU());

  output = new nn.Linear(64, 10);

  override forward(X: Tensor): Tensor {
    X = new nn.Flatten().forward(X);
    let out = this.b1.forward(X);
    out = this.b2.forward(out);
    out = this.b3.forward(out);
    out = this.b4.forward(out);
    out = this.b5.forward(out);
    out = this.b6.forward(out);

    return this.output.forward(out);
  }
}

const bigModel = new BigSizeModel();
summary(bigModel, [BATCH_SIZE, 1, 28, 28]);

const lossFn = new nn.CrossEntropyLoss();
const optimizer = new optim.Adam(bigModel.parameters(), { lr: LR });

const [trainLossList, trainAccList, validLossList, validAccList] = train.fit(
  trainLoader,
  testLoader,
  bigModel,
  lossFn,
  optimizer,
  N_EPOCH,
  { saveBestModel: true, saveModelPath: `${MODEL_SAVE_ROOT_PATH}/big_model.pth`, device, mode: 'multi' },
);

// Loss and accuracy side by side: plt.subplot(1, 2, 1), plt.subplot(1, 2, 2)
const loss = lineChart({ title: 'Loss', y: { Trainset: trainLossList, Validationset: validLossList }, from: 0, width: 480 });
const accuracy = lineChart({ title: 'Accuracy', y: { Trainset: trainAccList, Validationset: validAccList }, from: 0, width: 480 });
await show('2-big.svg', subplots(1, 2, [loss, accuracy]));
