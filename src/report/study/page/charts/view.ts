/** What a study's page shows at a time, and what it shows it of. The charts are drawn by the same functions for paper and in the page. */
import type { StudyFigures, StudyVariantFigures } from '../../figures.js';
import type { StudyVerdict } from '../../verdict.js';

/** All that the charts need; it stands in the page as JSON, in which numbers that are not finite are null. */
export interface PageStudy {
  readonly figures: StudyFigures;
  readonly verdict: StudyVerdict;
  /** By how many standard errors a 95 % interval of a mean reaches to each side (Student's t), of two values, three, … */
  readonly reach: readonly number[];
}

/** What bands around curves show, or each run for itself. */
export type Band = 'deviation' | 'interval' | 'range' | 'runs';
/** What curves run along. */
export type Along = 'epoch' | 'steps' | 'time';

/** What a reader can choose. */
export interface View {
  /** Drawn in the page, where the script shows what is pointed at. */
  readonly live: boolean;
  /** The places of the variants that are not shown. */
  readonly hidden: ReadonlySet<number>;
  readonly along: Along;
  readonly band: Band;
  /** 0 for none, to 0.99. */
  readonly smoothing: number;
  readonly logX: boolean;
  readonly logY: boolean;
  /** The first epochs, too, where they would squeeze what comes after. */
  readonly whole: boolean;
}

/** What is seen without a script and at first. */
export const STILL: View = {
  live: false,
  hidden: new Set(),
  along: 'epoch',
  band: 'deviation',
  smoothing: 0,
  logX: false,
  logY: false,
  whole: false,
};

/** A variant with its place, which gives it its colour. */
export interface Placed {
  readonly place: number;
  readonly variant: StudyVariantFigures;
}

/** The variants that are shown, in the order of the figures. */
export const shownIn = ({ figures }: PageStudy, { hidden }: View): Placed[] =>
  figures.variants.map((variant, place) => ({ place, variant })).filter(({ place }) => !hidden.has(place));

/** The same in the order of the ranking. */
export function rankedIn(study: PageStudy, view: View): Placed[] {
  const order = study.verdict.variants.map(({ name }) => name);
  const rank = ({ variant }: Placed) => {
    const at = order.indexOf(variant.name);
    return at < 0 ? order.length : at;
  };
  return shownIn(study, view).sort((a, b) => rank(a) - rank(b) || a.place - b.place);
}

/** Colours before they come round again; then lines are dashed and dots have other shapes. */
export const COLOURS = 12;

/** The classes that give a variant its colour and dash: the baseline has the colour of text. */
export const classOf = (place: number): string => `v${place % COLOURS}${place < COLOURS ? '' : ` d${Math.floor(place / COLOURS) % 3}`}`;
