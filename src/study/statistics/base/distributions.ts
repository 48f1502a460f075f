/** Distribution functions, by `cephes`: loaded when the first one is wanted, as its WebAssembly takes a moment to compile. */

/** What the statistics need of it. */
export interface Distributions {
  /** Of the normal distribution: P(Z ≤ z), and the z of a probability. */
  ndtr(z: number): number;
  ndtri(p: number): number;
  /** Of Student's t with so many degrees of freedom. */
  stdtr(df: number, t: number): number;
  stdtri(df: number, p: number): number;
  /** The x whose regularised incomplete beta integral is `p`. */
  incbi(a: number, b: number, p: number): number;
  /** The x that a chi-square distribution exceeds with probability `p`. */
  chdtri(df: number, p: number): number;
}

let loading: Promise<Distributions> | undefined;

/** The functions, ready to be called. */
export function distributions(): Promise<Distributions> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Distributions> {
  // @ts-expect-error: it has types, but its package.json does not say where.
  const cephes: Distributions & { compiled: Promise<void> } = await import('cephes');
  await cephes.compiled;
  return cephes;
}
