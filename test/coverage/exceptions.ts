/** What the walk over the tables leaves out, and why. */

type Exceptions = Readonly<Record<string, string>>;

const each = (names: string, why: string): Exceptions => Object.fromEntries(names.split(' ').map((name) => [name, why]));

/** Exported functions that compute nothing with tensors. */
export const noOperations: Exceptions = {
  ...each('enableGrad inferenceMode isGradEnabled noGrad setGradEnabled scope keep', 'modes of the tape: src/autograd'),
  ...each('collectGarbage emptyCache engineInfo getNumThreads memoryStats setEngine setNumThreads', 'the engine: src/engine'),
  ...each('load save', 'files: src/formats'),
  ...each('defaultGenerator getRngState manualSeed setRngState', 'the state of the generator: src/ops/random.test.ts'),
};

/** Operations that no fixture can call. */
export const withoutFixture: Exceptions = {};

/** Operations that torch gives no gradient. */
export const notDifferentiable: Exceptions = {};

/** Operations whose gradient is not that of finite differences, by intent. */
export const noGradcheck: Exceptions = {};

/** Classes that hold other modules, or that are abstract: their own tests. */
export const elsewhere: Exceptions = {};

/** Initialisers that torch has not. */
export const ownInit: Exceptions = {};
