import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nn } from 'hone';
import { DataLoader } from 'hone/data';
import { load } from 'hone/formats';
import type { Comparison } from 'hone/report';
import { accuracy, evaluate } from 'hone/train';
import { datasets } from 'hone/vision';
import { afterAll, describe, expect, test } from 'vitest';
import { honeIn } from '../../test/helpers/hone.js';
import type { TrainFigures } from './training/figures.js';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
const temporary = mkdtempSync(join(tmpdir(), 'hone-cli-'));
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

const hone = honeIn(temporary);

const figuresIn = (folder: string) => JSON.parse(readFileSync(join(temporary, folder, 'figures.json'), 'utf8')) as Comparison;

test('--out where no folder can be made', async () => {
  writeFileSync(join(temporary, 'file'), '');
  const { status, stdout, stderr } = await hone(['study', 'digits', '--models', 'small', '--out', 'file']);
  expect(stderr).toMatch(/hone: cannot make the folder file\/digits: ENOTDIR.* Name another place with --out\.\n$/);
  expect([status, stdout]).toEqual([1, '']);
});

test('--out in /proc, where no folder can be made, ends at once', async () => {
  const { status, stderr } = await hone(['study', 'digits', '--models', 'small', '--out', '/proc/hone/runs']);
  expect(stderr).toMatch(/hone: cannot make the folder \/proc\/hone\/runs\/digits: .* Name another place with --out\.\n$/);
  expect(status).toBe(1);
});

test('processes that start together have a folder each', async () => {
  const args = ['study', 'digits', '--models', 'small', '--epochs', '1', '--repeats', '1', '--out', 'together'];
  const all = await Promise.all([1, 2, 3].map(() => hone(args)));
  expect(all.map(({ status }) => status)).toEqual([0, 0, 0]);
  expect(readdirSync(join(temporary, 'together')).sort()).toEqual(['digits', 'digits-2', 'digits-3']);
  for (const folder of ['digits', 'digits-2', 'digits-3']) expect(figuresIn(`together/${folder}`).variants).toHaveLength(1);
});

test('--version, and a mistake, as the shell sees them', async () => {
  expect(await hone(['--version'])).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
  const { status, stdout, stderr } = await hone(['study', 'digit']);
  expect([status, stdout, stderr]).toEqual([
    1,
    '',
    "error: unknown command 'digit'\n(Did you mean digits?)\n(hone study --help shows what there is)\n",
  ]);
});

describe('doctor', () => {
  test('tells the engine, and why', async () => {
    const { status, stdout } = await hone(['doctor', '--engine', 'wasm']);
    expect(status).toBe(0);
    for (const line of [
      `hone +${version.replaceAll('.', '\\.')}`,
      `node +${process.version}`,
      'engine in use +wasm \\(.*, 1 thread\\)',
      'wasm engine +loads',
      'native engine +',
    ]) {
      expect(stdout).toMatch(new RegExp(`^${line}`, 'm'));
    }
  });

  test.each([
    [{ HONE_ENGINE: 'nonsense' }, 'none: HONE_ENGINE is "nonsense", expected native or wasm'],
    [{ HONE_ENGINE: 'wasm', HONE_THREADS: '2' }, 'wasm ('],
  ])('with %o', async (env, text) => {
    const { status, stdout } = await hone(['doctor'], env);
    expect(stdout).toMatch(new RegExp(`^engine in use +${text.replace(/[().]/g, '\\$&')}`, 'm'));
    expect(status).toBe(text.startsWith('none') ? 1 : 0);
  });

  test('HONE_ENGINE=nonsense elsewhere', async () => {
    expect(await hone(['train', 'digits'], { HONE_ENGINE: 'nonsense' })).toEqual({
      status: 1,
      stdout: '',
      stderr: 'hone: HONE_ENGINE is "nonsense", expected native or wasm\n',
    });
  });
});

