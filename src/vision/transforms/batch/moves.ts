/** The transforms that take whole rows and columns, described by what they do to them; and those that change each value by itself. */
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import type { Transform } from '../base/transform.js';
import { Normalize } from '../convert/normalize.js';
import { ConvertImageDtype, ToDtype } from '../convert/to-dtype.js';
import { ToImage, ToPureTensor } from '../convert/to-image.js';
import { PILToTensor, ToTensor } from '../convert/to-tensor.js';
import { CenterCrop, centering } from '../geometry/crop.js';
import { RandomHorizontalFlip, RandomVerticalFlip } from '../geometry/flip.js';
import { assertRoom, Pad, type PaddingMode, type Sides, sidesOf } from '../geometry/pad.js';
import { RandomCrop, type RandomCropParams } from '../geometry/random-crop.js';
import { ConvertImageDtype as ConvertImageDtypeV2, Normalize as NormalizeV2 } from '../v2/convert.js';
import { Pad as PadV2, RandomCrop as RandomCropV2 } from '../v2/geometry.js';
import type { Line } from './line.js';
import type { Extent } from './rules.js';

/** A transform of whichever parameters. */
export type Step = Transform<unknown, unknown>;

/** The part of an image that is left: its rows and columns. */
export interface Area {
  readonly rows: Line;
  readonly columns: Line;
}

/** What a transform does to rows and columns. */
export interface Move<T extends Step = Step, Params = unknown> {
  /** The size of what comes out for a size that goes in: it must not depend on what is drawn. */
  size(step: T, size: Extent): Extent;
  /** The area after the transform. @param once as {@link Line.padded}. @param k the number of its fill. */
  move(step: T, area: Area, params: Params, once: boolean, k: number): Area;
  /** What it fills with; undefined where it never does, or does not look at it: tensors only do for margins that are constant. */
  fill(step: T, tensor: boolean): number | readonly number[] | undefined;
}

const extentOf = ({ rows, columns }: Area): Extent => [rows.length, columns.length];

/** What a margin made of an area last: images of one size mostly begin with the same area, and get the same margins. */
interface Padded {
  readonly sides: Sides;
  readonly mode: PaddingMode;
  readonly once: boolean;
  readonly k: number;
  readonly out: Area;
}
const lastPadded = new WeakMap<Area, Padded>();

function padded(op: string, area: Area, sides: Sides, mode: PaddingMode, once: boolean, k: number): Area {
  const last = lastPadded.get(area);
  if (last?.mode === mode && last.once === once && last.k === k && last.sides.every((side, i) => side === sides[i])) return last.out;
  const { rows, columns } = area;
  assertRoom(op, rows.length, columns.length, sides);
  const [left, top, right, bottom] = sides;
  const out = { rows: rows.padded(op, top, bottom, mode, once, k), columns: columns.padded(op, left, right, mode, once, k) };
  lastPadded.set(area, { sides, mode, once, k, out });
  return out;
}

const cropped = ({ rows, columns }: Area, top: number, left: number, [height, width]: Extent, k: number): Area => ({
  rows: rows.part(top, height, k),
  columns: columns.part(left, width, k),
});

const PADDED: Move<Pad> = {
  size(step, [height, width]) {
    const [left, top, right, bottom] = sidesOf(classNameOf(step), step.padding);
    return [height + top + bottom, width + left + right];
  },
  move: (step, area, _, once, k) => padded(classNameOf(step), area, sidesOf(classNameOf(step), step.padding), step.paddingMode, once, k),
  fill: (step, tensor) => (tensor && step.paddingMode !== 'constant' ? undefined : step.fill),
};

const CENTRED: Move<CenterCrop> = {
  size: (step) => step.size,
  move(step, area, _, once, k) {
    const { margins, top, left } = centering(extentOf(area), step.size);
    const wide = margins === null ? area : padded(classNameOf(step), area, margins, 'constant', once, k);
    return cropped(wide, top, left, step.size, k);
  },
  fill: () => 0,
};

const CROPPED: Move<RandomCrop, RandomCropParams> = {
  size: (step) => step.size,
  move(step, area, { margins, top, left }, once, k) {
    const wide = margins.reduce((x, sides) => padded(classNameOf(step), x, sides, step.paddingMode, once, k), area);
    return cropped(wide, top, left, step.size, k);
  },
  fill(step, tensor) {
    const pads = step.padding !== null || step.padIfNeeded;
    return pads && !(tensor && step.paddingMode !== 'constant') ? step.fill : undefined;
  },
};

const flipped = (across: boolean): Move<Step, true | null> => ({
  size: (_, size) => size,
  move: (_, area, flip) =>
    flip === null ? area : { rows: across ? area.rows : area.rows.mirrored(), columns: across ? area.columns.mirrored() : area.columns },
  fill: () => undefined,
});

/** By the very class: a class of the user's own, derived from one of these, may do something else. */
const MOVES = new Map<unknown, unknown>([
  [Pad, PADDED],
  [PadV2, PADDED],
  [CenterCrop, CENTRED],
  [RandomCrop, CROPPED],
  [RandomCropV2, CROPPED],
  [RandomHorizontalFlip, flipped(true)],
  [RandomVerticalFlip, flipped(false)],
]) as ReadonlyMap<unknown, Move>;

const VALUES: ReadonlySet<unknown> = new Set<unknown>([
  ToTensor,
  PILToTensor,
  ToImage,
  ToPureTensor,
  ToDtype,
  ConvertImageDtype,
  ConvertImageDtypeV2,
  Normalize,
  NormalizeV2,
]);

const OWN = ['forward', 'makeParams', 'transform'];

/** @internal The class of a transform; undefined for anything else, and for one whose methods were changed. */
export const classOf = (step: unknown): unknown =>
  typeof step === 'object' && step !== null && !OWN.some((name) => Object.hasOwn(step, name)) ? step.constructor : undefined;

/** What a transform does to rows and columns; undefined where it does something else, or what it fills with depends on the size. */
export function moveOf(step: unknown): Move | undefined {
  const move = MOVES.get(classOf(step));
  return (move as unknown) === CROPPED && mayNotFill(step as RandomCrop) ? undefined : move;
}

/** Whether a list of fills, which not every kind of image takes, may turn out not to be needed. */
const mayNotFill = (step: RandomCrop) => step.padding === null && typeof step.fill !== 'number';

/** Whether a transform changes each value by itself, whatever stands beside it, and draws nothing. */
export const isOfValues = (step: unknown): step is Step => VALUES.has(classOf(step));
