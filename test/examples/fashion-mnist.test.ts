/** examples/seeds/5-fashion-mnist: what its scripts print. */
import { readScalars } from 'hone/tensorboard';
import { describe, expect, test } from 'vitest';
import { expectFalling, numbersAfter, runScript } from './run-script.js';

const at = (script: string, args?: Record<string, number>, then?: () => Promise<void>) =>
  runScript(`5-fashion-mnist/${script}`, args, then);

const BATCH_NORM = (features: number) =>
  new RegExp(`BatchNorm1d\\(${features}, eps=1e-05, momentum=0\\.1, affine=True,.* track_running_stats=True\\)\\n`);

describe('5-fashion-mnist', () => {
  test('1-optimizer: data, model, training, a prediction, the evaluation', async () => {
    let curves: Awaited<ReturnType<typeof readScalars>> = {};
    const output = await at('1-optimizer.ts', {}, async () => {
      curves = await readScalars('runs');
    });
    expect(output).toMatch(/^Subset 7000\nSubset 1000\nDigits 2000\nTensor number\n\[ 1, 28, 28 \]\n/);
    expect(output).toContain('1 28 28\n[ 28, 28 ]\n');
    for (const name of ['sample', 'samples', 'prediction']) expect(output).toContain(`drawn: runs/seeds/5-${name}.svg\n`);
    expect(/32 at random: (.*)/.exec(output)![1]!.split(' ')).toHaveLength(32);
    expect(output).toContain('DataLoader 70\nDataLoader 10\nDataLoader 20\n[ 100, 1, 28, 28 ] [ 100 ]\n');
    expect(output).toContain(`FMNIST_DNN(
  (fc1): Linear(in_features=784, out_features=128, bias=True)
  (fc2): Linear(in_features=128, out_features=64, bias=True)
  (fc3): Linear(in_features=64, out_features=10, bias=True)
)
fc1.weight [ 128, 784 ]
fc1.bias [ 128 ]
fc2.weight [ 64, 128 ]
fc2.bias [ 64 ]
fc3.weight [ 10, 64 ]
fc3.bias [ 10 ]
----------------------------------------------------------------
        Layer (type)               Output Shape         Param #
================================================================
            Linear-1               [-1, 1, 128]         100,480
            Linear-2                [-1, 1, 64]           8,256
            Linear-3                [-1, 1, 10]             650
================================================================
Total params: 109,386
`);
    expectFalling(numbersAfter('Train Loss :', output), 5);
    expectFalling(numbersAfter('Valid Loss :', output), 5);
    expect(output).toMatch(/^tensor\(\[(True|False)\]\)$/m);
    expect(numbersAfter('Test Accuracy :', output)[0]).toBeGreaterThan(0.88);

    const run = /^curves in runs\/(\w{3}\d\d_\d\d-\d\d-\d\d_.*): hone tensorboard runs$/m.exec(output)![1]!;
    const losses = curves[run]!['Loss/valid']!.map(({ step, value }) => [step, Number(value.toFixed(3))]);
    expect(losses).toEqual(numbersAfter('Valid Loss :', output).map((loss, epoch) => [epoch, loss]));
    expect(Object.keys(curves).sort()).toEqual([run, `${run}/Loss_train and valid_train`, `${run}/Loss_train and valid_valid`].sort());
  });

  test('2-initialization-and-batch-norm: zeros learn nothing, the others do', async () => {
    const output = await at('2-initialization-and-batch-norm.ts', { epochs: 2 });
    expect(output).toMatch(BATCH_NORM(128));
    expect(output).toMatch(BATCH_NORM(64));
    const losses = numbersAfter('Train Loss :', output);
    for (const loss of losses.slice(0, 2)) expect(loss).toBeCloseTo(Math.log(10), 1);
    expectFalling(losses.slice(2, 4), 2);
    expectFalling(losses.slice(4), 2);
    const [zeros, he, batchNorm] = numbersAfter('Test Accuracy :', output);
    expect(zeros).toBeLessThan(0.2);
    expect(he).toBeGreaterThan(0.84);
    expect(batchNorm).toBeGreaterThan(0.86);
    expect(output.match(/^the 8 is taken for a \d$/gm)).toHaveLength(3);
  });

  test('3-regularization-and-checkpoints: keys, schedule, the best model loaded again, and the mistake with F.dropout', async () => {
    const output = await at('3-regularization-and-checkpoints.ts');
    const keys = [
      ...['fc1.weight', 'fc1.bias', 'bn1.weight', 'bn1.bias', 'bn1.running_mean', 'bn1.running_var', 'bn1.num_batches_tracked'],
      ...['fc2.weight', 'fc2.bias', 'bn2.weight', 'bn2.bias', 'bn2.running_mean', 'bn2.running_var', 'bn2.num_batches_tracked'],
      ...['fc3.weight', 'fc3.bias'],
    ];
    expect([...output.matchAll(/^ {2}'(.*)',?$/gm)].map(([, key]) => key)).toEqual(keys);
    numbersAfter('lr :', output).forEach((lr, epoch) => expect(lr).toBeCloseTo(epoch < 4 ? 1e-3 : 1e-4, 12));
    expectFalling(numbersAfter('Valid Loss :', output), 6);
    expect(output).toContain('\n<All keys matched successfully>\n');
    const [repaired, documents] = numbersAfter('Test Accuracy :', output);
    expect(repaired).toBeGreaterThan(0.86);
    expect(documents).toBeLessThan(repaired! - 0.02);
  });
});
