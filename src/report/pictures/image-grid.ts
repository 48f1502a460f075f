/** Pictures in rows and columns. */
import { ArgumentError } from '../../errors.js';
import { type Arguments, readArguments } from '../../tensor/arguments/arguments.js';
import { assertBoolean, between, countOf, oneOf } from '../../tensor/arguments/checks.js';
import { show } from '../../tensor/arguments/show.js';
import { Tensor } from '../../tensor/tensor.js';
import { toTypedArray } from '../../tensor/values/transfer.js';
import { Image } from '../../vision/image/image.js';
import { encodePng } from '../../vision/io/encode-png.js';
import { Chart, checkLook } from '../charts/base/chart.js';
import { type Numbers, numbersOf } from '../charts/base/series.js';
import { at, shortened, svgText, wrapped } from '../charts/base/svg.js';
import type { ChartTheme, Colours } from '../charts/base/theme.js';
import { COLOUR_MAPS, type ColourMap } from './colour-maps.js';
import { collect, type Pictures, type Shading, shaded } from './pixels.js';

/** The options of {@link imageGrid}. */
export interface ImageGridOptions {
  /** How many rows there may be. Default: as many as are needed. */
  rows?: number | null;
  /** How many pictures stand beside each other. Default: 8, or fewer where there are fewer. */
  columns?: number | null;
  /** Above the grid. Default: nothing. */
  title?: string;
  /** Above each picture. Default: its label or prediction, where there are any. */
  titles?: readonly string[] | null;
  /** The true classes: numbers, or names. Default: those of samples. */
  labels?: Numbers | readonly string[] | null;
  /** What a model says: numbers or names, or its outputs [N, classes], of which the largest counts. Right ones are green, wrong ones red with the label below. */
  predictions?: Numbers | readonly string[] | null;
  /** How sure the model is, 0 to 1, beside predictions. Default: nothing. */
  probabilities?: Numbers | null;
  /** The names of classes. Default: those of a data set that has them, else their numbers. */
  classes?: readonly string[] | null;
  /** The colours of pictures that have one channel. Default: 'gray'. */
  cmap?: ColourMap;
  /** What `Normalize` subtracted, one number or one for each channel: it is undone. */
  mean?: number | readonly number[] | null;
  /** What `Normalize` divided by, likewise. */
  std?: number | readonly number[] | null;
  /**
   * The values that are black and white: [low, high]. Default: 0 and 1, or 0 and 255, where values lie in there; else the least and the greatest
   * of all pictures.
   */
  range?: readonly [low: number, high: number] | null;
  /** Whether each picture has a range of its own. Default: false. */
  scaleEach?: boolean;
  /** Pixels of a picture's longer side. Default: about 84, a multiple of a small picture's own. */
  size?: number | null;
  /** Default: 'light'. */
  theme?: ChartTheme;
  /** Whether what is behind shows through. Default: false. */
  transparent?: boolean;
}

const DEFAULTS: Required<ImageGridOptions> = {
  rows: null,
  columns: null,
  title: '',
  titles: null,
  labels: null,
  predictions: null,
  probabilities: null,
  classes: null,
  cmap: 'gray',
  mean: null,
  std: null,
  range: null,
  scaleEach: false,
  size: null,
  theme: 'light',
  transparent: false,
};

/** The most pictures of one grid. */
const MOST = 4096;
const GAP = 8;
const PAD = 12;
const LINE = 15;
const TEXT = 11;

/** Names of classes out of numbers, names or a model's outputs. */
function classNames(op: string, name: string, given: unknown, classes: readonly string[] | undefined): string[] {
  if (Array.isArray(given) && given.length > 0 && given.every((one) => typeof one === 'string')) return given as string[];
  const numbers = given instanceof Tensor && given.shape.length === 2 ? largest(given) : numbersOf(op, name, given);
  return numbers.map((n) => classes?.[n] ?? String(n));
}

