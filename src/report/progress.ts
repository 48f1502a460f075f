/** The live display of a training: one line that is rewritten in a terminal, plain lines elsewhere. */
import { showCount, showDuration, showShortCount } from './text.js';

/** Where the display is written: process.stderr, or anything like it. */
export interface ProgressTarget {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  /** Whether it takes colours; Node's terminals know, and heed NO_COLOR. */
  hasColors?(): boolean;
}

export interface ProgressState {
  /** What is being trained. */
  label: string;
  /** This run, from 1, and how many there are. */
  run: number;
  runs: number;
  epoch: number;
  epochs: number;
  /** `train`, `evaluateTrain` or `validation`. */
  phase: string;
  step: number;
  steps: number | undefined;
  loss: number;
  accuracy: number | undefined;
  samplesPerSecond: number;
  /** Until the run ends. */
  secondsLeft: number | undefined;
  /** Until all runs have ended. */
  allSecondsLeft: number | undefined;
}

const EIGHTHS = ' ▏▎▍▌▋▊▉█';
/** Rewriting faster than this only costs time. */
const MIN_INTERVAL_MS = 100;

const BOLD: Style = ['\x1b[1m', '\x1b[22m'];
const CYAN: Style = ['\x1b[36m', '\x1b[39m'];
type Style = readonly [on: string, off: string];

/** How much room the parts of the line take. */
interface Layout {
  label: 'long' | 'short' | 'cut';
  /** Cells of the bar; 0 for none. */
  bar: number;
  words: 'long' | 'short' | 'tiny';
  rate: 'long' | 'short' | 'tiny';
  time: 'long' | 'short' | 'tiny';
  phase: boolean;
  /** Of loss and accuracy. */
  digits: number;
  gap: string;
}

const roomy: Layout = { label: 'long', bar: 14, words: 'long', rate: 'long', time: 'long', phase: true, digits: 4, gap: '  ' };

/** What each layout gives up against the one before it. */
const tightening: readonly Partial<Layout>[] = [
  { label: 'short' },
  { time: 'short' },
  { words: 'short', rate: 'short' },
  { bar: 8 },
  { rate: 'tiny', phase: false },
  { bar: 0 },
  { gap: ' ', digits: 3 },
  { words: 'tiny', time: 'tiny' },
  { label: 'cut' },
];

/** From roomy to cramped; the first that fits is shown. */
const layouts: readonly Layout[] = [{}, ...tightening].map((_, i) => Object.assign({}, roomy, ...tightening.slice(0, i)) as Layout);

function bar(share: number, width: number): string {
  const units = Math.round(Math.min(Math.max(share, 0), 1) * width * 8);
  const whole = Math.floor(units / 8);
  const part = whole < width ? EIGHTHS[units % 8]! : '';
  return `▕${'█'.repeat(whole)}${part}${' '.repeat(Math.max(0, width - whole - 1))}▏`;
}

const phases: Record<string, string> = { train: 'train', evaluateTrain: 'score', validation: 'test' };

/** `3/10`, the first as wide as the second, so that the line does not jump. */
function outOf(n: number, all: number | undefined): string {
  return all === undefined ? String(n) : `${String(n).padStart(String(all).length)}/${all}`;
}

function labelText({ label: name, run, runs }: ProgressState, layout: Layout): string {
  const short = layout.label === 'cut' && name.length > 8 ? `${name.slice(0, 7)}…` : name;
  if (runs === 1) return short;
  return layout.label === 'long' ? `${short}, run ${outOf(run, runs)}` : `${short} ${outOf(run, runs)}`;
}

/** `left: 12 s, all runs 3:05 min`. */
function timeLeft({ secondsLeft, allSecondsLeft, runs }: ProgressState, { time }: Layout): string[] {
  if (secondsLeft === undefined) return [];
  const own = showDuration(secondsLeft);
  if (runs === 1 || allSecondsLeft === undefined) return [`${own} left`];
  const all = showDuration(allSecondsLeft);
  if (time === 'tiny') return [`${own}/${all} left`];
  return [`${own} left, ${time === 'long' ? 'all runs' : 'all'} ${all}`];
}

