/** examples/seeds/1-techniques: what its scripts print. */
import { describe, expect, test } from 'vitest';
import { numbersAfter, runScript } from './run-script.js';

describe('1-techniques', () => {
  test('1-learning-rate-scheduler: the rate falls to a tenth every 30 epochs', async () => {
    expect(await runScript('1-techniques/1-learning-rate-scheduler.ts')).toBe(
      [
        'from epoch 0: lr 0.01000',
        'from epoch 30: lr 0.001000',
        'from epoch 60: lr 0.0001000',
        'from epoch 90: lr 0.00001000',
        'drawn: runs/seeds/1-step-lr.svg',
      ].join('\n'),
    );
  });

  test('2-early-stopping: stops after three epochs without improvement, and has kept the best', async () => {
    const output = await runScript('1-techniques/2-early-stopping.ts');
    const lines = output.split('\n');
    expect(lines.at(-2)).toMatch(/no better for 3 of 3 epochs$/);
    expect(lines.at(-5)).toMatch(/saved$/);
    const accuracies = numbersAfter('validation accuracy', output);
    const best = accuracies.at(-1)!;
    expect(best).toBe(Math.max(...accuracies));
    expect(best).toBeGreaterThan(0.92);
  });

  const dropped = 'output: [ 4, 8 ]\ntwo passes in training agree: false\ntwo passes in evaluation agree: true\n';
  const layers = (name: string, inputs: number, outputs: number) =>
    `  (${name}): Linear(in_features=${inputs}, out_features=${outputs}, bias=True)`;

  test('3-dropout and 4-functional-dropout: the same numbers', async () => {
    const [modules, functions] = [await runScript('1-techniques/3-dropout.ts'), await runScript('1-techniques/4-functional-dropout.ts')];
    const [fc1, fc2, fc3] = [layers('fc1', 1024, 256), layers('fc2', 256, 128), layers('fc3', 128, 8)];
    const [drop1, drop2] = ['  (dropout1): Dropout(p=0.25, inplace=False)', '  (dropout2): Dropout(p=0.2, inplace=False)'];
    expect(modules).toContain(['Net(', drop1, fc1, fc2, drop2, fc3, ')', dropped].join('\n'));
    expect(functions).toContain(['Net(', fc1, fc2, fc3, ')', dropped].join('\n'));
    const row = modules.split('\n').at(-1)!;
    // What PyTorch prints with these seeds
    expect(row).toBe('first row in training: tensor([-0.0642, -0.1312, -0.1965,  0.0296, -0.0715,  0.0026,  0.0742, -0.0688])');
    expect(functions.split('\n').at(-1)).toBe(row);
  });

  test('5-batch-normalization: each mistake gives its error, the repaired model runs', async () => {
    const [first, second, third, repaired, ...text] = (await runScript('1-techniques/5-batch-normalization.ts')).split('\n');
    expect(first).toMatch(/^Net: ShapeError: bn1 \(BatchNorm1d\): .*256.*1024.*nn\.BatchNorm1d\(256\)/);
    expect(second).toMatch(/^Net1: ShapeError: bn2 \(BatchNorm2d\): .*\[2, 128\].*nn\.BatchNorm1d\(128\)/);
    expect(third).toMatch(/^Net2: ShapeError: fc3 \(Linear\): .*128.*64/);
    expect(repaired).toBe('Net3: runs, output 2 x 4');
    expect(text[0]).toBe('Net3(');
    expect(text[2]).toMatch(/^ {2}\(bn1\): BatchNorm1d\(256, eps=1e-05, momentum=0\.1, affine=True,.* track_running_stats=True\)$/);
  });
});