/** The place of the largest number of each row. */
function largest(x: Tensor): number[] {
  const [rows, columns] = x.shape as [number, number];
  const values = toTypedArray(x as Tensor & { dtype: 'float32' });
  return Array.from({ length: rows }, (_, r) => {
    let best = 0;
    for (let c = 1; c < columns; c++) if (values[r * columns + c]! > values[r * columns + best]!) best = c;
    return best;
  });
}

const numberList = (op: string, name: string, value: unknown): number[] | undefined =>
  value === null || value === undefined ? undefined : typeof value === 'number' ? [value] : numbersOf(op, name, value);

/** Reads how values become shades. */
function readShading(
  op: string,
  { mean, std, range, scaleEach, cmap }: Pick<Required<ImageGridOptions>, 'mean' | 'std' | 'range' | 'scaleEach' | 'cmap'>,
): Shading {
  assertBoolean(op, 'scaleEach', scaleEach);
  if (range !== null && !(Array.isArray(range) && range.length === 2 && range.every(Number.isFinite) && range[0]! < range[1]!))
    throw new ArgumentError(`${op}: range is ${show(range)}, expected two numbers: [low, high].`);
  return {
    mean: numberList(op, 'mean', mean),
    std: numberList(op, 'std', std),
    range: range ?? undefined,
    each: scaleEach,
    map: oneOf(op, 'cmap', cmap, COLOUR_MAPS),
  };
}

/** What stands above a picture. */
interface Caption {
  readonly text: string;
  readonly paint: 'plain' | 'right' | 'wrong';
  /** A second line. */
  readonly below?: string;
}

function captionsOf(
  op: string,
  options: Required<ImageGridOptions>,
  ownLabels: unknown[] | undefined,
  ownClasses: readonly string[] | undefined,
  count: number,
): Caption[] | undefined {
  const { titles, labels, predictions, probabilities } = options;
  const classes = options.classes ?? ownClasses;
  if (classes !== undefined && !(Array.isArray(classes) && classes.every((name) => typeof name === 'string')))
    throw new ArgumentError(`${op}: classes is ${show(classes)}, expected the names of the classes.`);
  const enough = (name: string, list: readonly unknown[] | undefined) => {
    if (list !== undefined && list.length < count)
      throw new ArgumentError(`${op}: there are ${list.length} ${name} for ${count} pictures. Give one for each.`);
  };
  if (titles !== null) {
    if (!Array.isArray(titles) || !titles.every((title) => typeof title === 'string'))
      throw new ArgumentError(`${op}: titles is ${show(titles)}, expected a list of texts.`);
    enough('titles', titles);
  }
  const plainLabels = ownLabels?.every((label) => typeof label === 'number') || ownLabels?.every((label) => typeof label === 'string');
  const trueOnes =
    labels !== null ? classNames(op, 'labels', labels, classes) : plainLabels ? classNames(op, 'labels', ownLabels, classes) : undefined;
  const said = predictions === null ? undefined : classNames(op, 'predictions', predictions, classes);
  const sure =
    probabilities === null
      ? undefined
      : numbersOf(op, 'probabilities', probabilities).map((p, i) => between(op, `probabilities[${i}]`, p, 0, 1));
  enough('labels', trueOnes);
  enough('predictions', said);
  enough('probabilities', sure);
  if (titles === null && trueOnes === undefined && said === undefined) return undefined;
  return Array.from({ length: count }, (_, i): Caption => {
    const own = titles?.[i];
    if (said === undefined) return { text: own ?? trueOnes![i]!, paint: 'plain' };
    const right = trueOnes === undefined ? undefined : said[i] === trueOnes[i];
    const text = own ?? `${said[i]}${sure === undefined ? '' : ` ${Math.round(sure[i]! * 100)} %`}`;
    if (right === undefined) return { text, paint: 'plain' };
    return right ? { text, paint: 'right' } : { text, paint: 'wrong', below: `is ${trueOnes![i]!}` };
  });
}

