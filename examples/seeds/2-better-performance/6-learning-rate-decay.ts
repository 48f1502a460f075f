/** Learning-rate decay: what an optimizer and a scheduler hold, and three schedules over 200 epochs, printed and drawn. */
import { nn, optim } from 'hone';
import { lineChart } from 'hone/report';
import { show } from '../shared/pictures.js';

const model = new nn.Sequential(new nn.Linear(784, 64), new nn.BatchNorm1d(64), new nn.ReLU(), new nn.Linear(64, 10));

let optimizer = new optim.Adam(model.parameters(), { lr: 0.001 });

// What an optimizer holds: its parameter groups
console.log(Array.isArray(optimizer.paramGroups), optimizer.paramGroups.length);
const info = optimizer.paramGroups[0]!;
console.log(Object.keys(info));
console.log(info.lr); // the present learning rate

/** Shows how the learning rate changes. */
async function plotLr(title: string, lrList: number[]): Promise<void> {
  lrList.forEach((lr, epoch) => {
    if (epoch < 12 || (epoch + 1) % 25 === 0) console.log(`${title} after epoch ${epoch + 1}: ${lr.toExponential(4)}`);
  });
  const chart = lineChart({
    title,
    y: lrList,
    from: 0,
    width: 1000,
    height: 500,
    xLabel: 'Epochs',
    yLabel: 'LR',
    xTicks: { values: lrList.map((_, epoch) => epoch).filter((epoch) => epoch % 5 === 0), rotation: 45 },
    grid: { axis: 'x', style: 'dotted' },
  });
  await show(`2-${title.replaceAll(' ', '-')}.svg`, chart);
}

// A test: rates that rise by 10
await plotLr(
  'MyScheduler',
  Array.from({ length: 100 }, (_, i) => 1 + 10 * i),
);

const N_EPOCH = 200;
const STEP_SIZE = 10;

/** Goes through the epochs, with a step of the scheduler after each. @returns the rate after each epoch. */
function rates(scheduler: optim.lrScheduler.LRScheduler): number[] {
  const lrList: number[] = [];
  for (let epoch = 0; epoch < N_EPOCH; epoch++) {
    for (let step = 0; step < STEP_SIZE; step++) {
      // for (const [x, y] of dataloader): predict, compute the loss, update the parameters
      optimizer.step();
    }
    scheduler.step(); // per epoch; within the loop above it would be per step
    lrList.push(scheduler.getLastLr()[0]!);
  }
  return lrList;
}

// StepLR
optimizer = new optim.Adam(model.parameters(), { lr: 0.001 });
const stepScheduler = new optim.lrScheduler.StepLR(optimizer, {
  stepSize: 30, // epochs (or steps) between two changes
  gamma: 0.5, // new lr = lr * gamma
});
console.log(optimizer.paramGroups[0]!.lr, stepScheduler.getLastLr());
await plotLr('Step LR', rates(stepScheduler));

// CosineAnnealingLR: the rate goes down and up again along a cosine
optimizer = new optim.Adam(model.parameters(), { lr: 0.001 });
const caScheduler = new optim.lrScheduler.CosineAnnealingLR(optimizer, {
  tMax: 10, // epochs from the highest rate to the lowest
  etaMin: 0.00001, // the lowest rate
});
await plotLr('CosineAnnealingLR', rates(caScheduler));

// CosineAnnealingWarmRestarts: jumps back to the start, and takes longer each time
optimizer = new optim.Adam(model.parameters(), { lr: 0.001 });
const cawsScheduler = new optim.lrScheduler.CosineAnnealingWarmRestarts(optimizer, {
  t0: 10, // epochs until the first restart
  tMult: 2, // how much longer each period is than the one before
  etaMin: 1e-5,
});
await plotLr('CosineAnnealingWarmRestarts', rates(cawsScheduler));
