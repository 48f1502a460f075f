/** The figures of the fifth lesson. `--fashion FOLDER` is where the files of Fashion-MNIST lie; without it they are fetched into runs/fashion. */
import { parseArgs } from 'node:util';
import { F, manualSeed, nn, noGrad, optim, randint, randn, type Tensor } from 'hone';
import { DataLoader, randomSplit } from 'hone/data';
import { imageGrid, lineChart, subplots } from 'hone/report';
import { evaluate, type History, predict } from 'hone/train';
import { datasets } from 'hone/vision';
import {
  curve,
  draw,
  half,
  lossChart,
  type Pictures,
  pairs,
  perceptron,
  range,
  type Say,
  seeds,
  shares,
  some,
  training,
} from './figures.js';

const { fashion } = parseArgs({ options: { fashion: { type: 'string' } } }).values;
const root = fashion ?? 'runs/fashion';
const whole = new datasets.FashionMNIST(root, { train: true, download: fashion === undefined });
const testset = new datasets.FashionMNIST(root, { train: false, download: fashion === undefined });
manualSeed(0);
const [trainset, validset] = randomSplit(whole, [50_000, 10_000]) as unknown as [Pictures, Pictures];
const testLoader = new DataLoader(testset, { batchSize: 500 });
const last = (values: readonly number[]) => values.at(-1)!.toFixed(3);

// 32 pieces of clothing, with their names
manualSeed(3);
const chosen = range(0, 32).map(() => testset.get(randint(testset.length, [1]).item()));
await draw('5-clothes', () =>
  imageGrid(chosen, { rows: 4, columns: 8, titles: chosen.map(([, label]) => testset.classes[label]!), theme: 'auto' }),
);

/** Trains, and says what became of it. */
async function run(name: string, model: nn.Module, train: Pictures, validation: Pictures, batchSize: number, epochs: number, sgd = false) {
  const optimizer = (p: nn.Parameter[]) => (sgd ? new optim.SGD(p, { lr: 0.1 }) : new optim.Adam(p, { lr: 0.001 }));
  const history = await training({ model, train, validation, optimizer, epochs, batchSize });
  const { loss, accuracy } = await evaluate(model, testLoader, { loss: new nn.CrossEntropyLoss(), metrics: ['accuracy'] });
  const valid = curve(history, 'validation', 'loss');
  console.log(
    `${name}: train ${last(curve(history, 'train', 'loss'))}, valid ${last(valid)}, lowest ${Math.min(...valid).toFixed(3)} in epoch ${valid.indexOf(Math.min(...valid)) + 1}, valid accuracy ${last(curve(history, 'validation', 'accuracy'))}, test ${loss!.toFixed(4)} ${accuracy!.toFixed(4)}`,
  );
  return history;
}
const compared = (say: Say, histories: Record<string, History>, yRange: [number, number]) =>
  lossChart(say, { series: pairs(say, 'loss', histories, say('training', '훈련')), yRange });

// The document's training, at its sizes
const model = perceptron(0, 784, 128, 64, 10);
const adam = await run('Adam', model, trainset, validset, 100, 17);
const sgd = await run('SGD', perceptron(0, 784, 128, 64, 10), trainset, validset, 100, 17, true);
await draw('5-adam-sgd', (say) => compared(say, { 'Adam 0.001': adam, 'SGD 0.1': sgd }, [0.1, 0.7]));
const eight = range(0, 8).map((i) => testset.get(i + 10));
const scores = await predict(model, new DataLoader(some(testset as unknown as Pictures, 10, 18), { batchSize: 8 }));
const probabilities = noGrad(() => scores.softmax(1).max(1)[0]);
await draw('5-predictions', () =>
  imageGrid(eight, { predictions: scores, probabilities, classes: testset.classes, columns: 4, size: 112, theme: 'auto' }),
);

const small = await run('batches of 16', perceptron(0, 784, 128, 64, 10), trainset, validset, 16, 17);
await draw('5-batch-size', (say) =>
  compared(say, { [say('batches of 100', '배치 100')]: adam, [say('batches of 16', '배치 16')]: small }, [0.1, 0.7]),
);

