import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nn } from 'hone';
import { DataLoader } from 'hone/data';
import { load } from 'hone/formats';
import type { StudyFigures } from 'hone/report';
import { accuracy, evaluate } from 'hone/train';
import { datasets } from 'hone/vision';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { honeIn } from '../../test/helpers/hone.js';
import type { TrainFigures } from './training/figures.js';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
const temporary = mkdtempSync(join(tmpdir(), 'hone-cli-'));
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

const hone = honeIn(temporary);

const figuresIn = (folder: string) => JSON.parse(readFileSync(join(temporary, folder, 'figures.json'), 'utf8')) as StudyFigures;

/** A study that is over at once, with settings that tests give it by the environment. */
const TINY = `import { nn, optim, tensor, type Tensor } from 'hone';
import { TensorDataset } from 'hone/data';
import { defineStudy } from 'hone/study';

enum Width { Narrow = 2, Wide = 8 }
const xs = Array.from({ length: 240 }, (_, i) => [Math.sin(i * 12.9), Math.cos(i * 7.3)]);
const labels: Tensor = tensor(xs.map(([a, b]) => (a! * b! > 0 ? 1 : 0)), { dtype: 'int64' });

export default defineStudy({
  title: 'Widths',
  data: { train: new TensorDataset(tensor(xs), labels) },
  baseline: { width: Width.Narrow },
  factors: { width: [Width.Wide] },
  model: ({ width }) => new nn.Sequential(new nn.Linear(2, width), new nn.ReLU(), new nn.Linear(width, 2)),
  optimizer: (model) => new optim.Adam(model.parameters(), { lr: 0.02 }),
  batchSize: 16,
  epochs: 3,
  repeats: 2,
});
`;
const own = (...args: string[]) => ['study', 'widths.ts', ...args];
beforeAll(() => writeFileSync(join(temporary, 'widths.ts'), TINY));

test('--out where no folder can be made', async () => {
  writeFileSync(join(temporary, 'file'), '');
  const { status, stdout, stderr } = await hone(own('--out', 'file'));
  expect(stderr).toMatch(/hone: cannot make the folder file\/widths: ENOTDIR.* Name another place with --out\.\n$/);
  expect([status, stdout]).toEqual([1, '']);
});

test('--out in /proc, where no folder can be made, ends at once', async () => {
  const { status, stderr } = await hone(own('--out', '/proc/hone/runs'));
  expect(stderr).toMatch(/hone: cannot make the folder \/proc\/hone\/runs\/widths: .* Name another place with --out\.\n$/);
  expect(status).toBe(1);
});

test('processes that start together have a folder each', async () => {
  const args = own('--epochs', '1', '--repeats', '1', '--processes', '1', '--out', 'together');
  const all = await Promise.all([1, 2, 3].map(() => hone(args)));
  expect(all.map(({ status }) => status)).toEqual([0, 0, 0]);
  expect(readdirSync(join(temporary, 'together')).sort()).toEqual(['widths', 'widths-2', 'widths-3']);
  for (const folder of ['widths', 'widths-2', 'widths-3']) expect(figuresIn(`together/${folder}`).variants).toHaveLength(2);
});

