/** Streams of random numbers: PyTorch's CPU generator (MT19937), the same numbers for the same seed. */

import { check, kernels, loadedEngine } from '../../engine/engine.js';
import { GENERATOR_BYTES, type Ptr, RNG_LOG, RNG_MKL, RNG_NARROW } from '../../engine/kernel-table.gen.js';
import { endAfter } from '../../engine/tasks/end-after.js';
import { ArgumentError } from '../../errors.js';
import { unknownOption } from '../arguments/arguments.js';
import { assertFunction, unexpected } from '../arguments/checks.js';
import { escapeScope, Storage } from '../storage.js';
import { Tensor } from '../tensor.js';
import { toTypedArray } from '../values/transfer.js';

const STATE_BYTES = 5056;

/** Whose numbers: PyTorch changed some of them between its versions and builds. */
export interface NumbersOptions {
  /** A version of PyTorch, such as '2.6' or '1.13.1'. Default: the newest; from 2.7 on they are the same. */
  torch?: string;
  /**
   * Whether that PyTorch was built with Intel's MKL, as the official packages for x86 are: up to 2.6 (up to 1.13 on Intel's processors
   * only) `bernoulli_` with a number, and so dropout, drew from MKL's stream. Its `exponential_` is not reproduced. Default: false.
   */
  mkl?: boolean;
}

/** What differs for a version. */
interface Numbers {
  /** For the kernels. */
  readonly flags: number;
  /** Dropout masks of transposed inputs go in the order of dims, not of memory. */
  readonly logicalDropout: boolean;
  /** `multinomial` of one number with replacement reads cumulative sums. */
  readonly cumulativeMultinomial: boolean;
}

const NEWEST: Numbers = { flags: 0, logicalDropout: false, cumulativeMultinomial: false };

function readNumbers(options: NumbersOptions, op: string): Numbers {
  for (const name of Object.keys(options ?? {})) if (name !== 'torch' && name !== 'mkl') throw unknownOption(op, name, ['torch', 'mkl']);
  const { torch, mkl = false } = options ?? {};
  if (torch === undefined) {
    if (mkl) throw new ArgumentError(`${op}: mkl says nothing without a version before 2.7. Pass { torch: '2.6', mkl: true }.`);
    return NEWEST;
  }
  const match = /^(\d+)\.(\d+)(?:[.+a-z].*)?$/.exec(String(torch));
  if (!match) throw new ArgumentError(`${op}: torch is '${torch}', expected a version of PyTorch, such as '2.6' or '1.13.1'.`);
  const version = Number(match[1]) * 1000 + Number(match[2]);
  if (version < 1007)
    throw new ArgumentError(`${op}: torch is '${torch}'; the numbers of versions before 1.7 are not reproduced. Pass '1.7' or later.`);
  const old = version < 2000;
  const withMkl = mkl && version < 2007;
  return {
    flags: (old ? RNG_LOG : 0) | (version < 2007 ? RNG_NARROW : 0) | (withMkl ? RNG_MKL : 0),
    logicalDropout: version < 2005 || withMkl,
    cumulativeMultinomial: old,
  };
}

/** 64 bits out of a seed and a name, well mixed: FNV-1a, then the finaliser of splitmix64. */
function namedSeed(seed: bigint, name: string): bigint {
  const bytes = new TextEncoder().encode(name);
  let hash = 0xcbf29ce484222325n;
  const take = (byte: bigint) => {
    hash = BigInt.asUintN(64, (hash ^ byte) * 0x100000001b3n);
  };
  for (let i = 0n; i < 64n; i += 8n) take((seed >> i) & 0xffn);
  for (const byte of bytes) take(BigInt(byte));
  const mix = (shift: bigint, factor: bigint) => {
    hash = BigInt.asUintN(64, (hash ^ (hash >> shift)) * factor);
  };
  mix(30n, 0xbf58476d1ce4e5b9n);
  mix(27n, 0x94d049bb133111ebn);
  return hash ^ (hash >> 31n);
}

