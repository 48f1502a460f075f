/** Resizing beside what Pillow and torchvision make of the same images (conformance/vision_resize.py). */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ArgumentError, type DType, fromTypedArray, manualSeed, OutOfMemoryError, rand, type Tensor, tensor, zeros } from 'hone';
import { Image, type ImageMode, type Resample, transforms, tvTensors } from 'hone/vision';
import { describe, expect, test } from 'vitest';

type Result = { size?: number[]; shape?: number[]; hash?: string; sum?: number; some?: number[] };
type Interpolation = transforms.Interpolation;

const fixture = JSON.parse(readFileSync(join(import.meta.dirname, '../../../../conformance/fixtures/transforms/resize.json'), 'utf8')) as {
  images: [
    mode: ImageMode,
    w: number,
    h: number,
    width: number,
    height: number,
    Resample,
    box: [number, number, number, number] | null,
    string,
  ][];
  tensors: {
    shape: number[];
    dtype: DType;
    seed: number;
    size: number | [number, number];
    interpolation: string;
    antialias: boolean;
    v1?: Result;
    v2?: Result;
  }[];
  sizes: [w: number, h: number, size: number | number[] | null, maxSize: number | null, out: number[]][];
  randomCrops: {
    options: Record<string, unknown>;
    seed: number;
    text: string;
    text2: string;
    images: Result[];
    next: number;
    tensors?: Result[];
    bytes: Result[];
  }[];
  randomSizes: [name: 'RandomResize' | 'RandomShortestSize' | 'ScaleJitter', args: never[], text: string, images: Result[], next: number][];
  together: {
    seed: number;
    transform: [name: 'Resize' | 'RandomResizedCrop', args: never[]];
    dtype: DType;
    image: Result;
    mask: Result;
    boxes: number[][];
    middles: number[][];
    points: number[][];
    canvas: [number, number];
    label: number;
  }[];
  texts: [args: never[], v1: string, v2: string][];
};

const CHANNELS = { L: 1, LA: 2, RGB: 3, RGBA: 4 };

/** As `made` of the script. */
function made(count: number, seed: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, i) => {
    let x = Math.imul(i + seed * 7919, 2654435761) >>> 0;
    x = Math.imul(x ^ (x >>> 13), 1274126177) >>> 0;
    return Math.min(Math.max(((x >>> 16) & 0x3ff) - 384, 0), 255);
  });
}

const pil = (mode: ImageMode, width: number, height: number, seed = 0) =>
  new Image(mode, [width, height], made(width * height * CHANNELS[mode], seed));

function imageTensor(shape: number[], dtype: DType, seed = 0): Tensor {
  const bytes = fromTypedArray(
    made(
      shape.reduce((a, b) => a * b),
      seed,
    ),
    shape,
  );
  return dtype === 'float32' || dtype === 'float64' ? bytes.to(dtype).div(255) : bytes.to(dtype);
}

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

function expectResult(got: Tensor | Image, want: Result): void {
  if (got instanceof Image) {
    expect([got.size, digest(got.data)]).toEqual([want.size, want.hash]);
    return;
  }
  expect(got.shape).toEqual(want.shape);
  const values = got.reshape([-1]).toTypedArray();
  if (want.hash !== undefined) {
    expect(digest(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))).toBe(want.hash);
    return;
  }
  const numbers = Array.from(values, Number);
  const some = numbers.filter((_, i) => i % Math.max(1, Math.floor(numbers.length / 12)) === 0);
  // Bytes that were floats are rounded up or down where the last bit of a float32 decides.
  const [each, mean] = got.dtype === 'uint8' ? [1, 0.02] : [2e-6, 1e-6];
  some.forEach((x, i) => expect(Math.abs(x - want.some![i]!)).toBeLessThanOrEqual(each));
  expect(Math.abs(want.sum! - numbers.reduce((a, b) => a + b))).toBeLessThanOrEqual(mean * numbers.length);
}

const honeMode = (name: string) => (name === 'nearest-exact' ? 'nearestExact' : name) as Interpolation;

