/** What pages and their workers say to each other. */

/** A program: its blocks, in order. */
export interface Wanted {
  readonly codes: readonly string[];
}

/** What happens, with the block in which it does. */
export type Told =
  | { readonly kind: 'cell'; readonly cell: number }
  | { readonly kind: 'text' | 'warning'; readonly cell: number; readonly text: string }
  | { readonly kind: 'value'; readonly cell: number; readonly text: string; readonly expression: string }
  | { readonly kind: 'picture'; readonly cell: number; readonly path: string; readonly type: string; readonly bytes: Uint8Array }
  | { readonly kind: 'file'; readonly cell: number; readonly path: string; readonly size: number }
  | { readonly kind: 'error'; readonly cell: number; readonly text: string }
  | { readonly kind: 'done' };

/** What the training on the first page is to learn, and by which techniques. */
export type Shape = 'moons' | 'spirals' | 'rings';

export interface Settings {
  readonly shape: Shape;
  readonly batchNorm: boolean;
  readonly dropout: boolean;
  readonly weightDecay: boolean;
  readonly seed: number;
}

/** The grid on which the first page draws what the network thinks: SIDE x SIDE points of the square from -1 to 1. */
export const SIDE = 56;
export const STEPS = 1200;

export type News =
  | { readonly kind: 'points'; readonly train: Float32Array; readonly labels: Uint8Array; readonly engine: string }
  | {
      readonly kind: 'progress';
      readonly step: number;
      readonly loss: number;
      readonly validationLoss: number;
      readonly accuracy: number;
      /** For each point of the grid how likely it is of the second kind. */
      readonly field: Float32Array;
      readonly stepsPerSecond: number;
    }
  | { readonly kind: 'done' }
  | { readonly kind: 'error'; readonly text: string };
