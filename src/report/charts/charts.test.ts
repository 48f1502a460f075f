/** Charts: what is drawn where, read back from the SVG. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { tensor } from 'hone';
import { lineChart, subplots } from 'hone/report';
import { readImage } from 'hone/vision';
import { afterAll, describe, expect, test } from 'vitest';
import { linearTicks, logTicks, roundAxis, showNumbers } from './base/axis.js';
import { downsampled, type Point } from './base/downsample.js';
import { DARK, LIGHT } from './base/theme.js';

const folder = mkdtempSync(join(tmpdir(), 'hone-charts-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What is written in a chart: text, place and how it is turned. */
function textsOf(svg: string): { text: string; x: number; y: number; turned: boolean }[] {
  return [...svg.matchAll(/<text([^>]*)>([^<]*)<\/text>/g)].map(([, attributes, text]) => {
    const [, tx, ty] = /transform="translate\(([-\d.]+) ([-\d.]+)\)"/.exec(attributes!) ?? [];
    const [, mx, my] = /transform="matrix\([^,]*,[^,]*,[^,]*,[^,]*,([-\d.]+),([-\d.]+)\)"/.exec(attributes!) ?? [];
    const own = (name: string) => Number(new RegExp(` ${name}="([-\\d.]+)"`).exec(attributes!)?.[1] ?? 0);
    return {
      text: text!.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code))),
      x: Number(tx ?? mx ?? own('x')),
      y: Number(ty ?? my ?? own('y')),
      turned: mx !== undefined || /rotate\(/.test(attributes!),
    };
  });
}

const words = (svg: string) => textsOf(svg).map(({ text }) => text);

/** The corners of the curve of that colour. */
function pathOf(svg: string, colour: string): [x: number, y: number][] {
  const paths = [...svg.matchAll(/<path d="([^"]*)" fill="none" stroke="([^"]*)" stroke-width="2"/g)].filter(
    ([, , stroke]) => stroke === colour,
  );
  return paths.flatMap(([, d]) => [...d!.matchAll(/[ML]([-\d.]+) ([-\d.]+)/g)].map(([, x, y]): [number, number] => [Number(x), Number(y)]));
}

/** Where two labels of the axes stand say where any value does. */
function measure(svg: string, axis: 'x' | 'y', [a, b]: readonly [string, string], log = false) {
  const place = (label: string) => textsOf(svg).find(({ text }) => text === label)![axis];
  const own = (v: number) => (log ? Math.log10(v) : v);
  const [pa, pb] = [place(a), place(b)];
  return (value: number) => pa + ((own(value) - own(Number(a))) / (own(Number(b)) - own(Number(a)))) * (pb - pa);
}

