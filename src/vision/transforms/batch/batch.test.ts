import { getRngState, manualSeed, type Tensor, tensor } from 'hone';
import { DataLoader } from 'hone/data';
import { Image, transforms } from 'hone/vision';
import { expect, test } from 'vitest';
import { LabelledImageDataset, type LabelledImageDatasetOptions } from '../../datasets/labelled-images.js';
import { pythonRandom } from '../base/python-random.js';

/** Images of bytes that tell where they stand. */
class Patterns extends LabelledImageDataset<Tensor, number> {
  static override readonly className: string = 'Patterns';
  readonly classes = ['even', 'odd'];

  constructor([count, channels, height, width]: readonly number[], options: Partial<LabelledImageDatasetOptions<Tensor, number>>) {
    const bytes = Uint8Array.from({ length: count! * channels! * height! * width! }, (_, i) => (i * 37 + Math.floor(i / 7) * 11) % 256);
    const images = tensor(bytes, { dtype: 'uint8' }).reshape(count!, channels!, height!, width!);
    const labels = tensor(
      Array.from({ length: count! }, (_, i) => i % 2),
      { dtype: 'int64' },
    );
    super(undefined, { images, labels }, { transform: null, targetTransform: null, ...options });
  }
}

/** All batches of an epoch, and what the random numbers are behind it. */
function epoch(dataset: object): unknown[] {
  manualSeed(11);
  const out: unknown[] = [];
  const loader = new DataLoader(dataset as Patterns, { batchSize: 5, shuffle: true });
  for (const [images, targets] of loader as Iterable<[Tensor, Tensor]>)
    out.push(images.dtype, images.shape, String(images.toTypedArray()), targets.dtype, String(targets.toTypedArray()));
  return [...out, getRngState(), pythonRandom().random()];
}

/** Batches of a pipeline are those that its images give one by one, to the last bit. */
function expectSame(transform: unknown, sizes: readonly number[], options: object = {}): void {
  const data = new Patterns(sizes, { transform, ...options } as object);
  expect(data.getBatch, String(transform)).toBeDefined();
  const single = { length: data.length, get: (i: number) => data.get(i) };
  const batched = epoch(data);
  const expected = epoch(single);
  for (let i = 0; i < expected.length; i++) expect(batched[i], `${String(transform)}, ${i}`).toEqual(expected[i]);
  expect(batched.length).toBe(expected.length);
}

/** Random choices for tests, apart from the generator under test. */
function chooser(seed: number) {
  let state = seed;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  return {
    below: (n: number) => Math.floor(next() * n),
    of: <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!,
  };
}

const PADDING_MODES = ['constant', 'edge', 'reflect', 'symmetric'] as const;

