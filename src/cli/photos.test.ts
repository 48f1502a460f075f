/** A folder of JPEGs and tables, from the command line: trained, killed and resumed, measured, predicted with. */
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeSafetensors, encodeSafetensors } from 'hone/formats';
import { Image, writeImage } from 'hone/vision';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { honeHere, honeIn } from '../../test/helpers/hone.js';

const temporary = mkdtempSync(join(tmpdir(), 'hone-photos-'));
const hone = honeHere(temporary);
const shell = honeIn(temporary);
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

/** A random number of 0 to 1, the same ones each time. */
let state = 1;
const random = () => {
  state = (state * 48271) % 2147483647;
  return state / 2147483647;
};

/** Pictures of 16 x 16 that are reddish or bluish, light or dark. */
async function photo(path: string, colour: 'red' | 'blue'): Promise<void> {
  const image = new Image('RGB', [16, 16]);
  const base = 40 + 120 * random();
  for (let i = 0; i < image.data.length; i += 3)
    for (let c = 0; c < 3; c++)
      image.data[i + c] = Math.min(255, base + 40 * random() + ((colour === 'red') === (c === 0) && c !== 1 ? 60 : 0));
  await writeImage(image, path);
}

beforeAll(async () => {
  for (const colour of ['blue', 'red'] as const) {
    mkdirSync(join(temporary, 'photos', colour), { recursive: true });
    for (let i = 0; i < 12; i++) await photo(join(temporary, 'photos', colour, `${i}.jpg`), colour);
  }
  const rows = Array.from({ length: 60 }, (_, i) => {
    const [size, kind] = [random() * 10, ['oak', 'elm'][i % 2]!];
    return `${i === 5 ? '' : size.toFixed(3)},${i === 7 ? '' : kind},${(3 * size + (kind === 'oak' ? 5 : 0)).toFixed(3)},${kind === 'oak' && size > 5 ? 'big' : 'small'},2020-01-01`;
  });
  writeFileSync(join(temporary, 'trees.csv'), `size,kind,price,class,day\n${rows.join('\n')}\n`);
  // A small model for all that is done with one.
  const trained = await hone(['train', 'photos', '--model', 'lenet', '--image-size', '28', '--epochs', '1']);
  expect(trained.status).toBe(0);
});

const bytes = (...path: string[]) => readFileSync(join(temporary, ...path));

