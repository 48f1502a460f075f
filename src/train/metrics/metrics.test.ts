import { ArgumentError, loadBytes, ShapeError, StateDictError, saveBytes, type Tensor, tensor } from 'hone';
import { accuracy, type Metric, metric } from 'hone/train';
import { describe, expect, it } from 'vitest';

/** A metric over batches of [output, target]. */
function measure(m: Metric, ...batches: [Tensor, Tensor][]): number {
  const count = m.start();
  for (const [output, target] of batches) count.update(output, target);
  return count.value();
}

const labels = (...values: number[]) => tensor(values, { dtype: 'int64' });

describe('accuracy', () => {
  it('counts the samples whose largest score is the label, over batches of any size', () => {
    const first: [Tensor, Tensor] = [
      tensor([
        [0.1, 2, 1],
        [3, 1, 2],
        [0, 0, 1],
      ]),
      labels(1, 2, 2),
    ];
    const second: [Tensor, Tensor] = [tensor([[5, 1, 2]]), labels(0)];
    expect(measure(accuracy(), first)).toBeCloseTo(2 / 3, 12);
    expect(measure(accuracy(), first, second)).toBe(3 / 4);
    expect(measure(accuracy(), [first[0], tensor([1, 0, 0], { dtype: 'int32' })])).toBeCloseTo(2 / 3, 12);
    expect(accuracy().start().value()).toBeNaN();
  });

  it('takes the class dim of images, and probabilities as targets', () => {
    // [1, 2, 2, 1]: two classes for each of two pixels
    expect(
      measure(accuracy(), [
        tensor([
          [
            [[1], [0]],
            [[0], [1]],
          ],
        ]),
        tensor([[[0], [0]]], { dtype: 'int64' }),
      ]),
    ).toBe(0.5);
    expect(
      measure(accuracy(), [
        tensor([
          [1, 2],
          [2, 1],
        ]),
        tensor([
          [0.3, 0.7],
          [0.1, 0.9],
        ]),
      ]),
    ).toBe(0.5);
  });

  it('thresholds probabilities, or logits, in binary mode', () => {
    const target = tensor([[1], [0], [1], [0]]);
    expect(measure(accuracy({ mode: 'binary' }), [tensor([[0.5], [0.49], [0.2], [0.9]]), target])).toBe(0.5);
    expect(measure(accuracy({ mode: 'binary', logits: true }), [tensor([[0], [-0.1], [0.4], [-3]]), target])).toBe(1);
    expect(measure(accuracy({ mode: 'binary', logits: true, threshold: 0.75 }), [tensor([[1.2], [1], [1], [-3]]), target])).toBe(0.75);
    expect(measure(accuracy({ mode: 'binary' }), [tensor([0.9, 0.1]), tensor([true, true])])).toBe(0.5);
  });

  it('says what does not fit', () => {
    expect(() => measure(accuracy(), [tensor([1, 2]), labels(0, 1)])).toThrow(/expected \[N, C\].*mode: 'binary'/s);
    expect(() => measure(accuracy(), [tensor([[1, 2]]), tensor([[1]], { dtype: 'int64' })])).toThrow(ShapeError);
    expect(() => measure(accuracy({ mode: 'binary' }), [tensor([[0.3], [0.7]]), tensor([0, 1])])).toThrow(
      /\[2, 1\], targets \[2\].*unsqueeze\(1\)/s,
    );
    expect(() => accuracy({ mode: 'multy' as 'multi' })).toThrow(ArgumentError);
    expect(() => accuracy({ threshold: 1 })).toThrow(/threshold is 1/);
  });
});

describe('a count', () => {
  it('goes on from its saved state', () => {
    const mae = metric('mae', (output, target) => output.sub(target).abs().mean());
    const first: [Tensor, Tensor] = [tensor([[0.1, 2]]), labels(1)];
    const second: [Tensor, Tensor] = [tensor([[2, 1]]), labels(1)];
    const columns: [Tensor, Tensor][] = [first, second].map(([output, target]) => [output, target.unsqueeze(1)]);
    for (const [m, batches] of [
      [accuracy(), [first, second]],
      [mae, columns],
    ] as const) {
      const [count, resumed] = [m.start(), m.start()];
      count.update(...batches[0]!);
      resumed.loadStateDict!(loadBytes(saveBytes(count.stateDict!(), { format: 'pth' })));
      resumed.update(...batches[1]!);
      expect(resumed.value()).toBe(measure(m, ...batches));
      expect(() => resumed.loadStateDict!({ right: 'all' })).toThrow(StateDictError);
      expect(() => resumed.loadStateDict!(undefined)).toThrow(/state of its count is undefined, expected an object with the numbers/);
    }
  });
});

describe('metric', () => {
  it('weighs batches by their size', () => {
    const mae = metric('mae', (output, target) => output.sub(target).abs().mean());
    expect(measure(mae, [tensor([1, 2, 3]), tensor([1, 1, 1])], [tensor([5]), tensor([1])])).toBeCloseTo((0 + 1 + 2 + 4) / 4, 6);
    expect(
      measure(
        metric('two', () => 2),
        [tensor([1]), tensor([1])],
      ),
    ).toBe(2);
    expect(mae.name).toBe('mae');
  });
});