/** A seed that nobody chose. */
function anySeed(): bigint {
  const [high, low] = crypto.getRandomValues(new Uint32Array(2)) as unknown as [number, number];
  return (BigInt(high) << 32n) | BigInt(low);
}

/**
 * A stream of random numbers. Two generators with one seed give the same numbers, and those of `torch.Generator` with that seed.
 * @see Matsumoto and Nishimura 1998, https://doi.org/10.1145/272991.272995; https://pytorch.org/docs/stable/generated/torch.Generator.html
 * @example
 * const generator = new Generator(42);
 * randint(0, 10, [5], { generator }).toArray(); // [2, 7, 6, 4, 6]
 */
export class Generator {
  /** The name that texts and errors show: minifiers rename classes, but leave this. */
  static readonly className: string = 'Generator';
  private storage: Storage;
  private started = 0n;
  /** @internal */
  numbers = NEWEST;
  /** @internal How often it was seeded, for streams that start where it does. */
  seedings = 0;

  /**
   * A stream of random numbers. Two generators with one seed give the same numbers, and those of `torch.Generator` with that seed.
   * @param seed default: PyTorch's 67280421310721.
   * @param options as in {@link manualSeed}.
   */
  constructor(seed: number | bigint = 67280421310721n, options?: NumbersOptions) {
    this.storage = new Storage(GENERATOR_BYTES);
    escapeScope(this.storage, null);
    this.manualSeed(seed, options);
  }

  /**
   * Starts the stream of `seed`. As in PyTorch only its low 32 bits reach the numbers.
   * @param options whose numbers follow; without it the newest PyTorch's.
   * @throws {ArgumentError} unless it is a whole number from -2^63 to 2^64 - 1.
   */
  manualSeed(seed: number | bigint, options: NumbersOptions = {}): this {
    if (typeof seed !== 'bigint' && !Number.isInteger(seed)) throw unexpected('manualSeed', 'seed', seed, 'a whole number');
    const wide = BigInt(seed);
    if (wide < -(1n << 63n) || wide >= 1n << 64n) throw new ArgumentError(`manualSeed: seed ${seed} lies outside -2^63 to 2^64 - 1.`);
    const numbers = readNumbers(options, 'manualSeed');
    this.started = BigInt.asUintN(64, wide);
    this.seedings++;
    check(kernels.rngSeed(this.ptr, Number(this.started >> 32n), Number(this.started & 0xffffffffn)), 'manualSeed');
    this.follow(numbers);
    return this;
  }