describe('photos', () => {
  test('are trained on with augmentation, and end in a model file, a page, and the line that predicts', async () => {
    const { status, stdout, stderr } = await shell([
      'train',
      'photos/',
      '--model',
      'resnet18',
      '--augment',
      '--epochs',
      '1',
      '--batch-size',
      '8',
      '--out',
      'resnets',
    ]);
    expect([status, stderr.replace(/^(engine: .*|epoch .*)\n/gm, '')]).toEqual([
      0,
      'train photos: resnet18; 1 epoch; 19 pictures of 2 classes in photos to train on, 5 others to test with\n',
    ]);
    expect(readdirSync(join(temporary, 'resnets/train-photos')).sort()).toEqual(
      ['best.safetensors', 'checkpoint.ckpt', 'config.json', 'figures.json', 'history.csv', 'report.html', 'run.json'].sort(),
    );
    const page = bytes('resnets/train-photos/report.html').toString();
    for (const part of [
      'Confusion matrix',
      'Where the model is most wrong',
      'A batch of training',
      'BatchNorm2d',
      'gradientNorm',
      'photos/',
    ])
      expect(page).toContain(part);
    const { metadata } = decodeSafetensors(bytes('resnets/train-photos/best.safetensors'));
    const notes = JSON.parse(metadata['hone']!);
    expect(notes).toMatchObject({
      task: 'classification',
      classes: ['blue', 'red'],
      model: { name: 'resnet18', options: { numClasses: 2, inChannels: 3, stem: 'cifar' } },
      input: { kind: 'image', channels: 3, height: 16, width: 16 },
      data: 'photos',
    });
    // Mean and deviation were measured on these pictures.
    for (const mean of notes.input.mean) expect(mean).toBeGreaterThan(0.3);
    for (const std of notes.input.std) expect(std).toBeLessThan(0.3);

    const [, line] = /^Predict: hone (.*)$/m.exec(stdout)!;
    const predicted = await shell(line!.split(' '));
    expect(predicted).toMatchObject({
      status: 0,
      stderr: '',
      stdout: expect.stringMatching(/^photos\/(red|blue)\/\d+\.jpg: (red|blue) \d+\.\d %, (red|blue) \d+\.\d %\n$/),
    });
  });

  test('are predicted by folders and patterns, as JSON and CSV; a damaged one costs the others nothing', async () => {
    writeFileSync(join(temporary, 'broken.jpg'), bytes('photos/red/0.jpg').subarray(0, 300));
    const json = await hone(['predict', 'runs/train-photos', 'photos/blue', 'broken.jpg', '--json', '--top', '1']);
    const list = JSON.parse(json.stdout) as { file: string; prediction: string; probability: number; classes: unknown[] }[];
    expect([json.status, list.length, list[0]!.classes.length]).toEqual([1, 12, 1]);
    expect(list[0]!.file).toBe('photos/blue/0.jpg');
    expect(json.stderr).toMatch(/^hone: broken\.jpg cannot be read as an image: .*cut short or damaged\.\n$/);
    const csv = await hone(['predict', 'photos/**/1?.jpg', '--model', 'runs/train-photos/best.safetensors', '--csv']);
    const rows = csv.stdout.trim().split('\n');
    expect(rows.map((row) => row.split(',')[0])).toEqual([
      'file',
      'photos/blue/10.jpg',
      'photos/blue/11.jpg',
      'photos/red/10.jpg',
      'photos/red/11.jpg',
    ]);
    expect(rows[0]).toBe('file,prediction,probability,blue,red');
    expect(await hone(['predict', 'none/*.jpg', '-m', 'runs/train-photos'])).toMatchObject({
      status: 1,
      stderr: 'hone: No file matches none/*.jpg.\n',
    });
  });

  test('measure a model, of some of its classes too, but not of others', async () => {
    const json = await hone(['eval', 'runs/train-photos', 'photos', '--json', '--no-page']);
    const { samples, scores, confusion, perClass } = JSON.parse(json.stdout);
    expect([json.status, samples, confusion.flat().reduce((a: number, b: number) => a + b), perClass[1].support]).toEqual([0, 24, 24, 12]);
    expect(scores.accuracy).toBeCloseTo((confusion[0][0] + confusion[1][1]) / 24, 6);
    mkdirSync(join(temporary, 'some'));
    mkdirSync(join(temporary, 'other/green'), { recursive: true });
    mkdirSync(join(temporary, 'some/red'));
    for (const folder of ['some/red', 'other/green']) writeFileSync(join(temporary, folder, '1.jpg'), bytes('photos/red/1.jpg'));
    const some = await hone(['eval', 'runs/train-photos', 'some']);
    expect(some.stdout).toMatch(/1 sample[\s\S]*red +\S+ +\S+ +\S+ +1\n[\s\S]*Report: runs\/eval-some\/report\.html\n$/);
    expect(existsSync(join(temporary, 'runs/eval-some/report.html'))).toBe(true);
    expect((await hone(['eval', 'runs/train-photos', 'other'])).stderr).toBe(
      'hone: other has classes that the model does not know: green. It knows blue, red.\n',
    );
    expect((await hone(['eval', 'runs/train-photos', 'trees.csv'])).stderr).toBe(
      'hone: The model is for pictures, and trees.csv is a table. Name other data.\n',
    );
  });

  test('have layers', async () => {
    const { stdout } = await hone(['summary', 'runs/train-photos', '--depth', '1']);
    expect(stdout).toMatch(/^lenet, trained on photos by hone .*; epoch \d, loss \S+, accuracy \d\.\d+\npredicts 2 classes: blue, red\n/);
    expect(stdout).toContain('[1, 6, 28, 28]');
  });

  test('killed and resumed, a run ends with the same bits as one that was not', async () => {
    const args = [
      'train',
      'photos',
      '--model',
      'lenet',
      '--image-size',
      '28',
      '--augment',
      'strong',
      '--epochs',
      '4',
      '--batch-size',
      '4',
      '--ema',
      '--mixup',
      '--scheduler',
      'onecycle',
      '--warmup',
      '1',
      '--accumulate',
      '2',
      '--checkpoint-every',
      '2',
    ];
    await shell([...args, '--out', 'whole']);
    expect((await shell([...args, '--out', 'broken'], {}, /epoch 2\/4/, (child) => child.kill('SIGKILL'))).status).toBe(null);
    const resumed = await shell(['train', '--resume', 'broken/train-photos']);
    expect([resumed.status, resumed.stderr]).toEqual([0, expect.stringContaining('go on with photos: lenet; 4 epochs')]);
    expect(bytes('broken/train-photos/best.safetensors').equals(bytes('whole/train-photos/best.safetensors'))).toBe(true);
    const scores = (out: string) =>
      bytes(out, 'train-photos/history.csv')
        .toString()
        .split('\n')
        .map((row) =>
          row
            .split(',')
            .filter((_, i) => i !== 1)
            .join(),
        );
    expect(scores('broken')).toEqual(scores('whole'));
    expect(readdirSync(join(temporary, 'broken'))).toEqual(['train-photos']);
  });

  test('Ctrl-C ends after the step, saves, and says how to go on', async () => {
    const args = ['train', 'photos', '--model', 'lenet', '--image-size', '28', '--epochs', '3000', '--out', 'stopped'];
    const stopped = await shell(args, {}, /epoch +2\/3000/, (child) => child.kill('SIGINT'));
    expect(stopped.status).toBe(130);
    expect(stopped.stderr).toMatch(/\nGo on: hone train --resume stopped\/train-photos\n$/);
    expect(existsSync(join(temporary, 'stopped/train-photos/report.html'))).toBe(true);
    const done = Number(/epoch +(\d+)\/3000[^\n]*\n(?!epoch)/.exec(stopped.stderr)![1]);
    const more = await hone(['train', '--resume', 'stopped/train-photos', '--epochs', String(done + 1)]);
    expect([more.status, more.stderr.match(/^epoch .*$/gm)!.length]).toEqual([0, expect.any(Number)]);
    expect(more.stderr).toContain(`epoch ${done + 1}/${done + 1}  loss`);
  });

  test('a folder that is damaged, too small, or has one class', async () => {
    mkdirSync(join(temporary, 'one/cat'), { recursive: true });
    writeFileSync(join(temporary, 'one/cat/1.jpg'), bytes('photos/red/1.jpg'));
    expect((await hone(['train', 'one'])).stderr).toMatch(
      /hone: one cannot be split by --validation 0\.2: there is one picture only of cat, /,
    );
    appendFileSync(join(temporary, 'flat.jpg'), bytes('photos/red/1.jpg'));
    mkdirSync(join(temporary, 'empty'));
    expect((await hone(['train', 'empty'])).stderr).toMatch(
      /hone: Couldn't find any class folder in empty\. .*Put the files of each class into a folder of its own/,
    );
  });
});

