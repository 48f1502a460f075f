/** What the data sets of images share: a place, transforms of image and target, and torchvision's text. */
import { Dataset, type MaybePromise } from '../../data/datasets/dataset.js';
import { unexpected } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';

/** What makes an `Out` of an `In`: a function, or an object with `forward`, as modules have it. */
export type TransformOf<In, Out> = ((value: In) => Out) | { forward(value: In): Out };

/** The transforms of a data set of images. */
export interface TransformOptions<Image, Target, RawImage, RawTarget = number> {
  /** Makes the image that `get` gives. Default: what ToTensor makes of it. */
  transform?: TransformOf<RawImage, Image> | null;
  /** Makes the target that `get` gives. Default: the number of the class. */
  targetTransform?: TransformOf<RawTarget, Target> | null;
}

/**
 * The base of data sets of images.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.datasets.VisionDataset.html
 */
export abstract class VisionDataset<Image, Target> extends Dataset<[Image, Target]> {
  static override readonly className: string = 'VisionDataset';
  /** The folder of its files, as it was given; undefined for what has none. */
  readonly root: string | undefined;
  /** What is done to each image. */
  readonly transform: TransformOf<never, Image> | undefined;
  /** What is done to each target. */
  readonly targetTransform: TransformOf<never, Target> | undefined;

  constructor(
    root: string | undefined,
    transform: TransformOf<never, Image> | null | undefined,
    targetTransform: TransformOf<never, Target> | null | undefined,
  ) {
    super();
    const op = classNameOf(new.target);
    this.root = root;
    this.transform = checkTransform(op, 'transform', transform);
    this.targetTransform = checkTransform(op, 'targetTransform', targetTransform);
  }

  abstract override get(index: number): MaybePromise<[Image, Target]>;

  /** Lines for the text, below the number of samples and the root. */
  extraRepr(): string {
    return '';
  }

  /** torchvision's text: `Dataset MNIST`, and below it the number of datapoints, root, split and transforms. */
  override toString(): string {
    const { root, transform, targetTransform } = this;
    const lines = [`Number of datapoints: ${this.length}`, ...(root === undefined ? [] : [`Root location: ${root}`])];
    const extra = this.extraRepr();
    if (extra !== '') lines.push(...extra.split('\n'));
    const transforms = [
      ...(transform === undefined ? [] : [transformText('Transform: ', transform)]),
      ...(targetTransform === undefined ? [] : [transformText('Target transform: ', targetTransform)]),
    ];
    if (transforms.length > 0) lines.push(['StandardTransform', ...transforms].join('\n'));
    return [`Dataset ${classNameOf(this)}`, ...lines.map((line) => `    ${line}`)].join('\n');
  }
}

/** A value after its transform. */
export function transformed<In, Out>(transform: TransformOf<never, Out>, value: In): Out {
  return (typeof transform === 'function' ? transform(value as never) : transform.forward(value as never)) as Out;
}

function checkTransform<Out>(
  op: string,
  name: string,
  value: TransformOf<never, Out> | null | undefined,
): TransformOf<never, Out> | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'function' || (typeof value === 'object' && typeof value.forward === 'function')) return value;
  throw unexpected(op, name, value, 'a function, or an object with forward(image)');
}

/** As a transform shows itself; a function by its name, or by its text where it has none. */
function transformText(head: string, transform: object): string {
  const plain = transform.toString === Function.prototype.toString || transform.toString === Object.prototype.toString;
  const text = !plain
    ? String(transform)
    : typeof transform === 'function'
      ? transform.name || shortened(String(transform))
      : classNameOf(transform);
  return head + text.split('\n').join(`\n${' '.repeat(head.length)}`);
}

const shortened = (text: string) => (text.length > 60 ? `${text.slice(0, 60)}…` : text).replace(/\s+/g, ' ');
