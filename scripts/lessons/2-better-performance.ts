/** The figures of the second lesson. */
import { manualSeed, nn, optim } from 'hone';
import { lineChart, lrPlot, subplots } from 'hone/report';
import { curve, digits, draw, each, half, pairs, seeds, some, training } from './figures.js';

const block = (from: number, to: number, ...between: nn.Module[]) => new nn.Sequential(new nn.Linear(from, to), ...between);
const models = {
  small: () => new nn.Sequential(new nn.Flatten(), new nn.Linear(784, 10)),
  big: () =>
    new nn.Sequential(
      new nn.Flatten(),
      ...[784, 2048, 1024, 512, 256, 128].map((from, i) => block(from, [2048, 1024, 512, 256, 128, 64][i]!, new nn.ReLU())),
      new nn.Linear(64, 10),
    ),
  dropout: () =>
    new nn.Sequential(
      new nn.Flatten(),
      ...[784, 256, 256, 128].map((from, i) => block(from, [256, 256, 128, 128][i]!, new nn.ReLU(), new nn.Dropout(0.5))),
      block(128, 10, new nn.Dropout(0.5)),
    ),
  batchNorm: () =>
    new nn.Sequential(
      new nn.Flatten(),
      ...[784, 256, 128].map((from, i) => block(from, [256, 128, 64][i]!, new nn.BatchNorm1d([256, 128, 64][i]!), new nn.ReLU())),
      new nn.Linear(64, 10),
    ),
};

const histories = await each(models, async (make, name) => {
  manualSeed(0);
  const history = await training({
    model: make(),
    train: some(digits, 0, 5000),
    validation: some(digits, 5000, 6000),
    epochs: 10,
    batchSize: 200,
    options: { evaluateTrain: true },
  });
  const last = (side: 'train' | 'validation') => curve(history, side, 'accuracy').map((v) => v.toFixed(3));
  console.log(`${name}: train ${last('train').join(' ')}, validation ${last('validation').join(' ')}`);
  return history;
});

for (const [figure, [first, second]] of Object.entries({
  '2-small-big': ['small', 'big'],
  '2-dropout-batch-norm': ['dropout', 'batchNorm'],
} as const))
  await draw(figure, (say) => {
    const names = {
      small: say('small', '작은 모델'),
      big: say('big', '큰 모델'),
      dropout: say('dropout', '드롭아웃'),
      batchNorm: say('batch norm', '배치 정규화'),
    };
    return subplots(
      1,
      2,
      (['loss', 'accuracy'] as const).map((score) =>
        lineChart({
          ...half,
          title: score === 'loss' ? say('Loss', '손실') : say('Accuracy', '정확도'),
          series: pairs(say, score, { [names[first]]: histories[first], [names[second]]: histories[second] }),
          xLabel: say('epoch', '에폭'),
        }),
      ),
    );
  });

await draw('2-models', (say) =>
  seeds(say, 'digits', [
    ['batchnorm', say('batch norm', '배치 정규화')],
    ['big', say('big', '큰 모델')],
    ['dropout', say('dropout', '드롭아웃')],
    ['small', say('small', '작은 모델')],
  ]),
);

const { CosineAnnealingLR, CosineAnnealingWarmRestarts, StepLR } = optim.lrScheduler;
const schedules = {
  '2-step-lr': (adam: optim.Optimizer) => new StepLR(adam, { stepSize: 30, gamma: 0.5 }),
  '2-cosine': (adam: optim.Optimizer) => new CosineAnnealingLR(adam, { tMax: 10, etaMin: 1e-5 }),
  '2-warm-restarts': (adam: optim.Optimizer) => new CosineAnnealingWarmRestarts(adam, { t0: 10, tMult: 2, etaMin: 1e-5 }),
};
for (const [figure, schedule] of Object.entries(schedules))
  await draw(figure, (say) =>
    lrPlot(schedule, {
      ...half,
      width: 640,
      height: 260,
      lr: 0.001,
      epochs: 200,
      step: figure === '2-step-lr',
      xLabel: say('epoch', '에폭'),
      yLabel: say('learning rate', '학습률'),
      xTicks: { values: Array.from({ length: 11 }, (_, i) => 20 * i) },
      grid: { axis: 'x', style: 'dotted' },
    }),
  );
