/** Writing zip files as torch.save does: entries stored as they are, their bytes at multiples of 64, zip64 where sizes ask for it. */
import { systemCrc32 } from '#files';
import { crc32 } from './crc32.js';

/** PyTorch's, so that it can map storages into memory. */
const ALIGNMENT = 64;
const NARROW_MOST = 0xffffffff;
const VERSION = 20;
const VERSION64 = 45;
const UTF8 = 0x800;
/** 1 January 1980, the first day that zip files know. */
const DATE = 0x21;
/** The extra field that PyTorch fills up with. */
const PADDING = 0x4246;

export interface ZipSource {
  readonly name: string;
  /** Gives the bytes when their turn has come. */
  data(): Uint8Array;
}

/** Little-endian numbers, one after the other. */
class Record {
  readonly #bytes: number[] = [];
  u16(...values: number[]): this {
    for (const value of values) this.#bytes.push(value & 255, (value >>> 8) & 255);
    return this;
  }
  u32(...values: number[]): this {
    for (const value of values) this.u16(value & 0xffff, value >>> 16);
    return this;
  }
  u64(...values: number[]): this {
    for (const value of values) this.u32(value % 2 ** 32, Math.floor(value / 2 ** 32));
    return this;
  }
  bytes(values: Iterable<number>): this {
    for (const value of values) this.#bytes.push(value);
    return this;
  }
  done(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}

/**
 * The pieces of a zip file, in order.
 * @param narrowMost the largest size and position that goes without zip64; tests lower it.
 */
export function* zipChunks(sources: Iterable<ZipSource>, narrowMost = NARROW_MOST - 1): Generator<Uint8Array> {
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const { name, data } of sources) {
    const [key, bytes] = [new TextEncoder().encode(name), data()];
    const { length } = bytes;
    const crc = (systemCrc32 ?? crc32)(bytes);
    const header = at;
    const [wideSize, wideHeader] = [length > narrowMost, header > narrowMost];
    const wide = wideSize ? new Record().u16(1, 16).u64(length, length).done() : new Uint8Array(0);
    const beforePadding = header + 30 + key.length + wide.length + 4;
    const padding = (ALIGNMENT - (beforePadding % ALIGNMENT)) % ALIGNMENT;
    const narrow = wideSize ? NARROW_MOST : length;
    const version = wideSize || wideHeader ? VERSION64 : VERSION;
    const common = (record: Record) => record.u16(version, UTF8, 0, 0, DATE).u32(crc, narrow, narrow).u16(key.length);
    yield common(new Record().u32(0x04034b50))
      .u16(wide.length + 4 + padding)
      .bytes(key)
      .bytes(wide)
      .u16(PADDING, padding)
      .bytes(new Uint8Array(padding))
      .done();
    yield bytes;
    const positions = [...(wideSize ? [length, length] : []), ...(wideHeader ? [header] : [])];
    const extra =
      positions.length === 0
        ? []
        : new Record()
            .u16(1, 8 * positions.length)
            .u64(...positions)
            .done();
    directory.push(
      common(new Record().u32(0x02014b50).u16(version))
        .u16(extra.length, 0, 0, 0)
        .u32(0, wideHeader ? NARROW_MOST : header)
        .bytes(key)
        .bytes(extra)
        .done(),
    );
    at = beforePadding + padding + length;
  }
  yield* directory;
  const count = directory.length;
  const size = directory.reduce((sum, entry) => sum + entry.length, 0);
  const record = new Record();
  const wide = count >= 0xffff || size > narrowMost || at > narrowMost;
  if (wide) {
    record.u32(0x06064b50).u64(44).u16(VERSION64, VERSION64).u32(0, 0).u64(count, count, size, at);
    record
      .u32(0x07064b50, 0)
      .u64(at + size)
      .u32(1);
  }
  const entries = Math.min(count, 0xffff);
  record
    .u32(0x06054b50)
    .u16(0, 0, entries, entries)
    .u32(size > narrowMost ? NARROW_MOST : size, at > narrowMost ? NARROW_MOST : at)
    .u16(0);
  yield record.done();
}
