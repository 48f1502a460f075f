/** Colours for numbers: matplotlib's maps, by a few of their colours. */

/** `gray`: black to white; `grayReverse`: white to black; `viridis`, `magma`: dark to bright; `coolwarm`: blue over grey to red. */
export type ColourMap = 'gray' | 'grayReverse' | 'viridis' | 'magma' | 'coolwarm';

type Colour = readonly [red: number, green: number, blue: number];

const STOPS: Readonly<Record<ColourMap, readonly number[]>> = {
  gray: [0x000000, 0xffffff],
  grayReverse: [0xffffff, 0x000000],
  viridis: [0x440154, 0x482878, 0x3e4989, 0x31688e, 0x26828e, 0x1f9e89, 0x35b779, 0x6ece58, 0xb5de2b, 0xfde725],
  magma: [0x000004, 0x180f3d, 0x440f76, 0x721f81, 0x9e2f7f, 0xcd4071, 0xf1605d, 0xfd9668, 0xfeca8d, 0xfcfdbf],
  coolwarm: [0x3b4cc0, 0x6788ee, 0x9abbff, 0xc9d7f0, 0xdddddd, 0xedd1c2, 0xf7a889, 0xe26952, 0xb40426],
};

export const COLOUR_MAPS = Object.keys(STOPS) as ColourMap[];

const parts = (colour: number): Colour => [colour >> 16, (colour >> 8) & 255, colour & 255];

/** The 256 colours of a map, three bytes each. */
export function tableOf(map: ColourMap): Uint8Array {
  const stops = STOPS[map].map(parts);
  const table = new Uint8Array(768);
  for (let i = 0; i < 256; i++) {
    const place = (i / 255) * (stops.length - 1);
    const k = Math.min(stops.length - 2, Math.floor(place));
    for (let c = 0; c < 3; c++) table[3 * i + c] = Math.round(stops[k]![c]! + (stops[k + 1]![c]! - stops[k]![c]!) * (place - k));
  }
  return table;
}
