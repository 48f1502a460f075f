import { load, manualSeed, nn, noGrad, optim, save } from 'hone';
import { DataLoader } from 'hone/data';
import { datasets } from 'hone/vision';

manualSeed(0);
const trainLoader = new DataLoader(new datasets.Digits({ train: true }), { batchSize: 200, shuffle: true });
const testSet = new datasets.Digits({ train: false });
const testLoader = new DataLoader(testSet, { batchSize: 200 });

const model = new nn.Sequential(new nn.Flatten(), new nn.Linear(784, 128), new nn.ReLU(), new nn.Linear(128, 10));
const criterion = new nn.CrossEntropyLoss();
const optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });

for (let epoch = 1; epoch <= 3; epoch++) {
  model.train();
  for (const [x, y] of trainLoader) {
    optimizer.zeroGrad();
    const loss = criterion.forward(model.forward(x), y);
    loss.backward();
    optimizer.step();
  }

  model.eval();
  let correct = 0;
  noGrad(() => {
    for (const [x, y] of testLoader) correct += model.forward(x).argmax(1).eq(y).sum().item();
  });
  console.log(`epoch ${epoch}: test accuracy ${(correct / testSet.length).toFixed(4)}`);
}

save(model.stateDict(), 'model.safetensors');
model.loadStateDict(load('model.safetensors'));
