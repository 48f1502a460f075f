/**
 * The script of the second document, small model: MNIST by a DataLoader, ten epochs of Adam, each with an evaluation on both sets, and the best
 * model saved. `node document.mjs ROOT EPOCHS`; document.py is the same in PyTorch.
 */
import { argmax, nn, noGrad, optim, save, sum } from 'hone';
import { DataLoader } from 'hone/data';
import { datasets, transforms } from 'hone/vision';

const [root, epochs, path] = process.argv.slice(2);
const loader = (train) => {
  const dataset = new datasets.MNIST(root, { train, transform: new transforms.Compose([new transforms.ToTensor()]) });
  return new DataLoader(dataset, { batchSize: 200, shuffle: train });
};

class SmallSizeModel extends nn.Module {
  output = new nn.Linear(784, 10);

  forward(x) {
    return this.output.forward(new nn.Flatten().forward(x));
  }
}

function test(batches, model, lossFn) {
  model.eval();
  let [loss, right] = [0, 0];
  noGrad(() => {
    for (const [x, y] of batches) {
      const pred = model.forward(x);
      loss += lossFn.forward(pred, y).item();
      right += sum(argmax(pred, -1).eq(y)).item();
    }
  });
  return [loss / batches.length, right / batches.dataset.length];
}

const [trainLoader, testLoader] = [loader(true), loader(false)];
const model = new SmallSizeModel();
const lossFn = new nn.CrossEntropyLoss();
const optimizer = new optim.Adam(model.parameters(), { lr: 0.001 });
let best = Number.POSITIVE_INFINITY;
for (let epoch = 0; epoch < Number(epochs); epoch++) {
  model.train();
  for (const [x, y] of trainLoader) {
    const loss = lossFn.forward(model.forward(x), y);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
  }
  const [trainLoss, trainAccuracy] = test(trainLoader, model, lossFn);
  const [loss, accuracy] = test(testLoader, model, lossFn);
  console.log(`Epoch[${epoch + 1}/${epochs}]`, trainLoss.toFixed(5), trainAccuracy.toFixed(5), loss.toFixed(5), accuracy.toFixed(5));
  if (loss < best) {
    best = loss;
    save(model.stateDict(), path);
  }
}