/** A picture as an element; small ones show their pixels. */
function imageElement(image: Image, x: number, y: number, width: number, height: number): string {
  const zoom = Math.max(1, Math.floor(Math.min(width / image.width, height / image.height)));
  // Drawing programs that would blur pixels have nothing to enlarge.
  const large = zoom > 1 ? enlarged(image, zoom) : image;
  const bytes = encodePng(shrunk(large, width, height));
  const crisp = zoom > 1 ? ' style="image-rendering:pixelated"' : '';
  return `<image x="${at(x)}" y="${at(y)}" width="${at(width)}" height="${at(height)}"${crisp} preserveAspectRatio="none" href="data:image/png;base64,${base64(bytes)}"/>`;
}

/** With no more pixels than screens of today show of it. */
function shrunk(image: Image, width: number, height: number): Image {
  const [w, h] = [Math.ceil(2 * width), Math.ceil(2 * height)];
  return image.width <= w && image.height <= h
    ? image
    : image.resize([Math.min(image.width, w), Math.min(image.height, h)], { resample: 'bilinear' });
}

/** Each pixel as a square of `zoom`. */
function enlarged({ mode, width, height, channels, data }: Image, zoom: number): Image {
  const row = width * zoom * channels;
  const out = new Uint8Array(row * height * zoom);
  for (let y = 0; y < height; y++) {
    const first = y * zoom * row;
    for (let x = 0; x < width; x++)
      for (let k = 0; k < zoom; k++)
        for (let c = 0; c < channels; c++) out[first + (x * zoom + k) * channels + c] = data[(y * width + x) * channels + c]!;
    for (let k = 1; k < zoom; k++) out.copyWithin(first + k * row, first, first + row);
  }
  return new Image(mode, [width * zoom, height * zoom], out);
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text);
}

/** What a grid is drawn of. */
export interface GridParts {
  readonly op: string;
  readonly title: string;
  readonly images: readonly Image[];
  readonly captions: readonly Caption[] | undefined;
  readonly columns: number;
  readonly size: number | null;
  readonly theme: ChartTheme;
  readonly transparent: boolean;
  readonly about: string;
}

/** The chart of pictures that are shaded. */
export function gridChart({ op, title, images, captions, columns, size, theme, transparent, about }: GridParts): Chart {
  const [widest, highest] = [Math.max(...images.map(({ width }) => width)), Math.max(...images.map(({ height }) => height))];
  const side = Math.max(widest, highest);
  const longer = size ?? (side <= 84 ? side * Math.max(1, Math.round(84 / side)) : Math.min(side, 180));
  const scale = longer / side;
  const cell = { width: Math.max(widest * scale, captions === undefined ? 8 : 84), height: highest * scale };
  const rows = Math.ceil(images.length / columns);
  // Each row has room for the most lines of its captions.
  const linesOf = (row: number) =>
    Math.max(0, ...(captions?.slice(row * columns, (row + 1) * columns) ?? []).map(({ below }) => (below === undefined ? 1 : 2)));
  const tops: number[] = [];
  const width = Math.ceil(Math.max(60, 2 * PAD + columns * (cell.width + GAP) - GAP));
  const head = title === '' ? [] : wrapped(title, 15, width - 2 * PAD, 3);
  let y = PAD + (head.length > 0 ? head.length * 20 + 6 : 0);
  for (let row = 0; row < rows; row++) {
    tops.push(y);
    y += linesOf(row) * LINE + cell.height + GAP;
  }
  const height = Math.ceil(Math.max(60, y - GAP + PAD));
  const draw = (colours: Colours): string => {
    const out = head.map((line, i) => svgText(line, PAD, PAD + 8 + i * 20, { size: 15, weight: 600, fill: colours.text }));
    images.forEach((image, i) => {
      const row = Math.floor(i / columns);
      const left = PAD + (i % columns) * (cell.width + GAP);
      const middle = left + cell.width / 2;
      const lines = linesOf(row);
      const caption = captions?.[i];
      if (caption !== undefined) {
        const fill = caption.paint === 'plain' ? colours.text : colours[caption.paint];
        const anchor = 'middle' as const;
        // A single line stands next to its picture.
        const first = tops[row]! + (lines - (caption.below === undefined ? 1 : 2)) * LINE + LINE / 2 - 1;
        out.push(
          svgText(shortened(caption.text, TEXT, cell.width + GAP - 3), middle, first, {
            size: TEXT,
            anchor,
            fill,
            ...(caption.paint === 'plain' ? {} : { weight: 600 }),
          }),
        );
        if (caption.below !== undefined)
          out.push(
            svgText(shortened(caption.below, TEXT, cell.width + GAP - 3), middle, first + LINE - 1, {
              size: TEXT,
              anchor,
              fill: colours.muted,
            }),
          );
      }
      const [w, h] = [image.width * scale, image.height * scale];
      out.push(imageElement(image, middle - w / 2, tops[row]! + lines * LINE + (cell.height - h) / 2, w, h));
    });
    return out.join('');
  };
  return new Chart({ kind: op, title, width, height, theme, transparent, about, draw });
}

