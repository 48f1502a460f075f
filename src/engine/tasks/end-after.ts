/** What holds while a function runs, for the whole process. */

/** Runs `body`, then `end`, also where it throws; where it gives a promise, once that has settled. */
export function endAfter<T>(body: () => T, end: () => void): T {
  let result: T;
  try {
    result = body();
  } catch (error) {
    end();
    throw error;
  }
  if (typeof (result as Partial<PromiseLike<unknown>> | null | undefined)?.then === 'function')
    return Promise.resolve(result).finally(end) as T;
  end();
  return result;
}
