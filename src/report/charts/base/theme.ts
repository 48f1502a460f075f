/** The colours of charts, on white and on dark. */

/** On white, on dark, or as the page around it is: an SVG that follows the reader's setting. */
export type ChartTheme = 'light' | 'dark' | 'auto';

/** What a chart is drawn with. */
export interface Colours {
  readonly background: string;
  /** Titles and what is read first. */
  readonly text: string;
  /** Labels of axes. */
  readonly muted: string;
  readonly axis: string;
  readonly grid: string;
  /** Right and wrong predictions. */
  readonly right: string;
  readonly wrong: string;
  /** One after the other for curves; they stay apart for colour-blind readers (Okabe and Ito). */
  readonly palette: readonly string[];
}

export const LIGHT: Colours = {
  background: '#ffffff',
  text: '#1f2328',
  muted: '#4a5058',
  axis: '#8a929b',
  grid: '#e2e5e9',
  right: '#0b7a43',
  wrong: '#c8261b',
  palette: ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#b98600', '#3e9bd6', '#3b3b3b', '#8c6d31'],
};

export const DARK: Colours = {
  background: '#0d1117',
  text: '#e6edf3',
  muted: '#a9b3bd',
  axis: '#6e7782',
  grid: '#262d36',
  right: '#4ccb80',
  wrong: '#ff7b72',
  palette: ['#4aa8e8', '#ff8b3d', '#2dc598', '#e59bc6', '#f0bd45', '#9fd4fb', '#d8d8d8', '#c8a667'],
};

export const THEMES: readonly ChartTheme[] = ['light', 'dark', 'auto'];

/** The dashes of curves that come round to a colour again. */
export const DASHES = ['solid', 'dashed', 'dotted'] as const;

/** Whether a curve at that place is whole, dashed or dotted. */
export const dashAt = (index: number): (typeof DASHES)[number] => DASHES[Math.floor(index / LIGHT.palette.length) % DASHES.length]!;

/** Pairs of what is drawn on white and what stands in its place on dark. */
function pairs(): [light: string, dark: string][] {
  const { palette, ...single } = LIGHT;
  const named = Object.keys(single) as (keyof typeof single)[];
  return [
    ...named.map((name): [string, string] => [LIGHT[name], DARK[name]]),
    ...palette.map((light, i): [string, string] => [light, DARK.palette[i]!]),
  ];
}

/** Rules by which a chart drawn on white turns dark with the page: each colour is found by its attribute. */
export function darkRules(): string {
  const rules = pairs().flatMap(([light, dark]) => [
    `.hone-chart [fill="${light}"]{fill:${dark}}`,
    `.hone-chart [stroke="${light}"]{stroke:${dark}}`,
  ]);
  return `@media (prefers-color-scheme:dark){${rules.join('')}}`;
}
