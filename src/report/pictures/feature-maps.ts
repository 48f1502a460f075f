/** What convolutions see, and what they look for. */
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { isModule } from '../../nn/module/is-module.js';
import type { Module } from '../../nn/module/module.js';
import { unsqueeze } from '../../ops/view/movement.js';
import { type Arguments, readArguments } from '../../tensor/arguments/arguments.js';
import { assertBoolean, assertTensor, countOf, oneOf, wholeNumber } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { show } from '../../tensor/arguments/show.js';
import { Tensor } from '../../tensor/tensor.js';
import { toTypedArray } from '../../tensor/values/transfer.js';
import { type Chart, checkLook } from '../charts/base/chart.js';
import type { ChartTheme } from '../charts/base/theme.js';
import { activationsOf } from './activations.js';
import { COLOUR_MAPS, type ColourMap } from './colour-maps.js';
import { gridChart } from './image-grid.js';
import { type Raw, shaded } from './pixels.js';

interface GridLook {
  /** Pictures beside each other. Default: 8, or fewer where there are fewer. */
  columns?: number;
  /** Default: null, the layer's path. */
  title?: string | null;
  /** Pixels of a picture's longer side. Default: null, about 84. */
  size?: number | null;
  /** Default: 'light'. */
  theme?: ChartTheme;
  /** Whether what is behind shows through. Default: false. */
  transparent?: boolean;
}

/** The options of {@link featureMaps}. */
export interface FeatureMapsOptions extends GridLook {
  /** The layer, or its path in the model. Default: null, the first convolution of two dims. */
  layer?: string | Module | null;
  /** Which channels, or how many of the first. Default: null, 32. */
  channels?: number | readonly number[] | null;
  /** Which sample of the batch. Default: 0. */
  sample?: number;
  /** Default: 'viridis'. */
  cmap?: ColourMap;
  /** Whether each map has a range of its own. Default: true. */
  scaleEach?: boolean;
}

/** The options of {@link filters}. */
export interface FiltersOptions extends GridLook {
  /** The layer, or its path in the model. Default: null, the first convolution of two dims. */
  layer?: string | Module | null;
  /** Which filters, or how many of the first. Default: 64, or 8 where each has many input channels. */
  channels?: number | readonly number[] | null;
  /** Of filters of pictures with one channel. Default: 'coolwarm', white in the middle at 0. */
  cmap?: ColourMap;
}

const LOOK = { columns: 8, title: null as string | null, size: null as number | null, theme: 'light' as ChartTheme, transparent: false };
const MAPS = {
  layer: null as FeatureMapsOptions['layer'],
  channels: null as number | readonly number[] | null,
  sample: 0,
  cmap: 'viridis' as ColourMap,
  scaleEach: true,
  ...LOOK,
};
const FILTERS = {
  layer: null as FiltersOptions['layer'],
  channels: null as FiltersOptions['channels'],
  cmap: 'coolwarm' as ColourMap,
  ...LOOK,
};

/** Whether its weight is that of a convolution of two dims. */
const isConvolution = (module: Module) => {
  const weight: unknown = (module as Partial<{ weight: unknown }>).weight;
  return weight instanceof Tensor && weight.shape.length === 4;
};

/** The layer that is meant, with its path. */
function layerOf(op: string, model: unknown, layer: string | Module | null | undefined): [path: string, layer: Module] {
  if (!isModule(model)) throw new ArgumentError(`${op}: got ${show(model)}, expected a model.`);
  const all = (model as Module).namedModules();
  if (typeof layer === 'string') return [layer, (model as Module).getSubmodule(layer)];
  if (layer !== null && layer !== undefined) {
    const found = all.find(([, module]) => module === layer);
    if (found === undefined)
      throw new ArgumentError(`${op}: layer is ${show(layer)}, which is not part of the model. Give one that is, or its path.`);
    return found;
  }
  const first = all.find(([, module]) => isConvolution(module));
  if (first === undefined)
    throw new ArgumentError(`${op}: ${classNameOf(model as Module)} has no convolution of two dims. Name a layer: { layer: 'path' }.`);
  return first;
}

/** The places that are meant: the first ones, or those of a list. */
function placesOf(op: string, channels: number | readonly number[], count: number): number[] {
  if (typeof channels === 'number') return Array.from({ length: Math.min(countOf(op, 'channels', channels, 1), count) }, (_, i) => i);
  if (!Array.isArray(channels) || channels.length === 0)
    throw new ArgumentError(`${op}: channels is ${show(channels)}, expected how many, or a list of them.`);
  return channels.map((c, i) => wholeNumber(op, `channels[${i}]`, c, { min: 0, max: count - 1 }));
}

/** A picture of some of the values. */
function cut(values: ArrayLike<number | bigint>, offset: number, width: number, height: number): Raw {
  return {
    width,
    height,
    channels: 1,
    values: Float64Array.from({ length: width * height }, (_, i) => Number(values[offset + i]!)),
    bytes: false,
  };
}

