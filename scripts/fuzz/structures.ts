/** Files made by their structure, for `npm run fuzz`: pickles whose operations fit together, headers, fields of zip files, with a wrong value here and there. */

/** Numbers from 0 to `below` - 1. */
export type Random = (below: number) => number;

const text = (value: string) => [...new TextEncoder().encode(value)];
const int32 = (n: number) => [0x4a, n & 255, (n >> 8) & 255, (n >> 16) & 255, (n >> 24) & 255];
const str = (value: string) => {
  const bytes = text(value);
  return [0x58, bytes.length & 255, (bytes.length >> 8) & 255, 0, 0, ...bytes];
};
const global = (module: string, name: string) => text(`c${module}\n${name}\n`);

const NUMBERS = [0, 1, 2, 3, 4, 7, 16, 255, 1000, 65536, 2 ** 31 - 1, -1, -2, -(2 ** 31)];
const KEYS = ['weight', 'bias', 'step', '0', '1', '__proto__', 'constructor', '', 'a.b', 'state', '\u001b[31m'];
const STORAGES = [
  'FloatStorage',
  'DoubleStorage',
  'HalfStorage',
  'LongStorage',
  'ByteStorage',
  'BoolStorage',
  'IntStorage',
  'ComplexFloatStorage',
];
const CALLS: readonly [string, string][] = [
  ['collections', 'OrderedDict'],
  ['collections', 'Counter'],
  ['collections', 'defaultdict'],
  ['__builtin__', 'set'],
  ['builtins', 'frozenset'],
  ['builtins', 'bytearray'],
  ['__builtin__', 'bytes'],
  ['_codecs', 'encode'],
  ['torch', 'Size'],
  ['torch', 'device'],
  ['torch._utils', '_rebuild_tensor'],
  ['torch._utils', '_rebuild_tensor_v2'],
  ['torch._utils', '_rebuild_tensor_v3'],
  ['torch._utils', '_rebuild_parameter'],
  ['torch._tensor', '_rebuild_from_type_v2'],
  ['torch._utils', '_rebuild_qtensor'],
  ['os', 'system'],
  ['torch', 'FloatStorage'],
];

/** A pickle of random operations; those on the stack mostly fit those that take them. `storages`: how many there are, of 16 bytes each. */
export function randomPickle(random: Random, storages: number, protocol = 2): Uint8Array {
  const pick = <T>(items: readonly T[]): T => items[random(items.length)]!;
  const out: number[] = [0x80, protocol];
  let noted = 0;
  let left = 10 + random(150);
  const repeats = random(20) === 0 ? 2000 : 1;
  const note = () => {
    if (noted < 255 && random(3) === 0) out.push(0x71, noted++);
  };
  const scalar = (): void => {
    const kinds: (() => void)[] = [
      () => out.push(0x4e),
      () => out.push(0x88),
      () => out.push(0x4b, random(256)),
      () => out.push(...int32(pick(NUMBERS))),
      () => out.push(0x47, ...Array.from({ length: 8 }, () => random(256))),
      () => out.push(...str(pick(KEYS))),
      () => out.push(0x8a, 8, ...Array.from({ length: 8 }, () => random(256))),
      () => out.push(0x43, 3, 1, 2, 3),
    ];
    pick(kinds)();
  };
  const small = () => out.push(...int32(random(8) === 0 ? pick(NUMBERS) : random(5)));
  const sizes = (count: number) => {
    out.push(0x28);
    for (let i = 0; i < count; i++) small();
    out.push(0x74);
  };
  const tensor = (): void => {
    const dims = random(10) === 0 ? random(70) : random(4);
    out.push(...global('torch._utils', pick(['_rebuild_tensor_v2', '_rebuild_tensor_v2', '_rebuild_tensor'])), 0x28);
    out.push(
      0x28,
      ...str('storage'),
      ...global('torch', pick(STORAGES)),
      ...str(String(random(storages + 1))),
      ...str('cpu'),
      ...int32(pick([2, 4, 4, 16, ...NUMBERS])),
      0x74,
      0x51,
    );
    small();
    sizes(dims);
    sizes(random(10) === 0 ? random(4) : dims);
    out.push(0x89, ...global('collections', 'OrderedDict'), 0x29, 0x52, 0x74, 0x52);
  };
  const value = (depth: number): void => {
    if (--left < 0 || depth > 12) {
      scalar();
      return;
    }
    const kinds: (() => void)[] = [
      scalar,
      scalar,
      tensor,
      () => (noted > 0 && random(2) === 0 ? void out.push(0x68, random(noted)) : scalar()),
      () => {
        out.push(0x5d);
        note();
        out.push(0x28);
        for (let i = random(6); i > 0; i--) value(depth + 1);
        out.push(0x65);
      },
      () => {
        out.push(0x7d);
        note();
        out.push(0x28);
        for (let i = random(6); i > 0; i--) {
          if (random(12) === 0) value(depth + 1);
          else out.push(...str(pick(KEYS)));
          value(depth + 1);
        }
        out.push(0x75);
      },
      () => {
        out.push(0x28);
        for (let i = random(5); i > 0; i--) value(depth + 1);
        out.push(0x74);
        note();
      },
      () => {
        out.push(...global(...pick(CALLS)), 0x28);
        for (let i = random(4); i > 0; i--) value(depth + 1);
        out.push(0x74, 0x52);
        note();
      },
      () => {
        const from = out.length;
        value(depth + 1);
        // The same again, dropped: what a budget is for.
        const piece = out.slice(from);
        if (piece.length < 60) for (let i = 1; i < repeats; i++) out.push(...piece, 0x30);
      },
    ];
    pick(kinds)();
  };
  value(0);
  if (random(5) === 0) out.splice(random(out.length), 1, random(256));
  out.push(0x2e);
  return Uint8Array.from(out);
}

