import fc from 'fast-check';
import { FormatError } from 'hone';
import { decodeIdx } from 'hone/formats';
import { describe, expect, it } from 'vitest';

describe('decodeIdx', () => {
  it('reads every dtype that Hone has, big endian', () => {
    expect(decodeIdx(Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255)).toArray()).toEqual([
      [1, 2, 3],
      [4, 5, 255],
    ]);
    expect(decodeIdx(Uint8Array.of(0, 0, 12, 1, 0, 0, 0, 2, 0, 0, 1, 0, 255, 255, 255, 254)).toTypedArray()).toEqual(
      Int32Array.of(256, -2),
    );
    expect(decodeIdx(Uint8Array.of(0, 0, 13, 1, 0, 0, 0, 1, 0x3f, 0xc0, 0, 0)).toTypedArray()).toEqual(Float32Array.of(1.5));
    expect(decodeIdx(Uint8Array.of(0, 0, 14, 0, 0x40, 0x04, 0, 0, 0, 0, 0, 0)).item()).toBe(2.5);
    expect(decodeIdx(Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 0, 255, 255, 255, 255)).shape).toEqual([0, 2 ** 32 - 1]);
  });

  it('reads from the middle of a buffer', () => {
    const file = Uint8Array.of(9, 9, 9, 0, 0, 13, 1, 0, 0, 0, 1, 0x3f, 0xc0, 0, 0).subarray(3);
    expect(decodeIdx(file).toArray()).toEqual([1.5]);
  });

  it('says what is wrong', () => {
    const fails = (bytes: number[], message: RegExp) => {
      expect(() => decodeIdx(Uint8Array.from(bytes), 'x.idx')).toThrow(FormatError);
      expect(() => decodeIdx(Uint8Array.from(bytes), 'x.idx')).toThrow(message);
    };
    fails([], /x\.idx: it does not start with two zero bytes/);
    fails([1, 2, 8, 1], /not an idx file/);
    fails([0x1f, 0x8b, 8, 0], /gzip.*gunzip/);
    fails([0, 0, 11, 1, 0, 0, 0, 1, 0], /code 11; Hone reads 8 \(uint8\)/);
    fails([0, 0, 8, 3, 0, 0], /ends before their sizes/);
    fails([0, 0, 8, 1, 255, 255, 255, 255, 1], /takes 4294967295 bytes, but 1 follow/);
    fails([0, 0, 8, 1, 0, 0, 0, 1, 1, 2], /takes 1 bytes, but 2 follow/);
  });

  it('gives a FormatError or a tensor for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.boolean(), (bytes, plausible) => {
        if (plausible) bytes.set([0, 0, 8].slice(0, bytes.length));
        try {
          decodeIdx(bytes).toTypedArray();
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }),
      { numRuns: 300 },
    );
  });
});
