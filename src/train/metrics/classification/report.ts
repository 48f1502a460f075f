/** classificationReport: precision, recall and F1 of each class in a table. */
import { noGrad } from '../../../autograd/modes/mode.js';
import { ArgumentError } from '../../../errors.js';
import { readOptions, required } from '../../../tensor/arguments/arguments.js';
import { countOf } from '../../../tensor/arguments/checks.js';
import { show } from '../../../tensor/arguments/show.js';
import type { Tensor } from '../../../tensor/tensor.js';
import type { Loss } from '../../types.js';
import { CLASS_OPTIONS, type ClassOptions, checkClassOptions, readAnswers, saysYesNo } from '../forms/answers.js';
import { type Average, averageOf, type Fraction } from './averages.js';
import { ClassCounts } from './class-counts.js';
import { fOf, precisionOf, recallOf } from './precision-recall.js';

/** How a report is written. */
export interface ReportOptions {
  /** The names of the classes, in order. Default: their numbers. */
  classes?: readonly string[];
  /** Digits after the point in the text. Default: 2. */
  digits?: number;
  /** What a score is whose divisor is 0. Default: 0. */
  zeroDivision?: 0 | 1 | typeof Number.NaN;
}

/** The options of {@link classificationReport}. */
export interface ClassificationReportOptions extends ReportOptions, Omit<ClassOptions, 'name'> {
  /** The loss, which tells whether outputs are logits or probabilities. Default: none. */
  loss?: Loss;
}

/** A line of a report. */
export interface ReportRow {
  /** The class, or how the line was averaged. */
  readonly name: string;
  /** Of the answers, the share that is right. */
  readonly precision: number;
  /** Of the samples, the share that is found. */
  readonly recall: number;
  /** The harmonic mean of both. */
  readonly f1: number;
  /** How many samples are of the class. */
  readonly support: number;
}

/** What {@link classificationReport} gives. */
export interface ClassificationReport {
  /** A line for each class. */
  readonly rows: readonly ReportRow[];
  /** `macro avg` and `weighted avg`; of several labels a sample also `micro avg`. */
  readonly averages: readonly ReportRow[];
  /** The share of right answers; undefined for several labels a sample. */
  readonly accuracy: number | undefined;
  /** scikit-learn's table. */
  toString(): string;
}

/** @internal Every option of {@link ReportOptions}. */
export const REPORT_OPTIONS = {
  classes: required as readonly string[] | undefined,
  digits: 2,
  zeroDivision: required as number | undefined,
};

/**
 * Precision, recall, F1 and the number of samples of each class, with their averages; its text is scikit-learn's table. Classes without a sample are
 * listed too, but left out of the averages where they are never answered either.
 * @param options classes (names), digits, zeroDivision, and how outputs are read: mode, threshold, logits, ignoreIndex, numClasses, loss.
 * @throws {ArgumentError} for targets that are not classes, another number of names than of classes, and where the form does not tell what is meant.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.classification_report.html
 * @example
 * const report = classificationReport(tensor([0, 1, 1, 2], { dtype: 'int64' }), tensor([0, 1, 2, 2]), { classes: ['shirt', 'coat', 'boot'] });
 * report.rows[2].recall; // 0.5
 * String(report).split('\n').length; // 10
 */
export function classificationReport(output: Tensor, target: Tensor, options: ClassificationReportOptions = {}): ClassificationReport {
  const op = 'classificationReport';
  const defaults = { ...CLASS_OPTIONS, ...REPORT_OPTIONS, loss: required as Loss | undefined };
  const { classes, digits, zeroDivision, ...read } = readOptions(op, defaults, options);
  checkClassOptions(op, read);
  const counts = new ClassCounts(op);
  noGrad(() => counts.add(readAnswers({ op, ...read, yesNo: saysYesNo(options) }, output, target)));
  return reportOf(op, counts, { classes, digits, zeroDivision });
}

/** @internal The report of counts. */
export function reportOf(
  op: string,
  counts: ClassCounts,
  { classes, digits, zeroDivision = 0 }: typeof REPORT_OPTIONS,
): ClassificationReport {
  countOf(op, 'digits', digits);
  if (classes !== undefined && (!Array.isArray(classes) || classes.length !== counts.classes))
    throw new ArgumentError(
      `${op}: classes is ${show(classes)}, expected the names of the ${counts.classes} classes.${Array.isArray(classes) ? ` There are ${classes.length}.` : ''}`,
    );
  const several = counts.mode === 'multilabel';
  const support = counts.truth.reduce((sum, count) => sum + count, 0);
  const line = (name: string, how: { average?: Average; classIndex?: number }, samples: number): ReportRow => {
    const value = (fraction: Fraction) => averageOf(op, counts, fraction, { ...how, zeroDivision });
    return { name, precision: value(precisionOf), recall: value(recallOf), f1: value(fOf(1)), support: samples };
  };
  const rows = Array.from(counts.truth, (samples, label) => line(classes?.[label] ?? String(label), { classIndex: label }, samples));
  const averages = [
    ...(several ? [line('micro avg', { average: 'micro' }, support)] : []),
    line('macro avg', { average: 'macro' }, support),
    line('weighted avg', { average: 'weighted' }, support),
  ];
  const right = counts.hits.reduce((sum, count) => sum + count, 0);
  const report = { rows, averages, accuracy: several ? undefined : right / counts.samples };
  return Object.defineProperty(report, 'toString', { value: () => textOf(report, digits) });
}

function textOf({ rows, averages, accuracy }: ClassificationReport, digits: number): string {
  const width = Math.max(digits, ...[...rows, ...averages].map(({ name }) => name.length), 'weighted avg'.length);
  const support = averages[0]!.support;
  const line = (name: string, cells: readonly string[]) =>
    `${name.padStart(width)} ${cells.map((cell) => ` ${cell.padStart(9)}`).join('')}\n`;
  const rowText = (row: ReportRow) =>
    line(row.name, [...[row.precision, row.recall, row.f1].map((value) => value.toFixed(digits)), String(row.support)]);
  return [
    line('', ['precision', 'recall', 'f1-score', 'support']),
    '\n',
    ...rows.map(rowText),
    '\n',
    ...(accuracy === undefined ? [] : [line('accuracy', ['', '', accuracy.toFixed(digits), String(support)])]),
    ...averages.map(rowText),
  ].join('');
}
