/** The moving line of a training, and the line that stays of each epoch, in as much room as there is. */
import { showCount, showDuration, showShortCount } from '../text.js';
import { cut, oneLine, width } from './cells.js';

/** A moment of a training. */
export interface ProgressState {
  /** What is being trained. Default: nothing is said of it. */
  label?: string | undefined;
  /** This run, from 1, and how many there are. Default: 1 of 1. */
  run?: number;
  runs?: number;
  epoch: number;
  epochs: number;
  /** `train`, `evaluateTrain` or `validation`. */
  phase: string;
  step: number;
  steps: number | undefined;
  /** Those of the last evaluation within an epoch, where there was one. */
  validation?: Readonly<Record<string, number>> | undefined;
  /** By their names, the loss first. */
  scores: Readonly<Record<string, number>>;
  samplesPerSecond: number;
  /** What samples are called. Default: samples. */
  unit?: string | undefined;
  /** Until the run ends. */
  secondsLeft: number | undefined;
  /** Until all runs have ended. */
  allSecondsLeft?: number | undefined;
}

/** What is known of an epoch that has ended. */
export interface EpochFigures {
  readonly epoch: number;
  readonly seconds: number;
  readonly samplesPerSecond: number;
  readonly train: Readonly<Record<string, number>>;
  readonly validation?: Readonly<Record<string, number>>;
}

const EIGHTHS = ' ▏▎▍▌▋▊▉█';
const BOLD: Style = ['\x1b[1m', '\x1b[22m'];
const DIM: Style = ['\x1b[2m', '\x1b[22m'];
const CYAN: Style = ['\x1b[36m', '\x1b[39m'];
type Style = readonly [on: string, off: string];
/** A part of a line, with how to colour it. */
type Part = readonly [text: string, style?: Style];

/** How much room the parts of the line take. */
interface Layout {
  label: 'long' | 'short' | 'cut';
  /** Cells of the bar; 0 for none. */
  bar: number;
  words: 'long' | 'short' | 'tiny';
  rate: 'long' | 'short' | 'tiny' | 'none';
  time: 'long' | 'short' | 'tiny';
  phase: boolean;
  /** Of scores. */
  digits: number;
  /** How many scores. */
  scores: number;
  gap: string;
}

const roomy: Layout = {
  ...{ label: 'long', bar: 14, words: 'long', rate: 'long', time: 'long', phase: true },
  ...{ digits: 4, scores: Number.POSITIVE_INFINITY, gap: '  ' },
};

/** What each layout gives up against the one before it. */
const tightening: readonly Partial<Layout>[] = [
  { label: 'short' },
  { time: 'short' },
  { words: 'short', rate: 'short' },
  { scores: 4 },
  { bar: 8 },
  { rate: 'tiny', phase: false },
  { scores: 2 },
  { bar: 0 },
  { gap: ' ', digits: 3 },
  { words: 'tiny', time: 'tiny' },
  { label: 'cut' },
  { scores: 1 },
  { rate: 'none' },
];

const inTurn = <L extends object>(first: L, steps: readonly Partial<L>[]): readonly L[] =>
  [{}, ...steps].map((_, i) => Object.assign({}, first, ...steps.slice(0, i)) as L);

/** From roomy to cramped; the first that fits is shown. */
const layouts = inTurn(roomy, tightening);

/** A bar of so many cells, filled to a share of 0 to 1. */
export function bar(share: number, cells: number): string {
  const units = Math.round(Math.min(Math.max(share, 0), 1) * cells * 8);
  const whole = Math.floor(units / 8);
  const part = whole < cells ? EIGHTHS[units % 8]! : '';
  return `▕${'█'.repeat(whole)}${part}${' '.repeat(Math.max(0, cells - whole - 1))}▏`;
}

const phases: Record<string, string> = { train: 'train', evaluateTrain: 'score', validation: 'valid' };

/** `3/10`, the first as wide as the second, so that the line does not jump. */
function outOf(n: number, all: number | undefined): string {
  return all === undefined ? String(n) : `${String(n).padStart(String(all).length)}/${all}`;
}

/** A score with so many digits behind the point, fewer where it is large. */
function showScore(value: number, digits: number): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return String(value);
  if (size >= 1e6 || (size > 0 && size < 0.5 * 10 ** -digits)) return value.toExponential(Math.max(1, digits - 2));
  return value.toFixed(size >= 1000 ? Math.max(0, digits - 3) : digits);
}

const SHORT: Readonly<Record<string, string>> = { accuracy: 'acc' };

/** `loss 0.4123`, and the like of the first so many. */
function scoreTexts(
  scores: Readonly<Record<string, number>>,
  { words, digits, scores: most }: Pick<Layout, 'words' | 'digits' | 'scores'>,
): string[] {
  const named = Object.entries(scores).slice(0, most);
  return named.map(([name, value]) => {
    const long = oneLine(name);
    return `${words === 'long' ? long : (SHORT[long] ?? cut(long, 8))} ${showScore(value, digits)}`;
  });
}

function labelText({ label = '', run = 1, runs = 1 }: ProgressState, layout: Layout): string {
  const name = oneLine(label);
  const short = layout.label === 'cut' ? cut(name, 8) : name;
  if (runs === 1 || short === '') return short;
  return layout.label === 'long' ? `${short}, run ${outOf(run, runs)}` : `${short} ${outOf(run, runs)}`;
}

/** `left: 12 s, all runs 3:05 min`. */
function timeLeft({ secondsLeft, allSecondsLeft, runs = 1 }: ProgressState, { time }: Layout): string[] {
  if (secondsLeft === undefined) return [];
  const own = showDuration(secondsLeft);
  if (runs === 1 || allSecondsLeft === undefined) return [`${own} left`];
  const all = showDuration(allSecondsLeft);
  if (time === 'tiny') return [`${own}/${all} left`];
  return [`${own} left, ${time === 'long' ? 'all runs' : 'all'} ${all}`];
}

