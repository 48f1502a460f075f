import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, CommanderError, Help } from 'commander';
import { HoneError } from 'hone';
import { afterAll, describe, expect, test } from 'vitest';
import { fileFormats } from '../formats/files/file-formats.js';
import { createProgram } from './program.js';

/** What the command prints in a terminal of 80 columns, and its exit code, without starting anything. */
async function hone(...args: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  let [stdout, stderr] = ['', ''];
  const capture = (command: Command): void => {
    command.exitOverride().configureOutput({
      writeOut: (text) => {
        stdout += text;
      },
      writeErr: (text) => {
        stderr += text;
      },
      getOutHelpWidth: () => 80,
      getErrHelpWidth: () => 80,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
    command.commands.forEach(capture);
  };
  const program = await createProgram();
  capture(program);
  try {
    await program.parseAsync(args, { from: 'user' });
    return { status: 0, stdout, stderr };
  } catch (error) {
    if (error instanceof CommanderError) return { status: error.exitCode, stdout, stderr };
    if (error instanceof HoneError) return { status: 1, stdout, stderr: error.message };
    throw error;
  }
}

describe('help', () => {
  test('of the program lists its commands as they are, though it loads none of them', async () => {
    const listed = await createProgram([]);
    const terms = (await createProgram()).commands.map((command) =>
      new Help().subcommandTerm(command).replace(/^runs .*|^doctor .*/, (t) => t.split(' ')[0]!),
    );
    const help = listed.createHelp();
    expect(listed.commands.map((command) => help.subcommandTerm(command))).toEqual(terms);
    for (const { endings } of Object.values(fileFormats)) expect(listed.helpInformation()).toContain(`.${endings[0]}`);
  });

  test.each([
    [['--help'], ['Usage: hone', 'study', 'train', 'doctor', '--engine', 'Examples:']],
    [
      ['study', '--help'],
      ['Presets:', '--variants', '--processes', '--resume <folder>', 'init, order,', 'hone study my-study.ts', 'Global Options:'],
    ],
    [
      ['lr', '--help'],
      ['Usage: hone lr', '--steps-per-epoch', 'CosineAnnealingWarmRestarts --t0 <number>', 'then CosineAnnealingLR'],
    ],
    [
      ['train', 'digits', '--help'],
      ['The model:', '--hidden', '(default: 256,128)', 'relu, gelu, silu, tanh', '--step-lr'],
    ],
    [
      ['train', '--help'],
      ['To begin with:', 'Pictures:', '--resume <run>', 'fashion-mnist', 'hone train photos/ --model resnet18 --augment --epochs 20'],
    ],
    [
      ['eval', '--help'],
      ['<model>', '<data>', '--json'],
    ],
    [
      ['runs', '--help'],
      ['list [options] [name...]', 'show [options] <run>', 'compare [options] <runs...>', 'delete [options] <run...>'],
    ],
    [
      ['runs', 'list', '--help'],
      ['--sort <field>', '"variant=dropout"', '(default: runs)'],
    ],
    [
      ['predict', '--help'],
      ['<photo...>', '--model', '--top', '--csv'],
    ],
    [
      ['summary', '--help'],
      ['resnet18', '--input'],
    ],
    [
      ['lr-find', '--help'],
      ['--seeds', '--optimizer'],
    ],
  ])('%o fits 80 columns', async (args, parts) => {
    const { status, stdout, stderr } = await hone(...args);
    expect([status, stderr]).toEqual([0, '']);
    for (const part of parts) expect(stdout).toContain(part);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(stdout.match(/--engine/g)).toHaveLength(1);
  });

  test('a command that needs a name lists what there is', async () => {
    expect(await hone('study')).toMatchObject({ status: 1, stderr: expect.stringMatching(/Presets:\n {2}/) });
    expect(await hone()).toMatchObject({ status: 1, stderr: expect.stringContaining('Commands:') });
  });
});

describe('mistakes', () => {
  test.each([
    [['studdy'], "unknown command 'studdy'\n(Did you mean study?)\n(hone --help"],
    [['study', 'a.ts', '--variant', 'small'], "unknown option '--variant'\n(Did you mean --variants?)\n(hone study --help"],
    [['study', 'a.ts', '--vary', 'seed'], 'There is no "seed"; there are init, order, noise, split.'],
    [['study', 'a.ts', '--data', 'cifar'], 'Expected one of mnist, fashion-mnist, digits.'],
    [['study', 'a.ts', '--epochs', '0'], 'Expected a whole number of at least 1.'],
    [['study', 'a.ts', '--repeats', '2.5'], 'Expected a whole number of at least 1.'],
    [['study', 'a.ts', '--epochs', ''], 'Expected a whole number of at least 1.'],
    [['study', 'a.ts', '--seed', '1e300'], 'Expected a whole number of at least 0.'],
    [['study', 'a.ts', 'extra'], 'too many arguments'],
    [['train', 'digits', '--dropout', '1'], 'Expected a number from 0 and below 1.'],
    [['train', 'digits', '--hidden', '256,,128'], 'Expected a whole number of at least 1.'],
    [['train', 'digits', '--step-lr', '5'], 'Expected epochs:gamma, such as 5:0.5.'],
    [['train', 'digits', '--activation', 'rely'], 'Expected one of relu, gelu, silu, tanh, sigmoid.'],
    [['train', 'digits', '--momentum', '0.5'], '--momentum belongs to --optimizer sgd; adam has none. Leave it out.'],
    [['train', 'digits', '--hidden', 'none', '--batch-norm'], '--hidden none has no such layers'],
    [['train', 'digit'], 'There is no data digit: no folder, no CSV file, and no data set of that name. Did you mean digits?'],
    [['train', 'Fashion_MNIST'], 'Did you mean fashion-mnist?'],
    [['train'], 'What should be trained on? Name a data set (digits, '],
    [['train', 'digits', '--model', 'resnet'], 'there is no such model; there are lenet, mlp, '],
    [['train', 'digits', '--model', 'resnet'], 'Did you mean resnet18?'],
    [['train', 'digits', '--model', 'resnet18', '--hidden', '5'], '--hidden belongs to --model mlp; resnet18 has its own layers.'],
    [['train', 'digits', '--model', 'vgg11'], 'vgg11 takes pictures of at least 32 x 32, these are 28 x 28. Add --image-size 32'],
    [['train', 'digits', '--target', 'x'], '--target is for tables, and digits holds pictures.'],
    [['train', 'digits', '--validation', '0.3'], '--validation is for folders and tables: digits has a test part of its own.'],
    [['train', 'digits', '--validation', '1.5'], 'Expected a number above 0 and below 1.'],
    [['train', 'digits', '--root', 'x'], 'digits come with Hone: leave out --root.'],
    [['train', 'digits', '--optimizer', 'adma'], '--optimizer adma: there is no such optimizer. Expected one of adam, adamw'],
    [['train', 'digits', '--optimizer', 'adam:beta=[0.9,0.99]'], '--optimizer Adam: there is no option "beta". Did you mean betas?'],
    [['train', 'digits', '--optimizer', 'adam:betas'], 'Expected name:option=value,option=value; "betas" is not an option.'],
    [['train', 'digits', '--scheduler', 'cosinus'], 'Did you mean cosine?'],
    [['train', 'digits', '--scheduler', 'StepLR:stepSize=0'], '--scheduler StepLR: stepSize is 0'],
    [['train', 'digits', '--scheduler', 'cosine', '--step-lr', '5:0.5'], '--step-lr is short for --scheduler StepLR'],
    [['train', 'digits', '--augment', 'much'], 'Expected one of none, light, strong.'],
    [['train', 'digits', '--amp', 'yes'], 'There is no mixed precision on the CPU'],
    [['train', 'digits', '--checkpoint-every', 'often'], 'Expected epoch, a count of steps such as 500, or a time such as 60s or 5min.'],
    [['train', 'digits', '--class-weights', '1,2'], '--class-weights: there are 2 weights for 10 classes (0, 1, 2'],
    [['train', 'digits', '--resume', 'runs/none'], '--resume runs/none: there is no such folder.'],
    [['train', '--resume', 'runs/none', '--lr', '1'], '--lr cannot be given beside it'],
    [['train', 'digits', '--config', 'none.json'], 'hone train --config: there is no file '],
    [['train', 'digits', '--config', 'a.yaml'], 'a.yaml: settings are read from JSON files.'],
    [['train', 'digits', '--metrics', 'f1,acuracy'], '--metrics acuracy: there is no such metric; there are accuracy'],
    [['predict', 'a.jpg'], 'Which model? Name the folder of its run: hone predict a.jpg --model runs/train-photos.'],
    [
      ['predict', 'best.safetensors'],
      'What should be predicted? Name pictures, folders or a CSV file: hone predict cat.jpg --model best.safetensors.',
    ],
    [['predict', 'a.jpg', '--model', 'runs/none'], 'There is no file or folder runs/none.'],
    [['predict', 'a.jpg', '--model', 'a.st', '--csv', '--json'], '--json and --csv exclude each other.'],
    [['eval', 'package.json', 'digits'], 'package.json is not a model file of hone train'],
    [['eval', 'src', 'digits'], 'The folder src holds no best.safetensors'],
    [['summary', 'resnet'], 'summary: resnet: there is no such model'],
    [['summary', 'lenet', '--input', '28xx'], 'Expected the size of one sample, such as 3x224x224.'],
    [['--engine', 'gpu', 'doctor'], 'Expected one of native, wasm.'],
    [['--threads', '0', 'doctor'], 'Expected a whole number of at least 1.'],
  ])('%o', async (args, message) => {
    const { status, stdout, stderr } = await hone(...args);
    expect(stderr).toContain(message);
    expect([status, stdout]).toEqual([1, '']);
  });
});

describe('a file of settings', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hone-settings-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const withFile = (text: string) => {
    const path = join(folder, 'settings.json');
    writeFileSync(path, text);
    return hone('train', 'digits', '--config', path);
  };

  test('every wrong field is named, with what it is and what was expected', async () => {
    const { status, stderr } = await withFile(
      JSON.stringify({
        epochs: '3',
        modle: 'mlp',
        optimizer: 5,
        lr: -1,
        stepLr: { stepSize: 2 },
        hidden: [64, 'x'],
        classWeights: 'even',
        amp: true,
        model: 'resnt18',
        scheduler: { name: 'cosinus', etaMin: 0 },
        metrics: ['f1', 'acuracy'],
      }),
    );
    expect(status).toBe(1);
    const names = (text: string) => text.replace(/(there are|Expected one of) [^.]*\./, '…');
    expect(stderr.split('\n').slice(1).map(names)).toEqual([
      '  model is "resnt18": there is no such model; … Did you mean resnet18?',
      '  hidden[1] is "x", expected a whole number of at least 1.',
      '  epochs is "3", expected a whole number of at least 1.',
      '  optimizer is 5, expected the name of an optimizer, or an object with "name" and its options.',
      '  lr is -1, expected a number above 0.',
      '  scheduler.name is "cosinus": there is no such scheduler; … Did you mean cosine?',
      '  stepLr.gamma is missing, expected a number above 0.',
      '  classWeights is "even", expected "balanced", or a list of weights.',
      '  amp is true, expected false: there is no mixed precision on the CPU.',
      '  metrics[1] is "acuracy": there is no such metric; … Did you mean accuracy?',
      '  there is no setting "modle". Did you mean "model"?',
    ]);
  });

  test.each([
    ['{ "epochs": 3, }', /is not JSON: /],
    ['[1]', /the settings are \[1\], expected an object: \{ "epochs": 20 \}\./],
    ['{ "stepLr": { "stepSize": 1, "gamma": 0.5, "size": 2 } }', /stepLr has a field "size", which it does not know\./],
    ['{ "learning_rate": 0.1 }', /there is no setting "learning_rate"\. Did you mean "lr"\?/],
    ['{ "scheduler": { "name": "StepLR", "stepsize": 3 } }', /--scheduler StepLR: there is no option "stepsize"\. Did you mean stepSize\?/],
  ])('%s', async (text, message) => {
    expect(await withFile(text)).toMatchObject({ status: 1, stderr: expect.stringMatching(message) });
  });
});
