import { stripVTControlCharacters } from 'node:util';
import type { StudyFigures, StudyRun } from 'hone/report';
import type { StudyRunPlace, StudyStepEvent } from 'hone/study';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ProgressDisplay } from '../../report/progress/display.js';
import { studyDisplay } from './display.js';

const place = (run: number, variant: string, repeat = 0): StudyRunPlace => ({ variant, repeat, repeats: 3, run, runs: 6 });

const step = (step: number, studySecondsLeft?: number): StudyStepEvent => ({
  phase: 'train',
  epoch: 1,
  epochs: 2,
  step,
  steps: 10,
  samples: 100,
  loss: 0.5,
  scores: { loss: 0.5, accuracy: 0.8 },
  samplesPerSecond: 1234,
  secondsLeft: 5,
  lr: [0.1],
  studySecondsLeft,
});

const figures = {
  data: { train: 1000, validation: 200, test: 2000 },
  variants: [{ name: 'plain', runs: [] as StudyRun[] }],
} as unknown as StudyFigures;
const DATA = 'data: 1,000 to train on, 200 to choose the epoch by, 2,000 to test on\n';

const run = (more: Partial<StudyRun> = {}): StudyRun => ({
  repeat: 0,
  seeds: { init: 1, order: 2, noise: 3, split: 4 },
  epochs: [{ epoch: 1, steps: 10, train: { loss: 1 }, validation: { loss: 1, accuracy: 0.5 }, seconds: 1, lr: 0.1 }],
  chosen: 1,
  scores: { train: { loss: 1, accuracy: 0.9 }, validation: { loss: 1, accuracy: 0.8 }, test: { loss: 1, accuracy: 0.75 } },
  seconds: 3.21,
  ...more,
});

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

function shown(isTTY: boolean) {
  const written: string[] = [];
  const target = { isTTY, columns: 90, write: (text: string) => written.push(text) };
  const display = new ProgressDisplay(target);
  return { written, display, events: studyDisplay(display, ['plain', 'batch norm'], 'accuracy') };
}

test('a line for each run that is running, and one for all', () => {
  const { written, events } = shown(true);
  events.figures(figures);
  events.runStart(place(0, 'plain'));
  events.runStart(place(1, 'batch norm'));
  events.step(step(5), place(0, 'plain'));
  vi.advanceTimersByTime(200);
  events.step(step(10, 75), place(1, 'batch norm'));
  const lines = stripVTControlCharacters(written.at(-1)!).replace('\r', '').split('\n');
  expect(lines).toHaveLength(3);
  expect(lines[0]).toMatch(/^plain 1\/3 .* 5\/10 .*loss 0\.5000/);
  expect(lines[1]).toMatch(/^batch norm 1\/3 .*10\/10/);
  expect(lines[2]).toMatch(/^0\/6 runs {2}▕.*▏ {2}75 s left$/);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(87);
  events.runEnd(run(), place(0, 'plain'));
  expect(written.slice(-2)).toEqual(['\r\x1b[2A\x1b[J', '1/6  plain       repeat 0  test accuracy 0.7500  epoch 1 of 1  3.2 s\n']);
  vi.advanceTimersByTime(200);
  events.step(step(10), place(1, 'batch norm'));
  expect(stripVTControlCharacters(written.at(-1)!).split('\n')).toHaveLength(2);
});

test('in a log, lines of runs that ended, and now and then how far it is', () => {
  const { written, events } = shown(false);
  const { epochs } = run();
  events.step(step(5, 75), place(0, 'plain'));
  events.epoch(epochs[0]!, place(0, 'plain'));
  expect(written).toEqual([]);
  vi.advanceTimersByTime(31_000);
  events.epoch(epochs[0]!, place(0, 'plain'));
  events.epoch(epochs[0]!, place(1, 'batch norm'));
  expect(written).toEqual(['0 of 6 runs ended, 75 s left; plain, repeat 0: epoch 1, validation accuracy 0.5000\n']);
});

test('runs that failed, stopped early or by hand', () => {
  const { written, events } = shown(false);
  const { scores: _, ...none } = run();
  events.runEnd({ ...none, failed: 'the loss became NaN in epoch 2,\nstep 3' }, place(0, 'plain'));
  events.runEnd(run({ stoppedEarly: 'no better for 3 epochs' }), place(1, 'batch norm'));
  events.runEnd({ ...none, running: true }, place(2, 'plain', 1));
  expect(written).toEqual([]);
  events.figures(figures);
  expect(written).toEqual([
    DATA,
    '1/6  plain       repeat 0  epoch 1 of 1  3.2 s  failed: the loss became NaN in epoch 2, step 3\n',
    '2/6  batch norm  repeat 0  test accuracy 0.7500  epoch 1 of 1  3.2 s  stopped early\n',
  ]);
});

test('sizes of the data once, and the count of runs of a study that goes on', () => {
  const { written, events } = shown(false);
  const begun = { ...figures, variants: [{ name: 'plain', runs: [run(), run(), run({ running: true })] }] } as unknown as StudyFigures;
  events.figures(begun);
  events.figures(begun);
  events.runEnd(run(), place(3, 'plain', 1));
  expect(written).toEqual([DATA, '3/6  plain       repeat 0  test accuracy 0.7500  epoch 1 of 1  3.2 s\n']);
});

test('successive halving, which takes up a run several times, counts it once, and says what was dropped', () => {
  const { written, events } = shown(false);
  const [whole, more] = [run(), { ...place(4, 'plain'), runs: 9 }];
  events.figures(figures);
  events.runEnd(whole, more);
  const variants = [
    { name: 'plain', runs: [whole] },
    { name: 'batch norm', runs: [whole, whole], droppedAfter: 2 },
  ];
  for (let i = 0; i < 2; i++) events.figures({ ...figures, variants } as unknown as StudyFigures);
  expect(written).toEqual([
    DATA,
    '1/6  plain       repeat 0  test accuracy 0.7500  epoch 1 of 1  3.2 s\n',
    'dropped after 2 epochs, by its score on validation data: batch norm\n',
  ]);
});