/** Short names of what is counted. */
const UNITS: Readonly<Record<string, string>> = { images: 'img', samples: 'smp' };

function rateText(samplesPerSecond: number, unit: string, rate: Layout['rate']): string[] {
  if (rate === 'none' || !Number.isFinite(samplesPerSecond)) return [];
  if (rate === 'tiny') return [`${showShortCount(samplesPerSecond)}/s`];
  return [`${showCount(samplesPerSecond).padStart(6)} ${rate === 'long' ? unit : (UNITS[unit] ?? unit)}/s`];
}

/** `validation loss 0.3981`, and the like of more scores. */
function validationParts(
  scores: Readonly<Record<string, number>> | undefined,
  layout: Pick<Layout, 'words' | 'digits' | 'scores'>,
): Part[] {
  const [first, ...more] = scores ? scoreTexts(scores, { ...layout, scores: Math.floor(layout.scores) }) : [];
  if (first === undefined) return [];
  const side = { long: 'validation', short: 'valid', tiny: 'val' }[layout.words];
  return [`${side} ${first}`, ...more].map((text): Part => [text, CYAN]);
}

/** Parts of the line. */
function parts(state: ProgressState, layout: Layout): Part[] {
  const { steps, step, scores, validation, samplesPerSecond, unit = 'samples' } = state;
  const label = labelText(state, layout);
  const epoch = `${layout.words === 'tiny' ? 'ep' : 'epoch'} ${outOf(state.epoch, state.epochs)}`;
  const all: Part[] = [
    [label, BOLD],
    [
      layout.phase || state.phase !== 'train' ? `${epoch} ${(phases[state.phase] ?? state.phase).padEnd(5)}` : epoch,
      label === '' ? BOLD : undefined,
    ],
    [steps && layout.bar > 0 ? bar(step / steps, layout.bar) : '', CYAN],
    [outOf(step, steps)],
    ...scoreTexts(scores, layout).map((text): Part => [text]),
    ...validationParts(validation, { ...layout, scores: layout.scores / 2 }),
    ...[...rateText(samplesPerSecond, unit, layout.rate), ...timeLeft(state, layout)].map((text): Part => [text, DIM]),
  ];
  return all.filter(([text]) => text !== '');
}

function joined(all: readonly Part[], gap: string, columns: number, colors: boolean): string {
  const text = all.map(([part]) => part).join(gap);
  if (width(text) > columns) return cut(text, columns);
  if (!colors) return text;
  return all.map(([part, style]) => (style ? style[0] + part + style[1] : part)).join(gap);
}

/** The roomiest layout, from one on, whose line fits; the last where none does. */
export function fitting(state: ProgressState, columns: number, from = 0): number {
  const found = layouts.findIndex((layout, i) => i >= from && width(joined(parts(state, layout), layout.gap, Infinity, false)) <= columns);
  return found < 0 ? layouts.length - 1 : found;
}

/** The line of a moment in a layout. */
export function draw(state: ProgressState, layout: number, columns: number, colors: boolean): string {
  const chosen = layouts[layout]!;
  return joined(parts(state, chosen), chosen.gap, columns, colors);
}

/** The line for one moment; not longer than `columns`. */
export function progressLine(state: ProgressState, columns = 100, colors = false): string {
  return draw(state, fitting(state, columns), columns, colors);
}

/** The line of a moment in a log, without a bar. */
export function progressText(state: ProgressState): string {
  const layout: Layout = { ...roomy, bar: 0 };
  return joined(parts(state, layout), layout.gap, Infinity, false);
}

/** How much room the line of an epoch takes. */
type EpochLayout = Pick<Layout, 'words' | 'rate' | 'digits' | 'scores' | 'gap'> & { readonly time: boolean };

const epochLayouts = inTurn<EpochLayout>({ words: 'long', rate: 'long', digits: 4, scores: Infinity, gap: '  ', time: true }, [
  { rate: 'none' },
  { words: 'short' },
  { digits: 3, gap: ' ' },
  { time: false },
  { words: 'tiny' },
]);

/**
 * The line of an epoch: `epoch  2/10  loss 0.4123  accuracy 0.8765  validation loss 0.3981  accuracy 0.8812  12,346 samples/s  3.2 s`. All scores
 * are there; where they take more room than `columns`, the terminal wraps them.
 */
export function epochText(
  { epoch, seconds, samplesPerSecond, train, validation }: EpochFigures,
  { epochs, label = '', unit = 'samples' }: { epochs: number; label?: string | undefined; unit?: string | undefined },
  columns = Number.POSITIVE_INFINITY,
  colors = false,
): string {
  const made = epochLayouts.map((layout): readonly [Part[], string] => {
    const place = `${layout.words === 'tiny' ? 'ep' : 'epoch'} ${outOf(epoch, epochs)}`;
    const all: Part[] = [
      [oneLine(label), BOLD],
      [place, BOLD],
      ...scoreTexts(train, layout).map((text): Part => [text]),
      ...validationParts(validation, layout),
      ...[...rateText(samplesPerSecond, unit, layout.rate), ...(layout.time ? [showDuration(seconds)] : [])].map(
        (text): Part => [text.trim(), DIM],
      ),
    ];
    return [all.filter(([text]) => text !== ''), layout.gap];
  });
  const [all, gap] = made.find(([some, between]) => width(joined(some, between, Infinity, false)) <= columns) ?? made[1]!; // wrapped as it is, it may as well be readable
  return joined(all, gap, Infinity, colors);
}
