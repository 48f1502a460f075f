/** The training on the first page, in a worker: points of two kinds in the plane, and a small network that learns to tell them apart. */
import { engineInfo, fromTypedArray, manualSeed, nn, noGrad, optim, rand, randn, randperm, ready, scope, type Tensor, tensor } from 'hone';
import { type News, type Settings, type Shape, SIDE, STEPS } from './messages.js';

const POINTS = 240;

/** `n` points between -1 and 1, and their kinds. */
function pointsOf(shape: Shape, n: number): { x: Tensor; y: Tensor; labels: Uint8Array } {
  const labels = Uint8Array.from({ length: n }, (_, i) => i % 2);
  const along = rand([n]).toTypedArray() as Float32Array;
  const noise = randn([n, 2]).toTypedArray() as Float32Array;
  const values = new Float32Array(2 * n);
  for (let i = 0; i < n; i++) {
    const [t, k] = [along[i]!, labels[i]!];
    let [a, b] = [0, 0];
    if (shape === 'moons') {
      a = k === 0 ? Math.cos(Math.PI * t) - 0.5 : 0.5 - Math.cos(Math.PI * t);
      b = k === 0 ? Math.sin(Math.PI * t) - 0.25 : 0.25 - Math.sin(Math.PI * t);
      [a, b] = [0.55 * a, 0.7 * b];
    } else if (shape === 'spirals') {
      const [radius, angle] = [0.1 + 0.8 * t, 2.1 * Math.PI * t + Math.PI * k];
      [a, b] = [radius * Math.cos(angle), radius * Math.sin(angle)];
    } else {
      const [radius, angle] = [k === 0 ? 0.28 : 0.72, 2 * Math.PI * t];
      [a, b] = [radius * Math.cos(angle), radius * Math.sin(angle)];
    }
    const spread = shape === 'spirals' ? 0.035 : 0.085;
    values[2 * i] = a + spread * noise[2 * i]!;
    values[2 * i + 1] = b + spread * noise[2 * i + 1]!;
  }
  return { x: fromTypedArray(values, [n, 2]), y: tensor([...labels], { dtype: 'int64' }), labels };
}

const grid = () => {
  const values = new Float32Array(2 * SIDE * SIDE);
  for (let i = 0; i < SIDE * SIDE; i++) {
    values[2 * i] = ((i % SIDE) / (SIDE - 1)) * 2 - 1;
    values[2 * i + 1] = 1 - (Math.floor(i / SIDE) / (SIDE - 1)) * 2;
  }
  return fromTypedArray(values, [SIDE * SIDE, 2]);
};

const tell = (news: News) => self.postMessage(news);
/** Lets messages in, and the memory of what is no longer needed go. */
const breathe = () => new Promise<void>((then) => setTimeout(then));

async function train({ shape, batchNorm, dropout, weightDecay, seed }: Settings): Promise<void> {
  await ready();
  manualSeed(seed);
  const train = pointsOf(shape, POINTS);
  const validation = pointsOf(shape, POINTS);
  const { isa, name } = engineInfo();
  tell({ kind: 'points', train: train.x.toTypedArray() as Float32Array, labels: train.labels, engine: `${name} (${isa})` });

  const block = (from: number, to: number) => [
    new nn.Linear(from, to),
    ...(batchNorm ? [new nn.BatchNorm1d(to)] : []),
    new nn.ReLU(),
    ...(dropout ? [new nn.Dropout(0.2)] : []),
  ];
  const model = new nn.Sequential(...block(2, 48), ...block(48, 48), new nn.Linear(48, 2));
  const criterion = new nn.CrossEntropyLoss();
  const optimizer = new optim.AdamW(model.parameters(), { lr: 0.01, weightDecay: weightDecay ? 0.3 : 0 });
  const places = grid();

  const batch = 48;
  let step = 0;
  let busy = 0;
  while (step < STEPS) {
    let loss = 0;
    const began = performance.now();
    const first = step;
    while (step < STEPS && performance.now() - began < 28) {
      const order = randperm(POINTS);
      for (let at = 0; at < POINTS && step < STEPS; at += batch, step++) {
        const rows = order.index(`${at}:${at + batch}`);
        optimizer.zeroGrad();
        const value = criterion.forward(model.forward(train.x.index(rows)), train.y.index(rows));
        value.backward();
        optimizer.step();
        loss = value.item();
      }
    }
    busy += performance.now() - began;
    const seen = scope(() =>
      noGrad(() => {
        model.eval();
        const outputs = model.forward(validation.x);
        const result = {
          validationLoss: criterion.forward(outputs, validation.y).item(),
          accuracy: outputs.argmax(1).eq(validation.y).to('float32').mean().item(),
          field: (nn.functional.softmax(model.forward(places), 1).index(':', 1).contiguous().toTypedArray() as Float32Array).slice(),
        };
        model.train();
        return result;
      }),
    );
    tell({ kind: 'progress', step, loss, ...seen, stepsPerSecond: (1000 * step) / busy });
    // Few steps a picture at first, so that one sees it learn.
    if (first < 400) await new Promise((then) => setTimeout(then, 40));
    await breathe();
  }
  tell({ kind: 'done' });
}

self.onmessage = ({ data }: MessageEvent<Settings>) =>
  train(data).catch((error: unknown) => tell({ kind: 'error', text: error instanceof Error ? error.message : String(error) }));
