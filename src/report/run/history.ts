/** A training's history, as reports take it: what `fit` gives, and anything of that form. */
import { ArgumentError } from '../../errors.js';
import { show } from '../../tensor/arguments/show.js';

/** One epoch of a training. */
export interface RunEpoch {
  /** From 1. */
  readonly epoch: number;
  /** How long it took, its evaluations included. */
  readonly seconds: number;
  /** The learning rate of each parameter group. */
  readonly lr: readonly number[];
  /** Loss and metrics of the training data. */
  readonly train: Readonly<Record<string, number>>;
  /** Those of the validation data, where there is some. */
  readonly validation?: Readonly<Record<string, number>> | undefined;
  /** What callbacks noted, such as norms. */
  readonly logged?: Readonly<Record<string, number>> | undefined;
}

/** A training's history: a `History` of `hone/train` is one. */
export interface RunHistory {
  /** Each epoch, in order. */
  readonly epochs: readonly RunEpoch[];
  /** How long it took in all. Default: the sum of the epochs. */
  readonly seconds?: number | undefined;
  /** The best epoch, and by what. */
  readonly best?: { readonly epoch: number; readonly monitor: string; readonly value: number } | undefined;
  /** Why it ended. */
  readonly stopped?: { readonly reason: string; readonly message: string } | undefined;
}

/** @throws {ArgumentError} for anything but a history. */
export function checkHistory(op: string, history: unknown): asserts history is RunHistory {
  const { epochs } = (history ?? {}) as Partial<RunHistory>;
  const isEpoch = (one: unknown) => {
    const { epoch, train, lr } = (one ?? {}) as Partial<RunEpoch>;
    return typeof epoch === 'number' && typeof train === 'object' && train !== null && Array.isArray(lr);
  };
  if (!Array.isArray(epochs) || !epochs.every(isEpoch))
    throw new ArgumentError(
      `${op}: the history is ${show(history)}, expected what fit() gives.${history instanceof Promise ? ' Await it.' : ''}`,
    );
}

/** The names of all scores, the loss first, in the order in which they come. */
export function scoreNames({ epochs }: RunHistory): string[] {
  const names = new Set(epochs.flatMap(({ train, validation }) => [...Object.keys(train), ...Object.keys(validation ?? {})]));
  return ['loss', ...[...names].filter((name) => name !== 'loss')].filter((name) => names.has(name));
}

const HIGHER_IS_BETTER =
  /(accuracy|acc|auc|auroc|f1|fbeta|precision|recall|specificity|jaccard|kappa|matthews|mcc|r2|r2score|iou|dice|score|top\d+)$/i;

/** Whether higher values of a score are better, by its name. */
export const higherIsBetter = (score: string): boolean => HIGHER_IS_BETTER.test(score);

/** The numbers that are told of a score. */
export interface ScoreRow {
  readonly name: string;
  readonly train: number | undefined;
  readonly validation: number | undefined;
  /** By how much validation is worse than training at the end. */
  readonly gap: number | undefined;
  /** The best value, of validation where there is some, and its epoch. */
  readonly best: number | undefined;
  readonly bestEpoch: number | undefined;
}

/** Final and best value of every score. */
export function scoreRows(history: RunHistory): ScoreRow[] {
  const { epochs } = history;
  const last = epochs.at(-1);
  return scoreNames(history).map((name) => {
    const better = higherIsBetter(name);
    const [train, validation] = [last?.train[name], last?.validation?.[name]];
    let [best, bestEpoch]: (number | undefined)[] = [];
    for (const { epoch, train: of, validation: over } of epochs) {
      const value = (over ?? of)[name];
      if (value === undefined || Number.isNaN(value)) continue;
      if (best === undefined || (better ? value > best : value < best)) [best, bestEpoch] = [value, epoch];
    }
    const gap = train === undefined || validation === undefined ? undefined : better ? train - validation : validation - train;
    return { name, train, validation, gap, best, bestEpoch };
  });
}

/** A number as tables show it: four digits after the point, or as many that count. */
export function showScore(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '-';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '-∞';
  const size = Math.abs(value);
  return size !== 0 && (size < 0.001 || size >= 1e6) ? value.toExponential(2) : value.toFixed(size >= 1000 ? 1 : 4);
}
