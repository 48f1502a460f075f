/** What matplotlib does in the documents: charts and pictures as files, and small images as text where a terminal is enough. */
import type { Tensor } from 'hone';
import type { Chart } from 'hone/report';

const INK = ' .:-=+*#%@';

/** Prints an image [H, W] of 0..1, two characters to a pixel, for letters are tall. */
export function printImage(image: Tensor): void {
  for (const row of image.toArray() as number[][]) {
    const line = row.map((value) => INK[Math.round(Math.min(1, Math.max(0, value)) * (INK.length - 1))]!.repeat(2));
    console.log(line.join('').trimEnd());
  }
}

/** `plt.show()`: writes a chart or picture into a file under runs/seeds/, and says where it is. */
export async function show(name: string, chart: Chart): Promise<void> {
  const path = `runs/seeds/${name}`;
  await chart.save(path);
  console.log(`drawn: ${path}`);
}
