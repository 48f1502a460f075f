import { deflateRawSync, crc32 as systemCrc32 } from 'node:zlib';
import fc from 'fast-check';
import { FormatError } from 'hone';
import { describe, expect, it } from 'vitest';
import { inflateRaw } from '../files/files-browser.js';
import { crc32 } from './crc32.js';
import { ZipReader } from './zip.js';
import { zipChunks } from './zip-writer.js';

const fail = (what: string): never => {
  throw new FormatError(what);
};
const text = (value: string) => new TextEncoder().encode(value);

function joined(chunks: Iterable<Uint8Array>): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([...chunks].flatMap((chunk) => [...chunk]));
}

function zip(entries: Record<string, Uint8Array>, narrowMost?: number): Uint8Array<ArrayBuffer> {
  return joined(
    zipChunks(
      Object.entries(entries).map(([name, data]) => ({ name, data: () => data })),
      narrowMost,
    ),
  );
}

/** Changes a file where `find` stands for the `nth` time, from `offset` bytes on. */
function patched(file: Uint8Array, find: number[], nth: number, offset: number, ...bytes: number[]): Uint8Array {
  const out = file.slice();
  let seen = 0;
  for (let at = 0; at + 4 <= out.length; at++) {
    if (find.every((byte, i) => out[at + i] === byte) && seen++ === nth) {
      out.set(bytes, at + offset);
      return out;
    }
  }
  throw new Error('not found');
}

const LOCAL = [0x50, 0x4b, 3, 4];
const DIRECTORY = [0x50, 0x4b, 1, 2];
const END = [0x50, 0x4b, 5, 6];
const good = zip({ 'a/one': text('hello'), 'a/two': text('world!') });

