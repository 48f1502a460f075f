/**
 * `npm run fuzz -- --seconds 30 [--seed 1] [--only zip]`: changes valid files at random for the given time and gives them to the readers.
 * Only errors of Hone's own may come out, within a second each, and memory must not grow.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { collectGarbage, engineInfo, HoneError, loadBytes, memoryStats, saveBytes, tensor } from 'hone';
import { decodeIdx, decodeSafetensors, encodeSafetensors, flattenState } from 'hone/formats';
import { ZipReader } from '../src/formats/zip.js';
import { zipChunks } from '../src/formats/zip-writer.js';

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '30' }, seed: { type: 'string', default: '1' }, only: { type: 'string' } },
});
const seconds = Number(values.seconds);
if (!(seconds > 0)) throw new Error(`--seconds is ${values.seconds}, expected a number above 0.`);
/** The most that all readers together may hold, and that one file may take. */
const MEMORY = 600e6;
const SLOWEST = 2;

/** Numbers from 0 to `below` - 1 that a seed repeats. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const random = randomFrom(Number(values.seed));
const pick = <T>(items: readonly T[]): T => items[random(items.length)]!;

const state = {
  w: tensor([
    [1, 2],
    [3, 4],
  ]),
  n: tensor([1n, 2n]),
  m: tensor([true]),
  nested: { list: [1, 'two', null], deep: new Map([[1, 2]]) },
};
const { nested: _, ...tensors } = state;
const folder = join(import.meta.dirname, '../conformance/fixtures/files');
const torch = readdirSync(folder)
  .filter((name) => name !== 'expected.json' && name !== 'without-checksums.pth')
  .map((name) => new Uint8Array(readFileSync(join(folder, name))));

interface Target {
  readonly seeds: Uint8Array[];
  /** How a seed is changed. Default: anywhere. */
  change?(seed: Uint8Array, other: Uint8Array): Uint8Array;
  read(bytes: Uint8Array): void;
}

/** Reads all that a loaded value holds, as a user would. */
function use(value: unknown): void {
  const { tensors: found } = flattenState(value);
  for (const x of Object.values(found)) if (x.numel() < 1e6) x.toTypedArray();
  saveBytes(value);
}

/** Changes one entry of a zip file, in a file that is whole otherwise. */
function changeInside(seed: Uint8Array, other: Uint8Array): Uint8Array {
  const zip = new ZipReader(seed, (what) => {
    throw new Error(what);
  });
  const names = zip.names();
  const chosen = random(5) > 0 ? names.find((name) => name.endsWith('data.pkl')) : pick(names);
  const sources = names.map((name) => ({ name, data: () => (name === chosen ? mutate(zip.read(name), other) : zip.read(name)) }));
  return [...zipChunks(sources)].reduce(joined, new Uint8Array(0));
}

const zips = [saveBytes(state), ...torch.filter((bytes) => bytes[0] === 0x50)];
const targets: Record<string, Target> = {
  inside: { seeds: zips, change: changeInside, read: (bytes) => use(loadBytes(bytes)) },
  zip: { seeds: zips, read: (bytes) => use(loadBytes(bytes)) },
  // Without checksums changed bytes reach what stands behind them.
  unchecked: { seeds: zips, read: (bytes) => use(loadBytes(bytes, { checksums: false })) },
  pickle: { seeds: torch.filter((bytes) => bytes[0] === 0x80), read: (bytes) => use(loadBytes(bytes)) },
  safetensors: { seeds: [encodeSafetensors(tensors, { note: 'x' })], read: (bytes) => use(decodeSafetensors(bytes).tensors) },
  idx: {
    seeds: [
      Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255),
      Uint8Array.of(0, 0, 13, 1, 0, 0, 0, 1, 0x3f, 0xc0, 0, 0),
    ],
    read: (bytes) => void decodeIdx(bytes).toTypedArray(),
  },
};

