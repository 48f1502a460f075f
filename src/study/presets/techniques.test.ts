/** What the presets' variants differ in is what they say. */
import { manualSeed, optim, rand, randint, type Tensor } from 'hone';
import { type DatasetLike, TensorDataset } from 'hone/data';
import { runStudy, type Study, type StudyContext, type StudyData, studies } from 'hone/study';
import { expect, test } from 'vitest';

type Setting = Record<string, unknown>;
const own = (train: number, test = 12) => ({
  train: new TensorDataset(rand([train, 1, 28, 28]), randint(0, 10, [train])),
  test: new TensorDataset(rand([test, 1, 28, 28]), randint(0, 10, [test])),
});
const studyOf = (name: string, options: object = {}) => studies[name]!.make({ data: own(48), ...options }) as Study<Setting>;
const settingOf = (study: Study<Setting>, name: string) => study.variants.find((variant) => variant.name === name)!.setting;
const context: StudyContext = { variant: '', repeat: 0, epochs: 4, stepsPerEpoch: 25 };

const images = async (data: DatasetLike<unknown>): Promise<Tensor[]> =>
  Promise.all(
    Array.from({ length: data.length }, async (_, i) => ((await (data as TensorDataset<[Tensor, Tensor]>).get(i)) as [Tensor, Tensor])[0]),
  );

/** The parts of a variant's data after `prepare`. */
async function prepared(name: string, variant: string, data: Required<StudyData>): Promise<Required<StudyData>> {
  const study = studyOf(name);
  return { ...data, ...(await study.options.prepare!(data, settingOf(study, variant), context)) };
}

test('dropout2d: the network is the documents’, and a tenth of the images makes as many steps', async () => {
  const study = studyOf('dropout2d');
  expect(String(study.options.model(settingOf(study, 'all images, dropout'), context))).toBe(`CNN(
  (layer): Sequential(
    (0): Conv2d(1, 16, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))
    (1): ReLU()
    (2): Dropout2d(p=0.2, inplace=False)
    (3): Conv2d(16, 32, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))
    (4): ReLU()
    (5): Dropout2d(p=0.2, inplace=False)
    (6): MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)
    (7): Conv2d(32, 64, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))
    (8): ReLU()
    (9): Dropout2d(p=0.2, inplace=False)
    (10): MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)
  )
  (fcLayer): Sequential(
    (0): Linear(in_features=3136, out_features=100, bias=True)
    (1): ReLU()
    (2): Dropout(p=0.2, inplace=False)
    (3): Linear(in_features=100, out_features=10, bias=True)
  )
)`);
  const { train, test } = own(40);
  const { train: few } = await prepared('dropout2d', 'a tenth', { train, validation: test, test });
  expect(few.length).toBe(40);
  expect(new Set((await images(few)).map(String)).size).toBe(4);
  expect(await prepared('dropout2d', 'all images, dropout', { train, validation: test, test })).toEqual({ train, validation: test, test });
});

test('batch-norm-2d: batch norm before each ReLU; the slow rate travels as far as the document’s', () => {
  const study = studyOf('batch-norm-2d');
  const model = study.options.model(settingOf(study, 'slow, batch norm'), context);
  expect(
    model
      .modules()
      .map(({ constructor }) => constructor.name)
      .join(' '),
  ).toBe(
    'CNN Sequential Conv2d BatchNorm2d ReLU Conv2d BatchNorm2d ReLU MaxPool2d Conv2d BatchNorm2d ReLU MaxPool2d Sequential Linear BatchNorm1d ReLU Linear',
  );
  const rate = (variant: string) => study.options.optimizer!(model, settingOf(study, variant), context).paramGroups[0]!.lr;
  expect(rate('slow') * 4 * 25).toBeCloseTo(0.0002 * 2340, 12);
  expect(rate('0.1, batch norm')).toBe(0.1);
});

test('augmentation: only training images are transformed, anew each time, as by the document', async () => {
  manualSeed(1);
  const { train, test } = own(8);
  const data = { train, validation: test, test };
  for (const variant of ['as in the document', 'mirrored', 'shifted and turned']) {
    const { train: transformed, ...rest } = await prepared('augmentation', variant, data);
    expect(rest).toEqual({ validation: test, test });
    const [first, second] = [await images(transformed), await images(transformed)];
    expect(first.map(({ shape }) => shape)).toEqual(Array(8).fill([1, 28, 28]));
    expect(String(first)).not.toBe(String(second));
  }
  // One pixel in the upper left corner's quarter: enlarged and cropped it stays there; turned by 90 degrees it is below, mirrored or not left or right
  const dot = rand([1, 1, 28, 28]).zero_();
  dot.detach().select(3, 10).select(2, 8).fill_(1);
  const one = new TensorDataset(dot, randint(0, 10, [1]));
  const { train: written } = await prepared('augmentation', 'as in the document', { train: one, validation: one, test: one });
  const places = new Set<string>();
  for (let i = 0; i < 20; i++) {
    const at = (await images(written))[0]!.argmax().item();
    places.add(`${Math.floor(at / 28)} ${at % 28}`);
  }
  // Column 10 of 28 is 9 after enlarging to 34 and cropping, row 8 is 7; mirrored column 9 is 18. Turned against the clock, (row, column) becomes (27 - column, row)
  expect([...places].sort()).toEqual(['18 7', '9 7']);
});

