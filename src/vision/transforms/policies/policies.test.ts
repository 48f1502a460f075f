/** The policies of augmentation, beside what torchvision makes of the same images with the same seed (conformance/vision_policies.py). */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromTypedArray, manualSeed, rand, type Tensor } from 'hone';
import { Image, transforms, tvTensors } from 'hone/vision';
import { describe, expect, it, test } from 'vitest';

interface Picture {
  readonly mode: 'L' | 'RGB';
  readonly size: [number, number];
  readonly data: string;
  readonly hash: string;
}

interface Bytes {
  readonly shape: number[];
  readonly data: string;
}

interface Case {
  readonly space: 'v1' | 'v2';
  readonly name: 'AutoAugment' | 'RandAugment' | 'TrivialAugmentWide' | 'AugMix';
  readonly args: readonly object[];
  readonly text: string;
  readonly seed: number;
  readonly input: string;
  readonly outputs: readonly (Picture | Bytes)[];
  readonly next: number;
}

const { inputs, cases } = JSON.parse(readFileSync(join(import.meta.dirname, 'policies.fixture.json'), 'utf8')) as {
  inputs: Record<string, Picture | Bytes>;
  cases: Case[];
};

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));
const inputOf = (value: Picture | Bytes): Image | Tensor =>
  'mode' in value ? new Image(value.mode, value.size, bytes(value.data)) : fromTypedArray(bytes(value.data), value.shape);

describe('as torchvision', () => {
  test.each(
    cases.map((entry) => {
      const { space, name, args, input, seed } = entry;
      return [`${space}.${name}(${JSON.stringify(args).slice(1, -1)}) of ${input}, seed ${seed}`, entry] as const;
    }),
  )('%s', (_, { space, name, args, text, seed, input, outputs, next }) => {
    const type = (space === 'v1' ? transforms[name] : transforms.v2[name]) as unknown as new (
      ...args: readonly object[]
    ) => transforms.RandAugment;
    const transform = new type(...args);
    expect(String(transform)).toBe(text);
    const image = inputOf(inputs[input]!);
    manualSeed(seed);
    outputs.forEach((expected, i) => {
      const out = transform.forward(image);
      const [size, data] = out instanceof Image ? [out.size, out.data] : [out.shape, out.contiguous().toTypedArray() as Uint8Array];
      expect(size).toEqual('size' in expected ? expected.size : expected.shape);
      if ('hash' in expected) expect([i, createHash('sha256').update(data).digest('hex').slice(0, 12)]).toEqual([i, expected.hash]);
      else {
        // Of tensors, a place between two pixels and the last bit of a sum fall this way or that, with the processor of who ran torch.
        const wanted = bytes(expected.data);
        const other = data.filter((byte, at) => byte !== wanted[at]).length;
        expect([i, other <= Math.ceil(data.length / 40)], `${other} of ${data.length} bytes differ`).toEqual([i, true]);
      }
    });
    expect(rand(1).item()).toBe(next);
  });
});

describe('policies', () => {
  it('leave labels as they are', () => {
    const [image, label] = new transforms.RandAugment().forward([new Image('RGB', [4, 4]), 3] as const);
    expect([image.size, label]).toEqual([[4, 4], 3]);
    const tensors = new transforms.v2.AugMix().forward(new tvTensors.Image(rand(3, 8, 8).mul(255).to('uint8')), rand(2));
    expect([tensors[0].constructor, tensors[0].dtype, tensors[1].shape]).toEqual([tvTensors.Image, 'uint8', [2]]);
  });

  it('take the names of torchvision', () => {
    const { AutoAugmentPolicy, InterpolationMode } = transforms;
    const transform = new transforms.AutoAugment(AutoAugmentPolicy.SVHN, InterpolationMode.BILINEAR);
    expect([transform.policy, transform.interpolation]).toEqual(['svhn', 'bilinear']);
  });

  it('say what is wrong', () => {
    const mask = new tvTensors.Mask([[1, 2]]);
    expect(() => new transforms.RandAugment().forward([new Image('L', [2, 1]), mask])).toThrow(
      /^RandAugment: masks, boxes and points would not/,
    );
    expect(() => new transforms.AugMix().forward([new Image('L', [2, 1]), new Image('L', [2, 1])])).toThrow(
      /^AugMix: the sample has 2 images/,
    );
    expect(() => new transforms.TrivialAugmentWide().forward([1, 2])).toThrow(/^TrivialAugmentWide: the sample has 0 images/);
    expect(() => new transforms.AutoAugment('coco' as never)).toThrow(/^AutoAugment: policy is "coco", expected/);
    expect(() => new transforms.RandAugment({ magnitude: 31 })).toThrow(/^RandAugment: magnitude is 31/);
    expect(() => new transforms.RandAugment({ num_ops: 1 } as never)).toThrow(/Did you mean numOps/);
    expect(() => new transforms.AugMix({ severity: 11 })).toThrow(/^AugMix: severity is 11/);
    expect(() => new transforms.AugMix({ interpolation: 'linear' as never })).toThrow(/^AugMix: interpolation is "linear"/);
  });
});
