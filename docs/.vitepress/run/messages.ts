/** What a page and the worker that runs its programs say to each other. */

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
