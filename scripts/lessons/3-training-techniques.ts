/** The figures of the third lesson. */
import { manualSeed, nn, optim, type Tensor } from 'hone';
import { imageGrid, lineChart, lrPlot, subplots } from 'hone/report';
import type { FitOptions } from 'hone/train';
import { datasets, type Image, transforms } from 'hone/vision';
import {
  alone,
  curve,
  digits,
  draw,
  each,
  half,
  lossChart,
  perceptron,
  range,
  seeds,
  shares,
  some,
  training,
  trainingLossChart,
} from './figures.js';

/** The document's network; with batch norm where that is asked for. */
function cnn(batchNorm = false): nn.Sequential {
  const norm = (channels: number) => (batchNorm ? [new nn.BatchNorm2d(channels)] : []);
  return new nn.Sequential(
    ...[new nn.Conv2d(1, 16, 3, { padding: 1 }), ...norm(16), new nn.ReLU()],
    ...[new nn.Conv2d(16, 32, 3, { padding: 1 }), ...norm(32), new nn.ReLU(), new nn.MaxPool2d(2, 2)],
    ...[new nn.Conv2d(32, 64, 3, { padding: 1 }), ...norm(64), new nn.ReLU(), new nn.MaxPool2d(2, 2)],
    new nn.Flatten(),
    ...[new nn.Linear(64 * 7 * 7, 100), ...(batchNorm ? [new nn.BatchNorm1d(100)] : []), new nn.ReLU()],
    new nn.Linear(100, 10),
  );
}

/** The training losses of 800 digits, epoch by epoch; a training that diverges ends there. */
async function losses(make: () => nn.Module, optimizer: (parameters: nn.Parameter[]) => optim.Optimizer, epochs = 5): Promise<number[]> {
  manualSeed(0);
  const model = make();
  const options: Partial<FitOptions<[Tensor, Tensor]>> = { evaluateTrain: true, nonFinite: 'ignore' };
  const history = await training({ model, train: some(digits, 0, 800), optimizer, epochs, batchSize: 32, options });
  const values = curve(history, 'train', 'loss');
  console.log(values.map((v) => v.toFixed(3)).join(' '));
  return values;
}

// Weights under penalties: five hundred digits, forty epochs
const L1 = 0.0003;
const spreads: { values: number[]; zeros: number; norm: number }[] = [];
const BINS = range(-40, 41).map((i) => i / 200);
for (const [weightDecay, l1] of [
  [0, 0],
  [0.01, 0],
  [0, L1],
] as const) {
  const model = perceptron(0, 784, 256, 128, 10);
  const cross = new nn.CrossEntropyLoss();
  const loss = (output: Tensor, target: Tensor) => {
    const value = cross.forward(output, target);
    return l1 === 0 ? value : value.add(nn.utils.l1Penalty(model, l1));
  };
  const optimizer = (parameters: nn.Parameter[]) => new optim.SGD(parameters, { lr: 0.1, weightDecay });
  await training({ model, train: some(digits, 0, 500), optimizer, epochs: 40, batchSize: 32, options: { loss } });
  const w = (model.at(1) as nn.Linear).weight.detach();
  spreads.push({
    values: shares(w, BINS, 0.0025).map((share) => 100 * share),
    zeros: w.abs().lt(1e-3).float().mean().item(),
    norm: w.norm().item(),
  });
  console.log(`decay ${weightDecay}, l1 ${l1}: nearly 0 ${spreads.at(-1)!.zeros.toFixed(3)}, norm ${spreads.at(-1)!.norm.toFixed(2)}`);
}
await draw('3-penalties', (say) => {
  const names = [say('no penalty', '규제 없음'), 'L2', 'L1'];
  return lineChart({
    ...alone,
    title: say('The weights of the first layer', '첫 번째 층의 가중치'),
    series: spreads.map(({ values }, i) => ({ name: names[i]!, values, markers: false })),
    x: BINS,
    xLabel: say('value', '값'),
    yLabel: say('share in %, cut off at 10', '비율(%), 10에서 자름'),
    xRange: [-0.1, 0.1],
    yRange: [0, 10],
  });
});
await draw('3-regularisation', (say) =>
  seeds(say, 'regularisation', [
    ['no penalty', say('none', '규제 없음')],
    ['L2 0.01', 'L2 0.01'],
    ['L1 0.0003', 'L1 0.0003'],
    ['L2 0.1', 'L2 0.1'],
  ]),
);

