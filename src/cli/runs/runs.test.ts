/** hone runs, on folders that are made by hand: nothing is trained. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { SummaryWriter } from 'hone/tensorboard';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { honeHere } from '../../../test/helpers/hone.js';
import { holdFolder } from '../../formats/files/hold/hold.js';
import { width } from '../../report/progress/cells.js';
import { list } from './list.js';
import { namesIn } from './names.js';
import { show } from './show.js';

const temporary = mkdtempSync(join(tmpdir(), 'hone-runs-'));
afterAll(() => rmSync(temporary, { recursive: true, force: true }));
const root = join(temporary, 'runs');
const hone = honeHere(temporary);
const runs = (...args: string[]) => hone(['runs', ...args]);

beforeEach(() => {
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root);
});

function write(path: string, value: unknown): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), typeof value === 'string' ? value : JSON.stringify(value));
}

const epochsOf = (accuracies: readonly number[]) =>
  accuracies.map((accuracy, i) => ({
    epoch: i + 1,
    steps: 10 * (i + 1),
    train: { loss: 1 - accuracy, accuracy: accuracy + 0.01 },
    validation: { loss: 1.1 - accuracy, accuracy },
    seconds: 1,
    lr: 0.1,
  }));

/** A training as `hone train` leaves it. */
function training(name: string, accuracies: readonly number[], more: object = {}): void {
  write(`${name}/config.json`, { data: 'digits', epochs: accuracies.length });
  write(`${name}/run.json`, {
    format: 1,
    kind: 'train',
    command: `hone train digits --out ${name}`,
    started: '2026-05-01T12:00:00.000Z',
    input: { kind: 'image' },
  });
  write(`${name}/figures.json`, {
    format: 2,
    title: 'A model of handwritten digits',
    metric: { name: 'accuracy', better: 'max' },
    settings: { epochs: String(accuracies.length), optimizer: 'adam' },
    model: { name: 'mlp', description: 'a perceptron', parameters: 7850, architecture: 'Sequential(\n  (0): Linear()\n)' },
    seed: 3,
    epochs: epochsOf(accuracies),
    best: { epoch: accuracies.indexOf(Math.max(...accuracies)) + 1, monitor: 'validation.loss', value: 0.3 },
    seconds: 12,
    ...more,
  });
}

/** A study as `runStudy` leaves it: the test accuracy of each run, by variant. */
function study(
  name: string,
  scores: Readonly<Record<string, readonly number[]>>,
  more: object = {},
  change: (run: object) => object = (run) => run,
): void {
  const runOf = (variant: string, accuracy: number, repeat: number) =>
    change({
      variant,
      repeat,
      seeds: { init: repeat, order: 100 + repeat, noise: 200 + repeat, split: 300 + repeat },
      epochs: epochsOf([accuracy - 0.1, accuracy]),
      chosen: 2,
      scores: { train: { loss: 0.1, accuracy: 0.99 }, validation: { loss: 0.2, accuracy }, test: { loss: 0.2, accuracy } },
      seconds: 2,
      parameters: 100,
      architecture: 'Linear()',
    });
  const entries = Object.entries(scores);
  for (const [variant, values] of entries)
    for (const [repeat, accuracy] of values.entries())
      write(`${name}/runs/${variant.replace(/[^\w.]+/g, '-')}-${repeat}/run.json`, runOf(variant, accuracy, repeat));
  write(`${name}/study.json`, { command: `hone study ${name}` });
  write(`${name}/figures.json`, {
    format: 1,
    title: `The study ${name}`,
    summary: '',
    metric: { name: 'accuracy', better: 'max' },
    chosenBy: 'validation.accuracy',
    data: { train: 100, validation: 20, test: 20 },
    testData: '20 samples.',
    varies: ['init', 'order', 'noise', 'split'],
    seed: 0,
    epochs: 2,
    repeats: Math.max(...entries.map(([, values]) => values.length)),
    baseline: entries[0]![0],
    pairs: [],
    settings: { 'batch size': '32' },
    variants: entries.map(([variant, values]) => ({
      name: variant,
      description: `it is ${variant}`,
      setting: { technique: variant },
      parameters: 100,
      architecture: 'Linear()',
      runs: values.map((accuracy, repeat) => runOf(variant, accuracy, repeat)),
    })),
    ...more,
  });
}

