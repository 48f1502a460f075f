/** What the data sets of images share: a place, transforms of image and target, and torchvision's text. */
import { Dataset, type MaybePromise } from '../../data/datasets/dataset.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { checkTransform, type TransformOf, transformText } from '../transforms/base/functions.js';

/**
 * The base of data sets of images.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.datasets.VisionDataset.html
 */
export abstract class VisionDataset<Out, Target> extends Dataset<[Out, Target]> {
  static override readonly className: string = 'VisionDataset';
  /** The folder of its files, as it was given; undefined for what has none. */
  readonly root: string | undefined;
  /** What is done to each image. */
  readonly transform: TransformOf<never, Out> | undefined;
  /** What is done to each target. */
  readonly targetTransform: TransformOf<never, Target> | undefined;

  constructor(
    root: string | undefined,
    transform: TransformOf<never, Out> | null | undefined,
    targetTransform: TransformOf<never, Target> | null | undefined,
  ) {
    super();
    const op = classNameOf(new.target);
    this.root = root;
    this.transform = checkTransform(op, 'transform', transform);
    this.targetTransform = checkTransform(op, 'targetTransform', targetTransform);
  }

  abstract override get(index: number): MaybePromise<[Out, Target]>;

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
      ...(transform === undefined ? [] : [headed('Transform: ', transform)]),
      ...(targetTransform === undefined ? [] : [headed('Target transform: ', targetTransform)]),
    ];
    if (transforms.length > 0) lines.push(['StandardTransform', ...transforms].join('\n'));
    return [`Dataset ${classNameOf(this)}`, ...lines.map((line) => `    ${line}`)].join('\n');
  }
}

/** The text of a transform after a head, its further lines below the first. */
function headed(head: string, transform: object): string {
  return (
    head +
    transformText(transform)
      .split('\n')
      .join(`\n${' '.repeat(head.length)}`)
  );
}
