/** `hone/formats`: files and their bytes. */
import '#host';
import '../ops/methods/methods.js';

export { fileDType } from './file-dtypes.js';
export type { FileFormat, LoadBytesOptions, Loaded, LoadOptions, SaveBytesOptions, SaveOptions } from './files/files.js';
export { load, loadBytes, save, saveBytes } from './files/files.js';
export type { FlatState } from './flatten-state.js';
export { flattenState } from './flatten-state.js';
export { decodeIdx } from './idx.js';
export type { StateDictLike } from './named-tensors.js';
export type { SafetensorsContent } from './safetensors.js';
export { decodeSafetensors, encodeSafetensors } from './safetensors.js';
