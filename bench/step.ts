/**
 * The training step: forward, backward and Adam of two multilayer perceptrons.
 *   npx tsx --tsconfig bench/tsconfig.json bench/step.ts [--kernels]     --kernels also prints which kernels the time goes to
 */
import { pathToFileURL } from 'node:url';
import { getNumThreads, manualSeed, nn, optim, rand, randint } from '../dist/index.js';
import { profileKernels } from './kernels.js';
import { compare, report, Torch, time } from './measure.js';

interface Problem {
  name: string;
  sizes: readonly number[];
  batch: number;
  /** Steps between two looks at the clock. */
  calls: number;
}

const problems: readonly Problem[] = [
  { name: '784-2048-1024-512-256-128-64-10, batch 200', sizes: [784, 2048, 1024, 512, 256, 128, 64, 10], batch: 200, calls: 1 },
  { name: '784-128-64-10, batch 16', sizes: [784, 128, 64, 10], batch: 16, calls: 50 },
];

/** A function that trains one step. */
function training({ sizes, batch }: Problem): () => void {
  manualSeed(0);
  const layers = sizes.slice(1).flatMap((size, i) => [new nn.Linear(sizes[i]!, size), ...(i < sizes.length - 2 ? [new nn.ReLU()] : [])]);
  const model = new nn.Sequential(...layers);
  // So slow that gradients stay as they are at first, and no state decays to denormal numbers.
  const optimizer = new optim.Adam(model.parameters(), { lr: 1e-6 });
  const x = rand([batch, sizes[0]!]);
  const y = randint(0, sizes[sizes.length - 1]!, [batch]);
  return () => {
    optimizer.zeroGrad();
    nn.functional.crossEntropy(model.forward(x), y).backward();
    optimizer.step();
  };
}

export async function benchSteps(torch: Torch | undefined, withKernels = false): Promise<void> {
  console.log('Training step: forward, backward, Adam. Medians (minima).');
  for (const problem of problems) {
    const step = training(problem);
    time(step, 20, problem.calls);
    const run = (rounds: number) => time(step, rounds, problem.calls);
    report(problem.name, await compare(run, torch, problem, { calls: problem.calls, turns: 10 }));
    if (withKernels) profileKernels(step, problem.calls * 100);
  }
  console.log();
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  console.log(`hone, ${getNumThreads()} threads`);
  const torch = await Torch.start();
  await benchSteps(torch, process.argv.includes('--kernels'));
  torch?.stop();
}
