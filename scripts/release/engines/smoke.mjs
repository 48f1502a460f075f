// A program for `npm run test:engines`. It runs in an empty project that has hone and one platform's package, on the host that is to be tried,
// and prints, as JSON, what it computes: random numbers, a training, a matrix product on several threads, the same in worker threads.
import { Worker } from 'node:worker_threads';
import { engineInfo, F, manualSeed, matmul, nn, optim, rand, randint, randn, randperm, setNumThreads } from 'hone';

/** The bits of floats, in hexadecimal. */
const bits = (x) => Buffer.from(Float32Array.from(x.flatten().tolist()).buffer).toString('hex');

manualSeed(42);
const drawn = { rand: bits(rand([5])), randn: bits(randn([20])), randperm: randperm(8).tolist() };
const x = randn([96, 20]);
const y = randint(0, 4, [96]);
const model = new nn.Sequential(new nn.Linear(20, 48), new nn.ReLU(), new nn.Dropout(0.25), new nn.Linear(48, 4));
const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
const losses = [];
for (let step = 0; step < 30; step++) {
  optimizer.zeroGrad();
  const loss = F.crossEntropy(model.forward(x), y);
  loss.backward();
  optimizer.step();
  losses.push(Number(loss.item().toFixed(6)));
}

const [a, b] = [randn([200, 300]), randn([300, 250])];
setNumThreads(1);
const alone = bits(matmul(a, b));
setNumThreads(4);
const together = bits(matmul(a, b));

// The first worker loads the addon again, and ends; the second loads it once more.
const program = `
  const { parentPort } = require('node:worker_threads');
  import('hone').then(({ engineInfo, manualSeed, randn }) => {
    manualSeed(42);
    const product = randn([64, 64]).matmul(randn([64, 64])).sum().item();
    parentPort.postMessage({ name: engineInfo().name, product });
  });`;
const workers = [];
for (let i = 0; i < 2; i++) {
  const worker = new Worker(program, { eval: true });
  workers.push(
    await new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    }),
  );
  await worker.terminate();
}

const { name, isa, reason } = engineInfo();
console.log(JSON.stringify({ engine: { name, isa, reason }, ...drawn, losses, threadsAgree: alone === together, workers }));
