import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArgumentError, arange, FileError, FormatError, load, loadBytes, save, type Tensor, tensor, zeros } from 'hone';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createProgram } from '../program.js';

const fixtures = join(import.meta.dirname, '../../../conformance/fixtures/files');
let folder: string;
let written: { out: string; err: string };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hone-convert-'));
  written = { out: '', err: '' };
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written.err += String(text);
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const convert = async (...args: string[]) => (await createProgram()).parseAsync(['convert', ...args], { from: 'user' });
const path = (name: string) => join(folder, name);

describe('hone convert', () => {
  it("turns PyTorch's files into safetensors and back, with the same tensors", async () => {
    const source = join(fixtures, 'state-dict-old.pth');
    await convert(source, path('a.safetensors'));
    await convert(path('a.safetensors'), path('b.pth'));
    expect(written.out).toBe(`${path('a.safetensors')}: 9 tensors\n${path('b.pth')}: 9 tensors\n`);
    expect(written.err).toBe('');
    expect(readFileSync(path('b.pth')).subarray(0, 2).toString()).toBe('PK');
    const [before, after] = [load(source), load(path('b.pth'))];
    expect(Object.keys(after).sort()).toEqual(Object.keys(before).sort());
    for (const [name, x] of Object.entries(before)) expect([after[name]!.dtype, after[name]!.toArray()]).toEqual([x.dtype, x.toArray()]);
  });

  it('flattens nested files, tells what is left out, and takes one part', async () => {
    const source = join(fixtures, 'checkpoint-adam.pt');
    await convert(source, path('all.safetensors'));
    expect(written.err).toMatch(/^Note: left out, for safetensors holds tensors only: epoch, best, name, .* and \d+ more\.\n$/);
    expect(Object.keys(load(path('all.safetensors')))).toContain('optimizer_state_dict.state.0.exp_avg');
    written.err = '';
    await convert(source, path('model.safetensors'), '--key', 'model_state_dict');
    expect(written.err).toBe('');
    expect(Object.keys(load(path('model.safetensors'))).sort()).toEqual(Object.keys(load(join(fixtures, 'state-dict.pth'))).sort());
    await convert(source, path('bias.safetensors'), '--key', 'model_state_dict.3.bias');
    expect(Object.keys(load(path('bias.safetensors')))).toEqual(['model_state_dict.3.bias']);
    await convert(source, path('again.pth'));
    expect(load<{ epoch: number }>(path('again.pth')).epoch).toBe(3);
  });

  it('says which dtypes changed', async () => {
    await convert(join(fixtures, 'dtypes-old.pth'), path('x.safetensors'));
    expect(written.err).toBe(
      'Note: Hone holds some dtypes as others, without a loss: float16 became float32, bfloat16 became float32, int8 became int32, int16 became int32.\n',
    );
  });

  it('lists what a file holds within 80 columns', async () => {
    save(
      {
        epoch: 3,
        note: 'x'.repeat(200),
        lrs: [0.1, 0.2],
        [`${'encoder.layers.'.repeat(8)}weight`]: zeros([12, 3, 5, 5]),
        'fc.weight': arange(6, { dtype: 'float64' }).view([2, 3]),
        [`bad${String.fromCharCode(27)}[31m`]: tensor([1]),
        deep: zeros(Array<number>(30).fill(1)),
      },
      path('x.pth'),
    );
    await convert(path('x.pth'), '--list');
    const lines = written.out.split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines[0]).toMatch(/^name +shape +dtype +size$/);
    expect(written.out).toMatch(/^fc\.weight +\[2, 3\] +float64 +48 bytes$/m);
    expect(written.out).toMatch(/^[^ ]*encoder\.layers\.weight\n +\[12, 3, 5, 5\] +float32 +3\.5 KB$/m);
    expect(written.out).toContain('bad\\x1b[31m');
    expect(written.out).not.toContain(String.fromCharCode(27));
    expect(written.out).toContain('4 tensors, 908 values, 3.6 KB\n\nBesides:\n  epoch: 3\n');
    expect(written.out).toContain('  lrs: [0.1, 0.2]\n');
  });

  it('lists a half-precision tensor with its dtype and size in the file', async () => {
    await convert(join(fixtures, 'dtypes-old.pth'), '--list', '--key', 'float16');
    expect(written.out).toMatch(/^float16 +\[10\] +float16 +20 bytes$/m);
  });

  it.each<[string, string[], new (...args: never[]) => Error, RegExp]>([
    ['no output', ['in.pth'], ArgumentError, /there is no file to write\. Name one, or list what the file holds with --list/],
    ['both', ['in.pth', 'x.pth', '--list'], ArgumentError, /--list writes nothing, but x\.pth is to be written/],
    [
      'an ending',
      ['in.pth', 'x.onnx'],
      ArgumentError,
      /the ending of x\.onnx is not that of a format\. Give it one of these: \.safetensors, .*\.pth, \.pt, /,
    ],
    ['no file', ['nope.pth', '--list'], FileError, /convert: there is no file .*nope\.pth/],
    [
      'a model',
      [join(fixtures, 'model.pth'), '--list'],
      FormatError,
      /convert: .*model\.pth: it asks for Python's "torch\.nn.*torch\.save\(model\.state_dict\(\), path\)/,
    ],
    [
      'no such part',
      [join(fixtures, 'checkpoint-adam.pt'), '--list', '--key', 'model'],
      ArgumentError,
      /nothing under the key "model"\. There is: epoch, best/,
    ],
    [
      'no tensors',
      [join(fixtures, 'checkpoint-adam.pt'), 'x.safetensors', '--key', 'epoch'],
      FormatError,
      /holds no tensors, only the value 3\. List/,
    ],
  ])('explains a mistake: %s', async (_, args, kind, message) => {
    save({ x: tensor([1]) }, path('in.pth'));
    const inFolder = args.map((arg) => (/^(in|x)\./.test(arg) ? path(arg) : arg));
    const error: unknown = await convert(...inFolder).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(kind);
    expect((error as Error).message.replaceAll(`${folder}/`, '')).toMatch(message);
    expect(existsSync(path('x.safetensors'))).toBe(false);
  });

  it('keeps shared memory shared from .pth to .pth', async () => {
    const base = zeros([4]);
    save({ a: base, b: base.narrow(0, 1, 2) }, path('in.pth'));
    await convert(path('in.pth'), path('out.pt'));
    const { a, b } = loadBytes<Record<string, Tensor>>(new Uint8Array(readFileSync(path('out.pt'))));
    expect(a!.storage).toBe(b!.storage);
  });
});
