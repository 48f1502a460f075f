/** What tests of a loader's workers gather and compare. */
import type { Tensor } from 'hone';

/** All that a loader gives in one epoch. */
export async function all<B>(loader: AsyncIterable<B>): Promise<B[]> {
  const found: B[] = [];
  for await (const batch of loader) found.push(batch);
  return found;
}

/** Numbers, draws and workers of each batch, as the Python lines beside the tests print them. */
export const seen = (batches: readonly { i: Tensor; draw: Tensor; worker: Tensor }[]) =>
  batches.map(({ i, draw, worker }) => [
    i.toArray(),
    (draw.flatten().toArray() as number[]).map((x) => Number(x.toFixed(6))),
    worker.toArray(),
  ]);
