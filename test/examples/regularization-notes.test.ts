/** examples/seeds/4-regularization-notes: what its scripts print. */
import { describe, expect, test } from 'vitest';
import { expectFalling, numbersAfter, runScript } from './run-script.js';

const at = (script: string, args?: Record<string, number>) => runScript(`4-regularization-notes/${script}`, args);

describe('4-regularization-notes', () => {
  test('1-regularization: L2 makes weights smaller, L1 makes them 0; weightDecay is L2 in the loss', async () => {
    const output = await at('1-regularization.ts');
    expect(output.split('\n')).toHaveLength(5);
    const [none, decay, inLoss, l1, utils] = numbersAfter('norm of the weights', output);
    expect(decay).toBeLessThan(none!);
    expect(inLoss).toBeCloseTo(decay!, 2);
    expect(l1).toBeLessThan(none!);
    expect(utils).toBeCloseTo(l1!, 2);
    const zeros = numbersAfter('nearly 0:', output);
    expect(zeros[3]).toBeGreaterThan(30);
    for (const share of zeros.slice(0, 3)) expect(share).toBeLessThan(10);
    for (const accuracy of numbersAfter('test accuracy', output)) expect(accuracy).toBeGreaterThan(0.8);
  });

  test('2-dropout: fits the training set less closely', async () => {
    const output = await at('2-dropout.ts');
    const [without, withDropout] = numbersAfter('loss in training', output);
    expect(withDropout).toBeGreaterThan(without!);
    for (const accuracy of numbersAfter('test accuracy', output)) expect(accuracy).toBeGreaterThan(0.78);
    expect(output).toContain('Dropout2d(p=0.5, inplace=False)');
  });

  test('3-data-augmentation: the same digit, mirrored, turned, with noise, bent', async () => {
    const output = await at('3-data-augmentation.ts');
    expect(output.match(/^a \d, .*: 1 x 28 x 28, mean/gm)).toHaveLength(6);
    const [whole, bent] = [numbersAfter('mean', output)[0]!, numbersAfter('mean', output)[5]!];
    expect(Math.abs(bent / whole - 1)).toBeLessThan(0.3);
    const means = numbersAfter('mean', output);
    for (const mean of means.slice(1, 4)) expect(mean).toBeCloseTo(means[0]!, 4);
    const pictures = output
      .split(/^a \d, .*$/m)
      .slice(1)
      .map((text) => text.split('\n').slice(1, 29));
    const padded = pictures.map((rows) => rows.map((row) => row.padEnd(56)));
    const mirrored = (row: string) => [...row].reverse().join('');
    expect(padded[1]).toEqual(padded[0]!.map(mirrored));
    expect(padded[2]).toEqual([...padded[0]!].reverse());
    expect(padded[3]).toEqual(
      Array.from({ length: 28 }, (_, i) => padded[0]!.map((row) => row.slice(2 * (27 - i), 2 * (28 - i))).join('')),
    );
  });

  test('4-weight-initialization: gradients vanish, explode, or stay', async () => {
    const output = await at('4-weight-initialization.ts');
    const norms = output.split('\n').map((line) =>
      line
        .slice(line.indexOf(':') + 1)
        .trim()
        .split(' ')
        .map(Number),
    );
    expect(norms.map((row) => row.length)).toEqual([8, 8, 8, 8]);
    const [small, large, xavier, he] = norms.map((row) => row[0]!);
    expect(small).toBeLessThan(1e-7);
    expect(large).toBeGreaterThan(100);
    expect(xavier).toBeGreaterThan(1e-3);
    expect(he).toBeGreaterThan(xavier!);
    expect(he).toBeLessThan(10);
  });

  test('5-learning-rate: three schedules', async () => {
    const show = (rate: (epoch: number) => number) => Array.from({ length: 20 }, (_, epoch) => rate(epoch).toPrecision(2)).join(' ');
    expect(await at('5-learning-rate.ts')).toBe(
      [
        `StepLR: ${show((epoch) => 0.1 * 0.1 ** Math.floor(epoch / 5))}`,
        `ExponentialLR: ${show((epoch) => 0.1 * 0.7 ** epoch)}`,
        `MultiStepLR: ${show((epoch) => 0.1 * 0.1 ** (Number(epoch >= 4) + Number(epoch >= 14)))}`,
        'drawn: runs/seeds/4-learning-rate.svg',
      ].join('\n'),
    );
  });

  test('6-input-normalization: numbers, and images with the mean and deviation of the training set', async () => {
    const output = await at('6-input-normalization.ts');
    expect(output).toMatch(/^standard: tensor\(\[\[-1\.3416, -0\.6035\],/);
    expect(output).toMatch(
      /min to max: tensor\(\[\[0\.0000, 0\.0000\],\s+\[0\.3333, 0\.0112\],\s+\[0\.6667, 0\.0225\],\s+\[1\.0000, 1\.0000\]\]\)/,
    );
    expect(output).toMatch(/standard, a row that it has not seen: tensor\(\[\[ ?0\.0000, -0\.3673\]\]\)/);
    expect(output).toMatch(/min to max, a row that it has not seen: tensor\(\[\[0\.5000, 0\.1011\]\]\)/);
    expect(output).toContain('training set: mean 0.1310, standard deviation 0.3085\n');
    expect(output).toMatch(/training set, normalised: mean -?0\.000, standard deviation 1\.000\n/);
    const [, , mean] = numbersAfter('mean', output);
    expect(Math.abs(mean!)).toBeLessThan(0.05);
  });

  test('7-batch-normalization: the spread stays', async () => {
    const [without, normalised] = (await at('7-batch-normalization.ts')).split('\n').map((line) => line.match(/\d\.\d+/g)!.map(Number));
    expect(without).toHaveLength(6);
    expect(without!.at(-1)).toBeLessThan(without![0]! / 2);
    for (const spread of normalised!) expect(spread).toBeCloseTo(1, 2);
  });

  test('8-optimizers: all of them learn', async () => {
    const output = await at('8-optimizers.ts');
    for (const name of ['SGD', 'Adam', 'Adagrad', 'Adadelta']) {
      const [, losses] = new RegExp(`^${name}: loss ([\\d. ]+),`, 'm').exec(output)!;
      expectFalling(losses!.split(' ').map(Number), 5);
    }
    const [sgd, ...others] = numbersAfter('test accuracy', output);
    expect(sgd).toBeGreaterThan(0.3);
    for (const accuracy of others) expect(accuracy).toBeGreaterThan(0.78);
  });

  test('9-model-information: the flat table', async () => {
    const output = await at('9-model-information.ts');
    expect(output).toContain('            Conv2d-1         [-1, 16, 224, 224]             448\n');
    expect(output).toContain('Total params: 2,007,498\n');
    expect(output).toContain('Estimated Total Size (MB): 23.54\n');
    expect(output).toContain("[ '0', '1', '2', '3', '4', 'training' ]\ntrue\n");
    expect(output).toContain('4.weight [ 10, 200704 ]');
  });
});