// Feature maps, of which Dropout2d leaves some out
manualSeed(1);
const [digit] = digits.get(3);
const maps = new nn.Conv2d(1, 8, 3, { padding: 1 }).forward(digit.unsqueeze(0)).relu().detach();
const rows = [maps, new nn.Dropout(0.2).forward(maps), new nn.Dropout2d(0.2).forward(maps)].map((x) => x.select(0, 0).unsqueeze(1));
await draw('3-dropout2d', (say) =>
  imageGrid(
    rows.flatMap((row) => range(0, 8).map((i) => row.select(0, i))),
    {
      columns: 8,
      titles: rows.flatMap((_, r) => range(0, 8).map((i) => (i > 0 ? ' ' : [say('maps', '특성맵'), 'Dropout', 'Dropout2d'][r]!))),
      scaleEach: false,
      theme: 'auto',
    },
  ),
);

// The document's transforms one after the other, and gentler ones
const images = new datasets.Digits({ train: true, transform: new transforms.Lambda((x: Image) => x) });
const [image] = images.get(4) as unknown as [Image, number];
const toTensor = new transforms.ToTensor();
const steps = [new transforms.Resize(34), new transforms.CenterCrop(28), new transforms.RandomHorizontalFlip(1)];
const stages = [image];
for (const step of steps) stages.push(step.forward(stages.at(-1)!) as Image);
manualSeed(0);
const gentle = new transforms.RandomAffine(10, { translate: [0.08, 0.08] });
const shown = [
  ...stages.map((x) => toTensor.forward(x)),
  toTensor.forward(stages.at(-1)!.rotate(90)),
  ...range(0, 5).map(() => gentle.forward(toTensor.forward(image))),
];
await draw('3-augmentation', (say) =>
  imageGrid(shown, {
    columns: 5,
    titles: [
      say('as it is', '원본'),
      'Resize(34)',
      'CenterCrop(28)',
      say('mirrored', '좌우 반전'),
      say('turned by 90°', '90° 회전'),
      ...range(1, 6).map((i) => say(`shifted, ${i}`, `이동·회전 ${i}`)),
    ],
    size: 96,
    theme: 'auto',
  }),
);
await draw('3-augmentation-study', (say) =>
  seeds(say, 'augmentation', [
    ['shifted and turned', say('shifted, turned a little', '조금 이동·회전')],
    ['none', say('none', '증강 없음')],
    ['mirrored', say('mirrored', '좌우 반전')],
    ['as in the document', say('all, and turned by 90°', '자료의 변환 전부')],
  ]),
);

// Initial weights
const inits = {
  'N(0, 0.02)': (w: Tensor) => nn.init.normal_(w, 0, 0.02),
  Xavier: (w: Tensor) => nn.init.xavierNormal_(w),
  He: (w: Tensor) => nn.init.kaimingNormal_(w),
};
const initLosses = await each(inits, (init) => {
  const initialised = () => {
    const model = cnn();
    for (const m of model.modules())
      if (m instanceof nn.Conv2d || m instanceof nn.Linear) {
        init(m.weight);
        nn.init.zeros_(m.bias!);
      }
    return model;
  };
  return losses(initialised, (p) => new optim.SGD(p, { lr: 0.05 }));
});
await draw('3-initialisation', (say) => trainingLossChart(say, initLosses, { yRange: [0, 2.5] }));

