/** Pictures: pixels read back from what is drawn. */
import { F, getRngState, nn, ones, rand, tensor, zeros } from 'hone';
import { type Chart, confusionMatrix, featureMaps, filters, histograms, imageGrid } from 'hone/report';
import { datasets, Image, readImage } from 'hone/vision';
import { describe, expect, test } from 'vitest';
import { LIGHT } from '../charts/base/theme.js';
import { countBins } from './histograms.js';

const textsOf = (svg: string) =>
  [...svg.matchAll(/<text([^>]*)>([^<]*)<\/text>/g)].map(([, attributes, text]) => ({
    text: text!.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code))),
    fill: / fill="([^"]*)"/.exec(attributes!)![1]!,
  }));
const words = (svg: string) => textsOf(svg).map(({ text }) => text);

interface Drawn {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly image: Image;
}

/** The pictures of a grid. */
async function imagesOf(chart: Chart): Promise<Drawn[]> {
  const svg = await chart.toSvg();
  return Promise.all(
    [...svg.matchAll(/<image ([^>]*)href="data:image\/png;base64,([^"]*)"/g)].map(async ([, attributes, data]) => {
      const number = (name: string) => Number(new RegExp(`(?:^| )${name}="([^"]*)"`).exec(attributes!)![1]);
      return { x: number('x'), y: number('y'), width: number('width'), image: await readImage(Buffer.from(data!, 'base64')) };
    }),
  );
}

/** The shades of a picture, one for each of its own pixels. */
async function pixelsOf(chart: Chart, columns: number, which = 0): Promise<number[][]> {
  const { image } = (await imagesOf(chart))[which]!;
  const zoom = image.width / columns;
  const rows = image.height / zoom;
  return Array.from({ length: rows * columns }, (_, i) => image.getPixel((i % columns) * zoom + zoom - 1, Math.floor(i / columns) * zoom));
}

