/** What a model consists of, as torchinfo and torchsummary print it. */

import { ArgumentError } from '../../errors.js';
import { assertModule } from '../../nn/module/is-module.js';
import type { Module, ModuleWithOutput } from '../../nn/module/module.js';
import { warnOfUnregistered } from '../../nn/module/unregistered/in-fields.js';
import { type Arguments, readArguments } from '../../tensor/arguments/arguments.js';
import { countOf, oneOf, wholeNumber } from '../../tensor/arguments/checks.js';
import { show } from '../../tensor/arguments/show.js';
import { rand } from '../../tensor/create/random.js';
import { assertHere, type DeviceLike } from '../../tensor/device.js';
import type { DType } from '../../tensor/values/dtype.js';
import { type FlatSummary, flatSummary } from './flat.js';
import { callForward, type InputSize, type Inputs, inputSizes, inputsOfData, inputsOfSizes } from './input.js';
import { listLayers } from './layers.js';
import { initializeLazy, preservingState } from './preserve-state.js';
import { COLUMNS, ModelSummary, ROW_SETTINGS, type RowSetting, type SummaryColumn, type TableFormat } from './table.js';

export type { FlatLayer } from './flat.js';
export { FlatSummary } from './flat.js';
export type { InputSize } from './input.js';
export { LayerInfo } from './layers.js';
export type { RowSetting, SummaryColumn } from './table.js';
export { ModelSummary } from './table.js';

interface CommonOptions {
  /** The sizes that forward gets, with the batch in torchinfo's style: `[64, 1, 28, 28]`, or a list of sizes. Default: none, and no forward. */
  inputSize?: InputSize | null;
  /** 0 prints nothing, 1 the table, 2 (in torchinfo's style) also every weight. Default: 1. */
  verbose?: 0 | 1 | 2;
  /** Where the model is described: the CPU. @throws {DeviceError} for another device. */
  device?: DeviceLike | null;
}

/** The options of {@link summary}. */
export interface SummaryOptions extends CommonOptions {
  /** Default: torchinfo. */
  style?: 'torchinfo';
  /** What forward gets, instead of a size: a tensor, a list of arguments, or an object of tensors. Default: none. */
  inputData?: unknown;
  /** Where `inputSize`, given without a batch, gets a batch of one; outputs that are lists show 1 there. Default: the batch is in `inputSize`. */
  batchDim?: number | null;
  /** Of `input_size`, `output_size`, `num_params`, `params_percent`, `kernel_size`, `mult_adds` and `trainable`. Default: output_size and num_params. */
  colNames?: readonly SummaryColumn[] | null;
  /** Default: 25. */
  colWidth?: number;
  /** How deep the tree is shown. Default: 3. */
  depth?: number;
  /** Of the inputs, one for each. Default: that of the model's parameters, else float32. */
  dtypes?: readonly DType[] | null;
  /** In which mode forward runs. Default: eval. */
  mode?: 'train' | 'eval' | null;
  /** Of `depth` (shows `1-2`), `var_names`, `ascii_only` and `hide_recursive_layers`. Default: depth. */
  rowSettings?: readonly RowSetting[] | null;
  /** Options that forward gets after the inputs. Default: none. */
  kwargs?: Readonly<Record<string, unknown>> | null;
}

/** The options of {@link summary} in the style of torchsummary. */
export interface FlatSummaryOptions extends CommonOptions {
  /** `'torchsummary'`. */
  style: 'torchsummary';
  /** Shown as size of the batch, and counted. Default: -1, open. */
  batchSize?: number;
}

interface Settings {
  style: string;
  inputSize: unknown;
  inputData: unknown;
  batchDim: number | null;
  colNames: unknown;
  colWidth: number;
  depth: number;
  device: unknown;
  dtypes: unknown;
  mode: unknown;
  rowSettings: unknown;
  verbose: number;
  kwargs: unknown;
  batchSize: number | null;
}

const DEFAULTS: Settings = {
  inputSize: null,
  inputData: null,
  batchDim: null,
  colNames: null,
  colWidth: 25,
  depth: 3,
  device: null,
  dtypes: null,
  mode: null,
  rowSettings: null,
  verbose: 1,
  kwargs: null,
  style: 'torchinfo',
  batchSize: null,
};

/**
 * Prints what a model consists of, as torchinfo does: the tree of layers with sizes of outputs and counts of parameters, multiplications
 * and bytes. For the sizes it runs forward once, without gradients, on random numbers; modes, buffers, gradients and the generator stay
 * as they are. With `{ style: 'torchsummary' }`, and sizes without the batch, the flat list of that package.
 * @param model what is described; what its forward does not call is not shown.
 * @param args `inputSize`, or any option by name; without inputs only parameters are counted, in the order of declaration.
 * @returns the numbers; a console shows the table.
 * @throws {ArgumentError} for anything but a model, sizes and options. What forward throws says on which inputs.
 * @see https://github.com/TylerYep/torchinfo; https://github.com/sksq96/pytorch-summary
 * @example
 * const net = new nn.Sequential(new nn.Linear(784, 64), new nn.ReLU(), new nn.Linear(64, 10));
 * const info = summary(net, [200, 784], { verbose: 0, colNames: ['input_size', 'output_size', 'mult_adds'] });
 * info.totalParams; // 50890
 * info.totalMultAdds; // 10178000
 */
