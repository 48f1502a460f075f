/** Curves of precision and recall over thresholds. */
import { create, toBinary } from '@bufbuild/protobuf';
import { ShapeError } from '../../errors.js';
import { countOf } from '../../tensor/arguments/checks.js';
import { DataType } from '../proto/event.gen.js';
import { PrCurvePluginDataSchema } from '../proto/plugins.gen.js';
import { plugin, type SummaryValue, shapeProto, single } from './scalar.js';
import { numbersOf } from './values.js';

/** What a curve is made of, threshold by threshold: tp, fp, tn, fn, precision, recall. */
type Rows = readonly ArrayLike<number>[];

/** More thresholds break TensorBoard's note of their number. */
const MOST = 127;
const thresholdsOf = (op: string, value: unknown) => Math.min(countOf(op, 'numThresholds', value, 2), MOST);

/** Keeps a division by nothing from giving NaN. */
const LEAST = 1e-7;

/** The curve of answers and of the probabilities that were predicted for them. */
export function prCurveSummary(
  op: string,
  tag: string,
  labels: unknown,
  predictions: unknown,
  thresholds: unknown,
  weights: unknown,
): SummaryValue {
  const numThresholds = thresholdsOf(op, thresholds);
  const truth = numbersOf(op, 'labels', labels).data;
  const { data: predicted, dtype } = numbersOf(op, 'predictions', predictions);
  const weight = weights === null ? undefined : numbersOf(op, 'weights', weights).data;
  for (const [name, length] of [
    ['predictions', predicted.length],
    ['weights', weight?.length],
  ] as const)
    if (length !== undefined && length !== truth.length && !(name === 'weights' && length === 1))
      throw new ShapeError(`${op}: there are ${truth.length} labels and ${length} ${name}, expected the same number.`);

  const [tp, fp] = [new Float64Array(numThresholds), new Float64Array(numThresholds)];
  const product = dtype === 'float32' ? single : (x: number) => x;
  for (let i = 0; i < truth.length; i++) {
    const at = Math.floor(product(predicted[i]! * (numThresholds - 1)));
    if (!(at >= 0 && at < numThresholds)) continue;
    const w = weight === undefined ? 1 : weight[weight.length === 1 ? 0 : i]!;
    tp[at]! += truth[i]! * w;
    fp[at]! += (1 - truth[i]!) * w;
  }
  for (let k = numThresholds - 2; k >= 0; k--) {
    tp[k]! += tp[k + 1]!;
    fp[k]! += fp[k + 1]!;
  }
  const tn = fp.map((count) => fp[0]! - count);
  const fn = tp.map((count) => tp[0]! - count);
  const precision = tp.map((count, k) => count / Math.max(LEAST, count + fp[k]!));
  const recall = tp.map((count, k) => count / Math.max(LEAST, count + fn[k]!));
  return curve(tag, [tp, fp, tn, fn, precision, recall], numThresholds);
}

/** A curve that was counted elsewhere. */
export function rawPrCurveSummary(op: string, tag: string, rows: Readonly<Record<string, unknown>>, thresholds: unknown): SummaryValue {
  const numThresholds = thresholdsOf(op, thresholds);
  const read = Object.entries(rows).map(([name, row]) => [name, numbersOf(op, name, row).data] as const);
  for (const [name, row] of read)
    if (row.length !== read[0]![1].length)
      throw new ShapeError(
        `${op}: ${read[0]![0]} has ${read[0]![1].length} values and ${name} ${row.length}, expected the same number, one for each threshold.`,
      );
  return curve(
    tag,
    read.map(([, row]) => row),
    numThresholds,
  );
}

function curve(tag: string, rows: Rows, numThresholds: number): SummaryValue {
  const content = toBinary(PrCurvePluginDataSchema, create(PrCurvePluginDataSchema, { version: 0, numThresholds }));
  return {
    tag,
    metadata: plugin('pr_curves', content),
    value: {
      case: 'tensor',
      value: {
        dtype: DataType.DT_FLOAT,
        floatVal: rows.flatMap((row) => Array.from(row, single)),
        tensorShape: shapeProto([rows.length, rows[0]!.length]),
      },
    },
  };
}
