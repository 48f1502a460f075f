/** How long a training has taken, and how long it will. */
import type { History } from './history.js';

export class Clock {
  private readonly startedAt = performance.now();
  private readonly before: number;
  /** When the running epoch began, by `performance.now()`; one that goes on, as if it had never ended. */
  epochStartedAt = 0;

  /** @param history whose seconds, of what was trained before, are counted further. */
  constructor(private readonly history: History) {
    this.before = history.seconds;
  }

  /** Starts the time of an epoch. @param seconds that it has taken already. */
  enterEpoch(seconds: number): void {
    this.epochStartedAt = performance.now() - 1000 * seconds;
  }

  /** What the running epoch has taken. */
  get epochSeconds(): number {
    return (performance.now() - this.epochStartedAt) / 1000;
  }

  /** Notes in the history what the training has taken. */
  note(): void {
    this.history.seconds = this.before + (performance.now() - this.startedAt) / 1000;
  }

  /**
   * Seconds until the end of a training: from the mean of the finished epochs, or in the first from the share of its steps that is done.
   * @param epochs to come after this one.
   */
  secondsLeft(epochs: number, share: number | undefined): number | undefined {
    const done = this.history.epochs;
    const here = this.epochSeconds;
    const mean = done.length > 0 ? done.reduce((sum, { seconds }) => sum + seconds, 0) / done.length : share && here / share;
    return mean === undefined ? undefined : Math.max(mean - here, mean * (1 - (share ?? 1))) + mean * epochs;
  }
}
