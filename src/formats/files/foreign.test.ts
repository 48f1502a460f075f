/** Files of other programs: each is told by its name, with what to do. */
import { zipSync } from 'fflate';
import { ArgumentError, FormatError, loadBytes, save, saveBytes, tensor } from 'hone';
import { describe, expect, it, test } from 'vitest';

const text = (s: string) => new TextEncoder().encode(s);
const latin1 = (s: string) => Uint8Array.from(s, (c) => c.charCodeAt(0));
const padded = (s: string, length = 64) => latin1(s.padEnd(length, '\0'));
const at = (offset: number, s: string, length: number) => padded('\0'.repeat(offset) + s, length);

const files: [what: string, source: string, bytes: Uint8Array, message: string][] = [
  ['ONNX', 'm.onnx', Uint8Array.of(0x08, 0x07, 0x12, 0x07, ...text('pytorch'), 0x1a), 'it is an ONNX model'],
  ['ONNX without a producer', 'm', Uint8Array.of(0x08, 0x08, 0x3a, 0x80, 0x01, 0x0a, 0x02), 'it is an ONNX model'],
  ['TensorFlow Lite', 'm.tflite', Uint8Array.of(0x1c, 0, 0, 0, ...text('TFL3'), 0, 0, 0, 0), 'it is a TensorFlow Lite model'],
  ['ONNX Runtime', 'm.ort', Uint8Array.of(0x1c, 0, 0, 0, ...text('ORTM'), 0, 0, 0, 0), "ONNX Runtime's own format"],
  ['SavedModel', 'saved_model.pb', Uint8Array.of(0x08, 0x01, 0x12, 0x90, 0x02, 0x0a, 0x50), 'it is a SavedModel of TensorFlow'],
  ['Core ML', 'm.mlmodel', Uint8Array.of(0x08, 0x04, 0x12, 0x20, 0x0a, 0x05), 'it is a Core ML model'],
  ['GraphDef', 'frozen.pb', Uint8Array.of(0x0a, 0x20, 0x0a, 1, 0x78, 0x12, 11, ...text('Placeholder')), 'it is a graph of TensorFlow'],
  [
    'a checkpoint of TensorFlow',
    'm.index',
    latin1(`${'\0'.repeat(40)}\x57\xfb\x80\x8b\x24\x75\x47\xdb`),
    'the index of a checkpoint of TensorFlow',
  ],
  ['its data', 'm.data-00000-of-00001', Uint8Array.of(0xf6, 0x3d, 0x9f, 0xbc, 1, 2, 3, 4), 'a part of a checkpoint of TensorFlow'],
  [
    'TensorBoard',
    'events.out.tfevents.1',
    padded('\x18\0\0\0\0\0\0\0abcd\x09\0\0\0\0\0\0\0\0\x1a\x0dbrain.Event:2'),
    'it is a log of TensorBoard',
  ],
  ['TensorFlow.js', 'model.json', text('{"format":"layers-model"}'), 'it is a model of TensorFlow.js'],
  ['a graph of TensorFlow.js', 'model.json', text(' {"modelTopology": {}, "weightsManifest": []}'), 'it is a model of TensorFlow.js'],
  [
    'its weights',
    'group1-shard1of1.bin',
    Uint8Array.of(0xf6, 0x3d, 0x9f, 0xbc, 0x52, 0xb1, 0xd4, 0x3b),
    'the weights of a TensorFlow.js model',
  ],
  ['bare numbers', 'weights.bin', Uint8Array.of(0xf6, 0x3d, 0x9f, 0xbc, 0x52, 0xb1, 0xd4, 0x3b, 0x79, 0x4c), 'first bytes are f6 3d 9f bc'],
  ['a sharded model', 'model.safetensors.index.json', text('{"metadata": {}, "weight_map": {"a": "b"}}'), 'spread over several files'],
  ['JSON', 'config.json', text('{"hidden": 3}'), 'it is JSON text'],
  ['a page', 'model.pth', text('\n<!DOCTYPE html><html><body>404'), 'it is a web page'],
  ['a page without doctype', 'model.pth', text('<html lang="en">'), 'it is a web page'],
  ['XML', 'm', text('<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>'), 'it is XML'],
  ['text', 'notes.txt', text('lr = 0.1\nepochs = 3\n'), 'it is text, not a model'],
  ['LFS', 'm.pth', text('version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n'), 'the pointer that Git LFS leaves'],
  ['git-annex', 'm.pth', text('/annex/objects/SHA256E-s123--abc.pth\n'), 'the pointer that git-annex leaves'],
  ['HDF5', 'm.h5', padded('\x89HDF\r\n\x1a\n'), 'it is an HDF5 file'],
  ['NumPy', 'm.npy', padded('\x93NUMPY\x01\0'), 'it is a file of numpy.save'],
  ['NumPy of several', 'm.npz', zipSync({ 'a.npy': text('x') }), 'it is a file of numpy.savez'],
  [
    'Keras',
    'm.keras',
    zipSync({ 'metadata.json': text('{}'), 'config.json': text('{}'), 'model.weights.h5': text('x') }),
    'it is a Keras file',
  ],
  ['torch.export', 'm.pt2', zipSync({ 'm/archive_format': text('pt2'), 'm/models/model.json': text('{}') }), 'a program of torch.export'],
  ['a zipped model', 'm.zip', zipSync({ 'a/model.pth': text('x') }), 'a zip archive that holds "a/model.pth"'],
  [
    'another zip',
    'm.zip',
    zipSync({ 'a.txt': text('x'), 'b.txt': text('y') }),
    'not one of torch.save: it has 0 entries "…/data.pkl", expected one (it has "a.txt", "b.txt")',
  ],
  ['gzip', 'm.pth.gz', Uint8Array.of(0x1f, 0x8b, 8, 0, 0), 'it is a gzip file'],
  ['bzip2', 'm.bz2', padded('BZh91AY&SY'), 'it is a bzip2 file'],
  ['xz', 'm.xz', padded('\xfd7zXZ\0'), 'it is an xz file'],
  ['zstd', 'm.zst', Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0), 'it is a zstd file'],
  ['7z', 'm.7z', padded('7z\xbc\xaf\x27\x1c'), 'it is a 7z archive'],
  ['tar', 'm.tar', at(257, 'ustar', 1024), 'it is a tar file'],
  ['GGUF', 'm.gguf', padded('GGUF\x03\0\0\0'), 'it is a GGUF file'],
  ['PNG', 'm.png', padded('\x89PNG\r\n\x1a\n'), 'it is a PNG image'],
  ['JPEG', 'm.jpg', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0), 'it is a JPEG image'],
  ['WebP', 'm.webp', padded('RIFF\x10\0\0\0WEBPVP8 '), 'it is a picture'],
  ['PDF', 'm.pdf', padded('%PDF-1.7'), 'it is a PDF'],
  ['Parquet', 'm.parquet', padded('PAR1'), 'it is a table (Parquet)'],
  ['idx', 'train-images-idx3-ubyte', Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 9), 'it is an idx file'],
  ['a program', 'm', padded('\x7fELF\x02'), 'it is a program'],
  ['a pickle of protocol 0', 'm.pkl', text('(dp0\nS"a"\np1\n'), 'a pickle of protocol 0'],
  ['nothing', 'empty.pth', new Uint8Array(0), 'it is empty'],
  ['nothing called safetensors', 'empty.safetensors', new Uint8Array(0), 'it is empty'],
];

