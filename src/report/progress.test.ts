import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test, vi } from 'vitest';
import { ProgressDisplay, type ProgressState, progressLine } from './progress.js';

const state: ProgressState = {
  label: 'batchnorm',
  run: 3,
  runs: 8,
  epoch: 2,
  epochs: 10,
  phase: 'train',
  step: 17,
  steps: 40,
  loss: 1.79104,
  accuracy: 0.39912,
  samplesPerSecond: 12_345.6,
  secondsLeft: 12.4,
  allSecondsLeft: 185,
};

describe('progressLine', () => {
  test('a wide terminal shows everything in words', () => {
    expect(progressLine(state, 140)).toBe(
      'batchnorm, run 3/8  epoch  2/10 train  ▕██████        ▏  17/40  loss 1.7910  accuracy 0.3991  12,346 images/s  12 s left, all runs 3:05 min',
    );
  });

  test('80 columns still show epoch, step, loss, accuracy, rate, and both times', () => {
    const line = progressLine(state, 79);
    expect(line.length).toBeLessThanOrEqual(79);
    for (const part of ['batchnorm 3/8', ' 2/10', '17/40', 'loss 1.79', 'acc 0.399', '12.3k/s', '12 s', '3:05 min'])
      expect(line).toContain(part);
  });

  test('is never longer than the room there is, and cut only when there is hardly any', () => {
    for (let columns = 0; columns < 150; columns++) expect(progressLine(state, columns).length).toBeLessThanOrEqual(columns);
    expect(progressLine({ ...state, label: '784-512-512-512-512-512-10' }, 76)).toMatch(/^784-512… 3\/8 .* 12 s\/3:05 min left$/);
  });

  test('a single run has no number and one time; what is unknown is left out', () => {
    const line = progressLine({ ...state, runs: 1, run: 1, steps: undefined, accuracy: undefined, allSecondsLeft: 12.4 }, 140);
    expect(line).toBe('batchnorm  epoch  2/10 train  17  loss 1.7910  12,346 images/s  12 s left');
    expect(progressLine({ ...state, secondsLeft: undefined, allSecondsLeft: undefined }, 140)).not.toContain('left');
    expect(progressLine({ ...state, allSecondsLeft: undefined }, 140)).toMatch(/ {2}12 s left$/);
  });

  test('colours add no width', () => {
    const colored = progressLine(state, 140, true);
    expect(colored).toContain('\x1b[1mbatchnorm, run 3/8\x1b[22m');
    expect(stripVTControlCharacters(colored)).toBe(progressLine(state, 140));
  });

  test('the bar runs from empty to full', () => {
    const bar = (step: number) => /▕.*▏/.exec(progressLine({ ...state, step }, 140))![0];
    expect([bar(0), bar(40)]).toEqual([`▕${' '.repeat(14)}▏`, `▕${'█'.repeat(14)}▏`]);
    expect(new Set(Array.from({ length: 41 }, (_, step) => bar(step).length))).toEqual(new Set([16]));
  });
});

function terminal(columns: number | undefined, isTTY = true) {
  const written: string[] = [];
  return { written, target: { isTTY, ...(columns !== undefined && { columns }), write: (text: string) => written.push(text) } };
}

describe('ProgressDisplay', () => {
  test('in a terminal rewrites one line, ten times a second at most, which never wraps', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    try {
      const { written, target } = terminal(80);
      const display = new ProgressDisplay(target);
      for (let i = 0; i < 20; i++) {
        display.update(state);
        vi.advanceTimersByTime(25);
      }
      expect(written).toHaveLength(5);
      // ^C behind the line must fit too
      for (const text of written) {
        expect(text.startsWith('\r\x1b[2K')).toBe(true);
        expect(text.slice('\r\x1b[2K'.length)).toMatch(/^batchnorm.{40,68}$/);
      }
      display.line('done');
      expect(written.slice(5)).toEqual(['\r\x1b[2K', 'done\n']);
      display.logLine('for logs only');
      display.clear();
      expect(written).toHaveLength(7);
    } finally {
      vi.useRealTimers();
    }
  });

  test('lines of a run keep the layout that its longest needed; the next run starts anew', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    try {
      const { written, target } = terminal(110);
      const display = new ProgressDisplay(target);
      const shown = (more: Partial<ProgressState>) => {
        vi.advanceTimersByTime(200);
        display.update({ ...state, ...more });
        return written.at(-1)!;
      };
      const roomy = shown({ allSecondsLeft: undefined });
      const tight = shown({ allSecondsLeft: 36_000, secondsLeft: 7200 });
      expect(roomy).toContain('train');
      expect(tight).not.toContain('train');
      expect(shown({ allSecondsLeft: undefined })).not.toContain('train');
      expect(shown({ allSecondsLeft: undefined, run: 4 })).toContain('train');
    } finally {
      vi.useRealTimers();
    }
  });

  test('elsewhere writes plain lines only', () => {
    const { written, target } = terminal(undefined, false);
    const display = new ProgressDisplay(target);
    display.update(state);
    display.logLine('epoch 1');
    display.line('done');
    display.clear();
    expect(written).toEqual(['epoch 1\n', 'done\n']);
  });

  test('a terminal that tells no width gets 80 columns, one that takes colours gets them', () => {
    const { written, target } = terminal(0);
    new ProgressDisplay({ ...target, hasColors: () => true }).update(state);
    expect(written[0]).toContain('\x1b[1mbatchnorm 3/8\x1b[22m');
    expect(written[0]).toContain('3:05 min');
  });
});