test('--version, and a mistake, as the shell sees them', async () => {
  expect(await hone(['--version'])).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
  const { status, stdout, stderr } = await hone(['studdy']);
  expect([status, stdout, stderr]).toEqual([
    1,
    '',
    "error: unknown command 'studdy'\n(Did you mean study?)\n(hone --help shows what there is)\n",
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
      'memory +.* free',
      'packages +.*cephes ',
    ]) {
      expect(stdout).toMatch(new RegExp(`^${line}`, 'm'));
    }
    const found = JSON.parse((await hone(['doctor', '--engine', 'wasm', '--json'])).stdout) as Record<string, object>;
    expect(found).toMatchObject({
      hone: { version, kind: 'clone' },
      host: { name: 'node', version: process.version },
      system: { platform: process.platform, arch: process.arch },
      engine: { name: 'wasm', threads: 1 },
      wasm: { loads: true, sharedMemory: true },
      native: { tried: expect.any(Array) },
      packages: { cephes: expect.stringMatching(/^3\./) },
    });
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

describe('study', () => {
  /** The figures but for what depends on the clock, and on how they were come by. */
  const comparable = (folder: string) =>
    JSON.parse(JSON.stringify(figuresIn(folder)), (key, value: unknown) =>
      ['seconds', 'started', 'duration', 'command', 'threads'].includes(key) ? undefined : value,
    ) as unknown;

  test('in two processes: the table, the verdict, the files; in one process the same figures', async () => {
    const [two, one] = await Promise.all([hone(own('--processes', '2', '--out', 'two')), hone(own('--processes', '1', '--out', 'one'))]);
    expect([two.status, one.status]).toEqual([0, 0]);
    expect(two.stderr).toMatch(/^2 variants: baseline, width 8; 2 repeats of 3 epochs each, 4 runs, 2 at once with 1 thread each$/m);
    expect(two.stderr).toMatch(
      /^4\/4 {2}(baseline|width 8 ) {2}repeat [01] {2}test accuracy [01]\.\d{4} {2}epoch [123] of 3 {2}\d\.\d s$/m,
    );
    expect(two.stdout).toMatch(/^baseline .*\nwidth 8 |^width 8 .*\nbaseline /m);
    expect(two.stdout.endsWith(`\nReport: ${join('two', 'widths', 'report.html')}\n`)).toBe(true);
    expect(two.stdout.replaceAll('two', 'one').replace(/\d+(\.\d+)? (s|times).*/g, '')).toBe(
      one.stdout.replace(/\d+(\.\d+)? (s|times).*/g, ''),
    );
    expect(comparable('two/widths')).toEqual(comparable('one/widths'));
    const { settings } = figuresIn('two/widths');
    expect(settings).toMatchObject({
      command: `hone ${own('--processes', '2', '--out', 'two').join(' ')}`,
      versions: expect.stringContaining(`hone ${version}`),
    });
    const page = readFileSync(join(temporary, 'two/widths/report.html'), 'utf8');
    for (const text of ['<!doctype html>', 'width 8', settings['command']!, '<svg']) expect(page).toContain(text);
  });

  test('until decided, in two processes', async () => {
    const { status, stdout, stderr } = await hone(own('--until-decided', '6', '--epochs', '1', '--processes', '2', '--out', 'until'));
    expect([status, stdout]).toEqual([0, expect.stringContaining('Report: ')]);
    expect(stderr).toContain('2 variants: baseline, width 8; up to 6 repeats of 1 epoch each, up to 12 runs, 2 at once with 1 thread each');
    const { looks, variants } = figuresIn('until/widths');
    expect([looks, variants.map(({ runs }) => runs.length)]).toEqual([[6], [6, 6]]);
  });

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s stops it after the step, and reports what is finished', async (name, code) => {
    const out = name.toLowerCase();
    const args = own('--epochs', '2', '--repeats', '2000', '--processes', '1', '--out', out);
    const { status, stdout, stderr } = await hone(args, {}, /^ *2\/4000 /m, (child) => child.kill(name));
    expect(stderr).toContain('Stopping after this step; what is finished is reported.');
    expect(status).toBe(code);
    expect(stdout).toMatch(/^Stopped by hand when \d+ of 4,000 runs were finished\.$/m);
    expect(stdout).toContain(`Report: ${join(out, 'widths', 'report.html')}\nTo go on: hone study --resume ${join(out, 'widths')}\n`);
    expect(figuresIn(`${out}/widths`).stopped).toMatch(/^Stopped by hand when/);
  });

  test('stopped, killed and gone on with, it comes to the figures of one that was never interrupted', async () => {
    const args = own('--epochs', '6', '--repeats', '6', '--processes', '2', '--out');
    const whole = hone([...args, 'whole']);
    const stopped = await hone([...args, 'again'], {}, /^ *2\/12 /m, (child) => child.kill('SIGINT'));
    expect(stopped.status).toBe(130);
    const folder = join('again', 'widths');
    const killed = await hone(['study', '--resume', folder], {}, /^ *6\/12 /m, (child) => child.kill('SIGKILL'));
    expect(killed.status).toBe(null);
    const resumed = await hone(['study', '--resume', folder, '--processes', '1']);
    expect([resumed.status, (await whole).status]).toEqual([0, 0]);
    expect(comparable(folder)).toEqual(comparable('whole/widths'));
    expect(figuresIn(folder).settings['command']).toBe(`hone ${args.join(' ')} again`);
    const over = await hone(['study', '--resume', folder]);
    expect([over.status, over.stdout]).toEqual([0, resumed.stdout]);
  });

  test.each([
    ['process.exit()', 'its code called process.exit(0)'],
    ['await new Promise(() => {})', 'its code waits for a promise that nothing settles'],
  ])('whose code ends the command before it is over by %s is no success', async (ends, how) => {
    const name = how.endsWith('settles') ? 'waits' : 'exits';
    writeFileSync(
      join(temporary, `${name}.mjs`),
      `import { nn, randint, randn } from 'hone';
      import { TensorDataset } from 'hone/data';
      import { defineStudy } from 'hone/study';
      export default defineStudy({
        title: 'ends',
        data: () => ({ train: new TensorDataset(randn([30, 2]), randint(0, 2, [30])) }),
        baseline: { width: 2 },
        factors: { width: [4] },
        model: ({ width }) => new nn.Sequential(new nn.Linear(2, width), new nn.Linear(width, 2)),
        callbacks: ({ width }) => (width === 4 ? [{ name: 'ends', async onTrainStart() { ${ends}; } }] : []),
        epochs: 1,
      });`,
    );
    const { status, stdout, stderr } = await hone(['study', `${name}.mjs`, '--processes', '1']);
    expect([status === 0, stdout]).toEqual([false, '']);
    expect(stderr).toContain(`The study has not ended: ${how}.\n`);
    expect(stderr).toContain(`To go on: hone study --resume ${join('runs', name)}\n`);
  });

  test('Ctrl-C before the first epoch ends leaves nothing behind', async () => {
    // Of convolutions, whose epochs take seconds.
    const args = ['study', 'dropout2d', '--processes', '1', '--out', 'early'];
    const { status, stdout, stderr } = await hone(args, {}, /variants: /, (child) => setTimeout(() => child.kill('SIGINT'), 150));
    expect([status, stdout]).toEqual([130, '']);
    expect(stderr).toMatch(/Stopped before the first epoch ended: there is nothing to report\.\n$/);
    expect(existsSync(join(temporary, 'early/dropout2d'))).toBe(false);
  });
});

