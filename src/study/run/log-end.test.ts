import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nn, optim, tensor } from 'hone';
import { TensorDataset } from 'hone/data';
import { defineStudy, runStudy } from 'hone/study';
import { type LoggedEvent, readEvents } from 'hone/tensorboard';
import { afterAll, expect, test } from 'vitest';

const root = mkdtempSync(join(tmpdir(), 'hone-log-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

test('a run is a log for TensorBoard: curves, the test scores at the chosen epoch, its settings beside them', async () => {
  const xs = Array.from({ length: 24 }, (_, i) => [Math.sin(i * 12.9) + (i % 2), Math.cos(i * 7.3)]);
  const labels = tensor(
    xs.map((_, i) => i % 2),
    { dtype: 'int64' },
  );
  const study = defineStudy({
    title: 'logged',
    data: { train: new TensorDataset(tensor(xs), labels) },
    baseline: { lr: 0.1, norm: 'none' },
    factors: { lr: [0.5], norm: ['0'] },
    model: () => new nn.Linear(2, 2),
    optimizer: (model, { lr }) => new optim.SGD(model.parameters(), { lr }),
    epochs: 2,
    repeats: 1,
  });
  const { variants } = await runStudy(study, { folder: root });
  expect(readdirSync(join(root, 'runs')).sort()).toEqual(['baseline-0', 'lr-0.5-0', 'norm-0-0']);
  const events: LoggedEvent[] = [];
  for await (const event of readEvents(join(root, 'runs/lr-0.5-0'))) events.push(event);
  const run = variants[1]!.runs[0]!;
  const scalars = (name: string, tag: string) =>
    events.flatMap((one) => (one.kind === 'scalar' && one.run === name && one.tag === tag ? [[one.step, one.value]] : []));
  const close = (epoch: number, value: number) => [epoch, expect.closeTo(value, 5)];
  expect(scalars('train', 'loss')).toEqual(run.epochs.map(({ epoch, train }) => close(epoch, train.loss)));
  expect(scalars('validation', 'accuracy')).toEqual(run.epochs.map(({ epoch, validation }) => close(epoch, validation['accuracy']!)));
  expect(scalars('train', 'lr')).toEqual([close(1, 0.5), close(2, 0.5)]);
  expect(scalars('test', 'accuracy')).toEqual([close(run.chosen, run.scores!.test['accuracy']!)]);
  expect(scalars('.', 'hparam/validation.loss')).toEqual([close(run.chosen, run.scores!.validation.loss)]);
  // lr is a number in every variant; norm is not.
  const hparams = events.flatMap((one) => (one.kind === 'hparams' && one.hparams ? [one.hparams] : []));
  expect(hparams).toEqual([{ variant: 'lr 0.5', lr: 0.5, norm: 'none', repeat: 0 }]);
});
