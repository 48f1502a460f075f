/** Records of a file of events, one by one, however far it is written. */
import type { OpenFile } from '#files';
import { FOOTER, HEADER, maskedCrc } from '../records/record.js';

/** What comes next in a file. */
export type Next =
  | { readonly kind: 'record'; readonly data: Uint8Array }
  /** Nothing yet: the file ends here, or in the middle of a record that is still being written. */
  | { readonly kind: 'end' }
  /** A record whose checksum is wrong; the one after it can be read. */
  | { readonly kind: 'damaged'; readonly at: number; readonly length: number }
  /** From here on nothing can be read: where the next record begins is not known. */
  | { readonly kind: 'lost'; readonly at: number; readonly why: string };

/** So much is read from the file at once, unless a record is larger. */
const CHUNK = 1 << 18;

/** Goes through a file that may grow between calls of {@link next}. */
export class RecordReader {
  /** Where the next record begins. */
  offset = 0;
  private lost = false;
  private chunk: Uint8Array = new Uint8Array();
  private chunkStart = 0;

  /** The bytes from `start` to `end`; undefined where the file does not reach so far. */
  private bytes(file: OpenFile, start: number, end: number): Uint8Array | undefined {
    if (end > file.size) return undefined;
    if (start < this.chunkStart || end > this.chunkStart + this.chunk.length) {
      this.chunk = file.read(start, Math.max(end, start + CHUNK));
      this.chunkStart = start;
    }
    const part = this.chunk.subarray(start - this.chunkStart, end - this.chunkStart);
    return part.length === end - start ? part : undefined;
  }

  /** What a growing file had is read once more where it was cut off in the middle of a record. */
  forget(): void {
    this.chunk = new Uint8Array();
  }

  /** The record at the offset, which moves on behind it. */
  next(file: OpenFile): Next {
    if (this.lost) return { kind: 'end' };
    const at = this.offset;
    if (file.size < at) return this.lose(at, `the file has ${file.size} bytes now, fewer than were read before`);
    const header = this.bytes(file, at, at + HEADER);
    if (header === undefined) return { kind: 'end' };
    const view = new DataView(header.buffer, header.byteOffset, HEADER);
    if (view.getUint32(8, true) !== maskedCrc(header.subarray(0, 8))) return this.lose(at, 'the checksum of its length is wrong');
    const length = view.getBigUint64(0, true);
    if (length > 2n ** 40n) return this.lose(at, `it announces ${length} bytes`);
    const end = at + HEADER + Number(length);
    const whole = this.bytes(file, at + HEADER, end + FOOTER);
    if (whole === undefined) return { kind: 'end' };
    const data = whole.subarray(0, Number(length));
    this.offset = end + FOOTER;
    const crc = new DataView(whole.buffer, whole.byteOffset + Number(length), FOOTER).getUint32(0, true);
    return crc === maskedCrc(data) ? { kind: 'record', data } : { kind: 'damaged', at, length: Number(length) };
  }

  private lose(at: number, why: string): Next {
    this.lost = true;
    return { kind: 'lost', at, why };
  }
}