describe('list', () => {
  test('has a row for each training, each study and each of its runs, the newest first', async () => {
    training('train-digits', [0.5, 0.7, 0.6]);
    study('digits', { plain: [0.9, 0.92], 'drop out': [0.8, 0.81] });
    utimesSync(join(root, 'train-digits/figures.json'), 1, 1);
    for (const file of ['config.json', 'run.json']) utimesSync(join(root, 'train-digits', file), 1, 1);
    const { status, stdout, stderr } = await runs();
    expect([status, stderr]).toEqual([0, '']);
    const rows = stdout
      .trimEnd()
      .split('\n')
      .slice(2)
      .map((row) => row.split(/ {2,}/));
    expect(rows).toEqual([
      ['digits', 'study', 'done', 'best: plain', '4 of 4', '0.9100', 'test accuracy', '8.0 s', 'just now'],
      ['digits/plain-0', 'run', 'done', 'plain', '0', '2 of 2', '0.9000', 'test accuracy', '2.0 s', 'just now'],
      ['digits/plain-1', 'run', 'done', 'plain', '1', '2 of 2', '0.9200', 'test accuracy', '2.0 s', 'just now'],
      ['digits/drop-out-0', 'run', 'done', 'drop out', '0', '2 of 2', '0.8000', 'test accuracy', '2.0 s', 'just now'],
      ['digits/drop-out-1', 'run', 'done', 'drop out', '1', '2 of 2', '0.8100', 'test accuracy', '2.0 s', 'just now'],
      ['train-digits', 'train', 'done', '2 of 3', '0.7000', 'validation accuracy', '12 s', '1970-01-01'],
    ]);
  });

  test('sorts, filters and names a study; CSV and JSON have every score', async () => {
    training('train-digits', [0.5, 0.7]);
    study('digits', { plain: [0.9, 0.92], 'drop out': [0.8, 0.81] });
    study('other', { plain: [0.1] });
    const names = async (...args: string[]) =>
      (await runs('list', '--csv', ...args)).stdout
        .trimEnd()
        .split('\n')
        .slice(1)
        .map((line) => line.split(',')[0]);
    expect(await names('--sort', 'score')).toEqual([
      'digits/plain-1',
      'digits/plain-0',
      'digits/drop-out-1',
      'digits/drop-out-0',
      'train-digits',
      'other/plain-0',
    ]);
    expect(await names('--sort', 'test.loss', '--study', 'digits', '--reverse', '--filter', 'technique=drop*')).toHaveLength(2);
    expect(await names('--filter', 'variant=drop out', '--filter', 'repeat>=1')).toEqual(['digits/drop-out-1']);
    expect(await names('--filter', 'kind!=run', '--sort', 'name')).toEqual(['digits', 'other', 'train-digits']);
    expect(await names('digits/plain', 'train')).toEqual(['digits/plain-0', 'digits/plain-1', 'train-digits']);
    const csv = (await runs('list', 'digits/plain-1', '--csv')).stdout.split('\n');
    expect(csv[0]).toBe(
      'name,kind,state,study,variant,repeat,epochs,best,score,measured,train.loss,train.accuracy,validation.loss,validation.accuracy,test.loss,test.accuracy,duration,changed,folder',
    );
    expect(csv[1]).toMatch(/^digits\/plain-1,run,done,digits,plain,1,2,2,0\.92,test accuracy,0\.1,0\.99,0\.2,0\.92,0\.2,0\.92,2,20/);
    expect(JSON.parse((await runs('--json', '--filter', 'kind=train')).stdout)).toMatchObject([
      {
        name: 'train-digits',
        state: 'done',
        bestEpoch: 2,
        scores: { validation: { accuracy: 0.7 } },
        command: 'hone train digits --out train-digits',
      },
    ]);
  });

  test.each([
    [['--filter', 'varaint=x'], '--filter: no run has "varaint". Did you mean variant?'],
    [['--filter', 'variant'], '--filter "variant": expected a field and its value'],
    [['--filter', 'score>high'], '--filter "score>high": > compares numbers, and "high" is none.'],
    [['--sort', 'test.acuracy'], '--sort: no run has "test.acuracy". Did you mean test.accuracy?'],
    [['--study', 'train-digits'], '--study train-digits is not a study.'],
    [['--json', '--csv'], '--json and --csv exclude each other'],
    [['list', 'digist'], 'there is no run "digist" in runs. Did you mean digits?'],
    [['--root', 'none'], 'there is no folder none.'],
    [['show', 'd'], '"d" may be digits, dogs. Write more of the name.'],
    [['show'], "missing required argument 'run'"],
    [['shwo', 'digits'], 'Did you mean hone runs show?'],
  ])('%o', async (args, message) => {
    training('train-digits', [0.5]);
    study('digits', { plain: [0.9] });
    study('dogs', { plain: [0.9] });
    const { status, stdout, stderr } = await runs(...args);
    expect(stderr).toContain(message);
    expect([status, stdout]).toEqual([1, '']);
  });

  test('a folder without runs, and none', async () => {
    expect(await runs()).toMatchObject({ status: 0, stdout: 'There are no runs in runs. hone train and hone study make some.\n' });
    rmSync(root, { recursive: true });
    expect(await runs()).toMatchObject({
      status: 0,
      stdout: 'There are no runs here yet. hone train and hone study make some, in the folder runs.\n',
    });
  });

  test('many runs are folded into their studies', async () => {
    study('wide', { plain: Array.from({ length: 70 }, () => 0.5) });
    expect((await runs()).stdout).toContain('70 runs of studies not shown: --all shows each, --study NAME those of one study.');
    expect((await runs('--all')).stdout.split('\n')).toHaveLength(74);
  });
});

