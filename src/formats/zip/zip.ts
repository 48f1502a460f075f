/**
 * Reading zip files, as torch.save writes them, from bytes that may be hostile: the whole directory is checked against the bytes before
 * anything is read, and nothing is allocated because a header announces it.
 * https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
import { inflateRaw, systemCrc32 } from '#files';
import { showBytes } from '../../engine/memory/allocator.js';
import { crc32 } from './crc32.js';

/** Throws a FormatError that names the file. */
export type Fail = (what: string) => never;

const END = 0x06054b50;
const END_BYTES = 22;
const END64 = 0x06064b50;
const END64_BYTES = 56;
const LOCATOR64 = 0x07064b50;
const LOCATOR64_BYTES = 20;
const DIRECTORY_ENTRY = 0x02014b50;
const DIRECTORY_ENTRY_BYTES = 46;
const LOCAL_HEADER = 0x04034b50;
const LOCAL_HEADER_BYTES = 30;

const STORED = 0;
const DEFLATED = 8;
/** No deflated byte can hold more. */
const MOST_INFLATED = 1032;
/** All entries together, inflated: in any case, and of what takes a hundredth of that in the file, as no weights do. */
const MAX_INFLATED = 2 ** 32;
const MAX_INFLATED_TIGHT = 2 ** 28;

const ENCRYPTED = 1;
const SIZES_FOLLOW = 8;
const UTF8 = 0x800;

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  /** Bytes in the file. */
  readonly packed: number;
  /** Bytes when read. */
  readonly size: number;
  /** Where its local header starts, and where its bytes start and end. */
  readonly header: number;
  readonly start: number;
  readonly end: number;
}

export interface ZipOptions {
  /** Whether entries are compared with their checksums. Default: true. */
  checksums?: boolean;
}

/** The entries of a zip file. */
export class ZipReader {
  readonly #bytes: Uint8Array;
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #checksums: boolean;
  readonly #fail: Fail;
  #inflated = 0;

  /** Reads and checks the directory; throws through `fail` for whatever is not a whole, consistent zip file. */
  constructor(bytes: Uint8Array, fail: Fail, { checksums = true }: ZipOptions = {}) {
    this.#bytes = bytes;
    this.#fail = fail;
    this.#checksums = checksums;
    this.#entries = readDirectory(bytes, fail);
  }

