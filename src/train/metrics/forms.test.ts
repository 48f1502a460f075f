/** How metrics read outputs and targets: by shapes, the loss and options; and what they say of those that cannot be meant. */
import {
  ArgumentError,
  DTypeError,
  F,
  HoneError,
  manualSeed,
  nn,
  optim,
  rand,
  randint,
  randn,
  ShapeError,
  StateDictError,
  type Tensor,
  tensor,
} from 'hone';
import {
  accuracy,
  auroc,
  averagePrecision,
  brier,
  type Callback,
  ConfusionMatrix,
  calibrationError,
  classificationReport,
  cohenKappa,
  confusionMatrix,
  evaluate,
  f1,
  fBeta,
  fit,
  type Loss,
  type Metric,
  meanSquaredError,
  perplexity,
  precision,
  precisionRecallCurve,
  r2Score,
  recall,
  rocCurve,
  score,
  topKAccuracy,
} from 'hone/train';
import { describe, expect, test } from 'vitest';

const ints = (...values: number[]) => tensor(values, { dtype: 'int64' });

describe('the loss tells', () => {
  const labels = tensor([
    [1, 0, 1],
    [0, 0, 1],
    [1, 1, 1],
  ]);
  const likely = tensor([
    [0.9, 0.6, 0.2],
    [0.1, 0.3, 0.8],
    [0.7, 0.8, 0.9],
  ]);
  const logits = likely.log().sub(likely.neg().log1p());

  test('of yes and no, whether it gets logits, and labels in dim 1 are told apart', () => {
    for (const loss of [new nn.BCELoss(), F.binaryCrossEntropy]) {
      expect(score('accuracy', likely, labels, { loss })).toBeCloseTo(7 / 9, 12);
      // By label: 1, 2/3 and 4/5.
      expect(score('f1', likely, labels, { loss })).toBeCloseTo((1 + 2 / 3 + 4 / 5) / 3, 12);
      expect(score(f1({ average: 'micro' }), likely, labels, { loss })).toBeCloseTo(10 / 12, 12);
      expect(score(f1({ threshold: 0.65, classIndex: 1 }), likely, labels, { loss })).toBe(1);
    }
    for (const loss of [new nn.BCEWithLogitsLoss(), F.binaryCrossEntropyWithLogits, new nn.MultiLabelSoftMarginLoss()]) {
      expect(score('f1', logits, labels, { loss })).toBeCloseTo((1 + 2 / 3 + 4 / 5) / 3, 12);
      expect(score('brier', logits, labels, { loss })).toBeCloseTo(score(brier({ mode: 'multilabel' }), likely, labels), 6);
      expect(score(f1({ threshold: 0.65 }), logits, labels, { loss })).toBeCloseTo((1 + 1 + 4 / 5) / 3, 12);
    }
  });

  test('one output a sample is one question, as a column too', () => {
    const column = (values: Tensor) => values.select(1, 0).unsqueeze(1);
    const loss = new nn.BCELoss();
    expect(score('f1', column(likely), column(labels), { loss })).toBe(1);
    expect(score('auroc', column(likely), labels.select(1, 0), { loss })).toBe(1);
    expect(score('averagePrecision', likely.select(1, 0), labels.select(1, 0), { loss })).toBe(1);
    expect(score('f1', likely.select(1, 0), labels.select(1, 0).to('bool'), { loss })).toBe(1);
    // Also of a batch of one, as the last of an epoch may be.
    const [one, label] = [tensor([[0.9]]), tensor([1])];
    for (const name of ['accuracy', 'f1', 'brier', 'mse', 'mape'] as const) {
      const exact = score(name, one, label.unsqueeze(1), { loss });
      expect(score(name, one, label, { loss }), name).toBe(exact);
      expect(score(name, one.squeeze(1), label.unsqueeze(1), { loss }), name).toBe(exact);
    }
  });

  test('of scores of classes, which probabilities they mean', () => {
    const scores = tensor([
      [2, 1, -1],
      [0, 3, 1],
      [0.5, 0, 0.2],
    ]);
    const truth = ints(0, 1, 2);
    const shares = F.softmax(scores, 1);
    for (const name of ['auroc', 'averagePrecision', 'calibrationError', 'brier', 'perplexity'] as const) {
      const losses: [Tensor, Loss | undefined][] = [
        [scores, new nn.CrossEntropyLoss()],
        [scores, F.crossEntropy],
        [F.logSoftmax(scores, 1), new nn.NLLLoss()],
        [scores, undefined],
      ];
      const expected = name === 'perplexity' ? Math.exp(F.crossEntropy(scores, truth).item()) : score(name, shares, truth);
      for (const [output, loss] of losses)
        expect(score(name, output, truth, loss === undefined ? {} : { loss }), name).toBeCloseTo(expected, 6);
    }
    expect(score(perplexity({ logits: false }), shares, truth)).toBeCloseTo(score('perplexity', scores, truth), 5);
    // One-hot and soft targets.
    expect(score('f1', scores, F.oneHot(truth, 3))).toBe(score('f1', scores, truth));
    expect(score('brier', shares, F.oneHot(truth, 3).float())).toBe(score('brier', shares, truth));
  });

  test('without one, outputs that cannot be probabilities are logits, from the first batch on', () => {
    const count = calibrationError().start();
    count.update(tensor([[0.5, 0.5]]), ints(0));
    expect(() => count.update(tensor([[3, 1]]), ints(0))).toThrow(
      /calibrationError: the outputs of this batch are not probabilities.*logits: true, or false/,
    );
    const logits = brier({ mode: 'binary' }).start();
    logits.update(tensor([3, -1]), ints(1, 0));
    logits.update(tensor([0.5]), ints(1));
    const p = (z: number) => 1 / (1 + Math.exp(-z));
    expect(logits.value()).toBeCloseTo(((1 - p(3)) ** 2 + p(-1) ** 2 + (1 - p(0.5)) ** 2) / 3, 6);
    expect(score(brier({ mode: 'binary', logits: true }), tensor([0.5]), ints(1))).toBeCloseTo((1 - p(0.5)) ** 2, 6);
  });
});

