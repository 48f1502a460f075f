/**
 * Memory of hand-written loops, with no scope and no dispose: 100,000 small steps and 300 steps of the big model. Prints the resident size
 * at a tenth and at the end. `npm run bench:memory`; HONE_ENGINE chooses the engine.
 */
import { engineInfo, manualSeed, memoryStats, nn, optim, rand, randint, type Tensor } from '../dist/index.js';

const MB = 1 << 20;
const resident = () => process.memoryUsage().rss / MB;

function mlp(widths: readonly number[]): nn.Module {
  const layers = widths.slice(1).flatMap((width, i) => [new nn.Linear(widths[i]!, width), new nn.ReLU()]);
  return new nn.Sequential(...layers.slice(0, -1));
}

function loop(name: string, model: nn.Module, x: Tensor, y: Tensor, steps: number): boolean {
  const criterion = new nn.CrossEntropyLoss();
  const optimizer = new optim.Adam(model.parameters(), { lr: 1e-3 });
  const start = performance.now();
  let atTenth = 0;
  let loss = 0;
  for (let step = 1; step <= steps; step++) {
    optimizer.zeroGrad();
    const l = criterion.forward(model.forward(x), y);
    l.backward();
    optimizer.step();
    loss = l.item();
    if (step === steps / 10) atTenth = resident();
  }
  const atEnd = resident();
  const seconds = (performance.now() - start) / 1000;
  const change = ((atEnd - atTenth) / atTenth) * 100;
  const { liveBytes, peakBytes, collections } = memoryStats();
  const flat = Math.abs(change) <= 10;
  console.log(
    `${name}: ${steps} steps in ${seconds.toFixed(1)} s; resident ${atTenth.toFixed(0)} MB at a tenth, ${atEnd.toFixed(0)} MB at the end (${change >= 0 ? '+' : ''}${change.toFixed(1)} %): ` +
      `${flat ? 'flat' : 'NOT FLAT'}; tensors ${(liveBytes / MB).toFixed(0)} MB, at most ${(peakBytes / MB).toFixed(0)} MB; ${collections} collections; loss ${loss.toFixed(4)}`,
  );
  return flat;
}

const { name, isa, threads } = engineInfo();
console.log(`engine ${name} (${isa}, ${threads} threads)`);
manualSeed(0);
const small = loop('784-128-64-10, batch 16', mlp([784, 128, 64, 10]), rand([16, 784]), randint(0, 10, [16]), 100_000);
const big = loop(
  '784-2048-…-64-10, batch 200',
  mlp([784, 2048, 1024, 512, 256, 128, 64, 10]),
  rand([200, 784]),
  randint(0, 10, [200]),
  300,
);
process.exitCode = small && big ? 0 : 1;
