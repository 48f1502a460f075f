/** A model's summary as torchinfo prints it: the tree of layers, and totals. */

import { showCount } from '../text.js';
import type { DataSizes } from './input.js';
import type { LayerInfo } from './layers.js';
import { fixed2, listText, padEnd, withUnit } from './text.js';

const TITLES = {
  input_size: 'Input Shape',
  output_size: 'Output Shape',
  num_params: 'Param #',
  params_percent: 'Param %',
  kernel_size: 'Kernel Shape',
  mult_adds: 'Mult-Adds',
  trainable: 'Trainable',
};

/** A column of the table. */
export type SummaryColumn = keyof typeof TITLES;
export const COLUMNS = Object.keys(TITLES) as readonly SummaryColumn[];

export const ROW_SETTINGS = ['depth', 'var_names', 'ascii_only', 'hide_recursive_layers'] as const;
/** What rows show: `Linear: 1-2` for depth and index, `Linear (fc1)`, plain characters; and which are left out. */
export type RowSetting = (typeof ROW_SETTINGS)[number];

export interface TableFormat {
  readonly columns: readonly SummaryColumn[];
  readonly colWidth: number;
  readonly depth: number;
  readonly rows: ReadonlySet<RowSetting>;
  /** Whether each weight has a row. */
  readonly weights: boolean;
}

type Cells = Partial<Record<SummaryColumn, string>>;

/** What {@link summary} gives. A console and `String()` show the table. */
export class ModelSummary {
  /** The name that texts and errors show: minifiers rename classes, but leave this. */
  static readonly className: string = 'ModelSummary';
  /** The rows, those that the table leaves out too. */
  readonly summaryList: readonly LayerInfo[];
  /** Sizes of the inputs; empty without input. */
  readonly inputSize: DataSizes;
  /** Bytes of the inputs, with the 64 that PyTorch's storage object takes for each. */
  readonly totalInput: number;
  /** Multiplications with following addition, of the whole batch, in layers without submodules. */
  readonly totalMultAdds: number;
  /** How many parameters there are. */
  readonly totalParams: number;
  /** How many of them are trained. */
  readonly trainableParams: number;
  /** Bytes of the parameters in layers without submodules. */
  readonly totalParamBytes: number;
  /** Bytes of the outputs of layers with parameters, and of their gradients. */
  readonly totalOutputBytes: number;
  readonly #format: TableFormat;
  readonly #nameWidth: number;