describe('imageGrid', () => {
  test('shows every pixel, enlarged by a whole number', async () => {
    const pixels = await pixelsOf(
      imageGrid(
        tensor([
          [0, 0.5],
          [1, 0.2],
        ]),
      ),
      2,
    );
    expect(pixels.map(([v]) => v)).toEqual([0, 128, 255, 51]);
    const [{ image }] = (await imagesOf(imageGrid(zeros(28, 28)))) as [Drawn];
    expect(image.size).toEqual([84, 84]);
    const colour = tensor([[[1, 0]], [[0, 1]], [[0, 0.5]]]);
    expect(await pixelsOf(imageGrid(colour), 2)).toEqual([
      [255, 0, 0],
      [0, 255, 128],
    ]);
  });

  test.each([
    ['[N, C, H, W]', () => zeros(5, 3, 4, 4), 5],
    ['[N, H, W]', () => zeros(5, 4, 4), 5],
    ['[C, H, W]', () => zeros(3, 4, 4), 1],
    ['[H, W]', () => zeros(4, 4), 1],
    ['uint8', () => zeros([2, 1, 4, 4], { dtype: 'uint8' }), 2],
    ['an Image', () => new Image('RGB', [4, 4]), 1],
    ['a list', () => [zeros(4, 4), new Image('L', [2, 6]), zeros(3, 4, 4)], 3],
    ['samples', () => [[zeros(1, 4, 4), 3] as const, [zeros(1, 4, 4), 5] as const], 2],
  ])('takes %s', async (_, make, count) => {
    expect(await imagesOf(imageGrid(make()))).toHaveLength(count);
  });

  test('the first pictures of a data set in rows and columns, with the names of their classes', async () => {
    const digits = new datasets.Digits({ train: false });
    const chart = imageGrid(digits, { rows: 4, columns: 8, title: 'Digits' });
    const drawn = await imagesOf(chart);
    expect(drawn).toHaveLength(32);
    expect(new Set(drawn.map(({ x }) => x)).size).toBe(8);
    expect(new Set(drawn.map(({ y }) => y)).size).toBe(4);
    const labels = Array.from({ length: 32 }, (_, i) => digits.classes[digits.get(i)[1]]);
    expect(words(await chart.toSvg())).toEqual(['Digits', ...labels]);
    expect(String(chart)).toContain('32 of 2000 pictures');
  });

  test('right predictions are green, wrong ones red with the label below', async () => {
    const options = {
      labels: [0, 1, 2],
      predictions: tensor([
        [9, 1, 1],
        [1, 2, 9],
        [0, 1, 7],
      ]),
      classes: ['cat', 'dog', 'fox'],
      probabilities: [0.9, 0.5, 1],
    };
    const texts = textsOf(await imageGrid(zeros(3, 1, 4, 4), options).toSvg());
    expect(texts).toEqual([
      { text: 'cat 90 %', fill: LIGHT.right },
      { text: 'fox 50 %', fill: LIGHT.wrong },
      { text: 'is dog', fill: LIGHT.muted },
      { text: 'fox 100 %', fill: LIGHT.right },
    ]);
    expect(words(await imageGrid(zeros(2, 4, 4), { titles: ['a', 'b <c>'] }).toSvg())).toEqual(['a', 'b <c>']);
  });

  test('undoes a normalisation, scales what lies elsewhere, or takes a range', async () => {
    const picture = tensor([[[0.2, 0.8]], [[0.4, 0.6]], [[0, 1]]]);
    const [mean, std] = [
      [0.5, 0.4, 0.3],
      [0.2, 0.5, 0.1],
    ];
    const column = (values: number[]) => tensor(values).view(3, 1, 1);
    const normalized = picture.sub(column(mean)).div(column(std));
    expect(await pixelsOf(imageGrid(normalized, { mean, std }), 2)).toEqual(await pixelsOf(imageGrid(picture), 2));
    const shades = async (options: object) => (await pixelsOf(imageGrid(tensor([[-2, 0, 2]]), options), 3)).map(([v]) => v);
    expect(await shades({})).toEqual([0, 128, 255]);
    expect(await shades({ range: [0, 4] })).toEqual([0, 0, 128]);
    const two = tensor([[[0, 2]], [[0, 8]]]);
    expect((await pixelsOf(imageGrid(two.mul(0.5).add(-1), { scaleEach: true }), 2)).map(([v]) => v)).toEqual([0, 255]);
    // Whole numbers of bytes in a floating dtype are bytes.
    expect((await pixelsOf(imageGrid(tensor([[0, 51, 255]])), 3)).map(([v]) => v)).toEqual([0, 51, 255]);
    expect(await pixelsOf(imageGrid(tensor([[0, 1]]), { cmap: 'viridis' }), 2)).toEqual([
      [68, 1, 84],
      [253, 231, 37],
    ]);
    expect((await pixelsOf(imageGrid(tensor([[Number.NaN, 1]])), 2)).map(([v]) => v)).toEqual([0, 255]);
  });

  test('a large picture has no more pixels than can be seen', async () => {
    const [{ image, width }] = (await imagesOf(imageGrid(rand([3, 600, 900])))) as [Drawn];
    expect(width).toBe(180);
    expect(image.size).toEqual([360, 240]);
  });

  test('a PNG has the pixels of the pictures, not blurred', async () => {
    const image = await readImage(
      Buffer.from(
        await imageGrid(
          tensor([
            [0, 1],
            [1, 0],
          ]),
        ).toPng({ scale: 2 }),
      ),
    );
    const row = Array.from({ length: 168 }, (_, i) => image.getPixel(24 + i, 24 + 40)[0]!);
    expect(new Set(row)).toEqual(new Set([0, 255]));
    expect(row.indexOf(255)).toBe(84);
  });

  test('says what it cannot show', () => {
    const wrong: [() => unknown, RegExp][] = [
      [() => imageGrid(zeros(2, 2, 4, 4)), /shape \[2, 2, 4, 4\], expected pictures/],
      [() => imageGrid(zeros(4)), /shape \[4\]/],
      [() => imageGrid([]), /there are no pictures/],
      [() => imageGrid('cat.jpg' as never), /images is "cat\.jpg"/],
      [() => imageGrid([Promise.resolve(1)] as never), /images\[0\] is a promise\. Await it/],
      [() => imageGrid(zeros(3, 4, 4).unsqueeze(1), { labels: [1] }), /1 labels for 3 pictures/],
      [() => imageGrid(zeros(4, 4), { cmap: 'jet' as never }), /cmap is "jet", expected 'gray'/],
      [() => imageGrid(zeros(4, 4), { mean: [1, 2] }), /mean has 2 numbers for pictures of 1 channel/],
      [() => imageGrid(zeros(4, 4), { range: [1, 0] }), /range is \[1, 0\]/],
      [() => imageGrid(zeros(4, 4), { probabilities: [3], predictions: [1] }), /probabilities\[0\] is 3/],
    ];
    for (const [call, message] of wrong) expect(call).toThrow(message);
  });
});

