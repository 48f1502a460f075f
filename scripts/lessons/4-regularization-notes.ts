/** The figures of the fourth lesson. */
import { manualSeed, nn, optim, rand, randint, randn, stack, tensor } from 'hone';
import { MinMaxScaler, StandardScaler } from 'hone/data';
import { imageGrid, lineChart, lrPlot, scatterChart, subplots } from 'hone/report';
import { transforms } from 'hone/vision';
import {
  alone,
  curve,
  digits,
  draw,
  each,
  half,
  lossChart,
  pairs,
  perceptron,
  range,
  some,
  training,
  trainingLossChart,
} from './figures.js';

// Three weights that nothing pulls at but a penalty
const paths = (['L2', 'L1'] as const).map((kind) => {
  const weights = new nn.Parameter(tensor([1, 0.5, 0.2]));
  const optimizer = new optim.SGD([weights], { lr: 0.01 });
  const values = range(0, 251).map(() => {
    const now = weights.toArray() as number[];
    optimizer.zeroGrad();
    (kind === 'L1' ? weights.abs().sum().mul(0.5) : weights.square().sum().mul(0.5)).backward();
    optimizer.step();
    return now;
  });
  return { kind, values };
});
await draw('4-pull', (say) =>
  subplots(
    1,
    2,
    paths.map(({ kind, values }) =>
      lineChart({
        ...half,
        title: kind === 'L2' ? say('L2: ever slower', 'L2: 갈수록 천천히') : say('L1: straight to zero', 'L1: 곧장 0으로'),
        series: [0, 1, 2].map((i) => ({ values: values.map((v) => v[i]!), markers: false })),
        from: 0,
        xLabel: say('step', '스텝'),
        yLabel: say('weight', '가중치'),
      }),
    ),
  ),
);

// Five hundred digits, learned by heart or not
const dropouts = await each({ without: 0, with: 0.5 }, async (p) => {
  manualSeed(0);
  const model = new nn.Sequential(
    new nn.Flatten(),
    ...[new nn.Linear(784, 256), new nn.ReLU(), new nn.Dropout(p)],
    ...[new nn.Linear(256, 128), new nn.ReLU(), new nn.Dropout(p)],
    new nn.Linear(128, 10),
  );
  const options = { evaluateTrain: true };
  const history = await training({
    model,
    train: some(digits, 0, 500),
    validation: some(digits, 500, 2500),
    epochs: 60,
    batchSize: 50,
    options,
  });
  const last = (side: 'train' | 'validation', score: 'loss' | 'accuracy') => curve(history, side, score).at(-1)!.toFixed(3);
  console.log(
    `dropout ${p}: ${last('train', 'loss')} and ${last('validation', 'loss')}, ${last('train', 'accuracy')} and ${last('validation', 'accuracy')}`,
  );
  return history;
});
await draw('4-dropout', (say) =>
  lossChart(say, {
    series: pairs(say, 'loss', { [say('without', '없이')]: dropouts.without, [say('dropout 0.5', '드롭아웃 0.5')]: dropouts.with }),
    yRange: [0, 1.5],
  }),
);

// One digit, many
manualSeed(0);
const [digit] = digits.get(8);
const augmented = [
  digit,
  new transforms.RandomHorizontalFlip(1).forward(digit),
  new transforms.RandomVerticalFlip(1).forward(digit),
  new transforms.RandomRotation([90, 90]).forward(digit),
  new transforms.GaussianNoise({ sigma: 0.2 }).forward(digit),
  new transforms.ElasticTransform({ alpha: 50, sigma: 3 }).forward(digit),
];
await draw('4-augmentation', (say) =>
  imageGrid(stack(augmented), {
    columns: 6,
    titles: [
      say('as it is', '원본'),
      say('left to right', '좌우 반전'),
      say('top to bottom', '상하 반전'),
      say('turned', '90° 회전'),
      say('noise', '노이즈'),
      say('elastic', '일래스틱'),
    ],
    theme: 'auto',
  }),
);