describe('tables', () => {
  test('classes are learned from numbers and words', async () => {
    const { status, stdout, stderr } = await hone([
      'train',
      'trees.csv',
      '--target',
      'class',
      '--drop',
      'price',
      '--epochs',
      '12',
      '--lr',
      '0.03',
    ]);
    expect(status).toBe(0);
    expect(stderr).toContain('The column day holds dates and is left out.');
    expect(stderr).toContain('48 rows to train on, 12 others to test with; class is predicted from 2 columns');
    expect(Number(/^accuracy +\S+ +(\S+)/m.exec(stdout)![1])).toBeGreaterThan(0.7);
    const { stdout: rows } = await hone(['predict', 'trees.csv', '--model', 'runs/train-trees']);
    expect(rows.split('\n')[0]).toBe('size,kind,price,class,day,predicted class,probability');
    expect(rows.split('\n')[2]).toMatch(/,(small|big),(0\.\d+|1)$/);
  });

  test('amounts are predicted in their own units', async () => {
    const { status, stdout, stderr } = await hone([
      'train',
      'trees.csv',
      '--target',
      'price',
      '--drop',
      'class,day',
      '--epochs',
      '20',
      '--lr',
      '0.05',
      '--batch-norm',
      '--metrics',
      'mae,rmse,r2',
      '--out',
      'prices',
    ]);
    expect([status, stderr]).toEqual([0, expect.stringContaining('train trees: 3-64-32-1; 20 epochs')]);
    const mae = Number(/^mae +\S+ +(\S+)/m.exec(stdout)![1]);
    expect(mae).toBeLessThan(6);
    expect(mae).toBeGreaterThan(0.1);
    const rmse = Number(/^rmse +\S+ +(\S+)/m.exec(stdout)![1]);
    expect(rmse).toBeGreaterThanOrEqual(mae);
    const { stdout: measured } = await hone(['eval', 'prices/train-trees', 'trees.csv', '--no-page']);
    expect(Number(/^mae +(\S+)/m.exec(measured)![1])).toBeLessThan(6);
    const predicted = JSON.parse((await hone(['predict', 'trees.csv', '-m', 'prices/train-trees', '--json'])).stdout) as {
      prediction: number;
    }[];
    const truth = bytes('trees.csv')
      .toString()
      .trim()
      .split('\n')
      .slice(1)
      .map((row) => Number(row.split(',')[2]));
    const errors = predicted.map(({ prediction }, i) => Math.abs(prediction - truth[i]!));
    expect(errors.reduce((a, b) => a + b) / errors.length).toBeLessThan(6);
  });

  test.each([
    [
      ['train', 'trees.csv'],
      /trees\.csv is a table: name the column that is to be predicted with --target\. trees\.csv has size, kind, price, class, day\./,
    ],
    [['train', 'trees.csv', '--target', 'prize'], /--target prize: there is no such column\. Did you mean price\?/],
    [['train', 'trees.csv', '--target', 'kind', '--task', 'regression'], /--task regression: kind holds words, expected numbers\./],
    [
      ['train', 'trees.csv', '--target', 'price', '--label-smoothing', '0.1'],
      /--label-smoothing is for classes, and amounts are predicted here\./,
    ],
    [['train', 'trees.csv', '--target', 'class', '--augment'], /--augment is for pictures, and trees\.csv is a table\./],
    [['train', 'trees.csv', '--target', 'class', '--model', 'resnet18'], /--model resnet18 is for pictures, and the data is a table\./],
  ])('%o', async (args, message) => {
    const { status, stderr } = await hone(args);
    expect(stderr).toMatch(message);
    expect(status).toBe(1);
  });
});

