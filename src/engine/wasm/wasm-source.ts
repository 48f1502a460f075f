/** Where the WebAssembly engine comes from, where that is not the file beside the package's code. */
import { ArgumentError, EngineError } from '../../errors.js';

/** What {@link setWasmUrl} takes: an address, the file's bytes, or the compiled module. */
export type WasmSource = string | URL | ArrayBuffer | ArrayBufferView<ArrayBuffer> | WebAssembly.Module;

let chosen: WasmSource | undefined;
let sealed = false;

/**
 * Says where the WebAssembly engine is to be loaded from, for programs that bundlers or servers have moved away from it. Call it before the
 * first tensor is made; where the native engine runs it changes nothing.
 *
 * The address may be that of a file (`hone-simd.wasm` runs everywhere, `hone-relaxed.wasm` on newer hosts; they are in the package's `dist/wasm`,
 * gzipped, and may be given so or unpacked), or of a folder, ending in `/`, that holds them: then the best one that the host runs is taken.
 * In pages it is relative to the page; in Node it is a path or a `file:` URL. Hosts that do not compile code at run time take the `WebAssembly.Module` that their build gives.
 *
 * A page to whose server the files were copied says `setWasmUrl('/assets/hone/')`.
 * @param source an address, the bytes of the file, or the compiled module.
 * @throws {ArgumentError} for anything else.
 * @throws {EngineError} when the WebAssembly engine is loaded already.
 */
export function setWasmUrl(source: WasmSource): void {
  const known =
    (typeof source === 'string' && source !== '') ||
    source instanceof URL ||
    source instanceof ArrayBuffer ||
    ArrayBuffer.isView(source) ||
    source instanceof WebAssembly.Module;
  if (!known) {
    const given = typeof source === 'string' ? 'an empty string' : source === null ? 'null' : `a value of type ${typeof source}`;
    throw new ArgumentError(
      `setWasmUrl: got ${given}, expected an address (a string or a URL), the bytes of hone-simd.wasm, or a WebAssembly.Module.`,
    );
  }
  if (sealed) {
    throw new EngineError(
      'setWasmUrl: the WebAssembly engine is loaded already. Call it before the first tensor is made: in a module of its own that is imported before those that use Hone, if need be.',
    );
  }
  chosen = source;
}

/** What was chosen, if anything was. */
export function wasmSource(): WasmSource | undefined {
  return chosen;
}

/** From now on the engine is loaded, and another source would come too late. */
export function sealWasmSource(): void {
  sealed = true;
}

/** Whether the engine is loaded. */
export function isSealed(): boolean {
  return sealed;
}
