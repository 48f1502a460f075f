/** A study's reports as text: table, Markdown, CSV, and how numbers are written. */
import { ArgumentError } from 'hone';
import { studyCsv, studyMarkdown, studyPage, studyTable } from 'hone/report';
import { describe, expect, test } from 'vitest';
import { madeFigures, madeStudies, madeVerdict, oddNames } from '../../../test/helpers/study-figures.js';
import { width } from '../progress/cells.js';
import { endingOf, lettersOf, showDifference, showInterval, showP, showRatio, showScore, unitsOf } from './units.js';

const studies = Object.entries(madeStudies()).map(([name, figures]) => ({ name, figures, verdict: madeVerdict(figures) }));
const { figures: usual, verdict } = studies[0]!;

/** Rows of a CSV file, with quotes as RFC 4180 has them. */
function parsed(csv: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^,\n"]*))(,|\n|$)/g)) {
    rows.at(-1)!.push(quoted === undefined ? plain! : quoted.replaceAll('""', '"'));
    if (end === '\n') rows.push([]);
  }
  return rows.slice(0, -1);
}

describe('studyTable', () => {
  test('is ranked, and says what each variant came to', () => {
    const lines = studyTable(usual, verdict, 100).split('\n');
    expect(lines[0]).toMatch(/^variant +test accuracy +difference +p +−\d\.\d\d +0 +\+\d\.\d\d$/);
    expect(lines.slice(2, 6).map((line) => line.split(/ {2,}/)[0])).toEqual(['batch norm', 'dropout', 'baseline', 'weight decay']);
    expect(lines[2]).toMatch(/96\.54 ± 0\.28 % +\+1\.42 +0\.031 +▲ helped +┊ +├─+●─+┤$/);
    expect(lines[4]).toMatch(/baseline +95\.12 ± 0\.68 % +baseline +┊$/);
    expect(lines[5]).toMatch(/▼ hurt +├─+●─+┤ +┊$/);
    expect(lines.slice(6).join('\n')).toMatch(/further pairs[\s\S]*batch norm − dropout/);
  });

  test('says in a word what each came to where there is little room, and by a sign where there is less', () => {
    expect(studyTable(usual, verdict, 60)).toMatch(/^batch norm .* \+1\.42 .*▲ helped$/m);
    expect(studyTable(usual, verdict, 48)).toMatch(/^batch norm .* \+1\.42 +▲( helped)?$/m);
    const odd = madeStudies()['one']!;
    expect(studyTable(odd, madeVerdict(odd), 60)).toMatch(/… too few/);
  });

  test.each(studies)('of "$name" fits every width', ({ figures, verdict: said }) => {
    for (const columns of [20, 30, 40, 60, 79, 80, 100, 120, 200]) {
      const table = studyTable(figures, said, columns);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: none may reach the terminal.
      expect(table).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]| $/m);
      expect(Math.max(...table.split('\n').map(width))).toBeLessThanOrEqual(columns);
      expect(table.split('\n').length).toBeGreaterThanOrEqual(2 + figures.variants.length);
    }
  });

  test('refuses what it cannot show', () => {
    expect(() => studyTable(usual, verdict, 10)).toThrow('studyTable: columns is 10, expected at least 20.');
    expect(() => studyTable(undefined as never, verdict)).toThrow(/studyTable: the figures are undefined, expected what runStudy gives/);
    expect(() => studyTable(usual, Promise.resolve(verdict) as never)).toThrow(
      /the verdict is a Promise, expected what studyVerdict gives. Await it/,
    );
    expect(() => studyTable({ ...usual, metric: { name: 'accuracy' } } as never, verdict)).toThrow(
      /figures\.metric is an object, expected/,
    );
    const other = madeFigures({ variants: { baseline: 0, other: 1 } });
    expect(() => studyTable(usual, madeVerdict(other))).toThrow(/the verdict names "other", which is not a variant in the figures/);
  });
});