describe('confusionMatrix', () => {
  const cells = (svg: string) => words(svg).filter((text) => /^[\d.]+$/.test(text));

  test('counts pairs, rows are true classes', async () => {
    const svg = await confusionMatrix([0, 0, 1, 1, 1], [0, 1, 1, 1, 0], { classes: ['cat', 'dog'], title: 'Pets' }).toSvg();
    expect(cells(svg)).toEqual(['1', '1', '1', '2']);
    expect(words(svg)).toEqual(expect.arrayContaining(['Pets', 'cat', 'dog', 'true', 'predicted']));
    expect(
      await confusionMatrix(
        tensor([
          [1, 1],
          [1, 2],
        ]),
        { classes: ['cat', 'dog'], title: 'Pets' },
      ).toSvg(),
    ).toBe(svg);
    // Darker, the larger the share of the row.
    expect([...svg.matchAll(/fill-opacity="([\d.]+)"/g)].map(([, o]) => Number(o))).toEqual([0.53, 0.53, 0.373, 0.687]);
  });

  test('divides as scikit-learn does', async () => {
    const matrix = [
      [3, 1, 0],
      [2, 2, 0],
      [0, 0, 0],
    ];
    expect(cells(await confusionMatrix(matrix, { normalize: 'true', classes: ['a', 'b', 'c'] }).toSvg())).toEqual([
      '0.75',
      '0.25',
      '0.00',
      '0.50',
      '0.50',
      '0.00',
      '0.00',
      '0.00',
      '0.00',
    ]);
    expect(cells(await confusionMatrix(matrix, { normalize: 'pred', classes: ['a', 'b', 'c'] }).toSvg()).slice(0, 4)).toEqual([
      '0.60',
      '0.33',
      '0.00',
      '0.40',
    ]);
    expect(cells(await confusionMatrix(matrix, { normalize: 'all', classes: ['a', 'b', 'c'] }).toSvg())[0]).toBe('0.38');
  });

  test('of many classes has no numbers, and names that stand apart', async () => {
    const labels = Array.from({ length: 300 }, (_, i) => i % 100);
    const chart = confusionMatrix(labels, labels);
    const svg = await chart.toSvg();
    expect(svg.match(/fill-opacity/g)).toHaveLength(100);
    expect(words(svg).length).toBeLessThan(110);
    expect(chart.width).toBeLessThan(800);
  });

  test('says what it cannot draw', () => {
    expect(() => confusionMatrix([[1, 2]])).toThrow(/expected a square matrix, or labels and predictions/);
    expect(() => confusionMatrix(ones(2, 3))).toThrow(/shape \[2, 3\]/);
    expect(() => confusionMatrix([0, 1], [0])).toThrow(/2 labels for 1 predictions/);
    expect(() => confusionMatrix([0, -1], [0, 1])).toThrow(/-1 is among labels/);
    expect(() => confusionMatrix([0, 5], [0, 1], { classes: ['a', 'b'] })).toThrow(/a class 5, but 2 names/);
    expect(() => confusionMatrix([[1]], { normalize: 'rows' as never })).toThrow(/normalize is "rows"/);
    expect(() => confusionMatrix([[-1]])).toThrow(/-1 is in the matrix/);
  });
});

const net = () =>
  new nn.Sequential(
    new nn.Conv2d(1, 4, 3),
    new nn.BatchNorm2d(4),
    new nn.ReLU(),
    new nn.Dropout(0.5),
    new nn.Flatten(),
    new nn.Linear(4 * 6 * 6, 3),
  );