test('what the loss ignores counts for nothing, unless an option says another', () => {
  const scores = tensor([
    [2, 1],
    [0, 3],
    [1, 0],
  ]);
  const truth = ints(0, 1, 1);
  const loss = new nn.CrossEntropyLoss({ ignoreIndex: 1 });
  expect(score('accuracy', scores, truth, { loss })).toBe(1);
  expect(score(accuracy({ ignoreIndex: -100 }), scores, truth, { loss })).toBeCloseTo(2 / 3, 12);
  expect(score(topKAccuracy({ k: 1 }), scores, truth, { loss })).toBe(1);
  expect(score('perplexity', scores, truth, { loss })).toBeCloseTo(1 + Math.exp(-1), 5);
  expect(new ConfusionMatrix({ loss }).compute().shape).toEqual([0, 0]);
  expect(confusionMatrix(scores, truth, { loss }).toArray()).toEqual([
    [1, 0],
    [0, 0],
  ]);
});

test('what follows the labels counts like samples, and what follows the classes', () => {
  manualSeed(4);
  for (const [mode, labels] of [
    ['multilabel', randint(0, 2, [3, 4, 5])],
    ['multi', randint(0, 4, [3, 5])],
  ] as const) {
    const output = mode === 'multi' ? F.softmax(randn([3, 4, 5]), 1) : rand([3, 4, 5]);
    const flat = (x: Tensor) => (x.ndim === 3 ? x.transpose(1, 2).reshape(15, 4) : x.reshape(15));
    const makers = [accuracy, precision, recall, f1, auroc, averagePrecision, brier, calibrationError] as const;
    const metrics = makers.map((make) => make({ mode }));
    metrics.push(auroc({ mode, thresholds: 9 }), auroc({ mode, average: 'micro' }), f1({ mode, average: 'weighted' }));
    if (mode === 'multilabel') metrics.push(accuracy({ mode, exact: true }));
    for (const metric of metrics)
      expect(score(metric, output, labels), metric.name).toBeCloseTo(score(metric, flat(output), flat(labels)), 12);
  }
});