describe('studyMarkdown', () => {
  test('has the verdict, the ranking, every run, settings, method and the command', () => {
    const text = studyMarkdown(usual, verdict);
    for (const heading of ['Verdict', 'Ranking', 'Every run', 'Variants', 'Settings', 'Method', 'How to repeat it'])
      expect(text).toContain(`\n## ${heading}\n`);
    for (const words of verdict.words) expect(text).toContain(`- ${words.replace(/([-])/, '$1')}`);
    expect(text).toContain('**Found.** The first technique helped in this study, too.');
    expect(text).toMatch(/\| 1 \| batch norm \| 96\.54 ± 0\.28 % \| a \| \+1\.42 \|/);
    expect(text.match(/^\| weight decay \| \d \|/gm)).toHaveLength(8);
    expect(text).toContain('```sh\nhone study digits --repeats 8\n```');
    expect(text).toContain('test data was used for nothing but the figures reported here');
  });

  test('takes no name for markup', () => {
    const { figures, verdict: said } = studies.find(({ name }) => name === 'odd')!;
    const text = studyMarkdown(figures, said);
    const outside = text.replace(/^(`{3,})[a-z]*\n[\s\S]*?\n\1$/gm, '');
    expect(outside.match(/<[a-z/]/gi)).toBeNull();
    expect(outside.match(/(?<!\\)[*`](star|tick)/g)).toBeNull();
    expect(outside.match(/(?<!\\)\]\(/g)).toBeNull();
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none may reach a terminal.
    expect(text.match(/[\u0000-\u0009\u000b-\u001f]/g)).toBeNull();
    // Every row of a table has as many cells as its heading.
    for (const block of outside.split('\n\n').filter((part) => part.startsWith('| '))) {
      const cells = block.split('\n').map((line) => line.match(/(?<!\\)\|/g)!.length);
      expect(new Set(cells).size).toBe(1);
    }
  });
});

