/** What matplotlib does in the documents: images as text, curves as SVG files. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Tensor } from 'hone';
import { lineChart, type Series } from 'hone/report';

const INK = ' .:-=+*#%@';

/** `plt.imshow(image, cmap='gray')`: prints an image [H, W] of 0..1, two characters to a pixel, for letters are tall. */
export function imshow(image: Tensor): void {
  for (const row of image.toArray() as number[][]) {
    const line = row.map((value) => INK[Math.round(Math.min(1, Math.max(0, value)) * (INK.length - 1))]!.repeat(2));
    console.log(line.join('').trimEnd());
  }
}

/** `plt.plot(…)` and `plt.show()`: draws curves over epochs into an SVG file, and says where it is. */
export async function plot(path: string, title: string, series: readonly Series[], xName = 'Epochs'): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, await lineChart({ title, xName, series, width: 720, height: 400 }));
  console.log(`drawn: ${path}`);
}
