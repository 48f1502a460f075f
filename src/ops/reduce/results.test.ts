/** Several results in a list say so where one is taken for a tensor; as lists they are like others. */
import { ArgumentError, F, nn, ones, relu, type Tensor, tensor } from 'hone';
import { DataLoader, TensorDataset } from 'hone/data';
import { describe, expect, it } from 'vitest';

const loose = (value: unknown) => value as Record<string, () => unknown>;

describe('what recurrent layers give', () => {
  const sequence = () => ones([5, 1, 2]);

  it.each([
    ['LSTM', () => new nn.LSTM(2, 3).forward(sequence())],
    ['GRU', () => new nn.GRU(2, 3).forward(sequence())],
    ['RNN', () => new nn.RNN(2, 3).forward(sequence())],
  ])('%s: tells that it is output and state', (_, run) => {
    expect(() => loose(run()).relu!()).toThrow(ArgumentError);
    expect(() => loose(run()).relu).toThrow(
      'relu: this is a list, not a Tensor. A recurrent layer gives its output and its state: const [output,',
    );
    expect(() => loose(run()).shape).toThrow('shape: this is a list');
    expect(() => relu(run() as never)).toThrow('relu: x is a list, expected a Tensor. Take it apart: const [output, state] = …');
  });

  it('is a list', () => {
    const result = new nn.GRU(2, 3).forward(sequence());
    const [output, hn] = result;
    expect([output.shape, hn.shape]).toEqual([
      [5, 1, 3],
      [1, 1, 3],
    ]);
    expect(Array.isArray(result)).toBe(true);
    expect(result).toHaveLength(2);
    expect((result as Tensor[]).map((part) => part.ndim)).toEqual([3, 3]);
    expect(JSON.parse(JSON.stringify(result))).toHaveLength(2);
  });
});

describe('values and indices', () => {
  const x = () => tensor([[3, 1, 2]]);

  it('tell that they are two', () => {
    for (const pair of [x().max(1), x().min({ dim: 1 }), x().sort(), x().topk(2), x().median(1)]) {
      expect(() => loose(pair).mul!()).toThrow('mul: this is a list, not a Tensor. Along a dim there are values, and where they stand');
      expect([...pair]).toEqual([pair.values, pair.indices]);
    }
  });
});

it('a batch in the place of its inputs is taken apart', () => {
  for (const batch of new DataLoader(new TensorDataset(ones(2, 2), ones(2)))) {
    expect(() => new nn.Linear(2, 1).forward(batch as never)).toThrow(
      'Take it apart: const [output, state] = … for what a recurrent layer gives, for (const [x, y] of loader)',
    );
    break;
  }
  expect(() => F.softmax([ones(1)] as never, 0)).toThrow('softmax: input is a list, expected a Tensor. Join tensors with stack or cat.');
});
