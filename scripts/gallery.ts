/**
 * Draws the pictures of docs/guide/charts.md into docs/gallery/: `npm run gallery`, in a minute. `--fashion FOLDER` takes the clothes of Fashion-MNIST
 * for the grid of labelled pictures from there, as the committed one has them; without it they are the digits that come with Hone.
 */
import { parseArgs } from 'node:util';
import { manualSeed, nn, noGrad, optim, randint, tensor } from 'hone';
import { DataLoader, Subset } from 'hone/data';
import {
  barChart,
  type Chart,
  confusionMatrix,
  featureMaps,
  filters,
  histograms,
  imageGrid,
  lineChart,
  lossCurves,
  lrPlot,
  scatterChart,
  subplots,
} from 'hone/report';
import { fit, lrFind, precisionRecallCurve, predict, rocCurve } from 'hone/train';
import { datasets, transforms } from 'hone/vision';

const { fashion } = parseArgs({ options: { fashion: { type: 'string' } } }).values;
const { CosineAnnealingLR, CosineAnnealingWarmRestarts, ExponentialLR, LinearLR, MultiStepLR, OneCycleLR, SequentialLR, StepLR } =
  optim.lrScheduler;
const theme = 'auto' as const;
const save = (name: string, chart: Chart) => chart.save(`docs/gallery/${name}.svg`, { theme: 'auto' });

// Learning rates: the figures of the course notes, and several schedules in one
await save(
  'step-lr',
  lrPlot((sgd) => new StepLR(sgd, { stepSize: 30, gamma: 0.1 }), { lr: 0.01, theme }),
);
const notes = {
  epochs: 200,
  lr: 0.001,
  theme,
  width: 480,
  height: 320,
  yLabel: 'LR',
  xLabel: 'Epochs',
  xTicks: { values: Array.from({ length: 10 }, (_, i) => 20 * i), rotation: 45 },
};
const grid = { axis: 'x', style: 'dotted' } as const;
await save(
  'schedules-of-the-notes',
  subplots(2, 2, [
    lineChart({
      title: 'MyScheduler',
      y: Array.from({ length: 100 }, (_, i) => 1 + 10 * i),
      from: 0,
      xLabel: 'Epochs',
      yLabel: 'LR',
      width: 480,
      height: 320,
      grid,
      theme,
      xTicks: { values: Array.from({ length: 20 }, (_, i) => 5 * i), rotation: 45 },
    }),
    lrPlot((sgd) => new StepLR(sgd, { stepSize: 30, gamma: 0.5 }), { ...notes, grid, title: 'Step LR' }),
    lrPlot((sgd) => new CosineAnnealingLR(sgd, { tMax: 10, etaMin: 1e-5 }), { ...notes, grid }),
    lrPlot((sgd) => new CosineAnnealingWarmRestarts(sgd, { t0: 10, tMult: 2, etaMin: 1e-5 }), { ...notes, grid }),
  ]),
);
await save(
  'schedules',
  lrPlot(
    {
      MultiStepLR: (sgd) => new MultiStepLR(sgd, [30, 60, 80]),
      ExponentialLR: (sgd) => new ExponentialLR(sgd, 0.95),
      OneCycleLR: (sgd) => new OneCycleLR(sgd, 0.2, 100),
      'warm-up, then a cosine': (sgd) =>
        new SequentialLR(sgd, [new LinearLR(sgd, { totalIters: 10 }), new CosineAnnealingLR(sgd, 90)], [10]),
    },
    { title: 'Learning rates', yScale: 'log', theme },
  ),
);

// A small convolutional network on the digits, three times
const train = new datasets.Digits({ train: true });
const test = new datasets.Digits({ train: false });
const some = new Subset(
  train,
  Array.from({ length: 2500 }, (_, i) => i),
);
const make = () =>
  new nn.Sequential(
    new nn.Conv2d(1, 8, 5),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Conv2d(8, 16, 3),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Flatten(),
    new nn.Linear(400, 10),
  );
const loss = new nn.CrossEntropyLoss();
const validation = new DataLoader(test, { batchSize: 500 });
const runs = [];
let model = make();
for (const seed of [2, 1, 0]) {
  manualSeed(seed);
  model = make();
  const optimizer = new optim.Adam(model.parameters(), { lr: 2e-3 });
  const loader = new DataLoader(some, { batchSize: 50, shuffle: true });
  runs.push(await fit(model, { train: loader, validation, loss, optimizer, epochs: 10, metrics: ['accuracy'], progress: false }));
}
await save('training', lossCurves(runs.at(-1)!, { title: 'Loss and accuracy', theme }));
await save('three-seeds', lossCurves(runs, { title: 'Three seeds: mean and deviation', theme }));

