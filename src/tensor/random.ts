/** Random numbers: PyTorch's CPU generator (MT19937), the same numbers for the same seed. */

import { check, kernels, loadedEngine } from '../engine/engine.js';
import { GENERATOR_BYTES } from '../engine/kernel-table.gen.js';
import { ArgumentError } from '../errors.js';
import { assertFloating, type TensorOptions } from './create.js';
import { assertDType, type DType, dtypes, isFloating } from './dtype.js';
import { checkSizes, numel, type Shape } from './shape.js';
import { escapeScope, Storage } from './storage.js';
import { emptyTensor, type Tensor } from './tensor.js';

const STATE_BYTES = 5056;

/**
 * A stream of random numbers. Two generators with one seed give the same numbers, and those of `torch.Generator` with that seed.
 * @see https://pytorch.org/docs/stable/generated/torch.Generator.html
 */
export class Generator {
  private storage: Storage;
  private seed: bigint;

  /** @param seed default: PyTorch's 67280421310721. */
  constructor(seed: number | bigint = 67280421310721n) {
    this.storage = new Storage(GENERATOR_BYTES);
    escapeScope(this.storage, null);
    this.seed = 0n;
    this.manualSeed(seed);
  }

  /** Starts the stream of `seed`. @throws {ArgumentError} unless it is a whole number from -2^63 to 2^64 - 1. */
  manualSeed(seed: number | bigint): this {
    if (typeof seed === 'number' && !Number.isInteger(seed))
      throw new ArgumentError(`manualSeed: seed is ${seed}, expected a whole number.`);
    const wide = BigInt(seed);
    if (wide < -(1n << 63n) || wide >= 1n << 64n) throw new ArgumentError(`manualSeed: seed ${seed} lies outside -2^63 to 2^64 - 1.`);
    this.seed = BigInt.asUintN(64, wide);
    check(kernels.rngSeed(this.ptr, Number(this.seed >> 32n), Number(this.seed & 0xffffffffn)), 'manualSeed');
    return this;
  }

  /** The seed that the stream started from. */
  initialSeed(): bigint {
    return this.seed;
  }

  /** The whole state, in the 5056 bytes of `torch.Generator.get_state()`. */
  getState(): Uint8Array {
    const buffer = new Storage(STATE_BYTES);
    check(kernels.rngGetState(this.ptr, buffer.address()), 'getState');
    const out = new Uint8Array(STATE_BYTES);
    loadedEngine().host.read(buffer.address(), out);
    buffer.free();
    return out;
  }

  /** Continues from a state of {@link getState} or of PyTorch. @throws {ArgumentError} for anything else. */
  setState(state: Uint8Array): this {
    if (state.length !== STATE_BYTES)
      throw new ArgumentError(`setState: got ${state.length} bytes, expected the ${STATE_BYTES} of getState().`);
    const buffer = new Storage(STATE_BYTES);
    loadedEngine().host.write(buffer.address(), state);
    const status = kernels.rngSetState(this.ptr, buffer.address());
    buffer.free();
    check(status, 'setState');
    this.seed = new DataView(state.buffer, state.byteOffset).getBigUint64(0, true);
    return this;
  }

  /** A new seed drawn from this stream, as DataLoader draws one: a whole number of 63 bits. */
  drawSeed(): bigint {
    const buffer = new Storage(8);
    check(kernels.rngSeedDraw(this.ptr, buffer.address()), 'drawSeed');
    const out = new BigInt64Array(1);
    loadedEngine().host.read(buffer.address(), out);
    buffer.free();
    return out[0]!;
  }

  /** @internal */
  get ptr(): number {
    if (this.storage.engine !== loadedEngine()) this.move();
    return this.storage.address();
  }

  /** Goes on in the memory of the active engine, where `setEngine` has changed it: unlike a tensor, nobody chose where a stream lives. */
  private move(): void {
    const { storage, seed } = this;
    const { host, kernels: kernelsThere } = storage.engine;
    const state = new Uint8Array(STATE_BYTES);
    const buffer = host.reserve(STATE_BYTES);
    const status = kernelsThere.rngGetState(storage.ptr, buffer);
    host.read(buffer, state);
    host.release(buffer);
    check(status, 'Generator');
    this.storage = new Storage(GENERATOR_BYTES);
    escapeScope(this.storage, null);
    storage.free();
    this.setState(state);
    this.seed = seed;
  }
}

let shared: Generator | undefined;

