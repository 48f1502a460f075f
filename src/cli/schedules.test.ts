/** Schedules on the command line. */
import { nn, ones, optim } from 'hone';
import { expect, test } from 'vitest';
import { makeSchedule, readComposition, schedules, schedulesHelp, showComposition } from './schedules.js';

const sgd = () => new optim.SGD([new nn.Parameter(ones(1))], { lr: 0.1, momentum: 0.9 });
const training = { epochs: 10, stepsPerEpoch: 4 };
const words = (text: string) => text.split(' ');
const make = (text: string) => makeSchedule('lr', readComposition('lr', words(text)), training)(sgd());

/** The options of a schedule, from what it says about one that it does not have. */
function optionsOf(name: string): string[] {
  const Class = (optim.lrScheduler as unknown as Record<string, new (...args: unknown[]) => unknown>)[name]!;
  try {
    new Class(sgd(), { unheardOf: 1 });
  } catch (error) {
    return [...(error as Error).message.matchAll(/\w+/g)].map(([word]) => word);
  }
  throw new Error(`${name} takes any option`);
}

test('every schedule of the library is there, with every option', () => {
  const names = Object.keys(optim.lrScheduler).filter((name) => !/^(LRScheduler|SequentialLR|ChainedScheduler)$/.test(name));
  expect(Object.keys(schedules).sort()).toEqual(names.sort());
  for (const name of names) {
    if (/^(Lambda|Multiplicative)LR$/.test(name)) continue;
    const known = optionsOf(name);
    for (const option of Object.keys(schedules[name]!.flags)) expect(known, `${name}: ${option}`).toContain(option);
    const missing = known.slice(known.indexOf('takes') + 1).filter((word) => /^[a-z]\w*$/.test(word) && !(word in schedules[name]!.flags));
    const shared = ['lastEpoch', 'and', ...(name === 'OneCycleLR' ? ['epochs', 'stepsPerEpoch'] : [])];
    expect(
      missing.filter((word) => !shared.includes(word)),
      name,
    ).toEqual([]);
    expect(schedulesHelp()).toContain(`  ${name}`);
  }
});

test('flags become the options of the library', () => {
  expect(String(make('StepLR --step-size 30 --gamma=0.5'))).toBe(String(new optim.lrScheduler.StepLR(sgd(), { stepSize: 30, gamma: 0.5 })));
  expect(String(make('cosineannealingwarmrestarts --t0 10 --t-mult 2'))).toBe(
    String(new optim.lrScheduler.CosineAnnealingWarmRestarts(sgd(), 10, { tMult: 2 })),
  );
  expect(make('MultiStepLR --milestones 3,8')).toMatchObject({ milestones: [3, 8] });
  expect(make('OneCycleLR --max-lr 1 --no-cycle-momentum --three-phase')).toMatchObject({ totalSteps: 40, cycleMomentum: false });
  expect(make('linear --start-factor 1/4')).toMatchObject({ startFactor: 0.25 });
  const lambda = make('LambdaLR --lr-lambda 0.5**epoch');
  lambda.step();
  expect(lambda.getLastLr()).toEqual([0.05]);
});

test('then puts one after another, with several together', () => {
  const sequence = make(
    'LinearLR --total-iters 5 then CosineAnnealingLR --t-max 95 then StepLR --step-size 2',
  ) as optim.lrScheduler.SequentialLR;
  expect(sequence.milestones).toEqual([5, 100]);
  expect((make('StepLR --step-size 3 --for 7 then ExponentialLR --gamma 0.9') as optim.lrScheduler.SequentialLR).milestones).toEqual([7]);
  const chain = make('LinearLR with ExponentialLR --gamma 0.9') as optim.lrScheduler.ChainedScheduler;
  expect(chain.schedulers.map(({ constructor }) => (constructor as { className?: string }).className)).toEqual([
    'LinearLR',
    'ExponentialLR',
  ]);
  expect(showComposition(readComposition('lr', words('LinearLR --total-iters 5 with SWALR --swa-lr 1 then StepLR --step-size 3')))).toBe(
    'LinearLR (totalIters 5) with SWALR (swaLr 1), then StepLR (stepSize 3)',
  );
});

test.each([
  ['StepRL --step-size 3', /there is no schedule "StepRL"\. Did you mean StepLR\?/],
  ['StepLR', /StepLR needs --step-size <number>/],
  ['StepLR --step-siz 3', /StepLR has no --step-siz\. Did you mean --step-size\? It takes --step-size, --gamma, --for/],
  ['StepLR --step-size', /--step-size has no value after it/],
  ['StepLR --step-size many', /--step-size is "many", expected a number/],
  ['StepLR --step-size 0', /StepLR: stepSize is 0, expected a whole number/],
  ['StepLR --step-size 3 then', /nothing stands where a schedule is expected/],
  ['StepLR --step-size 3 then LinearLR', /StepLR does not say when LinearLR begins\. Add --for/],
  ['LinearLR --for 0.5 then LinearLR', /--for is "0\.5", expected a whole number/],
  ['CyclicLR --base-lr 1 --max-lr 2 --mode square', /--mode is "square", expected one of triangular/],
  ['OneCycleLR --max-lr 1 --three-phase=yes', /--three-phase takes no value/],
  ['LambdaLR --lr-lambda epoch+', /is not a function of epoch/],
])('%s is refused', (text, message) => {
  expect(() => make(text)).toThrow(message);
});