function readLook(op: string, { columns, size, theme, cmap }: typeof LOOK & { cmap: ColourMap }): void {
  checkLook(op, { theme });
  countOf(op, 'columns', columns, 1);
  if (size !== null && !(size >= 4 && size <= 4096)) throw new ArgumentError(`${op}: size is ${size}, expected pixels from 4 to 4096.`);
  oneOf(op, 'cmap', cmap, COLOUR_MAPS);
}

/**
 * What a layer gives for a picture, a map for each channel. The model is afterwards what it was.
 * @param input a batch as the model takes it, or one sample of it.
 * @throws {ShapeError} for a layer whose output is not [N, C, H, W].
 * @example
 * const net = new nn.Sequential(new nn.Conv2d(1, 8, 3), new nn.ReLU());
 * await featureMaps(net, rand([1, 1, 28, 28]), { layer: '1' }).save('maps.png');
 */
export function featureMaps(model: Module, input: Tensor, ...args: Arguments<FeatureMapsOptions, []>): Chart {
  const op = 'featureMaps';
  const options = readArguments(op, MAPS, args);
  const [path, layer] = layerOf(op, model, options.layer);
  assertTensor(op, 'input', input);
  readLook(op, options);
  assertBoolean(op, 'scaleEach', options.scaleEach);
  const batch = input.shape.length === 3 ? unsqueeze(input, 0) : input;
  const [, output] = activationsOf(op, model, batch, layer)[0] ?? [];
  if (output === undefined)
    throw new ArgumentError(`${op}: ${path || classNameOf(layer)} gave no tensor when the input went through the model.`);
  const shape = output.shape;
  if (shape.length !== 4)
    throw new ShapeError(`${op}: ${path || classNameOf(layer)} gives ${showShape(shape)}, expected maps: [N, C, H, W].`);
  const [n, c, h, w] = shape as [number, number, number, number];
  const sample = wholeNumber(op, 'sample', options.sample, { min: 0, max: n - 1 });
  const values = toTypedArray(output as Tensor & { dtype: 'float32' });
  const places = placesOf(op, options.channels ?? 32, c);
  const raw = places.map((place) => cut(values, (sample * c + place) * h * w, w, h));
  return gridChart({
    ...options,
    op,
    title: options.title ?? `${path || classNameOf(layer)}: ${c} maps of ${w} × ${h}`,
    images: shaded(op, raw, { mean: undefined, std: undefined, range: undefined, each: options.scaleEach, map: options.cmap }),
    captions: undefined,
    columns: Math.min(options.columns, raw.length),
    about: raw.length < c ? `${raw.length} of ${c} maps` : `${c} maps`,
  });
}

/**
 * The filters of a convolution of two dims: in colour where it looks at pictures in colour, else a picture for each input channel, a row for each filter.
 * @param model a model, or the convolution itself.
 * @throws {ArgumentError} for a model without one.
 * @example
 * await filters(new nn.Conv2d(3, 16, 5)).save('filters.png');
 */
export function filters(model: Module, ...args: Arguments<FiltersOptions, []>): Chart {
  const op = 'filters';
  const options = readArguments(op, FILTERS, args);
  const [path, layer] = layerOf(op, model, options.layer);
  readLook(op, options);
  if (!isConvolution(layer))
    throw new ArgumentError(
      `${op}: ${path || 'the layer'} is ${show(layer)}, which has no filters of two dims. Name a convolution: { layer: 'path' }.`,
    );
  const weight = (layer as unknown as { weight: Tensor }).weight;
  const [o, i, h, w] = weight.shape as [number, number, number, number];
  const values = toTypedArray(weight as Tensor & { dtype: 'float32' });
  const single = i === 1 || i === 3;
  const places = placesOf(op, options.channels ?? (single ? 64 : 8), o);
  const inputs = single ? 1 : Math.min(i, options.columns);
  const area = h * w;
  const raw = places.flatMap((place): Raw[] => {
    const first = place * i * area;
    if (i !== 3) return Array.from({ length: inputs }, (_, k) => cut(values, first + k * area, w, h));
    const colours = Float64Array.from({ length: 3 * area }, (_, k) => Number(values[first + (k % 3) * area + Math.floor(k / 3)]!));
    return [{ width: w, height: h, channels: 3, values: colours, bytes: false }];
  });
  const grey = i !== 3;
  const shown = places.length < o ? `${places.length} of ${o} filters` : `${o} filters`;
  return gridChart({
    ...options,
    op,
    title: options.title ?? `${path || classNameOf(layer)}: ${shown} of ${w} × ${h}${single ? '' : `, ${inputs} of ${i} input channels`}`,
    images: shaded(op, raw, { mean: undefined, std: undefined, range: undefined, each: !grey, symmetric: grey, map: options.cmap }),
    captions: undefined,
    columns: single ? Math.min(options.columns, raw.length) : inputs,
    about: shown,
  });
}