describe('study digits', () => {
  const args = ['study', 'digits', '--models', 'small,batchnorm', '--epochs', '1', '--repeats', '2', '--batch-size', '400', '--out', 'out'];

  test('prints a table, writes a page, figures and weights, and keeps them at the next run', async () => {
    const { status, stdout, stderr } = await hone(args);
    expect([status, stderr.replace(/^(engine: .*|.*accuracy .*|study digits: .*)\n/gm, '')]).toEqual([0, '']);
    expect(stderr).toMatch(/^small \(run 1\/4\) epoch 1\/1: train loss .* \| test loss .* images\/s, .* left$/m);
    expect(stderr).toMatch(/^2\/4 {2}batchnorm {2}seed 0 {2}accuracy 0\.\d{4} {2}loss \d\.\d{4} {2}best epoch 1 of 1 {2}/m);
    const rows = stdout.split('\n').filter((line) => /^(small|batchnorm) /.test(line));
    expect(rows.map((row) => row.split(/ {2,}/).slice(0, 3))).toEqual([
      ['small', '7,850', 'train'],
      ['batchnorm', '243,658', 'train'],
    ]);
    expect(stdout.match(/\d\.\d{4} ± 0\.\d{4}/g)).toHaveLength(8);
    expect(stdout.endsWith(`\nReport: ${join('out', 'digits', 'report.html')}\n`)).toBe(true);

    const files = [
      'batchnorm-seed0.safetensors',
      'batchnorm-seed1.safetensors',
      'figures.json',
      'report.html',
      'small-seed0.safetensors',
      'small-seed1.safetensors',
    ];
    expect(readdirSync(join(temporary, 'out/digits')).sort()).toEqual(files);
    const { settings, variants } = figuresIn('out/digits');
    expect(settings).toMatchObject({
      command: `hone ${args.join(' ')}`,
      epochs: '1',
      seeds: '0 to 1',
      'batch size': '400',
      versions: expect.stringContaining(`hone ${version}`),
    });
    for (const name of ['started', 'duration', 'engine', 'instruction set', 'threads']) expect(settings[name]).toBeTruthy();
    const [small, batchnorm] = variants.map((variant) => variant.runs.map((run) => run.epochs[0]!.validationAccuracy));
    for (const value of small!) expect(value).toBeGreaterThan(0.6);
    for (const value of batchnorm!) expect(value).toBeGreaterThan(0.85);
    const page = readFileSync(join(temporary, 'out/digits/report.html'), 'utf8');
    for (const text of ['<!doctype html>', 'batchnorm', settings['command']!, '<svg']) expect(page).toContain(text);

    expect((await hone(['study', 'digits', '--models', 'small', '--epochs', '1', '--repeats', '1', '--out', 'out'])).stdout).toContain(
      join('out', 'digits-2', 'report.html'),
    );
  });

  test('Ctrl-C stops after the step and reports what is finished', async () => {
    const { status, stdout, stderr } = await hone(
      ['study', 'digits', '--models', 'small', '--epochs', '5000', '--out', 'stopped'],
      {},
      /epoch 2\/5000/,
      (child) => child.kill('SIGINT'),
    );
    expect(status).toBe(130);
    expect(stderr).toContain('Stopping after this step; what is finished is reported. Ctrl-C again quits.');
    expect(stdout).toMatch(/^small .*0\.\d{4}/m);
    expect(stdout).toContain('Stopped by hand when 0 of 5 runs were finished.\nsmall, seed 0: stopped by hand after epoch');
    expect(stdout).toContain(`Report: ${join('stopped', 'digits', 'report.html')}\n`);
    expect(figuresIn('stopped/digits').stopped).toBe('Stopped by hand when 0 of 5 runs were finished.');
  });

  test.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s does as Ctrl-C', async (name, code) => {
    const out = name.toLowerCase();
    const { status, stderr } = await hone(
      ['study', 'digits', '--models', 'small', '--epochs', '5000', '--out', out],
      {},
      /epoch 2\/5000/,
      (child) => child.kill(name),
    );
    expect(stderr).toContain('Stopping after this step; what is finished is reported. A second signal quits.');
    expect(status).toBe(code);
    expect(figuresIn(`${out}/digits`).variants[0]!.runs[0]!.epochs.length).toBeGreaterThan(0);
    expect(existsSync(join(temporary, out, 'digits/report.html'))).toBe(true);
  });

  test('a process that is killed leaves the figures of its epochs, and the page of its runs', async () => {
    const { status } = await hone(
      ['study', 'digits', '--models', 'small,batchnorm', '--epochs', '2', '--repeats', '500', '--out', 'killed'],
      {},
      /3\/1000 .*seed/,
      (child) => {
        const timer = setInterval(() => {
          if (!existsSync(join(temporary, 'killed/digits/report.html'))) return;
          clearInterval(timer);
          child.kill('SIGKILL');
        }, 20);
      },
    );
    expect(status).toBe(null);
    const { stopped, variants } = figuresIn('killed/digits');
    const [, finished] = /^Written while it ran, when (\d+) of 1000 runs were finished\.$/.exec(stopped ?? '')!;
    expect(Number(finished)).toBeGreaterThanOrEqual(1);
    expect(variants.flatMap(({ runs }) => runs).length).toBeGreaterThanOrEqual(Number(finished));
    expect(readFileSync(join(temporary, 'killed/digits/report.html'), 'utf8')).toContain('</html>');
  });

  test('stopped and killed, it goes on with --resume to the same figures', async () => {
    const study = ['study', 'digits', '--models', 'small,batchnorm', '--epochs', '2', '--repeats', '1', '--batch-size', '400', '--out'];
    const [whole, stopped] = await Promise.all([
      hone([...study, 'whole']),
      hone([...study, 'again'], {}, /small .*epoch 1\/2/, (child) => child.kill('SIGINT')),
    ]);
    expect([whole.status, stopped.status]).toEqual([0, 130]);
    const folder = join('again', 'digits');
    expect(stopped.stdout).toContain(`To go on: hone study digits --resume ${folder}\n`);
    const killed = await hone(['study', 'digits', '--resume', folder], {}, /batchnorm .*epoch 1\/2/, (child) => child.kill('SIGKILL'));
    expect(killed.status).toBe(null);
    const resumed = await hone(['study', 'digits', '--resume', folder]);
    expect(resumed.status).toBe(0);
    const figures = (of: string) =>
      JSON.parse(readFileSync(join(temporary, of, 'digits/figures.json'), 'utf8').replaceAll(of, 'out'), (key, value: unknown) =>
        ['seconds', 'started', 'duration'].includes(key) ? undefined : value,
      ) as unknown;
    expect(figures('again')).toEqual(figures('whole'));
    expect(readdirSync(join(temporary, folder)).sort()).toEqual(readdirSync(join(temporary, 'whole/digits')).sort());
    const [over, wrong, none] = await Promise.all([
      hone(['study', 'digits', '--resume', folder]),
      hone(['study', 'digits', '--resume', folder, '--batch-size', '7']),
      hone(['study', 'digits', '--resume', 'nowhere']),
    ]);
    expect([over.status, over.stderr]).toEqual([0, expect.stringContaining('this study is finished')]);
    expect([wrong.status, wrong.stderr]).toEqual([1, expect.stringContaining('Leave out --batch-size.')]);
    expect([none.status, none.stderr]).toEqual([1, expect.stringContaining('--resume nowhere: there is no study to go on with.')]);
  });

  test('Ctrl-C before the first epoch ends leaves nothing behind', async () => {
    const { status, stdout, stderr } = await hone(['study', 'digits', '--models', 'big', '--out', 'early'], {}, /study digits/, (child) =>
      setTimeout(() => child.kill('SIGINT'), 150),
    );
    expect([status, stdout]).toEqual([130, '']);
    expect(stderr).toMatch(/Stopped before the first epoch ended: there is nothing to report\.\n$/);
    expect(existsSync(join(temporary, 'early/digits'))).toBe(false);
  });
});

