/** Images turned, warped and erased as v2 computes and prints them: tensors get its roundings, and quarter turns of them need no map. */
import { pythonBool } from '../../../tensor/arguments/python-text.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { probabilityText, tupleText } from '../base/functions.js';
import type { ImageLike } from '../base/image-like.js';
import { interpolationText } from '../base/interpolation.js';
import { SAME_SIZE, type SizeRule } from '../batch/rules.js';
import { RandomErasing as RandomErasingV1 } from '../geometry/erase.js';
import { AFFINE_V2, type AffineArguments, type AffineKinds, affineBy, RandomAffine as RandomAffineV1 } from '../warp/affine.js';
import {
  ELASTIC_V2,
  type ElasticArguments,
  type ElasticKinds,
  ElasticTransform as ElasticTransformV1,
  elasticBy,
} from '../warp/elastic.js';
import { listText } from '../warp/options.js';
import {
  PERSPECTIVE_V2,
  type PerspectiveArguments,
  type PerspectiveKinds,
  perspectiveBy,
  RandomPerspective as RandomPerspectiveV1,
} from '../warp/perspective.js';
import { RandomRotation as RandomRotationV1, ROTATE_V2, type RotateArguments, type RotateKinds, rotateBy, TURNED } from '../warp/rotate.js';
import { gaussianBlur } from './color.js';

/**
 * An image turned counterclockwise; see `transforms.functional.rotate`. @throws as that does.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.functional.rotate.html
 * @example
 * transforms.v2.functional.rotate(tensor([[[1, 2], [3, 4]]]), 90); // [[[2, 4], [1, 3]]]
 */
export function rotate<I extends ImageLike>(image: I, ...args: RotateArguments): I {
  return rotateBy(ROTATE_V2, image, args);
}

/**
 * An image turned, moved, scaled and sheared; see `transforms.functional.affine`. @throws as that does.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.functional.affine.html
 * @example
 * transforms.v2.functional.affine(tensor([[[1, 2]]]), { angle: 0, translate: [1, 0], scale: 1, shear: 0 }); // [[[0, 1]]]
 */
export function affine<I extends ImageLike>(image: I, ...args: AffineArguments): I {
  return affineBy(AFFINE_V2, image, args);
}

/**
 * An image drawn so that four points of it come to lie elsewhere; see `transforms.functional.perspective`. @throws as that does.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.functional.perspective.html
 * @example
 * transforms.v2.functional.perspective(rand(3, 8, 8), { coefficients: [1, 0, 1, 0, 1, 0, 0, 0] }).shape; // [3, 8, 8]
 */
export function perspective<I extends ImageLike>(image: I, ...args: PerspectiveArguments): I {
  return perspectiveBy(PERSPECTIVE_V2, image, args);
}

/**
 * An image each pixel of which is taken from a place beside it; see `transforms.functional.elasticTransform`. @throws as that does.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.functional.elastic.html
 * @example
 * transforms.v2.functional.elastic(tensor([[[1, 2], [3, 4]]]), zeros([1, 2, 2, 2])); // [[[1, 2], [3, 4]]]
 */
export function elastic<I extends ImageLike>(image: I, ...args: ElasticArguments): I {
  return elasticBy(ELASTIC_V2, image, args);
}

/**
 * Turns an image, its masks, boxes and points by an angle that is drawn for each sample.
 * @throws {ArgumentError} for values that cannot be meant.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.RandomRotation.html
 * @example
 * new transforms.v2.RandomRotation(30, { interpolation: 'bilinear' }).forward(rand(3, 8, 8)).shape; // [3, 8, 8]
 */
export class RandomRotation extends RandomRotationV1 {
  static override readonly className: string = 'RandomRotation';
  /** @internal */
  static override readonly batchedSize: SizeRule<RandomRotationV1> = TURNED;
  protected override kinds(): RotateKinds {
    return ROTATE_V2;
  }

  protected override extraRepr(): string {
    const { degrees, interpolation, expand, fill, center } = this;
    const text = `degrees=${listText(degrees)}, interpolation=${interpolationText(interpolation)}, expand=${pythonBool(expand)}`;
    return `${text}, fill=${tupleText(fill)}${center === null ? '' : `, center=${tupleText(center)}`}`;
  }
}

