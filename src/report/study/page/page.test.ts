/** The page of a study as text; test/browser looks at it in a browser. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { studyCsv, studyPage } from 'hone/report';
import { describe, expect, test } from 'vitest';
import { madeStudies, madeVerdict } from '../../../../test/helpers/study-figures.js';
import { csvOf } from '../csv.js';
import { chartTitle, curveNames, drawChart } from './charts/chart.js';
import { curveStops, curveTip, robustEnds, smoothed, thinned } from './charts/curves.js';
import { type PageStudy, STILL } from './charts/view.js';
import { packed, unpacked } from './packed.js';
import { PALETTES } from './style.js';

const studies = Object.entries(madeStudies()).map(([name, figures]) => ({ name, figures, verdict: madeVerdict(figures) }));
const usual: PageStudy = { ...studies[0]!, reach: [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365] };

/** Text as a reader without a script sees it. */
const textOf = (html: string) =>
  html
    .replace(/<(style|script)>[\s\S]*?<\/\1>|<svg[\s\S]*?<\/svg>|href="[^"]*"/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
    .replace(/\s+/g, ' ');

describe('the page', () => {
  test('says first what helped, and then all the rest', async () => {
    const page = await studyPage(usual.figures, usual.verdict);
    const text = textOf(page);
    const order = [
      '▲ Helped batch norm +1.42 points',
      '▼ Made it worse weight decay −0.63 points',
      '? No difference found dropout +0.42 points',
    ];
    const places = [
      ...order,
      'What the document says',
      'Found.',
      'Ranking',
      'Further pairs',
      'Every seed',
      'Curves',
      'Every run',
      'Settings',
      'Method',
      'How to repeat it',
      'Raw figures',
    ].map((part) => text.indexOf(part));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places[0]).toBeGreaterThan(0);
    expect(text).toContain('1 batch norm 96.54 ± 0.28 % 8 runs a +1.42 +1.02 to +1.82 ▲ helped p = 0.031 100 % 20–90 %');
    expect(text).toMatch(/batch norm − baseline 8 \+1\.42 0\.60 \+\d\.\d\d to \+\d\.\d\d \+\d\.\d\d to \+\d\.\d\d 0\.0078 0\.031 /);
    expect(text).toContain('hone study digits --repeats 8');
    // In a box those with the baseline come first, the best of them at the top.
    const helped = { ...usual.verdict, comparisons: usual.verdict.comparisons.map((c) => ({ ...c, outcome: 'helped' as const })) };
    expect(textOf(await studyPage(usual.figures, helped))).toMatch(
      /▲ Helped batch norm \+1\.42 points dropout \+0\.42 points weight decay −0\.63 points batch norm against dropout \+1\.00 points/,
    );
    expect(text).toContain('MNIST was not at hand');
  });

  test.each(studies)('of "$name" is one file that loads nothing and runs one known script', async ({ figures, verdict }) => {
    const page = await studyPage(figures, verdict);
    const scripts = [...page.matchAll(/<script([^>]*)>([\s\S]*?)<\/script>/g)];
    expect(scripts).toHaveLength(1);
    const hash = createHash('sha256').update(scripts[0]![2]!).digest('base64');
    expect(page).toContain(`default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'`);
    const outside = page.replace(scripts[0]![0], '');
    const tags = [...outside.matchAll(/<[a-z](?:[^">]|"[^"]*")*>/gi)].map(([tag]) => tag);
    const bare = tags.map((tag) => tag.replace(/"[^"]*"/g, '""'));
    expect(tags.length).toBeGreaterThan(50);
    expect(bare.filter((tag) => /^<(img|iframe|object|embed|link|base|audio|video)|\s(src|on\w+|style)=/i.test(tag))).toEqual([]);
    expect(tags.filter((tag) => /\shref="(?!data:)/.test(tag))).toEqual([]);
    expect(outside.match(/<style>[\s\S]*<\/style>/)![0].match(/url\(|@import/g)).toBeNull();
    // What is opened is closed.
    for (const tag of ['svg', 'g', 'td', 'div', 'span', 'li', 'details', 'table'])
      expect([tag, outside.split(`</${tag}>`).length]).toEqual([
        tag,
        bare.filter((one) => new RegExp(`^<${tag}[ >]`).test(one)).length + 1,
      ]);
  });

  test('holds the raw figures in its links, in every character', async () => {
    for (const { figures, verdict } of studies) {
      const page = await studyPage(figures, verdict);
      const data = (id: string) => new RegExp(`id="${id}"[^>]* href="data:[^,]*,([^"]*)"`).exec(page)![1]!;
      const json = gunzipSync(Buffer.from(data('figures-json'), 'base64')).toString();
      expect(json).toBe(JSON.stringify(figures));
      // The page's script makes the table of it.
      expect(csvOf(JSON.parse(json))).toBe(studyCsv(figures));
      expect(await unpacked(await packed(json))).toBe(json);
      expect(decodeURIComponent(data('verdict-json'))).toBe(JSON.stringify(verdict));
    }
  });

  test('of very many epochs stays small: fewer digits of single epochs, thin curves, and every score whole', async () => {
    const figures = madeStudies()['usual']!;
    const [first] = figures.variants[0]!.runs;
    const epoch = first!.epochs[0]!;
    const epochs = Array.from({ length: 700 }, (_, i) => ({
      ...epoch,
      epoch: i + 1,
      steps: 10 * (i + 1),
      train: { ...epoch.train, loss: 1 / (i + 3) },
    }));
    const long = { ...figures, variants: figures.variants.map((v) => ({ ...v, runs: v.runs.map((run) => ({ ...run, epochs })) })) };
    const page = await studyPage(long, madeVerdict(long));
    expect(page.length).toBeLessThan(studyCsv(long).length / 5);
    expect(textOf(page)).toContain('six significant digits');
    const json = gunzipSync(Buffer.from(/id="figures-json"[^>]* href="data:[^,]*,([^"]*)"/.exec(page)![1]!, 'base64')).toString();
    const [run] = (JSON.parse(json) as typeof figures).variants[0]!.runs;
    expect(run!.scores).toEqual(first!.scores);
    expect(run!.epochs.map(({ train }) => train.loss)).toEqual(epochs.map(({ train }) => Number(train['loss'].toPrecision(6))));
  });

  test('the script is the one that its source makes: npm run gen', () => {
    const root = join(import.meta.dirname, '../../../..');
    const { stdout } = spawnSync(process.execPath, ['scripts/gen-study-page.mjs', '--print'], { cwd: root, encoding: 'utf8' });
    expect(stdout === readFileSync(join(import.meta.dirname, 'live.gen.ts'), 'utf8')).toBe(true);
  });
});

describe('charts', () => {
  test('curves show the mean of the runs with what was chosen as their band', () => {
    const last = 11;
    const values = usual.figures.variants[1]!.runs.map((run) => 100 * run.epochs[last]!.validation['accuracy']!);
    const mean = values.reduce((a, b) => a + b) / 8;
    const deviation = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / 7);
    const tip = (view: Partial<typeof STILL>) => {
      const stops = curveStops(usual, { ...STILL, ...view }, 'validation-0', 560);
      return curveTip(usual, { ...STILL, ...view }, 'validation-0', 560, stops.at(-1)!)!;
    };
    const row = (view: Partial<typeof STILL>) => tip(view).rows.find(([place]) => place === 1)![2];
    const two = (v: number) => String(Number(v.toFixed(2)));
    expect(tip({}).title).toBe('epoch 12');
    expect(row({})).toBe(`${two(mean)} ± ${two(deviation)}`);
    expect(row({ band: 'interval' })).toBe(`${two(mean)} ± ${two((2.365 * deviation) / Math.sqrt(8))}`);
    expect(row({ band: 'range' })).toBe(`${two(mean)} (${two(Math.min(...values))} to ${two(Math.max(...values))})`);
    // The second variant takes twice as many steps.
    expect(tip({ along: 'steps' }).title).toBe('step 3,768');
    expect(tip({ hidden: new Set([1]) }).rows.map(([, name]) => name)).not.toContain('batch norm');
  });

  test('smooths as TensorBoard does', () => {
    // tensorboard 2.21, vz_line_chart2: an exponential mean, divided by 1 - weight ** count.
    expect(smoothed([1, 2, 3], 0.5)).toEqual([1, expect.closeTo(5 / 3, 12), expect.closeTo(17 / 7, 12)]);
    expect(smoothed([2, 2, 2], 0.9)).toEqual([2, 2, 2]);
    const [first, gap, third] = smoothed([1, Number.NaN, 2], 0.5);
    expect([first, gap]).toEqual([1, Number.NaN]);
    expect(third).toBeCloseTo(5 / 3, 12);
  });

  test('one curve that explodes does not squeeze the others, and this is said', () => {
    const exploding = (name: string) => ({
      ...usual.figures,
      variants: usual.figures.variants.map((v) =>
        v.name !== name
          ? v
          : {
              ...v,
              runs: v.runs.map((run) => ({
                ...run,
                epochs: run.epochs.map((e) => ({ ...e, validation: { ...e.validation, loss: 10 ** e.epoch } })),
              })),
            },
      ),
    });
    const study = { ...usual, figures: exploding('dropout') };
    const top = (view: typeof STILL) =>
      Math.max(
        ...[...drawChart(study, view, 'curves:validation-1', 560).matchAll(/text-anchor="end">([^<]+)</g)].map(([, text]) => Number(text)),
      );
    expect(top(STILL)).toBeLessThan(10);
    expect(chartTitle(study, STILL, 'curves:validation-1', 560)).toContain('1 curve far out, cut off');
    expect(top({ ...STILL, whole: true })).toBeGreaterThan(1e11);
    expect(chartTitle(study, { ...STILL, whole: true }, 'curves:validation-1', 560)).toBe('validation loss');
    expect(chartTitle(usual, STILL, 'curves:validation-1', 560)).not.toContain('far out');
  });

  test('what is far out is left out while most curves gain room by it', () => {
    expect(
      robustEnds([
        [1, 2],
        [1, 3],
        [0, 2],
        [1, 1e15],
        [2, 1e6],
      ]),
    ).toEqual({ ends: [0, 3], out: 2 });
    expect(
      robustEnds([
        [-1e9, 0.9],
        [0.1, 0.8],
        [0.2, 0.9],
      ]),
    ).toEqual({ ends: [0.1, 0.9], out: 1 });
    expect(
      robustEnds([
        [1, 2],
        [1, 3],
        [1, 9],
      ]),
    ).toEqual({ ends: [1, 9], out: 0 });
    expect(
      robustEnds([
        [1, 2],
        [1, 1e6],
        [1, 1e6],
        [1, 1e6],
      ]),
    ).toEqual({ ends: [1, 1e6], out: 0 });
    expect(robustEnds([[1, 1e6]])).toEqual({ ends: [1, 1e6], out: 0 });
    expect(robustEnds([])).toBeUndefined();
  });

  test('long curves are drawn with the points that are seen: ends, peaks and gaps stay', () => {
    const values = Array.from({ length: 5000 }, (_, i) => (i === 1234 ? 99 : i > 3000 && i < 3200 ? Number.NaN : Math.sin(i)));
    const kept = thinned(values, (v) => v);
    expect(kept.length).toBeLessThan(300);
    expect([kept[0], kept.at(-1), Math.max(...kept.filter(Number.isFinite))]).toEqual([values[0], values.at(-1), 99]);
    expect(kept.some(Number.isNaN)).toBe(true);
    expect(thinned([1, 2], (v) => v)).toEqual([1, 2]);
  });

  test('a logarithmic axis has equal factors at equal distances', () => {
    const svg = drawChart(usual, { ...STILL, logY: true }, 'curves:train-1', 560);
    const ticks = [...svg.matchAll(/y="([\d.]+)" dy=".35em" text-anchor="end">([\d.]+)</g)].map(([, y, text]) => [
      Number(y),
      Math.log10(Number(text)),
    ]);
    expect(ticks.length).toBeGreaterThan(2);
    const slopes = ticks.slice(1).map(([y, v], i) => (y! - ticks[i]![0]!) / (v! - ticks[i]![1]!));
    for (const slope of slopes) expect(Math.abs(slope - slopes[0]!)).toBeLessThan(2);
  });

  test('what cannot be told apart is joined, hidden variants are gone, names are text', () => {
    const seeds = drawChart(usual, STILL, 'seeds', 640);
    expect(seeds.match(/class="group"/g)).toHaveLength(2);
    expect(seeds.match(/class="thread"/g)).toHaveLength(8);
    expect(drawChart(usual, { ...STILL, hidden: new Set([2]) }, 'seeds', 640)).not.toContain('>dropout<');
    const odd = studies.find(({ name }) => name === 'odd')!;
    for (const chart of ['seeds', 'gap', 'time', ...curveNames({ ...odd, reach: [] }).map((name) => `curves:${name}`)]) {
      const svg = drawChart({ ...odd, reach: [] }, { ...STILL, live: true }, chart, 400);
      expect(svg).not.toMatch(/<script|<img/);
      expect(svg).toMatch(/^<svg[\s\S]*<\/svg>$/);
    }
  });

  test('every chart of every study can be drawn at every width, with places that are numbers', () => {
    for (const { figures, verdict } of studies) {
      const study = { figures, verdict, reach: usual.reach };
      for (const chart of ['seeds', 'gap', 'time', 'extra:0', 'extra:1', ...curveNames(study).map((name) => `curves:${name}`)])
        for (const [width, view] of [
          [260, STILL],
          [900, { ...STILL, live: true, logX: true, logY: true, band: 'runs' as const }],
          [640, { ...STILL, hidden: new Set(figures.variants.keys()) }],
        ] as const) {
          const svg = drawChart(study, view, chart, width) + chartTitle(study, view, chart, width);
          expect([chart, svg.match(/.{30}(NaN|Infinity|undefined).{10}/)?.[0]]).toEqual([chart, undefined]);
        }
    }
  });
});

describe('colours', () => {
  type Vector = readonly [number, number, number];
  type Matrix = readonly [Vector, Vector, Vector];
  const times = (m: Matrix, v: Vector): Vector => m.map((row) => row[0] * v[0] + row[1] * v[1] + row[2] * v[2]) as unknown as Vector;
  // Machado, Oliveira and Fernandes 2009, severity 1; and Ottosson's OKLab.
  const eyes: Record<string, Matrix> = {
    usual: [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ],
    deutan: [
      [0.367322, 0.860646, -0.227968],
      [0.280085, 0.672501, 0.047413],
      [-0.01182, 0.04294, 0.968881],
    ],
    protan: [
      [0.152286, 1.052583, -0.204868],
      [0.114503, 0.786281, 0.099216],
      [-0.003882, -0.048116, 1.051998],
    ],
    tritan: [
      [1.255528, -0.076749, -0.178779],
      [-0.078411, 0.930809, 0.147602],
      [0.004733, 0.691367, 0.3039],
    ],
  };
  const linear = (hex: string) =>
    [1, 3, 5]
      .map((i) => Number.parseInt(hex.slice(i, i + 2), 16) / 255)
      .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)) as unknown as Vector;
  const oklab = (rgb: Vector) => {
    const lms = times(
      [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
      ],
      rgb.map((c) => Math.min(1, Math.max(0, c))) as unknown as Vector,
    );
    return times(
      [
        [0.2104542553, 0.793617785, -0.0040720468],
        [1.9779984951, -2.428592205, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.808675766],
      ],
      lms.map(Math.cbrt) as unknown as Vector,
    );
  };

  test.each(Object.entries(eyes))('every two of the twelve stay apart for %s eyes', (_, eye) => {
    for (const palette of Object.values(PALETTES)) {
      const seen = palette.map((colour) => oklab(times(eye, linear(colour))));
      const apart = seen.flatMap((a, i) => seen.slice(i + 1).map((b) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])));
      expect(palette).toHaveLength(12);
      expect(Math.min(...apart)).toBeGreaterThan(0.07);
    }
  });
});
