/** Weights that add up to 1, drawn as torch draws them: `torch._sample_dirichlet`, and the Beta distribution that is made of it. */
import { drawNormalDouble, drawRandDouble } from '../base/draws.js';

/** A third, as PyTorch's source has it: a float32. */
const THIRD = Math.fround(1 / 3);
const SQUEEZE = Math.fround(0.0331);
const SMALLEST = 2 ** -1022;

/**
 * A number of the gamma distribution.
 * @see Marsaglia and Tsang, A simple method for generating gamma variables (2000), https://doi.org/10.1145/358407.358414; ATen/native/Distributions.h
 */
function drawGamma(alpha: number): number {
  let scale = 1;
  let shape = alpha;
  if (alpha < 1) {
    if (alpha === 0) return 0;
    scale = (1 - drawRandDouble()) ** (1 / alpha);
    shape += 1;
  }
  const d = shape - THIRD;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    let [x, y] = [0, 0];
    do {
      x = drawNormalDouble();
      y = 1 + c * x;
    } while (y <= 0);
    const v = y * y * y;
    const u = 1 - drawRandDouble();
    const xx = x * x;
    if (u < 1 - SQUEEZE * xx * xx || Math.log(u) < 0.5 * xx + d * (1 - v + Math.log(v))) return scale * d * v;
  }
}

/** `torch._sample_dirichlet(alphas)` of one row in float32. */
export function drawDirichlet(alphas: readonly number[]): number[] {
  const gammas = alphas.map((alpha) => Math.max(SMALLEST, drawGamma(Math.fround(alpha))));
  const sum = gammas.reduce((a, b) => a + b, 0);
  return gammas.map((gamma) => Math.min(1 - 2 ** -24, Math.max(2 ** -126, Math.fround(gamma / sum))));
}

/** `torch.distributions.Beta(alpha, alpha).sample()`, a float32. */
export const drawBeta = (alpha: number): number => drawDirichlet([alpha, alpha])[0]!;
