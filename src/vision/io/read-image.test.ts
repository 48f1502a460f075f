/** Image files beside PIL (conformance/vision_folder.py), and files that are none. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FileError, FormatError } from 'hone';
import { encodeImage, Image, readImage, writeImage } from 'hone/vision';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

const FOLDER = join(import.meta.dirname, '../../../conformance/fixtures/images');

interface Expected {
  readonly mode: string;
  readonly size: readonly number[];
  readonly rgb: string;
  /** Of the bytes in PIL's own mode, where Hone has it. */
  readonly own?: string;
  readonly turnedSize?: readonly number[];
  readonly turned?: string;
}

const { files } = JSON.parse(readFileSync(join(FOLDER, 'expected.json'), 'utf8')) as { files: Record<string, Expected> };
const hash = (image: Image) => createHash('sha256').update(image.data).digest('hex');
const bytesOf = (name: string) => new Uint8Array(readFileSync(join(FOLDER, name)));

/** Decoders of AVIF compute colours differently. */
const exact = Object.keys(files).filter((name) => !name.endsWith('.avif'));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hone-images-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function written(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

describe('readImage', () => {
  it.each(exact)('%s, as PIL reads it', async (name) => {
    vi.spyOn(console, 'warn').mockImplementation(() => {}); // of grey of 16 bits
    const { mode, size, rgb, own, turned, turnedSize } = files[name]!;
    const image = await readImage(join(FOLDER, name), { mode: 'RGB' });
    expect([image.size, hash(image)]).toEqual([size, rgb]);
    const plain = await readImage(join(FOLDER, name));
    expect(hash(plain.convert('RGB'))).toBe(rgb);
    if (own !== undefined && plain.mode === mode) expect(hash(plain)).toBe(own);
    const upright = await readImage(join(FOLDER, name), { mode: 'RGB', exifOrientation: true });
    expect([upright.size, hash(upright)]).toEqual([turnedSize ?? size, turned ?? rgb]);
  });

  it('images keep their colours and opacity', async () => {
    const modes = await Promise.all(
      ['grey.png', 'la.png', 'rgb.png', 'rgba.png', 'palette.png', 'palette-clear.png', 'grey-clear.png', 'cmyk.jpg', 'grey.jpg'].map(
        async (name) => (await readImage(bytesOf(name))).mode,
      ),
    );
    expect(modes).toEqual(['L', 'LA', 'RGB', 'RGBA', 'RGB', 'RGBA', 'LA', 'RGB', 'L']);
  });

  it('AVIF within a few levels', async () => {
    const image = await readImage(join(FOLDER, 'colours.avif'));
    expect([image.mode, image.size]).toEqual(['RGB', files['colours.avif']!.size]);
  });

  it('paths, addresses, bytes and blobs', async () => {
    const path = join(FOLDER, 'rgb.png');
    const want = hash(await readImage(path));
    const bytes = bytesOf('rgb.png');
    const server = `data:image/png;base64,${Buffer.from(bytes).toString('base64')}`;
    for (const source of [pathToFileURL(path), bytes, new Blob([bytes]), new URL(server)]) expect(hash(await readImage(source))).toBe(want);
  });

  it('names that mean something to decoders are only names', async () => {
    const path = written('a[page=1].png', bytesOf('grey.png'));
    expect((await readImage(path)).mode).toBe('L');
  });

  it('grey of 16 bits is said to lose what is above 255', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    await readImage(join(FOLDER, 'grey16.png'));
    expect(warn.mock.calls.map(([text]) => text)).toEqual([expect.stringContaining('what is above 255 becomes white')]);
  });
});

