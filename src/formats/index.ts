/** `hone/formats`: files and their bytes. */
import '#host';

export type { SaveOptions } from './files.js';
export { load, save } from './files.js';
export { decodeIdx } from './idx.js';
export type { SafetensorsContent } from './safetensors.js';
export { decodeSafetensors, encodeSafetensors } from './safetensors.js';
export type { StateDictLike } from './state-dict.js';
