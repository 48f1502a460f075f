/** Samples as transforms see them: values in lists and objects, taken apart into a flat list and put together again. */

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
};

/** Whether a value is a list or a plain object, which holds values of its own. */
export const isNested = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && (Array.isArray(value) || isPlain(value));

/** The values of a sample, depth first; lists and plain objects are opened, everything else is a value. */
export function valuesOf(sample: unknown, out: unknown[] = []): unknown[] {
  if (!isNested(sample)) out.push(sample);
  else if (Array.isArray(sample)) for (const value of sample) valuesOf(value, out);
  else for (const value of Object.values(sample)) valuesOf(value, out);
  return out;
}

/** A sample of the same form, with other values, taken in order. */
export function withValues(sample: unknown, values: readonly unknown[]): unknown {
  let at = 0;
  const rebuilt = (value: unknown): unknown => {
    if (!isNested(value)) return values[at++];
    if (Array.isArray(value)) return value.map(rebuilt);
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, rebuilt(inner)]));
  };
  return rebuilt(sample);
}
