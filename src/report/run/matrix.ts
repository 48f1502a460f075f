/** The confusion matrix as a table of shades, and what it says of each class. */
import { ArgumentError } from '../../errors.js';
import { show } from '../../tensor/arguments/show.js';
import { escapeHtml, htmlTable } from '../html.js';
import { showCount } from '../text.js';
import { showScore } from './history.js';

/** What was taken for what: the part of an Interpretation that pages show. */
export interface ConfusionFigures {
  /** The names of the classes. */
  readonly classes: readonly string[];
  /** How many samples of class i (a row) were taken for class j (a column). */
  readonly confusion: readonly (readonly number[])[];
  /** What is right and wrong of each class. Default: computed of the matrix. */
  readonly perClass?: readonly {
    readonly name: string;
    readonly precision: number;
    readonly recall: number;
    readonly f1: number;
    readonly support: number;
  }[];
}

/** Of more classes a matrix is no longer read: the pairs that are confused most are listed instead. */
const MOST_CLASSES = 40;
/** How many of those pairs. */
const MOST_PAIRS = 12;
/** More classes stand closer. */
const MANY_CLASSES = 12;

/** @throws {ArgumentError} unless there is a row and a column for each class. */
function check({ classes, confusion }: ConfusionFigures): void {
  const count = Array.isArray(classes) ? classes.length : -1;
  if (!Array.isArray(confusion) || confusion.length !== count || confusion.some((row) => !Array.isArray(row) || row.length !== count))
    throw new ArgumentError(
      `runPage: the confusion matrix is ${show(confusion)} for ${count < 0 ? show(classes) : `${count} classes`}, expected a row and a column for each class.`,
    );
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

export function confusionSection(figures: ConfusionFigures): string {
  check(figures);
  const { classes, confusion } = figures;
  const parts = ['<h2>Confusion matrix</h2>'];
  if (classes.length <= MOST_CLASSES) {
    parts.push(
      `<div class="card"><div class="scroll">${matrixTable(classes, confusion)}</div><p class="caption">Rows are what samples are, columns what they were taken for; shades are shares of the row.</p></div>`,
    );
  }
  const pairs = confusion
    .flatMap((row, i) => row.flatMap((count, j) => (i === j || count === 0 ? [] : [{ i, j, count, of: sum(row) }])))
    .sort((a, b) => b.count - a.count)
    .slice(0, MOST_PAIRS);
  if (classes.length > 2 && pairs.length > 0) {
    const columns = [{ title: 'is' }, { title: 'taken for' }, ...['times', 'of'].map((title) => ({ title, align: 'right' as const }))];
    const rows = pairs.map(({ i, j, count, of }) => [classes[i]!, classes[j]!, showCount(count), showCount(of)]);
    parts.push(
      `<div class="card"><details${classes.length > MOST_CLASSES ? ' open' : ''}><summary>What is confused most</summary>${htmlTable({ columns, rows })}</details></div>`,
    );
  }
  return parts.join('\n');
}

function matrixTable(classes: readonly string[], confusion: readonly (readonly number[])[]): string {
  const turned = classes.length > 4 && classes.some((name) => name.length > 3);
  const kinds = ['matrix', ...(classes.length > MANY_CLASSES ? ['many'] : []), ...(turned ? ['turn'] : [])];
  const head = `<tr><th></th>${classes.map((name) => `<th scope="col" title="${escapeHtml(name)}">${escapeHtml(name)}</th>`).join('')}</tr>`;
  const rows = confusion.map((row, i) => {
    const total = sum(row);
    const cells = row.map((count, j) => {
      const share = total === 0 ? 0 : count / total;
      // The root makes rare mistakes visible beside what is right.
      const shade = count === 0 ? 0 : 0.08 + 0.92 * Math.sqrt(share);
      const kind = count === 0 ? ' class="zero"' : shade > 0.6 ? ' class="strong"' : '';
      const title = `${classes[i]} taken for ${classes[j]}: ${showCount(count)} of ${showCount(total)}`;
      return `<td${kind} style="background: rgba(var(--heat), ${shade.toFixed(3)})" title="${escapeHtml(title)}">${showCount(count)}</td>`;
    });
    return `<tr><th scope="row" title="${escapeHtml(classes[i]!)}">${escapeHtml(classes[i]!)}</th>${cells.join('')}</tr>`;
  });
  return `<table class="${kinds.join(' ')}"><thead>${head}</thead><tbody>\n${rows.join('\n')}\n</tbody></table>`;
}

export function perClassTable({ classes, confusion, perClass }: ConfusionFigures): string {
  const rows = (perClass ?? classesOf(classes, confusion)).map(({ name, precision, recall, f1, support }) => [
    name,
    ...[precision, recall, f1].map(showScore),
    showCount(support),
  ]);
  const columns = [{ title: 'class' }, ...['precision', 'recall', 'F1', 'samples'].map((title) => ({ title, align: 'right' as const }))];
  const open = rows.length <= MANY_CLASSES ? ' open' : '';
  return `<div class="card"><details${open}><summary>Class by class</summary>${htmlTable({ columns, rows })}</details></div>`;
}

function classesOf(classes: readonly string[], confusion: readonly (readonly number[])[]): NonNullable<ConfusionFigures['perClass']> {
  return classes.map((name, c) => {
    const [right, support, predicted] = [confusion[c]![c]!, sum(confusion[c]!), sum(confusion.map((row) => row[c]!))];
    return { name, precision: right / predicted, recall: right / support, f1: (2 * right) / (support + predicted), support };
  });
}