describe('model files', () => {
  test.each([
    ['without notes', {}, /holds weights alone, without the notes of model, classes and inputs that hone train writes/],
    ['with notes that are not JSON', { hone: '{' }, /its notes are damaged: /],
    ['with notes of another kind', { hone: '{"format": 2}' }, /its notes are damaged: format: /],
  ])('%s', async (_, metadata, message) => {
    writeFileSync(join(temporary, 'odd.safetensors'), encodeSafetensors({}, metadata));
    const { status, stderr } = await hone(['predict', 'photos/red/1.jpg', '-m', 'odd.safetensors']);
    expect(stderr).toMatch(message);
    expect(status).toBe(1);
  });

  test('whose weights and notes do not belong together', async () => {
    const { tensors, metadata } = decodeSafetensors(bytes('runs/train-photos/best.safetensors'));
    const notes = JSON.parse(metadata['hone']!);
    const write = (changed: object) =>
      writeFileSync(join(temporary, 'odd.safetensors'), encodeSafetensors(tensors, { hone: JSON.stringify({ ...notes, ...changed }) }));
    write({ model: { name: 'lenet', options: { ...notes.model.options, inChannels: 1 } } });
    expect((await hone(['predict', 'photos/red/1.jpg', '-m', 'odd.safetensors'])).stderr).toMatch(
      /its weights do not fit the model lenet that its notes name/,
    );
    write({ classes: ['a', 'b', 'c'] });
    expect((await hone(['predict', 'photos/red/1.jpg', '-m', 'odd.safetensors'])).stderr).toMatch(
      /its notes are damaged: 3 names for 2 classes/,
    );
    write({ input: { ...notes.input, mean: [1] } });
    expect((await hone(['predict', 'photos/red/1.jpg', '-m', 'odd.safetensors'])).stderr).toMatch(
      /mean and std are not one number for each channel/,
    );
  });
});