// What five layers of sigmoids give
const BINS = range(0, 41).map((i) => i / 40);
const kinds: Record<string, (w: Tensor) => void> = {
  'N(0, 1)': (w) => nn.init.normal_(w, 0, 1),
  'N(0, 0.01)': (w) => nn.init.normal_(w, 0, 0.01),
  Xavier: (w) => nn.init.xavierNormal_(w),
};
const spreads = Object.entries(kinds).map(([name, init]) => {
  manualSeed(0);
  let x = randn([1000, 100]);
  const layers = range(0, 5).map(() => {
    const linear = new nn.Linear(100, 100, false);
    init(linear.weight);
    x = noGrad(() => linear.forward(x).sigmoid());
    const values = x.flatten();
    return shares(values, BINS, 0.0125).map((share) => 100 * share);
  });
  console.log(`${name}: standard deviation after five layers ${x.std().item().toFixed(3)}`);
  return { name, layers };
});
await draw('5-activations', (say) =>
  subplots(
    1,
    3,
    spreads.map(({ name, layers }) =>
      lineChart({
        ...half,
        width: 270,
        title: name,
        series: [0, 2, 4].map((i) => ({
          name: say(`layer ${i + 1}`, `${['첫', '', '세', '', '다섯'][i]} 번째 층`),
          values: layers[i]!,
          markers: false,
        })),
        x: BINS,
        yTicks: { values: [0], labels: [''] },
        xLabel: say('output', '출력'),
      }),
    ),
  ),
);
await draw('5-initialisation', (say) =>
  seeds(say, 'initialisation', [
    ['PyTorch with ReLU', 'PyTorch'],
    ['He by inputs with ReLU', 'He, fan_in'],
    ['He with ReLU', 'He, fan_out'],
    ['N(0, 0.01) with ReLU', 'N(0, 0.01)'],
    ['N(0, 1) with ReLU', 'N(0, 1)'],
    ['zeros with ReLU', say('zeros', '모두 0')],
  ]),
);

/** The document's perceptron with He's initial weights, batch norm, and dropout. */
class Perceptron extends nn.Module {
  fc1 = new nn.Linear(784, 128);
  bn1: nn.BatchNorm1d | null;
  fc2 = new nn.Linear(128, 64);
  bn2: nn.BatchNorm1d | null;
  fc3 = new nn.Linear(64, 10);

  constructor(
    batchNorm: boolean,
    readonly dropout: boolean,
  ) {
    super();
    this.bn1 = batchNorm ? new nn.BatchNorm1d(128) : null;
    this.bn2 = batchNorm ? new nn.BatchNorm1d(64) : null;
    for (const { weight } of [this.fc1, this.fc2, this.fc3]) nn.init.kaimingNormal_(weight, { mode: 'fan_out', nonlinearity: 'relu' });
  }

  override forward(x: Tensor): Tensor {
    x = this.fc1.forward(x.flatten(1));
    if (this.bn1) x = this.bn1.forward(x);
    x = F.relu(x);
    if (this.dropout) x = F.dropout(x, 0.5, this.training);
    x = this.fc2.forward(x);
    if (this.bn2) x = this.bn2.forward(x);
    x = F.relu(x);
    if (this.dropout) x = F.dropout(x, 0.2, this.training);
    return this.fc3.forward(x);
  }
}

const [fewer, few] = [some(trainset, 0, 12_000), some(validset, 0, 4000)];
const make = (seed: number, ...how: [batchNorm: boolean, dropout: boolean]) => {
  manualSeed(seed);
  return new Perceptron(...how);
};
const he = await run('He', make(0, false, false), fewer, few, 16, 15);
const norm = await run('He and batch norm', make(0, true, false), fewer, few, 16, 15);
const both = await run('He, batch norm, dropout', make(0, true, true), fewer, few, 16, 15);
await draw('5-batch-norm', (say) => compared(say, { He: he, [say('He, batch norm', 'He, 배치 정규화')]: norm }, [0.1, 0.8]));
await draw('5-dropout', (say) =>
  compared(say, { [say('batch norm', '배치 정규화')]: norm, [say('and dropout', '드롭아웃까지')]: both }, [0.1, 0.8]),
);
await draw('5-combinations', (say) =>
  seeds(say, 'combinations', [
    ['batch norm + dropout', say('batch norm, dropout', '배치 정규화, 드롭아웃')],
    ['batch norm', say('batch norm', '배치 정규화')],
    ['He', say('He alone', 'He만')],
    ['weight decay', say('weight decay', '가중치 감소')],
    ['dropout', say('dropout', '드롭아웃')],
    ['batch norm + dropout as written', say('dropout in evaluation, too', '평가 때도 드롭아웃')],
  ]),
);
