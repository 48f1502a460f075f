/** Normalization of the data: transforms.Normalize takes the mean off and divides by the standard deviation. */
import { manualSeed, nn, optim, type Tensor } from 'hone';
import { transforms } from 'hone/vision';
import { readArguments } from '../shared/arguments.js';
import { loaders, test, train } from './common.js';

const {
  epochs: numEpoch,
  images,
  batchSize,
  learningRate,
  seed,
  root,
} = readArguments({ epochs: 3, images: 640, batchSize: 16, learningRate: 0.05, seed: 0, root: '' });
manualSeed(seed);
// One number for each channel; the digits have one
const transform = new transforms.Compose([new transforms.ToTensor(), new transforms.Normalize({ mean: [0.1307], std: [0.3081] })]);
const { trainLoader, testLoader } = loaders(root, images, batchSize, transform);

for (const [image] of testLoader) {
  console.log(`a batch has mean ${image.mean().item().toFixed(4)} and standard deviation ${image.std().item().toFixed(4)}`);
  break;
}

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

for (let i = 0; i < numEpoch; i++) {
  const loss = train(trainLoader, model, lossFunc, optimizer);
  console.log(`Epoch: ${i}, loss ${loss.toFixed(4)}`);
}

test(testLoader, model);
