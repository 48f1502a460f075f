/** Samples of image, mask, boxes and points, beside what torchvision's v2 makes of them with the same seed (conformance/vision_base.py). */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { arange, type DType, manualSeed, ones, rand, ShapeError, Tensor, tensor, zeros } from 'hone';
import { DataLoader, defaultCollate, TensorDataset } from 'hone/data';
import { Image, transforms, tvTensors } from 'hone/vision';
import { describe, expect, it, test } from 'vitest';

interface Picture {
  readonly mode: 'L' | 'LA' | 'RGB' | 'RGBA';
  readonly size: [number, number];
  readonly data?: string;
  readonly hash?: string;
}

interface Numbers {
  readonly kind: 'Tensor' | 'Image' | 'Mask' | 'Video' | 'BoundingBoxes' | 'KeyPoints';
  readonly dtype: DType;
  readonly shape: number[];
  readonly data?: number[];
  readonly hash?: string;
  readonly format?: tvTensors.BoundingBoxFormat;
  readonly canvas?: [number, number];
  readonly clamping?: tvTensors.ClampingMode;
}

type Value = Picture | Numbers | { readonly value: unknown } | { readonly fields: Readonly<Record<string, Value>> } | readonly Value[];

interface Named {
  readonly name: string;
  readonly args: readonly unknown[];
}

interface Case {
  readonly transform: Named;
  readonly text: string;
  readonly seed: number;
  readonly sample: string;
  readonly outputs: readonly Value[];
  readonly next: number;
}

const { samples, cases } = JSON.parse(readFileSync(join(import.meta.dirname, 'samples.fixture.json'), 'utf8')) as {
  samples: Record<string, Value>;
  cases: Case[];
};

function sampleOf(value: Value): unknown {
  if (Array.isArray(value)) return value.map(sampleOf);
  if ('fields' in value) return Object.fromEntries(Object.entries(value.fields).map(([key, inner]) => [key, sampleOf(inner)]));
  if ('value' in value) return value.value;
  if ('mode' in value) return new Image(value.mode, value.size, Uint8Array.from(Buffer.from(value.data!, 'hex')));
  const { kind, dtype, shape, data, format, canvas, clamping } = value as Numbers;
  const x = tensor(data!, { dtype }).reshape(shape);
  if (kind === 'Tensor') return x;
  if (kind === 'BoundingBoxes') return new tvTensors.BoundingBoxes(x, { format: format!, canvasSize: canvas!, clampingMode: clamping! });
  if (kind === 'KeyPoints') return new tvTensors.KeyPoints(x, { canvasSize: canvas! });
  return new tvTensors[kind](x);
}

type AnyTransform = { forward(image: unknown): unknown };

function made({ name, args }: Named): AnyTransform {
  const read = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(read)
      : typeof value === 'object' && value !== null && 'name' in value && 'args' in value
        ? made(value as Named)
        : value;
  const [space, type] = name.split('.') as [string, string];
  const classes = (space === 'v2' ? transforms.v2 : transforms) as unknown as Record<string, new (...args: unknown[]) => AnyTransform>;
  return new classes[type]!(...args.map(read));
}

const digest = (data: Uint8Array) => createHash('sha256').update(data).digest('hex').slice(0, 12);