describe('what state runs are in', () => {
  const states = (): Record<string, string> =>
    Object.fromEntries(
      (JSON.parse(list([], { root, json: true }, 100)) as { name: string; state: string }[]).map(({ name, state }) => [name, state]),
    );

  test('of trainings', async () => {
    training('done', [0.5]);
    training('running', [0.5], { running: true });
    training('killed', [0.5], { running: true });
    training('stopped', [0.5], { stopped: 'Stopped by hand after epoch 1.' });
    training('failed', [0.5], { failed: 'the loss became NaN' });
    training('begun', [0.5]);
    rmSync(join(root, 'begun/figures.json'));
    training('resumed', [0.5]);
    const release = holdFolder(join(root, 'running'), 'test');
    const child = spawn(process.execPath, ['-e', '']);
    await new Promise((end) => child.on('exit', end));
    const note = JSON.parse(readFileSync(join(root, 'running/running.json'), 'utf8')) as object;
    write('resumed/running.json', { ...note, pid: child.pid });
    write('begun/running.json', { ...note, here: 'another', host: 'far' });
    expect(states()).toEqual({
      done: 'done',
      running: 'running',
      killed: 'killed',
      stopped: 'stopped',
      failed: 'failed',
      // Whatever a machine that cannot be asked did lately, it may do still.
      begun: 'running',
      resumed: 'killed',
    });
    release();
    for (const file of readdirSync(join(root, 'begun'))) utimesSync(join(root, 'begun', file), 1, 1);
    expect(states()).toMatchObject({ running: 'killed', begun: 'killed' });
  });

  test('of studies and their runs', () => {
    const half = (run: object) => ({ ...run, scores: undefined, running: true });
    study('done', { plain: [0.9], other: [0.8] });
    study('stopped', { plain: [0.9] }, { stopped: 'Stopped by hand when 0 of 1 run was finished.' }, half);
    study('working', { plain: [0.9] }, { stopped: 'Written while it ran.' }, half);
    study('failed', { plain: [0.9] }, {}, (run) => ({ ...run, failed: 'the loss became NaN' }));
    study('figures-only', { plain: [0.9] });
    rmSync(join(root, 'figures-only/runs'), { recursive: true });
    const release = holdFolder(join(root, 'working'), 'test');
    expect(states()).toEqual({
      done: 'done',
      'done/plain-0': 'done',
      'done/other-0': 'done',
      stopped: 'stopped',
      'stopped/plain-0': 'stopped',
      working: 'running',
      'working/plain-0': 'running',
      failed: 'failed',
      'failed/plain-0': 'failed',
      'figures-only': 'done',
      'figures-only/plain-0': 'done',
    });
    const note = readFileSync(join(root, 'working/running.json'), 'utf8');
    release();
    write('working/running.json', note.replace(/"born":"\d+"/, '"born":"1"').replace(`"pid":${process.pid}`, '"pid":4194304'));
    expect(states()).toMatchObject({ working: 'killed', 'working/plain-0': 'killed' });
  });

  test('of folders of earlier versions', () => {
    const epochs = [{ trainLoss: 0.5, validationLoss: 0.6, trainAccuracy: 0.8, validationAccuracy: 0.75, seconds: 1, lr: 0.1 }];
    const figures = {
      title: 'old',
      summary: '',
      settings: { epochs: '1' },
      variants: [{ name: 'small', description: '', parameters: 1, architecture: 'x', runs: [{ seed: 4, epochs, bestEpoch: 1 }] }],
    };
    write('old-study/figures.json', figures);
    write('old-train/config.json', {});
    write('old-train/run.json', { format: 1, input: { kind: 'image' } });
    write('old-train/figures.json', figures);
    expect(JSON.parse(list(['old-study', 'old-train'], { root, json: true }, 100))).toMatchObject([
      { name: 'old-study', kind: 'study', state: 'done' },
      { name: 'old-study/small-seed4', variant: 'small', seeds: { seed: 4 }, scores: { validation: { loss: 0.6, accuracy: 0.75 } } },
      { name: 'old-train', kind: 'train', state: 'done', seeds: { seed: 4 }, scores: { train: { accuracy: 0.8 } } },
    ]);
  });

  test('damaged, half written, foreign and hostile folders cost the others nothing', async () => {
    training('whole', [0.5]);
    training('cut', [0.5]);
    write('cut/figures.json', '{"epochs": [{"train": ');
    study('torn', { plain: [0.9, 0.8] });
    write('torn/runs/plain-1/run.json', '');
    mkdirSync(join(root, 'torn/runs/plain-2'));
    write('odd/figures.json', '[]');
    write('numbers/figures.json', { variants: 5, epochs: [1, null, { train: 'x' }] });
    write('types/config.json', '5');
    write('types/run.json', { input: 3, command: 7, started: {} });
    write('types/figures.json', { epochs: 'x', best: [], metric: 'accuracy', settings: [1], model: 5, seed: 'x', seconds: null });
    write('nulls/study.json', 'null');
    write('nulls/figures.json', {
      format: 1,
      variants: [null, { name: 5 }, { name: 'a', runs: [null, { epochs: null, scores: { test: 5 } }] }],
    });
    write('mine/notes.txt', 'mine');
    write('photos/cat/1.jpg', '');
    write('proto/config.json', {});
    write(
      'proto/figures.json',
      '{"epochs": [{"__proto__": {"x": 1}, "train": {"constructor": 1, "__proto__": 2}}], "settings": {"__proto__": "x"}}',
    );
    symlinkSync(root, join(root, 'circle'));
    const log = new SummaryWriter(join(root, 'log'));
    log.addScalar('loss', 0.5, 1);
    log.close();
    const { status, stdout } = await runs();
    expect(status).toBe(0);
    for (const line of ['whole ', 'cut ', 'torn ', 'odd ', 'types ', 'nulls ', 'log ']) expect(stdout).toMatch(new RegExp(`^${line}`, 'm'));
    expect(stdout).toMatch(/^cut +train +damaged/m);
    expect(stdout).toMatch(/^torn\/plain-1 +run +damaged/m);
    expect(stdout).toContain('runs also holds 2 folders of others: mine, photos.');
    expect(stdout).toContain('1 link not followed: circle.');
    expect(stdout).toContain('Damaged: cut: ');
    for (const { name } of JSON.parse((await runs('--json')).stdout) as { name: string }[])
      expect((await runs('show', name)).stdout.split('\n')[0]).toBe(name);
    expect((await runs('show', 'log')).stdout).toMatch(/^\. +loss +1 +0\.5000/m);
    expect(Object.getPrototypeOf({})).not.toHaveProperty('x');
  });
});

