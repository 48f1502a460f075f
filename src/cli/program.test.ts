import { type Command, CommanderError } from 'commander';
import { HoneError } from 'hone';
import { describe, expect, test } from 'vitest';
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
  const program = createProgram();
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
  test.each([
    [['--help'], ['Usage: hone', 'study', 'train', 'doctor', '--engine', 'Examples:']],
    [
      ['study', '--help'],
      ['Studies:', 'digits'],
    ],
    [
      ['study', 'digits', '--help'],
      [
        'What is compared:',
        'How they are trained:',
        'Where results go:',
        '--patience',
        '(default: 0.001)',
        'batchnorm  784-256-128-64-10',
        'Global Options:',
      ],
    ],
    [
      ['lr', '--help'],
      ['Usage: hone lr', '--steps-per-epoch', 'CosineAnnealingWarmRestarts --t0 <number>', 'then CosineAnnealingLR'],
    ],
    [
      ['train', 'digits', '--help'],
      ['The model:', '--hidden', '(default: 256,128)', 'relu, gelu, silu, tanh', '--step-lr'],
    ],
  ])('%o fits 80 columns', async (args, parts) => {
    const { status, stdout, stderr } = await hone(...args);
    expect([status, stderr]).toEqual([0, '']);
    for (const part of parts) expect(stdout).toContain(part);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(stdout.match(/--engine/g)).toHaveLength(1);
  });

  test('a command that needs a name lists what there is', async () => {
    expect(await hone('study')).toMatchObject({ status: 1, stderr: expect.stringMatching(/Studies:\n {2}digits/) });
    expect(await hone()).toMatchObject({ status: 1, stderr: expect.stringContaining('Commands:') });
  });
});

describe('mistakes', () => {
  test.each([
    [['studdy'], "unknown command 'studdy'\n(Did you mean study?)\n(hone --help"],
    [['study', 'digit'], "unknown command 'digit'\n(Did you mean digits?)\n(hone study --help"],
    [['study', 'digits', '--modles', 'small'], "unknown option '--modles'\n(Did you mean --models?)\n(hone study digits --help"],
    [['study', 'digits', '--models', 'small,medium'], 'There is no "medium"; there are small, big, dropout, batchnorm.'],
    [['study', 'digits', '--epochs', '0'], 'Expected a whole number of at least 1.'],
    [['study', 'digits', '--repeats', '2.5'], 'Expected a whole number of at least 1.'],
    [['study', 'digits', '--epochs', ''], 'Expected a whole number of at least 1.'],
    [['study', 'digits', '--seed', '1e300'], 'Expected a whole number of at least 0.'],
    [['study', 'digits', '--lr', '0'], 'Expected a number above 0.'],
    [['study', 'digits', 'extra'], 'too many arguments'],
    [
      ['study', 'digits', '--batch-size', '421'],
      '--batch-size 421 leaves one digit for the last of the batches of 8000, and batch normalisation cannot train on one. Take 422.',
    ],
    [['train', 'digits', '--dropout', '1'], 'Expected a number from 0 and below 1.'],
    [['train', 'digits', '--hidden', '256,,128'], 'Expected a whole number of at least 1.'],
    [['train', 'digits', '--step-lr', '5'], 'Expected epochs:gamma, such as 5:0.5.'],
    [['train', 'digits', '--activation', 'rely'], 'Expected one of relu, gelu, silu, tanh, sigmoid.'],
    [['train', 'digits', '--momentum', '0.5'], '--momentum belongs to --optimizer sgd; adam has none. Leave it out.'],
    [['train', 'digits', '--hidden', 'none', '--batch-norm'], '--hidden none has no such layers'],
    [['--engine', 'gpu', 'doctor'], 'Expected one of native, wasm.'],
    [['--threads', '0', 'doctor'], 'Expected a whole number of at least 1.'],
  ])('%o', async (args, message) => {
    const { status, stdout, stderr } = await hone(...args);
    expect(stderr).toContain(message);
    expect([status, stdout]).toEqual([1, '']);
  });
});