export function summary(model: ModuleWithOutput, inputSize: InputSize, options: FlatSummaryOptions): FlatSummary;
export function summary(model: ModuleWithOutput, options: FlatSummaryOptions & { inputSize: InputSize }): FlatSummary;
export function summary(model: ModuleWithOutput, ...args: Arguments<SummaryOptions, [inputSize: 'inputSize']>): ModelSummary;
export function summary(model: Module, ...args: readonly unknown[]): ModelSummary | FlatSummary {
  assertModule('summary', 'model', model);
  const settings = readArguments('summary', DEFAULTS, args);
  const { style, verbose } = settings;
  if (![0, 1, 2].includes(verbose))
    throw new ArgumentError(`summary: verbose is ${verbose}, expected 0 (prints nothing), 1 (the table) or 2 (also every weight).`);
  oneOf('summary', 'style', style, ['torchinfo', 'torchsummary']);
  assertHere('summary', settings.device);
  warnOfUnregistered(model, true);
  const result = style === 'torchsummary' ? flat(model, settings) : table(model, settings);
  if (verbose > 0) console.log(result.toString());
  return result;
}

function flat(model: Module, settings: Settings): FlatSummary {
  const known = ['style', 'inputSize', 'verbose', 'device', 'batchSize'];
  for (const name of Object.keys(DEFAULTS) as (keyof Settings)[])
    if (!known.includes(name) && settings[name] !== DEFAULTS[name])
      throw new ArgumentError(`summary: the style torchsummary has no option "${name}". It takes ${known.join(', ')}.`);
  const sizes = inputSizes(settings.inputSize);
  initializeLazy(model, ({ restore }) => {
    const inputs = sizes.map((size) => rand([2, ...size]));
    restore();
    callForward(model, inputs, () => '');
  });
  return preservingState(model, () => flatSummary(model, sizes, settings.batchSize ?? -1));
}

function table(model: Module, settings: Settings): ModelSummary {
  const { inputSize, inputData, batchDim, dtypes, kwargs, batchSize } = settings;
  if (batchSize !== null)
    throw new ArgumentError(`summary: batchSize belongs to { style: 'torchsummary' }. Here the batch is the first number of inputSize.`);
  if (inputSize !== null && inputData !== null)
    throw new ArgumentError('summary: inputSize and inputData are both given. Give the one or the other.');
  if (batchDim !== null) wholeNumber('summary', 'batchDim', batchDim);
  if (dtypes !== null && inputSize === null) throw new ArgumentError('summary: dtypes goes with inputSize, which is not given.');
  const mode = oneOf('summary', 'mode', settings.mode ?? 'eval', ['train', 'eval']);
  const sizes = inputSize === null ? null : inputSizes(inputSize);
  const format = formatOf(settings, sizes !== null || inputData !== null);
  const makeInputs = (): Inputs => (sizes !== null ? inputsOfSizes(model, sizes, dtypes, batchDim) : inputsOfData(inputData));
  if (sizes !== null || inputData !== null)
    initializeLazy(model, ({ restore }) => {
      const { args } = makeInputs();
      restore();
      callForward(model, kwargs === null ? args : [...args, kwargs], () => '');
    });
  return preservingState(model, () => {
    let inputs: Inputs = { args: [], sizes: [], bytes: 0 };
    if (sizes !== null || inputData !== null) inputs = makeInputs();
    else return new ModelSummary(listLayers(model, batchDim, null), inputs.sizes, 0, format);
    const args = kwargs === null ? inputs.args : [...inputs.args, kwargs];
    const layers = listLayers(model, batchDim, (finished) => {
      model.train(mode === 'train');
      callForward(model, args, () => {
        const last = finished().at(-1);
        return last === undefined ? '' : `, after ${last.className} (${last.varName})`;
      });
    });
    return new ModelSummary(layers, inputs.sizes, inputs.bytes, format);
  });
}

function formatOf(settings: Settings, hasInput: boolean): TableFormat {
  const { colWidth, depth, verbose } = settings;
  countOf('summary', 'colWidth', colWidth, 1);
  if (depth !== Infinity) wholeNumber('summary', 'depth', depth, { min: 0 }, '0 shows the model alone, Infinity everything.');
  const columns = settings.colNames === null ? null : listOf('colNames', settings.colNames, COLUMNS);
  const needy = columns?.find((column) => ['input_size', 'output_size', 'mult_adds'].includes(column));
  if (needy !== undefined && !hasInput)
    throw new ArgumentError(`summary: the column ${needy} needs a forward. Give inputSize or inputData, or leave it out of colNames.`);
  return {
    columns: columns ?? (hasInput ? ['output_size', 'num_params'] : ['num_params']),
    colWidth,
    depth,
    rows: new Set(settings.rowSettings === null ? ['depth'] : listOf('rowSettings', settings.rowSettings, ROW_SETTINGS)),
    weights: verbose === 2,
  };
}

function listOf<T extends string>(name: string, values: unknown, known: readonly T[]): T[] {
  if (!Array.isArray(values)) throw new ArgumentError(`summary: ${name} is ${show(values)}, expected a list of ${known.join(', ')}.`);
  return values.map((value) => oneOf('summary', `an entry of ${name}`, value, known));
}
