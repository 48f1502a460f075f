/** Training on real digits, by `fit` and by hand: run by Node and by a page. */
import { getNumThreads, manualSeed, memoryStats, nn, noGrad, optim, randint, randn, setNumThreads, type Tensor } from 'hone';
import { DataLoader, TensorDataset } from 'hone/data';
import { accuracy, fit } from 'hone/train';
import { datasets } from 'hone/vision';

const EPOCHS = 2;

export interface Trained {
  /** The loss of each step. */
  losses: number[];
  /** On the 2,000 digits for testing. */
  accuracy: number;
}

function setting(bytes: Uint8Array) {
  manualSeed(42);
  const model = new nn.Sequential(
    new nn.Flatten(),
    new nn.Linear(784, 128),
    new nn.ReLU(),
    new nn.Linear(128, 64),
    new nn.ReLU(),
    new nn.Linear(64, 10),
  );
  const train = new DataLoader(datasets.Digits.fromBytes(bytes, { train: true }), { batchSize: 64, shuffle: true });
  const test = new DataLoader(datasets.Digits.fromBytes(bytes, { train: false }), { batchSize: 500 });
  return { model, train, test, criterion: new nn.CrossEntropyLoss(), optimizer: new optim.Adam(model.parameters(), { lr: 1e-3 }) };
}

export async function trainByFit(bytes: Uint8Array): Promise<Trained> {
  const { model, train, test, criterion, optimizer } = setting(bytes);
  const losses: number[] = [];
  const history = await fit(model, {
    train,
    validation: test,
    loss: criterion,
    optimizer,
    epochs: EPOCHS,
    metrics: [accuracy()],
    callbacks: [{ onStep: (event) => void (event.phase === 'train' && losses.push(event.loss)) }],
  });
  return { losses, accuracy: history.epochs.at(-1)!.validation!['accuracy']! };
}

export async function trainByHand(bytes: Uint8Array): Promise<Trained> {
  const { model, train, test, criterion, optimizer } = setting(bytes);
  const losses: number[] = [];
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    for await (const [x, y] of train) {
      optimizer.zeroGrad();
      const loss = criterion.forward(model.forward(x), y);
      loss.backward();
      optimizer.step();
      losses.push(loss.item());
    }
    for await (const batch of test) void batch; // an epoch of the loader draws a seed, as in fit
  }
  model.eval();
  let right = 0;
  for await (const [x, y] of test) right += noGrad(() => model.forward(x).argmax(1).eq(y).sum().item());
  return { losses, accuracy: right / 2000 };
}

/** A short training with so many threads: its losses, and the first layer at its end. */
export async function trainWith(threads: number): Promise<{ threads: number; losses: number[]; weights: number[] }> {
  setNumThreads(threads);
  manualSeed(8);
  const model = new nn.Sequential(new nn.Linear(300, 260), new nn.ReLU(), new nn.Linear(260, 10));
  const optimizer = new optim.AdamW(model.parameters(), { lr: 1e-3 });
  const losses: number[] = [];
  for (let step = 0; step < 40; step++) {
    const [x, y] = [randn([128, 300]), randint(0, 10, [128])];
    optimizer.zeroGrad();
    const loss = nn.functional.crossEntropy(model.forward(x), y);
    loss.backward();
    optimizer.step();
    losses.push(loss.item());
    await new Promise((resolve) => setTimeout(resolve)); // a browser's workers start between tasks
  }
  return { threads: getNumThreads(), losses, weights: [...(model.at(0) as nn.Linear).weight.toTypedArray()].map(Number) };
}

export interface Memory {
  /** Bytes that all tensors of the loop took together. */
  handedOut: number;
  /** The most that was on loan at once, up to a tenth of the loop and up to its end. */
  peakAtTenth: number;
  peakAtEnd: number;
  /** What `memoryBytes` said then. */
  sizeAtTenth: number;
  sizeAtEnd: number;
}

/** A loop without a scope and without dispose, which awaits its loader. */
export async function trainLong(steps: number, memoryBytes: () => number): Promise<Memory> {
  manualSeed(5);
  const model = new nn.Sequential(new nn.Linear(16, 512), new nn.ReLU(), new nn.Linear(512, 10));
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.01 });
  const data = new TensorDataset(randn([2048, 16]), randn([2048, 10]));
  const loader = new DataLoader(data, { batchSize: 256, shuffle: true });
  let [step, handedOut, peakAtTenth, sizeAtTenth] = [0, 0, 0, 0];
  const made = (...tensors: Tensor[]) => tensors.reduce((sum, x) => sum + 4 * x.numel(), 0);
  while (step < steps) {
    for await (const [x, y] of loader) {
      optimizer.zeroGrad();
      const hidden = (model.at(0) as nn.Linear).forward(x);
      const active = hidden.relu();
      const out = (model.at(2) as nn.Linear).forward(active);
      const loss = nn.functional.mseLoss(out, y);
      loss.backward();
      optimizer.step();
      handedOut += made(x, y, hidden, active, out);
      if (++step === steps / 10) [peakAtTenth, sizeAtTenth] = [memoryStats().peakBytes, memoryBytes()];
      if (step === steps) break;
    }
  }
  return { handedOut, peakAtTenth, peakAtEnd: memoryStats().peakBytes, sizeAtTenth, sizeAtEnd: memoryBytes() };
}
