/** Batch normalization: what each layer gives is normalised too, over its batch in training, by running means in testing. */
import { manualSeed, nn, optim, type Tensor } from 'hone';
import { readArguments } from '../shared/arguments.js';
import { loaders, test, train } from './common.js';

const {
  epochs: numEpoch,
  images,
  batchSize,
  learningRate,
  seed,
  root,
} = readArguments({ epochs: 2, images: 800, batchSize: 16, learningRate: 0.05, seed: 0, root: '' });
manualSeed(seed);
const { trainLoader, testLoader } = loaders(root, images, batchSize);

// nn.BatchNorm2d(x): x is the number of channels that come in
class CNN extends nn.Module {
  layer = new nn.Sequential(
    new nn.Conv2d(1, 16, 3, { padding: 1 }), // 28 x 28
    new nn.BatchNorm2d(16),
    new nn.ReLU(),
    new nn.Conv2d(16, 32, 3, { padding: 1 }), // 28 x 28
    new nn.BatchNorm2d(32),
    new nn.ReLU(),
    new nn.MaxPool2d(2, 2), // 14 x 14
    new nn.Conv2d(32, 64, 3, { padding: 1 }), // 14 x 14
    new nn.BatchNorm2d(64),
    new nn.ReLU(),
    new nn.MaxPool2d(2, 2), // 7 x 7
  );
  fc_layer = new nn.Sequential(new nn.Linear(64 * 7 * 7, 100), new nn.BatchNorm1d(100), new nn.ReLU(), new nn.Linear(100, 10));

  override forward(x: Tensor): Tensor {
    let out = this.layer.forward(x);
    out = out.view(batchSize, -1);
    out = this.fc_layer.forward(out);
    return out;
  }
}

const model = new CNN();
console.log(`${model}`);
const lossFunc = new nn.CrossEntropyLoss();
const optimizer = new optim.SGD(model.parameters(), { lr: learningRate });

for (let i = 0; i < numEpoch; i++) {
  const loss = train(trainLoader, model, lossFunc, optimizer);
  console.log(`Epoch: ${i}, loss ${loss.toFixed(4)}`);
}

// Dropout and batch norm act otherwise in training than in testing: model.eval() before a test
model.eval();
test(testLoader, model);