describe('studyCsv', () => {
  test('has a row for each run and each of its epochs, with every digit', () => {
    const [head, ...rows] = parsed(studyCsv(usual));
    const table = rows.map((row) => Object.fromEntries(row.map((value, i) => [head![i]!, value])));
    expect(rows.every((row) => row.length === head!.length)).toBe(true);
    const runs = table.filter(({ row }) => row === 'run');
    expect(runs).toHaveLength(32);
    expect(table.filter(({ row }) => row === 'epoch')).toHaveLength(32 * 12);
    const [first] = usual.variants[1]!.runs;
    const same = runs.find(({ variant, repeat }) => variant === 'batch norm' && repeat === '0')!;
    expect(Number(same['test accuracy'])).toBe(first!.scores!.test['accuracy']);
    expect(Number(same['seed order'])).toBe(first!.seeds.order);
    expect(same['setting norm']).toBe('batch');
    expect(same['mean activation']).toBe('0.5 0.25 0.16');
    const third = table.find(
      ({ row, variant, repeat, epoch }) => row === 'epoch' && variant === 'batch norm' && repeat === '0' && epoch === '3',
    )!;
    expect(Number(third['validation loss'])).toBe(first!.epochs[2]!.validation.loss);
    expect(third['test accuracy']).toBe('');
  });

  test('names and failures of any kind come back whole', () => {
    const { figures } = studies.find(({ name }) => name === 'odd')!;
    const names = new Set(
      parsed(studyCsv(figures))
        .slice(1)
        .map(([name]) => name),
    );
    expect([...names]).toEqual(oddNames);
    const failing = parsed(studyCsv(studies.find(({ name }) => name === 'failing')!.figures));
    expect(failing.filter((row) => row.includes('failed: Error: a < b'))).toHaveLength(8);
  });

  test('figures that went through a file are shown as well: NaN became null', async () => {
    const figures = JSON.parse(JSON.stringify(studies.find(({ name }) => name === 'failing')!.figures));
    figures.variants[0].runs[0].epochs[3].validation.loss = null;
    figures.variants[0].runs[1].scores.test.accuracy = null;
    const said = JSON.parse(JSON.stringify(madeVerdict(figures)));
    // A run's own words speak of NaN.
    const strange = (text: string) => text.replaceAll('became NaN', '').match(/NaN|null|undefined/g);
    const silent = { ...said, words: [] };
    expect([studyCsv(figures), studyTable(figures, said), studyMarkdown(figures, silent)].map(strange)).toEqual([null, null, null]);
    const page = await studyPage(figures, silent);
    expect(strange(page.replace(/<script>[\s\S]*?<\/script>|href="[^"]*"/g, ''))).toBeNull();
  });
});

describe('numbers', () => {
  test('accuracies in per cent, their differences in points, with two digits of the deviation', () => {
    const units = unitsOf('accuracy', usual.variants);
    expect([showScore(units, 0.97413), showDifference(units, 0.013), showDifference(units, -0.0021)]).toEqual([
      '97.41 %',
      '+1.30',
      '−0.21',
    ]);
    expect([showDifference(units, 0.00001), showDifference(units, Number.NaN), showScore(units, null)]).toEqual(['0.00', '–', '–']);
    expect([showInterval(units, [-0.001, 0.002]), showInterval(units, undefined)]).toEqual(['−0.10 to +0.20', '–']);
  });

  test('other scores as they are', () => {
    const { variants } = madeFigures({
      variants: { a: 0, b: -3 },
      metric: { name: 'mse', better: 'min' },
      level: 131.5,
      noise: 4,
      shared: 9,
    });
    expect(showScore(unitsOf('mse', variants), 128.456)).toBe('128');
    // Pairs may differ by less than runs spread: a difference has its own digits.
    const pairs = madeFigures({
      variants: { a: 0, b: 0.002 },
      metric: { name: 'mse', better: 'min' },
      level: 0.9,
      noise: 0.001,
      shared: 0.2,
    });
    const units = unitsOf('mse', pairs.variants);
    expect([showScore(units, 0.88128), showDifference(units, 0.00213)]).toEqual(['0.88', '+0.0021']);
    const tiny = madeFigures({
      variants: { a: 0, b: 1e-6 },
      metric: { name: 'mae', better: 'min' },
      level: 4e-5,
      noise: 1e-7,
      shared: 1e-7,
    });
    expect(Number(showScore(unitsOf('mae', tiny.variants), 4.04e-5))).toBeCloseTo(4.04e-5, 9);
  });

  test('p, ratios, endings', () => {
    expect([0.00001, 0.0078125, 0.0234, 0.4, 1, Number.NaN].map(showP)).toEqual(['< 0.0001', '0.0078', '0.023', '0.40', '1.00', '–']);
    expect([1.239, 12.3, Number.NaN].map(showRatio)).toEqual(['×1.24', '×12', '–']);
    const { runs } = usual.variants[0]!;
    expect([endingOf(runs[0]!), endingOf({ ...runs[0]!, failed: 'NaN' }), endingOf({ ...runs[0]!, running: true })]).toEqual([
      '',
      'failed: NaN',
      'still running',
    ]);
  });

  test('letters: those with one in common cannot be told apart', () => {
    const letters = lettersOf({ ...verdict, groups: [['a', 'b'], ['b', 'c'], ['d']] });
    expect(Object.fromEntries(letters)).toEqual({ a: 'a', b: 'ab', c: 'b', d: 'c' });
    expect(lettersOf({ ...verdict, groups: Array.from({ length: 28 }, (_, i) => [`v${i}`]) }).get('v27')).toBe('b1');
  });
});

test.each([studyTable, studyMarkdown, studyPage])('%o names what is no study', async (report) => {
  for (const wrong of [null, 3, {}, [], { variants: [] }, { variants: [{ runs: [] }] }])
    await expect((async () => report(wrong as never, verdict))()).rejects.toThrow(ArgumentError);
  for (const wrong of [null, 3, {}, [], { comparisons: [] }, { comparisons: [{}], variants: [] }])
    await expect((async () => report(usual, wrong as never))()).rejects.toThrow(ArgumentError);
});
