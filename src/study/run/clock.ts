/** How long a study will still take. */
import type { StepEvent } from '../../train/callbacks/callback.js';

/** Learns from finished runs and from those that run, one or several at once. Times are in seconds. */
export class StudyClock {
  /** What the finished runs of each variant took. */
  private readonly finished = new Map<string, number[]>();
  private readonly running = new Set<RunClock>();
  /** The variants of the runs that are still to begin. */
  private ahead: readonly string[] = [];

  /** @param now seconds from any start. */
  constructor(private readonly now: () => number = () => performance.now() / 1000) {}

  /** A run of `variant` begins; `ahead` names the variants of the runs that are still to begin, undefined where that is unknown. */
  start(variant: string, ahead: readonly string[] | undefined): RunClock {
    this.ahead = ahead ?? ['?'];
    const run = new RunClock(variant, this.now(), () => this.typical(variant));
    this.running.add(run);
    return run;
  }

  /** A run has ended, or a part of it. @param whole whether it ran from its start to its end, so that others will take as long. */
  end(run: RunClock, whole = true): void {
    this.running.delete(run);
    if (whole) this.finished.set(run.variant, [...(this.finished.get(run.variant) ?? []), run.secondsAt(this.now())]);
  }

  /** Until the run ends, and until the study does; undefined as long as that is unknown. */
  left(run: RunClock, event: StepEvent): { run: number | undefined; study: number | undefined } {
    const now = this.now();
    const left = run.note(event, now);
    return { run: left, study: left === undefined ? undefined : this.studyLeft(now) };
  }

  private typical(variant: string): number | undefined {
    const before = this.finished.get(variant);
    return before && before.reduce((sum, value) => sum + value, 0) / before.length;
  }

  /** As if each run that ends were followed at once by the next one. */
  private studyLeft(now: number): number | undefined {
    const free: number[] = [];
    for (const run of this.running) {
      const left = run.leftAt(now);
      if (left === undefined) return undefined;
      free.push(left);
    }
    for (const variant of this.ahead) {
      const whole = this.typical(variant) ?? [...this.running].find((run) => run.variant === variant)?.wholeAt(now);
      if (whole === undefined) return undefined;
      const first = free.indexOf(Math.min(...free));
      free[first]! += whole;
    }
    return Math.max(...free);
  }
}

/** One run. */
export class RunClock {
  private epochStart = 0;
  private phaseStart = 0;
  private lastStep: number;
  private epoch = 0;
  private phase = '';
  /** What was left at the last step. */
  private leftThen: number | undefined;

  constructor(
    readonly variant: string,
    private readonly runStart: number,
    private readonly typical: () => number | undefined,
  ) {
    this.lastStep = runStart;
  }

  /** Since it began. */
  secondsAt(now: number): number {
    return now - this.runStart;
  }

  /** Until it ends. */
  leftAt(now: number): number | undefined {
    if (this.leftThen !== undefined) return Math.max(0, this.leftThen - (now - this.lastStep));
    const before = this.typical();
    return before === undefined ? undefined : Math.max(0, before - this.secondsAt(now));
  }

  /** From its start to its end. */
  wholeAt(now: number): number | undefined {
    const left = this.leftAt(now);
    return left === undefined ? undefined : this.secondsAt(now) + left;
  }

  /** Takes a step; gives what is left. */
  note(event: StepEvent, now: number): number | undefined {
    if (event.epoch !== this.epoch) [this.epoch, this.epochStart, this.phase] = [event.epoch, this.lastStep, ''];
    if (event.phase !== this.phase) [this.phase, this.phaseStart] = [event.phase, this.lastStep];
    this.lastStep = now;
    this.leftThen = this.runLeft(event, now);
    return this.leftThen;
  }

  /** The first epoch of a first run does not know how long its evaluations will be, and counts what it has seen. */
  private runLeft(event: StepEvent, now: number): number | undefined {
    const before = this.typical();
    if (event.epoch > 1 && event.secondsLeft !== undefined) return event.secondsLeft;
    if (before !== undefined) return Math.max(0, before - (now - this.runStart));
    if (event.secondsLeft !== undefined) return event.secondsLeft;
    if (!event.steps) return undefined;
    const phaseLeft = (now - this.phaseStart) * (event.steps / event.step - 1);
    return phaseLeft + (now - this.epochStart + phaseLeft) * (event.epochs - event.epoch);
  }
}
