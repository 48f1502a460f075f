/** Every class of `transforms` and `transforms.v2`, and every function of `transforms.functional`, with arguments that are right. */
import { ones } from 'hone';
import { Image, transforms, tvTensors } from 'hone/vision';

const { Pad, PILToTensor } = transforms;

/** Of those that need any; the others are made without. */
const ARGUMENTS: Readonly<Record<string, readonly unknown[]>> = {
  CenterCrop: [3],
  ColorJitter: [0.3, [0.5, 2], 0.1, 0.2],
  Compose: [[new PILToTensor(), new Pad(1)]],
  ConvertBoundingBoxFormat: ['XYXY'],
  ConvertImageDtype: ['float32'],
  CutMix: [{ numClasses: 3 }],
  FiveCrop: [2],
  GaussianBlur: [3],
  Lambda: [(x: unknown) => x],
  MixUp: [{ numClasses: 3 }],
  Normalize: [[0.5], [0.2]],
  Pad: [[1, 2], { paddingMode: 'edge' }],
  RandomAdjustSharpness: [2],
  RandomAffine: [10],
  RandomApply: [[new Pad(1)], 0.3],
  RandomChoice: [
    [new Pad(1), new Pad(2)],
    [1, 2],
  ],
  RandomCrop: [3, { padding: 1 }],
  RandomOrder: [[new Pad(1), new Pad(2)]],
  RandomPosterize: [3],
  RandomResize: [3, 5],
  RandomResizedCrop: [4],
  RandomRotation: [30],
  RandomShortestSize: [3],
  RandomSolarize: [128],
  Resize: [4],
  ScaleJitter: [[4, 4]],
  SetClampingMode: ['soft'],
  TenCrop: [2],
  ToDtype: ['float32', true],
};

/** A class, and an object of it, with further options where `more` has any. */
export interface Made {
  readonly name: string;
  make(more?: object): object;
}

export function everyTransform(): Made[] {
  const spaces = { transforms, 'transforms.v2': transforms.v2 } as Record<string, object>;
  return Object.entries(spaces).flatMap(([space, classes]) =>
    Object.entries(classes)
      .filter(([name, Class]) => typeof Class === 'function' && /^class\b/.test(String(Class)) && name !== 'Transform')
      .map(([name, Class]) => ({
        name: `${space}.${name}`,
        make(more?: object) {
          const given = [...(ARGUMENTS[name] ?? [])];
          const last = given.at(-1);
          if (more && typeof last === 'object' && !Array.isArray(last)) given[given.length - 1] = { ...last, ...more };
          else if (more) given.push(more);
          return new (Class as new (...given: unknown[]) => object)(...given);
        },
      })),
  );
}

/** Arguments after the image, one of which suits each function. */
const CANDIDATES: readonly (readonly unknown[])[] = [
  [],
  [1],
  [0.5],
  [2],
  [3],
  [128],
  [[3, 3]],
  [1, 1, 2, 2],
  [0, 0, 2, 2, [3, 3]],
  [0, 0, 1, 1, 0],
  [10, [1, 1], 1, [1, 1]],
  [[0.5], [0.5]],
  [[2, 0, 1]],
  ['float32'],
  ['XYXY'],
  ['XYWH', 'XYXY'],
  [
    [
      [0, 0],
      [4, 0],
      [4, 3],
      [0, 3],
    ],
    [
      [1, 0],
      [4, 0],
      [4, 3],
      [0, 3],
    ],
  ],
];

/** Calls of a function with an image, with boxes, with arguments of all kinds; those that are wrong throw other errors. */
export function* callsOf(f: (...given: unknown[]) => unknown, more: object): Generator<() => unknown> {
  const inputs = [
    () => new Image('RGB', [5, 4]),
    () => ones(3, 4, 5),
    () => ones(3, 4, 5, { dtype: 'uint8' }),
    () => new tvTensors.BoundingBoxes([[0, 0, 1, 1]], { format: 'XYXY', canvasSize: [4, 5] }),
    () => new tvTensors.KeyPoints([[0, 0]], { canvasSize: [4, 5] }),
  ];
  for (const input of inputs) for (const given of CANDIDATES) yield () => f(input(), ...given, more);
}
