/** `hone/formats`: files and their bytes. */
import '#host';

export { save, load } from './files.js';
export type { SaveOptions } from './files.js';
export { encodeSafetensors, decodeSafetensors } from './safetensors.js';
export type { SafetensorsContent } from './safetensors.js';
export type { StateDictLike } from './state-dict.js';
export { decodeIdx } from './idx.js';
