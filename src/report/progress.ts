/** The live display of a training: one line that is rewritten in a terminal, plain lines elsewhere. */
import { showCount, showDuration } from './text.js';

/** Where the display is written: process.stderr, or anything alike. */
export interface ProgressTarget {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface ProgressState {
  /** What is being trained: `big, run 3 of 8`. */
  label: string;
  epoch: number;
  epochs: number;
  /** `train`, `evaluateTrain` or `validation`. */
  phase: string;
  step: number;
  steps: number | undefined;
  loss: number;
  accuracy: number | undefined;
  samplesPerSecond: number;
  secondsLeft: number | undefined;
}

const BAR_WIDTH = 14;
const EIGHTHS = ' ▏▎▍▌▋▊▉█';
/** Rewriting faster than this only costs time. */
const MIN_INTERVAL_MS = 100;

function bar(share: number): string {
  const units = Math.round(Math.min(Math.max(share, 0), 1) * BAR_WIDTH * 8);
  const whole = Math.floor(units / 8);
  const part = whole < BAR_WIDTH ? EIGHTHS[units % 8]! : '';
  return `▕${'█'.repeat(whole)}${part}${' '.repeat(Math.max(0, BAR_WIDTH - whole - 1))}▏`;
}

const phases: Record<string, string> = { train: 'train', evaluateTrain: 'score', validation: 'test' };

/** The line for one moment; not longer than `columns`. */
export function progressLine(state: ProgressState, columns = 100): string {
  const steps = state.steps === undefined ? `${state.step}` : `${String(state.step).padStart(String(state.steps).length)}/${state.steps}`;
  const epochs = `epoch ${String(state.epoch).padStart(String(state.epochs).length)}/${state.epochs}`;
  const parts = [
    state.label,
    `${epochs} ${(phases[state.phase] ?? state.phase).padEnd(5)}`,
    state.steps === undefined ? steps : `${bar(state.step / state.steps)} ${steps}`,
    `loss ${state.loss.toFixed(4)}`,
    ...(state.accuracy === undefined ? [] : [`accuracy ${state.accuracy.toFixed(4)}`]),
    `${showCount(state.samplesPerSecond)} images/s`,
    ...(state.secondsLeft === undefined ? [] : [`${showDuration(state.secondsLeft)} left`]),
  ];
  return parts.join('  ').slice(0, columns);
}

export class ProgressDisplay {
  private readonly live: boolean;
  private drawnAt = 0;
  private shown = false;

  constructor(private readonly target: ProgressTarget) {
    this.live = target.isTTY === true;
  }

  /** Shows a moment; in a terminal ten times a second at most, elsewhere not at all. */
  update(state: ProgressState): void {
    const now = performance.now();
    if (!this.live || now - this.drawnAt < MIN_INTERVAL_MS) return;
    this.drawnAt = now;
    this.target.write(`\r\x1b[2K${progressLine(state, (this.target.columns ?? 80) - 1)}`);
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
