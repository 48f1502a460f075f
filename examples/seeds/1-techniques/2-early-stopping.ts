/** 2. Early stopping: training ends when the accuracy on held-back digits has not improved for `patience` epochs. `--epochs` sets the limit. */
import { F, load, manualSeed, nn, noGrad, optim, save, type Tensor } from 'hone';
import { DataLoader, type MapDataset, randomSplit, Subset } from 'hone/data';
import { datasets } from 'hone/vision';
import { readArguments } from '../shared/arguments.js';

const { epochs, patience, images, seed } = readArguments({ epochs: 100, patience: 3, images: 8000, seed: 0 });
manualSeed(seed);

class Net extends nn.Module {
  fc1 = new nn.Linear(28 * 28, 256);
  fc2 = new nn.Linear(256, 128);
  fc3 = new nn.Linear(128, 10);

  override forward(x: Tensor): Tensor {
    x = x.view(-1, 28 * 28);
    x = F.relu(this.fc1.forward(x));
    x = F.relu(this.fc2.forward(x));
    return this.fc3.forward(x);
  }
}

/** The share of a batch that is right. */
function accuracy(output: Tensor, target: Tensor): number {
  return output.argmax(1).eq(target).float().mean().item();
}

const digits: MapDataset<[Tensor, number], [Tensor, Tensor]> = new datasets.Digits({ train: true });
const [trainset, validset] = randomSplit(new Subset(digits, Array(images).keys()), [7 / 8, 1 / 8]);
const trainLoader = new DataLoader(trainset!, { batchSize: 100, shuffle: true });
const validLoader = new DataLoader(validset!, { batchSize: 100 });

const model = new Net();
const criterion = new nn.CrossEntropyLoss();
const optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });

const path = 'runs/seeds/early-stopping.pth';
let count = 0;
let bestAcc = 0;

for (let epoch = 1; epoch <= epochs; epoch++) {
  // One epoch of training
  model.train();
  for (const [input, target] of trainLoader) {
    const output = model.forward(input);
    const loss = criterion.forward(output, target);
    loss.backward();
    optimizer.step();
    optimizer.zeroGrad();
  }

  model.eval();
  let validAcc = 0;
  noGrad(() => {
    for (const [input, target] of validLoader) {
      const output = model.forward(input);
      validAcc += accuracy(output, target);
    }
    validAcc /= validLoader.length; // the measure by which epochs are compared: here accuracy
  });

  if (validAcc > bestAcc) {
    // Better than all before: start counting again, keep the model
    bestAcc = validAcc;
    count = 0;
    save(model.stateDict(), path, { makeDirectories: true });
    console.log(`epoch ${epoch}: validation accuracy ${validAcc.toFixed(4)}, saved`);
  } else {
    count += 1;
    console.log(`epoch ${epoch}: validation accuracy ${validAcc.toFixed(4)}, no better for ${count} of ${patience} epochs`);
    if (count >= patience) break; // it was not better often enough: stop
  }
}

const best = new Net();
best.loadStateDict(load(path) as Record<string, Tensor>);
best.eval();
noGrad(() => {
  let validAcc = 0;
  for (const [input, target] of validLoader) validAcc += accuracy(best.forward(input), target);
  console.log(`best model, loaded again: validation accuracy ${(validAcc / validLoader.length).toFixed(4)}`);
});
