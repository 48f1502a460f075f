import { ArgumentError, nn, ShapeError, type Tensor, tensor } from 'hone';
import { type Interpretation, interpret } from 'hone/train';
import { expect, test } from 'vitest';

/** Its outputs are its inputs. */
class Same extends nn.Module {
  forward(x: Tensor): Tensor {
    return x;
  }
}

const logits = [
  [4, 0, 0], // 0, right
  [0, 3, 0], // 0, taken for 1
  [0, 2, 0], // 1, right
  [0, 0, 5], // 1, taken for 2, very sure
  [0, 0, 1], // 2, right, not sure
];
const labels = [0, 0, 1, 1, 2];
const batches = (sizes: readonly number[]) => {
  let at = 0;
  return sizes.map((size) => {
    const part = [tensor(logits.slice(at, at + size)), tensor(labels.slice(at, at + size), { dtype: 'int64' })] as const;
    at += size;
    return part;
  });
};
const plain = ({ worst, ...rest }: Interpretation) => ({
  ...rest,
  worst: worst.map(({ input, probability, loss, ...sample }) => ({
    ...sample,
    probability: probability.toFixed(4),
    loss: loss.toFixed(4),
    input: input?.toArray(),
  })),
});

test('confusion, scores of classes as scikit-learn has them, and the worst samples, whatever the batches are', async () => {
  const whole = plain(await interpret(new Same(), batches([5]), { classes: ['a', 'b', 'c'], worst: 2 }));
  expect(plain(await interpret(new Same(), batches([2, 2, 1]), { classes: ['a', 'b', 'c'], worst: 2 }))).toEqual(whole);
  expect(whole.confusion).toEqual([
    [1, 1, 0],
    [0, 1, 1],
    [0, 0, 1],
  ]);
  expect(whole.accuracy).toBe(0.6);
  // sklearn.metrics.classification_report
  expect(whole.perClass).toEqual([
    { name: 'a', precision: 1, recall: 0.5, f1: 2 / 3, support: 2 },
    { name: 'b', precision: 0.5, recall: 0.5, f1: 0.5, support: 2 },
    { name: 'c', precision: 0.5, recall: 1, f1: 2 / 3, support: 1 },
  ]);
  // -log softmax of the own class: log(2 + e^5) and log(2 + e^3)
  expect(whole.worst).toEqual([
    { index: 3, label: 1, prediction: 2, probability: '0.9867', loss: Math.log(2 + Math.E ** 5).toFixed(4), input: [0, 0, 5] },
    { index: 1, label: 0, prediction: 1, probability: '0.9094', loss: Math.log(2 + Math.E ** 3).toFixed(4), input: [0, 3, 0] },
  ]);
});

test('single outputs are logits, or probabilities under BCELoss; soft targets count by their largest', async () => {
  const x = tensor([[2], [-1], [0.5]]);
  const y = tensor([[1], [1], [0]]);
  const { confusion, worst } = await interpret(new Same(), [[x, y]], { worst: 1 });
  expect(confusion).toEqual([
    [0, 1],
    [1, 1],
  ]);
  expect(worst[0]).toMatchObject({ index: 1, prediction: 0 });
  const shares = await interpret(new Same(), [[tensor([0.9, 0.2]), tensor([1, 0])]], { loss: new nn.BCELoss() });
  expect(shares.accuracy).toBe(1);
  expect(shares.worst[0]!.probability).toBeCloseTo(0.8, 6);
  const soft = await interpret(new Same(), [[tensor([[1, 0]]), tensor([[0.4, 0.6]])]]);
  expect(soft.confusion).toEqual([
    [0, 0],
    [1, 0],
  ]);
});

test('a class that is nowhere has NaN, outputs that are NaN are the worst', async () => {
  const { perClass, worst } = await interpret(new Same(), [
    [
      tensor([
        [1, 0, 0],
        [NaN, 0, 0],
      ]),
      tensor([0, 1], { dtype: 'int64' }),
    ],
  ]);
  expect(perClass[2]).toEqual({ name: '2', precision: NaN, recall: NaN, f1: NaN, support: 0 });
  expect(worst[0]).toMatchObject({ index: 1, loss: Infinity });
});

test('mistakes', async () => {
  const one = [[tensor([[1, 0]]), tensor([2], { dtype: 'int64' })]] as const;
  await expect(interpret(new Same(), one)).rejects.toThrow(/interpret: the label of sample 0 is 2, expected a class from 0 to 1/);
  await expect(interpret(new Same(), one, { classes: ['a'] })).rejects.toThrow(/tells 2 classes apart, and 1 names are given/);
  await expect(interpret(new Same(), [])).rejects.toThrow(ArgumentError);
  await expect(interpret(new Same(), [[tensor([[[1]]]), tensor([0])]])).rejects.toThrow(ShapeError);
  await expect(interpret(new Same(), one, { worse: 3 } as never)).rejects.toThrow(/worse.*worst/);
});
