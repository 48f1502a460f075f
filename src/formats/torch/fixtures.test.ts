/** Files that PyTorch wrote, made by conformance/files.py: what comes out is what went in. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FormatError, load, loadBytes, Tensor } from 'hone';
import { fileDType } from 'hone/formats';
import { describe, expect, it, test } from 'vitest';

const folder = join(import.meta.dirname, '../../../conformance/fixtures/files');
const { files, refused } = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as {
  files: Record<string, Told>;
  refused: Record<string, string>;
};

/** A value as conformance/files.py tells it. */
type Told = number | string | boolean | null | TellKind;
interface TellKind {
  $: string;
  text?: string;
  items?: Told[];
  entries?: [Told, Told][];
  dtype?: string;
  shape?: number[];
  strides?: number[];
  offset?: number;
  storage?: number;
  requiresGrad?: boolean;
  values?: Told[];
}

/** The dtypes that Hone reads as others. */
const readAs: Record<string, string> = {
  ...Object.fromEntries(['float16', 'bfloat16'].map((name) => [name, 'float32'])),
  ...Object.fromEntries(['e4m3fn', 'e5m2', 'e4m3fnuz', 'e5m2fnuz', 'e8m0fnu'].map((name) => [`float8_${name}`, 'float32'])),
  int8: 'int32',
  int16: 'int32',
  uint16: 'int32',
  uint32: 'int64',
  uint64: 'int64',
};

function check(value: unknown, told: Told, where: string, storages: Map<number, unknown>): void {
  if (typeof told !== 'object' || told === null) {
    expect(value, where).toBe(told);
    return;
  }
  switch (told.$) {
    case 'int':
      expect(value, where).toBe(BigInt(told.text!));
      return;
    case 'float':
      expect(value, where).toBe(floatOf(told));
      return;
    case 'tensor':
      checkTensor(value, told, where, storages);
      return;
    case 'list':
    case 'tuple':
    case 'Size':
      expect(Array.isArray(value), where).toBe(true);
      expect((value as unknown[]).length, where).toBe(told.items!.length);
      told.items!.forEach((item, i) => check((value as unknown[])[i], item, `${where}[${i}]`, storages));
      return;
    case 'set':
      expect([...(value as Set<number>)].sort(), where).toEqual(told.items);
      return;
    case 'bytes':
      expect(value, where).toEqual(Uint8Array.from(told.items as number[]));
      return;
    default:
      checkDict(value, told, where, storages);
  }
}

const floatOf = ({ text }: TellKind) => (text === '-0' ? -0 : text === 'inf' ? Infinity : text === '-inf' ? -Infinity : NaN);

function checkDict(value: unknown, { entries = [] }: TellKind, where: string, storages: Map<number, unknown>): void {
  const pairs: [unknown, unknown][] = value instanceof Map ? [...value] : Object.entries(value as object);
  expect(pairs.length, where).toBe(entries.length);
  for (const [i, [key, item]] of entries.entries()) {
    // Records put whole numbers first; Maps keep the order.
    const [found, inner] = value instanceof Map ? pairs[i]! : [key, (value as Record<string, unknown>)[String(key)]];
    check(found, key, `a key of ${where}`, storages);
    check(inner, item, `${where}.${String(key)}`, storages);
  }
}

function checkTensor(value: unknown, told: TellKind, where: string, storages: Map<number, unknown>): void {
  expect(value, where).toBeInstanceOf(Tensor);
  const x = value as Tensor;
  expect({ shape: x.shape, strides: x.strides, requiresGrad: x.requiresGrad }, where).toEqual({
    shape: told.shape,
    strides: told.strides,
    requiresGrad: told.requiresGrad,
  });
  expect([x.dtype, fileDType(x)], where).toEqual([readAs[told.dtype!] ?? told.dtype, told.dtype]);
  if (x.numel() > 0) {
    expect(x.offset, where).toBe(told.offset);
    if (storages.has(told.storage!)) expect(x.storage === storages.get(told.storage!), `${where} shares its storage`).toBe(true);
    else expect([...storages.values()].includes(x.storage), `${where} has its own storage`).toBe(false);
    storages.set(told.storage!, x.storage);
  }
  const values = Array.from(x.toTypedArray() as ArrayLike<number | bigint>, (item) => (x.dtype === 'bool' ? item !== 0 : Number(item)));
  expect(values, where).toEqual(
    told.values!.map((item) => (typeof item === 'object' ? (item!.$ === 'int' ? Number(item!.text) : floatOf(item as TellKind)) : item)),
  );
}

describe('files of PyTorch', () => {
  test.each(Object.keys(files))('%s', (name) => {
    const path = join(folder, name);
    const options = { checksums: name !== 'without-checksums.pth' };
    check(load<unknown>(path, options), files[name]!, name, new Map());
    check(loadBytes<unknown>(new Uint8Array(readFileSync(path)), options), files[name]!, name, new Map());
  });

  test.each(Object.entries(refused))('%s is refused: %s', (name, reason) => {
    expect(() => load(join(folder, name))).toThrow(FormatError);
    expect(() => load(join(folder, name))).toThrow(reason);
  });

  it('have checksums that are compared', () => {
    expect(() => load(join(folder, 'without-checksums.pth'))).toThrow(/checksum.*set_crc32_options.*\{ checksums: false \}/);
  });
});
