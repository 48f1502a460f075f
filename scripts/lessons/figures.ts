/** What the figures of the lessons have in common: data, a training, and a picture drawn once for each language. */
import { readFileSync } from 'node:fs';
import { manualSeed, nn, optim, type Tensor } from 'hone';
import { DataLoader, type MapDataset, Subset } from 'hone/data';
import { type Chart, type LineChartOptions, type LineSeries, lineChart, scatterChart } from 'hone/report';
import { type FitOptions, fit, type History } from 'hone/train';
import { datasets } from 'hone/vision';

export type Pictures = MapDataset<[Tensor, number], [Tensor, Tensor]>;

/** Chooses between the languages. */
export type Say = (english: string, korean: string) => string;

const folders: readonly [folder: string, say: Say][] = [
  ['docs/lessons/figures', (english) => english],
  ['docs/ko/lessons/figures', (_, korean) => korean],
];

/** How large a chart is that stands alone: on a phone its words can still be read. */
export const alone = { width: 560, height: 340, theme: 'auto' } as const;
/** One of two beside each other. */
export const half = { width: 400, height: 300, theme: 'auto' } as const;

/** Draws a figure in both languages, on white and on dark as the page is. */
export async function draw(name: string, make: (say: Say) => Chart): Promise<void> {
  for (const [folder, say] of folders) await make(say).save(`${folder}/${name}.svg`, { theme: 'auto' });
  console.log(`drawn: ${name}`);
}

/** The samples of a data set from one place to before another. */
export const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

export const digits = new datasets.Digits({ train: true });

export const some = (pictures: Pictures, from: number, to: number): Pictures => new Subset(pictures, range(from, to)) as Pictures;

export interface Training {
  readonly model: nn.Module;
  readonly train: Pictures;
  readonly validation?: Pictures;
  readonly optimizer?: (parameters: nn.Parameter[]) => FitOptions<[Tensor, Tensor]>['optimizer'];
  readonly epochs: number;
  readonly batchSize: number;
  readonly options?: Partial<FitOptions<[Tensor, Tensor]>>;
}

/** Trains a model on pictures, with Adam where nothing else is said. */
export function training({ model, train, validation, optimizer, epochs, batchSize, options }: Training): Promise<History> {
  return fit(model, {
    train: new DataLoader(train, { batchSize, shuffle: true }),
    validation: validation && new DataLoader(validation, { batchSize: 500 }),
    loss: new nn.CrossEntropyLoss(),
    optimizer: optimizer?.(model.parameters()) ?? new optim.Adam(model.parameters(), { lr: 1e-3 }),
    epochs,
    metrics: ['accuracy'],
    progress: false,
    ...options,
  });
}

/** A score of a training, epoch by epoch. */
export const curve = (history: History, side: 'train' | 'validation', score: 'loss' | 'accuracy'): number[] =>
  history.epochs.map((epoch) => epoch[side]![score]!);

/** What `run` gives for each of some things, one after the other. */
export async function each<Name extends string, T, R>(
  things: Record<Name, T>,
  run: (thing: T, name: Name) => R | Promise<R>,
): Promise<Record<Name, R>> {
  const results = {} as Record<Name, R>;
  for (const [name, thing] of Object.entries(things) as [Name, T][]) results[name] = await run(thing, name);
  return results;
}

/** Of each training a dashed line, and its validation as a whole one in the same colour. `trained` is what training is called. */
export const pairs = (
  say: Say,
  score: 'loss' | 'accuracy',
  histories: Record<string, History>,
  trained = say('training', '학습'),
): LineSeries[] =>
  Object.entries(histories).flatMap(([name, history], color) => [
    { name: `${name}, ${trained}`, values: curve(history, 'train', score), color, dash: 'dashed', markers: false },
    { name: `${name}, ${say('validation', '검증')}`, values: curve(history, 'validation', score), color, markers: false },
  ]);

/** A chart of losses, epoch by epoch. */
export const lossChart = (say: Say, more: LineChartOptions): Chart =>
  lineChart({ ...alone, title: say('Loss', '손실'), xLabel: say('epoch', '에폭'), ...more });

/** A chart of losses on training data alone, by name. */
export const trainingLossChart = (say: Say, y: Record<string, number[]>, more: LineChartOptions = {}): Chart =>
  lossChart(say, { title: say('Training loss', '학습 손실'), y, ...more });

/** How much of what is in a tensor lies within `half` of each middle. */
export const shares = (values: Tensor, middles: readonly number[], half: number): number[] =>
  middles.map((middle) => values.sub(middle).abs().le(half).float().mean().item());

/** A perceptron of these widths, with ReLU between its layers. */
export function perceptron(seed: number, ...widths: readonly number[]): nn.Sequential {
  manualSeed(seed);
  const layers = widths.slice(1).flatMap((width, i) => {
    const linear = new nn.Linear(widths[i]!, width);
    return i === widths.length - 2 ? [linear] : [linear, new nn.ReLU()];
  });
  return new nn.Sequential(new nn.Flatten(), ...layers);
}

/** The test accuracy of a study's variants, seed by seed, as docs/studies/ keeps it. */
function studyScores(study: string): Map<string, number[]> {
  const { figures } = JSON.parse(readFileSync(`docs/studies/${study}.json`, 'utf8')) as {
    figures: { variants: { name: string; runs: { scores: { test: { accuracy: number } } }[] }[] };
  };
  return new Map(figures.variants.map(({ name, runs }) => [name, runs.map(({ scores }) => scores.test.accuracy)]));
}

/** Test accuracy of variants of a study in per cent: a dot for each seed, a row for each variant, the first on top. */
export function seeds(say: Say, study: string, rows: readonly (readonly [variant: string, shown: string])[]): Chart {
  const scores = studyScores(study);
  const count = scores.get(rows[0]![0])?.length;
  const series = rows.map(([variant], row) => {
    const values = scores.get(variant);
    if (values === undefined) throw new Error(`${study} has no variant ${variant}, but ${[...scores.keys()].join(', ')}`);
    // Neighbours stand a little above each other, so that equal scores are all seen.
    return { x: values.map((v) => 100 * v), y: values.map((_, i) => rows.length - row + (i / (values.length - 1) - 0.5) * 0.4) };
  });
  return scatterChart({
    series,
    yRange: [0.5, rows.length + 0.5],
    yTicks: { values: rows.map((_, i) => rows.length - i), labels: rows.map(([, shown]) => shown) },
    grid: 'x',
    xLabel: say(`test accuracy in %, a dot for each of ${count} seeds`, '테스트 정확도(%), 점 하나가 시드 하나'),
    ...alone,
    height: 110 + 40 * rows.length,
  });
}