test('normalisation: scaled by what the training images say, with one outlier in a hundred images', async () => {
  const { train, test } = own(200, 100);
  const data = { train, validation: test, test };
  const figures = async (variant: string) => {
    const { train, test } = await prepared('normalisation', variant, data);
    const all = (await images(train)).flatMap((image) => [...(image.toTypedArray() as Float32Array)]);
    const mean = all.reduce((sum, x) => sum + x, 0) / all.length;
    const deviation = Math.sqrt(all.reduce((sum, x) => sum + (x - mean) ** 2, 0) / all.length);
    const highest = (await images(test)).map((image) => image.max().item());
    return { mean, deviation, max: all.reduce((a, b) => Math.max(a, b)), min: all.reduce((a, b) => Math.min(a, b)), highest };
  };
  const minMax = await figures('min-max');
  expect([minMax.min, minMax.max]).toEqual([0, 1]);
  const none = await figures('none, outliers');
  expect(none.max).toBe(25_500);
  expect(none.highest.filter((value) => value > 255)).toEqual([25_500]);
  const standard = await figures('standard');
  expect(standard.mean).toBeCloseTo(0, 5);
  expect(standard.deviation).toBeCloseTo(1, 5);
  const spoilt = await figures('min-max, outliers');
  expect(spoilt.max).toBe(1);
  expect(spoilt.mean).toBeLessThan(0.01);
  const robust = await figures('standard, outliers');
  expect(robust.mean).toBeCloseTo(0, 5);
  expect(robust.deviation).toBeCloseTo(1, 5);
});

test('schedules: the rates of each epoch', async () => {
  const figures = await runStudy(studyOf('schedules', { epochs: 7, repeats: 1 }));
  const rates = Object.fromEntries(figures.variants.map(({ name, runs }) => [name, runs[0]!.epochs.map(({ lr }) => lr)]));
  const model = studyOf('schedules').options.model({}, context);
  const { StepLR, MultiStepLR, ExponentialLR, CosineAnnealingLR, CosineAnnealingWarmRestarts } = optim.lrScheduler;
  for (const lr of [0.1, 1]) {
    const of = (make: (optimizer: optim.SGD) => { step(): void }) => {
      const optimizer = new optim.SGD(model.parameters(), { lr });
      const scheduler = make(optimizer);
      optimizer.step();
      return Array.from({ length: 7 }, () => {
        const rate = optimizer.paramGroups[0]!.lr;
        scheduler.step();
        return rate;
      });
    };
    expect(rates[`constant ${lr}`]).toEqual(Array(7).fill(lr));
    expect(rates[`StepLR ${lr}`]).toEqual(of((o) => new StepLR(o, { stepSize: 2, gamma: 0.1 })));
    expect(rates[`MultiStepLR ${lr}`]).toEqual(of((o) => new MultiStepLR(o, { milestones: [1, 2, 6], gamma: 0.1 })));
    expect(rates[`ExponentialLR ${lr}`]).toEqual(of((o) => new ExponentialLR(o, { gamma: 0.99 ** (100 / 7) })));
    expect(rates[`CosineAnnealingLR ${lr}`]).toEqual(of((o) => new CosineAnnealingLR(o, { tMax: 7, etaMin: lr / 100 })));
    expect(rates[`CosineAnnealingWarmRestarts ${lr}`]).toEqual(
      of((o) => new CosineAnnealingWarmRestarts(o, { t0: 1, tMult: 2, etaMin: lr / 100 })),
    );
  }
});

test('regularisation: penalties make weights small, L1 many of them nearly 0; what is measured has no penalty in it', async () => {
  const { variants } = await runStudy(studyOf('regularisation', { epochs: 30, repeats: 1 }));
  const extra = Object.fromEntries(variants.map(({ name, runs }) => [name, runs[0]!.extra as Record<string, number>]));
  const [none, l2, l1] = ['no penalty', 'L2 0.01', 'L1 0.0003'].map((name) => extra[name]!);
  expect(l2!['norm of the weights']).toBeLessThan(none!['norm of the weights']!);
  expect(l1!['norm of the weights']).toBeLessThan(none!['norm of the weights']!);
  expect(l1!['share of weights below 0.001']).toBeGreaterThan(2 * none!['share of weights below 0.001']!);
  // Guessing comes to 2.3; the penalty, 0.0003 times the sum of some 235,000 weights of 0.02, is more than 1
  const [first] = variants.find(({ name }) => name === 'L1 0.0003')!.runs[0]!.epochs;
  expect(first!.train.loss).toBeGreaterThan(3);
  expect(first!.validation.loss).toBeLessThan(3);
});

test('learning-rate: rates of SGD over five powers of ten', () => {
  const study = studyOf('learning-rate');
  const model = study.options.model({}, context);
  expect(study.variants.map(({ name, setting }) => [name, study.options.optimizer!(model, setting, context).paramGroups[0]!.lr])).toEqual([
    ['lr 0.1', 0.1],
    ['lr 0.0002', 0.0002],
    ['lr 0.01', 0.01],
    ['lr 1', 1],
    ['lr 10', 10],
  ]);
});

test('optimizers: each with the rate that it says', () => {
  const study = studyOf('optimizers');
  const model = study.options.model(settingOf(study, 'SGD'), context);
  const made = study.variants.map(({ name, setting }) => {
    const optimizer = study.options.optimizer!(model, setting, context) as optim.SGD;
    return `${name}: ${optimizer.constructor.name} ${optimizer.paramGroups[0]!.lr} ${optimizer.paramGroups[0]!.momentum ?? ''}`.trim();
  });
  expect(made).toEqual([
    'SGD: SGD 0.1 0',
    'SGD 0.001: SGD 0.001 0',
    'momentum: SGD 0.01 0.9',
    'Adagrad: Adagrad 0.01',
    'Adadelta: Adadelta 1',
    'RMSprop: RMSprop 0.01 0',
    'Adam: Adam 0.001',
    'AdamW: AdamW 0.001',
  ]);
});
