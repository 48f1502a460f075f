/** examples/seeds/2-better-performance: what its scripts print. */
import { describe, expect, test } from 'vitest';
import { expectFalling, numbersAfter, runScript } from './run-script.js';
import * as tables from './torchinfo-tables.js';

const at = (script: string, args?: Record<string, number>) => runScript(`2-better-performance/${script}`, args);

describe('2-better-performance', () => {
  test('1-data: samples and steps', async () => {
    expect(await at('1-data.ts')).toBe('8000 2000\n40 10\n[ 200, 1, 28, 28 ] [ 200 ]');
  });

  test('2-small-model: the table, a line an epoch, the best saved', async () => {
    const output = await at('2-small-model.ts');
    expect(output).toContain(tables.small);
    expect(
      output.match(/^Epoch\[\d\/5\] - Train loss: .* Train Accuracy: .* \|\| Validation Loss: .* Validation Accuracy: .*$/gm),
    ).toHaveLength(5);
    expectFalling(numbersAfter('Train loss:', output), 5);
    expectFalling(numbersAfter('Validation Loss:', output), 5);
    expect(numbersAfter('Validation Accuracy:', output).at(-1)).toBeGreaterThan(0.83);
    expect(output).toContain('saved: 1 - before: Infinity, now: ');
    expect(output).toContain('drawn: runs/seeds/2-small.svg');
  });

  test('3-big-model: blocks, the table, and it learns', async () => {
    const output = await at('3-big-model.ts', { images: 2000 });
    expect(output).toContain('[ 1, 30 ]');
    expect(output).toContain('grad_fn=<ReluBackward0>');
    expect(output).toContain(tables.big);
    expectFalling(numbersAfter('Validation Loss:', output), 3);
    expect(numbersAfter('Validation Accuracy:', output).at(-1)).toBeGreaterThan(0.7);
  });

  test('4-dropout: the table, it learns, and half of the elements are 0 or twice as large', async () => {
    const output = await at('4-dropout.ts');
    expect(output).toContain(tables.dropout);
    expectFalling(numbersAfter('Train loss:', output), 5);
    expect(numbersAfter('Validation Accuracy:', output).at(-1)).toBeGreaterThan(0.8);
    const [linear, dropped] = output
      .split('tensor(')
      .slice(-2)
      .map((text) => [...text.matchAll(/-?\d+\.\d+/g)].map(Number));
    expect(linear).toHaveLength(20);
    expect(dropped).toHaveLength(20);
    dropped!.forEach((value, i) => {
      if (value !== 0) expect(Math.abs(value - 2 * linear![i]!)).toBeLessThan(2e-4);
    });
    const zeros = dropped!.filter((value) => value === 0).length;
    expect(zeros).toBeGreaterThan(2);
    expect(zeros).toBeLessThan(18);
  });

  test('5-batch-normalization: mean 0, the table, and it learns faster', async () => {
    const output = await at('5-batch-normalization.ts', { epochs: 3 });
    const means = /mean of b: tensor\(\[([^\]]*)\]/.exec(output)![1]!.split(',').map(Number);
    expect(means).toHaveLength(5);
    for (const mean of means) expect(Math.abs(mean)).toBeLessThan(1e-6);
    const deviations = /standard deviation of b: tensor\(\[([^\]]*)\]/.exec(output)![1]!.split(',').map(Number);
    for (const deviation of deviations) expect(deviation).toBeCloseTo(Math.sqrt(10 / 9), 3);
    expect(output).toContain(tables.batchNorm);
    expectFalling(numbersAfter('Validation Loss:', output), 3);
    expect(numbersAfter('Validation Accuracy:', output).at(-1)).toBeGreaterThan(0.93);
  });

  test('6-learning-rate-decay: parameter groups and three schedules', async () => {
    const output = await at('6-learning-rate-decay.ts');
    expect(output).toMatch(/^true 1\n\[/);
    for (const name of ['params', 'lr', 'betas', 'eps', 'weightDecay', 'amsgrad', 'maximize']) expect(output).toContain(`'${name}'`);
    expect(output).toContain('\n0.001\n');
    expect(output).toContain('\n0.001 [ 0.001 ]\n');
    const rate = (schedule: string, epoch: number) => numbersAfter(`${schedule} after epoch ${epoch}:`, output)[0];
    const cosine = (t: number) => Number((1e-5 + ((1e-3 - 1e-5) * (1 + Math.cos(Math.PI * t))) / 2).toExponential(4));
    for (const epoch of [1, 12, 25, 50, 100, 200]) expect(rate('Step LR', epoch)).toBeCloseTo(0.001 * 0.5 ** Math.floor(epoch / 30), 7);
    for (const epoch of [1, 5, 10, 11, 25, 200]) expect(rate('CosineAnnealingLR', epoch)).toBeCloseTo(cosine(epoch / 10), 8);
    // Periods of 10, 20, 40, …: restarts at 10, 30, 70, 150
    for (const [epoch, t] of [
      [5, 0.5],
      [10, 0],
      [12, 0.1],
      [25, 0.75],
      [50, 0.5],
      [100, 30 / 80],
      [150, 0],
      [200, 50 / 160],
    ] as const)
      expect(rate('CosineAnnealingWarmRestarts', epoch)).toBeCloseTo(cosine(t), 8);
    expect(output.match(/^drawn: /gm)).toHaveLength(4);
  });
});