describe('class numbers as outputs', () => {
  test('may grow from batch to batch, or numClasses says how many there are', () => {
    const matrix = new ConfusionMatrix();
    matrix.update(ints(0, 1), ints(0, 0));
    matrix.update(ints(2), ints(3));
    expect(matrix.compute().toArray()).toEqual([
      [1, 1, 0, 0],
      [0, 0, 0, 0],
      [0, 0, 0, 0],
      [0, 0, 1, 0],
    ]);
    matrix.reset();
    matrix.update(ints(0), ints(1));
    expect(matrix.compute('true').toArray()).toEqual([
      [0, 0],
      [1, 0],
    ]);
    expect(confusionMatrix(ints(0, 1), ints(0, 1), { numClasses: 3 }).shape).toEqual([3, 3]);
    expect(score(recall({ numClasses: 3, classIndex: 2, zeroDivision: 1 }), ints(0, 1), ints(0, 1))).toBe(1);
    expect(() => confusionMatrix(ints(0, 3), ints(0, 1), { numClasses: 3 })).toThrow(/an output is class 3, but numClasses is 3/);
    expect(() => confusionMatrix(ints(0, -1), ints(0, 1))).toThrow(/-1 is none/);
    expect(() => score(accuracy({ mode: 'multi' }), tensor([0.5, 1]), ints(0, 1))).toThrow(/0.5 is none/);
    const image = tensor([[0, 2, 1]], { dtype: 'int64' });
    expect(() => score('accuracy', image, image)).toThrow("For outputs that are class numbers use accuracy({ mode: 'multi' }).");
    expect(score(accuracy({ mode: 'multi' }), image, image)).toBe(1);
  });

  test('yes and no: 0 and 1', () => {
    expect(score(precision({ mode: 'binary' }), ints(1, 1, 0), ints(1, 0, 0))).toBe(0.5);
    expect(() => score(precision({ mode: 'binary' }), ints(1, 2, 0), ints(1, 0, 0))).toThrow(DTypeError);
    expect(() => score('auroc', ints(1, 0), ints(1, 0))).toThrow(/outputs are int64, expected scores/);
  });
});

describe('what is not defined', () => {
  test('is NaN: no sample, one class, scores that are NaN', () => {
    const makers: (() => Metric)[] = [accuracy, f1, auroc, averagePrecision, cohenKappa, calibrationError, brier, perplexity, r2Score];
    for (const make of [...makers, topKAccuracy, meanSquaredError]) expect(make().start().value(), make().name).toBeNaN();
    expect(score(auroc({ mode: 'binary' }), tensor([0.1, 0.4]), ints(1, 1))).toBeNaN();
    expect(score('cohenKappa', ints(1, 1), ints(1, 1))).toBeNaN();
    const nan = tensor([
      [Number.NaN, Number.NaN],
      [0.2, 0.8],
    ]);
    for (const metric of [auroc(), auroc({ thresholds: 4 }), averagePrecision(), auroc({ average: 'micro' }), calibrationError(), brier()])
      expect(score(metric, nan, ints(0, 1), { loss: new nn.NLLLoss() }), metric.name).toBeNaN();
    expect(score(topKAccuracy({ k: 1 }), nan, ints(0, 1))).toBe(0.5);
    expect(score(accuracy({ mode: 'binary' }), tensor([0.4, 0.9]), ints(-100, -100))).toBeNaN();
    // As in scikit-learn: no class that is true has a value, so that the others are not weighed.
    expect(score(precision({ average: 'weighted', zeroDivision: Number.NaN }), ints(0, 1, 1), ints(2, 2, 2))).toBe(0);
  });
});

