/** The callback tensorBoard: what a training notes, how a resumed one goes on, and what a full disk costs. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { manualSeed, nn, optim, rand, randint, type Tensor } from 'hone';
import { DataLoader, TensorDataset } from 'hone/data';
import { type LoggedEvent, readEvents, readScalars } from 'hone/tensorboard';
import { type Callback, type FitOptions, fit, type TensorBoardOptions, tensorBoard } from 'hone/train';
import { afterAll, expect, test, vi } from 'vitest';

const root = mkdtempSync(join(tmpdir(), 'hone-tensorboard-callback-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let folders = 0;
const folder = () => join(root, String(folders++));

function training() {
  manualSeed(0);
  const model = new nn.Sequential(new nn.Linear(4, 3), new nn.ReLU(), new nn.Linear(3, 2));
  const loader = () => new DataLoader(new TensorDataset(rand([12, 4]), randint(0, 2, [12])), { batchSize: 4 });
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  const options = { train: loader(), validation: loader(), loss: new nn.CrossEntropyLoss(), optimizer, metrics: ['accuracy'] as const };
  return {
    model,
    optimizer,
    run: (rest: { epochs: number; callbacks: Callback[] } & Partial<FitOptions<never>>) => fit(model, { ...options, ...rest } as never),
  };
}

const points = (curve: readonly { step: number; value: number }[] | undefined) => curve?.map(({ step, value }) => [step, value]);
async function eventsOf(path: string): Promise<LoggedEvent[]> {
  const out: LoggedEvent[] = [];
  for await (const event of readEvents(path)) out.push(event);
  return out;
}

test('scores by epoch, as two runs that share their charts; learning rate, time, and what callbacks noted', async () => {
  const path = folder();
  const noting: Callback = { name: 'noting', onEpochEnd: () => {}, onEvaluationStart: (run) => run.log('extra', run.epoch * 2) };
  const history = await training().run({ epochs: 2, callbacks: [noting, tensorBoard(path)] });
  const { train, validation } = await readScalars(path);
  for (const [side, run] of [
    ['train', train],
    ['validation', validation],
  ] as const)
    for (const name of ['loss', 'accuracy'])
      expect(points(run![name])).toEqual(history.epochs.map((record) => [record.epoch, Math.fround(record[side]![name]!)]));
  expect(points(train!['lr'])).toEqual([
    [1, Math.fround(0.1)],
    [2, Math.fround(0.1)],
  ]);
  expect(points(train!['extra'])).toEqual([
    [1, 2],
    [2, 4],
  ]);
  expect(points(train!['time/seconds'])).toHaveLength(2);
  expect(readdirSync(path).sort()).toEqual(['train', 'validation']);
});

test('evaluations within epochs by step, those after epochs among them; a resumed training goes on with them', async () => {
  const path = folder();
  const resuming = { epochs: 3, checkpoint: { path: join(root, 'within.ckpt'), every: { steps: 1 } }, validateEvery: { steps: 2 } };
  let left = 4;
  const leaving: Callback = { name: 'leaving', onStep: ({ phase }, run) => void (phase === 'train' && --left === 0 && run.stop('later')) };
  await training().run({ ...resuming, callbacks: [tensorBoard(path), leaving] });
  const history = await training().run({ ...resuming, epochs: 4, resume: true, callbacks: [tensorBoard(path), leaving] });
  const { validation, 'steps/validation': within } = await readScalars(path);
  expect(history.moments.map(({ step }) => step)).toEqual([2, 3, 4, 6, 8, 9, 10, 12]);
  for (const name of ['loss', 'accuracy']) {
    const expected = history.moments.map(({ step, record }) => [step, Math.fround(record.validation![name]!)]);
    expect(points(within![`batch/${name}`])).toEqual(expected);
    expect(points(validation![name])).toHaveLength(4);
  }
});

test('batches, histograms, norms, images, the graph and the settings, where they are asked for', async () => {
  const path = folder();
  const { model, run } = training();
  const options: TensorBoardOptions = {
    steps: 2,
    histograms: 2,
    norms: true,
    graph: rand([1, 4]),
    images: ({ epoch }) => ({ [`made/${epoch}`]: rand([3, 4, 4]) }),
    hparams: { lr: 0.1, kind: 'small' },
  };
  const norms: number[] = [];
  const watch: Callback = {
    onBeforeOptimizerStep: ({ step, steps }) => {
      if (step === steps) norms.push(nn.utils.getTotalNorm(model.parameters().map(({ grad }) => grad as Tensor)).item());
    },
  };
  const history = await run({ epochs: 2, callbacks: [watch, tensorBoard(path, options)] });
  const curves = await readScalars(path);
  expect(points(curves['steps']!['batch/loss'])!.map(([step]) => step)).toEqual([2, 4, 6]);
  expect(points(curves['steps']!['batch/lr'])).toHaveLength(3);
  expect(points(curves['train']!['norm/gradients'])).toEqual(norms.map((norm, i) => [i + 1, Math.fround(norm)]));
  const weights = nn.utils.getTotalNorm(model.parameters()).item();
  expect(points(curves['train']!['norm/weights'])!.at(-1)).toEqual([2, Math.fround(weights)]);
  expect(points(curves['.']!['hparam/validation.loss'])).toEqual([[2, Math.fround(history.epochs[1]!.validation!.loss)]]);

  const events = await eventsOf(path);
  const histograms = events.flatMap((event) => (event.kind === 'histogram' ? [event] : []));
  expect(histograms.map(({ tag, step }) => [tag, step]).sort()).toEqual(
    ['gradients', 'weights'].flatMap((what) => model.namedParameters().map(([name]) => [`${what}/${name}`, 2])).sort(),
  );
  expect(histograms.find(({ tag }) => tag === 'weights/0.weight')!.num).toBe(12);
  expect(events.filter(({ kind }) => kind === 'graph')).toHaveLength(1);
  expect(events.flatMap((event) => (event.kind === 'image' ? [event.tag] : []))).toEqual(['made/1', 'made/2']);
  expect(events.find((event) => event.kind === 'hparams' && event.hparams)).toMatchObject({ hparams: { lr: 0.1, kind: 'small' } });
});

test('a resumed training goes on in its folder, and what the broken one had noted too far is hidden', async () => {
  const path = folder();
  const checkpoint = join(root, 'resumed.ckpt');
  const options = { steps: 1 };
  // It ends after the first batch of the third epoch; its checkpoint is that of the second.
  const breaking: Callback = {
    name: 'breaking',
    onStep: ({ phase, epoch }) => {
      if (phase === 'train' && epoch === 3) throw new Error('the power is gone');
    },
  };
  await expect(
    training().run({ epochs: 4, checkpoint: { path: checkpoint, every: 'epoch' }, callbacks: [tensorBoard(path, options), breaking] }),
  ).rejects.toThrow(/the power is gone/);
  expect(points((await readScalars(path))['steps']!['batch/loss'])!.map(([step]) => step)).toEqual([1, 2, 3, 4, 5, 6, 7]);

  const resumed = training();
  const other: Callback = { name: 'breaking', onStep: () => {} };
  const callbacks = [tensorBoard(path, options), other];
  const history = await resumed.run({ epochs: 4, checkpoint: { path: checkpoint, every: 'epoch' }, resume: true, callbacks });
  expect(history.epochs).toHaveLength(4);
  const curves = await readScalars(path);
  expect(points(curves['train']!['loss'])).toEqual(history.epochs.map(({ epoch, train }) => [epoch, Math.fround(train.loss)]));
  expect(points(curves['steps']!['batch/loss'])!.map(([step]) => step)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
});

test('a training that is killed within an epoch and goes on has each point once, norms and histograms of gradients too', async () => {
  const [whole, copies] = [folder(), folder()];
  const run = (path: string, callbacks: Callback[]) => {
    const checkpoint = { path: join(path, 'a.ckpt'), every: { steps: 1 } };
    const board = tensorBoard(join(path, 'tb'), { steps: 1, norms: true, histograms: true });
    return training().run({ epochs: 3, callbacks: [board, ...callbacks], checkpoint, resume: true });
  };
  const places: string[] = [];
  const copy = (place: string) => {
    places.push(place);
    cpSync(whole, join(copies, place), { recursive: true }); // as SIGKILL would leave it
  };
  const copying: Callback = {
    onStep: ({ phase, step }, { totalSteps }) => void copy(`${phase} ${totalSteps} ${step}`),
    onEvaluationStart: ({ epoch }) => copy(`evaluation ${epoch}`),
    onEvaluationEnd: ({ epoch }) => copy(`end ${epoch}`),
  };
  await run(whole, [copying]);
  expect(places).toHaveLength(3 * (3 + 3 + 2));
  const curves = async (path: string) =>
    Object.entries(await readScalars(join(path, 'tb'))).flatMap(([name, run]) =>
      Object.entries(run).flatMap(([tag, curve]) => (tag.startsWith('time/') ? [] : [[name, tag, points(curve)]])),
    );
  // Those that are run again come again, the last one counts.
  const histograms = async (path: string) =>
    new Map(
      (await eventsOf(join(path, 'tb', 'train'))).flatMap((event) =>
        event.kind === 'histogram' && event.tag.startsWith('gradients/')
          ? [[`${event.tag} ${event.step}`, [event.num, event.min, event.max, event.sum]] as const]
          : [],
      ),
    );
  const expected = [await curves(whole), await histograms(whole)];
  expect((await histograms(whole)).size).toBe(3 * 4);
  for (const place of places.filter((_, i) => i % 2 === 0)) {
    await run(join(copies, place), []);
    expect([await curves(join(copies, place)), await histograms(join(copies, place))], place).toEqual(expected);
  }
});

test('one that begins anew hides what was there', async () => {
  const path = folder();
  await training().run({ epochs: 3, callbacks: [tensorBoard(path)] });
  await training().run({ epochs: 1, callbacks: [tensorBoard(path)] });
  expect(points((await readScalars(path))['train']!['loss'])!.map(([step]) => step)).toEqual([1]);
});

test('without a folder each training gets one of its own, and a resumed one that of the training it goes on with', async () => {
  const home = process.cwd();
  const work = folder();
  mkdirSync(work);
  process.chdir(work);
  vi.useFakeTimers({ now: new Date(2026, 0, 2, 3, 4, 5), toFake: ['Date'] });
  try {
    const board = tensorBoard(null, { comment: '_x' });
    const checkpoint = 'a.ckpt';
    await training().run({ epochs: 1, checkpoint, callbacks: [board] });
    vi.setSystemTime(new Date(2026, 0, 2, 3, 4, 6));
    await training().run({ epochs: 1, callbacks: [board] });
    vi.setSystemTime(new Date(2026, 0, 2, 3, 4, 7));
    await training().run({ epochs: 2, checkpoint, resume: true, callbacks: [tensorBoard()] });
    expect(readdirSync('runs').sort()).toEqual([`Jan02_03-04-05_${hostname()}_x`, `Jan02_03-04-06_${hostname()}_x`]);
    const curves = await readScalars(`runs/Jan02_03-04-05_${hostname()}_x`);
    expect(points(curves['train']!['loss'])!.map(([step]) => step)).toEqual([1, 2]);
  } finally {
    vi.useRealTimers();
    process.chdir(home);
  }
});

test('a folder that cannot be made ends the training before its first step', async () => {
  const file = join(root, 'a file');
  writeFileSync(file, '');
  const { model, run } = training();
  const before = model.parameters()[0]!.toArray();
  await expect(run({ epochs: 1, callbacks: [tensorBoard(join(file, 'runs'))] })).rejects.toThrow(/a file.*not a directory/);
  expect(model.parameters()[0]!.toArray()).toEqual(before);
});

test('weights that are not finite have no histogram, and end nothing', async () => {
  const path = folder();
  const { model, run } = training();
  const spoil: Callback = { onEvaluationStart: () => void model.parameters()[0]!.data.fill_(Number.NaN) };
  const history = await run({
    epochs: 1,
    validation: undefined as never,
    callbacks: [spoil, tensorBoard(path, { histograms: true, norms: true })],
  });
  expect(history.epochs).toHaveLength(1);
  expect((await readScalars(path))['train']!['norm/weights']![0]!.value).toBeNaN();
  expect(existsSync(join(path, 'validation'))).toBe(false);
});

test.each([
  [{ steps: 0 }, /tensorBoard: steps is 0, expected a whole number of at least 1/],
  [{ histograms: 0 }, /tensorBoard: histograms is 0/],
  [{ histogramFreq: 1 }, /tensorBoard: there is no option "histogramFreq"/],
  [{ images: 'all' }, /tensorBoard: images is "all", expected a function/],
  [{ graph: 3 }, /tensorBoard: graph is 3, expected a tensor/],
])('%j is refused', (options, message) => {
  expect(() => tensorBoard('runs', options as never)).toThrow(message);
});