/** A pipeline of moves before the image becomes a tensor, and behind. */
function pipeline(seed: number, channels: number): unknown {
  const { below, of } = chooser(seed);
  const bytes = below(5) === 0;
  const fill = () => of<number | number[]>([0, 7, 300, Array.from({ length: channels }, (_, c) => 10 + c)]);
  const moves: ((isTensor: boolean) => unknown)[] = [
    () => new transforms.RandomHorizontalFlip(of([0, 0.3, 0.5, 1])),
    () => new transforms.RandomVerticalFlip(0.4),
    (isTensor) => new transforms.Pad([below(3), below(3), 1, below(3)], isTensor ? (bytes ? 4 : -0.5) : fill(), of(PADDING_MODES)),
    () => new transforms.Pad([1, -1, 0, 1], 3),
    () => new transforms.CenterCrop([5 + below(8), 5 + below(8)]),
    (isTensor) =>
      new transforms.RandomCrop([6 + below(3), 6 + below(3)], {
        padding: of([null, 1, [2, 3]]) as number,
        padIfNeeded: true,
        fill: isTensor ? 2 : of([0, 9]),
        paddingMode: of(['constant', 'edge'] as const),
      }),
    () => new transforms.RandomApply([new transforms.RandomHorizontalFlip(), new transforms.RandomVerticalFlip(1)], 0.6),
    () => new transforms.RandomChoice([new transforms.RandomHorizontalFlip(0.7), new transforms.RandomVerticalFlip(0.3)]),
    () => new transforms.Compose([new transforms.RandomVerticalFlip(), new transforms.RandomHorizontalFlip()]),
    () => new transforms.RandomOrder([new transforms.RandomHorizontalFlip(0.7), new transforms.RandomVerticalFlip(0.3)]),
    () => new transforms.v2.RandomCrop(7, { padding: 2, padIfNeeded: true }),
    () => new transforms.v2.RandomChoice([new transforms.RandomHorizontalFlip(0.7), new transforms.RandomVerticalFlip(0.3)], { p: [3, 1] }),
    () => new transforms.v2.RandomApply([new transforms.v2.RandomHorizontalFlip()], 0.6),
  ];
  const colours: (() => unknown)[] = [
    () => new transforms.ColorJitter(0.4, 0.3, 0.2, 0.1),
    () => new transforms.RandomGrayscale(0.5),
    () => new transforms.RandomInvert(),
    () => new transforms.RandomApply([new transforms.RandomPosterize(3), new transforms.RandomEqualize()], 0.5),
    () =>
      new transforms.RandomOrder([
        new transforms.RandomSolarize(128),
        new transforms.RandomAutocontrast(),
        new transforms.RandomVerticalFlip(),
      ]),
    () => new transforms.GaussianBlur(3),
    () => new transforms.Resize(of([7, 12])),
    () => new transforms.Resize([8, 9], 'bicubic'),
    () => new transforms.RandomResizedCrop(9, { scale: [0.3, 1] }),
    () => new transforms.v2.RandomResizedCrop([8, 7]),
    () => new transforms.v2.ColorJitter(0.4),
    () => new transforms.RandomRotation(40, { interpolation: of(['nearest', 'bilinear'] as const), fill: of([0, 5]) }),
    () => new transforms.RandomAffine(15, { translate: [0.2, 0.1], scale: [0.8, 1.2], shear: 5 }),
    () => new transforms.RandomPerspective(0.4),
    () => new transforms.ElasticTransform({ alpha: 8, sigma: 1 }),
    () => new transforms.RandomErasing(),
    () => new transforms.v2.RandomRotation(40),
    () => new transforms.v2.RandomAffine(15, { scale: [0.8, 1.2] }),
    () => new transforms.v2.RandomPerspective(0.4),
    () => new transforms.v2.ElasticTransform({ alpha: 8, sigma: 1 }),
    () => new transforms.v2.RandomErasing(),
    () => new transforms.AutoAugment(),
    () => new transforms.RandAugment(),
    () => new transforms.v2.TrivialAugmentWide(),
    () => new transforms.AugMix(),
    () => new transforms.RandomAdjustSharpness(2),
  ];
  const some = (isTensor: boolean) => Array.from({ length: below(4) }, () => of(moves)(isTensor));
  const normalize = new transforms.Normalize(channels === 1 ? [0.1307] : [0.4, 0.5, 0.6], channels === 1 ? [0.3081] : [0.2, 0.25, 0.3]);
  const conversion =
    below(5) === 0 ? [new transforms.PILToTensor(), ...some(true)] : [new transforms.ToTensor(), ...some(true), normalize, ...some(true)];
  return new transforms.Compose([
    ...some(false),
    ...(below(2) === 0 ? [of(colours)(), of(colours)(), ...some(false)] : []),
    ...conversion,
  ] as never);
}

test('v2 on tensors, and steps that go on with what is done image by image', () => {
  const { v2 } = transforms;
  const crop = new v2.RandomCrop(8, { padding: 1 });
  const toFloats = new v2.ToDtype('float32', { scale: true });
  const normalize = new v2.Normalize([0.4, 0.5, 0.6], [0.2, 0.25, 0.3]);
  const jitter = new transforms.ColorJitter(0.3, 0.3, 0.3, 0.1);
  const part = new v2.RandomResizedCrop(6);
  const flip = new v2.RandomHorizontalFlip();
  for (const steps of [
    [new v2.ToImage(), crop, flip, toFloats, normalize],
    [new v2.ToImage(), flip, toFloats, new v2.ToPureTensor(), crop, normalize],
    [new v2.PILToTensor(), flip, new v2.ConvertImageDtype('float32'), normalize],
    [new v2.ToImage(), jitter, toFloats, jitter, flip, normalize, crop],
    [new v2.ToImage(), part, flip, toFloats, normalize],
    [part, new v2.ToImage(), flip, toFloats, part, normalize],
    [crop, flip, new v2.ToImage(), toFloats, normalize, new transforms.RandomErasing(0.7, { value: 'random' })],
    [new transforms.ToTensor(), new transforms.RandomRotation(20), new transforms.RandomErasing(0.8, { inplace: true }), crop],
    [new v2.ToImage(), new transforms.RandomAffine(20), new transforms.ElasticTransform({ alpha: 8, sigma: 1 }), toFloats, flip],
    [new transforms.RandomApply([new transforms.RandomRotation(90), flip], 0.7), new transforms.ToTensor()],
    [new transforms.Grayscale(3), new transforms.ToTensor(), jitter, normalize, flip, new transforms.Grayscale()],
    [new transforms.Grayscale(), flip, new transforms.ToTensor(), new transforms.Normalize([0.5], [0.5])],
  ])
    expectSame(new v2.Compose(steps as never), [8, 3, 9, 10]);
});

test('batches of random pipelines are those of image by image, bit for bit', () => {
  for (let seed = 0; seed < 60; seed++) {
    const channels = seed % 2 === 0 ? 1 : 3;
    expectSame(pipeline(seed * 7919 + 1, channels), [13, channels, 9 + (seed % 3), 11 - (seed % 4)]);
  }
});

