/** `hone convert`: what a model file holds, and the same tensors in another format. */
import { type Command, InvalidArgumentError } from 'commander';
import { readBytes } from '#files';
import { showBytes } from '../../engine/memory/allocator.js';
import { ArgumentError, FormatError, printable, showShape } from '../../errors.js';
import { fileDType, fileDTypes } from '../../formats/file-dtypes.js';
import { endingsOf, type FileFormat, fileFormats, formatOf, formatsInWords } from '../../formats/files/file-formats.js';
import { decodeFile, save } from '../../formats/files/files.js';
import { type FlatState, flattenState, selectState } from '../../formats/flatten-state.js';
import { plural, showCount } from '../../report/text.js';
import { Tensor } from '../../tensor/tensor.js';

interface ConvertFlags {
  list?: boolean;
  key?: string;
}

export function addConvertCommand(command: Command): void {
  command
    .description(
      `Reads a model file and writes what it holds in another format, or lists it. The formats: ${formatsInWords()}. The code in a file is never run.`,
    )
    .argument('<input>', 'the file to read; its format is recognised by its bytes')
    .argument('[output]', 'the file to write; its ending names the format')
    .option('--list', 'show names, shapes, dtypes and sizes, and write nothing')
    .option('--key <name>', 'one part of a nested file, such as model_state_dict', (text: string) => {
      if (text === '') throw new InvalidArgumentError('Expected a name, such as model_state_dict.');
      return text;
    })
    .addHelpText(
      'after',
      `
A safetensors file holds tensors by name and nothing else: those of a nested
file get dotted names (model.fc1.weight), and numbers and texts are left out.

Examples:
  hone convert checkpoint.pth --list
  hone convert model.pth model.safetensors
  hone convert checkpoint.pth model.safetensors --key model_state_dict
  hone convert model.safetensors model.pth`,
    )
    .action((input: string, output: string | undefined, flags: ConvertFlags) => convert(input, output, flags));
}

function convert(input: string, output: string | undefined, { list, key }: ConvertFlags): void {
  if (list && output !== undefined)
    throw new ArgumentError(`convert: --list writes nothing, but ${output} is to be written. Leave one of them out.`);
  if (!list && output === undefined)
    throw new ArgumentError('convert: there is no file to write. Name one, or list what the file holds with --list.');
  const format = output === undefined ? undefined : endingOf(output);
  const whole = decodeFile(readBytes(input, 'convert'), input, {}, 'convert');
  const part = key === undefined ? whole : selectState(whole, key, `convert: ${input}`);
  // One tensor keeps the name by which it was asked for.
  const value = part instanceof Tensor ? { [key ?? 'tensor']: part } : part;
  const flat = flattenState(value, `convert: ${input}`);
  if (output === undefined || format === undefined) process.stdout.write(`${listing(flat, process.stdout.columns || 80)}\n`);
  else write(value, flat, input, output, format);
}

function endingOf(path: string): FileFormat {
  const format = formatOf(path);
  if (format !== undefined) return format;
  throw new ArgumentError(`convert: the ending of ${path} is not that of a format. Give it one of these: ${endingsOf()}.`);
}

function write(value: unknown, { tensors, others }: FlatState, input: string, output: string, format: FileFormat): void {
  const count = Object.keys(tensors).length;
  if (count === 0)
    throw new FormatError(
      `convert: ${input} holds no tensors${others.length > 0 ? `, only ${some(others)}` : ''}. List what it holds: hone convert ${input} --list.`,
    );
  const { tensorsOnly } = fileFormats[format];
  save(tensorsOnly ? tensors : value, output, { format });
  process.stdout.write(`${output}: ${plural(count, 'tensor')}\n`);
  const changed = [...new Set(Object.values(tensors).map((x) => (fileDType(x) === x.dtype ? '' : `${fileDType(x)} became ${x.dtype}`)))];
  const notes = changed.filter((note) => note !== '');
  if (notes.length > 0) process.stderr.write(`Note: Hone holds some dtypes as others, without a loss: ${notes.join(', ')}.\n`);
  if (tensorsOnly && others.length > 0) process.stderr.write(`Note: left out, for ${format} holds tensors only: ${some(others)}.\n`);
}