describe('show', () => {
  test('of a run: scores, curves, epochs, settings, files, and how to repeat it', async () => {
    study('digits', { plain: [0.9, 0.92], 'drop out': [0.8, 0.81] });
    const { stdout } = await runs('show', 'digits/drop-out-1');
    for (const part of [
      'run of the study digits',
      'init 1, order 101, noise 201, split 301',
      '2, the weights of epoch 2 count',
      /^accuracy +0\.9900 +0\.8100 +0\.8100$/m,
      /^ +2 +0\.1900 +0\.8200 +0\.2900 +0\.8100 +0\.1 +1\.0 s$/m,
      '• train   + validation',
      /^technique +drop out$/m,
      /^run\.json +\d+ bytes$/m,
      'Repeat:  hone study digits',
    ])
      expect(stdout).toMatch(part);
    expect((await runs('show', 'drop-out-1')).stdout).toBe(stdout);
    expect((await runs('show', 'digits/drop out-1')).stdout).toBe(stdout);
    expect((await runs('show', 'runs/digits/runs/drop-out-1/')).stdout).toBe(stdout);
    expect(JSON.parse((await runs('show', 'drop-out-1', '--json')).stdout)).toMatchObject({
      repeat: 1,
      history: [{ epoch: 1 }, { epoch: 2 }],
    });
  });

  test('of a training that was killed: how to go on', async () => {
    training('train-digits', [0.5, 0.6], { running: true });
    const { stdout } = await runs('show', 'tr');
    expect(stdout).toContain('Go on:   hone train --resume runs/train-digits\nRepeat:  hone train digits --out train-digits\n');
    expect(stdout).toMatch(/^state +killed$/m);
  });

  test('of a study and of a variant', async () => {
    study('digits', { plain: [0.9, 0.92], 'drop out': [0.8, 0.81] });
    const { stdout } = await runs('show', 'digits');
    expect(stdout).toMatch(/^runs +4 of 4 have ended$/m);
    expect(stdout).toContain('with 2 seeds no test can decide this');
    expect(stdout).toMatch(/^plain +91\.0 ± 1\.4 % +baseline/m);
    const variant = (await runs('show', 'digits/drop out')).stdout;
    expect(variant).toMatch(/^test accuracy +0\.8050 ± 0\.0071$/m);
    expect((await runs('show', 'digits/drop-out')).stdout).toBe(variant);
  });

  test('names steer no terminal, and lines keep their width', async () => {
    const evil = `red\u001b[31m\u202e\n한국어 👩‍👩‍👧 <script> ${'long '.repeat(30)}`;
    study('digits', { [evil]: [0.9, 0.92], b: [0.8, 0.85] }, { title: evil, settings: { [evil]: evil } });
    training('train-digits', [0.5], { title: evil, failed: evil });
    const names = namesIn('runs', root);
    for (const room of [60, 80, 100, 200]) {
      const texts = [list([], { root, all: true }, room)];
      for (const name of ['digits', 'digits/b', 'digits/b-0', 'train-digits', `digits/${evil}`])
        texts.push(await show(names.get(name), { room, colors: false, whole: true }));
      for (const text of texts) {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what must not be there
        expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
        for (const line of text.split('\n')) expect(width(line)).toBeLessThanOrEqual(room);
      }
    }
    // biome-ignore lint/suspicious/noControlCharactersInRegex: as above
    expect((await runs('--json')).stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
  });
});

describe('compare', () => {
  const better = [0.8, 0.81, 0.79, 0.82, 0.8, 0.78, 0.83, 0.801];
  const steady = better.map((score, i) => score + 0.05 + 0.001 * (i % 3));

  test('two variants, seed by seed: the verdict of a study, with the first', async () => {
    study('digits', { plain: better, 'batch norm': steady, other: better });
    const { status, stdout } = await runs('compare', 'digits/plain', 'digits/batch norm');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^technique +plain +batch norm$/m);
    expect(stdout).toMatch(/^test accuracy +0\.8039 ± 0\.0160 +0\.8548 ± 0\.0153$/m);
    // 8 differences of one sign: p = 2 / 2^8.
    expect(stdout).toMatch(/^batch norm helped: \+5\.\d+ points .*p = 0\.00(8|78)/m);
    expect(stdout.replace(/\s+/g, ' ')).toContain('Corrected for what is compared here alone, not for all of the study');
    expect(stdout).toContain('validation accuracy, mean over the repeats');
    const turned = (await runs('compare', 'digits/batch norm', 'digits/plain')).stdout;
    expect(turned).toMatch(/^plain hurt: −5\.\d+ points/m);
  });

  test('two studies, variant by variant, where they have the same seeds', async () => {
    study('digits', { plain: better, 'batch norm': better });
    study('digits-2', { plain: steady, 'batch norm': better, third: better }, { settings: { 'batch size': '64' } });
    const { stdout } = await runs('compare', 'digits', 'digits-2');
    expect(stdout).toMatch(/^batch size +32 +64$/m);
    // Two comparisons: 2 · 2 / 2^8.
    expect(stdout).toMatch(/^plain +0\.8039 +0\.8548 +\+0\.0509 +0\.05\d\d to 0\.05\d\d +0\.0156 +8$/m);
    expect(stdout).toMatch(/^batch norm +0\.8039 +0\.8039 +0\.0000 .* 1\.0000 +8$/m);
    expect(stdout).toContain('1 of 2 differences is more than chance');
    study('digits-3', { plain: steady }, {}, (run) => ({ ...run, seeds: { init: 7, order: 7, noise: 7, split: 7 } }));
    expect((await runs('compare', 'digits', 'digits-3')).stdout.replace(/\s+/g, ' ')).toContain('they are no pairs');
    study('digits-4', { plain: steady }, { metric: { name: 'f1', better: 'max' } });
    expect((await runs('compare', 'digits/plain', 'digits-4/plain')).stdout).toContain('They are measured by other scores: accuracy, f1.');
  });

  test('single runs: what differs, and that it decides nothing', async () => {
    study('digits', { plain: better, 'batch norm': steady });
    training('train-digits', [0.5, 0.7]);
    training('train-digits-2', [0.5, 0.8], { settings: { optimizer: 'sgd' } });
    const trained = (await runs('compare', 'train-digits', 'train-digits-2')).stdout;
    expect(trained).toMatch(/^optimizer +adam +sgd$/m);
    expect(trained).toMatch(/^validation accuracy +0\.7000 +0\.8000 +\+0\.1000$/m);
    expect(trained).toContain('One run of each decides nothing');
    const two = (await runs('compare', 'digits/plain-0', 'digits/batch-norm-1')).stdout.replace(/\s+/g, ' ');
    expect(two).toContain('hone runs compare "digits/plain" "digits/batch norm"');
    expect((await runs('compare', 'digits/plain-0', 'digits/plain-1')).stdout).toContain('what differs between them is what seeds do');
  });

  test.each([
    [['digits'], 'digits is the only one named. Name what to compare it with.'],
    [['digits', 'digits'], 'digits is the only one named.'],
    [['digits', 'digits/plain-0'], 'digits is a study, digits/plain-0 a run. Name runs, or variants, or studies.'],
  ])('%o', async (args, message) => {
    study('digits', { plain: [0.9], other: [0.8] });
    expect(await runs('compare', ...args)).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining(message) });
  });
});

