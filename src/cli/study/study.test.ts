/** `hone study` in this process, on the source: what needs a process of its own is in src/cli/cli.test.ts and test/package/study.test.ts. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StudyFigures, StudyVerdict } from 'hone/report';
import { studies } from 'hone/study';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { honeHere } from '../../../test/helpers/hone.js';

const folder = mkdtempSync(join(tmpdir(), 'hone-study-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const hone = honeHere(folder);
const read = (...names: string[]) => readFileSync(join(folder, ...names), 'utf8');
const json = (...names: string[]) => JSON.parse(read(...names)) as unknown;

const study = (more = '') => `import { manualSeed, nn, optim, randint, randn, tensor } from 'hone';
import { TensorDataset } from 'hone/data';
import { defineStudy } from 'hone/study';

export default defineStudy({
  title: 'Widths of a tiny model',
  data: () => ({ train: new TensorDataset(randn([90, 2]), randint(0, 2, [90])) }),
  baseline: { width: 2, lr: 0.01 },
  factors: { width: [4, 8], lr: [0.1] },
  model: ({ width }) => new nn.Sequential(new nn.Linear(2, width), new nn.ReLU(), new nn.Linear(width, 2)),
  optimizer: (model, { lr }) => new optim.SGD(model.parameters(), { lr }),
  epochs: 2,
  repeats: 3,${more}
});
`;

beforeAll(() => {
  writeFileSync(join(folder, 'tiny.ts'), study());
});

describe('a study of a file', () => {
  test('prints its table and its verdict, and leaves its folder', async () => {
    const { status, stdout, stderr } = await hone(['study', 'tiny.ts', '--processes', '1']);
    expect([status, stderr.split('\n').slice(1, 4)]).toEqual([
      0,
      [
        'study Widths of a tiny model',
        '4 variants: baseline, width 4, width 8, lr 0.1; 3 repeats of 2 epochs each, 12 runs',
        'data: 60 to train on, 15 to choose the epoch by, 15 to test on',
      ],
    ]);
    expect(stderr).toMatch(/^engine: /);
    expect(stderr).toMatch(/^12\/12 {2}lr 0\.1 +repeat 2 {2}test accuracy [01]\.\d{4} {2}epoch [12] of 2 {2}\d\.\d s$/m);
    for (const name of ['baseline', 'width 4', 'width 8', 'lr 0.1']) expect(stdout).toMatch(new RegExp(`^${name} `, 'm'));
    const { words } = await verdictOf('runs/tiny');
    for (const sentence of words) expect(stdout).toContain(sentence);
    expect(stdout.endsWith(`\nReport: ${join('runs', 'tiny', 'report.html')}\n`)).toBe(true);
    expect(readdirSync(join(folder, 'runs/tiny')).sort()).toEqual([
      'figures.csv',
      'figures.json',
      'report.html',
      'report.md',
      'runs',
      'study.json',
    ]);
    expect(readdirSync(join(folder, 'runs/tiny/runs'))).toHaveLength(12);
    const { settings } = json('runs/tiny/figures.json') as StudyFigures;
    expect(settings).toMatchObject({
      command: expect.any(String),
      versions: expect.stringMatching(/^hone /),
      processor: expect.any(String),
    });
    for (const file of ['report.html', 'report.md', 'figures.csv']) expect(read('runs/tiny', file)).toContain('width 8');
    expect(json('runs/tiny/study.json')).toMatchObject({
      format: 1,
      title: 'Widths of a tiny model',
      source: { file: join(folder, 'tiny.ts') },
    });
  });

  test('with fewer variants, other seeds and numbers, and the verdict as JSON', async () => {
    const flags = [
      '--variants',
      'lr 0.1',
      '--repeats',
      '2',
      '--epochs',
      '1',
      '--seed',
      '5',
      '--vary',
      'init,order',
      '--name',
      'other',
      '--json',
    ];
    const { status, stdout, stderr } = await hone(['study', 'tiny.ts', '--processes', '1', ...flags]);
    expect(status).toBe(0);
    const { folder: where, verdict } = JSON.parse(stdout) as { folder: string; verdict: StudyVerdict };
    expect([where, verdict.comparisons.map(({ variant }) => variant)]).toEqual([join('runs', 'other'), ['lr 0.1']]);
    expect(stderr).toContain(`Report: ${join('runs', 'other', 'report.html')}`);
    const figures = json('runs/other/figures.json') as StudyFigures;
    expect(figures).toMatchObject({ seed: 5, repeats: 2, epochs: 1, varies: ['init', 'order'] });
    expect(figures.variants.map(({ name, runs }) => [name, runs.length])).toEqual([
      ['baseline', 2],
      ['lr 0.1', 2],
    ]);
  });

  test('of which nothing that its code prints is on standard output', async () => {
    const says = "\n  callbacks: () => [{ name: 'says', onTrainStart: () => void process.stdout.write('said in a run\\n') }],";
    writeFileSync(join(folder, 'says.ts'), `process.stdout.write('said by the file\\n');\n${study(says)}`);
    const { status, stdout, stderr } = await hone(['study', 'says.ts', '--processes', '1', '--epochs', '1', '--repeats', '1', '--json']);
    expect([status, Object.keys(JSON.parse(stdout) as object)]).toEqual([0, ['folder', 'verdict']]);
    expect(stderr.match(/said .*/g)).toEqual(['said by the file', ...Array(4).fill('said in a run')]);
  });

  test('--report makes the same report anew, and prints the same', async () => {
    const files = ['report.html', 'report.md', 'figures.csv'];
    const before = files.map((file) => read('runs/tiny', file));
    for (const file of files) rmSync(join(folder, 'runs/tiny', file));
    const { status, stdout, stderr } = await hone(['study', '--report', 'runs/tiny']);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`Report: ${join('runs', 'tiny', 'report.html')}`);
    expect(files.map((file) => read('runs/tiny', file))).toEqual(before);
  });

  test('--resume of a study that is finished prints what it came to', async () => {
    const { status, stdout } = await hone(['study', '--resume', 'runs/other', '--processes', '1']);
    expect([status, stdout]).toEqual([0, expect.stringContaining('lr 0.1')]);
  });

  async function verdictOf(path: string): Promise<StudyVerdict> {
    return (JSON.parse((await hone(['study', '--report', path, '--json'])).stdout) as { verdict: StudyVerdict }).verdict;
  }
});

