/** The progress of a training: lines that stay, lines in a log, and how rarely it is asked for. */
import { stripVTControlCharacters } from 'node:util';
import { manualSeed, nn, optim, randint, randn } from 'hone';
import { DataLoader, TensorDataset } from 'hone/data';
import { accuracy, type Callback, type FitOptions, fit, History, type ProgressOptions, progress } from 'hone/train';
import { afterEach, expect, test, vi } from 'vitest';

function training(more: Partial<FitOptions<never>> = {}, epochs = 2) {
  manualSeed(0);
  const model = new nn.Linear(4, 3);
  const options = {
    train: new DataLoader(new TensorDataset(randn([40, 4]), randint(0, 3, [40])), { batchSize: 4 }),
    loss: new nn.CrossEntropyLoss(),
    optimizer: new optim.SGD(model.parameters(), { lr: 0.1 }),
    epochs,
    ...more,
  };
  return fit(model, options as never);
}

function paper(more: object = {}) {
  const written: string[] = [];
  return { written, target: { write: (text: string) => written.push(text), ...more } };
}

/** What stays on a terminal, line by line. */
const staying = (written: readonly string[]) => written.filter((text) => text.endsWith('\n')).map(stripVTControlCharacters);

afterEach(() => {
  vi.useRealTimers();
});

test('in a terminal a moving line, and one that stays for each epoch, with the scores of validation', async () => {
  const { written, target } = paper({ isTTY: true, columns: 140, hasColors: () => true });
  const validation = new DataLoader(new TensorDataset(randn([8, 4]), randint(0, 3, [8])), { batchSize: 4 });
  const metrics = [accuracy(), { name: 'half', start: () => ({ update() {}, value: () => 0.5 }) }];
  await training({ progress: { target, unit: 'rows' }, validation: validation as never, metrics });
  const scores = 'loss \\d\\.\\d{4}  accuracy \\d\\.\\d{4}  half 0\\.5000';
  const expected = (n: number) => new RegExp(`^epoch ${n}/2  ${scores}  validation ${scores}  [\\d,]+ rows/s  \\S+ s\\n$`);
  expect(staying(written)).toEqual([expect.stringMatching(expected(1)), expect.stringMatching(expected(2))]);
  expect(stripVTControlCharacters(written[0]!)).toMatch(/^\repoch 1\/2 train {2}▕.*▏ {3}1\/10 {2}loss/);
  expect(written.at(-1)).toMatch(/\n$/); // the moving line is gone
});

test('what was measured within an epoch stands in the moving line', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const { written, target } = paper({ isTTY: true, columns: 140 });
  const slow: Callback = { onAfterOptimizerStep: () => void vi.advanceTimersByTime(20_000) };
  const validation = new DataLoader(new TensorDataset(randn([8, 4]), randint(0, 3, [8])), { batchSize: 8 });
  const history = await training(
    { progress: { target }, validation: validation as never, validateEvery: { steps: 4 }, callbacks: [slow] },
    1,
  );
  const shown = written.map((text) =>
    [/train .* (\d+)\/10 /, /validation loss ([\d.]+)/].map((what) => what.exec(stripVTControlCharacters(text))?.[1]),
  );
  const [four, eight] = history.evaluations.map(({ validation: scores }) => scores!.loss.toFixed(4));
  const expected = Array.from({ length: 10 }, (_, i) => [String(i + 1), i < 4 ? undefined : i < 8 ? four : eight]);
  expect(shown.filter(([step]) => step !== undefined)).toEqual(expected);
});

test('in a log lines for epochs, and now and then one within a long epoch', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const { written, target } = paper();
  const slow: Callback = { onAfterOptimizerStep: () => void vi.advanceTimersByTime(20_000) };
  await training({ progress: { target, label: 'slow' }, callbacks: [slow] }, 1);
  // Ten steps of 20 s: a line each 30 s at most, that is each second step.
  expect(written.map((text) => text.replace(/loss.*/, '…'))).toEqual([
    ...[2, 4, 6, 8, 10].map((step) => `slow  epoch 1/1 train  ${String(step).padStart(2)}/10  …\n`),
    'slow  epoch 1/1  …\n',
  ]);
  expect(written[0]).toMatch(/ {2}2:40 min left\n$/);
});

test('is told ten times a second at most, less often where scores take their time', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const { written, target } = paper({ isTTY: true });
  let asked = 0;
  const costly = (ms: number) => ({
    name: 'costly',
    start: () => ({
      update() {},
      value() {
        asked++;
        vi.advanceTimersByTime(ms);
        return 1;
      },
    }),
  });
  const steps: Callback = { onAfterOptimizerStep: () => void vi.advanceTimersByTime(50) };
  await training({ progress: { target }, callbacks: [steps], metrics: [costly(0)] }, 10);
  // 100 steps in 5 s: 50 times, and once for each record.
  expect([asked, written.filter((text) => text.startsWith('\r') && text.length > 10).length]).toEqual([60, 50]);
  asked = 0;
  await training({ progress: { target }, callbacks: [steps], metrics: [costly(10)] }, 10);
  expect(asked).toBeLessThan(17);
});

test('is off where nobody asked and there is no terminal, and where something else shows the training', async () => {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const tty = process.stderr.isTTY;
  try {
    process.stderr.isTTY = false;
    await training();
    process.stderr.isTTY = true;
    const { written, target } = paper();
    await training({ log: () => {} });
    await training({ progress: false });
    await training({ callbacks: [progress({ target })] });
    expect(written).toHaveLength(2);
    expect(write).not.toHaveBeenCalled();
    await training({}, 1);
    expect(staying(write.mock.calls.map(([text]) => String(text)))).toEqual([expect.stringMatching(/^epoch 1\/1 {2}loss/)]);
  } finally {
    process.stderr.isTTY = tty;
    write.mockRestore();
  }
});

test('says where a training goes on, and why it ended early', async () => {
  const { written, target } = paper();
  const history = new History();
  await training({ progress: { target }, history });
  const stop: Callback = { onEpochEnd: (_, run) => run.stop('it is enough') };
  await training({ progress: { target }, history, callbacks: [stop] });
  expect(written.map((text) => text.replace(/ {2}loss.*/, ''))).toEqual([
    'epoch 1/2\n',
    'epoch 2/2\n',
    'goes on after epoch 2 of 4\n',
    'epoch 3/4\n',
    'stopped: it is enough\n',
  ]);
});

test('leaves no moving line behind an error', async () => {
  const { written, target } = paper({ isTTY: true });
  const failing: Callback = { onEpochEnd: () => Promise.reject(new Error('no more')) };
  await expect(training({ progress: { target }, callbacks: [failing] })).rejects.toThrow('no more');
  expect(written.at(-1)).toBe('\r\x1b[J');
});

test.each([
  [{ label: 3 }, 'progress: label is 3, expected a text.'],
  [{ live: 'no' }, 'progress: live is "no", expected true or false'],
  [{ target: 'stderr' }, 'progress: target is "stderr", expected an object with write(text)'],
  [{ columns: 80 }, 'progress: there is no option "columns"'],
])('%j is refused', async (options, message) => {
  expect(() => progress(options as ProgressOptions)).toThrow(message);
  await expect(training({ progress: options as ProgressOptions })).rejects.toThrow(`fit: ${message}`);
});

test('what is neither true, false nor options is refused', async () => {
  await expect(training({ progress: 'yes' as never })).rejects.toThrow('fit: progress is "yes", expected true, false or options.');
});
