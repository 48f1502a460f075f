/** The files of the WebAssembly engine: which a host runs, and what is done to their bytes before they are compiled. */
import { EngineError } from '../../errors.js';

export type WasmFile = 'hone-relaxed.wasm' | 'hone-simd.wasm';

/**
 * A function body that uses one relaxed SIMD instruction; validates only where the host has it.
 * (module (func (result v128) v128.const 0 v128.const 0 v128.const 0 f32x4.relaxed_madd))
 */
export function hasRelaxedSimd(): boolean {
  const zero = [0xfd, 0x0c, ...new Array(16).fill(0)];
  const body = [0x00, ...zero, ...zero, ...zero, 0xfd, 0x85, 0x02, 0x0b];
  return WebAssembly.validate(
    new Uint8Array([
      0,
      0x61,
      0x73,
      0x6d,
      1,
      0,
      0,
      0,
      1,
      5,
      1,
      0x60,
      0,
      1,
      0x7b,
      3,
      2,
      1,
      0,
      0x0a,
      body.length + 2,
      1,
      body.length,
      ...body,
    ]),
  );
}

/** The files of the builds that this host runs, best first. */
export function wasmFiles(): readonly WasmFile[] {
  return hasRelaxedSimd() ? ['hone-relaxed.wasm', 'hone-simd.wasm'] : ['hone-simd.wasm'];
}

const startsWith = (bytes: Uint8Array, magic: readonly number[]) => magic.every((byte, i) => bytes[i] === byte);
/** What a file's first bytes are: a server that answers every address with its front page sends something else. */
export const isWasm = (bytes: Uint8Array): boolean => startsWith(bytes, [0x00, 0x61, 0x73, 0x6d]);
/** As the package that is published holds the engine: a quarter of the size, for servers that do not compress. */
export const isGzip = (bytes: Uint8Array): boolean => startsWith(bytes, [0x1f, 0x8b]);

const IMPORT_SECTION = 2;
const [FUNCTION, TABLE, MEMORY, GLOBAL] = [0, 1, 2, 3];
const SHARED = 0b10;

/**
 * The bytes of a build as a host that cannot share memory takes them: its memory is imported as shared, and the bit that says so goes. Nothing else
 * hangs on it: atomics work on memory of one thread, too.
 * @throws {EngineError} for bytes that end too soon.
 */
export function withOwnMemory(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  let at = 8;
  const byte = () => {
    if (at >= bytes.length) throw new EngineError('wasm engine: the file ends too soon. Was it cut short?');
    return bytes[at++]!;
  };
  const number = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const next = byte();
      value += (next % 128) * scale;
      if (next < 128) return value;
    }
  };
  const limits = () => {
    if (byte() & 1) number();
    number();
  };
  while (at < bytes.length) {
    const section = byte();
    const size = number();
    if (section !== IMPORT_SECTION) {
      at += size;
      continue;
    }
    for (let left = number(); left > 0; left--) {
      for (let name = 0; name < 2; name++) {
        const length = number();
        at += length;
      }
      const kind = byte();
      if (kind === MEMORY) {
        if (!(bytes[at]! & SHARED)) return bytes;
        const own = bytes.slice();
        own[at] = own[at]! & ~SHARED;
        return own;
      }
      if (kind === FUNCTION) number();
      else if (kind === TABLE) {
        byte();
        limits();
      } else if (kind === GLOBAL) at += 2;
      else return bytes; // of a kind that no build of ours has: the compiler will say
    }
    return bytes;
  }
  return bytes;
}