describe('train digits', () => {
  test('the saved weights are those of the best epoch', async () => {
    const args = [
      '--hidden',
      '64',
      '--batch-norm',
      '--dropout',
      '0.1',
      '--activation',
      'tanh',
      '--optimizer',
      'sgd',
      '--lr',
      '0.2',
      '--step-lr',
      '1:0.5',
      '--epochs',
      '2',
    ];
    const { status, stdout, stderr } = await hone(['train', 'digits', ...args, '--out', 'model']);
    expect(status).toBe(0);
    expect(stderr).toContain('train digits: 784-64-10; 2 epochs');
    expect(stdout).toContain(`Report: ${join('model', 'train-digits', 'report.html')}\nWeights of epoch `);
    const { settings, epochs, best, running } = JSON.parse(
      readFileSync(join(temporary, 'model/train-digits/figures.json'), 'utf8'),
    ) as TrainFigures;
    expect([running, existsSync(join(temporary, 'model/train-digits/running.json'))]).toEqual([undefined, false]);
    expect(settings).toMatchObject({
      command: `hone train digits ${args.join(' ')} --out model`,
      'hidden layers': '64, each followed by batch normalisation and tanh and dropout 0.1',
      optimizer: 'sgd, learning rate 0.2, momentum 0.9',
      'learning rate': 'times 0.5 every 1 epoch',
    });
    expect(epochs.map((e) => e.lr)).toEqual([0.2, 0.1]);

    const model = new nn.Sequential(
      new nn.Flatten(),
      new nn.Linear(784, 64),
      new nn.BatchNorm1d(64),
      new nn.Tanh(),
      new nn.Dropout(0.1),
      new nn.Linear(64, 10),
    );
    model.loadStateDict(load(join(temporary, 'model/train-digits/best.safetensors')));
    const data = new DataLoader(new datasets.Digits({ train: false }), { batchSize: 200 });
    const scores = await evaluate(model, data, { loss: new nn.CrossEntropyLoss(), metrics: [accuracy()] });
    expect(scores['loss']).toBeCloseTo(epochs[best!.epoch - 1]!.validation['loss']!, 5);
    expect(scores['accuracy']).toBeCloseTo(epochs[best!.epoch - 1]!.validation['accuracy']!, 2);
  });

  test('a loss that is not finite is an error that says what to do', async () => {
    const { status, stdout, stderr } = await hone(['train', 'digits', '--hidden', '16', '--lr', '1e30', '--epochs', '1', '--out', 'wild']);
    expect(stderr).toMatch(/784-16-10, seed 0: the loss became \S+ in epoch 1, step \d+\.\nA lower --lr may help\.\n$/);
    expect([status, stdout]).toEqual([1, '']);
    expect(existsSync(join(temporary, 'wild/train-digits'))).toBe(false);
  });
});