/** `epoch, lr and 3 more`. */
function some(others: FlatState['others']): string {
  const names = others.slice(0, 4).map(([name, item]) => name || `the value ${show(item)}`);
  return `${names.join(', ')}${others.length > 4 ? ` and ${others.length - 4} more` : ''}`;
}

/** Bytes in the file it came from. */
const sizeOf = (x: Tensor) => x.numel() * fileDTypes.get(fileDType(x))!.bytes;

/** `1,234 values, 4.8 KB`; tensors that share memory count each. */
function totals(tensors: FlatState['tensors']): string {
  const all = Object.values(tensors);
  const sum = (of: (x: Tensor) => number) => all.reduce((total, x) => total + of(x), 0);
  return `${plural(
    sum((x) => x.numel()),
    'value',
  )}, ${showBytes(sum(sizeOf))}`;
}

/** A value other than a tensor, short. */
function show(item: unknown): string {
  if (typeof item === 'string') return JSON.stringify(item);
  if (item instanceof Uint8Array) return plural(item.length, 'byte');
  if (Array.isArray(item)) return `[${item.slice(0, 20).map(show).join(', ')}${item.length > 20 ? ', …' : ''}]`;
  return typeof item === 'object' && item !== null ? '{}' : String(item);
}

/** The widest that the column of shapes gets. */
const SHAPE_WIDTH = 24;
/** How many values other than tensors are shown. */
const MOST_OTHERS = 12;

/** What a file holds, in lines of at most `width` characters: names that do not fit stand on lines of their own. */
export function listing({ tensors, others }: FlatState, width: number): string {
  const rows = Object.entries(tensors).map(([name, x]) => {
    const shape = showShape(x.shape);
    return [
      oneLine(name),
      shape.length > SHAPE_WIDTH ? `${shape.slice(0, SHAPE_WIDTH - 2)}…]` : shape,
      fileDType(x),
      showBytes(sizeOf(x)),
    ] as const;
  });
  const widest = (column: 0 | 1 | 2 | 3, title: string) => Math.max(title.length, ...rows.map((row) => row[column].length));
  const widths = [widest(1, 'shape'), widest(2, 'dtype'), widest(3, 'size')] as const;
  const room = Math.max(20, width - 6 - widths[0] - widths[1] - widths[2]);
  const first = Math.min(room, widest(0, 'name'));
  const cells = ([name, shape, dtype, size]: readonly [string, string, string, string]) =>
    `${name.padEnd(first)}  ${shape.padEnd(widths[0])}  ${dtype.padEnd(widths[1])}  ${size.padStart(widths[2])}`;
  const lines: string[] = [];
  if (rows.length > 0) {
    lines.push(cells(['name', 'shape', 'dtype', 'size']));
    lines.push([first, ...widths].map((w) => '─'.repeat(w)).join('  '));
  }
  for (const row of rows) {
    if (row[0].length <= first) lines.push(cells(row));
    else lines.push(...pieces(row[0], width), cells(['', row[1], row[2], row[3]]));
  }
  if (rows.length > 0) lines.push('');
  lines.push(rows.length > 0 ? `${plural(rows.length, 'tensor')}, ${totals(tensors)}` : 'no tensors');
  if (others.length > 0) {
    lines.push('', 'Besides:');
    for (const [name, item] of others.slice(0, MOST_OTHERS)) {
      const line = `  ${oneLine(name === '' ? show(item) : `${name}: ${show(item)}`)}`;
      lines.push(line.length > width ? `${line.slice(0, width - 1)}…` : line);
    }
    if (others.length > MOST_OTHERS) lines.push(`  and ${showCount(others.length - MOST_OTHERS)} more`);
  }
  return lines.join('\n');
}

/** Names come from files: nothing in them may control a terminal. */
const oneLine = (text: string) => printable(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t');

function pieces(text: string, width: number): string[] {
  return Array.from({ length: Math.ceil(text.length / width) }, (_, i) => text.slice(i * width, (i + 1) * width));
}