describe('what comes before the first run', () => {
  test('data that cannot be made is told with its place, and leaves no folder', async () => {
    const text = [
      "import { nn } from 'hone';",
      "import { defineStudy } from 'hone/study';",
      'export default defineStudy({',
      "  title: 'none',",
      "  data: () => { throw new Error('no such data'); },",
      '  model: () => new nn.Linear(1, 1),',
      '  baseline: { a: 1 },',
      '  variants: { b: { a: 2 } },',
      '  epochs: 1,',
      '});',
    ];
    writeFileSync(join(temporary, 'nodata.mjs'), `${text.join('\n')}\n`);
    const { status, stdout, stderr } = await hone(['study', 'nodata.mjs', '--processes', '1', '--out', 'nothing']);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain(`Error: no such data\n    at data (file://${join(temporary, 'nodata.mjs')}:5:`);
    expect(readdirSync(join(temporary, 'nothing'))).toEqual([]);
  });

  test('flags that do not go together are refused by their names', async () => {
    const { status, stdout, stderr } = await hone(['study', 'digits', '--until-decided', '--halving', '--out', 'both']);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^hone: --until-decided and --halving do not go together: /);
    expect(existsSync(join(temporary, 'both'))).toBe(false);
  });
});

describe('files of studies', () => {
  test.each([
    [
      'syntax.ts',
      'const a: number = 1;\nconst b: number = ;\n',
      'study: syntax.ts:2:19: Expression expected\nconst a: number = 1;\nconst b: number = ;\n                  ^\n',
    ],
    ['nested.ts', "import './syntax.js';\n", 'study: syntax.ts:2:19: Expression expected\n'],
    [
      'accessor.ts',
      'interface A { a: 1 }\n\nclass B {\n  accessor a = 1;\n}\n',
      "study: accessor.ts:4:12: Unexpected identifier 'a' (accessor fields are not read)\n",
    ],
    ['plain.mjs', 'const a = 1;\nlet b = 1 c;\n', "study: plain.mjs:2:11: Unexpected identifier 'c'\n"],
    [
      'package.ts',
      "import a from 'no-such-package';\nconsole.log(a);\n",
      'study: package.ts imports the package "no-such-package", which is not to be found from there. Install it',
    ],
    [
      'entry.ts',
      "import { a } from 'hone/studies';\nconsole.log(a);\n",
      'imports "hone/studies", which does not exist. There are hone, hone/data',
    ],
    [
      'missing.ts',
      "import { a } from './nowhere.js';\nconsole.log(a);\n",
      'study: missing.ts imports nowhere.js, which does not exist. Check the path.\n',
    ],
    [
      'export.ts',
      "import { defineStduy } from 'hone/study';\ndefineStduy({});\n",
      'study: export.ts imports defineStduy of "hone/study", which has no such export. Did you mean defineStudy?\n',
    ],
    [
      'wrong.ts',
      "import { defineStudy } from 'hone/study';\ninterface A { a: 1 }\nexport default defineStudy({ title: '' } as never);\n",
      'hone: wrong.ts:3:16: defineStudy: title is "", expected a text.\n',
    ],
    [
      'throws.ts',
      "interface A { a: 1 }\n\nfunction f(): void {\n  throw new TypeError('mine');\n}\nf();\n",
      `TypeError: mine\n    at f (${join(temporary, 'throws.ts')}:4:9)\n`,
    ],
  ])('%s: mistakes have their place', async (name, text, message) => {
    writeFileSync(join(temporary, 'syntax.ts'), 'const a: number = 1;\nconst b: number = ;\n');
    writeFileSync(join(temporary, name), text);
    const { status, stdout, stderr } = await hone(['study', name]);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain(message);
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
