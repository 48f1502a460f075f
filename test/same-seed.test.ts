/** examples/same-seed: the seeded program in PyTorch and in Hone, and what each prints. */
import { readFileSync } from 'node:fs';
import { engineInfo } from 'hone';
import { expect, test } from 'vitest';
import { main } from '../examples/same-seed/train.js';

interface Column {
  steps: number[];
  testLoss: number[];
  accuracy: number[];
}
const { oneThread, twoThreads } = JSON.parse(readFileSync(new URL('../conformance/fixtures/same-seed.json', import.meta.url), 'utf8')) as {
  oneThread: Column;
  twoThreads: Column;
};

// Natively products are summed up as PyTorch sums them: in order, with fused multiply-add. WebAssembly has no fused multiply-add everywhere, so
// its rounding is another from the first step on, and the first ReLU whose input is within that rounding of 0 (here at step 14) sets the two apart.
const native = engineInfo().name === 'native';

test('the port prints the losses of the script: to 5 digits for a hundred steps, then as closely as PyTorch agrees with itself', () => {
  const lines: string[] = [];
  main((line) => lines.push(line));
  const steps = lines.filter((line) => / step /.test(line)).map((line) => Number(/loss (\S+)/.exec(line)![1]));
  expect(steps.length).toBe(oneThread.steps.length);
  const apart = (a: number, b: number) => Math.abs(a - b) / b;
  // How far PyTorch with two threads is from PyTorch with one, up to each step.
  let itself = 0;
  let mine = 0;
  steps.forEach((loss, i) => {
    const [one, two] = [oneThread.steps[i]!, twoThreads.steps[i]!];
    itself = Math.max(itself, apart(two, one));
    mine = Math.max(mine, Math.min(apart(loss, one), apart(loss, two)));
    const close = native ? Math.max(5e-6, i < 100 ? itself : 2 * itself) : i < 14 ? 5e-6 : i < 40 ? 5e-3 : 0.05;
    expect(mine, `step ${i + 1}: ${loss} against ${one} and ${two}`).toBeLessThanOrEqual(close);
  });
  const tests = lines.filter((line) => / test /.test(line)).map((line) => line.match(/[\d.]+/g)!.map(Number));
  tests.forEach(([, loss, accuracy], epoch) => {
    expect(apart(loss!, oneThread.testLoss[epoch]!)).toBeLessThan(native ? 1e-3 : 5e-3);
    expect(Math.abs(accuracy! - oneThread.accuracy[epoch]!)).toBeLessThanOrEqual(native ? 0.001 : 0.003);
  });
  expect(tests.length).toBe(3);
});
