/** Which classes are taken for which, as a picture. */
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { type Arguments, readArguments } from '../../tensor/arguments/arguments.js';
import { isOptions, show } from '../../tensor/arguments/show.js';
import { Tensor } from '../../tensor/tensor.js';
import { Chart, checkLook } from '../charts/base/chart.js';
import { type Numbers, numbersOf } from '../charts/base/series.js';
import { at, shortened, svgText, textWidth, wrapped } from '../charts/base/svg.js';
import type { ChartTheme, Colours } from '../charts/base/theme.js';

/** The options of {@link confusionMatrix}. */
export interface ConfusionMatrixOptions {
  /** The names of the classes. Default: their numbers. */
  classes?: readonly string[] | null;
  /** What counts are divided by: those of the true class (rows), of the predicted one (columns), or all. Default: null, counts. */
  normalize?: 'true' | 'pred' | 'all' | null;
  /** Default: nothing. */
  title?: string;
  /** Whether cells bear their numbers. Default: null, where there are up to 20 classes. */
  values?: boolean | null;
  /** Pixels of a cell. Default: null, what numbers need, or less where there are many classes. */
  cell?: number | null;
  /** Default: 'light'. */
  theme?: ChartTheme;
  /** Whether what is behind shows through. Default: false. */
  transparent?: boolean;
}

const DEFAULTS: Required<ConfusionMatrixOptions> = {
  classes: null,
  normalize: null,
  title: '',
  values: null,
  cell: null,
  theme: 'light',
  transparent: false,
};

const OP = 'confusionMatrix';
const MOST_CLASSES = 1000;

/** Counts of pairs. */
function countPairs(labels: unknown, predictions: unknown, classes: number | undefined): number[][] {
  const [truth, said] = [numbersOf(OP, 'labels', labels), numbersOf(OP, 'predictions', predictions)];
  if (truth.length !== said.length)
    throw new ArgumentError(`${OP}: there are ${truth.length} labels for ${said.length} predictions. Give one of each for a sample.`);
  const wrong = [...truth, ...said].find((n) => !Number.isSafeInteger(n) || n < 0);
  if (wrong !== undefined)
    throw new ArgumentError(`${OP}: ${wrong} is among labels and predictions, expected the numbers of classes, from 0.`);
  const most = [...truth, ...said].reduce((a, b) => Math.max(a, b), -1) + 1;
  if (classes !== undefined && most > classes)
    throw new ArgumentError(`${OP}: there is a class ${most - 1}, but ${classes} names of classes. Name them all.`);
  const count = Math.max(classes ?? 0, most);
  if (count > MOST_CLASSES) throw new ArgumentError(`${OP}: ${count} classes are more than the ${MOST_CLASSES} that can be drawn.`);
  const matrix = Array.from({ length: count }, () => Array<number>(count).fill(0));
  truth.forEach((t, i) => {
    matrix[t]![said[i]!]!++;
  });
  return matrix;
}

function readMatrix(given: unknown): number[][] {
  const rows: unknown = given instanceof Tensor ? (given.shape.length === 2 ? given.toArray() : undefined) : given;
  if (given instanceof Tensor && (rows === undefined || given.shape[0] !== given.shape[1]))
    throw new ShapeError(`${OP}: the matrix has the shape ${showShape(given.shape)}, expected [classes, classes].`);
  const square = Array.isArray(rows) && rows.every((row) => Array.isArray(row) && row.length === rows.length);
  if (!square)
    throw new ArgumentError(`${OP}: got ${show(given)}, expected a square matrix, or labels and predictions: ${OP}(labels, predictions).`);
  return (rows as unknown[][]).map((row, i) =>
    numbersOf(
      OP,
      `matrix[${i}]`,
      row.map((v) => (typeof v === 'bigint' ? Number(v) : v)),
    ),
  );
}

function normalized(matrix: readonly (readonly number[])[], how: ConfusionMatrixOptions['normalize']): number[][] {
  if (how === null || how === undefined) return matrix.map((row) => [...row]);
  const sum = (list: readonly number[]) => list.reduce((a, b) => a + b, 0);
  const columns = matrix.map((_, c) => sum(matrix.map((row) => row[c]!)));
  const all = sum(columns);
  return matrix.map((row) => row.map((v, c) => v / ((how === 'true' ? sum(row) : how === 'pred' ? columns[c]! : all) || 1)));
}

/** A count, or a share with two digits. */
const showCell = (value: number, share: boolean) =>
  Number.isInteger(value) && !share ? (value >= 1e5 ? value.toExponential(1).replace('e+', 'e') : String(value)) : value.toFixed(2);

/**
 * A confusion matrix as a picture: a row for each true class, a column for each predicted one, as scikit-learn's `ConfusionMatrixDisplay`. Cells are the
 * darker, the larger their share of their row.
 * @param matrix counts [true, predicted], as `confusionMatrix` of `hone/train` gives them; or the labels of the samples.
 * @param predictions the predicted classes, where the first argument is labels.
 * @throws {ShapeError} for a tensor that is no square. @throws {ArgumentError} for labels and predictions of different number.
 * @example
 * const chart = report.confusionMatrix([[8, 2], [1, 9]], { classes: ['cat', 'dog'], normalize: 'true' });
 * await chart.save('confusion.svg');
 * report.confusionMatrix([0, 1, 1], [0, 1, 0]).title; // ''
 */