  /** The names of all entries, in the directory's order. */
  names(): string[] {
    return [...this.#entries.keys()];
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** The bytes of an entry: a view of the file's where they are stored as they are. */
  read(name: string): Uint8Array {
    const fail = this.#fail;
    const entry = this.#entries.get(name) ?? fail(`it has no entry "${name}".`);
    const packed = this.#bytes.subarray(entry.start, entry.end);
    const data = entry.method === STORED ? packed : this.#inflate(entry, packed);
    if (this.#checksums) {
      const crc = (systemCrc32 ?? crc32)(data);
      if (crc !== entry.crc) {
        fail(
          `the bytes of "${name}" do not have the checksum that the file gives for them (${hex(crc)} against ${hex(entry.crc)}): it is damaged. Where it was saved without checksums, as torch.serialization.set_crc32_options(False) does, load it with { checksums: false }.`,
        );
      }
    }
    return data;
  }

  #inflate({ name, size }: Entry, packed: Uint8Array): Uint8Array {
    this.#inflated += size;
    const most = this.#inflated > 100 * this.#bytes.length ? MAX_INFLATED_TIGHT : MAX_INFLATED;
    if (this.#inflated > most) this.#fail(`its compressed entries hold more than ${showBytes(most)}. Save it again without compression.`);
    let data: Uint8Array;
    try {
      data = inflateRaw(packed, size);
    } catch (error) {
      return this.#fail(`the compressed bytes of "${name}" are damaged (${(error as Error).message}).`);
    }
    if (data.length !== size) this.#fail(`"${name}" holds ${data.length} bytes where ${size} are announced: the file is damaged.`);
    return data;
  }
}

const hex = (n: number) => n.toString(16).padStart(8, '0');

/** Numbers out of bytes, little endian, with a named error where the bytes end. */
class Fields {
  readonly #view: DataView;
  constructor(
    bytes: Uint8Array,
    readonly fail: Fail,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  u16(at: number): number {
    return this.#view.getUint16(at, true);
  }
  u32(at: number): number {
    return this.#view.getUint32(at, true);
  }
  u64(at: number): number {
    const value = this.#view.getBigUint64(at, true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) this.fail(`its directory gives a size or position of ${value} bytes.`);
    return Number(value);
  }
}

/** Where the directory lies, and how many entries it has. */
interface Directory {
  readonly start: number;
  readonly end: number;
  readonly count: number;
}

function findDirectory(bytes: Uint8Array, fields: Fields): Directory {
  const { fail } = fields;
  let at = bytes.length - END_BYTES;
  const lowest = Math.max(0, at - 0xffff);
  while (at >= lowest && !(fields.u32(at) === END && at + END_BYTES + fields.u16(at + 20) === bytes.length)) at--;
  if (at < lowest) fail('it starts as a zip file, as torch.save writes it, but has no directory at its end: the file is cut short.');
  let [count, size, start] = [fields.u16(at + 10), fields.u32(at + 12), fields.u32(at + 16)];
  if (fields.u16(at + 4) !== 0 || fields.u16(at + 6) !== 0 || fields.u16(at + 8) !== count)
    fail('it is one part of a zip file that was split.');
  let limit = at;
  const locator = at - LOCATOR64_BYTES;
  if (locator >= 0 && fields.u32(locator) === LOCATOR64) {
    const at64 = fields.u64(locator + 8);
    if (at64 + END64_BYTES > locator || fields.u32(at64) !== END64) fail('its zip64 directory is not where it is announced.');
    const wide = [fields.u64(at64 + 32), fields.u64(at64 + 40), fields.u64(at64 + 48)] as const;
    const agrees = (narrow: number, most: number, value: number) => narrow === most || narrow === value;
    if (!agrees(count, 0xffff, wide[0]) || !agrees(size, 0xffffffff, wide[1]) || !agrees(start, 0xffffffff, wide[2]))
      fail('its two directories contradict each other.');
    [count, size, start] = wide;
    limit = at64;
  }
  if (start + size > limit) fail(`its directory of ${size} bytes at ${start} reaches beyond the file's end: the file is damaged.`);
  if (count * DIRECTORY_ENTRY_BYTES > size) fail(`its directory announces ${count} entries in ${size} bytes.`);
  return { start, end: start + size, count };
}

function readDirectory(bytes: Uint8Array, fail: Fail): Map<string, Entry> {
  if (bytes.length < END_BYTES) fail('it starts as a zip file, as torch.save writes it, but is cut short.');
  const fields = new Fields(bytes, fail);
  const directory = findDirectory(bytes, fields);
  const entries = new Map<string, Entry>();
  const taken: Entry[] = [];
  let at = directory.start;
  for (let i = 0; i < directory.count; i++) {
    if (at + DIRECTORY_ENTRY_BYTES > directory.end || fields.u32(at) !== DIRECTORY_ENTRY) fail(`entry ${i} of its directory is damaged.`);
    const [nameBytes, extraBytes, commentBytes] = [fields.u16(at + 28), fields.u16(at + 30), fields.u16(at + 32)];
    const next = at + DIRECTORY_ENTRY_BYTES + nameBytes + extraBytes + commentBytes;
    if (next > directory.end) fail(`entry ${i} of its directory reaches beyond the directory's end.`);
    const entry = readEntry(bytes, fields, at, directory.start);
    at = next;
    if (entries.has(entry.name)) fail(`it has two entries "${entry.name}".`);
    entries.set(entry.name, entry);
    taken.push(entry);
  }
  if (at !== directory.end) fail(`its directory has ${directory.end - at} bytes that belong to no entry.`);
  taken.sort((a, b) => a.header - b.header);
  for (let i = 1; i < taken.length; i++) {
    const [before, entry] = [taken[i - 1]!, taken[i]!];
    if (entry.header < before.end) fail(`its entries "${before.name}" and "${entry.name}" overlap.`);
  }
  return entries;
}

/** The entry described at `at` of the directory, compared with its local header. `limit`: where the directory starts. */
function readEntry(bytes: Uint8Array, fields: Fields, at: number, limit: number): Entry {
  const { fail } = fields;
  const [flags, method, crc] = [fields.u16(at + 8), fields.u16(at + 10), fields.u32(at + 16)];
  const nameAt = at + DIRECTORY_ENTRY_BYTES;
  const nameEnd = nameAt + fields.u16(at + 28);
  const name = decodeName(bytes.subarray(nameAt, nameEnd), (flags & UTF8) !== 0, fail);
  let [packed, size, header] = [fields.u32(at + 20), fields.u32(at + 24), fields.u32(at + 42)];
  if (packed === 0xffffffff || size === 0xffffffff || header === 0xffffffff) {
    const wide = wideFields(fields, nameEnd, nameEnd + fields.u16(at + 30));
    if (size === 0xffffffff) size = wide();
    if (packed === 0xffffffff) packed = wide();
    if (header === 0xffffffff) header = wide();
  }
  if ((flags & ENCRYPTED) !== 0) fail(`its entry "${name}" is encrypted.`);
  if (method !== STORED && method !== DEFLATED)
    fail(`its entry "${name}" is compressed by method ${method}; Hone reads 0 (stored) and 8 (deflated).`);
  if (method === STORED && packed !== size) fail(`its entry "${name}" is stored in ${packed} bytes but announces ${size}.`);
  if (method === DEFLATED && size > packed * MOST_INFLATED)
    fail(`its entry "${name}" announces ${size} bytes, more than its ${packed} compressed bytes can hold.`);
  if (header + LOCAL_HEADER_BYTES > limit || fields.u32(header) !== LOCAL_HEADER)
    fail(`its entry "${name}" is not where the directory says.`);
  const start = header + LOCAL_HEADER_BYTES + fields.u16(header + 26) + fields.u16(header + 28);
  if (start + packed > limit) fail(`its entry "${name}" reaches beyond the end of the data: the file is damaged or cut short.`);
  const localName = bytes.subarray(header + LOCAL_HEADER_BYTES, header + LOCAL_HEADER_BYTES + fields.u16(header + 26));
  if (!sameBytes(localName, bytes.subarray(nameAt, nameEnd)) || fields.u16(header + 8) !== method)
    fail(`its directory and its entry "${name}" contradict each other.`);
  const [localPacked, localSize] = [fields.u32(header + 18), fields.u32(header + 22)];
  const fits = (local: number, value: number) => local === value || local === 0xffffffff;
  if ((fields.u16(header + 6) & SIZES_FOLLOW) === 0 && !(fits(localPacked, packed) && fits(localSize, size)))
    fail(`its directory and its entry "${name}" give different sizes.`);
  return { name, method, crc, packed, size, header, start, end: start + packed };
}

/** Gives the 64-bit values of an entry's extra fields, one after the other. */
function wideFields(fields: Fields, from: number, to: number): () => number {
  for (let at = from; at + 4 <= to; ) {
    const end = at + 4 + fields.u16(at + 2);
    if (end > to) break;
    if (fields.u16(at) === 1) {
      let next = at + 4;
      return () => {
        if (next + 8 > end) fields.fail('the zip64 sizes of an entry are cut short.');
        next += 8;
        return fields.u64(next - 8);
      };
    }
    at = end;
  }
  return fields.fail('an entry has no zip64 sizes where it announces them.');
}

function decodeName(bytes: Uint8Array, utf8: boolean, fail: Fail): string {
  let name: string;
  try {
    name = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    if (utf8) fail('the name of an entry is not UTF-8.');
    name = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  }
  const shown = JSON.stringify(name.slice(0, 100));
  if (name === '' || name.includes('\0')) fail(`an entry is called ${shown}.`);
  if (/^[/\\]|^[a-z]:|\\/i.test(name) || name.split('/').includes('..'))
    fail(`an entry is called ${shown}, a path that leads out of the archive.`);
  return name;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
