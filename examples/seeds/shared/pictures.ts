/** What matplotlib does in the documents: images as text, curves as SVG files. */
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
  await lineChart({ title, xLabel: xName, series, width: 720, height: 400 }).save(path);
  console.log(`drawn: ${path}`);
}