describe('what is no image', () => {
  const whole = ['subsampled-2.jpg', 'progressive.jpg', 'rgb.png', 'lossy.webp', 'lossless.webp', 'colours.gif', 'lzw.tif', 'colours.avif'];

  it.each([...whole, 'palette.bmp', 'rgb.bmp', 'rgb.ppm', 'text.ppm'])('%s, cut short', async (name) => {
    const bytes = bytesOf(name);
    // A PNG file without its end still holds every pixel, as does a GIF file, and a text without its last line end.
    const most = bytes.length - (name.endsWith('png') ? 24 : 4);
    for (const length of [0, 1, 10, 30, Math.floor(bytes.length / 2), most]) {
      const path = written(`cut-${name}`, bytes.subarray(0, Math.min(length, most)));
      const error = await readImage(path).catch((e: unknown) => e);
      expect(error, `${name} cut to ${length}`).toBeInstanceOf(FormatError);
      expect(String(error)).toContain(path);
    }
  });

  it.each([...whole, 'runs8.bmp', 'masks.bmp', 'text.pbm'])('%s with damaged bytes is read or refused', async (name) => {
    const bytes = bytesOf(name);
    let state = 1;
    const random = (n: number) => (state = (state * 48271) % 2147483647) % n;
    for (let i = 0; i < 40; i++) {
      const damaged = bytes.slice();
      for (let k = 0; k < 3; k++) damaged[random(damaged.length)] = random(256);
      const error = await readImage(damaged, { maxPixels: 1e6 }).then(
        () => undefined,
        (e: unknown) => e,
      );
      if (error !== undefined) expect(error).toBeInstanceOf(FormatError);
    }
  });

  it.each([
    ['it is empty', ''],
    ['it is an HTML page', '<!DOCTYPE html><html>Not found</html>'],
    ['it is an SVG drawing', '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>'],
    ['it is a PDF document', '%PDF-1.7'],
    ['begins with the bytes 76 65 72 73', 'version https://git-lfs.github.com/spec/v1'],
  ])('%s', async (text, content) => {
    const path = written('wrong.jpg', new TextEncoder().encode(content));
    await expect(readImage(path)).rejects.toThrow(text);
    await expect(readImage(path)).rejects.toThrow(path);
  });

  it('announces more pixels than there may be', async () => {
    const bytes = bytesOf('rgb.png');
    new DataView(bytes.buffer).setUint32(16, 60_000);
    new DataView(bytes.buffer).setUint32(20, 60_000);
    await expect(readImage(bytes)).rejects.toThrow('60000×60000 pixels, more than the 178956970 that maxPixels allows');
    await expect(readImage(bytesOf('rgb.ppm'), { maxPixels: 100 })).rejects.toThrow('17×13 pixels, more than the 100');
    await expect(readImage(new TextEncoder().encode('P5 99999 99999 255\n'))).rejects.toThrow('more than the 178956970');
  });

  it('files that are not there, folders, other things', async () => {
    await expect(readImage(join(folder, 'nothing.png'))).rejects.toThrow('there is no file');
    await expect(readImage(join(folder, 'nothing.png'))).rejects.toBeInstanceOf(FileError);
    await expect(readImage(folder)).rejects.toThrow('is a directory, expected a file');
    for (const text of ['file:///a.jpg', 'https://x.org/a.jpg'])
      await expect(readImage(text)).rejects.toThrow(`expected the path of a file. Write new URL("${text}").`);
    await expect(readImage(3 as never)).rejects.toThrow('readImage: the source is 3, expected a path, a URL, a Uint8Array or a Blob');
    await expect(readImage(new URL('http://127.0.0.1:9/a.png'))).rejects.toThrow('http://127.0.0.1:9/a.png cannot be fetched');
    await expect(readImage('a.png', { colour: 'RGB' } as never)).rejects.toThrow('colour');
    await expect(readImage('a.png', { mode: 'BGR' as never })).rejects.toThrow('mode is "BGR"');
    await expect(readImage('a.png', { maxPixels: 0 })).rejects.toThrow('maxPixels is 0');
  });
});

describe('writeImage', () => {
  const modes = ['L', 'LA', 'RGB', 'RGBA'] as const;
  const image = (mode: (typeof modes)[number]) => {
    const out = new Image(mode, [5, 3]);
    for (let i = 0; i < out.data.length; i++) out.data[i] = (i * 37 + 11) % 256;
    return out;
  };

  it.each(modes)('PNG of %s keeps every pixel', async (mode) => {
    const path = join(folder, `${mode}.png`);
    await writeImage(image(mode), path);
    const back = await readImage(path);
    expect([back.mode, back.size, hash(back)]).toEqual([mode, [5, 3], hash(image(mode))]);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('JPEG and WebP by the ending of the path, or by name', async () => {
    await writeImage(image('RGB'), join(folder, 'a.JPG'), { quality: 90 });
    expect(readFileSync(join(folder, 'a.JPG')).subarray(0, 3)).toEqual(Buffer.of(0xff, 0xd8, 0xff));
    await writeImage(image('L'), join(folder, 'thumbnail'), { format: 'webp' });
    expect(readFileSync(join(folder, 'thumbnail')).subarray(8, 12).toString()).toBe('WEBP');
    expect((await encodeImage(image('RGB'), 'jpeg', 20)).length).toBeLessThan((await encodeImage(image('RGB'), 'jpeg', 100)).length);
  });

  it('what cannot be written', async () => {
    await expect(writeImage(image('RGBA'), join(folder, 'a.jpg'))).rejects.toThrow(
      "JPEG has no opacity, the image is RGBA. Convert it: image.convert('RGB')",
    );
    await expect(writeImage(image('RGB'), join(folder, 'a.txt'))).rejects.toThrow('is not that of a format');
    await expect(writeImage(image('RGB'), join(folder, 'not/there.png'))).rejects.toThrow('does not exist');
    await expect(encodeImage(new Image('L', [0, 3]))).rejects.toThrow('no pixels');
    await expect(encodeImage('x' as never)).rejects.toThrow('expected an Image');
    await expect(encodeImage(image('L'), { quality: 0 })).rejects.toThrow('quality is 0');
  });
});