function rateText(samplesPerSecond: number, { rate }: Layout): string {
  if (rate === 'tiny') return `${showShortCount(samplesPerSecond)}/s`;
  return `${showCount(samplesPerSecond).padStart(6)} ${rate === 'long' ? 'images/s' : 'img/s'}`;
}

/** Parts of the line, with how to colour them. */
function parts(state: ProgressState, layout: Layout): [text: string, style?: Style][] {
  const { steps, step, accuracy, loss } = state;
  const { digits } = layout;
  const epoch = `${layout.words === 'tiny' ? 'ep' : 'epoch'} ${outOf(state.epoch, state.epochs)}`;
  return [
    [labelText(state, layout), BOLD],
    [layout.phase ? `${epoch} ${(phases[state.phase] ?? state.phase).padEnd(5)}` : epoch],
    ...(steps && layout.bar > 0 ? ([[bar(step / steps, layout.bar), CYAN]] as [string, Style][]) : []),
    [outOf(step, steps)],
    [`loss ${loss.toFixed(digits)}`],
    ...(accuracy === undefined ? [] : ([[`${layout.words === 'long' ? 'accuracy' : 'acc'} ${accuracy.toFixed(digits)}`]] as [string][])),
    [rateText(state.samplesPerSecond, layout)],
    ...timeLeft(state, layout).map((text): [string] => [text]),
  ];
}

/** The roomiest layout, from one on, whose line fits; the last where none does. */
function fitting(state: ProgressState, columns: number, from = 0): number {
  const found = layouts.findIndex((layout, i) => i >= from && plain(state, layout).length <= columns);
  return found < 0 ? layouts.length - 1 : found;
}

function plain(state: ProgressState, layout: Layout): string {
  return parts(state, layout)
    .map(([text]) => text)
    .join(layout.gap);
}

function draw(state: ProgressState, layout: Layout, columns: number, colors: boolean): string {
  const text = plain(state, layout);
  if (text.length > columns) return text.slice(0, Math.max(0, columns));
  if (!colors) return text;
  return parts(state, layout)
    .map(([part, style]) => (style ? style[0] + part + style[1] : part))
    .join(layout.gap);
}

/** The line for one moment; not longer than `columns`. */
export function progressLine(state: ProgressState, columns = 100, colors = false): string {
  return draw(state, layouts[fitting(state, columns)]!, columns, colors);
}

export class ProgressDisplay {
  /** Whether a line is rewritten in place. */
  readonly live: boolean;
  private drawnAt = Number.NEGATIVE_INFINITY;
  private shown = false;
  /** The layout of this run's lines, which only becomes tighter, so that they do not jump. */
  private layout = { index: 0, columns: 0, run: 0 };

  /** @param live default: whether the target is a terminal. */
  constructor(
    private readonly target: ProgressTarget,
    live = target.isTTY === true,
  ) {
    this.live = live;
  }

  /** Shows a moment; in a terminal ten times a second at most, elsewhere not at all. */
  update(state: ProgressState): void {
    const now = performance.now();
    if (!this.live || now - this.drawnAt < MIN_INTERVAL_MS) return;
    this.drawnAt = now;
    const columns = (this.target.columns || 80) - 3; // Ctrl-C shows as ^C behind the line, which must not wrap for it
    const same = this.layout.columns === columns && this.layout.run === state.run;
    this.layout = { index: fitting(state, columns, same ? this.layout.index : 0), columns, run: state.run };
    this.target.write(`\r\x1b[2K${draw(state, layouts[this.layout.index]!, columns, this.target.hasColors?.() ?? false)}`);
    this.shown = true;
  }

  /** Writes a line that stays. */
  line(text: string): void {
    this.clear();
    this.target.write(`${text}\n`);
  }

  /** A line for displays that do not rewrite theirs, so that a log shows progress too. */
  logLine(text: string): void {
    if (!this.live) this.target.write(`${text}\n`);
  }

  /** Takes the moving line away. */
  clear(): void {
    if (!this.shown) return;
    this.target.write('\r\x1b[2K');
    this.shown = false;
  }
}
