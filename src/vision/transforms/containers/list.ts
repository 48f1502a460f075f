/** Lists of transforms: read, applied and shown. */
import { unexpected } from '../../../tensor/arguments/checks.js';
import { checkTransform, type TransformOf, type Transforms, transformed, transformText } from '../base/functions.js';
import { Transform } from '../base/transform.js';

/** A copy of the list, frozen: programs for it are kept, and would go on with what stood in it before. @throws {ArgumentError} for anything but a list of transforms. */
export function readTransforms(op: string, value: unknown): Transforms {
  if (!Array.isArray(value))
    throw unexpected(op, 'transforms', value, 'a list of transforms', value instanceof Transform ? `Write ${op}([…]).` : undefined);
  value.forEach((transform: unknown, i) => {
    if (checkTransform(op, `transforms[${i}]`, transform as TransformOf<never, unknown>) === undefined)
      throw unexpected(op, `transforms[${i}]`, transform, 'a transform');
  });
  return Object.freeze([...value]) as unknown as Transforms;
}

/** The transforms in order, of a sample that is one value, or of several. */
export function applyAll(transforms: Transforms, samples: readonly unknown[]): unknown {
  const several = samples.length > 1;
  let out = samples;
  for (const transform of transforms) {
    const made = transformed(transform, ...out);
    out = several ? (made as readonly unknown[]) : [made];
  }
  return several ? out : out[0];
}

/** The text of transforms one below the other. torchvision moves the first line of each only, and so does this. */
export const listed = (transforms: Transforms) => transforms.map((transform) => `\n    ${transformText(transform)}`).join('');
