/** The type of arguments that `readArguments` reads. */

/** `P` in order, and `O`, by name, in the place of those that are left. */
export type Trailing<P extends readonly unknown[], O> = P extends readonly [infer A, ...infer Rest]
  ? [] | [options: O] | [A, ...Trailing<Rest, O>]
  : [] | [options: O];
