/** The random numbers that a loader draws: the default generator, what goes beside it, and generators that its parts hold. */
import { endAfter } from '../../../engine/tasks/end-after.js';
import { StateDictError } from '../../../errors.js';
import { defaultGenerator, Generator } from '../../../tensor/create/generator.js';
import { type RandomStates, randomStates, restoreRandomStates } from '../../../tensor/create/random-streams.js';
import { Tensor } from '../../../tensor/tensor.js';
import { readPart } from './stateful.js';

/** Where random numbers stand. */
export interface RandomSnapshot {
  /** The default generator, and streams beside it. */
  readonly streams: RandomStates;
  /** Generators in fields of the roots, by their paths. */
  readonly own: Readonly<Record<string, unknown>>;
}

/** Where generators are looked for, by names that paths begin with. */
export type Roots = Readonly<Record<string, unknown>>;

/** How deep fields are looked into, how many objects, and how long a list may be: data is not searched. */
const [DEPTH, OBJECTS, ITEMS] = [6, 2000, 64];

/** The generators in fields of `roots`, each once, by its first path: `sampler.options.generator`. */
export function generatorsIn(roots: Roots): Map<string, Generator> {
  const found = new Map<string, Generator>();
  const seen = new Set<unknown>([defaultGenerator()]);
  let level = Object.entries(roots);
  for (let depth = 0; depth < DEPTH && level.length > 0 && seen.size < OBJECTS; depth++) {
    const next: [string, unknown][] = [];
    for (const [path, value] of level) {
      if (typeof value !== 'object' || value === null || seen.has(value)) continue;
      seen.add(value);
      if (value instanceof Generator) found.set(path, value);
      else if (!(value instanceof Tensor) && !ArrayBuffer.isView(value) && !(Array.isArray(value) && value.length > ITEMS))
        for (const key of Object.keys(value)) {
          const part = Object.getOwnPropertyDescriptor(value, key)?.value;
          if (typeof part === 'object' && part !== null) next.push([`${path}.${key}`, part]);
        }
    }
    level = next;
  }
  return found;
}

/** Where the random numbers stand now. @param generators those in fields of the roots. */
export function takeSnapshot(roots: Roots, generators: ReadonlyMap<string, Generator> = generatorsIn(roots)): RandomSnapshot {
  const own = Object.fromEntries([...generators].map(([path, generator]) => [path, generator.getState()]));
  return { streams: randomStates(), own };
}

/** @throws {StateDictError} for what {@link takeSnapshot} of such roots does not give. */
export function readSnapshot(what: string, value: unknown, roots: Roots): RandomSnapshot {
  const { streams, own } = readPart(what, value);
  const states = readPart(`${what}.own`, own);
  const here = [...generatorsIn(roots).keys()];
  const there = Object.keys(states);
  const [lacking, more] = [here.filter((path) => !there.includes(path)), there.filter((path) => !here.includes(path))];
  if (lacking.length + more.length > 0)
    throw new StateDictError(
      `DataLoader.loadStateDict: ${[
        ...(lacking.length > 0 ? [`this loader has a generator at ${lacking.join(', ')}, of which the state knows nothing`] : []),
        ...(more.length > 0 ? [`the state is of a generator at ${more.join(', ')}, which this loader does not have`] : []),
      ].join('; ')}. Make the loader as it was made then. Nothing was changed.`,
    );
  const both = readPart(`${what}.streams`, streams);
  for (const state of [both.default, ...Object.values(states)]) new Generator(0).setState(state as Uint8Array); // refused now, or not at all
  return { streams: both as RandomStates, own: states };
}

/** All random numbers go on from there. */
export function restoreSnapshot({ streams, own }: RandomSnapshot, roots: Roots): void {
  restoreRandomStates(streams);
  for (const [path, generator] of generatorsIn(roots)) if (path in own) generator.setState(own[path] as Uint8Array);
}

/** Runs `body` with the random numbers of a snapshot; they are as before when it ends. */
export function replayed<R>(snapshot: RandomSnapshot, roots: Roots, body: () => R): R {
  const now = takeSnapshot(roots);
  restoreSnapshot(snapshot, roots);
  return endAfter(body, () => restoreSnapshot(now, roots));
}