describe('delete', () => {
  test('takes the files of a run and its folder, and nothing that Hone did not write', async () => {
    study('digits', { plain: [0.9, 0.92], 'drop out': [0.8, 0.81] });
    training('train-digits', [0.5]);
    write('train-digits/notes.txt', 'mine');
    write('train-digits/tensorboard/train/events.out.tfevents.1.a.1.1', '');
    write('train-digits/.figures.json.0123abcd-99-0123abcd.tmp', '');
    mkdirSync(join(temporary, 'outside'), { recursive: true });
    writeFileSync(join(temporary, 'outside/run.json'), '{}');
    symlinkSync(join(temporary, 'outside'), join(root, 'train-digits/validation'));
    const asked = await runs('delete', 'train-digits');
    expect([asked.status, asked.stderr]).toEqual([1, expect.stringContaining('there is no terminal to ask in. Pass --yes')]);
    const dry = await runs('delete', 'train-digits', '--dry-run');
    expect(dry.stdout).toContain('Would delete train-digits (5 files, ');
    expect(existsSync(join(root, 'train-digits/run.json'))).toBe(true);
    const { status, stdout } = await runs('delete', 'train-digits', '--yes');
    expect([status, stdout]).toEqual([
      0,
      expect.stringMatching(
        /^Deleted train-digits \(5 files, .*\)\.\nNot deleted, since Hone did not write it, in runs\/train-digits: notes\.txt, validation\.\n$/,
      ),
    ]);
    expect(readdirSync(join(root, 'train-digits')).sort()).toEqual(['notes.txt', 'validation']);
    expect(readdirSync(join(temporary, 'outside'))).toEqual(['run.json']);

    const one = await runs('delete', 'digits/drop-out', 'digits/plain-1', '--yes');
    expect(one.stdout).toContain('Deleted 3 runs (3 files, ');
    expect(one.stdout).toContain(
      'The figures and the report of runs/digits have them still. hone study --resume runs/digits runs them again.',
    );
    expect(readdirSync(join(root, 'digits/runs'))).toEqual(['plain-0']);
    await runs('delete', 'digits', '--yes');
    expect(readdirSync(root)).toEqual(['train-digits']);
  });

  test('refuses what runs, and then deletes nothing', async () => {
    study('digits', { plain: [0.9] });
    training('train-digits', [0.5]);
    const release = holdFolder(join(root, 'digits'), 'test');
    for (const name of ['digits', 'digits/plain-0']) {
      const { status, stderr } = await runs('delete', 'train-digits', name, '--yes');
      expect([status, stderr]).toEqual([
        1,
        expect.stringContaining(`${name} is running: process ${process.pid} works on it. Stop it first. Nothing was deleted.`),
      ]);
    }
    release();
    const { stderr } = await runs('delete', 'train-digits', 'digist', '--yes');
    expect(stderr).toContain('Did you mean digits?');
    expect(readdirSync(root).sort()).toEqual(['digits', 'train-digits']);
  });
});
