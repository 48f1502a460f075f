/** The transforms, beside what torchvision makes of the same images with the same seed (conformance/transforms.py). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  ArgumentError,
  DTypeError,
  fromTypedArray,
  manualSeed,
  OutOfMemoryError,
  ones,
  rand,
  ShapeError,
  type Tensor,
  tensor,
  zeros,
} from 'hone';
import { DataLoader } from 'hone/data';
import { datasets, Image, type RotateOptions, transforms } from 'hone/vision';
import { describe, expect, it, test } from 'vitest';

interface Picture {
  readonly mode: 'L' | 'LA' | 'RGB' | 'RGBA';
  readonly size: [number, number];
  readonly data: string;
}

interface Numbers {
  readonly dtype: 'uint8' | 'int64' | 'float32' | 'float64';
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

type Value = Picture | Numbers | readonly Value[];

interface Case {
  readonly name: string;
  readonly args: readonly unknown[];
  readonly text: string;
  readonly seed: number;
  readonly calls: number;
  readonly outputs: Readonly<Record<string, { readonly outputs: readonly Value[]; readonly next: number }>>;
}

const { inputs, cases, rotations } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../conformance/fixtures/transforms/expected.json'), 'utf8'),
) as {
  inputs: Record<string, Picture | Numbers>;
  cases: Case[];
  rotations: { input: string; angle: number; options: RotateOptions; size: [number, number]; data: string }[];
};

function inputOf(value: Picture | Numbers): Image | Tensor {
  if ('mode' in value) return new Image(value.mode, value.size, Uint8Array.from(Buffer.from(value.data, 'hex')));
  return tensor([...value.data], { dtype: value.dtype }).reshape([...value.shape]);
}

type AnyTransform = { forward(image: unknown): unknown };

function made(name: string, args: readonly unknown[]): AnyTransform {
  const read = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(read)
      : typeof value === 'object' && value !== null && 'name' in value && 'args' in value
        ? made(value.name as string, value.args as unknown[])
        : value;
  const type = (transforms as unknown as Record<string, new (...args: unknown[]) => AnyTransform>)[name]!;
  return new type(...args.map(read));
}

function expectSame(got: unknown, expected: Value): void {
  if (Array.isArray(expected)) {
    expect(got).toHaveLength(expected.length);
    expected.forEach((value, i) => expectSame((got as unknown[])[i], value as Value));
  } else if ('mode' in expected) {
    const image = got as Image;
    expect([image.mode, image.size, Buffer.from(image.data).toString('hex')]).toEqual([expected.mode, expected.size, expected.data]);
  } else {
    const { dtype, shape, data } = expected as Numbers;
    const out = got as Tensor;
    expect([out.dtype, out.shape]).toEqual([dtype, shape]);
    const values = out.reshape([-1]).toArray() as number[];
    // Sums and quotients of float32 may end in another bit.
    values.forEach((value, i) => expect(Math.abs(value - data[i]!)).toBeLessThanOrEqual(2e-7 * Math.abs(data[i]!)));
    expect(values).toHaveLength(data.length);
  }
}

describe('as torchvision', () => {
  test.each(
    cases.map((entry, i) => [`${i} ${entry.name}(${JSON.stringify(entry.args).slice(1, -1)}), seed ${entry.seed}`, entry] as const),
  )('%s', (_, { name, args, text, seed, calls, outputs }) => {
    expect(String(made(name, args))).toBe(text);
    for (const [input, { outputs: expected, next }] of Object.entries(outputs)) {
      const transform = made(name, args);
      manualSeed(seed);
      const image = inputOf(inputs[input]!);
      for (let i = 0; i < calls; i++) expectSame(transform.forward(image), expected[i]!);
      expect(rand(1).item()).toBe(next);
    }
  });
});

describe('images of 8 bits', () => {
  const image = new Image('RGB', [2, 1], Uint8Array.of(255, 0, 0, 10, 200, 30));

  it('turn by any angle as in PIL', () => {
    expect(rotations.length).toBeGreaterThan(100);
    for (const { input, angle, options, size, data } of rotations) {
      const turned = (inputOf(inputs[input]!) as Image).rotate(angle, options);
      expect([input, angle, options, turned.size, Buffer.from(turned.data).toString('hex')]).toEqual([input, angle, options, size, data]);
    }
    expect(() => image.rotate(Number.NaN)).toThrow(/^rotate: angle is NaN/);
    expect(() => image.rotate(9, { fillColor: [1, 2] })).toThrow(/^rotate: fillColor is \[1, 2\], expected a number, or 3 of them/);
    expect(() => image.rotate(9, { centre: [1, 2] } as never)).toThrow(/there is no option "centre". Did you mean center/);
  });

  it('turn by right angles', () => {
    const grey = new Image('L', [3, 2], Uint8Array.of(1, 2, 3, 4, 5, 6));
    const turned = (method: Parameters<Image['transpose']>[0]) => [grey.transpose(method).size, Array.from(grey.transpose(method).data)];
    expect(turned('rotate90')).toEqual([
      [2, 3],
      [3, 6, 2, 5, 1, 4],
    ]); // as PIL 12 turns it, and all that follow
    expect(turned('rotate180')).toEqual([
      [3, 2],
      [6, 5, 4, 3, 2, 1],
    ]);
    expect(turned('rotate270')).toEqual([
      [2, 3],
      [4, 1, 5, 2, 6, 3],
    ]);
    expect(turned('transpose')).toEqual([
      [2, 3],
      [1, 4, 2, 5, 3, 6],
    ]);
    expect(turned('transverse')).toEqual([
      [2, 3],
      [6, 3, 5, 2, 4, 1],
    ]);
    expect(turned('flipLeftRight')).toEqual([
      [3, 2],
      [3, 2, 1, 6, 5, 4],
    ]);
    expect(turned('flipTopBottom')).toEqual([
      [3, 2],
      [4, 5, 6, 1, 2, 3],
    ]);
  });

  it('change their mode as in PIL', () => {
    const bytes = (mode: Parameters<Image['convert']>[0], of = image) => Array.from(of.convert(mode).data);
    expect(bytes('L')).toEqual([76, 124]);
    expect(bytes('LA')).toEqual([76, 255, 124, 255]);
    expect(bytes('RGBA')).toEqual([255, 0, 0, 255, 10, 200, 30, 255]);
    const clear = new Image('LA', [1, 1], Uint8Array.of(9, 7));
    expect([bytes('RGBA', clear), bytes('RGB', clear), bytes('L', clear)]).toEqual([[9, 9, 9, 7], [9, 9, 9], [9]]);
  });

  it('show themselves, and give pixels', () => {
    expect(String(image)).toBe('<Image mode=RGB size=2x1>');
    expect([image.getPixel(1, 0), image.channels]).toEqual([[10, 200, 30], 3]);
    const copy = image.copy();
    copy.data[0] = 1;
    expect(image.data[0]).toBe(255);
  });

  it('refuse what cannot be', () => {
    expect(() => new Image('CMYK' as never, [1, 1])).toThrow(/^Image: mode is "CMYK", expected/);
    expect(() => new Image('RGB', [2, 2], new Uint8Array(4))).toThrow(/^Image: got 4 bytes, expected 12 for 2×2 pixels of RGB/);
    expect(() => new Image('RGB', 3 as never)).toThrow(/^Image: size is 3, expected width and height/);
    expect(() => image.crop([2, 0, 1, 1])).toThrow(/^crop: right is 1, left of the left edge 2/);
    expect(() => image.getPixel(2, 0)).toThrow(/^getPixel: x is 2, expected a whole number from 0 to 1/);
    expect(() => image.transpose('rotate' as never)).toThrow(ArgumentError);
  });
});

describe('transforms', () => {
  const { functional: F } = transforms;

  it('make batches of a data set, the same for the same seed', () => {
    const transform = new transforms.Compose([
      new transforms.RandomCrop(28, { padding: 2 }),
      new transforms.RandomHorizontalFlip(),
      new transforms.ToTensor(),
      new transforms.Normalize([0.5], [0.25]),
    ]);
    const data = new datasets.FakeData(4, [3, 28, 28], { transform });
    const epoch = () => {
      manualSeed(1);
      return [...new DataLoader(data, { batchSize: 2 })] as [Tensor, Tensor][];
    };
    const [first, again] = [epoch(), epoch()];
    expect(first.map(([images]) => images.shape)).toEqual([
      [2, 3, 28, 28],
      [2, 3, 28, 28],
    ]);
    expect(first.map(([images]) => images.toArray())).toEqual(again.map(([images]) => images.toArray()));
    expect(String(data)).toContain('Transform: Compose(\n               RandomCrop(size=(28, 28), padding=2)');
  });

  it('take functions, and show them by name', () => {
    const double = (x: Tensor) => x.mul(2);
    const transform = new transforms.Compose([double, new transforms.Lambda((x: Tensor) => x.add(1))]);
    expect(transform.forward(ones([2])).toArray()).toEqual([3, 3]);
    expect(String(transform)).toBe('Compose(\n    double\n    Lambda()\n)');
  });

  it('have types that follow the image', () => {
    const kept: Image = new transforms.Compose([new transforms.CenterCrop(1), new transforms.Pad(1)]).forward(new Image('L', [2, 2]));
    const made: Tensor = new transforms.Compose([new transforms.CenterCrop(1), new transforms.ToTensor()]).forward(kept);
    expect([kept.size, made.shape]).toEqual([
      [3, 3],
      [1, 1, 1],
    ]);
  });

  it('leave the image as it is, unless inplace', () => {
    const x = ones([1, 2, 2]);
    F.normalize(x, [0.5], [0.5]);
    expect(x.sum().item()).toBe(4);
    expect(F.normalize(x, [0.5], [0.25], { inplace: true })).toBe(x);
    expect(x.sum().item()).toBe(8);
  });

  it('carry gradients', () => {
    const x = ones([1, 3, 4]).requiresGrad_();
    F.hflip(F.pad(F.crop(x, -1, 1, 3, 4), 1, { paddingMode: 'symmetric' }))
      .sum()
      .backward();
    expect(x.grad!.toArray()).toEqual([
      [
        [0, 2, 1, 1],
        [0, 4, 2, 2],
        [0, 0, 0, 0],
      ],
    ]);
  });

  it('crop what lies outside', () => {
    const x = ones([2, 3, 4], { dtype: 'uint8' });
    for (const [top, left] of [
      [-9, 0],
      [0, -9],
      [7, 1],
      [1, 7],
    ] as const)
      expect(F.crop(x, top, left, 2, 3).toArray()).toEqual(zeros([2, 2, 3]).toArray());
    expect(F.crop(new Image('L', [1, 1], Uint8Array.of(7)), -1, -1, 2, 3).data).toEqual(Uint8Array.of(0, 0, 0, 0, 7, 0));
  });

  it('make images out of floats as NumPy does', () => {
    const image = F.toPilImage(fromTypedArray(Float32Array.of(0, 0.5, 0.999, 1), [2, 2]));
    expect([image.mode, Array.from(image.data)]).toEqual(['L', [0, 127, 254, 255]]);
  });

  it('leave an Image to what comes behind, where they change values of tensors alone', () => {
    const image = new Image(
      'LA',
      [3, 2],
      Uint8Array.from({ length: 12 }, (_, i) => i),
    );
    const toFloats = new transforms.ToDtype('float32', { scale: true });
    const flip = new transforms.RandomHorizontalFlip(1);
    const out = new transforms.Compose([toFloats, flip, toFloats]).forward(image) as Image;
    expect([out, out.data]).toEqual([expect.any(Image), image.transpose('flipLeftRight').data]);
    const x = new transforms.Compose([toFloats, flip, new transforms.PILToTensor(), toFloats]).forward(image);
    expect(x.toArray()).toEqual(toFloats.forward(flip.forward(F.pilToTensor(image))).toArray());
  });

  it('keep their lists as they are: another list is another Compose', () => {
    const list = [new transforms.CenterCrop(2), new transforms.ToTensor()];
    const compose = new transforms.Compose(list);
    const image = new Image('L', [4, 4]);
    expect((compose.forward(image) as Tensor).shape).toEqual([1, 2, 2]);
    expect(() => (compose.transforms as unknown[]).unshift(new transforms.Pad(1))).toThrow(TypeError);
    list.unshift(new transforms.CenterCrop(1));
    expect((compose.forward(image) as Tensor).shape).toEqual([1, 2, 2]);
  });

  it('refuse sizes for which there is no room', () => {
    const image = new Image('RGB', [5, 4]);
    const side = 2 ** 30;
    expect(() => new Image('L', [2 ** 26, 2 ** 27])).toThrow(OutOfMemoryError);
    expect(() => image.crop([0, 0, side, side])).toThrow(/^crop: the image would have \d+ bytes, which does not fit into memory/);
    expect(() => F.pad(image, side)).toThrow(/^pad: the image would have \d+ bytes/);
    expect(() => F.pad(image, side, { paddingMode: 'edge' })).toThrow(OutOfMemoryError);
    expect(() => new transforms.CenterCrop(side).forward(image)).toThrow(/^CenterCrop: the image would have \d+ bytes/);
    expect(() => new transforms.RandomCrop(side, { padIfNeeded: true }).forward(image)).toThrow(OutOfMemoryError);
  });

  it('say what is wrong', () => {
    expect(() => new transforms.RandomCrop(8).forward(rand(3, 5, 7))).toThrow(
      /^RandomCrop: size is \[8, 8\], larger than the image \[5, 7\]\. Pass padIfNeeded/,
    );
    expect(() => new transforms.RandomHorizontalFlip(1.5)).toThrow(/^RandomHorizontalFlip: p is 1.5/);
    expect(() => new transforms.Compose([3 as never])).toThrow(/^Compose: transforms\[0\] is 3, expected a function/);
    expect(() => new transforms.Compose([null as never])).toThrow(/^Compose: transforms\[0\] is null, expected a transform/);
    expect(() => new transforms.Compose(new transforms.ToTensor() as never)).toThrow(/^Compose: transforms is .* Write Compose\(\[…\]\)\./);
    expect(
      () => new (transforms.Compose as never as new (...all: unknown[]) => unknown)(new transforms.ToTensor(), new transforms.Pad(1)),
    ).toThrow(/^Compose: transforms is a ToTensor, expected a list of transforms\. Write Compose\(\[…\]\)\./);
    expect(() => new transforms.Compose([transforms.ToTensor as never])).toThrow(
      /^Compose: transforms\[0\] is .*ToTensor.*, expected a function, or an object with forward\(image\)\. Make one: new ToTensor\(…\)\./,
    );
    expect(() => new datasets.Digits({ transform: transforms.ToTensor as never })).toThrow(
      /^Digits: transform .* Make one: new ToTensor\(…\)/,
    );
    expect(() => new datasets.Digits({ transform: [new transforms.ToTensor()] as never })).toThrow(
      /Write new transforms\.Compose\(\[…\]\)/,
    );
    expect(() => new transforms.Resize(32, 64 as never)).toThrow(
      "Resize: interpolation is 64, expected 'bilinear' or another of transforms.InterpolationMode. Height and width are a list: [32, 64].",
    );
    for (const Class of [transforms.CenterCrop, transforms.FiveCrop, transforms.TenCrop, transforms.RandomResizedCrop])
      expect(() => new (Class as never as new (...all: unknown[]) => unknown)(28, 30)).toThrow(
        `${Class.className}: the size is 28, and 30 follows. Height and width are one list: [28, 30].`,
      );
    const image = new Image('L', [4, 4]) as never as Record<'crop' | 'resize', (...all: unknown[]) => unknown>;
    expect(() => image.crop(0, 0, 2, 2)).toThrow('crop: box is 0, expected four whole numbers: [left, top, right, bottom].');
    expect(() => image.resize(2, 2)).toThrow('resize: size is 2, expected width and height: [width, height].');
    expect(() => new transforms.Resize({ size: 32, interpolation: 2 as never })).toThrow(/^Resize: .* PIL's 2 is 'bilinear'\.$/);
    expect(() => F.resize(rand(1, 2, 2), [4, 4], { interpolation: 3 as never })).toThrow(/^resize: .* PIL's 3 is 'bicubic'\.$/);
    expect(() => new transforms.MixUp({ numClasses: 2 }).forward(rand(3, 1, 2, 2), tensor([0, 1, 2]).long())).toThrow(
      'MixUp: label 2 is outside 0 to 1. Labels run from 0; numClasses (2) is how many there are.',
    );
    expect(() => new transforms.CutMix({ numClasses: 2 }).forward(rand(2, 1, 2, 2), tensor([1, -1]).long())).toThrow(
      /^CutMix: label -1 is outside/,
    );
    expect(() => new transforms.RandomChoice([new transforms.Pad(1)], [0.5, 0.5])).toThrow(/^RandomChoice: p is .*expected 1 number, /);
    expect(() => new transforms.Pad(1, { padding_mode: 'edge' } as never)).toThrow(
      /there is no option "padding_mode". Did you mean paddingMode\?/,
    );
    expect(() => new transforms.Pad([1, 2, 3] as never)).toThrow(/^Pad: padding is \[1, 2, 3\]/);
    expect(() => new transforms.Pad(1, { paddingMode: 'mirror' as never })).toThrow(ArgumentError);
    expect(() => new transforms.Pad(5, { paddingMode: 'reflect' }).forward(rand(1, 4, 9))).toThrow(ShapeError);
    expect(() => new transforms.Pad(1, [1, 2, 3]).forward(rand(2, 4, 9))).toThrow(/^Pad: fill is .*one for each channel of the image of/);
    expect(() => new transforms.Pad(1, [1, 2]).forward(new Image('RGB', [1, 1]))).toThrow(/^Pad: fill is .*3 of them/);
    expect(() => new transforms.ToTensor().forward(rand(3, 2, 2))).toThrow(DTypeError);
    expect(() => new transforms.Normalize([0.5], [0.5]).forward(new Image('L', [1, 1]) as never)).toThrow(/Put ToTensor in front/);
    expect(() => new transforms.Normalize([0.5, 0.5], [0.5, 0.5]).forward(rand(3, 2, 2))).toThrow(
      /mean has 2 numbers, the image has 3 channels/,
    );
    expect(() => new transforms.Normalize([0.5], [1e-60]).forward(rand(3, 2, 2))).toThrow(/which is 0 in float32/);
    expect(() => F.toPilImage(rand(5, 2, 2))).toThrow(ShapeError);
    expect(() => F.toPilImage(ones([1, 2, 2], { dtype: 'int64' }))).toThrow(DTypeError);
    expect(() => F.hflip(rand(3))).toThrow(ShapeError);
    expect(() => F.hflip(undefined as never)).toThrow(/^hflip: the image is missing/);
    expect(() => F.fiveCrop(rand(1, 2, 2), 3)).toThrow(/larger than the image/);
  });
});
