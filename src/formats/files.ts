/** Saving and loading state dicts. */
import { readBytes, writeBytes } from '#files';
import { FormatError } from '../errors.js';
import type { Tensor } from '../tensor/tensor.js';
import { decodeSafetensors, safetensorsChunks } from './safetensors.js';
import type { StateDictLike } from './state-dict.js';

export interface SaveOptions {
  /** Notes to keep in the file, strings by name. */
  metadata?: Readonly<Record<string, string>>;
  /** Creates the directories of the path. Default: false. */
  makeDirectories?: boolean;
}

/**
 * Saves named tensors as a safetensors file, which PyTorch reads too. The file appears whole or not at all.
 * @param state a state dict, or any record or Map of tensors.
 * @throws {FileError} where the path cannot be written. @throws {ArgumentError} for values that are no tensors.
 * @see decodeSafetensors and encodeSafetensors for bytes instead of files, in browsers.
 * @example
 * save(model.stateDict(), 'model.safetensors');
 */
export function save(state: StateDictLike, path: string, options: SaveOptions = {}): void {
  writeBytes(path, safetensorsChunks(state, options.metadata, 'save'), 'save', options);
}

/**
 * Loads a safetensors file: tensors by name.
 * @throws {FileError} where the path cannot be read. @throws {FormatError} when it is not a whole safetensors file.
 * @example
 * model.loadStateDict(load('model.safetensors'));
 */
export function load(path: string): Record<string, Tensor> {
  const bytes = readBytes(path, 'load');
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) {
    throw new FormatError(
      `load: ${path} is a zip file, as torch.save writes it, not safetensors. In Python: safetensors.torch.save_file(model.state_dict(), path).`,
    );
  }
  return decodeSafetensors(bytes, path).tensors;
}