// Learning rates
const rates = { 'lr 0.0002': 0.0002, 'lr 0.01': 0.01, 'lr 0.1': 0.1, 'lr 1': 1 };
const rateLosses = await each(rates, (lr) => losses(cnn, (p) => new optim.SGD(p, { lr }), 6));
await draw('3-learning-rates', (say) => trainingLossChart(say, rateLosses, { yRange: [0, 4] }));
const { ExponentialLR, MultiStepLR, StepLR } = optim.lrScheduler;
await draw('3-schedules', (say) =>
  lrPlot(
    {
      'StepLR(30)': (sgd: optim.Optimizer) => new StepLR(sgd, { stepSize: 30, gamma: 0.1 }),
      'MultiStepLR([10, 30, 80])': (sgd: optim.Optimizer) => new MultiStepLR(sgd, { milestones: [10, 30, 80], gamma: 0.1 }),
      'ExponentialLR(0.96)': (sgd: optim.Optimizer) => new ExponentialLR(sgd, { gamma: 0.96 }),
    },
    { ...alone, epochs: 100, yScale: 'log', title: '', xLabel: say('epoch', '에폭'), yLabel: say('learning rate', '학습률') },
  ),
);

// Gradient descent in a long valley and in a round one
const circle = range(0, 73).map((i) => (2 * Math.PI * i) / 72);
const valleys = [
  { steep: 12, lr: 0.15 },
  { steep: 1, lr: 0.6 },
].map(({ steep, lr }) => {
  const path = [[-4.5, 1.6]];
  for (let i = 0; i < 12; i++) {
    const [x, y] = path.at(-1)! as [number, number];
    path.push([x - lr * x, y - lr * steep * y]);
  }
  return { steep, path };
});
await draw('3-valleys', (say) =>
  subplots(
    1,
    2,
    valleys.map(({ steep, path }) =>
      lineChart({
        ...half,
        title: steep > 1 ? say('Features of unequal size', '범위가 제각각일 때') : say('Normalised', '정규화했을 때'),
        series: [
          ...[1, 2, 3, 4, 5].map((r) => ({
            x: circle.map((a) => r * Math.cos(a)),
            values: circle.map((a) => (r * Math.sin(a)) / Math.sqrt(steep)),
            color: '#8a929b',
            markers: false,
          })),
          { x: path.map(([x]) => x!), values: path.map(([, y]) => y!), color: 1, markers: true },
        ],
        xRange: [-5, 5],
        yRange: [-3, 3],
        xLabel: say('first weight', '첫 번째 가중치'),
        yLabel: say('second weight', '두 번째 가중치'),
        grid: false,
      }),
    ),
  ),
);
await draw('3-normalisation', (say) =>
  seeds(say, 'normalisation', [
    ['standard', say('mean 0, std 1', '표준 정규화')],
    ['standard, outliers', say('the same, outliers', '표준 정규화, 이상치')],
    ['min-max', say('0 to 1', '최소·최대')],
    ['min-max, outliers', say('the same, outliers', '최소·최대, 이상치')],
  ]),
);

// Batch norm
const normLosses: { batchNorm: boolean; lr: number; values: number[] }[] = [];
for (const lr of [0.01, 0.1])
  for (const batchNorm of [false, true])
    normLosses.push({
      batchNorm,
      lr,
      values: await losses(
        () => cnn(batchNorm),
        (p) => new optim.SGD(p, { lr }),
      ),
    });
await draw('3-batch-norm', (say) =>
  lossChart(say, {
    title: say('Training loss', '학습 손실'),
    series: normLosses.map(({ batchNorm, lr, values }, i) => ({
      name: batchNorm ? say(`lr ${lr}, batch norm`, `lr ${lr}, 배치 정규화`) : `lr ${lr}`,
      values,
      color: Math.floor(i / 2),
      dash: batchNorm ? 'solid' : 'dashed',
    })),
    yRange: [0, 2.5],
  }),
);

// Optimizers
const optimizers = {
  'SGD 0.05': (p: nn.Parameter[]) => new optim.SGD(p, { lr: 0.05 }),
  'Adagrad 0.01': (p: nn.Parameter[]) => new optim.Adagrad(p, { lr: 0.01 }),
  'RMSprop 0.001': (p: nn.Parameter[]) => new optim.RMSprop(p, { lr: 0.001 }),
  'Adam 0.001': (p: nn.Parameter[]) => new optim.Adam(p, { lr: 0.001 }),
};
const optimizerLosses = await each(optimizers, (optimizer) => losses(cnn, optimizer));
await draw('3-optimizers', (say) => trainingLossChart(say, optimizerLosses, { yRange: [0, 2.5] }));