describe('zip files', () => {
  it('come back as they were written, at multiples of 64', () => {
    const reader = new ZipReader(good, fail);
    expect(reader.names()).toEqual(['a/one', 'a/two']);
    expect(new TextDecoder().decode(reader.read('a/two'))).toBe('world!');
    expect(reader.read('a/one').byteOffset % 64).toBe(0);
    expect(() => reader.read('a/three')).toThrow('it has no entry "a/three"');
  });

  it('come back whatever their sizes, in zip64 as well', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.stringMatching(/^[a-z]{1,9}$/), fc.uint8Array({ maxLength: 200 })),
        fc.nat({ max: 400 }),
        (entries, most) => {
          const reader = new ZipReader(zip(entries, most), fail);
          expect(reader.names()).toEqual(Object.keys(entries));
          for (const [name, data] of Object.entries(entries)) expect(reader.read(name)).toEqual(data);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('are inflated, and no further than they announce', () => {
    const data = new Uint8Array(5000).fill(7);
    const packed = deflateRawSync(data);
    const make = (size: number, content: Uint8Array = packed) => {
      const file = zip({ x: content });
      const sizes = [size & 255, size >> 8, 0, 0];
      const crc = systemCrc32(data);
      const crcBytes = [0, 8, 16, 24].map((shift) => (crc >>> shift) & 255);
      let out = patched(file, LOCAL, 0, 22, ...sizes);
      out = patched(out, LOCAL, 0, 8, 8, 0);
      out = patched(out, DIRECTORY, 0, 24, ...sizes);
      out = patched(out, DIRECTORY, 0, 10, 8, 0);
      out = patched(out, DIRECTORY, 0, 16, ...crcBytes);
      return new ZipReader(out, fail);
    };
    expect(make(5000).read('x')).toEqual(data);
    expect(() => make(4999).read('x')).toThrow(/the compressed bytes of "x" are damaged/);
    expect(() => make(5001).read('x')).toThrow('"x" holds 5000 bytes where 5001 are announced');
    expect(() => make(60000)).toThrow(/announces 60000 bytes, more than its \d+ compressed bytes can hold/);
    expect(() => make(5000, new Uint8Array(packed.length).fill(255)).read('x')).toThrow('damaged');
  });

  it('are inflated in browsers as well', () => {
    const data = Uint8Array.from({ length: 3000 }, (_, i) => (i * i) & 15);
    expect(inflateRaw(new Uint8Array(deflateRawSync(data)), 3000)).toEqual(data);
    expect(() => inflateRaw(new Uint8Array(20).fill(255), 3000)).toThrow();
  });

  it('are not inflated where a small file would fill the memory', () => {
    // Nothing of it is inflated, so the bytes need not be what they are said to be.
    const size = 300_000_000;
    const packed = new Uint8Array(400_000);
    const sizes = [0, 8, 16, 24].map((shift) => (size >>> shift) & 255);
    let file = zip({ x: packed });
    file = new Uint8Array(patched(file, LOCAL, 0, 22, ...sizes));
    file = new Uint8Array(patched(file, LOCAL, 0, 8, 8, 0));
    file = new Uint8Array(patched(file, DIRECTORY, 0, 24, ...sizes));
    file = new Uint8Array(patched(file, DIRECTORY, 0, 10, 8, 0));
    expect(() => new ZipReader(file, fail).read('x')).toThrow('compressed entries hold more than 256 MB');
  });

  it.each<[string, () => Uint8Array, RegExp]>([
    ['cut at the end', () => good.subarray(0, good.length - 1), /no directory at its end: the file is cut short/],
    ['cut to nothing', () => good.subarray(0, 10), /cut short/],
    ['of a directory beyond the end', () => patched(good, END, 0, 16, 255, 255, 0, 0), /reaches beyond the file's end/],
    ['of more entries than fit', () => patched(good, END, 0, 8, 99, 0, 99, 0), /announces 99 entries/],
    ['of fewer entries than there are', () => patched(good, END, 0, 8, 1, 0, 1, 0), /bytes that belong to no entry/],
    ['in parts', () => patched(good, END, 0, 4, 1, 0), /one part of a zip file that was split/],
    ['with a damaged directory', () => patched(good, DIRECTORY, 1, 0, 0), /entry 1 of its directory is damaged/],
    ['with a long name', () => patched(good, DIRECTORY, 1, 28, 255, 255), /entry 1 of its directory reaches beyond/],
    ['with an entry beyond the data', () => patched(good, DIRECTORY, 1, 20, 99, 9, 0, 0, 99, 9, 0, 0), /"a\/two" reaches beyond the end/],
    ['with an entry elsewhere', () => patched(good, DIRECTORY, 1, 42, 1, 0, 0, 0), /"a\/two" is not where the directory says/],
    [
      'with two names for one entry',
      () => patched(good, DIRECTORY, 1, 42, 0, 0, 0, 0),
      /directory and its entry "a\/two" contradict each other/,
    ],
    ['with one name twice', () => zipTwice(), /two entries "x"/],
    ['encrypted', () => patched(good, DIRECTORY, 0, 8, 1), /"a\/one" is encrypted/],
    ['compressed in another way', () => patched(good, DIRECTORY, 0, 10, 12), /method 12/],
    ['stored in another size', () => patched(good, DIRECTORY, 0, 24, 9), /stored in 5 bytes but announces 9/],
    ['of two sizes', () => patched(good, LOCAL, 0, 18, 4, 0, 0, 0, 4), /"a\/one" give different sizes/],
    ['that overlaps', () => overlapping(), /"x" and "y" overlap/],
    ['with a way out', () => zip({ '../../etc/passwd': text('') }), /leads out of the archive/],
    ['with a way from the root', () => zip({ '/etc/passwd': text('') }), /leads out of the archive/],
    ['with a way on another disk', () => zip({ 'c:\\x': text('') }), /leads out of the archive/],
    ['with a nameless entry', () => zip({ '': text('') }), /an entry is called ""/],
    ['with zip64 sizes that are not there', () => patched(good, DIRECTORY, 0, 20, 255, 255, 255, 255), /no zip64 sizes/],
    [
      'with another zip64 directory',
      () => patched(zip({ x: text('1') }, 0), [0x50, 0x4b, 6, 7], 0, 8, 3, 0, 0, 0),
      /zip64 directory is not where/,
    ],
    [
      'with a zip64 size beyond counting',
      () => patched(zip({ x: text('1') }, 0), [0x50, 0x4b, 6, 6], 0, 40, ...Array<number>(8).fill(255)),
      /size or position of 18446744073709551615/,
    ],
  ])('%s are refused', (_, make, message) => {
    expect(() => new ZipReader(make(), fail)).toThrow(FormatError);
    expect(() => new ZipReader(make(), fail)).toThrow(message);
  });

  it('are compared with their checksums, unless that is not wanted', () => {
    const at = new ZipReader(good, fail).read('a/one').byteOffset - good.byteOffset;
    const bad = good.slice();
    bad[at]! ^= 1;
    expect(() => new ZipReader(bad, fail).read('a/one')).toThrow(/"a\/one" do not have the checksum/);
    expect(new ZipReader(bad, fail, { checksums: false }).read('a/one').length).toBe(5);
    expect(new ZipReader(bad, fail).read('a/two').length).toBe(6);
  });

  it('may end in a comment', () => {
    const commented = Uint8Array.from([...patched(good, END, 0, 20, 3, 0), 1, 2, 3]);
    expect(new ZipReader(commented, fail).names()).toEqual(['a/one', 'a/two']);
  });
});

function zipTwice(): Uint8Array {
  return joined(
    zipChunks([
      { name: 'x', data: () => text('1') },
      { name: 'x', data: () => text('2') },
    ]),
  );
}

/** The second entry lies in the bytes of the first. */
function overlapping(): Uint8Array {
  const inner = zip({ y: text('inner') });
  const end = inner.findIndex((_, at) => DIRECTORY.every((byte, i) => inner[at + i] === byte));
  const file = zip({ x: inner.subarray(0, end), y: text('inner') });
  const start = new ZipReader(file, fail).read('x').byteOffset;
  return patched(file, DIRECTORY, 1, 42, start & 255, start >> 8, 0, 0);
}

describe('crc32', () => {
  it('is that of the system', () => {
    expect(crc32(text('123456789'))).toBe(0xcbf43926);
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => crc32(bytes) === systemCrc32(bytes)));
  });
});
