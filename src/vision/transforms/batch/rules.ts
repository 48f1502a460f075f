/**
 * What a class of transforms says of itself, so that batches can be made with it image by image (each.ts). It holds for that very class:
 * one that is derived from it may do something else, and says so itself. All that is random is drawn in `makeParams`, which asks for nothing but sizes.
 */

/** Height and width. */
export type Extent = readonly [height: number, width: number];

/** The size of what comes out of a transform for a size that goes in; undefined where that depends on what is drawn. */
export type SizeRule<T = never> = (step: T, size: Extent) => Extent | undefined;

/** Of transforms that leave the size as it is. */
export const SAME_SIZE: SizeRule = (_, size) => size;

/** What `makeParams` of a container chooses among lists of transforms, of which each must make images of the same size and kind. */
export interface Choice<T = never, Params = never> {
  /** The lists. */
  lists(container: T): readonly (readonly unknown[])[];
  /** What is done to an image, of lists of whatever stands for the transforms. */
  pick<E>(lists: readonly (readonly E[])[], params: Params): readonly E[];
}

/** Of containers that always do all of their transforms, in order. */
export const CHAIN: Choice<{ readonly transforms: readonly unknown[] }> = {
  lists: ({ transforms }) => [transforms],
  pick: ([all]) => all!,
};
