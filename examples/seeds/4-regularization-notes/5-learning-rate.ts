/** Learning rate: decay from 0.1 on by StepLR, ExponentialLR and MultiStepLR, printed and drawn in one chart. */
import { nn, optim } from 'hone';
import { lineChart } from 'hone/report';
import { show } from '../shared/pictures.js';

type Optimizer = optim.SGD;
const { StepLR, ExponentialLR, MultiStepLR } = optim.lrScheduler;

const schedules: Record<string, (optimizer: Optimizer) => optim.lrScheduler.LRScheduler> = {
  StepLR: (optimizer) => new StepLR(optimizer, { stepSize: 5, gamma: 0.1 }),
  ExponentialLR: (optimizer) => new ExponentialLR(optimizer, { gamma: 0.7 }),
  MultiStepLR: (optimizer) => new MultiStepLR(optimizer, { milestones: [4, 14], gamma: 0.1 }),
};

const series = Object.entries(schedules).map(([name, make]) => {
  const model = new nn.Linear(1, 1);
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  const scheduler = make(optimizer);
  const values: number[] = [];
  for (let epoch = 0; epoch < 20; epoch++) {
    values.push(scheduler.getLastLr()[0]!);
    optimizer.step(); // the epoch of training
    scheduler.step();
  }
  console.log(`${name}: ${values.map((lr) => lr.toPrecision(2)).join(' ')}`);
  return { name, values };
});

await show('4-learning-rate.svg', lineChart({ title: 'Learning rate', series, from: 0, xLabel: 'epoch', yLabel: 'learning rate' }));
