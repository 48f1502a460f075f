/** The pictures of schedules and trainings. */
import { nn, ones, optim } from 'hone';
import { lossCurves, lrPlot } from 'hone/report';
import { describe, expect, test } from 'vitest';
import { lrSeries } from './lr-plot.js';

const {
  CosineAnnealingLR,
  CosineAnnealingWarmRestarts,
  ExponentialLR,
  LinearLR,
  OneCycleLR,
  ReduceLROnPlateau,
  SequentialLR,
  StepLR,
  ChainedScheduler,
  LRScheduler,
} = optim.lrScheduler;
const sgd = (lr = 0.1) => new optim.SGD([new nn.Parameter(ones(2))], { lr, momentum: 0.9 });
const settings = { epochs: 40, stepsPerEpoch: 1, lr: 0.1, metrics: null };
const texts = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);

/** The rates of a loop. */
function byHand(make: (optimizer: optim.SGD) => optim.lrScheduler.LRScheduler, count: number): number[] {
  const optimizer = sgd();
  const scheduler = make(optimizer);
  return Array.from({ length: count }, () => {
    const [lr] = scheduler.getLastLr();
    optimizer.step();
    scheduler.step();
    return lr!;
  });
}

describe('lrPlot', () => {
  const all: Record<string, (optimizer: optim.SGD) => optim.lrScheduler.LRScheduler> = {
    StepLR: (o) => new StepLR(o, 7),
    CosineAnnealingWarmRestarts: (o) => new CosineAnnealingWarmRestarts(o, 5, { tMult: 2 }),
    OneCycleLR: (o) => new OneCycleLR(o, 0.3, 41),
    sequential: (o) => new SequentialLR(o, [new LinearLR(o, { totalIters: 4 }), new CosineAnnealingLR(o, 30)], [4]),
    chained: (o) => new ChainedScheduler([new LinearLR(o, { totalIters: 4 }), new ExponentialLR(o, 0.9)]),
  };

  test.each(Object.keys(all))('has the rates of a loop, from epoch 0 on: %s', (name) => {
    const [curve] = lrSeries('lrPlot', all[name], settings);
    expect(curve!.values).toEqual(byHand(all[name]!, 40));
    expect(curve!.x).toEqual(Array.from({ length: 40 }, (_, i) => i));
  });

  test.each(Object.keys(all))('leaves schedule and optimizer as they were, and goes on from where they stand: %s', (name) => {
    const optimizer = sgd();
    const scheduler = all[name]!(optimizer);
    for (let i = 0; i < 3; i++) {
      optimizer.step();
      scheduler.step();
    }
    const state = () =>
      JSON.stringify([
        scheduler.stateDict(),
        optimizer.stateDict(),
        optimizer.paramGroups.map(({ params: _, ...rest }) => rest),
        optimizer.hasStepped,
      ]);
    const before = state();
    const [curve] = lrSeries('lrPlot', scheduler, { ...settings, epochs: 20 });
    expect(state()).toBe(before);
    expect(curve!.values).toEqual(byHand(all[name]!, 23).slice(3));
    expect(curve!.x[0]).toBe(3);
    scheduler.step();
    expect(scheduler.getLastLr()[0]).toBe(curve!.values[1]);
  });

  test('an error on the way leaves them as they were, too', () => {
    const optimizer = sgd();
    const scheduler = new OneCycleLR(optimizer, 0.3, 10);
    const before = JSON.stringify([scheduler.stateDict(), optimizer.stateDict()]);
    expect(() => lrPlot(scheduler, { epochs: 30 })).toThrow(/the cycle has 10/);
    expect(JSON.stringify([scheduler.stateDict(), optimizer.stateDict()])).toBe(before);
    expect(lrSeries('lrPlot', scheduler, { ...settings, epochs: null })[0]!.values).toHaveLength(10);
  });

  test('a plateau is told the scores that are given', () => {
    const make = (o: optim.SGD) => new ReduceLROnPlateau(o, 'min', { patience: 1 });
    const [curve] = lrSeries('lrPlot', make, { ...settings, epochs: 6, metrics: [1, 0.5, 0.5] });
    const optimizer = sgd();
    const scheduler = make(optimizer);
    const expected = [1, 0.5, 0.5, 0.5, 0.5, 0.5].map((loss) => {
      const { lr } = optimizer.paramGroups[0]!;
      scheduler.step(loss);
      return lr;
    });
    expect(curve!.values).toEqual(expected);
    expect(() => lrPlot(make)).toThrow(/depends on the scores of the training/);
  });

  test('one curve for each group that differs, several schedules by name, batches as parts of epochs', async () => {
    const groups = new optim.SGD(
      [
        { params: [new nn.Parameter(ones(1))], lr: 0.1 },
        { params: [new nn.Parameter(ones(1))], lr: 0.2 },
      ],
      { lr: 0.1 },
    );
    expect(lrSeries('lrPlot', new StepLR(groups, 3), settings).map(({ name }) => name)).toEqual(['StepLR, group 0', 'StepLR, group 1']);
    expect(texts(await lrPlot({ a: all['StepLR']!, b: all['chained']! }).toSvg())).toEqual(
      expect.arrayContaining(['a', 'b', 'learning rate', 'epoch']),
    );
    expect(texts(await lrPlot(all['StepLR']!).toSvg())).toContain('StepLR');
    expect(lrSeries('lrPlot', all['StepLR'], { ...settings, epochs: 2, stepsPerEpoch: 4 })[0]!.x).toEqual([
      0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75,
    ]);
  });

  test('schedules of one’s own are drawn, others refused', () => {
    class Halving extends LRScheduler {
      static override readonly className: string = 'Halving';
      constructor(optimizer: optim.SGD) {
        super(optimizer);
        this.start();
      }
      protected getLr() {
        return this.isInitial ? this.groupLrs : this.groupLrs.map((lr) => lr / 2);
      }
    }
    expect(lrSeries('lrPlot', (o: optim.SGD) => new Halving(o), { ...settings, epochs: 3 })[0]).toMatchObject({
      name: 'Halving',
      values: [0.1, 0.05, 0.025],
    });
    expect(() => lrPlot(5 as never)).toThrow(/lrPlot: got 5, expected a scheduler/);
    expect(() => lrPlot((() => 5) as never)).toThrow(/the function gave 5/);
    expect(() => lrPlot(all['StepLR']!, { epochs: 0 })).toThrow(/epochs is 0/);
  });
});

