/** How long a comparison will still take. */
import type { StepEvent } from '../../train/callbacks/callback.js';

/** Learns from finished runs and from the running one. Times are in seconds. */
export class StudyClock {
  /** What the finished runs of each variant took. */
  private readonly finished = new Map<string, number[]>();
  private running = '';
  private ahead: readonly string[] = [];
  private runStart = 0;
  private epochStart = 0;
  private phaseStart = 0;
  private lastStep = 0;
  private epoch = 0;
  private phase = '';

  /** @param now seconds from any start. */
  constructor(private readonly now: () => number = () => performance.now() / 1000) {}

  /** A run of `variant` begins; `ahead` names the variants of the runs after it. */
  startRun(variant: string, ahead: readonly string[]): void {
    this.running = variant;
    this.ahead = ahead;
    this.epoch = 0;
    this.runStart = this.now();
    this.lastStep = this.runStart;
  }

  endRun(): void {
    const seconds = this.now() - this.runStart;
    this.finished.set(this.running, [...(this.finished.get(this.running) ?? []), seconds]);
  }

  /** Until the running run ends, and until the comparison does; undefined as long as that is unknown. */
  left(event: StepEvent): { run: number | undefined; study: number | undefined } {
    const now = this.now();
    if (event.epoch !== this.epoch) [this.epoch, this.epochStart, this.phase] = [event.epoch, this.lastStep, ''];
    if (event.phase !== this.phase) [this.phase, this.phaseStart] = [event.phase, this.lastStep];
    this.lastStep = now;
    const run = this.runLeft(event, now);
    return { run, study: run === undefined ? undefined : this.studyLeft(run, now) };
  }

  /** The first epoch of a first run does not know how long its evaluations will be, and counts what it has seen. */
  private runLeft(event: StepEvent, now: number): number | undefined {
    const before = this.finished.get(this.running);
    if (event.epoch > 1 && event.secondsLeft !== undefined) return event.secondsLeft;
    if (before) return Math.max(0, mean(before) - (now - this.runStart));
    if (event.secondsLeft !== undefined) return event.secondsLeft;
    if (!event.steps) return undefined;
    const phaseLeft = (now - this.phaseStart) * (event.steps / event.step - 1);
    return phaseLeft + (now - this.epochStart + phaseLeft) * (event.epochs - event.epoch);
  }

  private studyLeft(run: number, now: number): number | undefined {
    let left = run;
    for (const variant of this.ahead) {
      const before = this.finished.get(variant);
      if (before) left += mean(before);
      else if (variant === this.running) left += now - this.runStart + run;
      else return undefined;
    }
    return left;
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
