/** Points for TensorBoard's projector: tables beside the events, and a list of them. */
import { isFolder, pathOf, readBytes, writeBytes } from '#files';
import { ArgumentError, FileError, ShapeError } from '../../errors.js';
import { pythonFloat } from '../../tensor/arguments/python-text.js';
import { show } from '../../tensor/arguments/show.js';
import { warnOnce } from '../../tensor/arguments/warn-once.js';
import { encodePng } from '../../vision/io/encode-png.js';
import { byteOf, draw, imageOf, tiled } from '../images/pixels.js';
import { numbersOf } from '../summaries/values.js';
import type { AddEmbeddingOptions } from './options.js';

const OP = 'addEmbedding';
const utf8 = (text: string) => new TextEncoder().encode(text);

/** Writes the tables of one set of points into the folder of the run, and gives its entry for the list. */
export function writeEmbedding(
  folder: string,
  mat: unknown,
  step: bigint,
  { metadata, labelImg, tag, metadataHeader }: Required<Omit<AddEmbeddingOptions, 'globalStep'>>,
): string {
  const { data, shape, dtype } = numbersOf(OP, 'mat', mat);
  if (shape.length !== 2) throw new ShapeError(`${OP}: mat has shape [${shape.join(', ')}], expected [points, dims].`);
  const [points, dims] = shape as [number, number];
  const table = metadata === null ? null : tableOf(metadata, points, metadataHeader);
  const sprite = labelImg === null ? null : spriteOf(labelImg, points);

  const number = String(step).padStart(5, '0');
  const sub = `${number}/${encodeTag(tag)}`;
  const place = pathOf(folder, sub);
  if (isFolder(place)) warnOnce(`${OP}: the folder ${place} was there already. Did you set globalStep?`);
  const write = (name: string, bytes: Uint8Array) => writeBytes(pathOf(place, name), [bytes], OP, { makeDirectories: true });
  const text = dtype.startsWith('float') ? pythonFloat : String;
  write('tensors.tsv', utf8(rows(points, (i) => Array.from(data.subarray(i * dims, (i + 1) * dims), text).join('\t'))));
  if (table !== null) write('metadata.tsv', utf8(table));
  if (sprite !== null) write('sprite.png', sprite.file);

  return [
    'embeddings {',
    `  tensor_name: ${quoted(`${tag}:${number}`)}`,
    ...(table === null ? [] : [`  metadata_path: ${quoted(`${sub}/metadata.tsv`)}`]),
    ...(sprite === null
      ? []
      : [
          '  sprite {',
          `    image_path: ${quoted(`${sub}/sprite.png`)}`,
          ...sprite.size.map((side) => `    single_image_dim: ${side}`),
          '  }',
        ]),
    `  tensor_path: ${quoted(`${sub}/tensors.tsv`)}`,
    '}\n',
  ].join('\n');
}

/** Adds entries to the list of a run; those of an earlier writer stay, but for the ones of the same points. */
export function writeProjectorConfig(folder: string, entries: readonly string[]): void {
  const path = pathOf(folder, 'projector_config.pbtxt');
  writeBytes(path, [utf8([...earlier(path, entries), ...entries].join(''))], OP);
}

function earlier(path: string, entries: readonly string[]): string[] {
  const nameOf = (entry: string) => /^ {2}tensor_name: .*$/m.exec(entry)?.[0];
  const own = new Set(entries.map(nameOf));
  try {
    const text = new TextDecoder().decode(readBytes(path, OP));
    return (text.match(/^embeddings \{\n[\s\S]*?^\}\n/gm) ?? []).filter((entry) => !own.has(nameOf(entry)));
  } catch (error) {
    if (error instanceof FileError) return [];
    throw error;
  }
}

function rows(count: number, row: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => `${row(i)}\n`).join('');
}

function tableOf(metadata: unknown, points: number, header: unknown): string {
  if (!Array.isArray(metadata) || metadata.length !== points)
    throw new ArgumentError(`${OP}: metadata is ${show(metadata)}, expected a list of ${points}, one for each point.`);
  const cell = (value: unknown): string => {
    const text = String(value);
    if (/[\t\n\r]/.test(text))
      throw new ArgumentError(`${OP}: metadata holds ${JSON.stringify(text)}, expected text without tabs and line breaks.`);
    return text;
  };
  if (header !== null && !Array.isArray(header))
    throw new ArgumentError(`${OP}: metadataHeader is ${show(header)}, expected a list of strings.`);
  const columns = header?.length as number | undefined;
  const list = metadata as readonly unknown[];
  for (const row of list) {
    const length = Array.isArray(row) ? row.length : 1;
    if (columns === undefined ? length !== 1 : length !== columns)
      throw new ArgumentError(
        `${OP}: metadata has a row of ${length} columns, ${show(row)}, expected ${columns ?? 1}${columns === undefined ? '. Name the columns in metadataHeader' : ', as metadataHeader names'}.`,
      );
  }
  const all = columns === undefined ? list : [header as unknown[], ...list];
  return rows(all.length, (i) => {
    const row = all[i];
    return Array.isArray(row) ? row.map(cell).join('\t') : cell(row);
  });
}

/** All images in one, in a square that TensorBoard cuts up again. */
function spriteOf(images: unknown, points: number): { file: Uint8Array; size: [width: number, height: number] } {
  const { data, shape, dtype } = numbersOf(OP, 'labelImg', images);
  const [count, channels, height, width] = shape as [number, number, number, number];
  if (shape.length !== 4 || count !== points || (channels !== 1 && channels !== 3))
    throw new ShapeError(`${OP}: labelImg has shape [${shape.join(', ')}], expected [${points}, 1 or 3, height, width].`);
  const value = dtype === 'uint8' ? (i: number) => data[i]! : (i: number) => byteOf(data[i]! * 255);
  const columns = Math.ceil(Math.sqrt(points));
  const grid = tiled({ height, width, channels }, points, (i, y, x, c) => value(((i * channels + c) * height + y) * width + x), columns);
  const side = grid.width;
  return {
    file: encodePng(imageOf(draw({ ...grid, height: side, at: (y, x, c) => (y < grid.height ? grid.at(y, x, c) : 0) }))),
    size: [width, height],
  };
}

/** A tag as the name of a folder. */
function encodeTag(tag: string): string {
  return tag.replaceAll('%', '%25').replaceAll('/', '%2f').replaceAll('\\', '%5c');
}

/** A string in Protobuf's text format. */
function quoted(text: string): string {
  const escaped = text.replace(/[\\"']|\p{Cc}/gu, (letter) =>
    /[\\"']/.test(letter) ? `\\${letter}` : `\\${letter.charCodeAt(0).toString(8).padStart(3, '0')}`,
  );
  return `"${escaped}"`;
}