describe('as Pillow and torchvision', () => {
  test.each(Object.keys(CHANNELS) as ImageMode[])('Image.resize of %s', (mode) => {
    for (const [m, w, h, width, height, resample, box, hash] of fixture.images) {
      if (m !== mode) continue;
      const out = pil(mode, w, h).resize([width, height], { resample, box });
      expect([mode, w, h, out.size, resample, box, digest(out.data)]).toEqual([mode, w, h, [width, height], resample, box, hash]);
    }
  });

  test('Resize of tensors', () => {
    for (const { shape, dtype, seed, size, interpolation, antialias, v1 } of fixture.tensors) {
      if (v1 === undefined) continue;
      const x = imageTensor(shape, dtype, seed);
      const options = { interpolation: honeMode(interpolation), antialias };
      const out = new transforms.Resize(size, options).forward(x);
      expect(out.dtype).toBe(dtype);
      expectResult(out, v1);
      expectResult(transforms.functional.resize(x, size, options), v1);
    }
  });

  test("v2's Resize of tensors, bytes to the bit", () => {
    for (const { shape, dtype, seed, size, interpolation, antialias, v2 } of fixture.tensors) {
      if (v2 === undefined) continue;
      const x = imageTensor(shape, dtype, seed);
      const out = new transforms.v2.Resize(size, { interpolation: honeMode(interpolation), antialias }).forward(x);
      expectResult(out, v2);
    }
  });

  test('the sizes of what is resized by one side', () => {
    for (const [w, h, size, maxSize, out] of fixture.sizes)
      expect(new transforms.Resize(size as never, { maxSize }).forward(new Image('L', [w, h])).size).toEqual(out);
  });

  test.each(fixture.randomCrops)(
    'RandomResizedCrop($options), seed $seed',
    ({ options, seed, text, text2, images, next, tensors, bytes }) => {
      const transform = new transforms.RandomResizedCrop(options as never);
      expect(String(transform)).toBe(text);
      const pictures = [
        pil('RGB', 33, 20),
        pil('L', 1, 1, 1),
        pil('RGBA', 20, 41, 2),
        pil('L', 60, 7, 3),
        pil('RGB', 90, 64, 4),
        pil('LA', 12, 12, 5),
      ];
      manualSeed(seed);
      pictures.forEach((picture, i) => expectResult(transform.forward(picture), images[i]!));
      expect(rand(1).item()).toBe(next);
      manualSeed(seed);
      const v2 = new transforms.v2.RandomResizedCrop(options as never);
      expect(String(v2)).toBe(text2);
      bytes.forEach((want, k) => expectResult(v2.forward(imageTensor([3, 20 + k, 33], 'uint8', k)), want));
      manualSeed(seed);
      tensors?.forEach((want, k) => expectResult(transform.forward(imageTensor([3, 20 + k, 33], 'uint8', k)), want));
    },
  );

  test.each(fixture.randomSizes)('%s(%j)', (name, args, text, images, next) => {
    const transform = new transforms[name](...(args as [never, never]));
    expect(String(transform)).toBe(text);
    manualSeed(5);
    images.forEach((want, k) => expectResult(transform.forward(pil('RGB', 33 - k, 20 + k, k)), want));
    expect(rand(1).item()).toBe(next);
  });

  test('mask, boxes and points move with their image', () => {
    for (const { seed, transform, dtype, ...want } of fixture.together) {
      const [name, args] = transform;
      const canvas = { canvasSize: [23, 17] } as const;
      manualSeed(seed);
      const [image, mask, boxes, middles, points, label] = new transforms[name](...(args as [never])).forward(
        pil('RGB', 17, 23),
        new tvTensors.Mask(imageTensor([2, 23, 17], 'uint8', 3)),
        new tvTensors.BoundingBoxes(tensor([[1, 2, 9, 20], [5, 5, 16, 7]], { dtype }), { format: 'XYXY', ...canvas }), // biome-ignore format: boxes
        new tvTensors.BoundingBoxes(tensor([[4, 6, 9, 10]], { dtype }), { format: 'CXCYWH', ...canvas }),
        new tvTensors.KeyPoints(tensor([[3, 4], [16, 22]], { dtype }), canvas), // biome-ignore format: points
        5,
      );
      expectResult(image, want.image);
      expectResult(mask, want.mask);
      expect([boxes.canvasSize, points.canvasSize, label]).toEqual([want.canvas, want.canvas, 5]);
      for (const [got, list] of [
        [boxes, want.boxes],
        [middles, want.middles],
        [points, want.points],
      ] as const) {
        expect(got.dtype).toBe(dtype);
        (got.toArray() as number[][]).flat().forEach((x, i) => expect(Math.abs(x - list.flat()[i]!)).toBeLessThan(1e-5));
      }
    }
  });

  test('texts', () => {
    for (const [args, text, text2] of fixture.texts) {
      expect(String(new transforms.Resize(...(args as [never])))).toBe(text);
      expect(String(new transforms.v2.Resize(...(args as [never])))).toBe(text2);
    }
  });
});

