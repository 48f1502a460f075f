import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  collectGarbage,
  EngineError,
  empty,
  emptyCache,
  engineInfo,
  Generator,
  getNumThreads,
  manualSeed,
  memoryStats,
  OutOfMemoryError,
  rand,
  randn,
  randperm,
  setEngine,
  setNumThreads,
  tensor,
  UseAfterFreeError,
  zeros,
} from 'hone';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { EngineName } from './host.js';
import { ABI_VERSION, KERNEL_ARITY, KERNEL_NAMES, type Kernels, type Ptr, writeGeometry } from './kernel-table.gen.js';
import { WeakRefTracker } from './memory/owner-trackers.js';
import type { Addon } from './native.js';
import { sharedMemory, takesMemory } from './tasks/wasm-threads.js';
import { createWasmEngine } from './wasm/wasm.js';
import { withOwnMemory } from './wasm/wasm-file.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const nativeDir = join(root, 'dist/native', `${process.platform}-${process.arch}`);
const hasNative = existsSync(join(nativeDir, 'hone-cpu.node'));
const start = engineInfo();
const symbols = Object.values(KERNEL_NAMES).sort();

afterEach(() => setEngine(start.name));

it('two copies of Hone in one process keep their memory apart', async () => {
  vi.resetModules();
  const other = await import('../index.js');
  expect(other.tensor).not.toBe(tensor);
  const kept = other.tensor([1, 2, 3]);
  for (const make of [tensor, other.tensor]) for (let i = 0; i < 3000; i++) make([i]).add(i);
  for (const collect of [collectGarbage, other.collectGarbage, collectGarbage]) collect();
  expect(other.memoryStats().blocks).toBeLessThanOrEqual(128); // of 6000: what is kept keeps its group of 64, as does the last one made
  expect(memoryStats().blocks).toBeLessThan(20);
  expect(kept.toArray()).toEqual([1, 2, 3]);
});

describe('the table of the kernels', () => {
  it('takes no number for an address: that does not compile', () => {
    const fill = ((dtype, out, n, value) => dtype + out + n + value) satisfies Kernels['fill'];
    const [length, address] = [16, 64 as Ptr];
    // @ts-expect-error a length in the place of an address
    fill(0, length, address, 1);
    expect(fill(0, address, length, 1)).toBe(81);
    expect(fill(0, 0, length, 1)).toBe(17);
  });

  it('writes a geometry in the order of the list in hone.h', () => {
    const header = readFileSync(join(root, 'kernels/hone.h'), 'utf8');
    const names = [...header.matchAll(/field\((\w+)\)/g)].map(([, name]) => name!.replace(/_(\w)/g, (_, c: string) => c.toUpperCase()));
    const written = new Float64Array(names.length);
    writeGeometry(written, Object.fromEntries(names.map((name, i) => [name, i + 1])) as unknown as Parameters<typeof writeGeometry>[1]);
    expect([...written]).toEqual(names.map((_, i) => i + 1));
  });
});