/**
 * Pictures in rows and columns, with their labels: matplotlib's `imshow` in `subplots`, without axes. Small pictures show their pixels.
 * @param images a batch [N, C, H, W] or [N, H, W], one picture [C, H, W] or [H, W], an `Image`, a list of pictures or of samples [picture, label], or a
 * data set, of which the first rows × columns are taken. Values are shades; those of floating dtype lie between 0 and 1, or are scaled: see `range`, `mean`.
 * @throws {ShapeError} for tensors that are no pictures. @throws {ArgumentError} for fewer titles, labels or predictions than pictures.
 * @example
 * const digits = new datasets.Digits({ train: false });
 * await imageGrid(digits, { rows: 4, columns: 8 }).save('digits.png');
 * imageGrid(images, { labels: [0, 1, 2, 0, 1, 2, 0, 1], predictions: [0, 1, 2, 0, 1, 2, 0, 2], classes: ['cat', 'dog', 'fox'] });
 */
export function imageGrid(images: Pictures, ...args: Arguments<ImageGridOptions, []>): Chart {
  const op = 'imageGrid';
  const options = readArguments(op, DEFAULTS, args);
  const { rows, columns, title, size, theme, transparent } = options;
  checkLook(op, { theme });
  if (rows !== null) countOf(op, 'rows', rows, 1);
  if (columns !== null) countOf(op, 'columns', columns, 1);
  if (size !== null && !(size >= 4 && size <= 4096)) throw new ArgumentError(`${op}: size is ${size}, expected pixels from 4 to 4096.`);
  const shading = readShading(op, options);
  const most = Math.min(MOST, rows === null ? MOST : rows * (columns ?? 8));
  const { raw, labels, classes, total } = collect(
    op,
    images,
    columns === null && rows === null && !Array.isArray(images) && !(images instanceof Tensor) ? 32 : most,
  );
  if (raw.length === 0) throw new ArgumentError(`${op}: there are no pictures.`);
  const across = columns ?? (rows === null ? Math.min(8, raw.length) : Math.min(8, Math.ceil(raw.length / Math.min(rows, raw.length))));
  const captions = captionsOf(op, options, labels, classes, raw.length);
  const pictures = raw.length === 1 ? '1 picture' : `${raw.length} pictures`;
  return gridChart({
    op,
    title,
    images: shaded(op, raw, shading),
    captions,
    columns: Math.min(across, raw.length),
    size,
    theme,
    transparent,
    about: total > raw.length ? `${raw.length} of ${total} pictures` : pictures,
  });
}
