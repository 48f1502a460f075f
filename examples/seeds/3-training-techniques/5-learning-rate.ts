/**
 * Learning rate: `ExponentialLR` multiplies it by gamma after every epoch; StepLR and MultiStepLR are beside it.
 *
 * The document calls scheduler.step() before the epoch, as PyTorch up to 1.0 wanted it, and forgets optimizer.step(), so that its loss
 * stays at 2.30; here both stand where they belong.
 */
import { manualSeed, nn, optim, type Tensor } from 'hone';
import { readArguments } from '../shared/arguments.js';
import { loaders, test } from './common.js';

const { lrScheduler } = optim;
const {
  epochs: numEpoch,
  images,
  batchSize,
  learningRate,
  seed,
  root,
} = readArguments({ epochs: 3, images: 800, batchSize: 16, learningRate: 0.1, seed: 0, root: '' });
manualSeed(seed);
const { trainLoader, testLoader } = loaders(root, images, batchSize);

class CNN extends nn.Module {
  layer = new nn.Sequential(
    new nn.Conv2d(1, 16, 3, { padding: 1 }), // 28 x 28
    new nn.ReLU(),
    new nn.Conv2d(16, 32, 3, { padding: 1 }), // 28 x 28
    new nn.ReLU(),
    new nn.MaxPool2d(2, 2), // 14 x 14
    new nn.Conv2d(32, 64, 3, { padding: 1 }), // 14 x 14
    new nn.ReLU(),
    new nn.MaxPool2d(2, 2), // 7 x 7
  );
  fc_layer = new nn.Sequential(new nn.Linear(64 * 7 * 7, 100), new nn.ReLU(), new nn.Linear(100, 10));

  override forward(x: Tensor): Tensor {
    let out = this.layer.forward(x);
    out = out.view(batchSize, -1);
    out = this.fc_layer.forward(out);
    return out;
  }
}

const model = new CNN();
const lossFunc = new nn.CrossEntropyLoss();
const optimizer = new optim.SGD(model.parameters(), { lr: learningRate });

// The rate times gamma after each stepSize epochs
// const scheduler = new lrScheduler.StepLR(optimizer, { stepSize: 1, gamma: 0.99 });

// The rate times gamma at the epochs named, here 10, 30 and 80
// const scheduler = new lrScheduler.MultiStepLR(optimizer, { milestones: [10, 30, 80], gamma: 0.1 });

// The rate times gamma after every epoch
const scheduler = new lrScheduler.ExponentialLR(optimizer, { gamma: 0.99 });

console.log(Object.keys(scheduler.stateDict()).sort()); // Python's dir(scheduler)
console.log(Object.keys(optimizer.paramGroups[0]!));

for (let i = 0; i < numEpoch; i++) {
  let total = 0;
  for (const [, [image, label]] of trainLoader.entries()) {
    const x = image.to('cpu');
    const y_ = label.to('cpu');

    optimizer.zeroGrad();
    const output = model.forward(x);
    const loss = lossFunc.forward(output, y_);
    loss.backward();
    optimizer.step();
    total += loss.item();
  }

  console.log(`Epoch: ${i}, loss ${(total / trainLoader.length).toFixed(4)}`);
  console.log(`Epoch: ${i}, Learning Rate: ${scheduler.optimizer.stateDict().param_groups[0]!.lr}`);
  scheduler.step();
}

test(testLoader, model);