describe('files of other programs', () => {
  test.each(files)('%s', (_, source, bytes, message) => {
    expect(() => loadBytes(bytes, { source })).toThrow(FormatError);
    expect(() => loadBytes(bytes, { source })).toThrow(`loadBytes: ${source}: `);
    expect(() => loadBytes(bytes, { source })).toThrow(message);
    expect(() => loadBytes(bytes, { source })).not.toThrow(/not a safetensors file/);
  });

  it('do not hide what a safetensors file lacks', () => {
    const whole = saveBytes({ w: tensor([1, 2]) }, { format: 'safetensors' });
    for (const length of [9, 20, whole.length - 60]) expect(() => loadBytes(whole.subarray(0, length))).toThrow(/cut short/);
    expect(() => loadBytes(Uint8Array.of(1, 2, 3), { source: 'm.safetensors' })).toThrow(/3 bytes are too few/);
  });

  it('are not written: their endings are refused', () => {
    for (const path of ['m.h5', 'm.onnx', 'm.json', 'm.NPZ', 'm.pkl', 'a.b/m.tflite'])
      expect(() => save({ w: tensor([1]) }, path)).toThrow(ArgumentError);
    expect(() => save({ w: tensor([1]) }, 'm.h5')).toThrow(
      /^save: m\.h5 ends in \.h5, as a Keras file \(HDF5\) does, which Hone does not write\. It writes \.safetensors \(tensors by name\) and .*\.pth, \.pt/,
    );
  });

  it('cannot steer a terminal by the names in them', () => {
    const name = 'a\x1b]0;title\x07\x1b[2J\u009b31m\u202eb';
    const bytes = saveBytes({ [name]: tensor([1]), [`${name}c`]: tensor([2]) }, { format: 'safetensors' });
    bytes.set(text('F99'), new TextDecoder('latin1').decode(bytes).indexOf('F32')); // a dtype that there is not
    let message = '';
    try {
      loadBytes(bytes);
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toContain('\\x1b]0;title\\x07\\x1b[2J\\x9b31m\\u202eb');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
    expect(message).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
  });
});
