/**
 * `npm run fuzz -- --seconds 30 [--seed 1] [--only zip]`: changes valid files at random, and makes files by their structure, for the given
 * time, and gives them to the readers. Only errors of Hone's own may come out, soon, and without memory growing.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { collectGarbage, engineInfo, HoneError, loadBytes, memoryStats, saveBytes, tensor } from 'hone';
import { decodeIdx, decodeSafetensors, encodeSafetensors, flattenState } from 'hone/formats';
import { ZipReader } from '../../src/formats/zip/zip.js';
import { zipChunks } from '../../src/formats/zip/zip-writer.js';
import { EventFileReader, fileOf } from '../../src/tensorboard/read/read-events.js';
import { frame } from '../../src/tensorboard/records/record.js';
import { changeZipFields, randomIdx, randomPickle, randomSafetensors } from './structures.js';

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '30' }, seed: { type: 'string', default: '1' }, only: { type: 'string' } },
});
const seconds = Number(values.seconds);
if (!(seconds > 0)) throw new Error(`--seconds is ${values.seconds}, expected a number above 0.`);
/** The most that all readers together may hold, and that one file may take. */
const MEMORY = 600e6;
const SLOWEST = 2;

/** Events as PyTorch writes them. */
const { events } = JSON.parse(readFileSync(join(import.meta.dirname, '../../src/tensorboard/writer/torch.fixture.json'), 'utf8')) as {
  events: Record<string, string[]>;
};

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
const folder = join(import.meta.dirname, '../../conformance/fixtures/files');
const torch = readdirSync(folder)
  .filter((name) => name !== 'expected.json' && name !== 'without-checksums.pth')
  .map((name) => new Uint8Array(readFileSync(join(folder, name))));

interface Target {
  /** Valid files; none where `change` makes them anew. */
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

/** A file of torch.save around a random pickle, in either container. */
function withPickle(): Uint8Array {
  const storages = 1 + random(3);
  const pickle = randomPickle(random, storages);
  const values = Array.from({ length: storages }, () => Uint8Array.from({ length: 16 }, () => random(256)));
  if (random(3) === 0) {
    const keys = values.flatMap((_, i) => [0x58, 1, 0, 0, 0, 48 + i]);
    const bytes = values.flatMap((value) => [4, 0, 0, 0, 0, 0, 0, 0, ...value]);
    return Uint8Array.from([...OLD_START, ...pickle, 0x80, 2, 0x5d, 0x28, ...keys, 0x65, 0x2e, ...bytes]);
  }
  const entries = [
    { name: 'archive/data.pkl', data: () => pickle },
    { name: 'archive/version', data: () => new TextEncoder().encode('3\n') },
    ...values.map((value, i) => ({ name: `archive/data/${i}`, data: () => value })),
  ];
  return [...zipChunks(entries)].reduce(joined, new Uint8Array(0));
}

const zips = [saveBytes(state), ...torch.filter((bytes) => bytes[0] === 0x50)];
const targets: Record<string, Target> = {
  program: { seeds: [], change: withPickle, read: (bytes) => use(loadBytes(bytes)) },
  fields: {
    seeds: zips,
    change: (seed) => changeZipFields(seed, random),
    read: (bytes) => use(loadBytes(bytes, { checksums: random(2) === 0 })),
  },
  header: { seeds: [], change: () => randomSafetensors(random), read: (bytes) => use(decodeSafetensors(bytes).tensors) },
  sizes: { seeds: [], change: () => randomIdx(random), read: (bytes) => void decodeIdx(bytes).toTypedArray() },
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
  events: {
    seeds: Object.values(events).flatMap((list) => list.map((event) => new Uint8Array(Buffer.from(event, 'base64')))),
    // In a frame of right checksums mostly, so that the decoder sees what is wrong.
    change: (seed, other) => (random(4) === 0 ? mutate(frame(seed), frame(other)) : joined(frame(mutate(seed, other)), frame(other))),
    read: (bytes) => {
      for (const event of new EventFileReader(
        () => fileOf(bytes),
        'it',
        '.',
        () => {},
      ).events())
        JSON.stringify(event);
    },
  },
};

/** The three pickles before the value in PyTorch's old container. */
const OLD_START = [
  ...[0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e],
  ...[0x80, 2, 0x4d, 0xe9, 3, 0x2e, 0x80, 2, 0x4e, 0x2e],
];

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
  const path = join(import.meta.dirname, '../../build', `fuzz-${name}.bin`);
  mkdirSync(join(import.meta.dirname, '../../build'), { recursive: true });
  writeFileSync(path, bytes);
  console.error(`${name}: ${what}\nThe file: ${path}`);
  process.exit(1);
}

let most = 0;
const end = performance.now() + 1000 * seconds;
for (let i = 0; performance.now() < end; i++) {
  const name = names[i % names.length]!;
  const target = targets[name]!;
  const seed = () => (target.seeds.length === 0 ? new Uint8Array(0) : pick(target.seeds));
  const bytes = (target.change ?? mutate)(seed(), seed());
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
