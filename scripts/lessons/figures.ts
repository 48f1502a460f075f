/** What the figures of the lessons have in common: data, a training, and a picture drawn once for each language. */
import { readFileSync } from 'node:fs';
import { manualSeed, nn, optim, type Tensor } from 'hone';
import { DataLoader, type MapDataset, Subset } from 'hone/data';
import { type Chart, type LineSeries, type PlotOptions, scatterChart } from 'hone/report';
import { type FitOptions, fit, type History } from 'hone/train';
import { datasets } from 'hone/vision';

export type Pictures = MapDataset<[Tensor, number], [Tensor, Tensor]>;
export type Loader = DataLoader<[Tensor, number], [Tensor, Tensor]>;

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
export const testDigits = new datasets.Digits({ train: false });

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

/** Training as a dashed line and validation as a whole one, in the same colour. */
export const pair = (history: History, score: 'loss' | 'accuracy', color: number, train: string, validation: string): LineSeries[] => [
  { name: train, values: curve(history, 'train', score), color, dash: 'dashed', markers: false },
  { name: validation, values: curve(history, 'validation', score), color, markers: false },
];

/** A perceptron of these widths, with ReLU between its layers. */
export function perceptron(seed: number, ...widths: readonly number[]): nn.Sequential {
  manualSeed(seed);
  const layers = widths.slice(1).flatMap((width, i) => {
    const linear = new nn.Linear(widths[i]!, width);
    return i === widths.length - 2 ? [linear] : [linear, new nn.ReLU()];
  });
  return new nn.Sequential(new nn.Flatten(), ...layers);
}

/** The scores of a study's variants on test data, a list for each, as docs/studies/ keeps them. */
export function studyScores(study: string, score = 'accuracy'): Map<string, number[]> {
  const { figures } = JSON.parse(readFileSync(`docs/studies/${study}.json`, 'utf8')) as {
    figures: { variants: { name: string; runs: { scores: { test: Record<string, number> } }[] }[] };
  };
  return new Map(figures.variants.map(({ name, runs }) => [name, runs.map(({ scores }) => scores.test[score]!)]));
}

/** Test accuracy of variants of a study in per cent: a dot for each seed, a row for each variant, the first on top. */
export function seeds(
  study: string,
  rows: readonly (readonly [variant: string, shown: string])[],
  xLabel: string,
  more: PlotOptions = {},
): Chart {
  const scores = studyScores(study);
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
    xLabel,
    ...alone,
    height: 110 + 40 * rows.length,
    ...more,
  });
}