function bytesOf(x: Tensor): Uint8Array {
  const values = x.contiguous().toTypedArray();
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** What came out, in the form of the fixture. */
function valueOf(out: unknown, like: Value): unknown {
  if (Array.isArray(out)) return out.map((item, i) => valueOf(item, (like as readonly Value[])[i]!));
  if (out instanceof Image) {
    const { mode, size, data } = out;
    return 'hash' in like ? { mode, size, hash: digest(data) } : { mode, size, data: Buffer.from(data).toString('hex') };
  }
  if (out instanceof Tensor) {
    const head = { kind: (out.constructor as typeof Tensor).className, dtype: out.dtype, shape: [...out.shape] };
    const boxes =
      out instanceof tvTensors.BoundingBoxes ? { format: out.format, canvas: [...out.canvasSize], clamping: out.clampingMode } : {};
    const points = out instanceof tvTensors.KeyPoints ? { canvas: [...out.canvasSize] } : {};
    const numbers = 'hash' in like ? { hash: digest(bytesOf(out)) } : { data: Array.from(out.contiguous().toTypedArray(), Number) };
    return { ...head, ...numbers, ...boxes, ...points };
  }
  if (typeof out === 'object' && out !== null)
    return {
      fields: Object.fromEntries(
        Object.entries(out).map(([key, item]) => [key, valueOf(item, (like as { fields: Record<string, Value> }).fields[key]!)]),
      ),
    };
  return { value: out };
}

/** Numbers that came by sums and quotients of float32 may end in another bit. */
function close(expected: unknown): unknown {
  if (typeof expected === 'number') return expect.closeTo(expected, 6);
  if (Array.isArray(expected)) return expected.map(close);
  if (typeof expected !== 'object' || expected === null) return expected;
  return Object.fromEntries(Object.entries(expected).map(([key, value]) => [key, close(value)]));
}

describe('as torchvision', () => {
  test.each(
    cases.map(
      (entry, i) =>
        [
          `${i} ${entry.transform.name}(${JSON.stringify(entry.transform.args).slice(1, -1)}) of ${entry.sample}, seed ${entry.seed}`,
          entry,
        ] as const,
    ),
  )('%s', (_, { transform: named, text, seed, sample, outputs, next }) => {
    const transform = made(named);
    expect(String(transform)).toBe(text);
    const given = sampleOf(samples[sample]!);
    const before = valueOf(given, samples[sample]!);
    manualSeed(seed);
    for (const expected of outputs) expect(valueOf(transform.forward(given), expected)).toEqual(close(expected));
    expect(rand(1).item()).toBe(next);
    expect(valueOf(given, samples[sample]!)).toEqual(before);
  });
});

describe('samples', () => {
  const mask = new tvTensors.Mask(zeros([4, 6], { dtype: 'int64' }));
  const boxes = new tvTensors.BoundingBoxes([[0, 0, 2, 1]], { format: 'XYXY', canvasSize: [4, 6] });
  const points = new tvTensors.KeyPoints([[1, 2]], { canvasSize: [4, 6] });

  it('keep their form and type, and move together by one draw', () => {
    const image = new Image('RGB', [6, 4]);
    const flip = new transforms.RandomHorizontalFlip(1);
    const [turned, { inner }] = flip.forward([image, { inner: [mask, boxes, 'name', null] as const }] as const);
    const typed: readonly [tvTensors.Mask, tvTensors.BoundingBoxes, string, null] = inner;
    expect([turned.size, typed[1].toArray(), typed[2], typed[3]]).toEqual([[6, 4], [[4, 0, 6, 1]], 'name', null]);
    const [first, second] = new transforms.RandomCrop(2).forward(image, boxes);
    expect([first.size, second.canvasSize]).toEqual([
      [2, 2],
      [2, 2],
    ]);
  });

  it('become tensors where ToTensor says so, in their type, too', () => {
    const { image, label } = new transforms.Compose([new transforms.CenterCrop(2), new transforms.ToTensor()]).forward({
      image: new Image('L', [6, 4]),
      label: 3,
    });
    const typed: Tensor = image;
    expect([typed.shape, label]).toEqual([[1, 2, 2], 3]);
  });

  it('print as torchvision prints them, and stay what they are only in transforms', () => {
    expect(String(boxes)).toBe('BoundingBoxes([[0., 0., 2., 1.]], format=BoundingBoxFormat.XYXY, canvas_size=(4, 6), clamping_mode=soft)');
    expect(String(points)).toBe('KeyPoints([[1., 2.]], canvas_size=(4, 6))');
    expect(String(new tvTensors.Mask(ones([1, 2])))).toBe('Mask([[1., 1.]])');
    expect(String(new tvTensors.Image(ones([1, 2], { dtype: 'uint8' })))).toBe('Image([[[1, 1]]], dtype=torch.uint8, )');
    expect(String(new tvTensors.BoundingBoxes(zeros([0, 4]), { format: 'XYWH', canvasSize: [5, 6], clampingMode: null }))).toBe(
      'BoundingBoxes([], size=(0, 4), format=BoundingBoxFormat.XYWH, canvas_size=(5, 6), clamping_mode=None)',
    );
    expect(boxes.add(1).constructor).toBe(Tensor);
    for (const same of [boxes.clone(), boxes.detach(), boxes.to('float64'), boxes.requiresGrad_(false)])
      expect([same.constructor, same.canvasSize]).toEqual([tvTensors.BoundingBoxes, [4, 6]]);
    expect(boxes.to('float64').dtype).toBe('float64');
    expect(tvTensors.wrap(boxes.add(1), { like: boxes, canvasSize: [9, 9] }).canvasSize).toEqual([9, 9]);
  });

  it('share memory with what they are made of, and let gradients through', () => {
    const x = ones([2, 3]).requiresGrad_();
    const image = new tvTensors.Image(x);
    new transforms.RandomHorizontalFlip(1).forward(image).mul(2).sum().backward();
    expect(x.grad!.toArray()).toEqual([
      [2, 2, 2],
      [2, 2, 2],
    ]);
    const bytes = zeros([2, 2]);
    const view = new tvTensors.Mask(bytes);
    bytes.fill_(3);
    expect(view.toArray()).toEqual([
      [3, 3],
      [3, 3],
    ]);
  });

  it('are mixed by a loader', () => {
    const mixUp = new transforms.MixUp({ numClasses: 8 });
    const data = new TensorDataset(rand(8, 3, 4, 4), arange(8));
    const loader = new DataLoader(data, { batchSize: 4, collate: (items: [Tensor, Tensor][]) => mixUp.forward(defaultCollate(items)) });
    for (const [images, labels] of loader as Iterable<[Tensor, Tensor]>) {
      expect([images.shape, labels.shape, labels.dtype]).toEqual([[4, 3, 4, 4], [4, 8], 'float32']);
      expect(labels.sum(1).allclose(ones([4]))).toBe(true);
    }
  });

  it('may be transformed by a class of the user', () => {
    class Shift extends transforms.Transform<number> {
      override makeParams(inputs: readonly unknown[]) {
        return inputs.length;
      }

      transform(image: Tensor, count: number) {
        return image.add(count);
      }
    }
    expect(String(new Shift())).toBe('Shift()');
    const [image, label] = new transforms.Compose([new Shift(), new Shift()]).forward([ones([1, 1, 1]), 5] as const);
    expect([image.item(), label]).toEqual([3, 5]);
  });

  it('say what is wrong', () => {
    expect(() => new transforms.RandomHorizontalFlip(1).forward(3)).toThrow(/^RandomHorizontalFlip: the image is 3, expected/);
    expect(() => new transforms.RandomCrop(2).forward([new Image('L', [5, 5]), boxes])).toThrow(ShapeError);
    expect(() => new transforms.FiveCrop(2).forward([new Image('L', [5, 5]), boxes])).toThrow(/^FiveCrop: masks, boxes and points cannot/);
    expect(() => new transforms.Pad(1, { paddingMode: 'edge' }).forward([boxes])).toThrow(/^Pad: paddingMode is 'edge', but boxes/);
    expect(() => transforms.functional.normalize(mask, [0.5], [0.5])).toThrow(/^normalize: got a Tensor .* of kind Mask/);
    expect(() => new tvTensors.BoundingBoxes([1, 2, 3], { format: 'XYXY', canvasSize: [1, 1] })).toThrow(ShapeError);
    expect(() => new tvTensors.BoundingBoxes([1, 2, 3, 4], { format: 'YXYX' as never, canvasSize: [1, 1] })).toThrow(/format is "YXYX"/);
    expect(() => new tvTensors.BoundingBoxes([1, 2, 3, 4], { format: 'XYXY' } as never)).toThrow(/^BoundingBoxes: canvasSize is undefined/);
    expect(() => new tvTensors.KeyPoints([1, 2], { canvas_size: [1, 1] } as never)).toThrow(/Did you mean canvasSize/);
    expect(() => transforms.functional.convertBoundingBoxFormat(zeros([1, 4]), { newFormat: 'XYXY' })).toThrow(/oldFormat is missing/);
    expect(() => new transforms.SanitizeBoundingBoxes().forward({ boxes })).toThrow(/^SanitizeBoundingBoxes: none of the keys boxes/);
    expect(() => new transforms.SanitizeBoundingBoxes().forward({ boxes, labels: zeros([3]) })).toThrow(ShapeError);
    expect(() => new transforms.MixUp().forward(rand(2, 1, 2, 2), arange(2))).toThrow(/^MixUp: numClasses is missing/);
    expect(() => new transforms.MixUp({ numClasses: 2 }).forward(rand(1, 2, 2), arange(2))).toThrow(/expected a batch \[N, C, H, W\]/);
    expect(() => new transforms.MixUp({ alpha: 0 })).toThrow(/^MixUp: alpha is 0/);
    expect(() => new transforms.CutMix({ num_classes: 3 } as never)).toThrow(/Did you mean numClasses/);
    expect(() => new transforms.ToDtype({ Picture: 'float32' } as never)).toThrow(/^ToDtype: there is no option "Picture"/);
    expect(() => new transforms.ToDtype({ Mask: 'int64' }).forward([boxes])).toThrow(/^ToDtype: nothing is said about BoundingBoxes/);
    expect(() => new transforms.ToDtype('int64', true).forward(rand(1, 2, 2))).toThrow(/float32 does not hold all values of int64/);
    expect(() => new transforms.ConvertImageDtype('half' as never)).toThrow(/half/);
    expect(() => new transforms.v2.Compose([])).toThrow(/^Compose: transforms is an empty list/);
  });
});
