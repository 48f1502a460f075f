/** Results do not depend on how many threads compute them: a study's runs may share the cores in any way. */
import { createHash } from 'node:crypto';
import { engineInfo, getNumThreads, manualSeed, nn, optim, randint, randn, setNumThreads, type Tensor } from 'hone';
import { afterAll, expect, test } from 'vitest';

const F = nn.functional;
const before = getNumThreads();
afterAll(() => setNumThreads(before));

class Sequences extends nn.Module {
  lstm = new nn.LSTM(24, 96, { batchFirst: true, bidirectional: true });
  encoder = new nn.TransformerEncoderLayer(192, 4, { dimFeedforward: 200, batchFirst: true });
  head = new nn.Linear(192, 10);
  override forward(x: Tensor): Tensor {
    const [y] = this.lstm.forward(x);
    return this.head.forward(this.encoder.forward(y).mean(1));
  }
}

// Sizes that no number of threads divides, each large enough for several threads to share the work.
const models: Record<string, { batch: number[]; make: () => nn.Module & { forward(x: Tensor): Tensor } }> = {
  perceptron: {
    batch: [100, 784],
    make: () =>
      new nn.Sequential(
        new nn.Linear(784, 513),
        new nn.BatchNorm1d(513),
        new nn.ReLU(),
        new nn.Dropout(0.3),
        new nn.Linear(513, 257),
        new nn.LayerNorm(257),
        new nn.GELU(),
        new nn.Linear(257, 10),
      ),
  },
  convolutions: {
    batch: [17, 1, 28, 28],
    make: () =>
      new nn.Sequential(
        new nn.Conv2d(1, 16, 3, { padding: 1 }),
        new nn.BatchNorm2d(16),
        new nn.ReLU(),
        new nn.MaxPool2d(2),
        new nn.Dropout2d(0.2),
        new nn.Conv2d(16, 32, 3),
        new nn.GroupNorm(4, 32),
        new nn.SiLU(),
        new nn.Conv2d(32, 32, 3, { groups: 32 }),
        new nn.AvgPool2d(2),
        new nn.Conv2d(32, 65, 5, { stride: 2, padding: 2 }),
        new nn.Flatten(),
        new nn.Linear(65 * 9, 10),
      ),
  },
  'one large picture': {
    batch: [1, 3, 61, 67],
    make: () =>
      new nn.Sequential(
        new nn.Conv2d(3, 48, 7, { stride: 2 }),
        new nn.ReLU(),
        new nn.ConvTranspose2d(48, 20, 4, { stride: 2 }),
        new nn.Conv2d(20, 10, 3, { dilation: 2 }),
        new nn.AdaptiveAvgPool2d(1),
        new nn.Flatten(),
      ),
  },
  sequences: { batch: [19, 21, 24], make: () => new Sequences() },
};

// WebAssembly has the same pool and the same cuts, and is slower.
const numbers = engineInfo().name === 'wasm' ? [3] : [2, 3, 7];

test.each(Object.entries(models))('a training of the %s ends with the same bits on any number of threads', (_, { batch, make }) => {
  const trained = (threads: number) => {
    setNumThreads(threads);
    manualSeed(3);
    const model = make();
    const optimizer = new optim.AdamW(model.parameters(), { lr: 1e-3 });
    for (let step = 0; step < 3; step++) {
      const [x, y] = [randn(batch), randint(0, 10, [batch[0]!])];
      optimizer.zeroGrad();
      F.crossEntropy(model.forward(x), y).backward();
      nn.utils.clipGradNorm_(model.parameters(), 1);
      optimizer.step();
    }
    const hash = createHash('sha256');
    for (const value of Object.values(model.stateDict())) hash.update(new Uint8Array(value.toTypedArray().buffer));
    return hash.digest('hex');
  };
  const one = trained(1);
  for (const threads of numbers) expect(trained(threads)).toBe(one);
});
