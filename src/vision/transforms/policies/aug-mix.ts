/** Several chains of operations blended: AugMix. */
import { add, mul } from '../../../ops/elementwise/binary.js';
import { to } from '../../../ops/view/copy.js';
import { reshape } from '../../../ops/view/movement.js';
import { type Arguments, readArguments } from '../../../tensor/arguments/arguments.js';
import { above, assertBoolean, wholeNumber } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { pythonBool, pythonFloat } from '../../../tensor/arguments/python-text.js';
import { tensor } from '../../../tensor/create/create.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { Image } from '../../image/image.js';
import { drawInt } from '../base/draws.js';
import { bytesOf, type ImageLike } from '../base/image-like.js';
import { querySize } from '../base/kinds.js';
import { TVTensor, Video, wrap } from '../base/tv-tensors.js';
import { SAME_SIZE, type SizeRule } from '../batch/rules.js';
import { toPilImage } from '../convert/to-pil-image.js';
import { drawDirichlet } from '../mix/dirichlet.js';
import { ALL_MIX_STRENGTHS, MIX_STRENGTHS, modeText, type Operation, Policy, type PolicyOptions, policyFillText } from './operations.js';

/** What {@link AugMix} draws: chains of operations, and the weights of the image and of each chain, for each image of a batch. */
export interface AugMixParams {
  /** The weight of the image itself. */
  readonly own: readonly number[];
  /** The weights of the chains. */
  readonly weights: readonly (readonly number[])[];
  /** The operations of each chain, in order. */
  readonly chains: readonly (readonly Operation[])[];
}

/** The options of {@link AugMix}. */
export interface AugMixOptions extends PolicyOptions {
  /** How strong operations may be, from 1 to 10. Default: 3. */
  severity?: number;
  /** How many chains. Default: 3. */
  mixtureWidth?: number;
  /** How many operations a chain has; below 1, from 1 to 3 are drawn. Default: -1. */
  chainDepth?: number;
  /** The parameter of the distributions from which the weights are drawn. Default: 1. */
  alpha?: number;
  /** Whether brightness, contrast, colour and sharpness are among the operations. Default: true. */
  allOps?: boolean;
}

/** The largest strength. */
const MOST = 10;

/**
 * An image blended with several chains of operations on it.
 * @throws {ArgumentError} for values that cannot be meant, and for samples with masks, boxes and points, or without one image.
 * @see Hendrycks et al., AugMix: A Simple Data Processing Method to Improve Robustness and Uncertainty (2019), https://arxiv.org/abs/1912.02781;
 *   https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.AugMix.html
 * @example
 * new transforms.AugMix({ severity: 2 }).forward(new Image('RGB', [32, 32])).size; // [32, 32]
 */
export class AugMix extends Policy<AugMixParams> {
  static override readonly className: string = 'AugMix';
  /** @internal */
  static override readonly batchedSize: SizeRule = SAME_SIZE;
  /** How strong operations may be, from 1 to 10. */
  readonly severity: number;
  /** How many chains. */
  readonly mixtureWidth: number;
  /** How many operations a chain has; below 1, from 1 to 3 are drawn. */
  readonly chainDepth: number;
  /** The parameter of the distributions from which the weights are drawn. */
  readonly alpha: number;
  /** Whether brightness, contrast, colour and sharpness are among the operations. */
  readonly allOps: boolean;

  constructor(
    ...args: Arguments<
      AugMixOptions,
      [
        severity: 'severity',
        mixtureWidth: 'mixtureWidth',
        chainDepth: 'chainDepth',
        alpha: 'alpha',
        allOps: 'allOps',
        interpolation: 'interpolation',
        fill: 'fill',
      ]
    >
  ) {
    const op = classNameOf(new.target);
    const { severity, mixtureWidth, chainDepth, alpha, allOps, interpolation, fill } = readArguments<Record<string, unknown>>(
      op,
      { severity: 3, mixtureWidth: 3, chainDepth: -1, alpha: 1, allOps: true, interpolation: 'bilinear', fill: null },
      args as readonly unknown[],
    );
    super(interpolation, fill);
    this.severity = wholeNumber(op, 'severity', severity, { min: 1, max: MOST });
    this.mixtureWidth = wholeNumber(op, 'mixtureWidth', mixtureWidth, { min: 1 });
    this.chainDepth = wholeNumber(op, 'chainDepth', chainDepth);
    this.alpha = above(op, 'alpha', alpha, 0);
    assertBoolean(op, 'allOps', allOps);
    this.allOps = allOps as boolean;
  }

  override makeParams(inputs: readonly ImageLike[]): AugMixParams {
    const size = querySize(classNameOf(this), inputs);
    const { mixtureWidth, chainDepth, alpha, severity } = this;
    const images = Array.from({ length: batchOf(inputs[0]!) });
    const shares = images.map(() => drawDirichlet([alpha, alpha]) as [number, number]);
    const among = images.map(() => drawDirichlet(new Array<number>(mixtureWidth).fill(alpha)));
    const strengths = this.allOps ? ALL_MIX_STRENGTHS : MIX_STRENGTHS;
    const chains = Array.from({ length: mixtureWidth }, () =>
      Array.from({ length: chainDepth > 0 ? chainDepth : drawInt(1, 4) }, () => {
        const strength = this.drawnFrom(strengths);
        return this.directed(
          strength,
          this.strengthOf(strength, MOST, size, () => drawInt(0, severity)),
        );
      }),
    );
    return {
      own: shares.map(([own]) => own),
      weights: among.map((row, i) => row.map((weight) => Math.fround(weight * shares[i]![1]))),
      chains,
    };
  }

  transform<I extends ImageLike>(image: I, { own, weights, chains }: AugMixParams): I {
    const x: Tensor = image instanceof Image ? bytesOf(image) : image instanceof TVTensor ? image.plain() : image;
    const dims = image instanceof Video ? 5 : 4;
    const batch = reshape(x, [...new Array<number>(Math.max(dims - x.ndim, 0)).fill(1), ...x.shape]);
    const perImage = (values: readonly number[]) =>
      reshape(tensor([...values], { dtype: 'float32' }), [-1, ...batch.shape.slice(1).map(() => 1)]);
    let mix = mul(perImage(own), batch);
    chains.forEach((chain, i) => {
      const changed = chain.reduce((out, operation) => this.operated(out, operation), batch);
      mix = add(mix, mul(perImage(weights.map((row) => row[i]!)), changed));
    });
    const out = to(reshape(mix, x.shape), x.dtype);
    if (image instanceof Image) return toPilImage(out, image.mode) as I;
    return (image instanceof TVTensor ? wrap(out, { like: image }) : out) as ImageLike as I;
  }

  protected override extraRepr(): string {
    const { severity, mixtureWidth, chainDepth, alpha, allOps, interpolation, fill } = this;
    const chains = `severity=${severity}, mixture_width=${mixtureWidth}, chain_depth=${chainDepth}`;
    return `${chains}, alpha=${pythonFloat(alpha)}, all_ops=${pythonBool(allOps)}, interpolation=${modeText(interpolation)}, fill=${policyFillText(fill)}`;
  }
}

/** How many images the first dim of a batch [N, C, H, W], or of films [N, T, C, H, W], has. */
function batchOf(input: ImageLike): number {
  if (input instanceof Image) return 1;
  return input.ndim >= (input instanceof Video ? 5 : 4) ? input.shape[0]! : 1;
}
