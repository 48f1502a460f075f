import { readFileSync } from 'node:fs';
import { ArgumentError, autograd, DTypeError, Generator, manualSeed, rand, ShapeError, stack, type Tensor, zeros } from 'hone';
import { Image, transforms, tvTensors } from 'hone/vision';
import { describe, expect, it } from 'vitest';
import { expectStored, readStored, type Stored } from '../../../../test/helpers/stored-images.js';

interface Run {
  text: string;
  outputs: Record<string, { outputs: Stored[]; next: number }>;
}
const fixture = JSON.parse(readFileSync(new URL('../../../../conformance/fixtures/transforms/colour.json', import.meta.url), 'utf8')) as {
  inputs: Record<string, Stored>;
  functions: { name: string; args: unknown[]; outputs: Record<string, [v1: Stored | null, v2?: Stored | null] | null> }[];
  classes: { name: string; args: unknown[]; seed: number; calls: number; v1?: Run; v2: Run }[];
};

const same = (out: unknown, expected: Stored, what: string) => expectStored(out, expected, what, 2e-6);

type Call = (image: Image | Tensor, ...args: unknown[]) => unknown;
const modules = [
  ['functional', transforms.functional, 0],
  ['v2.functional', transforms.v2.functional, 1],
] as unknown as [string, Record<string, Call>, 0 | 1][];
const calls = modules.flatMap(([where, functions, version]) =>
  fixture.functions.map((entry) => ({
    ...entry,
    version,
    call: functions[entry.name]!,
    text: `${where}.${entry.name}(${JSON.stringify(entry.args).slice(1, -1)})`,
  })),
);

describe('functions give what Pillow and torchvision give', () => {
  it.each(calls.map((entry) => [entry.text, entry] as const))('%s', (_, { call, args, outputs, version }) => {
    for (const [key, expected] of Object.entries(outputs)) {
      const result = () => call(readStored(fixture.inputs[key]!), ...args);
      // Where only v2 has an answer, it is that of both.
      if (expected === null) expect(result, key).toThrow();
      else same(result(), (expected[version] === undefined ? expected[0] : (expected[version] ?? expected[1]))!, key);
    }
  });
});

type Make = new (...args: unknown[]) => { forward(image: Image | Tensor): unknown };

/** What only v2 has is in both. */
const runs = fixture.classes.flatMap((entry) => [
  { ...entry, run: entry.v1 ?? entry.v2, classes: transforms as unknown as Record<string, Make>, where: 'transforms' },
  { ...entry, run: entry.v2, classes: transforms.v2 as unknown as Record<string, Make>, where: 'transforms.v2' },
]);

describe('classes draw what those of torchvision draw', () => {
  it.each(runs.map((entry) => [`${entry.where}.${entry.run.text}`, entry] as const))(
    '%s',
    (_, { name, args, seed, calls, run, classes }) => {
      const made = () => new classes[name]!(...args);
      expect(String(made())).toBe(run.text);
      for (const [key, { outputs, next }] of Object.entries(run.outputs)) {
        manualSeed(seed);
        const transform = made();
        for (let i = 0; i < calls; i++) same(transform.forward(readStored(fixture.inputs[key]!)), outputs[i]!, `${key}, call ${i}`);
        expect(rand(1).item(), key).toBe(next);
      }
    },
  );
});

const F = transforms.functional;

