/** The optimizers: SGD, Adagrad, RMSprop and Adam with the document's options, each training the same model from the same start. */
import { manualSeed, nn, optim, type Tensor } from 'hone';
import { readArguments } from '../shared/arguments.js';
import { loaders, test, train } from './common.js';

const { epochs: numEpoch, images, batchSize, seed, root } = readArguments({ epochs: 1, images: 800, batchSize: 16, seed: 0, root: '' });

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

type Parameters = ReturnType<CNN['parameters']>;

const optimizers = {
  SGD: (params: Parameters) => new optim.SGD(params, { lr: 0.05, momentum: 0, dampening: 0, weightDecay: 0, nesterov: false }),
  // 0.01, its default, would do for a longer run: every step makes the next one smaller
  Adagrad: (params: Parameters) => new optim.Adagrad(params, { lr: 0.01, lrDecay: 0, weightDecay: 0, initialAccumulatorValue: 0 }),
  // 0.01, its default, throws this model out of what it learned
  RMSprop: (params: Parameters) =>
    new optim.RMSprop(params, { lr: 0.001, alpha: 0.99, eps: 1e-8, weightDecay: 0, momentum: 0, centered: false }),
  Adam: (params: Parameters) => new optim.Adam(params, { lr: 0.001, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, amsgrad: false }),
};

for (const [name, make] of Object.entries(optimizers)) {
  manualSeed(seed);
  const { trainLoader, testLoader } = loaders(root, images, batchSize);
  const model = new CNN();
  const lossFunc = new nn.CrossEntropyLoss();
  const optimizer = make(model.parameters());

  for (let i = 0; i < numEpoch; i++) {
    const loss = train(trainLoader, model, lossFunc, optimizer);
    console.log(`${name}, Epoch: ${i}, loss ${loss.toFixed(4)}`);
  }
  test(testLoader, model);
}