describe('what cannot be meant says so', () => {
  const scores = tensor([
    [0.2, 0.8],
    [0.6, 0.4],
  ]);
  const truth = ints(1, 0);
  test.each<[string, () => unknown, RegExp]>([
    ['average', () => f1({ average: 'mean' as never }), /f1: average is "mean"/],
    ['zeroDivision', () => f1({ zeroDivision: 2 as never }), /zeroDivision is 2, expected 0, 1 or NaN/],
    ['classIndex', () => score(f1({ classIndex: 2 }), scores, truth), /f1: classIndex is 2, but classes go from 0 to 1/],
    ['binary of three', () => score(f1({ average: 'binary' }), tensor([[1, 2, 3]]), ints(0)), /there are 3 classes.*classIndex/],
    ['samples of classes', () => score(f1({ average: 'samples', mode: 'multi' }), scores, truth), /several labels a sample/],
    ['beta', () => fBeta({ beta: -1 }), /fBeta: beta is -1/],
    ['an option', () => fBeta({ betta: 1 } as never), /fBeta: .*"betta"/],
    ['numClasses', () => score(f1({ numClasses: 3 }), scores, truth), /numClasses is 3, but outputs \[2, 2\] have 2/],
    ['threshold', () => f1({ threshold: 1 }), /threshold is 1/],
    ['ovo and micro', () => auroc({ multiClass: 'ovo', average: 'micro' }), /ovo/],
    ['thresholds', () => auroc({ thresholds: 1 }), /auroc: thresholds is 1/],
    ['bins', () => calibrationError({ bins: 0 }), /bins is 0/],
    ['k', () => topKAccuracy({ k: 0 }), /k is 0/],
    ['topK of yes and no', () => accuracy({ topK: 2, threshold: 0.3 }), /topK is of class scores/],
    ['exact of classes', () => accuracy({ exact: true, mode: 'multi' }), /exact is of several labels/],
    ['weights', () => cohenKappa({ weights: 'cubic' as never }), /weights is "cubic"/],
    ['normalize', () => confusionMatrix(scores, truth, { normalize: 'rows' as never }), /normalize is "rows"/],
    ['labels in a matrix', () => confusionMatrix(scores, scores.round(), { mode: 'multilabel' }), /several labels a sample/],
    ['names', () => classificationReport(scores, truth, { classes: ['a'] }), /names of the 2 classes.*There are 1/],
    ['a curve of several', () => rocCurve(scores, truth), /2 classes.*classIndex: 1/],
    ['a curve of none', () => precisionRecallCurve(tensor([0.5]), ints(-100), { mode: 'binary' }), /no sample that counts/],
    ['NaN in a curve', () => rocCurve(tensor([Number.NaN]), ints(1), { mode: 'binary' }), /NaN/],
    ['labels out of range', () => score('f1', scores, ints(1, 2)), /f1: some targets are not class numbers from 0 to 1/],
    ['soft labels of yes and no', () => score(f1({ mode: 'binary' }), tensor([0.5]), tensor([0.5])), /neither 0 nor 1/],
    ['one output', () => score('f1', tensor([0.5]), tensor([1])), /f1\(\{ mode: 'binary' \}\)/],
    [
      'several labels',
      () =>
        score(
          'f1',
          scores,
          tensor([
            [1, 1],
            [0, 1],
          ]),
        ),
      /mode: 'multilabel'/,
    ],
    ['a name', () => score('f0' as never, scores, truth), /score: there is no metric "f0"; by name there are accuracy/],
    ['multioutput', () => r2Score({ multioutput: 'raw' as never }), /multioutput is "raw"/],
  ])('%s', (_, use, message) => {
    expect(use).toThrow(HoneError);
    expect(use).toThrow(message);
  });

  test('shapes, batches of another form, states of another metric', () => {
    expect(() => score('mse', tensor([[1], [2]]), tensor([[1, 2]]))).toThrow(ShapeError);
    expect(score('mse', tensor([[1], [2]]), tensor([1, 4]))).toBe(2);
    const count = f1({ mode: 'multilabel' }).start();
    count.update(scores, scores.round());
    expect(() => count.update(tensor([[0.1, 0.2, 0.3]]), tensor([[0, 1, 0]]))).toThrow(ArgumentError);
    const ranks = auroc().start();
    ranks.update(scores, truth);
    expect(() => ranks.update(tensor([[0.2, 0.3, 0.5]]), ints(0))).toThrow(/2 classes in multi mode, but one is of 3/);
    const squares = r2Score().start();
    squares.update(scores, scores);
    expect(() => squares.update(tensor([1]), tensor([1]))).toThrow(/2 values a sample, but one has 1/);
    for (const metric of [f1(), auroc(), auroc({ thresholds: 3 }), cohenKappa(), calibrationError(), r2Score()])
      for (const state of [undefined, {}, { total: 1 }, { counts: [1, 2], classes: 1, samples: 1, hits: 'x', means: 3 }])
        expect(() => metric.start().loadStateDict!(state), metric.name).toThrow(StateDictError);
  });
});

test('fit and evaluate measure them by name; costly ones are computed for those who read', async () => {
  const x = tensor([
    [1, 0],
    [0, 1],
    [1, 1],
    [2, 0],
  ]);
  const batches: [Tensor, Tensor][] = [[x, ints(0, 1, 1, 0)]];
  const model = new nn.Linear(2, 2);
  const loss = new nn.CrossEntropyLoss();
  const seen: number[] = [];
  const reader: Callback = { onStep: ({ scores }) => void seen.push(scores['auroc']!) };
  const metrics = ['accuracy', 'f1', 'auroc', 'perplexity'] as const;
  const optimizer = new optim.SGD(model.parameters(), { lr: 0 });
  const history = await fit(model, { train: batches, loss, optimizer, epochs: 1, metrics, callbacks: [reader] });
  const scores = await evaluate(model, batches, { loss, metrics });
  expect(history.epochs[0]!.train).toEqual(scores);
  expect(Object.keys(scores)).toEqual(['loss', ...metrics]);
  expect(scores['perplexity']).toBeCloseTo(Math.exp(scores.loss), 5);
  expect(seen).toEqual([scores['auroc']]);
});
