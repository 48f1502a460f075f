/**
 * Initial weights: small normal numbers, Xavier's and He's, each trained in turn. As the activation is ReLU, He's suit best; small numbers
 * learn nothing in a short run.
 */
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
} = readArguments({ epochs: 1, images: 800, batchSize: 16, learningRate: 0.05, seed: 0, root: '' });
const { init } = nn;

const methods = {
  small: (weight: Tensor) => init.normal_(weight, 0.0, 0.02),
  xavier: (weight: Tensor) => init.xavierNormal_(weight),
  he: (weight: Tensor) => init.kaimingNormal_(weight),
};

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

  constructor(method: keyof typeof methods) {
    super();
    // All modules of the model, one after the other
    for (const m of this.modules()) {
      // Weights as the method has them, biases 0
      if (m instanceof nn.Conv2d) {
        methods[method](m.weight);
        m.bias!.detach().fill_(0);
      } else if (m instanceof nn.Linear) {
        methods[method](m.weight);
        m.bias!.detach().fill_(0);
      }
    }
  }

  override forward(x: Tensor): Tensor {
    let out = this.layer.forward(x);
    out = out.view(batchSize, -1);
    out = this.fc_layer.forward(out);
    return out;
  }
}

for (const method of ['small', 'xavier', 'he'] as const) {
  manualSeed(seed);
  const { trainLoader, testLoader } = loaders(root, images, batchSize);
  const model = new CNN(method);
  const { weight } = model.fc_layer.at(0) as nn.Linear;
  console.log(`${method}: the weights of fc_layer.0 have a standard deviation of ${weight.std().item().toFixed(4)}`);

  const lossFunc = new nn.CrossEntropyLoss();
  const optimizer = new optim.SGD(model.parameters(), { lr: learningRate });
  for (let i = 0; i < numEpoch; i++) {
    const loss = train(trainLoader, model, lossFunc, optimizer);
    console.log(`Epoch: ${i}, loss ${loss.toFixed(4)}`);
  }
  test(testLoader, model);
}
