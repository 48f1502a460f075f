/** Files of torch.save, put together by hand. */
import { zipChunks } from '../../src/formats/zip/zip-writer.js';

export const text = (value: string) => new TextEncoder().encode(value);
const joined = (chunks: Iterable<Uint8Array>) => Uint8Array.from([...chunks].flatMap((chunk) => [...chunk]));

/** A file of torch.save around a pickle: texts stand for their characters. */
export function torchFile(pickle: Uint8Array | readonly (string | number)[], storages: Record<string, Uint8Array> = {}): Uint8Array {
  const bytes = pickle instanceof Uint8Array ? pickle : bytesOf(pickle);
  const entries = {
    'data.pkl': bytes,
    version: text('3\n'),
    ...Object.fromEntries(Object.entries(storages).map(([k, v]) => [`data/${k}`, v])),
  };
  return joined(zipChunks(Object.entries(entries).map(([name, data]) => ({ name: `archive/${name}`, data: () => data }))));
}

export const bytesOf = (parts: readonly (string | number)[]) =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === 'number' ? [part] : [...part].map((char) => char.charCodeAt(0)))));
export const PROTO = [0x80, 2] as const;
const int = (n: number) => [0x4a, n & 255, (n >>> 8) & 255, (n >>> 16) & 255, (n >>> 24) & 255];
export const str = (value: string) => ['X', value.length & 255, value.length >> 8, 0, 0, value];

/** A pickle of one tensor. */
export function tensorPickle({
  type = 'FloatStorage',
  key = '0',
  count = 4,
  offset = 0,
  size = [4],
  stride = [1],
  extra = [] as (string | number)[],
}) {
  return [
    ...PROTO,
    ...'ctorch._utils\n_rebuild_tensor_v2\n',
    '((',
    ...str('storage'),
    `ctorch\n${type}\n`,
    ...str(key),
    ...str('cpu'),
    ...int(count),
    'tQ',
    ...int(offset),
    '(',
    ...size.flatMap(int),
    't(',
    ...stride.flatMap(int),
    't',
    0x89,
    'ccollections\nOrderedDict\n)R',
    ...extra,
    'tR.',
  ];
}
/** The bytes of a storage of four numbers. */
export const four = { 0: new Uint8Array(16) };
