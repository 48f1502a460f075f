/**
 * Single numbers from the default generator, as transforms draw them for each image: those of `torch.rand(1)` and its like, and the
 * generator goes on as after those, but no tensor is made. Several in a row are also those of one call for as many: `torch.rand(2)`.
 */
import { check, kernels, loadedEngine } from '../../../engine/engine.js';
import { SCRATCH_DOUBLES } from '../../../engine/host.js';
import { defaultGenerator } from '../../../tensor/create/generator.js';
import { randperm } from '../../../tensor/create/random.js';
import { dtypes } from '../../../tensor/values/dtype.js';
import { toTypedArray } from '../../../tensor/values/transfer.js';

const [FLOAT32, FLOAT64] = [dtypes.float32.code, dtypes.float64.code];

let floats: Float32Array = new Float32Array(0);
let words: Int32Array = new Int32Array(0);

/** The engine's scratch block, with views of other kinds kept beside it: its buffer changes where memory grows, or the engine. */
function scratch(): Float64Array {
  const doubles = loadedEngine().host.scratch();
  if (floats.buffer !== doubles.buffer) {
    floats = new Float32Array(doubles.buffer, doubles.byteOffset, 2 * doubles.length);
    words = new Int32Array(doubles.buffer, doubles.byteOffset, 2 * doubles.length);
  }
  return doubles;
}

/** `torch.rand(1)`: a float32 from [0, 1). */
export function drawRand(): number {
  return drawUniform(0, 1);
}

/** `torch.empty(1).uniform_(from, to)`: a float32. */
export function drawUniform(from: number, to: number): number {
  const generator = defaultGenerator().ptr;
  scratch();
  check(kernels.randUniform(FLOAT32, loadedEngine().host.scratchPtr, 1, generator, from, to), 'uniform_');
  return floats[0]!;
}

/** `torch.randint(low, high, (1,))`: a whole number of at least `low` and below `high`, both within 2^53. */
export function drawInt(low: number, high: number): number {
  const generator = defaultGenerator().ptr;
  const doubles = scratch();
  // Doubles hold the integers within 2^53, and are drawn as int64 is.
  check(kernels.randInt(FLOAT64, loadedEngine().host.scratchPtr, 1, generator, low, high), 'randint');
  return doubles[0]!;
}

/** `torch.empty(1).normal_(mean, std)`: a float32. The generator keeps the second number of a pair for the next one, as PyTorch's does. */
export function drawNormal(mean = 0, std = 1): number {
  const generator = defaultGenerator().ptr;
  scratch();
  check(kernels.randNormal(FLOAT32, loadedEngine().host.scratchPtr, 1, generator, mean, std, 1), 'normal_');
  return floats[0]!;
}

/** `torch.empty(1, dtype=float64).uniform_()`: 53 random bits from [0, 1). */
export function drawRandDouble(): number {
  const generator = defaultGenerator().ptr;
  const doubles = scratch();
  check(kernels.randUniform(FLOAT64, loadedEngine().host.scratchPtr, 1, generator, 0, 1), 'uniform_');
  return doubles[0]!;
}

/** `torch.empty(1, dtype=float64).normal_()`; see {@link drawNormal}. */
export function drawNormalDouble(): number {
  const generator = defaultGenerator().ptr;
  const doubles = scratch();
  check(kernels.randNormal(FLOAT64, loadedEngine().host.scratchPtr, 1, generator, 0, 1, 1), 'normal_');
  return doubles[0]!;
}

/** `torch.randperm(n)`: the numbers below `n` in random order. */
export function drawOrder(n: number): number[] {
  if (n > SCRATCH_DOUBLES) return Array.from(toTypedArray(randperm(n)), Number);
  const generator = defaultGenerator().ptr;
  scratch();
  check(kernels.randPerm(loadedEngine().host.scratchPtr, n, generator), 'randperm');
  return Array.from({ length: n }, (_, i) => words[2 * i]!);
}