/** A safetensors file with a random header over a few bytes of data. */
export function randomSafetensors(random: Random): Uint8Array {
  const pick = <T>(items: readonly T[]): T => items[random(items.length)]!;
  const number = () => pick([0, 0, 1, 2, 4, 8, 16, 24, -1, 1.5, 2 ** 31, 2 ** 53, 1e300]);
  const any = (depth: number): unknown =>
    depth > 3
      ? 1
      : pick<() => unknown>([
          () => number(),
          () => pick(KEYS),
          () => null,
          () => [any(depth + 1), any(depth + 1)],
          () => ({ [pick(KEYS)]: any(depth + 1) }),
        ])();
  const widths: Record<string, number> = { F32: 4, F64: 8, I64: 8, U8: 1, BOOL: 1, F16: 2, BF16: 2, I32: 4, F8_E4M3: 1, U64: 8 };
  let at = 0;
  const fields: string[] = random(3) === 0 ? [`"__metadata__":${JSON.stringify(random(3) === 0 ? any(0) : { a: 'b' })}`] : [];
  for (let i = random(6); i > 0; i--) {
    const dtype = pick(Object.keys(widths));
    const shape = Array.from({ length: random(4) }, () => random(4));
    const end = at + shape.reduce((a, b) => a * b, 1) * widths[dtype]!;
    const entry: Record<string, unknown> = { dtype, shape, data_offsets: [at, end] };
    if (random(6) === 0) entry[pick(['dtype', 'shape', 'data_offsets'])] = any(0);
    fields.push(`${JSON.stringify(random(4) === 0 ? pick(KEYS) : `t${i}`)}:${JSON.stringify(entry)}`);
    at = end;
  }
  const header = text(`{${fields.join(',')}}${' '.repeat(random(9))}`);
  const data = Math.max(0, at + (random(6) === 0 ? random(9) - 4 : 0));
  const out = new Uint8Array(8 + header.length + Math.min(data, 1e5));
  new DataView(out.buffer).setBigUint64(0, BigInt(header.length + (random(8) === 0 ? random(9) - 4 : 0)), true);
  out.set(header, 8);
  for (let i = 8 + header.length; i < out.length; i++) out[i] = random(3) === 0 ? random(256) : random(2);
  return out;
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;

/** A zip file with some of its fields (sizes, offsets, methods, flags, checksums, lengths of names) changed. */
export function changeZipFields(seed: Uint8Array, random: Random): Uint8Array {
  const out = new Uint8Array(seed);
  const view = new DataView(out.buffer);
  const fields: [at: number, bytes: 2 | 4][] = [];
  for (let at = 0; at + 30 <= out.length; at++) {
    const mark = view.getUint32(at, true);
    const starts = mark === LOCAL ? [4, 6, 8, 26, 28] : mark === CENTRAL && at + 46 <= out.length ? [6, 8, 10, 28, 30, 32] : [];
    const longs = mark === LOCAL ? [14, 18, 22] : mark === CENTRAL && at + 46 <= out.length ? [16, 20, 24, 42] : [];
    for (const start of starts) fields.push([at + start, 2]);
    for (const start of longs) fields.push([at + start, 4]);
  }
  const end = out.length - 22;
  if (end >= 0 && view.getUint32(end, true) === END)
    for (const [start, bytes] of [
      [4, 2],
      [8, 2],
      [10, 2],
      [12, 4],
      [16, 4],
      [20, 2],
    ] as const)
      fields.push([end + start, bytes]);
  if (fields.length === 0) return out;
  for (let i = 1 + random(3); i > 0; i--) {
    const [at, bytes] = fields[random(fields.length)]!;
    const old = bytes === 2 ? view.getUint16(at, true) : view.getUint32(at, true);
    const value = [0, 1, 8, old + 1, old - 1, old * 2, 0xffff, 0xffffffff, random(2 ** 16), random(out.length)][random(10)]!;
    if (bytes === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
  }
  return out;
}

/** An idx file whose sizes mostly fit its bytes. */
export function randomIdx(random: Random): Uint8Array {
  const codes: Record<number, number> = { 8: 1, 9: 1, 11: 2, 12: 4, 13: 4, 14: 8 };
  const code = random(10) === 0 ? random(256) : Number(Object.keys(codes)[random(6)]);
  const ndim = random(10) === 0 ? random(256) : random(4);
  const shape = Array.from({ length: ndim }, () => (random(12) === 0 ? 2 ** 32 - 1 - random(3) : random(5)));
  const count = shape.reduce((a, b) => a * b, 1) * (codes[code] ?? 1);
  const out = new Uint8Array(4 + 4 * ndim + Math.min(1000, Math.max(0, count + (random(8) === 0 ? random(5) - 2 : 0))));
  out.set([random(20) === 0 ? 1 : 0, 0, code, ndim]);
  const view = new DataView(out.buffer);
  shape.forEach((size, i) => {
    view.setUint32(4 + 4 * i, size);
  });
  for (let i = 4 + 4 * ndim; i < out.length; i++) out[i] = random(256);
  return out;
}
