/** Optimizers: Adam, Adagrad and Adadelta beside SGD, the same model from the same start; the losses drawn in one chart. */
import { manualSeed, nn, optim } from 'hone';
import { lineChart } from 'hone/report';
import { readArguments } from '../shared/arguments.js';
import { show } from '../shared/pictures.js';
import { accuracy, loaders, train } from './common.js';

const { epochs, images, seed } = readArguments({ epochs: 5, images: 1000, seed: 0 });

const optimizers = {
  SGD: (params: nn.Parameter[]) => new optim.SGD(params, { lr: 0.01 }),
  // Follows the mean and the variance of the gradients
  Adam: (params: nn.Parameter[]) => new optim.Adam(params),
  // What has changed little moves far, what has changed much moves little
  Adagrad: (params: nn.Parameter[]) => new optim.Adagrad(params),
  // As Adagrad, but forgets old gradients at a fixed rate
  Adadelta: (params: nn.Parameter[]) => new optim.Adadelta(params),
};

const series = Object.entries(optimizers).map(([name, make]) => {
  manualSeed(seed);
  const { trainLoader, testLoader } = loaders(images);
  const model = new nn.Sequential(new nn.Linear(784, 64), new nn.ReLU(), new nn.Linear(64, 10));
  const criterion = new nn.CrossEntropyLoss();
  const optimizer = make(model.parameters());
  const values = Array.from({ length: epochs }, () => train(trainLoader, model, criterion, optimizer));
  console.log(`${name}: loss ${values.map((v) => v.toFixed(4)).join(' ')}, test accuracy ${accuracy(testLoader, model).toFixed(4)}`);
  return { name, values };
});

await show('4-optimizers.svg', lineChart({ title: 'Loss in training', series, xLabel: 'epoch' }));