  /** `Generator (seed 42)`: what its stream was started from. */
  toString(): string {
    return `Generator (seed ${this.started})`;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  /** Starts from a seed that nobody chose, and returns it. */
  seed(): bigint {
    const seed = anySeed();
    this.manualSeed(seed);
    return seed;
  }

  /** The seed that the stream started from. */
  initialSeed(): bigint {
    return this.started;
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

  /**
   * Continues from a state of {@link getState} or of PyTorch: bytes, or a uint8 tensor as checkpoints hold it.
   * @throws {ArgumentError} for anything else; the stream stays as it was.
   */
  setState(state: Uint8Array | Tensor): this {
    const bytes = stateBytes(state);
    const buffer = new Storage(STATE_BYTES);
    loadedEngine().host.write(buffer.address(), bytes);
    const status = kernels.rngSetState(this.ptr, buffer.address());
    buffer.free();
    check(status, 'setState');
    this.started = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
    return this;
  }

  /** Another generator in the same state: both go on alike. */
  clone(): Generator {
    const copy = new Generator(this.started);
    copy.follow(this.numbers);
    return copy.setState(this.getState());
  }

  /**
   * A stream of its own.
   * @param name the stream of that name: it depends on the seed and the name alone, whatever was drawn, and nothing is drawn for it.
   *   Without a name: seeded by a draw from this one, as PyTorch's loaders do, so that each fork is another.
   * @example
   * const [noise, order] = [new Generator(1).fork('noise'), new Generator(1).fork('order')];
   */
  fork(name?: string): Generator {
    const child = new Generator(name === undefined ? this.drawSeed() : namedSeed(this.started, name));
    child.follow(this.numbers);
    return child;
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
  get ptr(): Ptr {
    if (this.storage.engine !== loadedEngine()) this.move();
    return this.storage.address();
  }

  /** @internal Gives these numbers from now on. */
  follow(numbers: Numbers): void {
    this.numbers = numbers;
    check(kernels.rngNumbers(this.ptr, numbers.flags), 'manualSeed');
  }

  /** Goes on in the memory of the active engine, where `setEngine` has changed it: unlike a tensor, nobody chose where a stream lives. */
  private move(): void {
    const { storage, started } = this;
    const { host, kernels: kernelsThere } = storage.engine;
    const state = new Uint8Array(STATE_BYTES);
    const buffer = host.reserve(STATE_BYTES);
    const status = kernelsThere.rngGetState(storage.ptr, buffer);
    host.read(buffer, state);
    host.release(buffer);
    this.storage = new Storage(GENERATOR_BYTES);
    escapeScope(this.storage, null);
    storage.free();
    this.follow(this.numbers);
    if (status !== 0) return; // never seeded, but about to be
    this.setState(state);
    this.started = started;
  }
}

function stateBytes(state: Uint8Array | Tensor): Uint8Array {
  const bytes = state instanceof Tensor && state.dtype === 'uint8' && state.ndim === 1 ? toTypedArray(state) : state;
  if (!(bytes instanceof Uint8Array))
    throw new ArgumentError(
      `setState: expected the ${STATE_BYTES} bytes of getState(), as a Uint8Array or a uint8 tensor, got ${state instanceof Tensor ? `a ${state.dtype} tensor of ${state.ndim} dims` : typeof state}.`,
    );
  if (bytes.length !== STATE_BYTES)
    throw new ArgumentError(`setState: got ${bytes.length} bytes, expected the ${STATE_BYTES} of getState().`);
  return bytes;
}

let shared: Generator | undefined;

/** The generator that is used where none is given. Before `manualSeed`, it starts from a random seed. */
export function defaultGenerator(): Generator {
  shared ??= new Generator(anySeed());
  return shared;
}

/**
 * Seeds the default generator: the weights, shuffles and dropout masks that follow are the same on every run, and PyTorch's.
 * @param options whose numbers follow, where an earlier PyTorch is to be met; without it the newest PyTorch's.
 * @throws {ArgumentError} unless it is a whole number from -2^63 to 2^64 - 1.
 * @see https://pytorch.org/docs/stable/generated/torch.manual_seed.html
 * @example
 * manualSeed(42);
 * manualSeed(42, { torch: '1.13' });
 * manualSeed(42, { torch: '2.6', mkl: true });
 */
export function manualSeed(seed: number | bigint, options?: NumbersOptions): Generator {
  return defaultGenerator().manualSeed(seed, options);
}

/** Seeds the default generator with a number that nobody chose, and returns that number. */
export function seed(): bigint {
  return defaultGenerator().seed();
}

/** The seed that the default generator started from. */
export function initialSeed(): bigint {
  return defaultGenerator().initialSeed();
}

/** The state of the default generator, as `torch.get_rng_state()`. */
export function getRngState(): Uint8Array {
  return defaultGenerator().getState();
}

/** Sets the state of the default generator. @throws {ArgumentError} for anything but a state. */
export function setRngState(state: Uint8Array | Tensor): void {
  defaultGenerator().setState(state);
}

/**
 * Runs `body` and puts the default generator back where it was: what is drawn inside leaves the numbers outside alone.
 * @returns what `body` returns; for a promise, the state comes back when it settles.
 * @see https://pytorch.org/docs/stable/random.html#torch.random.fork_rng
 * @example
 * const preview = forkRng(() => randn([3]));
 */
export function forkRng<R>(body: () => R): R {
  assertFunction('forkRng', 'body', body);
  const generator = defaultGenerator();
  const { numbers } = generator;
  const state = generator.getState();
  return endAfter(body, () => {
    generator.follow(numbers);
    generator.setState(state);
  });
}