const INTERESTING = [0, 1, 2, 0x28, 0x2e, 0x5d, 0x7d, 0x52, 0x62, 0x72, 0x7f, 0x80, 0x8a, 0x8b, 0x94, 0xff];

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}

/** A few changes: bytes, numbers, pieces cut out, doubled or moved, the end cut off. */
function mutate(seed: Uint8Array, other: Uint8Array): Uint8Array {
  let bytes = new Uint8Array(seed);
  for (let count = 1 + random(6); count > 0 && bytes.length > 0; count--) {
    const at = random(4) === 0 ? Math.max(0, bytes.length - 1 - random(200)) : random(bytes.length);
    const length = Math.min(1 + random(random(2) === 0 ? 4 : 200), bytes.length - at);
    switch (random(9)) {
      case 0:
        bytes[at] = random(256);
        break;
      case 1:
        bytes[at] = pick(INTERESTING);
        break;
      case 2:
        bytes[at]! ^= 1 << random(8);
        break;
      case 3:
        for (let i = 0; i < Math.min(8, bytes.length - at); i++) bytes[at + i] = pick([0, 255, 127]);
        break;
      case 4:
        bytes = joined(bytes.subarray(0, at), bytes.subarray(at + length));
        break;
      case 5:
        bytes = joined(bytes.subarray(0, at + length), bytes.subarray(at));
        break;
      case 6:
        bytes.copyWithin(random(bytes.length), at, at + length);
        break;
      case 7:
        bytes.set(other.subarray(0, Math.min(length, other.length)), at);
        break;
      default:
        if (random(3) === 0) bytes = bytes.slice(0, at);
    }
  }
  return bytes;
}

const names = values.only === undefined ? Object.keys(targets) : [values.only];
for (const name of names) if (!(name in targets)) throw new Error(`--only is ${name}, expected one of ${Object.keys(targets).join(', ')}.`);
const counts = Object.fromEntries(names.map((name) => [name, { files: 0, read: 0, slowest: 0 }]));
const { name: engine, isa } = engineInfo();
console.log(`fuzzing ${names.join(', ')} for ${seconds} s from seed ${values.seed}, ${engine} engine (${isa})`);

/** Keeps the file that a reader failed on. */
function fail(name: string, bytes: Uint8Array, what: string): never {
  const path = join(import.meta.dirname, '../build', `fuzz-${name}.bin`);
  mkdirSync(join(import.meta.dirname, '../build'), { recursive: true });
  writeFileSync(path, bytes);
  console.error(`${name}: ${what}\nThe file: ${path}`);
  process.exit(1);
}

let most = 0;
const end = performance.now() + 1000 * seconds;
for (let i = 0; performance.now() < end; i++) {
  const name = names[i % names.length]!;
  const target = targets[name]!;
  const bytes = (target.change ?? mutate)(pick(target.seeds), pick(target.seeds));
  const started = performance.now();
  try {
    target.read(bytes);
    counts[name]!.read++;
  } catch (error) {
    if (!(error instanceof HoneError)) fail(name, bytes, `${error instanceof Error ? error.stack : String(error)}`);
  }
  const took = (performance.now() - started) / 1000;
  counts[name]!.files++;
  counts[name]!.slowest = Math.max(counts[name]!.slowest, took);
  if (took > SLOWEST) fail(name, bytes, `took ${took.toFixed(1)} s.`);
  if (i % 200 === 0) {
    collectGarbage();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    const held = heapUsed + arrayBuffers + memoryStats().liveBytes;
    most = Math.max(most, held);
    if (held > MEMORY) fail(name, bytes, `${Math.round(held / 1e6)} MB are held.`);
  }
}
for (const [name, { files, read, slowest }] of Object.entries(counts))
  console.log(
    `${name.padEnd(12)} ${String(files).padStart(8)} files, ${read} of them read, the slowest in ${(1000 * slowest).toFixed(0)} ms`,
  );
console.log(`at most ${Math.round(most / 1e6)} MB held; only errors of Hone's own came out`);
