/** The loaders of module/data.ts: how many samples, how many steps. */
import * as data from './module/data.js';

const trainloader = data.loadDigitsDataset(200, true);
const testloader = data.loadDigitsDataset(200, false);

// Samples
console.log(trainloader.dataset.length, testloader.dataset.length);

// Steps
console.log(trainloader.length, testloader.length);

for (const [X, y] of testloader) {
  console.log(X.shape, y.shape);
  break;
}
