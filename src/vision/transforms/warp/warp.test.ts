/** Images turned, sheared, warped and erased, beside what Pillow and torchvision make of the same images (conformance/vision_warp.py). */
import { readFileSync } from 'node:fs';
import { ArgumentError, engineInfo, manualSeed, rand, ShapeError, type Tensor, tensor, zeros } from 'hone';
import { Image, transforms, tvTensors } from 'hone/vision';
import { describe, expect, it, test } from 'vitest';
import { expectStored, readStored, type Stored } from '../../../../test/helpers/stored-images.js';

interface Call {
  input: string;
  name: 'transform' | 'rotate';
  args: never[];
  output: Stored;
}
interface Run {
  name: string;
  args: unknown[];
  v2: boolean;
  text: string;
  seed: number;
  calls: number;
  outputs: Record<string, { outputs: Stored[]; next: number }>;
}
interface Sample {
  name: string;
  args: unknown[];
  seed: number;
  clamping: 'soft' | null;
  outputs: Record<string, Stored>;
  next: number;
}
const fixture = JSON.parse(readFileSync(new URL('../../../../conformance/fixtures/transforms/warp.json', import.meta.url), 'utf8')) as {
  inputs: Record<string, Stored>;
  pillow: Call[];
  functions: { name: string; v2: boolean; args: unknown[]; outputs: Record<string, Stored | null> }[];
  classes: Run[];
  parts: Record<string, Stored>;
  samples: Sample[];
};

const same = (out: unknown, expected: Stored, what: string) => expectStored(out, expected, what, 1e-5);

const short = (args: unknown[]) => JSON.stringify(args).slice(1, -1);

describe('Image gives what Pillow gives', () => {
  it.each(fixture.pillow.map((entry, i) => [`${i} ${entry.input}.${entry.name}(${short(entry.args)})`, entry] as const))(
    '%s',
    (_, entry) => {
      const image = readStored(fixture.inputs[entry.input]!) as Image;
      same((image[entry.name] as (...args: never[]) => Image)(...entry.args), entry.output, entry.input);
    },
  );
});

type Call1 = (image: Image | Tensor, ...args: unknown[]) => unknown;
const functional = { v1: transforms.functional, v2: transforms.v2.functional } as unknown as Record<string, Record<string, Call1>>;
const version = ({ v2 }: { v2: boolean }) => (v2 ? 'v2' : 'v1');

/** Whether a product and a sum are rounded once, as in PyTorch's vectors. */
const FUSED = ['avx2', 'avx512'].includes(engineInfo().isa);

/** A quarter turn of 3×4 pixels puts each place halfway between two pixels, of which the last rounding chooses one. */
const halfway = ({ name, args }: { name: string; args: unknown[] }) =>
  name === 'rotate' ? (args[0] as number) % 180 === 90 && args[1] === 'nearest' : name === 'RandomRotation' && short(args) === '[90,90]';

describe('functions give what torchvision gives', () => {
  it.each(fixture.functions.map((entry, i) => [`${i} ${version(entry)}.${entry.name}(${short(entry.args)})`, entry] as const))(
    '%s',
    (_, entry) => {
      for (const [key, expected] of Object.entries(entry.outputs)) {
        if (!FUSED && key === 'double' && halfway(entry)) continue;
        const call = () => functional[version(entry)]![entry.name]!(readStored(fixture.inputs[key]!), ...entry.args);
        if (expected === null) expect(call, key).toThrow();
        else same(call(), expected, key);
      }
    },
  );
});

type Make = new (...args: unknown[]) => { forward(image: unknown): unknown };
const classes = { v1: transforms, v2: transforms.v2 } as unknown as Record<string, Record<string, Make>>;

describe('classes draw what those of torchvision draw', () => {
  it.each(fixture.classes.map((entry, i) => [`${i} ${entry.name}(${short(entry.args)})`, entry] as const))('%s', (_, entry) => {
    const made = () => new classes[version(entry)]![entry.name]!(...entry.args);
    expect(String(made())).toBe(entry.text);
    for (const [key, { outputs, next }] of Object.entries(entry.outputs)) {
      if (!FUSED && key === 'double' && halfway(entry)) continue;
      manualSeed(entry.seed);
      const transform = made();
      for (let i = 0; i < entry.calls; i++) same(transform.forward(readStored(fixture.inputs[key]!)), outputs[i]!, `${key}, call ${i}`);
      expect(rand(1).item(), key).toBe(next);
    }
  });
});

describe('image, mask, boxes and points move together', () => {
  it.each(fixture.samples.map((entry, i) => [`${i} ${entry.name}(${short(entry.args)})`, entry] as const))('%s', (_, entry) => {
    const sample = Object.fromEntries(
      Object.entries(fixture.parts).map(([key, stored]) => {
        const x = readStored(stored) as Tensor;
        const canvasSize = stored.canvas!;
        if (key === 'image') return [key, new tvTensors.Image(x)];
        if (key.startsWith('mask')) return [key, new tvTensors.Mask(x)];
        if (key.endsWith('points')) return [key, new tvTensors.KeyPoints(x, { canvasSize })];
        return [key, new tvTensors.BoundingBoxes(x, { format: key.split(' ')[0] as 'XYXY', canvasSize, clampingMode: entry.clamping })];
      }),
    );
    manualSeed(entry.seed);
    const out = new classes['v2']![entry.name]!(...entry.args).forward(sample) as Record<string, Tensor & { canvasSize?: number[] }>;
    for (const [key, expected] of Object.entries(entry.outputs)) {
      expect(out[key]!.constructor, key).toBe(sample[key]!.constructor);
      if (expected.canvas) expect([...out[key]!.canvasSize!], key).toEqual(expected.canvas);
      same(out[key], expected, key);
    }
    expect(rand(1).item()).toBe(entry.next);
  });
});

