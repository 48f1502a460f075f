/** Dropout against overfitting: a wide model on few digits, without and with dropout before its last layer. */
import { manualSeed, nn, optim } from 'hone';
import { readArguments } from '../shared/arguments.js';
import { accuracy, loaders, train } from './common.js';

const { epochs, images, seed } = readArguments({ epochs: 15, images: 500, seed: 0 });

for (const p of [0, 0.5]) {
  manualSeed(seed);
  const { trainLoader, testLoader } = loaders(images);
  const model = new nn.Sequential(new nn.Linear(784, 256), new nn.ReLU(), new nn.Dropout(p), new nn.Linear(256, 10));
  const criterion = new nn.CrossEntropyLoss();
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.001 });

  let loss = 0;
  for (let epoch = 0; epoch < epochs; epoch++) loss = train(trainLoader, model, criterion, optimizer);
  console.log(
    `dropout ${p}: loss in training ${loss.toFixed(4)}, train accuracy ${accuracy(trainLoader, model).toFixed(4)}, test accuracy ${accuracy(testLoader, model).toFixed(4)}`,
  );
}

// For images nn.Dropout2d drops whole channels
const drop = new nn.Dropout2d(0.5);
console.log(`${drop}`);
