/** 1. Learning-rate scheduler: StepLR over 100 epochs, printed where it changes, and drawn. */
import { F, nn, optim, type Tensor } from 'hone';
import { lineChart } from 'hone/report';
import { show } from '../shared/pictures.js';

const { SGD, lrScheduler } = optim;

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

const lr = 0.01;
const stepSize = 30;
const gamma = 0.1;

const model = new Net();

// The optimizer and its scheduler
const optimizer = new SGD(model.parameters(), { lr });
const scheduler = new lrScheduler.StepLR(optimizer, { stepSize, gamma }); // multiplies the rate by gamma every stepSize epochs

const lrs: number[] = [];
for (let i = 0; i < 100; i++) {
  lrs.push(scheduler.getLastLr()[0]!);
  optimizer.step();
  scheduler.step(); // without it the rate stays as it is
}

lrs.forEach((rate, i) => {
  if (rate !== lrs[i - 1]) console.log(`from epoch ${i}: lr ${rate.toPrecision(4)}`);
});
await show('1-step-lr.svg', lineChart({ title: 'StepLR', y: lrs, from: 0, xLabel: 'epoch', yLabel: 'lr' })); // plt.plot(range(100), lrs)