export function confusionMatrix(matrix: Tensor | readonly (readonly number[])[], ...args: Arguments<ConfusionMatrixOptions, []>): Chart;
export function confusionMatrix(labels: Numbers, predictions: Numbers, ...args: Arguments<ConfusionMatrixOptions, []>): Chart;
export function confusionMatrix(first: unknown, ...rest: readonly unknown[]): Chart {
  const pairs = rest[0] !== undefined && !isOptions(rest[0]);
  const { classes, normalize, title, values, cell, theme, transparent } = readArguments(OP, DEFAULTS, pairs ? rest.slice(1) : rest);
  checkLook(OP, { theme });
  if (classes !== null && !(Array.isArray(classes) && classes.every((name) => typeof name === 'string')))
    throw new ArgumentError(`${OP}: classes is ${show(classes)}, expected the names of the classes.`);
  if (normalize !== null && !['true', 'pred', 'all'].includes(normalize))
    throw new ArgumentError(`${OP}: normalize is ${show(normalize)}, expected one of "true", "pred", "all" or null.`);
  const counts = pairs ? countPairs(first, rest[0], classes?.length) : readMatrix(first);
  const n = counts.length;
  if (n === 0) throw new ArgumentError(`${OP}: there are no classes.`);
  if (n > MOST_CLASSES) throw new ArgumentError(`${OP}: ${n} classes are more than the ${MOST_CLASSES} that can be drawn.`);
  if (classes !== null && classes.length !== n) throw new ArgumentError(`${OP}: there are ${classes.length} names for ${n} classes.`);
  const negative = counts.flat().find((v) => !(v >= 0));
  if (negative !== undefined) throw new ArgumentError(`${OP}: ${negative} is in the matrix, expected counts or shares of at least 0.`);
  const shown = normalized(counts, normalize);
  const shares = normalized(counts, normalize ?? 'true');
  const share = normalize !== null || counts.flat().some((v) => !Number.isInteger(v));
  const texts = shown.map((row) => row.map((v) => showCell(v, share)));
  const written = values ?? n <= 20;
  const widest = written ? Math.max(...texts.flat().map((text) => textWidth(text, 12))) + 12 : 0;
  const side = cell ?? (written ? Math.max(widest, n > 12 ? 30 : 40) : Math.max(3, Math.min(16, Math.floor(560 / n))));
  if (!(side >= 1 && side <= 400)) throw new ArgumentError(`${OP}: cell is ${cell}, expected pixels from 1 to 400.`);
  const names = classes ?? counts.map((_, i) => String(i));
  // Where there are more classes than lines of text, every second, fifth, … is named.
  const every = Math.max(1, Math.ceil(14 / side));
  const label = names.map((name) => shortened(name, 12, 130));
  const longest = Math.max(...label.map((name) => textWidth(name, 12)));
  const turned = Math.max(...label.map((name) => textWidth(name, 12))) > side * every - 4;
  const left = 12 + 22 + longest + 8;
  const head = title === '' ? [] : wrapped(title, 15, Math.max(120, left + n * side - 12), 3);
  const top = 12 + (head.length > 0 ? head.length * 20 + 4 : 0);
  const depth = turned ? longest * Math.SQRT1_2 + 12 : 16;
  const width = Math.ceil(Math.max(160, left + n * side + 16));
  const height = Math.ceil(top + n * side + depth + 36);
  const draw = (colours: Colours): string => {
    const out = head.map((line, i) => svgText(line, 12, 20 + i * 20, { size: 15, weight: 600, fill: colours.text }));
    const blue = colours.palette[0]!;
    for (let r = 0; r < n; r++)
      for (let c = 0; c < n; c++) {
        const [x, y] = [left + c * side, top + r * side];
        const depthOf = Math.min(1, shares[r]![c]!);
        if (depthOf > 0)
          out.push(
            `<rect x="${at(x)}" y="${at(y)}" width="${at(side)}" height="${at(side)}" fill="${blue}" fill-opacity="${Number((0.06 + 0.94 * depthOf).toFixed(3))}"/>`,
          );
        if (written)
          out.push(
            svgText(texts[r]![c]!, x + side / 2, y + side / 2, {
              size: 12,
              anchor: 'middle',
              fill: depthOf > 0.5 ? colours.background : depthOf > 0 ? colours.text : colours.muted,
            }),
          );
      }
    out.push(
      `<rect x="${at(left)}" y="${at(top)}" width="${at(n * side)}" height="${at(n * side)}" fill="none" stroke="${colours.axis}"/>`,
    );
    label.forEach((name, i) => {
      if (i % every !== 0) return;
      const middle = (i + 0.5) * side;
      out.push(svgText(name, left - 6, top + middle, { size: 12, anchor: 'end', fill: colours.muted }));
      const below = top + n * side + 12;
      out.push(
        svgText(
          name,
          left + middle,
          below,
          turned ? { size: 12, anchor: 'end', rotate: 45, fill: colours.muted } : { size: 12, anchor: 'middle', fill: colours.muted },
        ),
      );
    });
    out.push(svgText('predicted', left + (n * side) / 2, top + n * side + depth + 18, { size: 12, anchor: 'middle', fill: colours.text }));
    out.push(svgText('true', 18, top + (n * side) / 2, { size: 12, anchor: 'middle', rotate: 90, fill: colours.text }));
    return out.join('');
  };
  return new Chart({ kind: OP, title, width, height, theme, transparent, about: n === 1 ? '1 class' : `${n} classes`, draw });
}
