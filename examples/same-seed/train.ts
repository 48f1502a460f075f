// The same program as train.py, in Hone: the same numbers. Run from the repository: npx tsx examples/same-seed/train.ts
import { pathToFileURL } from 'node:url';
import { manualSeed, nn, noGrad, optim, type Tensor } from 'hone';
import { DataLoader } from 'hone/data';
import { datasets } from 'hone/vision';

class Net extends nn.Module {
  fc1 = new nn.Linear(784, 256);
  bn1 = new nn.BatchNorm1d(256);
  fc2 = new nn.Linear(256, 128);
  bn2 = new nn.BatchNorm1d(128);
  drop = new nn.Dropout(0.3);
  fc3 = new nn.Linear(128, 10);

  override forward(x: Tensor): Tensor {
    x = x.flatten(1);
    x = this.drop.forward(this.bn1.forward(this.fc1.forward(x)).relu());
    x = this.drop.forward(this.bn2.forward(this.fc2.forward(x)).relu());
    return this.fc3.forward(x);
  }
}

export function main(report: (line: string) => void = console.log): void {
  manualSeed(42);
  const train = new datasets.Digits({ train: true });
  const test = new datasets.Digits({ train: false });
  const trainLoader = new DataLoader(train, { batchSize: 100, shuffle: true });
  const testLoader = new DataLoader(test, { batchSize: 200 });

  const model = new Net();
  const lossFn = new nn.CrossEntropyLoss();
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.001 });
  const scheduler = new optim.lrScheduler.StepLR(optimizer, { stepSize: 1, gamma: 0.5 });

  for (let epoch = 0; epoch < 3; epoch++) {
    model.train();
    let step = 0;
    for (const [x, y] of trainLoader) {
      const loss = lossFn.forward(model.forward(x), y);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      report(`epoch ${epoch + 1} step ${++step} loss ${loss.item().toFixed(7)}`);
    }
    scheduler.step();

    model.eval();
    let [total, correct] = [0, 0];
    noGrad(() => {
      for (const [x, y] of testLoader) {
        const output = model.forward(x);
        total += lossFn.forward(output, y).item();
        correct += output.argmax(1).eq(y).sum().item();
      }
    });
    const accuracy = (correct / test.length).toFixed(4);
    report(`epoch ${epoch + 1} test loss ${(total / testLoader.length).toFixed(7)} accuracy ${accuracy}`);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main();