test('one transform is a pipeline, too; targets are made in turn with images', () => {
  expectSame(new transforms.ToTensor(), [7, 1, 4, 3]);
  expectSame(new transforms.Compose([new transforms.RandomCrop(3), new transforms.ToTensor()]), [7, 3, 4, 4], {
    targetTransform: (label: number) => label + manualDraw(),
  });
});

/** Draws from the default generator, as a target transform may. */
const manualDraw = () => new transforms.RandomCrop(1).makeParams([new Image('L', [1000, 1])]).left / 8;

test('what is not known is done image by image', () => {
  const known = [new transforms.ToTensor()];
  class Own extends transforms.RandomHorizontalFlip {}
  class OwnInvert extends transforms.RandomInvert {}
  class OwnChoice extends transforms.v2.RandomChoice {}
  const patched = Object.assign(new transforms.RandomHorizontalFlip(), { transform: (image: Image) => image });
  const others = [new OwnInvert(), new OwnChoice([new transforms.RandomInvert()]), new transforms.RandomApply([new OwnInvert()])];
  for (const step of [new Own(), ...others, patched, (image: Image) => image, new transforms.Lambda((image: Image) => image.rotate(90))])
    expect(new Patterns([4, 1, 5, 5], { transform: new transforms.Compose([step, ...known] as never) }).getBatch).toBeUndefined();
  for (const alone of [
    new transforms.RandomHorizontalFlip(),
    new transforms.RandomRotation(20, { expand: true }),
    new transforms.GaussianNoise(),
  ])
    expect(new Patterns([4, 1, 5, 5], { transform: new transforms.Compose([alone, ...known] as never) }).getBatch === undefined).toBe(
      alone instanceof transforms.RandomHorizontalFlip === false,
    );
  expect(new Patterns([4, 1, 5, 5], { transform: new transforms.RandomHorizontalFlip() as never }).getBatch).toBeUndefined();
  class Subclass extends Patterns {
    override get(index: number): [Tensor, number] {
      return [super.get(index)[0].mul(2), 0];
    }
  }
  expect(new Subclass([4, 1, 5, 5], { transform: new transforms.ToTensor() }).getBatch).toBeUndefined();
});

test('what goes wrong with one image goes wrong with a batch', () => {
  const wrong = (...steps: unknown[]) => new Patterns([4, 3, 5, 6], { transform: new transforms.Compose(steps as never) });
  const load = (data: Patterns) => [...new DataLoader(data, { batchSize: 2 })];
  const toTensor = new transforms.ToTensor();
  expect(() => load(wrong(new transforms.RandomCrop(9), toTensor))).toThrow('RandomCrop: size is [9, 9], larger than the image [5, 6]');
  expect(() => load(wrong(toTensor, new transforms.Pad(7, 0, 'reflect')))).toThrow(/Pad: a margin of 7 in mode 'reflect'/);
  expect(() => load(wrong(toTensor, new transforms.Normalize([1, 2], [1, 2])))).toThrow(/Normalize: mean has 2 numbers/);
  expect(() => load(wrong(new transforms.Pad(1, [1, 2]), toTensor))).toThrow(/Pad: fill is \[1, 2\]/);
});

test('Compose of one image is its transforms one after the other, a kernel call or not', () => {
  for (let seed = 0; seed < 40; seed++) {
    const { of } = chooser(seed + 5);
    const mode = of(['L', 'LA', 'RGB', 'RGBA'] as const);
    const image = new Image(mode, [12, 10]);
    image.data.forEach((_, i) => {
      image.data[i] = (i * 61) % 256;
    });
    const steps: { forward(value: unknown): unknown }[] = [
      new transforms.RandomCrop(8, { padding: [1, 2], paddingMode: of(PADDING_MODES) }),
      new transforms.RandomHorizontalFlip(),
      ...of([[new transforms.ToTensor()], [new transforms.ToImage(), new transforms.ToDtype('float32', { scale: true })]]),
      new transforms.RandomVerticalFlip(),
      new transforms.Normalize([0.5], [0.25]),
      ...(mode === 'L' ? [] : [new transforms.RandomHorizontalFlip()]),
      new transforms.Lambda((x: Tensor) => x.mul(2)),
      new transforms.CenterCrop(of([5, 11])),
    ] as never;
    manualSeed(seed);
    const expected = steps.reduce((value: unknown, step) => step.forward(value), image) as Tensor;
    const state = getRngState();
    manualSeed(seed);
    const out = new transforms.Compose(steps as never).forward(image) as Tensor;
    expect(out.constructor).toBe(expected.constructor);
    expect(out.shape).toEqual(expected.shape);
    expect(out.toTypedArray()).toEqual(expected.toTypedArray());
    expect(getRngState()).toEqual(state);
  }
});
