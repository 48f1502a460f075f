/** What torchvision reads from the data sets of conformance/fixtures/datasets. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tensor } from 'hone';
import type { Image } from 'hone/vision';
import { expect } from 'vitest';

/** The root of the data sets there. */
export const ROOT = join(import.meta.dirname, '../../conformance/fixtures/datasets');

interface Summary {
  readonly text: string;
  readonly classes: readonly string[];
  readonly classToIdx: Readonly<Record<string, number>>;
  readonly dataShape: readonly number[];
  readonly targets: unknown;
  /** The sum of the image's bytes, the first six of them as PIL stores them, and the target. */
  readonly samples: readonly (readonly [sum: number, first: readonly number[], target: unknown])[];
}

/** By the names that conformance/datasets.py gives. */
export const expected = JSON.parse(readFileSync(join(ROOT, 'expected.json'), 'utf8')) as Readonly<Record<string, Summary>>;

interface Classified {
  readonly length: number;
  readonly classes: readonly string[];
  readonly classToIdx: Readonly<Record<string, number>>;
  readonly data: Tensor;
  readonly targets: Tensor | readonly number[];
  get(index: number): readonly unknown[];
}

/** Compares text, classes, data and samples; `raw` is the same data set, its transform the identity. */
export function expectAsTorchvision(name: string, data: Classified, raw: Classified): void {
  const { text, classes, classToIdx, dataShape, targets, samples } = expected[name]!;
  expect(String(data)).toBe(text.replace('ROOT', ROOT));
  expect([data.classes, data.classToIdx]).toEqual([classes, classToIdx]);
  expect([data.length, data.data.shape]).toEqual([samples.length, dataShape]);
  expect(plain(data.targets)).toEqual(targets);
  samples.forEach(([sum, first, target], i) => {
    const [image, label] = raw.get(i) as [Image, unknown];
    const pixels = [...image.data];
    expect([image.mode, image.size]).toEqual([dataShape.length === 4 ? 'RGB' : 'L', [dataShape[2], dataShape[1]]]);
    expect([pixels.reduce((a, b) => a + b), plain(label)]).toEqual([sum, target]);
    expect(pixels.slice(0, 6)).toEqual(first);
    expect(data.data.select(0, i).reshape(-1).toArray()).toEqual(pixels);
  });
}

const plain = (value: unknown): unknown => (value instanceof Tensor ? value.toArray() : value);
