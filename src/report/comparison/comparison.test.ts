import { type Comparison, comparisonPage, comparisonTable, lineChart, type RunFigures } from 'hone/report';
import { describe, expect, test } from 'vitest';
import { escapeHtml, htmlTable } from '../html.js';
import { notes } from './comparison.js';
import { lateRange, rangeOf } from './range.js';

/** A run whose test accuracies are given. */
function run(seed: number, accuracies: number[], more: Partial<RunFigures> = {}): RunFigures {
  const epochs = accuracies.map((a) => ({
    trainLoss: 0.9 - a / 2,
    trainAccuracy: a,
    validationLoss: 1 - a,
    validationAccuracy: a,
    seconds: 1.5,
    lr: 0.001,
  }));
  return { seed, epochs, bestEpoch: accuracies.length, ...more };
}

function comparison(runs: RunFigures[][], more: Partial<Comparison> = {}): Comparison {
  return {
    title: 'Two <models>',
    summary: 'Data & settings.',
    settings: { command: 'hone "x"' },
    variants: runs.map((of, i) => ({
      name: ['small', 'batchnorm'][i]!,
      description: 'a <b>',
      parameters: [7850, 243_658][i]!,
      architecture: 'Net(\n  (fc): Linear\n)',
      runs: of,
    })),
    ...more,
  };
}

const two = comparison([
  [run(0, [0.4, 0.8, 0.9]), run(1, [0.5, 0.82, 0.92])],
  [run(0, [0.8, 0.95, 0.96]), run(1, [0.82, 0.94, 0.95], { bestEpoch: 2 })],
]);

describe('comparisonTable', () => {
  test('one row a variant where there is room', () => {
    const lines = comparisonTable(two, 120).split('\n');
    expect(lines[0]).toMatch(/^model +parameters +train loss +train accuracy +test loss +test accuracy +s\/epoch +best epoch$/);
    expect(lines).toHaveLength(4);
    expect(lines[2]!.split(/ {2,}/)).toEqual([
      'small',
      '7,850',
      '0.4450 ± 0.0071',
      '0.9100 ± 0.0141',
      '0.0900 ± 0.0141',
      '0.9100 ± 0.0141',
      '1.50',
      '3',
    ]);
    expect(lines[3]).toMatch(/2–3$/);
  });

  test('train above test in 80 columns, and in the 100 of logs', () => {
    for (const columns of [80, 100]) {
      const lines = comparisonTable(two, columns).split('\n');
      expect(lines).toHaveLength(6);
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
      expect(lines[3]!.trim().split(/ {2,}/)).toEqual(['test', '0.0900 ± 0.0141', '0.9100 ± 0.0141', '1.50', '3']);
    }
  });

  test('a single run fits beside each other, without ±', () => {
    const table = comparisonTable(comparison([[run(0, [0.5, 0.9])]]));
    expect(table.split('\n')).toHaveLength(3);
    expect(table).not.toContain('±');
  });

  test('runs that were stopped or failed are told of, and stay out of the means of whole ones', () => {
    const cut = comparison([[run(0, [0.4, 0.8, 0.9]), run(1, [0.5], { interrupted: true })], [run(0, [0.8], { interrupted: true })]], {
      stopped: 'Stopped by hand when 1 of 4 runs were finished.',
    });
    const lines = comparisonTable(cut, 120).split('\n');
    expect(lines[2]).toContain('0.9000  ');
    expect(lines[3]).toContain('0.8000  ');
    expect(notes(cut)).toEqual([
      'Stopped by hand when 1 of 4 runs were finished.',
      'small, seed 1: stopped by hand after epoch 1; not in the means.',
      'batchnorm, seed 0: stopped by hand after epoch 1.',
    ]);
    expect(notes(two)).toEqual([]);
  });

  test('a variant of which every run failed at once shows dashes', () => {
    const failed = comparison([[run(0, [0.9])], [run(0, [], { failed: 'the loss became NaN in epoch 1, step 2', bestEpoch: 0 })]]);
    expect(comparisonTable(failed, 120).split('\n')[3]!.split(/ {2,}/)).toEqual(['batchnorm', '243,658', '-', '-', '-', '-', '-', '-']);
    expect(notes(failed)).toEqual(['batchnorm, seed 0: the loss became NaN in epoch 1, step 2.']);
  });
});