// Gradients on their way back through eight layers
const inits: Record<string, (w: nn.Parameter) => void> = {
  'N(0, 0.01)': (w) => nn.init.normal_(w, 0, 0.01),
  'N(0, 0.5)': (w) => nn.init.normal_(w, 0, 0.5),
  Xavier: (w) => nn.init.xavierNormal_(w),
  He: (w) => nn.init.kaimingNormal_(w, { nonlinearity: 'relu' }),
};
const norms = await each(inits, (init, name) => {
  manualSeed(0);
  const linears = range(0, 8).map(() => new nn.Linear(64, 64));
  for (const linear of linears) {
    init(linear.weight);
    nn.init.zeros_(linear.bias!);
  }
  let x = rand([32, 64]);
  const outputs = linears.map((linear) => {
    const out = linear.forward(x);
    out.retainGrad();
    x = out.relu();
    return out;
  });
  new nn.CrossEntropyLoss().forward(new nn.Linear(64, 10).forward(x), randint(10, [32])).backward();
  const norms = outputs.map((out) => out.grad!.norm().item());
  console.log(`${name}: ${norms.map((n) => n.toExponential(1)).join(' ')}`);
  return norms;
});
await draw('4-gradients', (say) =>
  lineChart({
    ...alone,
    title: say('What comes back to each layer: norm of the gradient', '각 층에 되돌아오는 기울기의 크기(노름)'),
    y: norms,
    yScale: 'log',
    xLabel: say('layer, from the input', '입력에서부터 센 층'),
  }),
);

const { ExponentialLR, MultiStepLR, StepLR } = optim.lrScheduler;
await draw('4-learning-rate', (say) =>
  lrPlot(
    {
      StepLR: (sgd: optim.Optimizer) => new StepLR(sgd, { stepSize: 5, gamma: 0.1 }),
      ExponentialLR: (sgd: optim.Optimizer) => new ExponentialLR(sgd, { gamma: 0.7 }),
      MultiStepLR: (sgd: optim.Optimizer) => new MultiStepLR(sgd, { milestones: [4, 14], gamma: 0.1 }),
    },
    { ...alone, lr: 0.1, epochs: 20, yScale: 'log', title: '', xLabel: say('epoch', '에폭'), yLabel: say('learning rate', '학습률') },
  ),
);

// Forty numbers, and one that is far out
manualSeed(0);
const plain = randn([40, 1]).mul(100).add(300);
// The outlier takes the place of the last
const columns = [plain, tensor([...(plain.flatten().toArray() as number[]).slice(0, 39), 9000]).view(40, 1)];
console.log(
  `min-max, the others: up to ${new MinMaxScaler().fitTransform(columns[1]!).flatten().narrow(0, 0, 39).max().item().toFixed(3)}`,
);
await draw('4-scalers', (say) =>
  subplots(
    1,
    2,
    [new MinMaxScaler(), new StandardScaler()].map((scaler, which) =>
      scatterChart({
        ...half,
        height: 220,
        title: which === 0 ? 'MinMaxScaler' : 'StandardScaler',
        series: columns.map((column, i) => ({
          x: scaler.fitTransform(column).flatten().toArray() as number[],
          y: range(0, 40).map((k) => 2 - i + 0.25 * Math.sin(7 * k)),
        })),
        opacity: 0.6,
        yRange: [0.5, 2.5],
        yTicks: { values: [2, 1], labels: [say('without', '이상치 없음'), say('one outlier', '이상치 하나')] },
        grid: 'x',
      }),
    ),
  ),
);

// What six layers hand on
const images = stack(range(0, 200).map((i) => digits.get(i)[0])).flatten(1);
const spreads = [false, true].map((normalized) => {
  manualSeed(0);
  let x = images;
  return [784, 128, 128, 128, 128, 128].map((width) => {
    let out = new nn.Linear(width, 128).forward(x);
    if (normalized) out = new nn.BatchNorm1d(128).forward(out);
    x = out.relu();
    return out.std().item();
  });
});
console.log(spreads.map((stds) => stds.map((s) => s.toFixed(3)).join(' ')).join('; '));
await draw('4-batch-norm', (say) =>
  lineChart({
    ...alone,
    title: say('Standard deviation of what a layer gives', '층 출력의 표준편차'),
    series: [
      { name: say('without batch norm', '배치 정규화 없이'), values: spreads[0]! },
      { name: say('with batch norm', '배치 정규화를 넣고'), values: spreads[1]! },
    ],
    yRange: [0, 1.2],
    xLabel: say('layer', '층'),
  }),
);

const optimizers = {
  'SGD 0.01': (p: nn.Parameter[]) => new optim.SGD(p, { lr: 0.01 }),
  Adam: (p: nn.Parameter[]) => new optim.Adam(p),
  Adagrad: (p: nn.Parameter[]) => new optim.Adagrad(p),
  Adadelta: (p: nn.Parameter[]) => new optim.Adadelta(p),
};
const losses = await each(optimizers, async (optimizer) => {
  const history = await training({ model: perceptron(0, 784, 64, 10), train: some(digits, 0, 1000), optimizer, epochs: 8, batchSize: 50 });
  return curve(history, 'train', 'loss');
});
await draw('4-optimizers', (say) => trainingLossChart(say, losses));
