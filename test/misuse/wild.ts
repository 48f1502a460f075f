/** Values that code without types passes where others are meant, and what may become of them. */
import { arange, HoneError, manualSeed, ones, Tensor } from 'hone';
import type { Fn } from './surface.js';

/** The wild values, by name. Made anew for each call: some functions change what they get. */
export const wild: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  null: () => null,
  '5': () => 5,
  "'x'": () => 'x',
  '{}': () => ({}),
  '[]': () => [],
  NaN: () => Number.NaN,
  'a function': () => () => undefined,
  'a promise': () => Promise.resolve(1),
  'a tensor': () => arange(6).reshape(2, 3).float(),
};

/** What a call threw that is no HoneError, or undefined. */
async function rawError(call: () => unknown): Promise<string | undefined> {
  manualSeed(0);
  try {
    const result = call();
    if (result instanceof Promise) await result;
    else if (isIterator(result)) await result.next();
    return undefined;
  } catch (error) {
    if (error instanceof HoneError) return undefined;
    return `${(error as Error)?.name}: ${String((error as Error)?.message).slice(0, 90)}`;
  }
}

const isIterator = (value: unknown): value is Iterator<unknown> =>
  typeof value === 'object' && value !== null && !(value instanceof Tensor) && typeof (value as Iterator<unknown>).next === 'function';

/** Calls `fn` with wild arguments in each of the first three places, what may be right before them; the raw errors. */
export async function tryWild(fn: Fn): Promise<string[]> {
  const found: string[] = [];
  const note = async (label: string, args: () => unknown[]) => {
    const error = await rawError(() => fn(...args()));
    if (error !== undefined) found.push(`(${label}): ${error}`);
  };
  await note('', () => []);
  const x = () => ones([2, 3]);
  for (const [name, make] of Object.entries(wild)) {
    await note(name, () => [make()]);
    await note(`${name}, ${name}`, () => [make(), make()]);
    await note(`x, ${name}`, () => [x(), make()]);
    await note(`[2, 3], ${name}`, () => [[2, 3], make()]);
    await note(`x, x, ${name}`, () => [x(), x(), make()]);
    await note(`x, 1, ${name}`, () => [x(), 1, make()]);
  }
  return found;
}