describe('histograms', () => {
  test('count as numpy does', () => {
    expect(countBins([0, 1, 2, 3, 4, 4], 4)).toMatchObject({ counts: [1, 1, 1, 3], edges: [0, 1, 2, 3, 4] });
    expect(countBins([5, 5], 2)).toMatchObject({ edges: [4.5, 5, 5.5], counts: [0, 2], std: 0 });
    expect(countBins([1, Number.NaN, Number.POSITIVE_INFINITY], 1)).toMatchObject({ others: 2, mean: 1, total: 3, counts: [1] });
    expect(countBins([], 2)).toMatchObject({ counts: [0, 0], edges: [0, 0.5, 1] });
  });

  test('of weights, gradients and activations, a chart for each, with bars as high as their counts', async () => {
    const model = net();
    const svg = await histograms(model, { title: 'All', layers: /weight/ }).toSvg();
    expect(words(svg)).toEqual(expect.arrayContaining(['All', '0.weight', '1.weight', '5.weight']));
    expect(words(svg)).not.toContain('0.bias');
    expect(words(svg).some((text) => /mean 1, std 0, 4 values/.test(text))).toBe(true);
    const one = await histograms(tensor([0, 0, 0, 1]), { bins: 2, title: 'x' }).toSvg();
    const bars = [...one.matchAll(/<path d="M([\d.]+) ([\d.]+)l([\d.]+) 0l0 ([\d.]+)[^"]*" fill="#0072b2"/g)].map(([, , , , h]) =>
      Number(h),
    );
    expect(bars[0]! / bars[1]!).toBeCloseTo(3, 1);
    expect(() => histograms(model, { of: 'gradients' })).toThrow(/no parameter has a gradient/);
    F.crossEntropy(model.forward(rand([2, 1, 8, 8])), tensor([0, 1], { dtype: 'int64' })).backward();
    expect(words(await histograms(model, { of: 'gradients' }).toSvg())).toContain('5.bias');
    expect(words(await histograms({ a: ones(2), b: tensor([Number.NaN]) }).toSvg())).toEqual(
      expect.arrayContaining(['a', 'b', 'no finite value, 1 value, 1 not finite']),
    );
  });

  test('of activations leave the model, its statistics and the random numbers as they were', async () => {
    const model = net();
    const x = rand([2, 1, 8, 8]);
    const state = () =>
      JSON.stringify([Object.entries(model.stateDict()).map(([k, v]) => [k, (v as typeof x).toArray()]), [...getRngState()]]);
    const before = state();
    const svg = await histograms(model, { of: 'activations', input: x }).toSvg();
    expect(words(svg)).toEqual(expect.arrayContaining(['0: Conv2d', '1: BatchNorm2d', '2: ReLU', '5: Linear']));
    expect(state()).toBe(before);
    expect(model.training).toBe(true);
    expect(() => histograms(model, { of: 'activations' })).toThrow(/Give input/);
    expect(() => histograms(5 as never)).toThrow(/got 5, expected a model/);
    expect(() => histograms(model, { layers: 'layer9' })).toThrow(/nothing to draw with "layer9"/);
  });
});

describe('feature maps and filters', () => {
  test('show what a layer gives for a sample, a picture for each channel', async () => {
    const conv = new nn.Conv2d(1, 2, 1, { bias: false });
    conv.weight.data.copy_(tensor([1, -1]).view(2, 1, 1, 1));
    const x = tensor([
      [0, 0.5],
      [1, 0.2],
    ]).view(1, 1, 2, 2);
    const chart = featureMaps(new nn.Sequential(conv, new nn.ReLU()), x, { cmap: 'gray' });
    expect((await pixelsOf(chart, 2, 0)).map(([v]) => v)).toEqual([0, 128, 255, 51]);
    expect((await pixelsOf(chart, 2, 1)).map(([v]) => v)).toEqual([255, 128, 0, 204]);
    expect(chart.title).toBe('0: 2 maps of 2 × 2');
    expect(await imagesOf(featureMaps(net(), rand([1, 8, 8]), { layer: '2', channels: [3, 1] }))).toHaveLength(2);
    const model = net();
    expect(() => featureMaps(model, rand([1, 1, 8, 8]), { layer: '5' })).toThrow(/5 gives \[1, 3\], expected maps: \[N, C, H, W\]/);
    expect(() => featureMaps(model, rand([1, 1, 8, 8]), { channels: [4] })).toThrow(/channels\[0\] is 4/);
    expect(() => featureMaps(new nn.Linear(2, 2), ones(1, 2))).toThrow(/Linear has no convolution of two dims/);
    expect(() => featureMaps(model, rand([1, 1, 8, 8]), { layer: new nn.ReLU() })).toThrow(/not part of the model/);
  });

  test('filters have one range around 0, or colours', async () => {
    const conv = new nn.Conv2d(1, 2, [1, 3]);
    conv.weight.data.copy_(tensor([-2, 0, 2, 1, 0, -1]).view(2, 1, 1, 3));
    expect((await pixelsOf(filters(conv, { cmap: 'gray' }), 3, 0)).map(([v]) => v)).toEqual([0, 128, 255]);
    expect((await pixelsOf(filters(conv, { cmap: 'gray' }), 3, 1)).map(([v]) => v)).toEqual([191, 128, 64]);
    expect(await imagesOf(filters(new nn.Conv2d(3, 16, 5)))).toHaveLength(16);
    const [{ image }] = (await imagesOf(filters(new nn.Conv2d(3, 16, 5)))) as [Drawn];
    expect(image.mode).toBe('RGB');
    const deep = await imagesOf(filters(new nn.Conv2d(16, 12, 3)));
    expect(deep).toHaveLength(64);
    expect(new Set(deep.map(({ x }) => x)).size).toBe(8);
    expect(() => filters(new nn.Sequential(new nn.ReLU()), { layer: '0' })).toThrow(/no filters of two dims/);
  });
});
