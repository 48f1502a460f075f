/** What of PyTorch is missing on purpose, and why; and what has another name. */

/** Other names: the left one in PyTorch, the right one in Hone. */
export const renamed: Readonly<Record<string, string>> = {
  'torch.var': 'variance',
  'torch.Tensor.var': 'Tensor.variance',
};

/** A pattern of full names, and why Hone has none of them. The first that fits counts. */
const reasons: readonly (readonly [RegExp, string])[] = [];

export function reasonFor(name: string): string | null {
  return reasons.find(([pattern]) => pattern.test(name))?.[1] ?? null;
}

/** The reasons that explain nothing that is missing. */
export function unusedReasons(missing: readonly string[]): string[] {
  return reasons.filter(([pattern], i) => !missing.some((name) => reasons.findIndex(([p]) => p.test(name)) === i)).map(([p]) => String(p));
}
