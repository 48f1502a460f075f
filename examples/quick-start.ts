import { manualSeed, nn, optim, type Tensor } from 'hone';
import { DataLoader } from 'hone/data';
import { accuracy, fit } from 'hone/train';
import { datasets } from 'hone/vision';

manualSeed(42);

class Net extends nn.Module {
  fc1 = new nn.Linear(784, 256);
  bn1 = new nn.BatchNorm1d(256);
  drop = new nn.Dropout(0.2);
  fc2 = new nn.Linear(256, 10);

  override forward(x: Tensor): Tensor {
    x = this.fc1.forward(x.flatten(1));
    x = this.bn1.forward(x).relu();
    return this.fc2.forward(this.drop.forward(x));
  }
}

const train = new DataLoader(new datasets.Digits({ train: true }), { batchSize: 100, shuffle: true });
const validation = new DataLoader(new datasets.Digits({ train: false }), { batchSize: 100 });

const model = new Net();
const loss = new nn.CrossEntropyLoss();
const optimizer = new optim.AdamW(model.parameters(), { lr: 1e-3, weightDecay: 1e-2 });
const scheduler = new optim.lrScheduler.StepLR(optimizer, { stepSize: 2, gamma: 0.5 });

console.log(`${model}`);
await fit(model, { train, validation, loss, optimizer, scheduler, epochs: 3, metrics: [accuracy()], saveBest: 'runs/best.safetensors', log: console.log });
