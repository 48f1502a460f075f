/** Rounding as Python does it. */

/** Python's `round`: to the nearest whole number, and to the even one where two are as near. */
export function roundToEven(x: number): number {
  const below = Math.floor(x);
  return x - below === 0.5 ? below + Math.abs(below % 2) : Math.round(x);
}
