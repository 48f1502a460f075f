/**
 * Regularization against overfitting: L2 (ridge) keeps all weights small, L1 (lasso) makes many of them 0. PyTorch's and Hone's optimizers
 * have L2 built in, `weightDecay`; L1 is added to the loss.
 */
import { manualSeed, nn, optim, type Tensor } from 'hone';
import { readArguments } from '../shared/arguments.js';
import { accuracy, loaders, train } from './common.js';

const { epochs, images, seed } = readArguments({ epochs: 10, images: 1000, seed: 0 });

const l1 = 1e-3;
const l2 = 5e-3;

const variants: Record<string, { weightDecay?: number; penalty?: (model: nn.Module) => Tensor }> = {
  none: {},
  'L2, weightDecay': { weightDecay: l2 },
  // The square has the gradient 2 w, weightDecay adds w: half of the sum of squares is the same
  'L2, in the loss': {
    penalty: (model) =>
      model
        .parameters()
        .map((w) => w.square().sum())
        .reduce((a, b) => a.add(b))
        .mul(l2 / 2),
  },
  'L1, in the loss': {
    penalty: (model) =>
      model
        .parameters()
        .map((w) => w.abs().sum())
        .reduce((a, b) => a.add(b))
        .mul(l1),
  },
  'L1, nn.utils': { penalty: (model) => nn.utils.l1Penalty(model, l1) },
};

for (const [name, { weightDecay, penalty }] of Object.entries(variants)) {
  manualSeed(seed);
  const { trainLoader, testLoader } = loaders(images);
  const model = new nn.Sequential(new nn.Linear(784, 64), new nn.ReLU(), new nn.Linear(64, 10));
  const criterion = new nn.CrossEntropyLoss();
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1, weightDecay });

  let loss = 0;
  for (let epoch = 0; epoch < epochs; epoch++) loss = train(trainLoader, model, criterion, optimizer, penalty && (() => penalty(model)));

  const weights = model.parameters().map((w) => w.detach().flatten());
  const count = weights.reduce((sum, w) => sum + w.numel(), 0);
  const squares = weights.reduce((sum, w) => sum + w.square().sum().item(), 0);
  const zeros = weights.reduce((sum, w) => sum + w.abs().lt(1e-3).sum().item(), 0);
  console.log(
    `${name}: loss ${loss.toFixed(4)}, test accuracy ${accuracy(testLoader, model).toFixed(4)}, norm of the weights ${Math.sqrt(squares).toFixed(3)}, nearly 0: ${((100 * zeros) / count).toFixed(1)} %`,
  );
}