describe('what does not fit is named', () => {
  const f = transforms.functional;
  const x = zeros([3, 4, 5]);
  test('options that cannot be meant', () => {
    expect(() => f.rotate(x, Number.NaN)).toThrow(/^rotate: angle is NaN/);
    expect(() => f.rotate(x, 10, 'bicubic')).toThrow(
      /^rotate: interpolation is 'bicubic', which a tensor does not take, expected 'nearest' or 'bilinear'/,
    );
    expect(() => f.rotate(new Image('L', [2, 3]), 10, 'lanczos')).toThrow(/which an Image does not take/);
    expect(() => f.rotate(x, 10, { fill: [1, 2] })).toThrow(/^rotate: fill is \[1, 2\], expected a number, or 3 of them/);
    expect(() => f.rotate(x, 10, { centre: [1, 2] } as never)).toThrow(/Did you mean center/);
    expect(() => f.affine(x, 0, [0, 0], 0, 0)).toThrow(/^affine: scale is 0/);
    expect(() => f.affine(x, 0, [0] as never, 1, 0)).toThrow(/^affine: translate/);
    expect(() => f.affine(x, 0, [0, 0], 1, [1, 2, 3] as never)).toThrow(/^affine: shear/);
    expect(() => new transforms.RandomRotation(-3)).toThrow(/^RandomRotation: degrees is -3, expected at least 0 for a single number/);
    expect(() => new transforms.RandomRotation([30, 10])).toThrow(/expected the least before the most/);
    expect(() => new transforms.RandomRotation(10, { center: [1] as never })).toThrow(/^RandomRotation: center/);
    expect(() => new transforms.RandomAffine(0, { translate: [0.5, 1.5] })).toThrow(/^RandomAffine: translate\[1\] is 1.5/);
    expect(() => new transforms.RandomAffine(0, { scale: [0, 1] })).toThrow(/^RandomAffine: scale is \[0, 1\]/);
    expect(() => new transforms.RandomPerspective(1.5)).toThrow(/^RandomPerspective: distortionScale is 1.5/);
    expect(() => new transforms.ElasticTransform({ sigma: -1 })).toThrow(/^ElasticTransform: sigma\[0\] is -1/);
    expect(() => new transforms.RandomErasing({ scale: [0.5, 0.1] })).toThrow(/^RandomErasing: scale is \[0.5, 0.1\]/);
    expect(() => new transforms.RandomErasing({ ratio: [0, 1] })).toThrow(/^RandomErasing: ratio/);
    expect(() => new transforms.RandomErasing({ value: 'noise' as never })).toThrow(/'random'/);
    expect(() => new transforms.RandomErasing(1, { value: [1, 2] }).forward(x)).toThrow(/value has 2 numbers, the image 3 channels/);
  });

  test('points and displacements', () => {
    const line = [
      [0, 0],
      [1, 1],
      [2, 2],
      [0, 3],
    ] as const;
    expect(() => f.perspective(x, line, line)).toThrow(/^perspective: no perspective takes .*: three of the points lie on a line/);
    expect(() => f.perspective(x)).toThrow(/^perspective: startpoints is null, expected four points/);
    expect(() => f.perspective(x, line, line, { coefficients: [1, 0, 0, 0, 1, 0, 0, 0] })).toThrow(ArgumentError);
    expect(() => f.elasticTransform(x, zeros([1, 5, 4, 2]))).toThrow(ShapeError);
    expect(() => f.elasticTransform(x, zeros([1, 5, 4, 2]))).toThrow(/expected \[1, 4, 5, 2\] for an image of 4×5 pixels/);
    expect(() => f.rotate('x' as never, 3)).toThrow(/^rotate: the image is "x"/);
  });

  test('Image.transform and Image.rotate', () => {
    const image = new Image('RGB', [3, 2]);
    expect(() => image.transform([2, 2], 'affine', [1, 0, 0, 0, 1])).toThrow(
      /^transform: data is .*, expected a list of 6 numbers for 'affine'/,
    );
    expect(() => image.transform([2, 2], 'mesh' as never, [])).toThrow(/^transform: method is "mesh"/);
    expect(() => image.transform([2, -1], 'affine', [1, 0, 0, 0, 1, 0])).toThrow(/^transform: size\[1\] is -1/);
    expect(() => image.rotate(3, { resample: 'box' as never })).toThrow(/^rotate: resample is "box"/);
    expect(image.transform([0, 4], 'affine', [1, 0, 0, 0, 1, 0]).size).toEqual([0, 4]);
  });
});

test('gradients flow through tensors', () => {
  const x = rand(1, 4, 5, { dtype: 'float64', requiresGrad: true });
  const turned = transforms.functional.rotate(x, 30, 'bilinear', { fill: 0.5 });
  turned.sum().backward();
  expect(x.grad!.sum().item()).toBeGreaterThan(5);
});

test('erase leaves the tensor it is given, unless it is told to', () => {
  const x = zeros([1, 2, 2]);
  const erased = transforms.functional.erase(x, 1, 0, 5, 1, tensor([[[3]]]));
  expect([x.sum().item(), erased.toArray()]).toEqual([
    0,
    [
      [
        [0, 0],
        [3, 0],
      ],
    ],
  ]);
  expect(transforms.functional.erase(x, 0, 0, 1, 2, 4, true)).toBe(x);
  expect(x.toArray()).toEqual([
    [
      [4, 4],
      [0, 0],
    ],
  ]);
});