/** Fails where tags do not close in order: enough for pages that this code writes. */
function checkTags(html: string): void {
  const empty = new Set(['meta', 'br', '!doctype']);
  const open: string[] = [];
  const markup = html.replace(/<!\[CDATA\[.*?\]\]>/gs, '').replace(/<(style)[^>]*>.*?<\/\1>/gs, '');
  for (const [, close, name, self] of markup.matchAll(/<(\/?)([a-zA-Z!][\w-]*)(?:\s[^<>]*?)?(\/?)>/g)) {
    if (empty.has(name!.toLowerCase()) || self) continue;
    if (!close) open.push(name!);
    else expect(open.pop()).toBe(name);
  }
  expect(open).toEqual([]);
  expect(markup.replace(/<(\/?)([a-zA-Z!][\w-]*)(?:\s[^<>]*?)?(\/?)>/g, '')).not.toMatch(/[<>]/);
}

/** What a browser would fetch or run. */
const outside = /<script|<link|<iframe|<img|<object|@import|url\((?!#)|\ssrc=|href="(?!#)|\son\w+=/i;

describe('comparisonPage', () => {
  test('is one well-formed page that fetches and runs nothing', async () => {
    const page = await comparisonPage(two);
    checkTags(page);
    expect(page).not.toMatch(outside);
    expect([...page.matchAll(/https?:\/\/[^"'\s<]*/g)].map(([url]) => url).filter((url) => !url.startsWith('http://www.w3.org/'))).toEqual(
      [],
    );
    const ids = [...page.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
    expect(ids.length).toBeGreaterThan(0);
    expect(new Set(ids).size).toBe(ids.length);
    for (const text of ['0.9100 ± 0.0141', 'over 2 runs', 'seed 1: 3 epochs, best epoch 2', 'Linear']) expect(page).toContain(text);
  });

  test('escapes what it is given', async () => {
    const page = await comparisonPage(two);
    expect(page).toContain('Two &#60;models&#62;');
    expect(page).toContain('hone &#34;x&#34;');
    expect(page).not.toContain('<models>');
    expect(page).not.toContain('a <b>');
  });

  test('one run of one epoch, a stopped study, a failed run, NaN', async () => {
    const nan = run(0, [0.5, 0.6]);
    nan.epochs[1]!.validationLoss = Number.NaN;
    for (const odd of [
      comparison([[run(0, [0.5])]]),
      comparison([[run(0, [0.5], { interrupted: true })]], { stopped: 'Stopped by hand.' }),
      comparison([[nan], [run(0, [], { failed: 'the loss became NaN', bestEpoch: 0 })]]),
    ]) {
      const page = await comparisonPage(odd);
      checkTags(page);
      expect(page.match(/<svg/g)).toHaveLength(odd.variants.length === 1 ? 2 : 4);
      expect(page.replace('the loss became NaN', '').replace('the loss became NaN', '')).not.toMatch(/NaN|undefined|Infinity/);
      expect(page).not.toContain('±');
    }
    expect(await comparisonPage(comparison([[run(0, [0.5])]], { stopped: 'Stopped by hand.' }))).toContain(
      '<p class="note">Stopped by hand.</p>',
    );
  });

  test('a single variant shows training and test in one chart', async () => {
    const page = await comparisonPage(comparison([[run(0, [0.5, 0.55, 0.6])]]));
    expect([...page.matchAll(/aria-label="([^"]*)"/g)].map(([, title]) => title)).toEqual(['accuracy', 'loss']);
    expect(page.match(/>(train|test)<\/text>/g)).toEqual(['>train</text>', '>test</text>', '>train</text>', '>test</text>']);
  });

  test('curves that start far away are enlarged, with the whole behind a fold', async () => {
    const long = comparison([[run(0, [0.1, 0.6, 0.9, 0.91, 0.92, 0.93])]]);
    const page = await comparisonPage(long);
    // The losses of training and test lie apart, so that a late range would gain little.
    expect([...page.matchAll(/aria-label="([^"]*)"/g)].map(([, title]) => title)).toEqual(['accuracy, enlarged', 'loss', 'accuracy']);
  });
});

describe('charts', () => {
  test('an <svg> of its own, with a band per deviation, and a legend', async () => {
    const plain = await lineChart({ title: 'a "b" <c>', xName: 'epoch', series: [{ name: 'one', values: [1, 2, 3] }] }).toSvg();
    const banded = await lineChart({
      title: 'a',
      xName: 'epoch',
      series: [{ name: 'one', values: [1, 2, 3], deviation: [0.1, 0.2, 0] }],
    }).toSvg();
    for (const svg of [plain, banded]) {
      checkTags(svg);
      expect(svg).not.toMatch(outside);
      expect(svg).toContain('>one</text>');
    }
    expect(plain).toContain('aria-label="a &#34;b&#34; &#60;c&#62;"');
    expect(plain).not.toMatch(/fill-opacity="0\.2"/);
    expect(banded).toMatch(/fill-opacity="0\.2"/);
  });

  test('the axis ends at round numbers around all points and bands, within what values can be', () => {
    expect(rangeOf([{ name: 'a', values: [0.52, 0.91, 0.968] }], { min: 0, max: 1 })).toEqual({ min: 0.5, max: 1, step: 0.1, decimals: 1 });
    expect(rangeOf([{ name: 'a', values: [0.98, 0.99], deviation: [0.01, 0.05] }], { min: 0, max: 1 })).toEqual({
      min: 0.94,
      max: 1,
      step: 0.02,
      decimals: 2,
    });
    expect(rangeOf([{ name: 'a', values: [0.05, 0.1], deviation: [0.2, 0] }], { min: 0 })).toMatchObject({ min: 0, max: 0.25 });
    expect(rangeOf([{ name: 'a', values: [3, 3] }])).toMatchObject({ min: 2.8, max: 3.2 });
  });

  test('an axis without values, or with one value at its bound, has a height', () => {
    for (const values of [[], [Number.NaN], [0], [1], [1, 1]]) {
      const { min, max, step } = rangeOf([{ name: 'a', values }], { min: 0, max: 1 });
      expect(max - min).toBeGreaterThan(0);
      expect(step).toBeGreaterThan(0);
      expect(min).toBeGreaterThanOrEqual(0);
      expect(max).toBeLessThanOrEqual(1);
    }
  });

  test('the late range leaves early points out, where that gains much', () => {
    expect(lateRange([{ name: 'a', values: [0.1, 0.5, 0.9, 0.91, 0.92, 0.93] }])).toEqual({ min: 0.9, max: 0.93, step: 0.01, decimals: 2 });
    expect(lateRange([{ name: 'a', values: [0.9, 0.91, 0.92, 0.93, 0.94, 0.95] }])).toBeUndefined();
    expect(lateRange([{ name: 'a', values: [0.5] }])).toBeUndefined();
    expect(lateRange([{ name: 'a', values: [0.1, 0.8, 0.9, 0.91] }])).toBeUndefined(); // few epochs are all of interest
  });
});

test('html helpers', () => {
  expect(escapeHtml(`<a href="x" id='y'>&`)).toBe('&#60;a href=&#34;x&#34; id=&#39;y&#39;&#62;&#38;');
  const table = htmlTable({ columns: [{ title: 'a' }, { title: 'n', align: 'right' }], rows: [['<i>', '1']], wrap: true });
  expect(table).toContain('<td>&#60;i&#62;</td><td class="number">1</td>');
  expect(table).toContain('<table class="wrap">');
});
