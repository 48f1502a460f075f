/** examples/seeds/3-training-techniques: what its scripts print. */
import { beforeAll, describe, expect, test } from 'vitest';
import { joinSource } from '../helpers/joined-source.js';
import { expectFalling, numbersAfter, runScript } from './run-script.js';

const at = (script: string, args: Record<string, number> = {}) => runScript(`3-training-techniques/${script}`, args);

/** That the loss of each epoch fell, and what that was worth on images that it had not seen. */
function expectLearned(output: string, epochs: number, floor: number): void {
  expectFalling(numbersAfter('loss', output), epochs);
  expect(numbersAfter('Accuracy of Test Data:', output)[0]).toBeGreaterThan(floor);
}

const CNN = `CNN(
  (layer): Sequential(
    (0): Conv2d(1, 16, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))
    (1): ReLU()
    (2): Conv2d(16, 32, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))
    (3): ReLU()
    (4): MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)
    (5): Conv2d(32, 64, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))
    (6): ReLU()
    (7): MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)
  )
  (fc_layer): Sequential(
    (0): Linear(in_features=3136, out_features=100, bias=True)
    (1): ReLU()
    (2): Linear(in_features=100, out_features=10, bias=True)
  )
)`;

describe('3-training-techniques', () => {
  beforeAll(() => joinSource([])); // for the workers of a loader

  test('1-weight-regularization', async () => {
    const output = await at('1-weight-regularization.ts');
    expect(output).toContain(CNN);
    expectLearned(output, 3, 45);
    // What PyTorch's weights have with this seed
    expect(numbersAfter('norm of the weights:', output)[0]).toBeCloseTo(8.6537, 3);
  });

  test('2-dropout', async () => {
    const output = await at('2-dropout.ts');
    expect(output).toContain('    (2): Dropout2d(p=0.2, inplace=False)\n');
    expect(output).toContain('    (2): Dropout(p=0.2, inplace=False)\n');
    expectLearned(output, 3, 45);
  });

  test('3-data-augmentation: images of the same size, turned', async () => {
    const output = await runScript('3-training-techniques/3-data-augmentation.ts', { images: 2, batchSize: 16 });
    expect(output.match(/^batch \d: 16 x 1 x 28 x 28, its first image is a \d$/gm)).toHaveLength(2);
    expect(output.match(/^drawn: runs\/seeds\/3-augmented-\d\.svg$/gm)).toHaveLength(2);
  });

  test('4-weight-initialization: He before Xavier before small numbers', async () => {
    const output = await at('4-weight-initialization.ts', { images: 400, batchSize: 8 });
    const [small, xavier, he] = numbersAfter('a standard deviation of', output);
    expect(small).toBeCloseTo(0.02, 3);
    expect(xavier).toBeCloseTo(Math.sqrt(2 / (3136 + 100)), 3);
    expect(he).toBeCloseTo(Math.sqrt(2 / 3136), 3);
    const losses = numbersAfter('loss', output);
    expect(losses).toHaveLength(3);
    expect(losses[0]).toBeCloseTo(Math.log(10), 1);
    expect(losses[2]).toBeLessThan(losses[1]!);
    expect(losses[1]).toBeLessThan(losses[0]!);
    expect(numbersAfter('Accuracy of Test Data:', output)[2]).toBeGreaterThan(55);
  });

  test('5-learning-rate: what scheduler and optimizer hold, and the rate after each epoch', async () => {
    const output = await at('5-learning-rate.ts');
    for (const name of ['base_lrs', 'gamma', 'last_epoch', 'lr', 'momentum', 'weightDecay', 'params'])
      expect(output).toContain(`'${name}'`);
    numbersAfter('Learning Rate:', output).forEach((lr, epoch) => expect(lr).toBeCloseTo(0.1 * 0.99 ** epoch, 12));
    expectLearned(output, 3, 35);
  });

  test('6-data-normalization', async () => {
    const output = await at('6-data-normalization.ts');
    const [, mean, deviation] = /a batch has mean (\S+) and standard deviation (\S+)/.exec(output)!;
    expect(Math.abs(Number(mean))).toBeLessThan(0.3);
    expect(Math.abs(Number(deviation) - 1)).toBeLessThan(0.3);
    expectLearned(output, 3, 55);
  });

  test('7-batch-normalization', async () => {
    const output = await at('7-batch-normalization.ts', { images: 320 });
    expect(output).toMatch(/\(1\): BatchNorm2d\(16, eps=1e-05, momentum=0\.1, affine=True,.* track_running_stats=True\)\n/);
    expect(output).toContain('(1): BatchNorm1d(100, ');
    expectLearned(output, 2, 50);
  });

  test('8-optimizers: four of them, each from the same start', async () => {
    const output = await at('8-optimizers.ts', { images: 480, batchSize: 8 });
    for (const name of ['SGD', 'Adagrad', 'RMSprop', 'Adam']) expect(numbersAfter(`${name}, Epoch: 0, loss`, output)).toHaveLength(1);
    const accuracies = numbersAfter('Accuracy of Test Data:', output);
    expect(accuracies).toHaveLength(4);
    expect(accuracies[3]).toBeGreaterThan(40);
  });
});