describe('what torchvision leaves to its users', () => {
  it('a sample moves as one: masks, boxes and labels stay, one draw changes both images', () => {
    manualSeed(5);
    const image = readStored(fixture.inputs['bytes']!) as Tensor;
    const mask = new tvTensors.Mask([[0, 1]]);
    const boxes = new tvTensors.BoundingBoxes([[0, 0, 1, 1]], { format: 'XYXY', canvasSize: [5, 7] });
    const jitter = new transforms.ColorJitter(0.9, 0.9, 0.9, 0.4);
    const out = jitter.forward({
      first: new tvTensors.Image(image),
      rest: [new tvTensors.Image(image), mask, boxes, image, 'cat'] as const,
    });
    expect(out.first).toBeInstanceOf(tvTensors.Image);
    expect(out.first.toArray()).not.toEqual(image.toArray());
    expect(out.rest[0].toArray()).toEqual(out.first.toArray());
    expect(out.rest.slice(1)).toEqual([mask, boxes, image, 'cat']);
    expect(out.rest[3]).toBe(image);
  });

  it('images stay as they are, strided tensors give what dense ones give, [H, W] is one channel', () => {
    const image = readStored(fixture.inputs['photo']!) as Image;
    const before = image.data.slice();
    for (const change of [F.invert, F.equalize, F.autocontrast, (x: Image) => F.adjustHue(x, 0.3), (x: Image) => F.adjustSharpness(x, 2)])
      change(image);
    expect(image.data).toEqual(before);
    const x = readStored(fixture.inputs['many']!) as Tensor;
    const turned = x.transpose(-1, -2);
    for (const change of [F.invert, F.equalize, F.autocontrast, (x: Tensor) => F.adjustHue(x, 0.3), (x: Tensor) => F.gaussianBlur(x, 3)])
      expect(change(turned).toArray()).toEqual(change(turned.contiguous()).toArray());
    const plane = x.select(0, 0).select(0, 0);
    for (const change of [F.invert, F.equalize, (x: Tensor) => F.adjustContrast(x, 0.3)])
      expect(change(plane).toArray()).toEqual(change(plane.unsqueeze(0)).squeeze(0).toArray());
  });

  it('what looks at no other channel takes any number of them, as v2 does', () => {
    const x = rand([4, 3, 5], { generator: new Generator(1) });
    for (const change of [F.invert, F.equalize, (x: Tensor) => F.posterize(x, 2), (x: Tensor) => F.solarize(x, 0.5)])
      expect(change(x).toArray()).toEqual(stack(x.unbind(0).map(change)).toArray());
    expect(new transforms.v2.RandomInvert(1).forward(zeros([2, 5, 3, 4])).shape).toEqual([2, 5, 3, 4]);
  });

  it('empty tensors stay empty', () => {
    for (const change of [F.invert, F.autocontrast, (x: Tensor) => F.adjustContrast(x, 2), (x: Tensor) => F.adjustHue(x, 0.1)])
      expect(change(zeros([3, 0, 4])).shape).toEqual([3, 0, 4]);
    expect(F.equalize(zeros([0, 3, 2, 2], { dtype: 'uint8' })).shape).toEqual([0, 3, 2, 2]);
    expect(F.gaussianBlur(zeros([3, 0, 4]), 3).shape).toEqual([3, 0, 4]);
    expect(F.rgbToGrayscale(zeros([3, 0, 4])).shape).toEqual([1, 0, 4]);
    expect(F.adjustSharpness(zeros([0, 3, 5, 5]), 2).shape).toEqual([0, 3, 5, 5]);
  });

  it('gradients flow through images of floats', () => {
    const x = rand([3, 3, 4], { dtype: 'float64', generator: new Generator(4) }).requiresGrad_();
    const changes: ((x: Tensor) => Tensor)[] = [
      (x) => F.adjustBrightness(x, 0.7),
      (x) => F.adjustContrast(x, 0.7),
      (x) => F.adjustSaturation(x, 0.7),
      (x) => F.adjustSharpness(x, 0.7),
      (x) => F.adjustGamma(x, 0.7, 0.9),
      (x) => F.gaussianBlur(x, 3),
      (x) => F.rgbToGrayscale(x, 3),
      F.autocontrast,
      F.invert,
    ];
    for (const change of changes)
      expect(
        autograd.gradcheck((x) => change(x!), x),
        String(change),
      ).toBe(true);
  });

  it.each<[() => unknown, new (message: string) => Error, string]>([
    [() => F.adjustBrightness(rand(2, 4, 4), 1), ShapeError, 'the image has shape [2, 4, 4], expected 1 or 3 channels'],
    [() => F.adjustBrightness(rand(3, 4, 4), -1), ArgumentError, 'brightnessFactor is -1, expected a number of at least 0.'],
    [() => F.adjustContrast(new Image('L', [1, 1]), NaN), ArgumentError, 'contrastFactor is NaN, expected a finite number.'],
    [() => F.adjustHue(rand(3, 4, 4), 0.6), ArgumentError, 'hueFactor is 0.6, expected a number from -0.5 to 0.5.'],
    [() => F.invert(new Image('RGBA', [2, 2])), ArgumentError, "mode RGBA, expected L or RGB. Use image.convert('RGB') first."],
    [
      () => F.equalize(zeros([1, 2, 2], { dtype: 'int64' })),
      DTypeError,
      'the image is int64, expected uint8 (0 to 255) or floats (0 to 1).',
    ],
    [() => F.posterize(new Image('L', [2, 2]), 0), ArgumentError, 'bits is 0, expected a whole number from 1 to 8 for an Image.'],
    [() => F.posterize(rand(3, 2, 2), 8.5), ArgumentError, 'bits is 8.5, expected a whole number from 0 to 8.'],
    [() => F.solarize(rand(3, 2, 2), 2), ArgumentError, 'threshold is 2, expected a number of at most 1 for a tensor of float32.'],
    [() => F.gaussianBlur(rand(3, 4, 4), 4), ArgumentError, 'kernelSize is 4, expected an odd number above 0, or two of them: [x, y].'],
    [
      () => F.gaussianBlur(rand(3, 4, 4), [1, 9]),
      ShapeError,
      'kernelSize [1, 9] reaches 0 and 4 pixels out, but the image is 4 wide and 4 high',
    ],
    [() => F.gaussianBlur(rand(3, 4, 4), 3, 0), ArgumentError, 'sigma is 0, expected a number above 0.'],
    [() => F.gaussianNoise(new Image('L', [1, 1]) as never), ArgumentError, 'got an Image, expected a Tensor, as in torchvision.'],
    [() => F.gaussianNoise(rand(1, 2, 2), { sigma: -1 }), ArgumentError, 'sigma is -1, expected a number of at least 0.'],
    [() => F.rgbToGrayscale(rand(3, 2, 2), 2), ArgumentError, 'numOutputChannels is 2, expected 1 or 3.'],
    [() => F.permuteChannels(rand(3, 2, 2), [0, 0, 1]), ArgumentError, 'expected the numbers from 0 to 2 in any order'],
    [() => new transforms.ColorJitter(-1), ArgumentError, 'brightness is -1, expected a number of at least 0.'],
    [() => new transforms.ColorJitter({ hue: 0.7 }), ArgumentError, 'hue is 0.7, expected a number from 0 to 0.5.'],
    [
      () => new transforms.ColorJitter({ contrast: [2, 1] }),
      ArgumentError,
      'contrast is [2, 1], expected a range in order, of at least 0.',
    ],
    [() => new transforms.ColorJitter({ brightnes: 1 } as never), ArgumentError, 'Did you mean brightness?'],
    [() => new transforms.RandomPosterize(9), ArgumentError, 'bits is 9, expected a whole number from 0 to 8.'],
    [() => new transforms.RandomInvert(2), ArgumentError, 'p is 2, expected a probability from 0 to 1.'],
    [() => new transforms.GaussianBlur(3, [2, 1]), ArgumentError, 'sigma is [2, 1], expected the smaller one first: [min, max].'],
    [() => new transforms.RandomGrayscale(1).forward(new Image('LA', [2, 2])), ArgumentError, 'the image has 2 channels, expected 1 or 3.'],
    [() => new transforms.RandomPhotometricDistort({ hue: 0.1 as never }), ArgumentError, 'hue is 0.1, expected a list.'],
  ])('errors say what is wrong: %s', (call, type, message) => {
    expect(call).toThrow(type);
    expect(call).toThrow(message);
  });
});
