/** Finding the generators that an object holds. */
import { Tensor } from '../tensor.js';
import { Generator } from './generator.js';

/** How deep an object is searched: loader, batch sampler, sampler, generator. */
const DEPTH = 5;

/** The generators that a loader holds: its own, its sampler's. Data sets are not searched: their samples are many. */
export function generatorsIn(loader: unknown, found = new Set<Generator>(), seen = new Set<object>(), depth = 0): Generator[] {
  if (typeof loader !== 'object' || loader === null || seen.has(loader) || depth > DEPTH) return [...found];
  seen.add(loader);
  if (loader instanceof Generator) found.add(loader);
  else if (!Array.isArray(loader) && !ArrayBuffer.isView(loader) && !(loader instanceof Tensor)) {
    for (const [name, value] of Object.entries(loader))
      if (name !== 'dataset' && name !== 'source') generatorsIn(value, found, seen, depth + 1);
  }
  return [...found];
}