test('runs that all fail end in an error, and the reason', async () => {
  writeFileSync(
    join(folder, 'failing.ts'),
    study("\n  callbacks: () => [{ name: 'no', onTrainStart() { throw new Error('not today'); } }],"),
  );
  const { status, stdout, stderr } = await hone(['study', 'failing.ts', '--processes', '1', '--repeats', '1']);
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toContain('No run has come to the end of an epoch: ');
  expect(stderr).toContain('not today');
});

describe('--list', () => {
  test('has every preset with its claim, within 80 columns', async () => {
    const { status, stdout } = await hone(['study', '--list']);
    expect(status).toBe(0);
    for (const [name, { title }] of Object.entries(studies)) expect(stdout).toMatch(new RegExp(`^ {2}${name} +${title.slice(0, 12)}`, 'm'));
    expect(stdout.match(/"/g)!.length).toBe(2 * Object.keys(studies).length);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    const listed = JSON.parse((await hone(['study', '--list', '--json'])).stdout) as { name: string; claim: { quote: string } }[];
    expect(listed.map(({ name }) => name)).toEqual(Object.keys(studies));
  });
});

describe('mistakes', () => {
  const preset = Object.keys(studies)[0]!;

  beforeAll(() => {
    writeFileSync(join(folder, 'options.mjs'), "export default { title: 'a' };");
    mkdirSync(join(folder, 'empty'));
    mkdirSync(join(folder, 'damaged'));
    writeFileSync(join(folder, 'damaged/study.json'), '{"format": 1, "run": {"repeats": "3"}}');
    mkdirSync(join(folder, 'newer'));
    const source = { preset: 'alchemy', options: {} };
    const asked = { format: 1, title: 'a', command: '', started: '', versions: '', source, changes: {}, run: {} };
    writeFileSync(join(folder, 'newer/study.json'), JSON.stringify(asked));
  });

  test.each([
    [['study', `${preset}s`], `there is no preset "${preset}s", and no file of that name. Did you mean ${preset}?`],
    [['study', 'alchemy'], 'there is no preset "alchemy", and no file of that name. hone study --list shows the presets.'],
    [['study', 'tinny.ts'], 'Did you mean tiny.ts?'],
    [['study', 'options.mjs'], 'exports a plain object, not a study. Write export default defineStudy({ … });'],
    [
      ['study', 'tiny.ts', '--quick'],
      '--quick belongs to the presets; tiny.ts says by itself what it trains on, and how long. Leave it out.',
    ],
    [['study', 'tiny.ts', '--variants', 'width8'], 'there is no variant "width8". Did you mean "width 8"?'],
    [['study', 'tiny.ts', '--variants', 'baseline'], 'only the baseline is left, so that there is nothing to compare.'],
    [['study', 'tiny.ts', 'more'], 'too many arguments'],
    [['study', 'tiny.ts', '--resume', 'empty'], '--resume takes no study beside it; there is tiny.ts. Leave one out.'],
    [['study', '--resume', 'empty', '--seed', '3'], '--resume goes on with the options that the study was begun with. Leave out --seed.'],
    [['study', '--report', 'empty', '--processes', '2'], '--report reads what was measured. Leave out --processes.'],
    [['study', '--list', '--out', 'x'], '--list shows the presets. Leave out --out.'],
    [['study', '--resume', 'nowhere'], '--resume nowhere: there is no such folder. Name the folder of a study, such as runs/digits-quick.'],
    [
      ['study', '--resume', 'empty'],
      '--resume empty: the folder holds no study.json, which hone study writes. Is it the folder of a study?',
    ],
    [['study', '--resume', 'damaged'], '--resume damaged: study.json cannot be used: title: '],
    [['study', '--resume', 'newer'], 'study.json cannot be used: it names the preset alchemy, which this version of Hone does not have.'],
    [
      ['study', '--report', 'empty'],
      '--report empty: the folder holds no figures.json, which hone study writes. Is it the folder of a study?',
    ],
    [['study', '--report', 'nowhere'], '--report nowhere: there is no such folder.'],
  ])('%o', async (args, message) => {
    const { status, stdout, stderr } = await hone(args);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain(message);
    expect(readdirSync(folder)).not.toContain('x');
  });
});