  constructor(summaryList: readonly LayerInfo[], inputSize: DataSizes, totalInput: number, format: TableFormat) {
    this.summaryList = summaryList;
    this.inputSize = inputSize;
    this.totalInput = totalInput;
    this.#format = format;

    const sum = (rows: readonly LayerInfo[], of: (row: LayerInfo) => number) => rows.reduce((all, row) => all + of(row), 0);
    const leaves = summaryList.filter((row) => row.isLeafLayer);
    const first = leaves.filter((row) => !row.isRecursive);
    const containers = summaryList.filter((row) => !row.isLeafLayer && !row.isRecursive);
    this.totalMultAdds = sum(leaves, (row) => row.macs);
    this.totalOutputBytes = sum(leaves, (row) => (row.numParams > 0 ? row.outputBytes * 2 : 0));
    this.totalParamBytes = sum(first, (row) => row.paramBytes);
    this.totalParams = sum(first, (row) => row.numParams) + sum(containers, (row) => Math.max(row.leftoverParams, 0));
    this.trainableParams = sum(first, (row) => row.trainableParams) + sum(containers, (row) => Math.max(row.leftoverTrainableParams, 0));

    const longest = Math.max(0, ...summaryList.map((row) => [...this.#title(row)].length + row.depth * 5 + 1));
    this.#nameWidth = longest >= 40 ? Math.ceil(longest / 5) * 5 : 40;
  }

  /** Parameters that are not trained. */
  get nonTrainableParams(): number {
    return this.totalParams - this.trainableParams;
  }

  /** The table. */
  toString(): string {
    const { columns, colWidth, rows, depth } = this.#format;
    const rule = '='.repeat(columns.length * colWidth + this.#nameWidth);
    const type = `Layer (type${rows.has('var_names') ? ' (var_name)' : ''}${rows.has('depth') ? ':depth-idx' : ''})`;
    const shown = this.summaryList.filter((row) => row.depth <= depth && !(rows.has('hide_recursive_layers') && row.isRecursive));
    const lines = [
      rule,
      this.#line(type, TITLES),
      rule,
      ...shown.flatMap((row) => this.#rowLines(row)),
      rule,
      `Total params: ${showCount(this.totalParams)}`,
      `Trainable params: ${showCount(this.trainableParams)}`,
      `Non-trainable params: ${showCount(this.nonTrainableParams)}`,
    ];
    if (this.inputSize !== null && Object.keys(this.inputSize).length > 0) {
      const { totalInput, totalOutputBytes, totalParamBytes } = this;
      lines.push(
        `Total mult-adds${withUnit(this.totalMultAdds)}`,
        rule,
        `Input size (MB): ${megabytes(totalInput)}`,
        `Forward/backward pass size (MB): ${megabytes(totalOutputBytes)}`,
        `Params size (MB): ${megabytes(totalParamBytes)}`,
        `Estimated Total Size (MB): ${megabytes(totalInput + totalOutputBytes + totalParamBytes)}`,
      );
    }
    return [...lines, rule].join('\n');
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  #line(name: string, cells: Cells): string {
    const { columns, colWidth } = this.#format;
    return [padEnd(name, this.#nameWidth), ...columns.map((column) => padEnd(cells[column] ?? '', colWidth))].join(' ').trimEnd();
  }

  /** `Linear (fc1): 1-2`. */
  #title(row: LayerInfo): string {
    const { rows } = this.#format;
    const name = rows.has('var_names') && row.varName !== '' ? `${row.className} (${row.varName})` : row.className;
    return rows.has('depth') && row.depth > 0 ? `${name}: ${row.depth}-${row.depthIndex}` : name;
  }

  #branch(depth: number): string {
    const ascii = this.#format.rows.has('ascii_only');
    if (depth === 0) return '';
    if (depth === 1) return ascii ? '+ ' : '├─';
    return (ascii ? '|    ' : '│    ').repeat(depth - 1) + (ascii ? '+ ' : '└─');
  }

  #rowLines(row: LayerInfo): string[] {
    const deepest = row.depth === this.#format.depth;
    const list = (size: LayerInfo['outputSize']) => (size.length === 0 ? '--' : listText(size));
    const kernel = row.kernelSize ?? 0;
    const line = this.#line(this.#branch(row.depth) + this.#title(row), {
      kernel_size: typeof kernel === 'number' ? String(kernel || '--') : list(kernel),
      input_size: list(row.inputSize),
      output_size: list(row.outputSize),
      num_params: paramsText(row, deepest),
      params_percent: this.#percent(row, deepest),
      mult_adds: macsText(row, deepest),
      trainable: row.trainable,
    });
    if (!this.#format.weights) return [line];
    const weights = row.innerWeights.map(({ name, shape, numParams }, i) => {
      const branch = i === row.innerWeights.length - 1 ? '└─' : '├─';
      return this.#line(this.#branch(row.depth + 1) + name, {
        kernel_size: listText(shape),
        num_params: branch + showCount(numParams),
      });
    });
    return [line, ...weights];
  }

  #percent(row: LayerInfo, deepest: boolean): string {
    if (this.totalParams === 0) return '     --';
    if (row.isRecursive) return '(recursive)';
    const own = deepest || row.isLeafLayer ? row.numParams : row.leftoverParams;
    return own === 0 ? '     --' : `${fixed2((own / this.totalParams) * 100)}%`.padStart(7);
  }
}

const megabytes = (bytes: number): string => fixed2(bytes / 1e6);

/** Its parameters; those of a container only where what it holds is not shown. In parentheses when none is trained. */
function paramsText(row: LayerInfo, deepest: boolean): string {
  if (row.numParams === 0) return '--';
  if (row.isRecursive) return '(recursive)';
  if (!deepest && !row.isLeafLayer) return row.leftoverParams > 0 ? showCount(row.leftoverParams) : '--';
  return row.trainableParams > 0 ? showCount(row.numParams) : `(${showCount(row.numParams)})`;
}

function macsText(row: LayerInfo, deepest: boolean): string {
  if (row.macs <= 0) return '--';
  if (row.isLeafLayer) return showCount(row.macs);
  if (!deepest) return '--';
  return showCount(row.children.reduce((sum, child) => sum + (child.isLeafLayer ? child.macs : 0), 0));
}
