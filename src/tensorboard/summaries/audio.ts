/** Sound: WAV files of one channel and 16 bits. */
import { ArgumentError, ShapeError } from '../../errors.js';
import { wholeNumber } from '../../tensor/arguments/checks.js';
import { warnOnce } from '../../tensor/arguments/warn-once.js';
import type { SummaryValue } from './scalar.js';
import { numbersOf } from './values.js';

/** @param sound from -1 to 1, all in one dim; dims of size 1 beside it are left out. */
export function audioSummary(op: string, tag: string, sound: unknown, sampleRate: unknown): SummaryValue {
  const rate = wholeNumber(op, 'sampleRate', sampleRate, { min: 1, max: 2 ** 31 - 1 });
  const { data, shape } = numbersOf(op, 'sndTensor', sound);
  const sizes = shape.filter((size) => size !== 1);
  if (sizes.length > 1)
    throw new ShapeError(`${op}: sndTensor has shape [${shape.join(', ')}], expected one dim: the samples of one channel.`);
  if (data.length === 0) throw new ArgumentError(`${op}: sndTensor has no samples.`);
  let louder = false;
  const samples = Int16Array.from(data, (value) => {
    if (Math.abs(value) > 1) louder = true;
    return Math.trunc(Math.min(1, Math.max(-1, value)) * 32767) || 0;
  });
  if (louder) warnOnce(`${op}: the sound is louder than 1 and was cut off there.`);
  return {
    tag,
    value: {
      case: 'audio',
      value: {
        sampleRate: rate,
        numChannels: 1n,
        lengthFrames: BigInt(samples.length),
        encodedAudioString: wav(samples, rate),
        contentType: 'audio/wav',
      },
    },
  };
}

function wav(samples: Int16Array, rate: number): Uint8Array {
  const out = new DataView(new ArrayBuffer(44 + 2 * samples.length));
  const word = (at: number, text: string) => [...text].forEach((letter, i) => out.setUint8(at + i, letter.charCodeAt(0)));
  word(0, 'RIFF');
  out.setUint32(4, 36 + 2 * samples.length, true);
  word(8, 'WAVEfmt ');
  out.setUint32(16, 16, true);
  out.setUint16(20, 1, true); // PCM
  out.setUint16(22, 1, true);
  out.setUint32(24, rate, true);
  out.setUint32(28, 2 * rate, true);
  out.setUint16(32, 2, true);
  out.setUint16(34, 16, true);
  word(36, 'data');
  out.setUint32(40, 2 * samples.length, true);
  samples.forEach((sample, i) => out.setInt16(44 + 2 * i, sample, true));
  return new Uint8Array(out.buffer);
}