describe('resize', () => {
  test('gives the image itself where it has the size', () => {
    const [image, x] = [new Image('L', [3, 2]), rand(1, 2, 3)];
    expect(transforms.functional.resize(image, [2, 3])).toBe(image);
    expect(transforms.functional.resize(x, 2)).toBe(x);
    expect(image.resize([3, 2])).not.toBe(image);
  });

  test('carries gradients', () => {
    const x = rand(1, 4, 4).requiresGrad_();
    transforms.functional.resize(x, 2).sum().backward();
    expect(Math.abs(x.grad!.sum().item() - 4)).toBeLessThan(1e-5);
  });

  test('takes views, films and one channel without its dim', () => {
    const bytes = imageTensor([6, 4, 3], 'uint8');
    const resize = new transforms.Resize([3, 5]);
    expect(resize.forward(bytes.permute(2, 0, 1)).toArray()).toEqual(resize.forward(bytes.permute(2, 0, 1).contiguous()).toArray());
    expect(resize.forward(rand(2, 3, 4, 6, 4)).shape).toEqual([2, 3, 4, 3, 5]);
    expect(resize.forward(rand(6, 4)).shape).toEqual([3, 5]);
    expect(resize.forward(zeros([0, 6, 4])).shape).toEqual([0, 3, 5]);
    expect(resize.forward(new tvTensors.Mask(zeros([6, 4], { dtype: 'bool' }))).dtype).toBe('bool');
  });

  test('says what is wrong', () => {
    const [image, x] = [new Image('RGB', [8, 4]), rand(3, 4, 8)];
    const { functional: F } = transforms;
    for (const size of [0, -1, 1.5, [], [1, 2, 3], '3', [0, 4]])
      expect(() => new transforms.Resize(size as never)).toThrow(/^Resize: size is .*expected a whole number of at least 1/);
    expect(() => F.resize(image, 3, { interpolation: 'cubic' as never })).toThrow(/^resize: interpolation is "cubic", expected 'nearest'/);
    expect(() => F.resize(x, 3, { interpolation: 'box' })).toThrow(/^resize: interpolation is 'box', which a tensor does not take/);
    expect(() => F.resize(x, 3, { interpolation: 'lanczos', antialias: false })).toThrow(/'lanczos' of a tensor needs antialias: true/);
    expect(() => new transforms.Resize([3, 4], { maxSize: 9 })).toThrow(
      /^Resize: maxSize is 9, which goes with a size of the smaller side only/,
    );
    expect(() => new transforms.Resize(9, { maxSize: 9 })).toThrow(/^Resize: maxSize is 9, expected more than the size 9/);
    expect(() => new transforms.Resize(null)).toThrow(/^Resize: size is null, .*Pass a size, or maxSize/);
    expect(() => new transforms.Resize(3, { max_size: 9 } as never)).toThrow(/no option "max_size". Did you mean maxSize\?/);
    expect(() => F.resize(new Image('L', [0, 4]), 3)).toThrow(/^resize: the image is 4×0, which has no proportion to keep/);
    expect(() => F.resize(new Image('L', [400, 1]), null, { maxSize: 20 })).toThrow(/would become 0×20/);
    expect(() => F.resizedCrop(image, 0, 0, 0, 3, 4)).toThrow(/^resizedCrop: height is 0, expected a whole number of at least 1/);
    expect(() => new transforms.RandomResizedCrop(4, { scale: [1, 0.5] })).toThrow(
      /^RandomResizedCrop: scale is \[1, 0.5\], expected the smaller number first/,
    );
    expect(() => new transforms.RandomResizedCrop(4, { ratio: [0, 1] })).toThrow(/ratio is \[0, 1\], expected two numbers above 0/);
    expect(() => new transforms.RandomResize(5, 5)).toThrow(/^RandomResize: maxSize is 5, expected a whole number of at least 6/);
    expect(() => new transforms.RandomShortestSize([])).toThrow(/^RandomShortestSize: minSize is \[\], expected at least one size/);
    expect(() => new transforms.ScaleJitter([4, 4], [2, 1])).toThrow(/^ScaleJitter: scaleRange is \[2, 1\], expected two numbers above 0/);
    expect(() => new transforms.ScaleJitter([1, 1], [0.1, 0.2]).forward(image)).toThrow(/^ScaleJitter: the image of 4×8 would become 0×0/);
    expect(() => image.resize([0, 3])).toThrow(/^resize: size\[0\] is 0, expected a whole number from 1 to 2147483647/);
    expect(() => image.resize([3, 3], { box: [0, 0, 9, 4] })).toThrow(
      /^resize: box is \[0, 0, 9, 4\], expected edges within the image, from \[0, 0\] to \[8, 4\]/,
    );
    expect(() => image.resize([2 ** 31 - 1, 2 ** 31 - 1])).toThrow(
      /^resize: the image would have \d+ bytes, which does not fit into memory/,
    );
    expect(() => F.resize(x, [2 ** 30, 2], 'nearest')).toThrow(OutOfMemoryError);
    expect(() => image.resize([3, 3], 'area' as never)).toThrow(ArgumentError);
  });
});
