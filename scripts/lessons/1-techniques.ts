/** The figures of the first lesson. */
import { manualSeed, nn, optim, stack } from 'hone';
import { imageGrid, lineChart, lrPlot, subplots } from 'hone/report';
import { alone, curve, digits, draw, half, lossChart, perceptron, range, shares, some, training } from './figures.js';

await draw('1-step-lr', (say) =>
  lrPlot((sgd) => new optim.lrScheduler.StepLR(sgd, { stepSize: 30, gamma: 0.1 }), {
    ...alone,
    lr: 0.01,
    epochs: 100,
    step: true,
    title: 'StepLR(stepSize: 30, gamma: 0.1)',
    xLabel: say('epoch', '에폭'),
    yLabel: say('learning rate', '학습률'),
  }),
);

// Forty epochs, to see what a patience of three would have left out
const model = perceptron(0, 784, 256, 128, 10);
const history = await training({
  model,
  train: some(digits, 0, 1000),
  validation: some(digits, 1000, 1500),
  epochs: 40,
  batchSize: 50,
});
const [train, validation] = [curve(history, 'train', 'loss'), curve(history, 'validation', 'loss')];
const best = validation.indexOf(Math.min(...validation));
const stopped = validation.findIndex(
  (_, i) => i >= 3 && Math.min(...validation.slice(i - 2, i + 1)) > Math.min(...validation.slice(0, i - 2)),
);
console.log(`lowest validation loss ${validation[best]!.toFixed(3)} in epoch ${best + 1}, stopped after ${stopped + 1}`);
await draw('1-early-stopping', (say) =>
  lossChart(say, {
    series: [
      { name: say('training', '학습'), values: train, markers: false },
      { name: say('validation', '검증'), values: validation, markers: false },
    ],
    marks: [
      { x: best + 1, text: say('best', '최고') },
      { x: stopped + 1, text: say('patience 3: stop', 'patience 3: 멈춤') },
    ],
    yRange: [0, 2],
  }),
);

// A digit, whole and with a quarter of its pixels dropped
manualSeed(2);
const [digit] = digits.get(0);
const dropout = new nn.Dropout(0.25);
await draw('1-dropout', (say) =>
  imageGrid(stack([digit, ...range(0, 5).map(() => dropout.forward(digit))]).clamp(0, 1), {
    columns: 6,
    titles: [say('as it is', '원본'), ...range(1, 6).map((i) => say(`step ${i}`, `스텝 ${i}`))],
    theme: 'auto',
  }),
);

// How what three layers give for a batch of digits is spread
const images = stack(range(0, 500).map((i) => digits.get(i)[0])).flatten(1);
const BINS = range(-30, 31).map((i) => i / 10);
const spreads = [false, true].map((normalized) => {
  manualSeed(0);
  let x = images;
  return [784, 128, 128].map((width) => {
    x = new nn.Linear(width, 128).forward(x);
    if (normalized) x = new nn.BatchNorm1d(128).forward(x);
    const values = x.detach().flatten();
    x = x.relu();
    const std = values.std().item();
    return { std, share: shares(values, BINS, 0.05) };
  });
});
await draw('1-batch-norm', (say) =>
  subplots(
    1,
    2,
    spreads.map((layers, i) =>
      lineChart({
        ...half,
        title: i === 0 ? say('without batch norm', '배치 정규화 없이') : say('with batch norm', '배치 정규화를 넣고'),
        series: layers.map(({ std, share }, layer) => ({
          name: say(`layer ${layer + 1}: ${std.toFixed(2)}`, `${['첫', '두', '세'][layer]} 번째 층: ${std.toFixed(2)}`),
          values: share,
          markers: false,
        })),
        x: BINS,
        xRange: [-3, 3],
        yTicks: { values: [0], labels: [''] },
        xLabel: say('what a layer gives, and its standard deviation', '층의 출력과 그 표준편차'),
      }),
    ),
  ),
);