const history = (...losses: number[]) => ({
  epochs: losses.map((loss, i) => ({
    epoch: i + 1,
    train: { loss: loss / 2, accuracy: 1 - loss },
    validation: { loss, accuracy: 1 - loss / 2 },
    lr: [0.1 / (i + 1)],
    logged: { gradientNorm: i },
  })),
});

describe('lossCurves', () => {
  test('has a chart for each score, both sides, and marks the best epoch', async () => {
    const chart = lossCurves(history(0.9, 0.4, 0.5), { title: 'digits' });
    const words = texts(await chart.toSvg());
    expect(words).toEqual(expect.arrayContaining(['digits', 'loss', 'accuracy', 'train', 'validation', 'best: epoch 2']));
    expect(chart.width).toBeGreaterThan(900);
    expect(texts(await lossCurves({ ...history(0.9, 0.4, 0.5), best: { epoch: 3 } }).toSvg())).toContain('best: epoch 3');
    expect(texts(await lossCurves(history(0.9, 0.4), { best: false }).toSvg()).join()).not.toContain('best');
  });

  test('the mean of several trainings has a band; by name validation is whole, training dashed', async () => {
    const svg = await lossCurves([history(0.9, 0.4), history(0.7, 0.6)], { scores: ['loss'] }).toSvg();
    expect(svg.match(/<polygon/g)).toHaveLength(2);
    const named = await lossCurves(
      { small: history(0.9, 0.4), big: [history(0.5, 0.3)] },
      { scores: ['accuracy', 'lr', 'gradientNorm'] },
    ).toSvg();
    expect(texts(named)).toEqual(expect.arrayContaining(['small', 'small, train', 'big', 'lr', 'gradientNorm']));
    expect([...named.matchAll(/stroke="#0072b2" stroke-width="2" [^>]*stroke-dasharray/g)]).toHaveLength(1);
  });

  test('says what it cannot draw', () => {
    expect(() => lossCurves(history(0.9), { scores: ['f1'] })).toThrow(/no score "f1"; there are loss, accuracy, lr/);
    expect(() => lossCurves({ epochs: [] })).toThrow(/no epoch has ended/);
    expect(() => lossCurves({ a: 5 } as never)).toThrow(/expected the history that fit returns/);
    expect(() => lossCurves(history(1), { score: ['loss'] } as never)).toThrow(/no option "score"/);
  });
});
