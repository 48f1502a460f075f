/** What a training, an evaluation and a prediction need to know of data, wherever they come from. */
import type { DatasetLike } from '../../data/datasets/dataset.js';
import type { Table } from '../../data/tables/table.js';

/** How a picture becomes the input of a model, as a model file says it. */
export interface ImageInput {
  readonly kind: 'image';
  readonly channels: 1 | 3;
  /** Of the input. */
  readonly height: number;
  readonly width: number;
  /** The shorter side that pictures get before the middle of them is cut out. */
  readonly resize: number;
  /** Taken off and divided by, channel by channel, where pixels are 0..1; null for neither. */
  readonly mean: readonly number[] | null;
  readonly std: readonly number[] | null;
}

/** How a row of a table becomes the input of a model. */
export interface TableInput {
  readonly kind: 'table';
  /** Columns of numbers: their mean is taken off (and stands for missing values), then they are divided by `scale`. */
  readonly numbers: { readonly names: readonly string[]; readonly mean: readonly number[]; readonly scale: readonly number[] };
  /** Columns of words: a one for the category, zeros for the others; all zeros for a category that training did not have. */
  readonly words: { readonly names: readonly string[]; readonly categories: readonly (readonly string[])[] };
  readonly target: string;
  /** Of regression: outputs times `scale` plus `mean` are the target. */
  readonly output: { readonly mean: number; readonly scale: number } | null;
}

export type Input = ImageInput | TableInput;

/** What is to be learned. */
export type Task = 'classification' | 'regression';

/** One part of the data: samples `[input, target]`. */
export interface Part {
  readonly dataset: DatasetLike<unknown>;
  readonly length: number;
  /** What a sample is called: its file, its row. */
  nameOf(index: number): string;
  /** The numbers of the samples' classes; undefined for regression. */
  labels(): readonly number[] | undefined;
  /** The rows, of a table. */
  readonly table?: Table;
  /** Pictures that could not be read, so far. */
  skipped(): readonly { readonly path: string; readonly message: string }[];
}

/** Data ready to train with. */
export interface Prepared {
  readonly task: Task;
  /** The names of the classes. */
  readonly classes: readonly string[] | undefined;
  readonly input: Input;
  /** Of one sample: [C, H, W], or [F]. */
  readonly inputShape: readonly number[];
  readonly train: Part;
  readonly validation: Part;
  /** `8,000 digits to train on, 2,000 others to test with`. */
  readonly summary: string;
  /** What the user should know. */
  readonly notes: readonly string[];
  /** What is changed at random, for the report. */
  readonly augmentation: string;
}

/** Where pixels come from and how they are changed. */
export interface PictureSettings {
  readonly imageSize: number | undefined;
  readonly normalize: 'measured' | 'imagenet' | 'none';
  readonly augment: 'none' | 'light' | 'strong';
  /** What the model takes; undefined for as many as the pictures have. */
  readonly channels: 1 | 3 | undefined;
}

/** The number of values of a sample's input. */
export function sizeOf({ inputShape }: Pick<Prepared, 'inputShape'>): number {
  return inputShape.reduce((a, b) => a * b, 1);
}
