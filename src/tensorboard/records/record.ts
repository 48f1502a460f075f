/**
 * TFRecord, the frame of each event in a file: its length (8 bytes, the lowest first), a checksum of these, the event, a checksum of that.
 * @see https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details
 */
import crc32c from 'crc-32/crc32c.js';

/** Bytes before an event. */
export const HEADER = 12;
/** Bytes after it. */
export const FOOTER = 4;

/** CRC-32C, turned and moved on, so that the checksum of bytes that hold checksums is one, too. */
export function maskedCrc(bytes: Uint8Array): number {
  const crc = crc32c.buf(bytes) >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** An event's bytes in their frame. */
export function frame(data: Uint8Array): Uint8Array {
  const out = new Uint8Array(HEADER + data.length + FOOTER);
  const view = new DataView(out.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc(out.subarray(0, 8)), true);
  out.set(data, HEADER);
  view.setUint32(HEADER + data.length, maskedCrc(data), true);
  return out;
}
