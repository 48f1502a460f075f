import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test, vi } from 'vitest';
import { cut, width } from './cells.js';
import { ProgressDisplay } from './display.js';
import { epochText, type ProgressState, progressLine } from './line.js';

const state: ProgressState = {
  label: 'batchnorm',
  run: 3,
  runs: 8,
  epoch: 2,
  epochs: 10,
  phase: 'train',
  step: 17,
  steps: 40,
  scores: { loss: 1.79104, accuracy: 0.39912 },
  unit: 'images',
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
    const line = progressLine({ ...state, runs: 1, run: 1, steps: undefined, scores: { loss: 1.79104 }, allSecondsLeft: 12.4 }, 140);
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

describe('lines of any training', () => {
  const figures = {
    epoch: 2,
    seconds: 3.21,
    samplesPerSecond: 12_345.6,
    train: { loss: 0.41234, accuracy: 0.87654 },
    validation: { loss: 0.39812, accuracy: 0.88123 },
  };

  test('of an epoch has the scores of validation, in less room with fewer words', () => {
    const at = (columns: number) => epochText(figures, { epochs: 10 }, columns);
    expect(at(200)).toBe('epoch  2/10  loss 0.4123  accuracy 0.8765  validation loss 0.3981  accuracy 0.8812  12,346 samples/s  3.2 s');
    expect(at(80)).toBe('epoch  2/10  loss 0.4123  acc 0.8765  valid loss 0.3981  acc 0.8812  3.2 s');
    expect(at(60)).toBe('epoch  2/10 loss 0.412 acc 0.877 valid loss 0.398 acc 0.881');
    // Where nothing fits all scores are there nevertheless.
    expect(at(20)).toBe('epoch  2/10  loss 0.4123  accuracy 0.8765  validation loss 0.3981  accuracy 0.8812  3.2 s');
    const { validation, ...training } = figures;
    expect(epochText(training, { epochs: 10, label: 'digits', unit: 'images' })).toBe(
      'digits  epoch  2/10  loss 0.4123  accuracy 0.8765  12,346 images/s  3.2 s',
    );
    expect(stripVTControlCharacters(epochText(figures, { epochs: 10 }, 80, true))).toBe(at(80));
  });

  test('has as many scores as there is room for, the loss always', () => {
    const scores = { loss: 12345.678, f1: 0.5, auroc: Number.NaN, 'calibration error': 0.0000123, perplexity: 8.7e9 };
    const many = { ...state, label: undefined, run: 1, runs: 1, allSecondsLeft: undefined, scores };
    expect(progressLine(many, 200)).toContain('loss 12345.7  f1 0.5000  auroc NaN  calibration error 1.23e-5  perplexity 8.70e+9');
    for (let columns = 34; columns < 200; columns++) {
      const line = progressLine(many, columns);
      expect(width(line)).toBeLessThanOrEqual(columns);
      expect(line).toMatch(/loss 1234\d/);
    }
  });

  test('counts cells as terminals do: wide characters are two, marks none, and none is cut in half', () => {
    expect(['abc', '平均', 'é', 'e\u0301', '👍🏽', '👨‍👩‍👧', '…', '\u200b'].map(width)).toEqual([3, 4, 1, 1, 2, 2, 1, 0]);
    expect([cut('平均精度', 8), cut('平均精度', 7), cut('平均精度', 6), cut('abc', 2), cut('abc', 0)]).toEqual([
      '平均精度',
      '平均精…',
      '平均…',
      'a…',
      '',
    ]);
    const wide = { ...state, label: '画像分類モデルの名前', scores: { 損失: 0.5, 正解率: 0.25 } };
    for (let columns = 0; columns < 150; columns++) expect(width(progressLine(wide, columns))).toBeLessThanOrEqual(columns);
  });

  test('has names in which nothing steers the terminal', () => {
    const line = progressLine({ ...state, label: 'a\x1b[2Jb\nc', scores: { 'x\r': 1 } }, 140);
    expect(line).toMatch(/^a\\x1b\[2Jb c, run/);
    expect(line).not.toMatch(/[\p{Control}]/u);
  });
});

describe('what else is written to the terminal', () => {
  test('stands above the moving line, which goes away for it; afterwards the streams are as before', () => {
    const streams = [process.stdout, process.stderr] as const;
    const kept = streams.map((stream) => [stream.write, stream.isTTY] as const);
    const written: string[] = [];
    const take = (text: unknown) => {
      written.push(String(text));
      return true;
    };
    try {
      for (const stream of streams) Object.assign(stream, { write: take, isTTY: true });
      const display = new ProgressDisplay(process.stderr, true);
      vi.useFakeTimers({ toFake: ['performance'] });
      const shown = () => {
        vi.advanceTimersByTime(150);
        display.update(state);
      };
      shown();
      process.stdout.write('of the program\n');
      process.stderr.write(new Uint8Array([111, 107]) as never);
      shown();
      display.line('stays');
      shown();
      display.clear();
      process.stdout.write('later\n');
      expect(written.map((text) => text.replace(/batchnorm\P{Control}*/u, 'LINE'))).toEqual([
        '\rLINE\x1b[K',
        '\r\x1b[J',
        'of the program\n',
        '111,107',
        '\nLINE\x1b[K',
        '\r\x1b[J',
        'stays\n',
        '\rLINE\x1b[K',
        '\r\x1b[J',
        'later\n',
      ]);
      expect(streams.map(({ write }) => write)).toEqual([take, take]);
    } finally {
      vi.useRealTimers();
      streams.forEach((stream, i) => {
        Object.assign(stream, { write: kept[i]![0], isTTY: kept[i]![1] });
      });
    }
  });

  test('a terminal that became narrower has wrapped the line: all of its rows go away', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    try {
      const { written, target } = terminal(120);
      const display = new ProgressDisplay(target);
      display.update(state);
      Object.assign(target, { columns: 40 });
      vi.advanceTimersByTime(150);
      display.update(state);
      expect(written[1]).toBe('\r\x1b[2A\x1b[J');
      expect(width(written[2]!.slice(1, -3))).toBeLessThanOrEqual(37);
    } finally {
      vi.useRealTimers();
    }
  });
});

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
        expect([text.slice(0, 1), text.slice(-3)]).toEqual(['\r', '\x1b[K']);
        expect(text.slice(1, -3)).toMatch(/^batchnorm[\P{Control}]{40,68}$/u);
      }
      display.line('done');
      expect(written.slice(5)).toEqual(['\r\x1b[J', 'done\n']);
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