// Pictures with labels and predictions
manualSeed(3);
const pictures = fashion === undefined ? test : new datasets.FashionMNIST(fashion, { train: false });
const chosen = Array.from({ length: 32 }, () => pictures.get(randint(pictures.length, [1]).item()));
await save('labelled', imageGrid(chosen, { rows: 4, columns: 8, titles: chosen.map(([, label]) => pictures.classes[label]!), theme }));
const outputs = await predict(model, validation);
const labels = Array.from({ length: test.length }, (_, i) => test.get(i)[1]);
const said = noGrad(() => outputs.argmax(1).toArray() as number[]);
const chances = noGrad(() => outputs.softmax(1).max(1)[0].toArray() as number[]);
const wrong = labels.flatMap((label, i) => (said[i] === label ? [] : [i])).slice(0, 12);
const shown = [...wrong, ...Array.from({ length: 4 }, (_, i) => i)];
await save(
  'predictions',
  imageGrid(
    shown.map((i) => test.get(i)),
    { title: 'Wrong ones first', predictions: shown.map((i) => said[i]!), probabilities: shown.map((i) => chances[i]!), theme },
  ),
);
await save('confusion', confusionMatrix(labels, said, { classes: test.classes, title: 'Digits', theme }));

// What is in the model
const sample = test.get(wrong[0]!)[0].unsqueeze(0);
await save('weights', histograms(model, { layers: 'weight', title: 'Weights', theme }));
await save(
  'activations',
  histograms(model, { of: 'activations', layers: /Conv|ReLU/, input: sample, columns: 2, width: 380, height: 220, theme }),
);
await save('feature-maps', featureMaps(model, sample, { layer: '1', theme }));
await save('filters', filters(model, { theme }));

// Bars, dots, and a line with all that it can have
const perDigit = test.classes.map((_, digit) => {
  const own = labels.flatMap((label, i) => (label === digit ? [said[i] === digit ? 1 : 0] : []));
  return own.reduce<number>((a, b) => a + b, 0) / own.length;
});
const look = { width: 480, height: 330, theme };
await save(
  'bars-and-dots',
  subplots(1, 2, [
    barChart({ title: 'Accuracy by digit', labels: [...test.classes], y: perDigit, yRange: [0.8, 1], values: false, ...look }),
    scatterChart({
      title: 'How sure, right or wrong',
      series: [true, false].map((right) => {
        const places = labels.flatMap((label, i) => ((said[i] === label) === right && (i % 4 === 0 || !right) ? [i] : []));
        return { name: right ? 'right' : 'wrong', x: places, y: places.map((i) => chances[i]!) };
      }),
      xLabel: 'sample',
      yLabel: 'probability',
      size: 4,
      ...look,
    }),
  ]),
);
const values = runs.at(-1)!.values('validation.loss');
const spread = values.map((v, i) => v * (0.3 - 0.02 * i));
await save(
  'line',
  lineChart({
    title: 'A line, a band, marks and words',
    series: [
      { name: 'validation', values, deviation: spread },
      { name: 'target', values: values.map(() => 0.12), dash: 'dashed', markers: false },
    ],
    xLabel: 'epoch',
    yLabel: 'loss',
    yScale: 'log',
    grid: 'both',
    marks: [{ x: 4, text: 'rate halved' }],
    annotations: [{ x: values.indexOf(Math.min(...values)) + 1, y: Math.min(...values), text: 'best' }],
    legend: 'right',
    theme,
  }),
);

// What augmentation does to one digit, the search for a rate, and how well scores tell classes apart
manualSeed(4);
const [digit] = test.get(2);
const augment = new transforms.Compose([
  new transforms.RandomAffine(20, { translate: [0.12, 0.12], scale: [0.8, 1.15], shear: 10 }),
  new transforms.RandomErasing(0.3),
]);
const changed = Array.from({ length: 15 }, () => augment.forward(digit));
await save('augmented', imageGrid([digit, ...changed], { rows: 2, columns: 8, title: 'One digit, and what it may become', theme }));
manualSeed(0);
const fresh = make();
const batches = new DataLoader(some, { batchSize: 50, shuffle: true });
const found = await lrFind(fresh, { train: batches, loss, optimizer: new optim.Adam(fresh.parameters()) });
await save('lr-finder', await found.toChart());
const truth = tensor(labels, { dtype: 'int64' });
const curves = [3, 5, 8].map((classIndex) => {
  const roc = rocCurve(outputs, truth, { classIndex });
  const precision = precisionRecallCurve(outputs, truth, { classIndex });
  return { name: `a ${classIndex}`, roc, precision };
});
const plain = { yRange: [0.8, 1] as [number, number], grid: 'both' as const, ...look };
await save(
  'roc',
  subplots(1, 2, [
    lineChart({
      title: 'ROC',
      series: curves.map(({ name, roc }) => ({ name, x: roc.fpr, values: roc.tpr, markers: false })),
      xLabel: 'false positives',
      yLabel: 'true positives',
      xRange: [0, 0.2],
      ...plain,
    }),
    lineChart({
      title: 'Precision and recall',
      series: curves.map(({ name, precision }) => ({ name, x: precision.recall, values: precision.precision, markers: false })),
      xLabel: 'recall',
      yLabel: 'precision',
      xRange: [0.8, 1],
      ...plain,
    }),
  ]),
);