describe('the builds of the kernels', () => {
  it.skipIf(!hasNative)('the addon has every kernel of the table and no other, of the same version', () => {
    const require = createRequire(import.meta.url);
    const supported = (require(join(nativeDir, 'hone-cpu.node')) as { supported(): string[] }).supported();
    const isa = supported.find((name) => existsSync(join(nativeDir, `hone-${name}.node`)));
    const addon = require(join(nativeDir, `hone-${isa}.node`)) as Addon;
    expect(addon.isa).toBe(isa);
    expect(Object.keys(addon.kernels).sort()).toEqual(symbols);
    expect(addon.kernels['abi_version']!()).toBe(ABI_VERSION);
  });

  it.each([
    ['hone-simd.wasm', 'simd128'],
    ['hone-relaxed.wasm', 'relaxed-simd'],
  ])(
    '%s is there, says which it is, and where it runs has every kernel of the table and no other, with its arguments, of the same version',
    (file, isa) => {
      const bytes = readFileSync(join(root, 'dist/wasm', file));
      expect(bytes.subarray(-`hone.isa${isa}`.length).toString()).toBe(`hone.isa${isa}`);
      if (!WebAssembly.validate(bytes)) return expect(isa).toBe('relaxed-simd'); // a host without relaxed SIMD
      const module = new WebAssembly.Module(bytes);
      const threads = file === 'hone-relaxed.wasm';
      expect(takesMemory(module)).toBe(threads);
      const exports = new WebAssembly.Instance(module, {
        ...(threads ? { env: { memory: sharedMemory() } } : {}),
        hone: { now: () => 0, may_sleep: () => 1, start_workers: () => 0 },
        wasi_snapshot_preview1: { fd_close: () => 8, fd_seek: () => 8, fd_write: () => 8 },
      }).exports as Record<string, (...args: number[]) => number>;
      const kernels = Object.keys(exports).filter((name) => name.startsWith('hone_') && name !== 'hone_last_error_text');
      expect(kernels.sort()).toEqual(symbols.map((name) => `hone_${name}`));
      for (const [name, symbol] of Object.entries(KERNEL_NAMES)) {
        expect(exports[`hone_${symbol}`]!.length, name).toBe(KERNEL_ARITY[name as keyof typeof KERNEL_ARITY]);
      }
      expect(exports['hone_abi_version']!()).toBe(ABI_VERSION);
    },
  );

  it('the one for threads runs on memory of one thread, too, once its bytes say so', () => {
    const bytes = new Uint8Array(readFileSync(join(root, 'dist/wasm/hone-relaxed.wasm')));
    const own = withOwnMemory(bytes);
    expect([...own.keys()].filter((i) => own[i] !== bytes[i])).toHaveLength(1);
    expect(withOwnMemory(own)).toBe(own);
    const alone = new Uint8Array(readFileSync(join(root, 'dist/wasm/hone-simd.wasm')));
    expect(withOwnMemory(alone)).toBe(alone);
    expect(() => withOwnMemory(new Uint8Array([...bytes.subarray(0, 8), 2, 5, 1]))).toThrow(EngineError);
    if (!WebAssembly.validate(own)) return; // a host without relaxed SIMD
    const hooks = { tracker: new WeakRefTracker({ collect() {}, forgetKept() {} }), workers: { maySleep: true, start() {} }, threads: 2 };
    const engine = createWasmEngine(new WebAssembly.Module(own), { ...hooks, share: false });
    expect(engine.isa).toBe('relaxed-simd');
    expect(engine.kernels.abiVersion()).toBe(ABI_VERSION);
    expect(() => createWasmEngine(new WebAssembly.Module(bytes), { ...hooks, share: false })).toThrow(
      /does not fit this host .*hone-simd\.wasm/,
    );
  });

  it('the table is that of the C header', () => {
    const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts/gen-kernel-table.mjs'), '--check'], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });
});

describe('choosing an engine', () => {
  it('says which one runs', () => {
    expect(start.name).toBe(process.env['HONE_ENGINE'] || (hasNative ? 'native' : 'wasm'));
    expect(start.isa).toMatch(start.name === 'native' ? /^(avx512|avx2|base)$/ : /^(simd128|relaxed-simd)$/);
    expect(start.threads).toBeGreaterThanOrEqual(1);
    expect(start.memoryLimit).toBeGreaterThan(2 ** 30);
  });

  it('refuses a name that no engine has', () => {
    expect(() => setEngine('gpu' as EngineName)).toThrow(EngineError);
    expect(() => setEngine('gpu' as EngineName)).toThrow('no engine is called "gpu"; there are native and wasm');
    expect(engineInfo().name).toBe(start.name);
  });

  it.skipIf(!hasNative)('keeps the tensors of one engine away from the other, and alive', () => {
    setEngine('native');
    const x = tensor([1, 2, 3]);
    setEngine('wasm');
    const here = tensor([4, 5, 6]);
    expect(() => x.add(1)).toThrow(EngineError);
    expect(() => here.add(x)).toThrow(/this tensor lives on the native engine \(\w+\), but wasm \([\w-]+\) is active/);
    expect(here.add(1).toArray()).toEqual([5, 6, 7]);
    setEngine('native');
    expect(x.add(1).toArray()).toEqual([2, 3, 4]);
    expect(() => here.item()).toThrow();
  });

  it.skipIf(!hasNative)('carries streams of random numbers over to the other', () => {
    const draws = (change: () => void): number[] => {
      setEngine('native');
      manualSeed(9);
      const own = new Generator(4);
      const first = rand([3]).toArray();
      randn([1], { generator: own }); // leaves half of a pair for the next call
      change();
      const rest = [rand([5]).toArray(), randn([3], { generator: own }).toArray(), randperm(6).toArray()];
      expect(own.initialSeed()).toBe(4n);
      return [first, rest].flat(3) as number[];
    };
    const stayed = draws(() => {});
    const moved = draws(() => setEngine('wasm'));
    expect(engineInfo().name).toBe('wasm');
    moved.forEach((value, i) => void expect(value).toBeCloseTo(stayed[i]!, 6));
  });

  it('sets threads, and refuses invalid numbers', () => {
    const before = getNumThreads();
    setNumThreads(1);
    expect(getNumThreads()).toBe(1);
    setNumThreads(before);
    expect(getNumThreads()).toBe(before);
    for (const wrong of [0, -1, 1.5, Number.NaN])
      expect(() => setNumThreads(wrong)).toThrow(/setNumThreads: got .*, expected a whole number of at least 1/);
  });
});

describe('memory that is not there', () => {
  it.each([
    ['1e12 elements', () => zeros([1e12])],
    ['more bytes than numbers can count', () => zeros([2 ** 52])],
    ['a random tensor', () => randn([1e6, 1e6])],
    ['a product', () => zeros([4_000_000, 1]).matmul(zeros([1, 4_000_000]))],
  ])('a request for %s is refused by name, and work goes on', (_what, act) => {
    expect(act).toThrow(OutOfMemoryError);
    expect(act).toThrow(
      /cannot allocate .* are in use.* and the (native|wasm) engine may take .* Use a smaller batch|elements, more than any memory holds\. Use smaller sizes/,
    );
    expect(zeros([3]).add(1).toArray()).toEqual([1, 1, 1]);
  });

  it.skipIf(start.name !== 'wasm')('gives what it keeps for reuse back when another size is needed', () => {
    // Four times a gigabyte fits nowhere at once; one after the other they do.
    for (let i = 0; i < 4; i++) empty([2 ** 28 + i * 2 ** 26]).dispose();
    emptyCache();
    expect(memoryStats().cachedBytes).toBeLessThan(100e6);
  });
});

describe('memory that was given back', () => {
  it('is not touched again: the tensor and its views say so', () => {
    const x = tensor([
      [1, 2],
      [3, 4],
    ]);
    const row = x.at(0);
    x.dispose();
    for (const use of [
      () => x.add(1),
      () => row.sum(),
      () => x.toArray(),
      () => x.item(),
      () => tensor([1, 2]).mul(row),
      () => x.add_(1),
    ]) {
      expect(use).toThrow(/freed by dispose|expected a tensor of one element/);
    }
    expect(() => row.sum()).toThrow(UseAfterFreeError);
    expect(() => x.dispose()).not.toThrow();
  });
});
