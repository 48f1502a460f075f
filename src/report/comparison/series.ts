/** A curve of a chart. */

/** One curve; `deviation` draws a band around it. NaN leaves a gap. */
export interface Series {
  /** Its name in the legend. */
  name: string;
  /** Its values, one for each place along the axis. */
  values: readonly number[];
  /** How far values spread, drawn as a band. */
  deviation?: readonly number[];
}