describe('lineChart', () => {
  test('puts each value where the axes say it is', async () => {
    const values = [0.9, 0.5, 0.3, 0.25];
    const svg = await lineChart({ title: 'Loss', y: values, xLabel: 'epoch', yLabel: 'loss' }).toSvg();
    const [x, y] = [measure(svg, 'x', ['1', '4']), measure(svg, 'y', ['0.2', '1.0'])];
    const path = pathOf(svg, LIGHT.palette[0]!);
    expect(path).toHaveLength(4);
    path.forEach(([px, py], i) => {
      expect(Math.abs(px - x(i + 1))).toBeLessThan(0.6);
      expect(Math.abs(py - y(values[i]!))).toBeLessThan(0.6);
    });
    expect(words(svg)).toEqual(expect.arrayContaining(['Loss', 'epoch', 'loss']));
    expect(textsOf(svg).find(({ text }) => text === 'loss')!.turned).toBe(true);
  });

  test('x is given, or counted from 0 or 1', async () => {
    const labels = async (options: object) => words(await lineChart({ y: [1, 2, 3], ...options }).toSvg());
    expect(await labels({})).toEqual(expect.arrayContaining(['1', '2', '3']));
    expect((await labels({ from: 0, yTicks: { values: [] } })).sort()).toEqual(['0', '1', '2']);
    const svg = await lineChart({ x: tensor([1, 100, 1000]), y: new Float64Array([1e-3, 1, 10]), xScale: 'log', yScale: 'log' }).toSvg();
    const [x, y] = [measure(svg, 'x', ['100', '1000'], true), measure(svg, 'y', ['0.001', '10'], true)];
    const path = pathOf(svg, LIGHT.palette[0]!);
    [1, 100, 1000].forEach((v, i) => expect(Math.abs(path[i]![0] - x(v))).toBeLessThan(0.6));
    [1e-3, 1, 10].forEach((v, i) => expect(Math.abs(path[i]![1] - y(v))).toBeLessThan(0.6));
  });

  test('a band reaches from low to high, and breaks where a value is missing', async () => {
    const svg = await lineChart({ series: [{ values: [1, 2, null, 2, 3], deviation: [0.5, 0.5, null, 0.5, 1] as number[] }] }).toSvg();
    const polygons = [...svg.matchAll(/<polygon points="([^"]*)" fill="#0072b2" fill-opacity="0.2"/g)].map(([, p]) =>
      p!.split(' ').map(Number),
    );
    expect(polygons.map((p) => p.length / 2)).toEqual([4, 4]);
    const y = measure(svg, 'y', ['1', '3']);
    const heights = polygons.flatMap((p) => p.filter((_, i) => i % 2 === 1));
    [1.5, 2.5, 1.5, 0.5, 2.5, 4, 2, 1.5].forEach((v, i) => expect(Math.abs(heights[i]! - y(v))).toBeLessThan(0.7));
  });

  test('marks the best point, draws lines across, writes at points', async () => {
    const svg = await lineChart({
      y: [3, 1, 2],
      mark: 'min',
      marks: [
        { x: 2, text: 'best' },
        { y: 2.5, color: 'red' },
      ],
      annotations: [{ x: 3, y: 2, text: 'the end' }],
    }).toSvg();
    const [x, y] = [measure(svg, 'x', ['1', '3']), measure(svg, 'y', ['1.0', '3.0'])];
    const [, bx, by] = /<circle cx="([\d.]+)" cy="([\d.]+)" r="4\.5"/.exec(svg)!;
    expect(Math.abs(Number(bx) - x(2)) + Math.abs(Number(by) - y(1))).toBeLessThan(1);
    expect(Number(/<path d="M([\d.]+) [\d.]+V/.exec(svg)![1])).toBeCloseTo(x(2), 0);
    expect(svg).toMatch(/<path d="M[\d.]+ [\d.]+H[\d.]+" stroke="red"/);
    expect(words(svg)).toEqual(expect.arrayContaining(['best', 'the end']));
  });

  test('labels are given and turned, the grid goes one way, dotted', async () => {
    const svg = await lineChart({
      y: [1, 2, 3],
      xTicks: { values: [1, 3], labels: ['first', 'last'], rotation: 45 },
      yTicks: { format: (v) => `${v * 100} %` },
      grid: { axis: 'x', style: 'dotted' },
    }).toSvg();
    const turned = textsOf(svg).filter((text) => text.turned);
    expect(turned.map(({ text }) => text)).toEqual(['first', 'last']);
    expect(words(svg)).toContain('300 %');
    const grid = [...svg.matchAll(/<path d="M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)"[^>]*stroke="#e2e5e9"[^>]*>/g)];
    expect(grid).toHaveLength(2);
    for (const [line, x0, , x1] of grid) {
      expect(x0).toBe(x1);
      expect(line).toContain('stroke-dasharray');
    }
    expect(await lineChart({ y: [1, 2], grid: false }).toSvg()).not.toContain('#e2e5e9');
  });

  test('long legends take as many rows as they need, inside of the chart and below the plot', async () => {
    const names = Array.from({ length: 30 }, (_, i) => `a run with the name ${i}`);
    const svg = await lineChart({ y: Object.fromEntries(names.map((name, i) => [name, [i, i + 1]])), width: 500, height: 480 }).toSvg();
    const placed = textsOf(svg).filter(({ text }) => text.startsWith('a run'));
    expect(placed.map(({ text }) => text)).toEqual(names);
    expect(Math.max(...placed.map(({ y }) => y))).toBeLessThan(480);
    const plotEnd = Math.max(...pathOf(svg, LIGHT.palette[0]!).map(([, y]) => y));
    expect(Math.min(...placed.map(({ y }) => y))).toBeGreaterThan(plotEnd);
    // Colours come round again, with another dash.
    expect(svg).toMatch(/stroke="#0072b2" stroke-width="2.5" fill="none" stroke-dasharray/);
  });

  test.each([
    ['nothing', []],
    ['only gaps', [Number.NaN, null]],
    ['one point', [5]],
    ['a constant', [5, 5, 5]],
    ['zeros', [0, 0]],
    ['tiny numbers', [1e-9, 3e-9]],
    ['large ones that lie close', [1e9, 1e9 + 3]],
    ['the largest', [-Number.MAX_VALUE, Number.MAX_VALUE]],
    ['the smallest', [0, 5e-324]],
    ['infinities', [1, Number.POSITIVE_INFINITY, 2]],
    ['all decades there are', [1e-300, 1, 1e300]],
  ])('draws %s', async (_, y) => {
    expect(await lineChart({ y, yScale: 'log' }).toSvg()).not.toMatch(/NaN|Infinity|undefined/);
    const svg = await lineChart({ y }).toSvg();
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    const finite = y.filter((v) => v !== null && Number.isFinite(v)).length;
    expect([...svg.matchAll(/<circle/g)]).toHaveLength(finite);
  });

  test('10^5 points are as many as can be seen, with every spike', async () => {
    const values = Float64Array.from({ length: 100_000 }, (_, i) => (i === 31_234 ? 9 : Math.sin(i / 900)));
    const svg = await lineChart({ y: values, yTicks: { values: [0, 9] } }).toSvg();
    expect(svg.length).toBeLessThan(40_000);
    const y = measure(svg, 'y', ['0', '9']);
    expect(Math.min(...pathOf(svg, LIGHT.palette[0]!).map(([, py]) => py))).toBeCloseTo(y(9), 0);
  });

  test('says what it cannot draw', () => {
    const wrong: [object, RegExp][] = [
      [{}, /lineChart: there is nothing to draw\. Give y/],
      [{ y: [1], series: [] }, /both series and y are given/],
      [{ y: [1, 'a'] }, /series\[0\]\.values\[1\] is "a", expected a number/],
      [{ y: [1, 2], x: [1] }, /x has 1 numbers for 2 values of series\[0\]/],
      [{ series: [{ name: 'a', valeus: [1] }] }, /series is a list|expected a list of curves/],
      [{ series: [{ values: [1], low: [0] }] }, /only one of low and high/],
      [{ y: [1], tilte: 'a' }, /no option "tilte"\. Did you mean title/],
      [{ y: [1], grid: 'diagonal' }, /grid is "diagonal"/],
      [{ y: [1], yScale: 'ln' }, /yScale is "ln", expected/],
      [{ y: [1], yScale: 'log', yRange: [0, 1] }, /yRange is \[0, 1\].*above 0 on a logarithmic axis/],
      [{ y: [1], marks: [{ text: 'a' }] }, /marks\[0\] is at x undefined and y undefined/],
      [{ y: [1], width: 0 }, /width is 0, expected a number of pixels/],
      [{ y: [1], series: undefined, theme: 'blue' }, /theme is "blue"/],
      [{ series: [{ values: [1], color: 'red" onload="x' }] }, /color is .*, expected a colour/],
      [{ y: tensor([[1, 2]]) }, /a tensor of one dim/],
      [{ y: [1], xTicks: { values: [1], labels: [] } }, /xTicks has 0 labels for 1 values/],
    ];
    for (const [options, message] of wrong) expect(() => lineChart(options as never), JSON.stringify(options)).toThrow(message);
  });
});

describe('a chart', () => {
  const chart = lineChart({ title: 'Two & two', y: [1, 2], width: 300, height: 200 });

  test('is written as SVG, PNG or a page, into folders that are made', async () => {
    await chart.save(join(folder, 'a/b/chart.svg'));
    expect(readFileSync(join(folder, 'a/b/chart.svg'), 'utf8').slice(0, 50)).toMatch(
      /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="300/,
    );
    await chart.save(join(folder, 'chart.png'), { scale: 2 });
    const image = await readImage(join(folder, 'chart.png'));
    expect(image.size).toEqual([600, 400]);
    expect(image.getPixel(1, 1).slice(0, 3)).toEqual([255, 255, 255]);
    await chart.save(join(folder, 'chart.html'), { theme: 'auto' });
    const page = readFileSync(join(folder, 'chart.html'), 'utf8');
    expect(page).toContain('<title>Two &#38; two</title>');
    expect(page).toContain('prefers-color-scheme:dark');
    await expect(chart.save(join(folder, 'chart.gif'))).rejects.toThrow(/ending of .*chart\.gif.*\.svg, \.png and \.html/);
    await expect(chart.toPng({ scale: 1e6 })).rejects.toThrow(/more than 16384 pixels/);
  });

  test('is dark, or follows the page: each colour of one theme has its rule', async () => {
    const dark = await chart.toSvg({ theme: 'dark' });
    expect(dark).toContain(DARK.background);
    for (const colour of [LIGHT.background, LIGHT.text, LIGHT.grid, LIGHT.palette[0]!]) expect(dark).not.toContain(colour);
    const auto = await chart.toSvg({ theme: 'auto' });
    const [, rules] = /<style>(.*?)<\/style>/.exec(auto)!;
    for (const [, colour] of auto.replace(rules!, '').matchAll(/ (?:fill|stroke)="(#[\da-f]{6})"/g))
      expect(rules, colour).toContain(`"${colour}"`);
  });

  test('stands in a notebook, and says what it is in a terminal', async () => {
    const display = Reflect.get(chart, Symbol.for('Jupyter.display')) as () => Promise<Record<string, string>>;
    const shown = await display.call(chart);
    expect(Object.keys(shown)).toEqual(['image/svg+xml', 'text/plain']);
    expect(shown['image/svg+xml']).toMatch(/^<svg/);
    expect(String(chart)).toBe('lineChart "Two & two" (1 curve, 300 × 200)');
    expect(inspect(chart)).toContain('lineChart "Two & two"');
  });

  test('subplots stand in rows and columns under one title', async () => {
    const one = (title: string) => lineChart({ title, y: [1, 2], width: 200, height: 150 });
    const all = subplots(2, 2, [one('a'), one('b'), one('c')], { title: 'Together', gap: 10 });
    expect(all.width).toBe(410);
    const svg = await all.toSvg();
    const places = [...svg.matchAll(/<g transform="translate\(([\d.]+) ([\d.]+)\)">/g)].map(([, x, y]) => [Number(x), Number(y)]);
    expect(places.map(([x]) => x)).toEqual([0, 210, 0]);
    expect(places[2]![1]! - places[0]![1]!).toBe(160);
    expect(words(svg)).toEqual(expect.arrayContaining(['Together', 'a', 'b', 'c']));
    const ids = [...svg.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(() => subplots(1, 1, [one('a'), one('b')])).toThrow(/2 charts for 1 × 1 places/);
    expect(() => subplots(1, 1, ['a' as never])).toThrow(/charts is \["a"\]/);
  });
});

describe('axes', () => {
  test('have round labels', () => {
    expect(linearTicks([0, 1], 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(linearTicks([1, 10], 4, true)).toEqual([5, 10]);
    expect(linearTicks([1, 4], 12, true)).toEqual([1, 2, 3, 4]);
    expect(logTicks([1e-6, 1], 4)).toEqual([1e-6, 1e-4, 1e-2, 1]);
    expect(logTicks([0.02, 0.4], 5)).toEqual([0.02, 0.03, 0.05, 0.1, 0.2, 0.3]);
    expect(logTicks([2, 3], 5)).toEqual([2, 2.2, 2.4, 2.6, 2.8, 3]);
    expect(roundAxis([0.03, 0.97], 'linear', 5)).toMatchObject({ min: 0, max: 1 });
    expect(showNumbers([0, 0.25, 0.5])).toEqual(['0.00', '0.25', '0.50']);
    expect(showNumbers([0, 2e-9])).toEqual(['0', '2e-9']);
    expect(showNumbers([1e9, 1e9 + 1])).toEqual(['1000000000', '1000000001']);
  });

  test('sampling keeps ends, extremes and gaps', () => {
    const points = Array.from({ length: 1000 }, (_, i): Point => [i, i === 500 ? Number.NaN : i === 700 ? 50 : i % 7]);
    const kept = downsampled(points, 50);
    expect(kept.length).toBeLessThan(160);
    expect([kept[0], kept.at(-1)]).toEqual([points[0], points[999]]);
    expect(kept).toContain(points[700]);
    expect(kept).toContain(points[500]);
    expect(kept.every(([x], i) => i === 0 || x > kept[i - 1]![0])).toBe(true);
    expect(downsampled(points, 600)).toBe(points);
  });
});