/** The generator that is used where none is given. Before `manualSeed`, it starts from a random seed. */
export function defaultGenerator(): Generator {
  if (!shared) {
    const [high, low] = crypto.getRandomValues(new Uint32Array(2)) as unknown as [number, number];
    shared = new Generator((BigInt(high) << 32n) | BigInt(low));
  }
  return shared;
}

/** Seeds the default generator: the weights, shuffles and dropout masks that follow are the same on every run, and PyTorch's. */
export function manualSeed(seed: number | bigint): Generator {
  return defaultGenerator().manualSeed(seed);
}

/** The state of the default generator, as `torch.get_rng_state()`. */
export function getRngState(): Uint8Array {
  return defaultGenerator().getState();
}

/** Sets the state of the default generator. */
export function setRngState(state: Uint8Array): void {
  defaultGenerator().setState(state);
}

export interface RandomOptions extends TensorOptions {
  /** Where the numbers come from. Default: the default generator. */
  generator?: Generator;
}

function made(shape: Shape, options: RandomOptions | undefined, fallback: DType, op: string): Tensor {
  checkSizes(shape, op);
  const dtype = options?.dtype ?? fallback;
  assertDType(dtype, op);
  return emptyTensor([...shape], dtype);
}

const done = (x: Tensor, options: RandomOptions | undefined) => (options?.requiresGrad ? x.requiresGrad_() : x);
const source = (options: RandomOptions | undefined) => (options?.generator ?? defaultGenerator()).ptr;

/** Numbers from [0, 1). */
export function rand(shape: Shape, options?: RandomOptions): Tensor {
  const x = made(shape, options, 'float32', 'rand');
  assertFloating(x.dtype, 'rand');
  check(kernels.randUniform(dtypes[x.dtype].code, x.ptr, numel(shape), source(options), 0, 1), 'rand');
  return done(x, options);
}

/** Numbers from the standard normal distribution. */
export function randn(shape: Shape, options?: RandomOptions): Tensor {
  const x = made(shape, options, 'float32', 'randn');
  assertFloating(x.dtype, 'randn');
  check(kernels.randNormal(dtypes[x.dtype].code, x.ptr, numel(shape), source(options), 0, 1, 1), 'randn');
  return done(x, options);
}

/** Whole numbers from `low` (default 0) up to, not including, `high`. int64 by default. */
export function randint(high: number, shape: Shape, options?: RandomOptions): Tensor;
export function randint(low: number, high: number, shape: Shape, options?: RandomOptions): Tensor;
export function randint(...args: (number | Shape | RandomOptions | undefined)[]): Tensor {
  const [low, high, shape, options] = (typeof args[1] === 'number' ? args : [0, ...args]) as [
    number,
    number,
    Shape,
    RandomOptions | undefined,
  ];
  if (!Number.isInteger(low) || !Number.isInteger(high) || low >= high)
    throw new ArgumentError(`randint: from ${low} to ${high} (exclusive) there is no whole number.`);
  const x = made(shape, options, 'int64', 'randint');
  check(kernels.randInt(dtypes[x.dtype].code, x.ptr, numel(shape), source(options), low, high), 'randint');
  return done(x, options);
}

/** The whole numbers 0 to n - 1 in random order, as int64. */
export function randperm(n: number, options?: RandomOptions): Tensor {
  if (!Number.isInteger(n) || n < 0) throw new ArgumentError(`randperm: n is ${n}, expected a whole number of at least 0.`);
  const x = emptyTensor([n], 'int64');
  check(kernels.randPerm(x.ptr, n, source(options)), 'randperm');
  return x;
}

/** Uniform random numbers in the shape of `x`. */
export function randLike(x: Tensor, options?: RandomOptions): Tensor {
  return rand(x.shape, { dtype: x.dtype, ...options });
}

/** Normal random numbers in the shape of `x`. */
export function randnLike(x: Tensor, options?: RandomOptions): Tensor {
  return randn(x.shape, { dtype: x.dtype, ...options });
}

/** @internal For the random in-place fills and dropout. */
export function generatorPtr(generator: Generator | undefined): number {
  return (generator ?? defaultGenerator()).ptr;
}

/** @internal Throws unless a distribution can fill `x`. */
export function assertRandomTarget(x: Tensor, op: string): void {
  if (!isFloating(x.dtype)) throw new ArgumentError(`${op}: expected a floating tensor, got ${x.dtype}.`);
}