/**
 * Turns, moves, scales and shears an image, its masks, boxes and points by what is drawn for each sample.
 * @throws {ArgumentError} for values that cannot be meant.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.RandomAffine.html
 * @example
 * new transforms.v2.RandomAffine(15, { translate: [0.1, 0.1] }).forward(rand(1, 28, 28)).shape; // [1, 28, 28]
 */
export class RandomAffine extends RandomAffineV1 {
  static override readonly className: string = 'RandomAffine';
  /** @internal */
  static override readonly batchedSize: SizeRule = SAME_SIZE;
  protected override kinds(): AffineKinds {
    return AFFINE_V2;
  }

  protected override extraRepr(): string {
    const { degrees, translate, scale, shear, interpolation, fill, center } = this;
    const parts = [`degrees=${listText(degrees)}`];
    if (translate !== null) parts.push(`translate=${tupleText(translate)}`);
    if (scale !== null) parts.push(`scale=${tupleText(scale)}`);
    if (shear !== null) parts.push(`shear=${listText(shear)}`);
    parts.push(`interpolation=${interpolationText(interpolation)}`, `fill=${tupleText(fill)}`);
    if (center !== null) parts.push(`center=${tupleText(center)}`);
    return parts.join(', ');
  }
}

/**
 * Moves the corners of an image, its masks, boxes and points inwards with probability `p`, each by what is drawn for it.
 * @throws {ArgumentError} for values that cannot be meant.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.RandomPerspective.html
 * @example
 * new transforms.v2.RandomPerspective(0.6, { p: 1 }).forward(rand(3, 8, 8)).shape; // [3, 8, 8]
 */
export class RandomPerspective extends RandomPerspectiveV1 {
  static override readonly className: string = 'RandomPerspective';
  /** @internal */
  static override readonly batchedSize: SizeRule = SAME_SIZE;
  protected override kinds(): PerspectiveKinds {
    return PERSPECTIVE_V2;
  }

  protected override extraRepr(): string {
    const text = `${super.extraRepr()}, distortion_scale=${probabilityText(this.distortionScale)}`;
    return `${text}, interpolation=${interpolationText(this.interpolation)}, fill=${tupleText(this.fill)}`;
  }
}

/**
 * Moves the pixels of an image, its masks, boxes and points by smoothed random numbers, drawn for each sample.
 * @throws {ArgumentError} for values that cannot be meant. @throws {ShapeError} for an image that is smaller than four times sigma.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.ElasticTransform.html
 * @example
 * new transforms.v2.ElasticTransform({ alpha: 20, sigma: 1 }).forward(rand(1, 28, 28)).shape; // [1, 28, 28]
 */
export class ElasticTransform extends ElasticTransformV1 {
  static override readonly className: string = 'ElasticTransform';
  /** @internal */
  static override readonly batchedSize: SizeRule = SAME_SIZE;
  protected override kinds(): ElasticKinds {
    return ELASTIC_V2;
  }

  protected override blurred(noise: Tensor, size: number): Tensor {
    return gaussianBlur(noise, size, { sigma: this.sigma });
  }

  protected override extraRepr(): string {
    const text = `alpha=${listText(this.alpha)}, sigma=${listText(this.sigma)}`;
    const fill = this.fill.length === 1 ? String(this.fill[0]) : tupleText(this.fill);
    return `${text}, interpolation=${interpolationText(this.interpolation)}, fill=${fill}`;
  }
}

/**
 * Erases a rectangle of an image with probability `p`; its size and place are drawn for each sample.
 * @throws {ArgumentError} for values that cannot be meant, and a list of another length than the image has channels.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.RandomErasing.html
 * @example
 * new transforms.v2.RandomErasing(1, { value: 'random' }).forward(rand(3, 32, 32)).shape; // [3, 32, 32]
 */
export class RandomErasing extends RandomErasingV1 {
  static override readonly className: string = 'RandomErasing';
  /** @internal */
  static override readonly batchedSize: SizeRule = SAME_SIZE;
  protected override extraRepr(): string {
    const { p, scale, ratio, value, inplace } = this;
    const filling = value === 'random' ? '' : `, value=${listText(typeof value === 'number' ? [value] : value)}`;
    return `p=${probabilityText(p)}, scale=${tupleText(scale)}, ratio=${tupleText(ratio)}${filling}, inplace=${pythonBool(inplace)}`;
  }
}
