/** Batch normalization: dense, then batch norm, then activation. `--epochs 10` for a longer run. */
import { manualSeed, nn, optim, rand, summary, type Tensor } from 'hone';
import { readArguments } from '../shared/arguments.js';
import * as data from './module/data.js';
import * as train from './module/train.js';

const device = 'cpu';

const LR = 0.001;
const BATCH_SIZE = 200;
const { epochs: N_EPOCH, images, seed, root: DATASET_ROOT_PATH } = readArguments({ epochs: 5, images: 60_000, seed: 0, root: '' });
manualSeed(seed);

const trainLoader = data.loadMnistDataset(DATASET_ROOT_PATH, BATCH_SIZE, true, images);
const testLoader = data.loadMnistDataset(DATASET_ROOT_PATH, BATCH_SIZE, false);

const a = rand([10, 5]); // 10 samples of 5 features
const bn = new nn.BatchNorm1d(5); // features in one dim: BatchNorm1d(features); images: BatchNorm2d(channels)
const b = bn.forward(a);

// Mean and standard deviation of each feature
console.log(`mean of a: ${a.mean(0)}`);
console.log(`standard deviation of a: ${a.std(0)}`);

// And after the batch norm
console.log(`mean of b: ${b.mean(0)}`);
console.log(`standard deviation of b: ${b.std(0)}`);

console.log(`${a}`);
console.log(`${b}`);

// Linear, batch norm, activation (and then dropout, if any)
class BNModel extends nn.Module {
  b1 = new nn.Sequential(new nn.Linear(784, 256), new nn.BatchNorm1d(256), new nn.ReLU());
  b2 = new nn.Sequential(new nn.Linear(256, 128), new nn.BatchNorm1d(128), new nn.ReLU());
  b3 = new nn.Sequential(new nn.Linear(128, 64), new nn.BatchNorm1d(64), new nn.ReLU());
  output = new nn.Linear(64, 10);

  override forward(X: Tensor): Tensor {
    let out = new nn.Flatten().forward(X);
    out = this.b1.forward(out);
    out = this.b2.forward(out);
    out = this.b3.forward(out);
    out = this.output.forward(out);
    return out;
  }
}

const bnModel = new BNModel().to(device);
summary(bnModel, [1, 28, 28]);

const lossFn = new nn.CrossEntropyLoss();
const optimizer = new optim.Adam(bnModel.parameters(), { lr: LR });

train.fit(trainLoader, testLoader, bnModel, lossFn, optimizer, N_EPOCH, {
  saveBestModel: false,
  earlyStopping: false,
  device,
  mode: 'multi',
});
