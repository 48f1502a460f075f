/** Trains a network on handwritten digits inside the page, and lets you draw digits for it. `npm run demo` serves it. */
import { engineInfo, fromTypedArray, manualSeed, nn, noGrad, optim, scope, type Tensor } from 'hone';
import { DataLoader } from 'hone/data';
import { accuracy, fit } from 'hone/train';
import { datasets } from 'hone/vision';
import { drawChart } from './chart.js';
import { Pad } from './pad.js';
import { find, show, showSteps } from './page.js';

const EPOCHS = 5;

class Net extends nn.Module {
  fc1 = new nn.Linear(784, 128);
  fc2 = new nn.Linear(128, 64);
  fc3 = new nn.Linear(64, 10);

  override forward(x: Tensor): Tensor {
    x = this.fc1.forward(x.flatten(1)).relu();
    x = this.fc2.forward(x).relu();
    return this.fc3.forward(x);
  }
}

const [trainButton, stopButton, sampleButton] = [
  find<HTMLButtonElement>('train'),
  find<HTMLButtonElement>('stop'),
  find<HTMLButtonElement>('sample'),
];
const chart = find<HTMLCanvasElement>('chart');
const guesses = find('guesses');
for (let digit = 0; digit < 10; digit++) guesses.insertAdjacentHTML('beforeend', `<div><i></i>${digit}</div>`);

let model: Net | undefined;
let losses: number[] = [];
let stop = new AbortController();

/** Shows what the model thinks of the drawing. */
function classify(): void {
  const pixels = pad.pixels();
  const bars = [...guesses.children] as HTMLElement[];
  if (!model || !pixels) {
    for (const bar of bars) {
      bar.className = '';
      (bar.firstElementChild as HTMLElement).style.height = '0';
    }
    show('verdict', model ? 'Draw with the mouse or a finger.' : 'Train the network first.');
    return;
  }
  const image = fromTypedArray(pixels, [1, 1, 28, 28]);
  const training = model.training;
  model.eval();
  const shares = scope(() => noGrad(() => nn.functional.softmax(model!.forward(image), 1).toTypedArray())) as Float32Array;
  model.train(training);
  image.dispose();
  const best = shares.indexOf(Math.max(...shares));
  bars.forEach((bar, digit) => {
    bar.className = digit === best ? 'best' : '';
    (bar.firstElementChild as HTMLElement).style.height = `${Math.round(72 * shares[digit]!)}px`;
  });
  show('verdict', `A ${best}: ${(100 * shares[best]!).toFixed(1)} % sure.`);
}

const pad = new Pad(find<HTMLCanvasElement>('pad'), classify);
find('clear').onclick = () => pad.clear();

let due = false;
/** Draws the curve once before the next frame, however many steps that holds. */
function redraw(): void {
  if (due) return;
  due = true;
  requestAnimationFrame(() => {
    due = false;
    drawChart(chart, losses);
  });
}
addEventListener('resize', redraw);

function report(error: unknown): void {
  console.error(error);
  find('problem').hidden = false;
  show('problem', String(error));
}

async function train(data: { train: datasets.Digits; test: datasets.Digits }): Promise<void> {
  manualSeed(Math.floor(Math.random() * 1e9));
  losses = [];
  stop = new AbortController();
  trainButton.disabled = true;
  stopButton.disabled = false;
  show('accuracy', '–');
  const net = new Net();
  model = net;
  await fit(net, {
    train: new DataLoader(data.train, { batchSize: 64, shuffle: true }),
    validation: new DataLoader(data.test, { batchSize: 500 }),
    loss: new nn.CrossEntropyLoss(),
    optimizer: new optim.Adam(net.parameters(), { lr: 1e-3 }),
    epochs: EPOCHS,
    metrics: [accuracy()],
    signal: stop.signal,
    callbacks: [
      {
        onStep: showSteps(losses, EPOCHS, redraw),
        onEpochEnd({ validation }) {
          show('accuracy', `${(100 * validation!['accuracy']!).toFixed(1)} %`);
          classify();
        },
      },
    ],
  });
  trainButton.disabled = false;
  stopButton.disabled = true;
  trainButton.textContent = 'Train again';
}

async function start(): Promise<void> {
  const response = await fetch('digits.gz');
  if (!response.ok) throw new Error(`digits.gz: ${response.status} ${response.statusText}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  const data = { train: datasets.Digits.fromBytes(bytes, { train: true }), test: datasets.Digits.fromBytes(bytes, { train: false }) };
  const { isa, name } = engineInfo();
  show('lead', `Everything runs in this page, on the ${name} engine (${isa}): nothing leaves it.`);
  trainButton.disabled = false;
  sampleButton.disabled = false;
  trainButton.onclick = () => train(data).catch(report);
  stopButton.onclick = () => stop.abort();
  sampleButton.onclick = () => {
    const [image] = data.test.get(Math.floor(Math.random() * data.test.length));
    pad.show(image.toTypedArray() as Float32Array);
    image.dispose();
  };
}

drawChart(chart, losses);
classify();
start().catch(report);
